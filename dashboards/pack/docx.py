"""The paper as a Word document: headings, tables whose header rows repeat, captions, properties, language."""

from datetime import UTC
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from dashboards.pack.elements import (
    Bullets,
    Comment,
    Course,
    Element,
    Facts,
    Grid,
    GridCell,
    GridRow,
    Heading,
    Heat,
    Lettered,
    Paper,
    Paragraph,
)
from dashboards.pack.fixed import without_times
from dashboards.pack.shades import BANDS, BLUE, FONT, GREY, LINE

# Of a paragraph whose words fill more than the line.
_HANGING = Cm(0.8)


def docx(paper: Paper) -> bytes:
    """Equal papers give equal bytes."""
    return _Writer(paper).bytes()


class _Writer:
    def __init__(self, paper: Paper) -> None:
        self.paper, self.document = paper, Document()
        self._styles()
        self._page()
        self._properties()

    def bytes(self) -> bytes:
        paper = self.paper
        self._small(paper.committee, bold=True)
        self.document.add_paragraph(paper.title, style="Title")
        self.document.add_paragraph(paper.date_line, style="Subtitle")
        for element in paper.elements:
            self._write(element)
        made = BytesIO()
        self.document.save(made)
        return without_times(made.getvalue())

    def _write(self, element: Element) -> None:
        if isinstance(element, Heading):
            self.document.add_heading(element.text, element.level)
        elif isinstance(element, Paragraph):
            self._paragraph(element)
        elif isinstance(element, Lettered):
            self._lettered(element)
        elif isinstance(element, Bullets):
            for text in element.items:
                self.document.add_paragraph(text, style="List Bullet")
        elif isinstance(element, Facts):
            self._facts(element)
        elif isinstance(element, Grid):
            self._grid(element)
        elif isinstance(element, Heat):
            self._heat(element)
        elif isinstance(element, Course):
            self._course(element)
        elif isinstance(element, Comment):
            self._comment(element)
        else:
            raise TypeError(f"an element that Word does not show: {type(element).__name__}")

    def _paragraph(self, element: Paragraph) -> None:
        if element.kind == "note":
            self._small(element.text + _mark(element.mark))
        else:
            written = self.document.add_paragraph()
            written.add_run(element.text).bold = element.kind == "warning"
            self._source(written, element.mark)
        self._rests(element.rests_on)

    def _lettered(self, element: Lettered) -> None:
        """Letters are typed, not counted: they are part of what was sealed, and of a public version some are
        missing."""
        for item in element.items:
            written = self.document.add_paragraph(style="List")
            shape = written.paragraph_format
            shape.left_indent, shape.first_line_indent = _HANGING, -_HANGING
            shape.tab_stops.add_tab_stop(_HANGING)
            written.add_run(f"{item.letter}.").bold = True
            written.add_run(f"\t{item.text}")
            self._source(written, item.mark)
            if item.tag:
                written.add_run(f" {item.tag}.").bold = True
            self._rests(item.rests_on, indent=True)

    def _facts(self, element: Facts) -> None:
        self._caption(element.caption, element.mark)
        table = self._table(len(element.rows), 2)
        for row, (term, value, note) in zip(table.rows, element.rows, strict=True):
            self._cell(row.cells[0], term, bold=not element.figures)
            self._cell(row.cells[1], value, bold=element.figures)
            if note:
                self._run_small(row.cells[1].paragraphs[0], f" {note}")
            row.cells[0].width, row.cells[1].width = Cm(5.5), Cm(11.5)
        self._after_table(element.rests_on)

    def _grid(self, element: Grid) -> None:
        self._caption(element.caption, element.mark)
        if not element.rows:
            self.document.add_paragraph(element.empty)
        else:
            table = self._table(len(element.rows) + 1, len(element.columns))
            self._header(table.rows[0], [name for name, _ in element.columns], element.columns)
            for row, shown in zip(list(table.rows)[1:], element.rows, strict=True):
                self._row(row, shown)
        if element.note:
            self._small(element.note)
        self._after_table(())

    def _row(self, row: Any, shown: GridRow) -> None:
        for place, (cell, one) in enumerate(zip(row.cells, shown.cells, strict=True)):
            self._cell(cell, one.text, numeric=one.numeric, band=one.band)
            if place == 0 and shown.rests_on:
                self._run_small(cell.add_paragraph(), _rests(shown.rests_on))
        _unbroken(row)

    def _heat(self, element: Heat) -> None:
        self._caption(element.caption, element.mark)
        table = self._table(len(element.rows) + 1, len(element.impacts) + 1)
        self._header(table.rows[0], ["Likelihood, down; impact, across", *element.impacts])
        for row, (name, squares) in zip(list(table.rows)[1:], element.rows, strict=True):
            self._cell(row.cells[0], name, bold=True)
            for cell, square in zip(row.cells[1:], squares, strict=True):
                self._cell(cell, f"{square.score} {square.label}", band=square.band)
                if square.risks:
                    cell.add_paragraph().add_run(", ".join(square.risks)).bold = True
            _unbroken(row)
        self._after_table(())

    def _course(self, element: Course) -> None:
        columns = (("Month", False), ("Rating", False), ("Why", False))
        rows = tuple(
            GridRow(
                (
                    GridCell(step.month),
                    GridCell(f"{step.score} {step.band_words}", band=step.band),
                    GridCell(step.reason),
                )
            )
            for step in element.steps
        )
        self._grid(Grid(element.caption, columns, rows, element.mark))

    def _comment(self, element: Comment) -> None:
        for place, text in enumerate(["Coordinator’s comment", *element.text.split("\n")]):
            written = self.document.add_paragraph(style="Quote")
            written.add_run(text).bold = place == 0
        self._small(f"{element.by}, {element.on}")

    def _caption(self, text: str, mark: str) -> None:
        written = self.document.add_paragraph(text, style="Caption")
        written.paragraph_format.keep_with_next = True
        self._source(written, mark)

    def _table(self, rows: int, columns: int) -> Any:
        table = self.document.add_table(rows, columns)
        table.style = "Table Grid"
        table.autofit = True
        _borders(table)
        return table

    def _header(self, row: Any, names: list[str], columns: tuple[tuple[str, bool], ...] = ()) -> None:
        numbers = [numeric for _, numeric in columns] or [False] * len(names)
        for cell, name, numeric in zip(row.cells, names, numbers, strict=True):
            self._cell(cell, name, bold=True, numeric=numeric)
        settings = row._tr.get_or_add_trPr()
        settings.append(OxmlElement("w:cantSplit"))
        settings.append(OxmlElement("w:tblHeader"))

    def _cell(
        self, cell: Any, text: str, *, bold: bool = False, numeric: bool = False, band: str = ""
    ) -> None:
        written = cell.paragraphs[0]
        run = written.add_run(text)
        run.bold, run.font.size = bold, Pt(9)
        written.paragraph_format.space_after = Pt(0)
        if numeric:
            written.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if band in BANDS:
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", BANDS[band])):
                shade.set(qn(f"w:{name}"), value)
            cell._tc.get_or_add_tcPr().append(shade)

    def _after_table(self, rests_on: tuple[str, ...]) -> None:
        if rests_on:
            self._rests(rests_on)
        else:
            # Two tables without a paragraph between them would become one.
            self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def _rests(self, rests_on: tuple[str, ...], *, indent: bool = False) -> None:
        if rests_on:
            written = self._small(_rests(rests_on))
            if indent:
                written.paragraph_format.left_indent = _HANGING

    def _small(self, text: str, *, bold: bool = False) -> Any:
        written = self.document.add_paragraph()
        self._run_small(written, text).bold = bold
        return written

    def _run_small(self, paragraph: Any, text: str) -> Any:
        run = paragraph.add_run(text)
        run.font.size, run.font.color.rgb = Pt(8.5), RGBColor.from_string(GREY)
        paragraph.paragraph_format.space_after = Pt(4)
        return run

    def _source(self, paragraph: Any, mark: str) -> None:
        if mark:
            run = paragraph.add_run(_mark(mark))
            run.font.size, run.bold = Pt(8.5), False

    def _styles(self) -> None:
        styles = self.document.styles
        for name, size, colour in (
            ("Normal", 10.5, "0B0C0C"),
            ("Title", 22, "0B0C0C"),
            ("Subtitle", 13, "0B0C0C"),
            ("Heading 1", 15, BLUE),
            ("Heading 2", 12, "0B0C0C"),
            ("Heading 3", 11, "0B0C0C"),
            ("Caption", 10, "0B0C0C"),
            ("Quote", 10.5, "0B0C0C"),
        ):
            style = styles[name]
            style.font.name, style.font.size = FONT, Pt(size)
            style.font.color.rgb = RGBColor.from_string(colour)
            style.font.italic = False
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{kind}"), FONT)
        styles["Caption"].font.bold = True
        styles["Quote"].paragraph_format.left_indent = Cm(0.8)
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), self.paper.language)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(2)
        foot = section.footer.paragraphs[0]
        self._run_small(foot, f"{self.paper.footer}. Page ").font.size = Pt(7)
        _page_number(foot)
        if self.paper.watermark:
            head = section.header.paragraphs[0]
            head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            head.add_run(self.paper.watermark).bold = True

    def _properties(self) -> None:
        paper, of = self.paper, self.document.core_properties
        of.title, of.author, of.subject = paper.title, paper.committee, paper.date_line
        of.comments, of.identifier, of.language = paper.description, paper.identifier, paper.language
        of.last_modified_by, of.revision, of.keywords = paper.committee, 1, ""
        of.created = of.modified = paper.made_at.astimezone(UTC).replace(tzinfo=None)


def _mark(mark: str) -> str:
    return f" [{mark}]" if mark else ""


def _rests(rests_on: tuple[str, ...]) -> str:
    return f"Rests on: {'; '.join(rests_on)}"


def _unbroken(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _borders(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    for side in ("left", "right", "insideV"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "nil")
        borders.append(line)
    # The format asks for its properties in one order: borders stand before layout and look.
    settings = table._tbl.tblPr
    behind = next(one for one in settings if one.tag in (qn("w:tblLayout"), qn("w:tblLook")))
    behind.addprevious(borders)


def _page_number(paragraph: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(7)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
