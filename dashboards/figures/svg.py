"""A small drawing of stacked bars for pages without script. Presentation attributes only: the
content security policy allows no styles in the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dashboards.figures.chart import COMPARATOR, INK, SHADE, Drawing

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 74, 34
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
# About so many labels fit beneath the bars.
_MOST_LABELS = 12


@dataclass(frozen=True)
class Series:
    """One part of every bar, in percent; None draws nothing. `pattern`: '', '/' or 'x'."""

    name: str
    colour: str
    pattern: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Shade:
    """A marked stretch above the bars, in bars from the first one's left edge, with its mark."""

    start: float
    end: float
    mark: str


def stacked_bars(
    name: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    line: tuple[str, float] | None = None,
    shades: Sequence[Shade] = (),
    marks: Sequence[str] = (),
) -> Drawing:
    """An SVG of one bar a label, from 0 to 100%. `name` (plain letters) keeps its ids apart from
    other drawings'; `line` is (its name, a height in percent); `marks` stand on top of the bars."""
    slot = _PLOT_WIDTH / max(len(labels), 1)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" '
        f'font-family="arial, helvetica, sans-serif" font-size="14" fill="{INK}" '
        f'aria-hidden="true" focusable="false">',
        _patterns(name, series),
    ]
    for shade in shades:
        left, width = LEFT + shade.start * slot, (shade.end - shade.start) * slot
        out.append(_rect(left, TOP - 26, width, 18, SHADE))
        out.append(_text(left + width / 2, TOP - 12, shade.mark, "middle"))
    for percent in range(0, 101, 20):
        y = _y(percent)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#cecece"/>')
        out.append(_text(LEFT - 6, y + 5, f"{percent}%", "end"))
    every = -(-len(labels) // _MOST_LABELS) or 1
    for at, label in enumerate(labels):
        below, middle = 0.0, LEFT + (at + 0.5) * slot
        for number, part in enumerate(series):
            value = part.values[at]
            if not value:
                continue
            height = value / 100 * _PLOT_HEIGHT
            fill = f"url(#{name}-{number})" if part.pattern else part.colour
            out.append(_rect(middle - slot * 0.4, _y(below + value), slot * 0.8, height, fill, part.colour))
            below += value
        if at < len(marks) and marks[at]:
            out.append(_text(middle, _y(below) - 4, marks[at], "middle"))
        if at % every == 0:
            out.append(_text(middle, HEIGHT - BOTTOM + 20, label, "middle"))
    if line:
        y = _y(line[1])
        out.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{COMPARATOR}" '
            f'stroke-width="3" stroke-dasharray="10 4 3 4"/>'
        )
    out.append(_legend(name, series, line))
    out.append("</svg>")
    return Drawing("".join(out))


def _patterns(name: str, series: Sequence[Series]) -> str:
    strokes = {"/": "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", "x": "M0,0 l8,8 M8,0 l-8,8"}
    drawn = [
        f'<pattern id="{name}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="#ffffff"/>'
        f'<path d="{strokes[part.pattern]}" stroke="{part.colour}" stroke-width="2"/></pattern>'
        for number, part in enumerate(series)
        if part.pattern
    ]
    return f"<defs>{''.join(drawn)}</defs>"


def _legend(name: str, series: Sequence[Series], line: tuple[str, float] | None) -> str:
    out, x = [], float(LEFT)
    for number, part in enumerate(series):
        fill = f"url(#{name}-{number})" if part.pattern else part.colour
        out.append(_rect(x, 6, 16, 16, fill, part.colour) + _text(x + 22, 19, part.name, "start"))
        x += 46 + 7.5 * len(part.name)
    if line:
        out.append(
            f'<line x1="{LEFT}" x2="{LEFT + 36}" y1="34" y2="34" stroke="{COMPARATOR}" stroke-width="3" '
            f'stroke-dasharray="10 4 3 4"/>' + _text(LEFT + 44, 39, line[0], "start")
        )
    return "".join(out)


def _y(percent: float) -> float:
    return TOP + _PLOT_HEIGHT * (1 - percent / 100)


def _rect(x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> str:
    edge = f' stroke="{stroke}"' if stroke else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{edge}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
