"""Table, sentences and chart of the assurance grid: words in every cell, and silence as its own word."""

from collections.abc import Callable, Sequence

from dashboards.figures import bars
from dashboards.figures.bars import Bars
from dashboards.figures.chart import ALTERNATIVE, COMPARATOR, FACE_TO_FACE, NOT_VISITED, Chart
from partners.constants import Theme
from partners.facts.assurance import AssuranceGrid, Mark, Partner, ThemeCell, ThemeChange, Turn

# Where the answers behind a cell are listed.
Link = Callable[[str, Partner], str]

COLOURS = {
    Mark.ASSURED: "green",
    Mark.PARTLY: "yellow",
    Mark.CONCERN: "red",
    Mark.NOT_KNOWN: "purple",
    Mark.SILENT: "orange",
    Mark.NOT_ACCEPTED: "blue",
}
_UNREAD = (Mark.SILENT, Mark.NOT_SENT, Mark.NOT_ACCEPTED)
# Of a cycle: what the chart counts, with colour and pattern.
_SERIES = (
    (Mark.CONCERN, ALTERNATIVE, "x"),
    (Mark.NOT_KNOWN, "#cc79a7", "/"),
    (Mark.PARTLY, FACE_TO_FACE, "/"),
    (Mark.ASSURED, COMPARATOR, ""),
    (Mark.SILENT, NOT_VISITED, ""),
    (Mark.NOT_ACCEPTED, NOT_VISITED, "/"),
    (Mark.NOT_SENT, NOT_VISITED, "x"),
)
# Drawn where there are any.
_WHERE_ANY = frozenset({Mark.NOT_ACCEPTED, Mark.NOT_SENT})


def theme_name(theme: str) -> str:
    return Theme(theme).label


def grid_rows(grid: AssuranceGrid, link: Link) -> list[dict]:
    """Rows of the table of themes and partners, for templates/dashboards/_assurance_grid.html."""
    return [
        {
            "theme": theme_name(theme),
            "cells": [_cell(grid.cells[theme, partner.uid], theme, partner, link) for partner in grid.asked],
        }
        for theme in grid.themes
    ]


def _cell(cell: ThemeCell, theme: str, partner: Partner, link: Link) -> dict:
    note = ""
    if cell.not_known and cell.mark is not Mark.NOT_KNOWN:
        note = f"{cell.not_known} not known"
    return {
        "text": cell.mark.value,
        "colour": COLOURS.get(cell.mark, ""),
        "note": note,
        "href": link(theme, partner) if cell.answers else None,
        "of": f"{theme_name(theme)}, {partner.name}",
    }


def finding(grid: AssuranceGrid) -> str:
    """The grid in a sentence. No concern among those who answered is not called assurance of all."""
    concerned = grid.partners_with(Mark.CONCERN)
    themes = [
        theme
        for theme in grid.themes
        if any(grid.cells[theme, one.uid].mark is Mark.CONCERN for one in grid.partners)
    ]
    unheard = unheard_words(grid)
    if concerned:
        said = f"{_counted(len(themes), 'theme')} of concern at {_counted(len(concerned), 'partner')}"
        return f"{said}; {unheard}" if unheard else said
    heard = len(grid.partners) - len(_unheard(grid))
    if not heard:
        return unheard[:1].upper() + unheard[1:] if unheard else "Nobody was asked for a return"
    return f"No theme of concern among {_counted(heard, 'return')}{f'; {unheard}' if unheard else ''}"


def unheard_words(grid: AssuranceGrid) -> str:
    """'nothing received from 2 of 8 partners; 1 return not accepted yet', or ''."""
    asked = [one for one in grid.partners if _whole(grid, one) is not Mark.NOT_ASKED]
    counts = {mark: sum(_whole(grid, one) is mark for one in asked) for mark in _UNREAD}
    said = []
    if counts[Mark.SILENT]:
        said.append(f"nothing received from {counts[Mark.SILENT]} of {_counted(len(asked), 'partner')}")
    if counts[Mark.NOT_SENT]:
        said.append(f"{_counted(counts[Mark.NOT_SENT], 'return')} not sent yet")
    if counts[Mark.NOT_ACCEPTED]:
        said.append(f"{_counted(counts[Mark.NOT_ACCEPTED], 'return')} submitted, not accepted yet")
    return "; ".join(said)


def _unheard(grid: AssuranceGrid) -> list[Partner]:
    return [one for one in grid.partners if _whole(grid, one) in (*_UNREAD, Mark.NOT_ASKED)]


def _whole(grid: AssuranceGrid, partner: Partner) -> Mark | None:
    """What stands for the partner's whole return; None where its answers can be read."""
    marks = {grid.cells[theme, partner.uid].mark for theme in grid.themes}
    for mark in _UNREAD:
        if mark in marks:
            return mark
    return Mark.NOT_ASKED if marks <= {Mark.NOT_ASKED} else None


def change_rows(changes: Sequence[ThemeChange], link: Link) -> list[dict]:
    """For the list of what changed, the worse first."""
    return [
        {
            "turn": change.turn.value,
            "colour": "red" if change.turn in (Turn.WORSE, Turn.SILENCE) else "green",
            "what": f"{change.partner.name}: {theme_name(change.theme)}"
            if change.theme
            else change.partner.name,
            "words": _change_words(change),
            "href": link(change.theme, change.partner) if change.theme else None,
            "answers": change.answers,
        }
        for change in changes
    ]


def _change_words(change: ThemeChange) -> str:
    before, after = change.before.value, change.after.value
    if change.turn is Turn.SILENCE:
        return f"nothing received; the return before was read as “{before}”"
    if change.turn is Turn.HEARD:
        return f"nothing had been received; now “{after}”"
    return f"from “{before}” to “{after}”"


def changes_title(changes: Sequence[ThemeChange], before: int | None) -> str:
    if before is None:
        return "There is no earlier cycle to compare with"
    worse = sum(change.turn in (Turn.WORSE, Turn.SILENCE) for change in changes)
    better = len(changes) - worse
    if not changes:
        return f"Nothing turned better or worse since cycle {before}"
    return f"{worse} worse and {better} better since cycle {before}"


def trend_chart(grids: Sequence[AssuranceGrid], *, source: str) -> Chart:
    """Themes at partners by what they say, by cycle. `grids` is not empty; the title is about the last."""
    labels = [f"Cycle {grid.cycle.number}" for grid in grids]
    none = [None] * len(grids)
    shown = [one for one in _SERIES if one[0] not in _WHERE_ANY or any(grid.count(one[0]) for grid in grids)]
    series = [
        Bars(mark.value, colour, pattern, [grid.count(mark) for grid in grids], none)
        for mark, colour, pattern in shown
    ]
    return Chart(
        id="assurance-trend",
        title=_trend_title(grids),
        summary="Each theme at each partner counts once, with the worst of its answers.",
        figure=bars.figure(labels, series, stacked=True, x_title="Cycle", y_title="Themes at partners"),
        svg=bars.drawing("assurance", labels, series, stacked=True),
        table={
            "caption": "Themes at partners, by cycle",
            "caption_size": "s",
            "columns": [{"text": "Cycle"}, *({"text": mark.value, "numeric": True} for mark, *_ in shown)],
            "rows": [
                [label, *(f"{grid.count(mark):,}" for mark, *_ in shown)]
                for label, grid in zip(labels, grids, strict=True)
            ],
        },
        alt="Stacked bars for each cycle: themes at partners of concern, not known, partly assured, assured, "
        "and of which nothing was received.",
        source=source,
    )


def _trend_title(grids: Sequence[AssuranceGrid]) -> str:
    last = grids[-1].count(Mark.CONCERN)
    said = f"{_counted(last, 'reading')} of concern in cycle {grids[-1].cycle.number}"
    if len(grids) < 2:
        return said
    earlier, before = grids[-2].cycle.number, grids[-2].count(Mark.CONCERN)
    if last == before:
        return f"{said}, as many as in cycle {earlier}"
    return f"{said}, {'more' if last > before else 'fewer'} than in cycle {earlier} ({before:,})"


EXPORT_COLUMNS = (
    "Theme",
    "Partner",
    "Cycle",
    "Reading",
    "Answers not known",
    "Cycle before",
    "Reading before",
)


def export_rows(now: AssuranceGrid, before: AssuranceGrid | None) -> list[list[object]]:
    rows: list[list[object]] = []
    for theme in now.themes:
        for partner in now.partners:
            cell = now.cells[theme, partner.uid]
            was = before.cells.get((theme, partner.uid)) if before else None
            rows.append(
                [
                    theme_name(theme),
                    partner.name,
                    now.cycle.number,
                    cell.mark.value,
                    cell.not_known if cell.answers else None,
                    before.cycle.number if before else None,
                    was.mark.value if was else None,
                ]
            )
    return rows


def _counted(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else one + 's'}"
