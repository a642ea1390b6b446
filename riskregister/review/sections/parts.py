"""Pieces that sections are made of. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from riskregister.constants import ReviewSection
from riskregister.facts.content import Block, Cell, Column, Ref, Row, SectionContent, Table
from riskregister.facts.evidence import Evidence
from riskregister.review.sources import Sources
from riskregister.review.words import on_day, on_moment

NOT_THERE = "This part of the service is not in use yet, so there is nothing to show."


def section(code: ReviewSection, blocks: Iterable[Block], missing: str = "") -> SectionContent:
    return SectionContent(code.value, str(code.label), tuple(blocks), missing)


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    source: str,
    empty: str = "None.",
    note: str = "",
) -> Table:
    """A column whose name ends in '#' holds numbers."""
    named = tuple(Column(one.removesuffix("#").strip(), one.endswith("#")) for one in columns)
    return Table(title, named, tuple(rows), source, empty, note)


def row(*cells: object, refs: Iterable[Ref | None] = (), restricted: bool = False, band: str = "") -> Row:
    """Whole numbers stand right; `band` tints the last cell that is text."""
    made = [
        Cell(f"{one:,}", numeric=True)
        if isinstance(one, int) and not isinstance(one, bool)
        else Cell(str(one))
        for one in cells
    ]
    if band:
        made[-1] = Cell(made[-1].text, made[-1].numeric, band)
    return Row(tuple(made), tuple(ref for ref in refs if ref), restricted)


def as_at(evidence: Evidence) -> str:
    return on_moment(evidence.cut_off)


def day(value: date | None) -> str:
    return on_day(value) if value else "No date"


class Marks:
    """The sources of a review by their names, all as at its cut-off."""

    def __init__(self, sources: Sources, evidence: Evidence) -> None:
        self._sources, self._as_at = sources, as_at(evidence)

    def of(self, text: str) -> str:
        return self._sources.mark(text, self._as_at)


REGISTER = "Risk register and its rating changes"
RETURNS = "Assurance returns as they were submitted"
PLANS = "Recovery plans, service commitments and backlogs of the partners"
CONCERNS = "Register of concerns, escalations and challenges"
ACTIONS = "Register of actions"
MEETINGS = "Meetings: attendance and minutes"
VISITS = "Visits and plans as recorded by the children’s service; method on the visit-rate method page"
OVERSIGHT = "Management decisions, alternatives and hazard flags of the children’s service"
DECISIONS = "Decision log of the board"
GUIDANCE = "Register of guidance: versions, their states and what partners answered"
EASEMENTS = "Register of guidance: easements and their end dates"
TRAINING = "Training programme: bookings and attendance"
CHECKS = "Checks by rule over everything above"
