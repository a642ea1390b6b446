"""The chair's brief: what six slides show of a review, cut to what fits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.pack.blocks import elements_of, month_words
from dashboards.pack.elements import Grid, GridCell, GridRow, Heat, Item, Lettered
from dashboards.pack.model import letter, numbered_sections, paper_of
from riskregister.constants import ReviewSection
from riskregister.facts.content import Figures, Finding, HeatMap, SectionContent, Table
from riskregister.facts.published import ReviewRecord

_ROWS = 8
_CELL = 70
# Characters of lettered sentences on one slide.
_SENTENCES = 900
_RISKS_IN_SQUARE = 3
_DECISIONS_TABLE = "Decisions asked of the board"


@dataclass(frozen=True)
class Slide:
    title: str
    # What the slide says in one line, under its title.
    lead: str
    tables: tuple[Grid, ...]
    heat: Heat | None
    sentences: tuple[Item, ...]
    # Under it all: what did not fit, and where it stands.
    more: str
    notes: str


def slides_of(review: ReviewRecord) -> tuple[Slide, ...]:
    return _Brief(review).slides()


class _Brief:
    def __init__(self, review: ReviewRecord) -> None:
        self.review = review
        self.names = numbered_sections(review)
        self.sections = {one.code: one for one in review.content.sections}
        self.paper = paper_of(review)

    def slides(self) -> tuple[Slide, ...]:
        return (
            self._changed(),
            self._risks(),
            self._partners(),
            self._practice(),
            self._findings(),
            self._decisions(),
        )

    def _changed(self) -> Slide:
        table, more = self._first_table(ReviewSection.CHANGED, drop=("Why",))
        return self._slide(ReviewSection.CHANGED, "What changed", (table,) if table else (), more)

    def _risks(self) -> Slide:
        section = self._section(ReviewSection.RISKS)
        counts = next((one for one in section.blocks if isinstance(one, Figures)), None)
        drawn = next((one for one in section.blocks if isinstance(one, HeatMap)), None)
        lead = ", ".join(f"{label} {value}" for label, value, _ in counts.items) if counts else ""
        heat = next((one for one in elements_of([drawn] if drawn else []) if isinstance(one, Heat)), None)
        left = max((len(square.risks) for _, row in heat.rows for square in row), default=0) if heat else 0
        more = self._see("all risks of a square", section) if left > _RISKS_IN_SQUARE else ""
        title = f"Risks: {lead}" if lead else "Risks"
        return self._slide(ReviewSection.RISKS, title, (), more, heat=heat)

    def _partners(self) -> Slide:
        table, more = self._first_table(ReviewSection.PARTNERS)
        return self._slide(ReviewSection.PARTNERS, "Partners", (table,) if table else (), more)

    def _practice(self) -> Slide:
        """The month's visits beside the counts of oversight."""
        visits, oversight = self._section(ReviewSection.VISITS), self._section(ReviewSection.OVERSIGHT)
        tables = [one for one in visits.blocks if isinstance(one, Table)]
        grids: list[Grid] = []
        more = []
        now = [
            (table, row)
            for table in tables
            for row in table.rows
            if row.cells[0].text == month_words(self.review.content.month)
        ]
        if now:
            columns = (("Plan", False), *((one.text, one.numeric) for one in now[0][0].columns[1:]))
            rows = tuple(
                _cut_row([table.title, *(cell.text for cell in row.cells[1:])]) for table, row in now
            )
            mark = now[0][0].source
            grids.append(Grid(f"Visits in {self.review.month.name}", columns, rows[:4], mark))
        if tables:
            more.append(self._see("comparator months", visits))
        table, left = self._first_table(ReviewSection.OVERSIGHT, rows=5)
        if table:
            grids.append(table)
        missing = " ".join(dict.fromkeys(one.missing for one in (visits, oversight) if one.missing))
        return self._slide(
            ReviewSection.VISITS,
            "Visits and management oversight",
            tuple(grids),
            " ".join([*more, left]).strip(),
            lead=missing,
        )

    def _findings(self) -> Slide:
        section = self._section(ReviewSection.FINDINGS)
        found = [one for one in section.blocks if isinstance(one, Finding)]
        lettered = [one for one in elements_of(found) if isinstance(one, Lettered)]
        items = lettered[0].items if lettered else ()
        shown, more = self._sentences(items, section)
        return self._slide(ReviewSection.FINDINGS, "Key findings", (), more, sentences=shown)

    def _decisions(self) -> Slide:
        section = self._section(ReviewSection.DECISIONS)
        asked = tuple(
            Item(letter(place), text) for place, text in enumerate(self.review.content.recommendations)
        )
        tables = [one for one in section.blocks if isinstance(one, Table) and one.title == _DECISIONS_TABLE]
        table, left = self._table(tables[0], section, rows=4) if tables else (None, "")
        shown, more = self._sentences(asked, section, limit=_SENTENCES // 2)
        return self._slide(
            ReviewSection.DECISIONS,
            "Decisions asked",
            (table,) if table else (),
            f"{more} {left}".strip(),
            sentences=shown,
        )

    def _section(self, code: ReviewSection) -> SectionContent:
        return self.sections.get(code.value) or SectionContent(code.value, str(code.label), (), "Nothing.")

    def _first_table(
        self, code: ReviewSection, *, rows: int = _ROWS, drop: Sequence[str] = ()
    ) -> tuple[Grid | None, str]:
        section = self._section(code)
        table = next((one for one in section.blocks if isinstance(one, Table)), None)
        return self._table(table, section, rows=rows, drop=drop) if table else (None, "")

    def _table(
        self, table: Table, section: SectionContent, *, rows: int, drop: Sequence[str] = ()
    ) -> tuple[Grid, str]:
        kept = [place for place, one in enumerate(table.columns) if one.text not in drop][:7]
        columns = tuple((table.columns[place].text, table.columns[place].numeric) for place in kept)
        shown = tuple(_cut_row([row.cells[place].text for place in kept]) for row in table.rows[:rows])
        left = len(table.rows) - len(shown)
        more = self._see(f"{left} more", section) if left else ""
        return Grid(table.title, columns, shown, table.source, table.note, table.empty), more

    def _sentences(
        self, items: Sequence[Item], section: SectionContent, *, limit: int = _SENTENCES
    ) -> tuple[tuple[Item, ...], str]:
        """Each in full while there is room; one that alone is too long is cut."""
        shown: list[Item] = []
        room, cut = limit, False
        for item in items:
            text = _cut(item.text, limit // 2)
            if len(text) > room or len(shown) == _ROWS:
                break
            cut = cut or text != item.text
            shown.append(Item(item.letter, text, item.mark, (), item.tag))
            room -= len(text)
        left = len(items) - len(shown)
        place = "Recommendations" if section.code == ReviewSection.DECISIONS else ""
        if left:
            return tuple(shown), self._see(f"{left} more", section, place)
        return tuple(shown), self._see("the full text", section, place) if cut else ""

    def _see(self, what: str, section: SectionContent, place: str = "") -> str:
        return f"And {what}: see “{place or self.names.get(section.code, section.title)}”."

    def _slide(
        self,
        code: ReviewSection,
        title: str,
        tables: tuple[Grid, ...],
        more: str,
        *,
        heat: Heat | None = None,
        sentences: tuple[Item, ...] = (),
        lead: str = "",
    ) -> Slide:
        section = self._section(code)
        beside = next((one for one in self.review.beside if one.section == code), None)
        notes = [
            f"{self.paper.title}. {self.paper.date_line}.",
            f"This slide is taken from “{self.names.get(code.value, section.title)}” of the paper; nothing in"
            " it was worked out anew.",
        ]
        if code is ReviewSection.CHANGED:
            notes.append(self.review.content.summary)
        if beside:
            notes.append(f"Coordinator’s comment ({beside.by}): {beside.text}")
        notes.append(_sources(self.review, tables, heat, sentences))
        return Slide(
            title,
            lead or section.missing,
            tables,
            heat,
            sentences,
            more,
            "\n\n".join(one for one in notes if one),
        )


def _sources(
    review: ReviewRecord, tables: Sequence[Grid], heat: Heat | None, sentences: Sequence[Item]
) -> str:
    marks = {one.mark for one in tables} | {one.mark for one in sentences} | ({heat.mark} if heat else set())
    used = [one for one in review.content.sources if one.mark in marks]
    return "Sources: " + "; ".join(f"[{one.mark}] {one.text}" for one in used) if used else ""


def squares_risks(risks: Sequence[str]) -> str:
    """'R-001, R-002, R-003 and 4 more'."""
    text = ", ".join(risks[:_RISKS_IN_SQUARE])
    left = len(risks) - _RISKS_IN_SQUARE
    return f"{text} and {left} more" if left > 0 else text


def _cut(text: str, length: int = _CELL) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rsplit(' ', 1)[0]}…"


def _cut_row(texts: Sequence[str]) -> GridRow:
    return GridRow(tuple(GridCell(_cut(text)) for text in texts))
