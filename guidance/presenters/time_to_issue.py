"""Words and drawing of the page about the time from publication to issue."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from guidance.constants import Force
from guidance.facts.interpretation import IssuedIn, Spread
from guidance.presenters.base import counted
from guidance.presenters.interpretation import force_word
from guidance.rules.interpretation import spread
from safeguarding.kernel.periods import Month
from safeguarding.kernel.texts import in_words

# The latest months in which something was issued.
MONTHS_SHOWN = 24
LONGEST_SHOWN = 10
_SOURCE = "the register of guidance. Days from publication (else receipt) to issue, weekends included"
_WIDE, _HIGH, _FOOT, _GAP = 600, 160, 20, 4


def days_words(days: float) -> str:
    """'4 days', '2.5 days'."""
    return counted(int(days), "day") if days == int(days) else f"{days:,.1f} days"


def stats(found: Sequence[IssuedIn]) -> list[dict[str, Any]]:
    """Figures of components/stat.html."""
    whole = spread([one.days for one in found])
    if whole is None:
        return []
    return [
        {"label": "Issued", "value": f"{whole.count:,}", "note": "versions of guidance"},
        {"label": "The middle one took", "value": days_words(whole.median), "note": "median"},
        {
            "label": "Half of all took",
            "value": f"{_figure(whole.lower)} to {_figure(whole.upper)} days",
            "note": "a quarter took less, a quarter more",
        },
        {"label": "The longest took", "value": days_words(whole.longest)},
    ]


def months_chart(found: Sequence[IssuedIn], *, now: datetime) -> dict[str, Any] | None:
    """components/chart.html of the median by month of issue; None where nothing was issued."""
    by_month: dict[Month, list[int]] = {}
    for one in found:
        by_month.setdefault(Month.of(one.issued_on), []).append(one.days)
    spreads = [(month, spread(days)) for month, days in sorted(by_month.items())[-MONTHS_SHOWN:]]
    shown = [(month.name, one) for month, one in spreads if one]
    if not shown:
        return None
    name, last = shown[-1]
    return {
        "id": "time-to-issue",
        "title": f"In {name} the middle one took {days_words(last.median)}",
        "summary": f"By month of issue, the latest {counted(len(shown), 'month')} with an issue.",
        "svg": _bars(shown),
        "table": _spreads_table("Days from publication to issue, by month of issue", "Month", shown),
        "source": _SOURCE,
        "age": {"worked_out_at": now, "now": now, "as_at": None},
    }


def forces_table(found: Sequence[IssuedIn]) -> dict[str, Any]:
    spreads = [
        (force_word(force), spread([one.days for one in found if one.force == force])) for force in Force
    ]
    rows = [(name, one) for name, one in spreads if one]
    return _spreads_table("By how binding it is", "How binding", rows)


def longest_table(found: Iterable[IssuedIn]) -> dict[str, Any]:
    slowest = sorted(found, key=lambda one: (-one.days, one.issued_on))[:LONGEST_SHOWN]
    return {
        "caption": "What took longest",
        "columns": [
            {"text": "Guidance", "wide": True},
            {"text": "Since"},
            {"text": "Issued"},
            {"text": "Days", "numeric": True},
        ],
        "rows": [
            [
                {
                    "text": one.title,
                    "href": reverse("interpretation", args=[one.version_uid]),
                    "note": one.label,
                },
                in_words(one.since),
                in_words(one.issued_on),
                f"{one.days:,}",
            ]
            for one in slowest
        ],
        "empty": "Nothing is issued yet.",
    }


def _figure(days: float) -> str:
    return f"{days:,.1f}".removesuffix(".0")


def _spreads_table(caption: str, first: str, rows: Iterable[tuple[str, Spread]]) -> dict[str, Any]:
    columns = (first, "Issued", "Median", "Middle half", "Longest")
    return {
        "caption": caption,
        "columns": [{"text": text, "numeric": place > 0} for place, text in enumerate(columns)],
        "rows": [
            [
                name,
                f"{one.count:,}",
                _figure(one.median),
                f"{_figure(one.lower)} to {_figure(one.upper)}",
                f"{one.longest:,}",
            ]
            for name, one in rows
        ],
        "empty": "Nothing is issued yet.",
    }


def _bars(rows: Sequence[tuple[str, Spread]]) -> str:
    """Medians as an inline drawing; attributes only, as the page allows no styles."""
    top = max(one.median for _, one in rows) or 1
    step = _WIDE / len(rows)
    bars = []
    for number, (name, one) in enumerate(rows):
        height = round((_HIGH - 2 * _FOOT) * one.median / top, 1)
        left = round(number * step + _GAP / 2, 1)
        told = f"{name}: {days_words(one.median)}"
        bars.append((left, round(_HIGH - _FOOT - height, 1), round(max(step - _GAP, 1), 1), height, told))
    drawn = format_html_join(
        "", '<rect x="{}" y="{}" width="{}" height="{}" fill="#0072b2"><title>{}</title></rect>', bars
    )
    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" xmlns="http://www.w3.org/2000/svg" '
        'preserveAspectRatio="xMinYMin meet" font-family="arial, sans-serif" font-size="14" '
        'focusable="false" aria-hidden="true">{bars}'
        '<line x1="0" y1="{base}" x2="{w}" y2="{base}" stroke="#505a5f"/>'
        '<text x="0" y="{h}">{first}</text><text x="{w}" y="{h}" text-anchor="end">{last}</text></svg>',
        w=_WIDE,
        h=_HIGH,
        base=_HIGH - _FOOT,
        bars=drawn,
        first=rows[0][0],
        last=rows[-1][0] if len(rows) > 1 else "",
    )
