"""The chair's brief as six slides: titles, real tables, notes, and words for who cannot see them."""

from datetime import UTC
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from dashboards.pack.elements import Grid, Heat
from dashboards.pack.fixed import without_times
from dashboards.pack.model import paper_of
from dashboards.pack.shades import BANDS, FONT, GREY
from dashboards.pack.slides import Slide, slides_of, squares_risks
from riskregister.facts.published import ReviewRecord

_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)
_LEFT, _INNER = Inches(0.6), Inches(12.1)
_TITLE_ONLY = 5
_TOP = Inches(1.35)
_ROW = Inches(0.42)


def pptx(review: ReviewRecord) -> bytes:
    """Equal reviews give equal bytes."""
    paper = paper_of(review)
    deck = Presentation()
    deck.slide_width, deck.slide_height = _WIDTH, _HEIGHT
    for place, slide in enumerate(slides_of(review), start=1):
        _Writer(deck, slide, f"{paper.footer}. Slide {place} of 6", paper.watermark, paper.language).write()
    of = deck.core_properties
    of.title, of.author, of.subject = paper.title, paper.committee, paper.date_line
    of.comments, of.identifier, of.language = paper.description, paper.identifier, paper.language
    of.last_modified_by, of.revision, of.keywords = paper.committee, 1, ""
    of.created = of.modified = paper.made_at.astimezone(UTC).replace(tzinfo=None)
    made = BytesIO()
    deck.save(made)
    return without_times(made.getvalue())


class _Writer:
    def __init__(self, deck: Any, slide: Slide, footer: str, watermark: str, language: str) -> None:
        self.said, self.footer, self.watermark, self.language = slide, footer, watermark, language
        self.slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
        self.top = _TOP

    def write(self) -> None:
        said = self.said
        title = self.slide.shapes.title
        title.left, title.top, title.width, title.height = _LEFT, Inches(0.35), _INNER, Inches(0.9)
        self._say(title.text_frame, said.title, size=30, bold=True)
        if said.lead:
            self._text(said.lead, size=16, height=Inches(0.5), name="Lead")
        if said.heat:
            self._heat(said.heat)
        if said.sentences:
            self._sentences()
        for grid in said.tables:
            self._grid(grid)
        if said.more:
            self._text(said.more, size=14, height=Inches(0.4), name="What is left out", colour=GREY)
        self._foot()
        self.slide.notes_slide.notes_text_frame.text = said.notes

    def _sentences(self) -> None:
        size = 18 if sum(len(one.text) for one in self.said.sentences) < 500 else 15
        lines = sum(-(-len(one.text) // (100 if size == 18 else 125)) for one in self.said.sentences)
        height = Emu(int(Pt(size * 1.35) * lines + Pt(6) * len(self.said.sentences)))
        frame = self._box(height, "Sentences")
        for place, item in enumerate(self.said.sentences):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(5)
            mark = f" [{item.mark}]" if item.mark else ""
            tag = f" {item.tag}." if item.tag else ""
            self._run(paragraph, f"{item.letter}. {item.text}{tag}{mark}", size=size)

    def _grid(self, grid: Grid) -> None:
        mark = f" [{grid.mark}]" if grid.mark else ""
        self._text(f"{grid.caption}{mark}", size=16, height=Inches(0.4), name="Caption", bold=True)
        if not grid.rows:
            self._text(grid.empty, size=16, height=Inches(0.4), name="Nothing to show")
            return
        columns = len(grid.columns)
        table = self._table(len(grid.rows) + 1, columns, grid.caption)
        widths = [
            max([len(name), *(len(row.cells[at].text) for row in grid.rows)])
            for at, (name, _) in enumerate(grid.columns)
        ]
        _share(table, widths)
        for place, (name, numeric) in enumerate(grid.columns):
            self._cell(table.cell(0, place), name, bold=True, numeric=numeric, fill="FFFFFF")
            for down, row in enumerate(grid.rows, start=1):
                self._cell(table.cell(down, place), row.cells[place].text, numeric=numeric, fill="FFFFFF")
        tall = sum(
            max(
                -(-len(row.cells[at].text) // max(int(table.columns[at].width / Pt(6.6)), 1))
                for at in range(columns)
            )
            for row in grid.rows
        )
        self.top += max(tall - len(grid.rows), 0) * Pt(15)
        if grid.note:
            self._text(grid.note, size=11, height=Inches(0.3), name="Note", colour=GREY)

    def _heat(self, heat: Heat) -> None:
        mark = f" [{heat.mark}]" if heat.mark else ""
        self._text(f"{heat.caption}{mark}", size=16, height=Inches(0.4), name="Caption", bold=True)
        told = "; ".join(
            f"{name} by {heat.impacts[at]}: {', '.join(square.risks)}"
            for name, squares in heat.rows
            for at, square in enumerate(squares)
            if square.risks
        )
        table = self._table(
            len(heat.rows) + 1, len(heat.impacts) + 1, f"{heat.caption}. {told or 'No risk is rated'}",
            row=Inches(0.68),
        )  # fmt: skip
        self._cell(table.cell(0, 0), "Likelihood, down; impact, across", bold=True, fill="FFFFFF", size=11)
        for place, name in enumerate(heat.impacts, start=1):
            self._cell(table.cell(0, place), name, bold=True, fill="FFFFFF")
        for down, (name, squares) in enumerate(heat.rows, start=1):
            self._cell(table.cell(down, 0), name, bold=True, fill="FFFFFF")
            for place, square in enumerate(squares, start=1):
                text = f"{square.score} {square.label}"
                if square.risks:
                    text += f"\n{squares_risks(square.risks)}"
                self._cell(table.cell(down, place), text, fill=BANDS.get(square.band, "FFFFFF"), size=11)

    def _table(self, rows: int, columns: int, told: str, *, row: Emu = _ROW) -> Any:
        frame = self.slide.shapes.add_table(rows, columns, _LEFT, self.top, _INNER, Emu(row * rows))
        self._told(frame, told)
        table = frame.table
        table.first_row, table.horz_banding = True, False
        for one in table.rows:
            one.height = row
        self.top = Emu(self.top + row * rows + Inches(0.1))
        return table

    def _cell(
        self, cell: Any, text: str, *, fill: str, bold: bool = False, numeric: bool = False, size: int = 12
    ) -> None:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(fill)
        cell.margin_top = cell.margin_bottom = Inches(0.03)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        self._say(cell.text_frame, text, size=size, bold=bold)
        if numeric:
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT

    def _text(
        self, text: str, *, size: int, height: Emu, name: str, bold: bool = False, colour: str = "0B0C0C"
    ) -> None:
        self._say(self._box(height, name), text, size=size, bold=bold, colour=colour)

    def _box(self, height: Emu, name: str) -> Any:
        box = self.slide.shapes.add_textbox(_LEFT, self.top, _INNER, height)
        box.name = name
        box.text_frame.word_wrap = True
        self.top = Emu(self.top + height + Inches(0.04))
        return box.text_frame

    def _foot(self) -> None:
        box = self.slide.shapes.add_textbox(_LEFT, Inches(7.0), _INNER, Inches(0.35))
        box.name = "Foot"
        self._say(box.text_frame, self.footer, size=9, colour=GREY)
        if self.watermark:
            mark = self.slide.shapes.add_textbox(Inches(11.2), Inches(0.05), Inches(1.6), Inches(0.35))
            mark.name = "State"
            self._say(mark.text_frame, self.watermark, size=14, bold=True)

    def _say(self, frame: Any, text: str, *, size: int, bold: bool = False, colour: str = "0B0C0C") -> None:
        for place, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT
            self._run(paragraph, line, size=size, bold=bold or place > 0, colour=colour)

    def _run(
        self, paragraph: Any, text: str, *, size: int, bold: bool = False, colour: str = "0B0C0C"
    ) -> None:
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
        run.font.color.rgb = RGBColor.from_string(colour)
        run._r.get_or_add_rPr().set("lang", self.language)

    @staticmethod
    def _told(frame: Any, text: str) -> None:
        """Words for who cannot see the table."""
        frame._element.find(f".//{qn('p:cNvPr')}").set("descr", text)


def _share(table: Any, widths: list[int]) -> None:
    """Columns as wide as their words ask for, none too narrow."""
    weights = [min(max(one, 8), 45) for one in widths]
    for column, weight in zip(table.columns, weights, strict=True):
        column.width = Emu(int(_INNER * weight / sum(weights)))
