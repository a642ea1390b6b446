"""Counts as bars, side by side or stacked: a drawing for pages without script, and the same as a Plotly
figure. Presentation attributes only: the content security policy allows no styles in the page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dashboards.figures.chart import INK, Drawing
from dashboards.figures.visiting import markup_free
from safeguarding.kernel.disclosure import HIDDEN

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 40, 52
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
_MOST_LABELS = 8


@dataclass(frozen=True)
class Bars:
    """One series; a count of None is hidden and drawn as a mark. `pattern`: '', '/' or 'x'. `links`: where
    each bar leads, None where it leads nowhere."""

    name: str
    colour: str
    pattern: str
    counts: Sequence[int | None]
    links: Sequence[str | None]


def drawing(ident: str, labels: Sequence[str], series: Sequence[Bars], *, stacked: bool) -> Drawing:
    """An SVG. `ident` (plain letters) keeps its ids apart from other drawings'."""
    top = _top(labels, series, stacked=stacked)
    step = top // 4
    slot = _PLOT_WIDTH / max(len(labels), 1)
    thick = slot * 0.8 / (1 if stacked else len(series))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" '
        f'font-family="arial, helvetica, sans-serif" font-size="14" fill="{INK}" '
        f'aria-hidden="true" focusable="false">',
        _patterns(ident, series),
    ]
    for value in range(0, top + 1, step):
        y = TOP + _PLOT_HEIGHT * (1 - value / top)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#cecece"/>')
        out.append(_text(LEFT - 6, y + 5, f"{value:,}", "end"))
    every = -(-len(labels) // _MOST_LABELS) or 1
    for at, label in enumerate(labels):
        below = 0
        for number, bars in enumerate(series):
            count = bars.counts[at]
            x = LEFT + at * slot + slot * 0.1 + (0 if stacked else number * thick)
            base = TOP + _PLOT_HEIGHT * (1 - below / top)
            if count is None:
                out.append(_text(x + thick / 2 + (number * 10 if stacked else 0), base - 4, HIDDEN, "middle"))
            elif count:
                height = count / top * _PLOT_HEIGHT
                fill = f"url(#{ident}-{number})" if bars.pattern else bars.colour
                out.append(
                    f'<rect x="{x:.1f}" y="{base - height:.1f}" width="{thick:.1f}" height="{height:.1f}" '
                    f'fill="{fill}" stroke="{bars.colour}"/>'
                )
                below += count if stacked else 0
        if at % every == 0:
            out.append(_text(LEFT + (at + 0.5) * slot, HEIGHT - BOTTOM + 20, label, "middle"))
    x = float(LEFT)
    for number, bars in enumerate(series):
        fill = f"url(#{ident}-{number})" if bars.pattern else bars.colour
        out.append(f'<rect x="{x:.1f}" y="8" width="16" height="16" fill="{fill}" stroke="{bars.colour}"/>')
        out.append(_text(x + 22, 21, bars.name, "start"))
        x += 46 + 7.5 * len(bars.name)
    return Drawing("".join([*out, "</svg>"]))


def figure(
    labels: Sequence[str], series: Sequence[Bars], *, stacked: bool, x_title: str, y_title: str
) -> dict:
    """The same as plain values for Plotly."""
    # Heavy, and of no use to the other pages.
    import plotly.graph_objects as go

    data = [
        {
            "type": "bar",
            "name": markup_free(bars.name),
            "x": list(labels),
            "y": list(bars.counts),
            "marker": {
                "color": "#ffffff" if bars.pattern else bars.colour,
                "line": {"color": bars.colour, "width": 1},
                "pattern": {
                    "shape": bars.pattern,
                    "fgcolor": bars.colour,
                    "bgcolor": "#ffffff",
                    "size": 8,
                },
            },
            "customdata": list(bars.links),
            "hovertemplate": f"%{{x}}<br>{markup_free(bars.name)}: %{{y:,}}<extra></extra>",
        }
        for bars in series
    ]
    layout = {
        "template": "none",
        "barmode": "stack" if stacked else "group",
        "bargap": 0.2,
        "font": {"color": INK},
        "xaxis": {"type": "category", "showgrid": False, "title": {"text": x_title}},
        "yaxis": {"rangemode": "tozero", "title": {"text": y_title}},
        "hovermode": "closest",
    }
    # Through JSON: plain values only, whatever plotly keeps inside.
    return json.loads(go.Figure(data=data, layout=layout).to_json())


def _top(labels: Sequence[str], series: Sequence[Bars], *, stacked: bool) -> int:
    """The axis' end: four equal steps of round numbers above the highest bar."""
    heights = [[bars.counts[at] or 0 for bars in series] for at in range(len(labels))]
    highest = max((sum(some) if stacked else max(some) for some in heights if some), default=0)
    step = 1
    while step * 4 < highest:
        step = step * 2 if str(step)[0] != "2" else step * 5 // 2
    return step * 4


def _patterns(ident: str, series: Sequence[Bars]) -> str:
    strokes = {"/": "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", "x": "M0,0 l8,8 M8,0 l-8,8"}
    drawn = [
        f'<pattern id="{ident}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="#ffffff"/>'
        f'<path d="{strokes[bars.pattern]}" stroke="{bars.colour}" stroke-width="2"/></pattern>'
        for number, bars in enumerate(series)
        if bars.pattern
    ]
    return f"<defs>{''.join(drawn)}</defs>"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
