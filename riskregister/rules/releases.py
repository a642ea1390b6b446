"""The public version of a review: what is left out of it, and who releases it. Pure.

Left out: rows, texts and trends that are marked as restricted; whatever else names a restricted risk or
subject; the rows that statements rest on (they are addresses within the service); how the month compares with
registers (`ratings`); names of people. An organisation that owns something stays; of a person it says only
that a named officer does. Counts of 1 to 5 in tables about children are hidden once more, and rates beside a
hidden count go with it. Each section says how much of it is left out.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from riskregister.constants import ReviewSection, ReviewState
from riskregister.facts.content import (
    Block,
    CheckResult,
    Figures,
    Finding,
    HeatMap,
    ReviewContent,
    Row,
    SectionContent,
    Table,
    Text,
    Trend,
)
from safeguarding.kernel.disclosure import HIDDEN, is_small
from safeguarding.kernel.errors import Refusal

NAMED_OFFICER = "A named officer"
LEFT_OUT = "Not for the public."
REASON_LENGTH = 2000
# Columns that hold a person or an organisation.
_OWNERS = frozenset({"Who answers for it", "Who owns it", "Owner"})
_NOBODY = frozenset({"Nobody", "None", "–", ""})
# Where whole numbers count children.
_CHILDREN = frozenset(
    {
        ReviewSection.VISITS.value,
        ReviewSection.OVERSIGHT.value,
        ReviewSection.DEMAND.value,
        ReviewSection.QUALITY.value,
    }
)
_CHILDREN_TABLES = frozenset({"Backlogs"})
# Sentences that tell the same counts in units of partners' own.
_COUNTING = frozenset({"backlogs", "backlog_growing"})
_SMALL_NUMBER = re.compile(r"(?<![\w,.-])[1-5](?![\w,.-]*\w)")
_LABEL = re.compile(r"[A-Z]{1,3}-\d+")
# Rows whose label is their title.
_SUBJECTS = frozenset({"challenge", "concern", "escalation", "signal"})
# A shorter subject ("PPE") stands in sentences that have nothing to do with it.
_TELLING = 12
_SMALL_IN_WORDS = re.compile(
    r"\b(?:[1-5]|one|two|three|four|five) (?=(?:child|children|alternatives?|visits?|plans? of)\b)", re.I
)


@dataclass(frozen=True)
class ReleaseFacts:
    """What the rules go by. People are keys."""

    prepared_by: int
    released: bool
    refused: bool
    revoked: bool


@dataclass(frozen=True)
class Releaser:
    key: int
    board_member: bool
    coordinator: bool


def may_prepare(state: ReviewState, earlier: Collection[ReleaseFacts], person: Releaser) -> None:
    """Raises Refusal('not_your_act' | 'not_published' | 'already_prepared' | 'already_released')."""
    if not person.coordinator:
        raise Refusal("not_your_act", "The coordinator prepares the public version of a review.")
    if state is not ReviewState.PUBLISHED:
        raise Refusal("not_published", "Only a published review has a public version.")
    for one in earlier:
        if one.released and not one.revoked:
            raise Refusal(
                "already_released", "A public version of this review is released. Take it back first."
            )
        if not (one.released or one.refused):
            raise Refusal(
                "already_prepared", "A public version of this review already waits for a board member."
            )


def may_decide(release: ReleaseFacts, person: Releaser) -> None:
    """To release or to refuse. Raises Refusal('not_your_act' | 'four_eyes' | 'already_decided')."""
    if not person.board_member:
        raise Refusal("not_your_act", "A board member releases a public version.")
    if person.key == release.prepared_by:
        raise Refusal("four_eyes", "You prepared this public version, so somebody else must release it.")
    if release.released or release.refused:
        raise Refusal("already_decided", "This public version was already released or refused.")


def may_revoke(release: ReleaseFacts, person: Releaser) -> None:
    """Taking back protects, so one person is enough. Raises Refusal('not_your_act' | 'not_released')."""
    if not (person.board_member or person.coordinator):
        raise Refusal("not_your_act", "A board member or the coordinator takes a public version back.")
    if not release.released or release.revoked:
        raise Refusal("not_released", "This public version is not public.")


def reason(text: str) -> str:
    """Raises Refusal('words_missing' | 'too_long')."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Refusal("words_missing", "Enter the reason", "reason")
    if len(text) > REASON_LENGTH:
        raise Refusal("too_long", f"The reason must be {REASON_LENGTH:,} characters or fewer", "reason")
    return text


def public(
    content: ReviewContent, *, organisations: Collection[str], people: Collection[str]
) -> ReviewContent:
    """The content without its restricted parts. `organisations`: names that may stand as owners; `people`:
    names that may stand nowhere."""
    return _Public(content, frozenset(organisations), people).content()


def left_out(content: ReviewContent, shown: ReviewContent) -> tuple[tuple[str, int], ...]:
    """Of each section, by its title: how many rows, statements and drawings the public version lacks."""
    after = {one.code: _size(one) for one in shown.sections}
    pairs = ((one.title, _size(one) - after.get(one.code, 0)) for one in content.sections)
    return tuple((title, missing) for title, missing in pairs if missing > 0)


def _size(section: SectionContent) -> int:
    """Rows of tables and other blocks; the note of what is left out does not count."""
    return sum(
        len(block.rows) if isinstance(block, Table) else not _is_note(block) for block in section.blocks
    )


_NOTE = "Left out of the public version: "


def _is_note(block: Block) -> bool:
    return isinstance(block, Text) and block.text.startswith(_NOTE)


class _Public:
    def __init__(
        self, content: ReviewContent, organisations: frozenset[str], people: Collection[str]
    ) -> None:
        self.whole, self.organisations = content, organisations
        # A single word may be an ordinary one; accounts bear a first and a last name.
        names = sorted((one for one in people if " " in one.strip()), key=len, reverse=True)
        self.people = re.compile(rf"\b(?:{'|'.join(re.escape(one) for one in names)})\b") if names else None
        self.risks, self.labels, self.subjects = _restricted(content)

    def content(self) -> ReviewContent:
        whole = self.whole
        recommendations = tuple(self._text(one) for one in whole.recommendations if not self._tells(one))
        return replace(
            whole,
            sections=tuple(self._section(one) for one in whole.sections),
            ratings={},
            recommendations=recommendations,
            summary="" if self._tells(whole.summary) else self._text(whole.summary),
        )

    def _section(self, section: SectionContent) -> SectionContent:
        made = [self._block(block, section.code) for block in section.blocks]
        shown = replace(
            section,
            blocks=tuple(block for block in made if block is not None),
            missing=LEFT_OUT if self._tells(section.missing) else self._text(section.missing),
        )
        missing = _size(section) - _size(shown)
        if not missing:
            return shown
        note = Text(f"{_NOTE}{missing:,} {'entry' if missing == 1 else 'entries'}.")
        return replace(shown, blocks=(*shown.blocks, note))

    def _block(self, block: Block, section: str) -> Block | None:
        if isinstance(block, Table):
            return self._table(block, section)
        if isinstance(block, HeatMap):
            cells = tuple(
                replace(cell, risks=tuple(one for one in cell.risks if one not in self.labels))
                for cell in block.cells
            )
            return replace(block, cells=cells)
        if isinstance(block, Trend):
            return self._trend(block)
        if isinstance(block, Figures):
            return self._figures(block, section)
        if isinstance(block, Text) and block.restricted:
            return None
        if self._tells(block.text):
            return None
        if isinstance(block, CheckResult):
            # A check speaks of its rows: one about a restricted risk goes, whatever it calls it, and so does
            # one about a subject of a kind that is restricted throughout.
            if any(ref.uid in self.risks or ref.kind in _SUBJECTS for ref in block.refs):
                return None
            return replace(block, text=self._sentence(block), refs=(), fix_url="", fix_args=())
        if isinstance(block, Finding) and block.refs and all(ref.uid in self.risks for ref in block.refs):
            return None
        if isinstance(block, Finding):
            return replace(block, text=self._sentence(block), refs=())
        return replace(block, text=self._text(block.text), refs=())

    def _sentence(self, block: CheckResult | Finding) -> str:
        text = _SMALL_NUMBER.sub(HIDDEN, block.text) if block.code in _COUNTING else block.text
        return self._text(text)

    def _trend(self, block: Trend) -> Trend | None:
        if block.restricted or block.risk in self.labels or self._tells(block.title):
            return None
        points = tuple(
            replace(point, reason=LEFT_OUT if self._tells(point.reason) else self._text(point.reason))
            for point in block.points
        )
        return replace(block, title=self._text(block.title), points=points)

    def _figures(self, block: Figures, section: str) -> Figures:
        items = tuple(
            (
                self._text(label),
                self._number(value) if section in _CHILDREN else self._text(value),
                self._text(note),
            )
            for label, value, note in block.items
            if not self._tells(f"{label} {note}")
        )
        return replace(block, items=items, refs=())

    def _table(self, table: Table, section: str) -> Table:
        owners = {place for place, column in enumerate(table.columns) if column.text in _OWNERS}
        children = section in _CHILDREN or table.title in _CHILDREN_TABLES
        rows = tuple(
            self._row(row, owners=owners, children=children, rates=table.title not in _CHILDREN_TABLES)
            for row in table.rows
            if not self._hides(row)
        )
        all_gone = bool(table.rows) and not rows
        return replace(table, rows=rows, empty=LEFT_OUT if all_gone else table.empty)

    def _hides(self, row: Row) -> bool:
        if row.restricted or any(ref.uid in self.risks for ref in row.refs):
            return True
        return any(self._tells(cell.text) for cell in row.cells)

    def _row(self, row: Row, *, owners: set[int], children: bool, rates: bool) -> Row:
        # What a row comes from: a concern gives an action its label.
        named = {ref.label for ref in row.refs if ref.kind in _SUBJECTS}
        cells = [
            replace(
                cell,
                text=LEFT_OUT
                if cell.text in named
                else self._owner(cell.text)
                if place in owners
                else self._text(cell.text),
            )
            for place, cell in enumerate(row.cells)
        ]
        if children:
            cells = [cells[0], *(replace(cell, text=self._number(cell.text)) for cell in cells[1:])]
            if any(cell.text == HIDDEN for cell in cells):
                # A rate beside a hidden count would give it back.
                cells = [replace(cell, text=HIDDEN) if cell.text.endswith("%") else cell for cell in cells]
                if not rates:
                    # What waits is what waited before, with what came in and without what went out.
                    cells = [replace(cell, text=HIDDEN) if cell.numeric else cell for cell in cells]
        return Row(tuple(cells))

    def _owner(self, text: str) -> str:
        return text if text in self.organisations or text in _NOBODY else NAMED_OFFICER

    def _number(self, text: str) -> str:
        if text.isascii() and text.isdigit() and is_small(int(text)):
            return HIDDEN
        return self._text(text)

    def _text(self, text: str) -> str:
        text = self.people.sub(NAMED_OFFICER.lower(), text) if self.people else text
        return _SMALL_IN_WORDS.sub(f"{HIDDEN} ", text)

    def _tells(self, text: str) -> bool:
        """Whether a text names a restricted risk or subject."""
        low = text.casefold()
        return any(one in low for one in self.subjects) or any(
            one in self.labels for one in _LABEL.findall(text)
        )


def _restricted(content: ReviewContent) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Of what is restricted: uids of risks and ratings, labels ('R-003'), and subjects in small letters."""
    # Also partners' own, which stand in no table unless they moved.
    marked = {uid: one for uid, one in content.ratings.items() if one.get("restricted")}
    risks: set[str] = set(marked)
    labels: set[str] = {one["label"] for one in marked.values()}
    named: set[str] = set()
    for section in content.sections:
        for block in section.blocks:
            if isinstance(block, Trend) and block.restricted:
                labels.add(block.risk)
                named.add(block.title)
            for row in block.rows if isinstance(block, Table) else ():
                if row.restricted:
                    named |= {row.cells[0].text, *(ref.label for ref in row.refs if ref.kind in _SUBJECTS)}
                    risks |= {ref.uid for ref in row.refs if ref.kind in ("risk", "rating")}
                    # The first is the row's own; the others may be partners' that contribute to it.
                    own = next((ref for ref in row.refs if ref.kind == "risk"), None)
                    labels |= {own.label} if own else set()
    # A title without its label, and without the partner's name that stands behind it.
    bare = {_LABEL.sub("", one, count=1).strip() for one in named}
    bare |= {re.sub(r" \([^()]*\)$", "", one) for one in bare} | {
        re.sub(r"^(?:Concern|Success): ", "", one) for one in bare
    }
    subjects = {one.casefold() for one in bare if len(one) >= _TELLING}
    return frozenset(risks), frozenset(labels), frozenset(subjects)
