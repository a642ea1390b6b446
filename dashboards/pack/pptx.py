"""The chair's brief as six slides: titles, real tables, notes, and words for who cannot see them."""

from datetime import UTC
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Length, Pt

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
_BOTTOM = Inches(6.95)
_ROW = Inches(0.36)
# Of a table's words at 12 points: a letter's width, a line's height.
_LETTER, _WRAPPED = Pt(6.6), Pt(15)
_LINE, _NOTE, _MORE = Inches(0.34), Inches(0.34), Inches(0.4)
# A caption, a header, two rows and a line for what is left out.
_SMALLEST_TABLE = Inches(1.95)


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
        self.top: Length = _TOP

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
        more = _MORE if said.more else Emu(0)
        for place, grid in enumerate(said.tables, start=1):
            self._grid(grid, below=Emu(more + _SMALLEST_TABLE * (len(said.tables) - place)))
        if said.more:
            self._text(said.more, size=14, height=_MORE, name="What is left out", colour=GREY)
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

    def _grid(self, grid: Grid, *, below: Length) -> None:
        """`below`: how much room what follows needs. Rows that do not fit are counted, not squeezed in."""
        mark = f" [{grid.mark}]" if grid.mark else ""
        self._text(f"{grid.caption}{mark}", size=16, height=Inches(0.4), name="Caption", bold=True)
        if not grid.rows:
            self._text(grid.empty, size=16, height=Inches(0.4), name="Nothing to show")
            return
        widths = _widths(grid)
        heights = [_height([name for name, _ in grid.columns], widths)]
        note = _NOTE if grid.note else Emu(0)
        room = _BOTTOM - self.top - below - note - _LINE - heights[0]
        rows = []
        for row in grid.rows:
            height = _height([cell.text for cell in row.cells], widths)
            if height > room:
                break
            rows.append(row)
            heights.append(height)
            room -= height
        table = self._table(heights, widths, grid.caption)
        for place, (name, numeric) in enumerate(grid.columns):
            self._cell(table.cell(0, place), name, bold=True, numeric=numeric, fill="FFFFFF")
            for down, row in enumerate(rows, start=1):
                self._cell(table.cell(down, place), row.cells[place].text, numeric=numeric, fill="FFFFFF")
        left = len(grid.rows) - len(rows)
        if left:
            self._text(
                f"And {left} more on this slide’s subject: see the paper.",
                size=12,
                height=_LINE,
                name="Rows left out",
                colour=GREY,
            )
        if grid.note:
            self._text(grid.note, size=11, height=_NOTE, name="Note", colour=GREY)

    def _heat(self, heat: Heat) -> None:
        mark = f" [{heat.mark}]" if heat.mark else ""
        self._text(f"{heat.caption}{mark}", size=16, height=Inches(0.4), name="Caption", bold=True)
        told = "; ".join(
            f"{name} by {heat.impacts[at]}: {', '.join(square.risks)}"
            for name, squares in heat.rows
            for at, square in enumerate(squares)
            if square.risks
        )
        columns = len(heat.impacts) + 1
        table = self._table(
            [_ROW, *[Inches(0.68)] * len(heat.rows)],
            [Emu(_INNER // columns)] * columns,
            f"{heat.caption}. {told or 'No risk is rated'}",
        )
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

    def _table(self, heights: list[Length], widths: list[Length], told: str) -> Any:
        height = Emu(sum(heights))
        frame = self.slide.shapes.add_table(len(heights), len(widths), _LEFT, self.top, _INNER, height)
        self._told(frame, told)
        table = frame.table
        table.first_row, table.horz_banding = True, False
        for row, one in zip(table.rows, heights, strict=True):
            row.height = one
        for column, one in zip(table.columns, widths, strict=True):
            column.width = one
        self.top = Emu(self.top + height + Inches(0.06))
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
        self, text: str, *, size: int, height: Length, name: str, bold: bool = False, colour: str = "0B0C0C"
    ) -> None:
        self._say(self._box(height, name), text, size=size, bold=bold, colour=colour)

    def _box(self, height: Length, name: str) -> Any:
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


def _widths(grid: Grid) -> list[Length]:
    """Columns as wide as their words ask for, none too narrow."""
    longest = [
        max([len(name), *(len(row.cells[at].text) for row in grid.rows)])
        for at, (name, _) in enumerate(grid.columns)
    ]
    weights = [min(max(one, 8), 45) for one in longest]
    return [Emu(int(_INNER * weight / sum(weights))) for weight in weights]


def _height(texts: list[str], widths: list[Length]) -> Length:
    """Of a row whose words wrap: counted generously, for letters differ in width."""
    lines = max(
        -(-len(text) // max(int((width - Inches(0.2)) / _LETTER), 1))
        for text, width in zip(texts, widths, strict=True)
    )
    return Emu(max(_ROW, lines * _WRAPPED + Inches(0.08)))
