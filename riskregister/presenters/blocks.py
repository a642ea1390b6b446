"""Blocks of a review as its pages show them. Nothing is worked out again."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from riskregister.constants import Band, CheckSeverity
from riskregister.facts.content import (
    Block,
    CheckResult,
    Column,
    Figures,
    Finding,
    HeatMap,
    Point,
    Ref,
    Row,
    Table,
    Text,
    Trend,
)
from riskregister.selectors.row_links import Link, Links
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

SEVERITY_COLOURS = {CheckSeverity.ERROR: "red", CheckSeverity.WARNING: "orange", CheckSeverity.INFO: "blue"}
# More rows than these are folded.
_ROWS_SHOWN = 3
_HIGHEST_SCORE = 25
_STEP, _HEIGHT, _EDGE = 24, 40, 6


def shown(block: Block, links: Links) -> dict[str, Any]:
    """The context of templates/riskregister/reviews/_block.html."""
    return {"type": block.type, "source": block.source if hasattr(block, "source") else ""} | _PARTS[
        block.type
    ](block, links)


def _text(block: Text, links: Links) -> dict[str, Any]:
    return {"text": block.text, **_rests_on(block.refs, links)}


def _figures(block: Figures, links: Links) -> dict[str, Any]:
    items = [{"label": label, "value": value, "note": note} for label, value, note in block.items]
    return {"title": block.title, "items": items, **_rests_on(block.refs, links)}


def _table(block: Table, links: Links) -> dict[str, Any]:
    rows = [_row(one, block.columns, links) for one in block.rows]
    return {
        "title": block.title,
        "columns": block.columns,
        "rows": rows,
        "empty": block.empty,
        "note": block.note,
        "wide": len(block.columns) > 2,
    }


def _row(row: Row, columns: tuple[Column, ...], links: Links) -> dict[str, Any]:
    """The first row that can be opened is the link of its first cell, the others stand beneath it."""
    found = [link for link in _links(row.refs, links) if link.href]
    # What is not there stands where the numbers stand.
    cells = [
        {"text": cell.text, "band": cell.band, "numeric": cell.numeric or column.numeric}
        for cell, column in zip(row.cells[1:], columns[1:], strict=False)
    ]
    head, *others = found or [Link("", "")]
    return {"head": row.cells[0], "href": head.href, "others": others, "cells": cells}


def _heat_map(block: HeatMap, links: Links) -> dict[str, Any]:
    size = len(block.impacts)
    rows = [block.cells[place : place + size] for place in range(0, len(block.cells), size)]
    named = [
        {"likelihood": f"{row[0].likelihood} {block.likelihoods[row[0].likelihood - 1]}", "cells": row}
        for row in rows
        if row
    ]
    impacts = [f"{place + 1} {name}" for place, name in enumerate(block.impacts)]
    return {"title": block.title, "impacts": impacts, "rows": named}


def _trend(block: Trend, links: Links) -> dict[str, Any]:
    points = [
        {
            "month": month_name(one.month),
            "score": one.score,
            "band": band_words(one.band),
            "reason": one.reason,
        }
        for one in block.points
    ]
    return {"title": block.title, "points": points, "drawing": sparkline(block.points), "words": _way(block)}


def _way(trend: Trend) -> str:
    first, last = trend.points[0], trend.points[-1]
    if len(trend.points) == 1:
        return f"{last.score} in {month_name(last.month)}"
    return (
        f"From {first.score} in {month_name(first.month)} to {last.score} in {month_name(last.month)},"
        f" {band_words(last.band).lower()}"
    )


def sparkline(points: tuple[Point, ...]) -> SafeString:
    """A small line through the scores, the last one marked; told in words beside it."""
    width = 2 * _EDGE + _STEP * max(len(points) - 1, 1)
    places = [(_EDGE + _STEP * at, _y(point.score)) for at, point in enumerate(points)]
    line = format_html_join(" ", "{},{}", places)
    x, y = places[-1]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        ' aria-hidden="true" focusable="false"><polyline points="{line}" fill="none" stroke="#0b0c0c"'
        ' stroke-width="2"/><circle cx="{x}" cy="{y}" r="4" fill="#0b0c0c"/></svg>',
        w=width,
        h=_HEIGHT,
        line=line,
        x=x,
        y=y,
    )


def _y(score: int) -> int:
    return _HEIGHT - _EDGE - score * (_HEIGHT - 2 * _EDGE) // _HIGHEST_SCORE


def _finding(block: Finding, links: Links) -> dict[str, Any]:
    return {
        "letter": block.letter,
        "text": block.text,
        "concern": block.concern,
        **_rests_on(block.refs, links),
    }


def _check(block: CheckResult, links: Links) -> dict[str, Any]:
    severity = CheckSeverity(block.severity)
    before = ""
    if block.months_open:
        times = "last review" if block.months_open == 1 else f"last {block.months_open} reviews"
        before = f"Also found in the {times}."
    return {
        "text": block.text,
        "tag": {"text": str(severity.label), "colour": SEVERITY_COLOURS[severity]},
        "before": before,
        "fix": links.to(block.fix_url, block.fix_args),
        **_rests_on(block.refs, links),
    }


_PARTS: dict[str, Any] = {
    "text": _text,
    "figures": _figures,
    "table": _table,
    "heatmap": _heat_map,
    "trend": _trend,
    "finding": _finding,
    "check": _check,
}


def _rests_on(refs: tuple[Ref, ...], links: Links) -> dict[str, Any]:
    found = _links(refs, links)
    return {"refs": found, "folded": len(found) > _ROWS_SHOWN}


def _links(refs: tuple[Ref, ...], links: Links) -> list[Link]:
    return [links.of(ref) for ref in dict.fromkeys(refs)]


def band_words(band: str) -> str:
    return str(Band(band).label) if band in Band.values else "Not rated"


def month_name(text: str) -> str:
    try:
        return Month.parse(text).name
    except Refusal:
        return text
