"""Charts and tables of visiting, from counts whose small numbers are already taken out."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from html import escape

from dashboards.figures import words
from dashboards.figures.chart import (
    ALTERNATIVE,
    COMPARATOR,
    FACE_TO_FACE,
    INK,
    NOT_VISITED,
    SHADE,
    Chart,
    Drawing,
)
from dashboards.figures.outcomes import Outcomes
from dashboards.figures.svg import Series, Shade, stacked_bars
from safeguarding.kernel.disclosure import HIDDEN
from safeguarding.kernel.periods import Month
from visits.constants import PlanType
from visits.facts import RestrictionFact

# Which part of which outcomes leads where; None where the reader may not open the children.
Links = Callable[[Outcomes, str], str | None]
# The comparator: what the legend calls it, and its height in percent.
Line = tuple[str, float] | None

_PARTS = (
    ("face_to_face", "Face to face", FACE_TO_FACE, ""),
    ("alternative", "Authorised alternative", ALTERNATIVE, "/"),
    ("not_visited", "Not visited", NOT_VISITED, "x"),
)
NOT_COLLECTED = "not collected"
NO_CHILDREN = "no children"
EVERYBODY = "all children"
_COLUMNS = (
    ("Children", "children"),
    ("Face to face", "face_to_face"),
    ("Alternative", "alternative"),
    ("Seen in total", "seen"),
    ("Not visited", "not_visited"),
)


def chart(
    series: Sequence[Outcomes],
    *,
    then: Outcomes | None,
    then_month: Month | None,
    shades: Sequence[Shade],
    place: str,
    source: str,
    links: Links,
) -> Chart:
    """One plan type over the months of `series` (not empty), the last of which the words are about.
    `then` is the comparator's outcomes; `then_month` is None where nothing is to be compared."""
    now = series[-1]
    code = now.plan_type.lower()
    table = by_month(series, place=place, links=links)
    line = _comparator_line(then)
    headline = words.headline(now, then, then_month)
    return Chart(
        id=f"visiting-{code}",
        title=headline if place == EVERYBODY else f"{place[:1].upper()}{place[1:]}: {headline}",
        summary=f"{words.sentence(now, then, then_month)} {words.parts(now)}".strip(),
        figure=_figure(series, line, shades, links),
        svg=_svg(code, series, line, shades),
        table=table,
        alt=(
            f"Bars of {words.WHO[now.plan_type]} for each month from {series[0].month.name} "
            f"to {now.month.name}: seen face to face, seen by an authorised alternative, and not visited, "
            "in percent."
        ),
        source=source,
    )


def shades_of(
    restrictions: Sequence[RestrictionFact], months: Sequence[Month]
) -> list[tuple[Shade, RestrictionFact]]:
    """What of the restrictions falls into the months, in months from the first one's start, numbered."""
    found = []
    first, last = months[0].first_day, months[-1].last_day
    for restriction in restrictions:
        until = restriction.until_date or last
        if restriction.from_date > last or until < first:
            continue
        start = max(_position(restriction.from_date, months[0]), 0.0)
        end = min(_position(until, months[0], whole_day=True), float(len(months)))
        found.append((Shade(start, end, str(len(found) + 1)), restriction))
    return found


def by_month(series: Sequence[Outcomes], *, place: str, links: Links) -> dict:
    name = PlanType(series[0].plan_type).label
    return {
        "caption": f"{name}, {place}, by month",
        "caption_size": "s",
        "columns": [{"text": "Month"}, *_columns()],
        "rows": [[outcomes.month.name, *_cells(outcomes, links)] for outcomes in series],
    }


def by_place(
    plan_type: str, month: Month, heading: str, rows: Sequence[tuple[str, Outcomes, Links]], *, empty: str
) -> dict:
    """Teams or localities of one month, each with its own links; `heading` names them ('Team')."""
    return {
        "caption": f"{PlanType(plan_type).label}, {month.name}, by {heading.lower()}",
        "caption_size": "s",
        "columns": [{"text": heading}, *_columns()],
        "rows": [[name, *_cells(outcomes, links)] for name, outcomes, links in rows],
        "empty": empty,
    }


def count_text(outcomes: Outcomes, part: str) -> str:
    """A count as it is shown: a number, 'c' or 'not collected'."""
    if part == "alternative" and not outcomes.collected:
        return NOT_COLLECTED
    count = getattr(outcomes, part)
    return HIDDEN if count is None else f"{count:,}"


def rate_text(outcomes: Outcomes, part: str) -> str:
    """A rate as it is shown: '72.2%', 'c', 'not collected' or 'no children'."""
    if part == "alternative" and not outcomes.collected:
        return NOT_COLLECTED
    if outcomes.nobody:
        return NO_CHILDREN
    rate = outcomes.rate(part)
    return HIDDEN if rate is None else f"{rate}%"


def _columns() -> list[dict]:
    return [{"text": text, "numeric": True} for text, _ in _COLUMNS]


def _cells(outcomes: Outcomes, links: Links) -> list[dict]:
    cells = []
    for heading, part in _COLUMNS:
        cell = {"text": _count_and_rate(outcomes, part)}
        can_open = getattr(outcomes, part) != 0 and cell["text"] != NOT_COLLECTED
        if can_open and (href := links(outcomes, part)):
            cell |= {"href": href, "hidden": f"{heading.lower()}, {outcomes.month.name}: open the list"}
        cells.append(cell)
    return cells


def _count_and_rate(outcomes: Outcomes, part: str) -> str:
    """'218 (72.2%)', or what stands in place of either."""
    count = count_text(outcomes, part)
    if part == "children":
        return NO_CHILDREN if outcomes.nobody else count
    if outcomes.nobody:
        return "–"
    return count if count in (HIDDEN, NOT_COLLECTED) else f"{count} ({rate_text(outcomes, part)})"


def _comparator_line(then: Outcomes | None) -> Line:
    rate = then.rate("seen") if then else None
    return None if then is None or rate is None else (f"Seen in {then.month.name}: {rate}%", float(rate))


def _values(series: Sequence[Outcomes], part: str) -> list[float | None]:
    rates = [outcomes.rate(part) for outcomes in series]
    return [None if rate is None else float(rate) for rate in rates]


def _marks(series: Sequence[Outcomes]) -> list[str]:
    """What stands above a month whose bar is missing or not whole."""
    marks = []
    for outcomes in series:
        hidden = any(rate_text(outcomes, part) == HIDDEN for part, *_ in _PARTS)
        marks.append("–" if outcomes.nobody else HIDDEN if hidden else "")
    return marks


def _svg(code: str, series: Sequence[Outcomes], line: Line, shades: Sequence[Shade]) -> Drawing:
    parts = [Series(name, colour, pattern, _values(series, part)) for part, name, colour, pattern in _PARTS]
    labels = [outcomes.month.short_name for outcomes in series]
    return stacked_bars(f"bars-{code}", labels, parts, line=line, shades=shades, marks=_marks(series))


def _figure(series: Sequence[Outcomes], line: Line, shades: Sequence[Shade], links: Links) -> dict:
    # Heavy, and of no use to the other pages.
    import plotly.graph_objects as go

    labels = [outcomes.month.short_name for outcomes in series]
    data = [
        {
            "type": "bar",
            "name": name,
            "x": labels,
            "y": _values(series, part),
            "marker": {
                "color": "#ffffff" if pattern else colour,
                "line": {"color": colour, "width": 1},
                "pattern": {"shape": pattern, "fgcolor": colour, "bgcolor": "#ffffff", "size": 8},
            },
            "customdata": [links(outcomes, part) for outcomes in series],
            "text": [f"{count_text(each, part)} of {count_text(each, 'children')}" for each in series],
            "textposition": "none",
            "hovertemplate": f"%{{x}}<br>{name}: %{{y:.1f}}% (%{{text}})<extra></extra>",
        }
        for part, name, colour, pattern in _PARTS
    ]
    if line:
        data.append(
            {
                "type": "scatter",
                "name": markup_free(line[0]),
                "x": labels,
                "y": [line[1]] * len(labels),
                "mode": "lines" if len(labels) > 1 else "lines+markers",
                "line": {"color": COMPARATOR, "dash": "dashdot", "width": 3},
                "marker": {"symbol": "diamond", "size": 10},
                # The legend names it; under the pointer it would stand in the way of the bars.
                "hoverinfo": "skip",
            }
        )
    # A bar's middle is a whole number on this axis, its left edge half of one less.
    bands = [(shade.start - 0.5, shade.end - 0.5, shade.mark) for shade in shades]
    words_on_it = [_annotation((left + right) / 2, 106.5, markup_free(mark)) for left, right, mark in bands]
    for at, (outcomes, mark) in enumerate(zip(series, _marks(series), strict=True)):
        if mark:
            height = sum(float(outcomes.rate(part) or 0) for part, *_ in _PARTS)
            words_on_it.append(_annotation(at, height, mark) | {"yanchor": "bottom"})
    layout = {
        "template": "none",
        "barmode": "stack",
        "bargap": 0.2,
        "font": {"color": INK},
        "yaxis": {
            "range": [0, 112],
            "dtick": 20,
            "ticksuffix": "%",
            "title": {"text": "Share of the children"},
        },
        "xaxis": {"type": "category", "nticks": 13, "showgrid": False},
        "hovermode": "closest",
        "shapes": [
            {
                "type": "rect",
                "x0": left,
                "x1": right,
                "y0": 103,
                "y1": 110,
                "fillcolor": SHADE,
                "line": {"width": 0},
            }
            for left, right, _ in bands
        ],
        "annotations": words_on_it,
    }
    # Through JSON: plain values only, whatever plotly keeps inside.
    return json.loads(go.Figure(data=data, layout=layout).to_json())


def _annotation(x: float, y: float, text: str) -> dict:
    return {"x": x, "y": y, "text": text, "showarrow": False}


def markup_free(text: str) -> str:
    """Plotly reads some tags in labels as formatting and links; a name must stay a name."""
    return escape(text, quote=False)


def _position(day: date, first: Month, *, whole_day: bool = False) -> float:
    month = Month.of(day)
    into = (day.day - 1 + whole_day) / month.last_day.day
    return month.index - first.index + into
