"""Small drawings as SVG: no style attributes, no scripts, nothing to fetch. A table tells the same."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from dashboards.pack.elements import Course

HIGHEST = 25
# Scores at which a band of the default matrix begins: quiet lines to read the drawing by.
_LINES = (4, 8, 15)
_WIDTH, _HEIGHT, _EDGE = 200, 56, 8


def course_svg(course: Course) -> SafeString:
    """A rating through the months, the highest score at the top; the last point with its number."""
    places = _places([step.score for step in course.steps])
    if not places:
        return mark_safe("")
    lines = format_html_join(
        "",
        '<line x1="0" x2="{}" y1="{}" y2="{}" stroke="#b1b4b6" stroke-width="0.5"/>',
        ((_WIDTH, _height(score), _height(score)) for score in _LINES),
    )
    path = " ".join(f"{x},{y}" for x, y in places)
    dots = format_html_join("", '<circle cx="{}" cy="{}" r="2.5" fill="#1d70b8"/>', places)
    last_x, last_y = places[-1]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}"'
        ' focusable="false">'
        '{}<polyline points="{}" fill="none" stroke="#1d70b8" stroke-width="1.5"/>{}'
        '<text x="{}" y="{}" font-size="11" font-weight="bold" fill="#0b0c0c">{}</text></svg>',
        _WIDTH + 24,
        _HEIGHT,
        _WIDTH + 24,
        _HEIGHT,
        lines,
        path,
        dots,
        last_x + 6,
        last_y + 4,
        course.steps[-1].score,
    )


def _height(score: int) -> float:
    inner = _HEIGHT - 2 * _EDGE
    return round(_EDGE + inner * (1 - score / HIGHEST), 1)


def _places(scores: list[int]) -> list[tuple[float, float]]:
    apart = (_WIDTH - 2 * _EDGE) / max(len(scores) - 1, 1)
    return [(round(_EDGE + apart * place, 1), _height(score)) for place, score in enumerate(scores)]
