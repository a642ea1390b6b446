"""From a block of a review's content to elements of a paper. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from dashboards.pack.elements import (
    Course,
    Element,
    Facts,
    Grid,
    GridCell,
    GridRow,
    Heat,
    HeatSquare,
    Item,
    Lettered,
    Paragraph,
    Step,
)
from riskregister.constants import Band, CheckSeverity
from riskregister.facts.content import (
    Block,
    CheckResult,
    Figures,
    Finding,
    HeatMap,
    Ref,
    Row,
    SourceMark,
    Table,
    Text,
    Trend,
)
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of

_SEVERITIES = {one.value: str(one.label) for one in CheckSeverity}
_BANDS = {one.value: str(one.label) for one in Band}


def on_day(moment: datetime) -> str:
    """'7 August 2020', the day in London."""
    day = day_of(moment)
    return f"{day.day} {Month.of(day).name}"


def month_words(text: str) -> str:
    """'2020-06' -> 'June 2020'; what is no month stays as it is."""
    try:
        return Month.parse(text).name
    except Refusal:
        return text


def elements_of(blocks: Sequence[Block]) -> Iterator[Element]:
    """In the same order; findings, and results of checks, that follow one another stand in one list."""
    for kind, group in groupby(blocks, key=type):
        members = list(group)
        if kind is Finding:
            yield _findings([one for one in members if isinstance(one, Finding)])
        elif kind is CheckResult:
            yield _checks([one for one in members if isinstance(one, CheckResult)])
        else:
            yield from (_element(block) for block in members)


def marked_sources(sources: Iterable[SourceMark]) -> Facts:
    rows = tuple((f"[{one.mark}]", one.text, f"as at {one.as_at}" if one.as_at else "") for one in sources)
    return Facts("Sources by mark", rows)


def labels(refs: Iterable[Ref], said: Iterable[str] = ()) -> tuple[str, ...]:
    """What a statement rests on, each once, without what its own text already says."""
    text = " | ".join(said)
    once = dict.fromkeys(ref.label for ref in refs)
    return tuple(one for one in once if not re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text))


def _element(block: Block) -> Element:
    if isinstance(block, Text):
        return Paragraph(block.text, mark=block.source, rests_on=labels(block.refs, [block.text]))
    if isinstance(block, Figures):
        return Facts(block.title, block.items, block.source, labels(block.refs), figures=True)
    if isinstance(block, Table):
        return Grid(
            caption=block.title,
            columns=tuple((one.text, one.numeric) for one in block.columns),
            rows=tuple(_row(one, block) for one in block.rows),
            mark=block.source,
            note=block.note,
            empty=block.empty,
        )
    if isinstance(block, HeatMap):
        return _heat(block)
    if isinstance(block, Trend):
        steps = tuple(
            Step(month_words(one.month), one.score, _BANDS.get(one.band, one.band), one.band, one.reason)
            for one in block.points
        )
        title = block.title if block.risk in block.title else f"{block.risk} {block.title}"
        return Course(title, steps, block.source)
    raise TypeError(f"a block that no form shows: {type(block).__name__}")


def _row(row: Row, table: Table) -> GridRow:
    # A "c" or "–" in a column of numbers stands where numbers do.
    numbers = [one.numeric for one in table.columns]
    cells = tuple(
        GridCell(one.text, one.numeric or numbers[place], one.band) for place, one in enumerate(row.cells)
    )
    return GridRow(cells, labels(row.refs, [one.text for one in row.cells]))


def _heat(block: HeatMap) -> Heat:
    by_likelihood: dict[int, list[HeatSquare]] = {}
    for cell in sorted(block.cells, key=lambda one: (-one.likelihood, one.impact)):
        square = HeatSquare(cell.band, cell.label, cell.likelihood * cell.impact, cell.risks)
        by_likelihood.setdefault(cell.likelihood, []).append(square)
    rows = tuple((block.likelihoods[place - 1], tuple(squares)) for place, squares in by_likelihood.items())
    return Heat(block.title, block.impacts, rows, block.source)


def _findings(found: Sequence[Finding]) -> Lettered:
    return Lettered(
        tuple(
            Item(
                one.letter,
                one.text,
                one.source,
                labels(one.refs, [one.text]),
                "Of concern" if one.concern else "",
            )
            for one in found
        )
    )


def _checks(results: Sequence[CheckResult]) -> Grid:
    rows = tuple(
        GridRow(
            (
                GridCell(_SEVERITIES.get(one.severity, one.severity)),
                GridCell(one.text),
                GridCell(str(one.months_open) if one.months_open else "New", numeric=True),
            ),
            labels(one.refs, [one.text]),
        )
        for one in results
    )
    columns = (("Severity", False), ("What was found", False), ("In reviews before, in a row", True))
    return Grid("What checks by rule found", columns, rows)
