"""Words and drawings of backlogs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from partners.constants import BacklogKind
from partners.facts.plans import BacklogFact, CountFact, ScenarioBoard
from partners.presenters.base import moment_words
from partners.rules.backlogs import PERIODS, YEARS_AHEAD, Outlook, broken_joints, scenario_demand
from partners.rules.texts import in_words

_HOW = f"the mean of the last {PERIODS} periods"


def kind_words(backlog: BacklogFact) -> str:
    return BacklogKind(backlog.kind).label


def reach_words(backlog: BacklogFact) -> str:
    return "national" if backlog.national else "local"


def figure_words(backlog: BacklogFact) -> str:
    """'38 cases, as at 27 March 2020'."""
    last = backlog.last
    if last is None:
        return "Not counted yet"
    return f"{last.stock:,} {backlog.unit}, as at {in_words(last.period_end)}"


def forecast_words(backlog: BacklogFact) -> str:
    """When it will be gone, with the range; or why that cannot be said."""
    found = backlog.forecast
    if found.outlook == Outlook.NOT_KNOWN:
        return "Not known: fewer than two periods are counted"
    if found.outlook == Outlook.CLEARED:
        return "Nothing waits"
    if found.outlook == Outlook.STANDS:
        return "Not cleared: as much comes in as goes out"
    if found.outlook == Outlook.GROWS:
        growth = found.weekly_growth
        pace = f"{growth:,.1f}" if growth >= Decimal("0.1") else "less than 0.1"
        return f"Not cleared: grows by {pace} a week{_best(backlog)}"
    if found.cleared_by is None:
        return f"At the present pace not cleared within {YEARS_AHEAD} years{_best(backlog)}"
    return f"At the present pace cleared by {in_words(found.cleared_by)}{_range(backlog)}"


def _range(backlog: BacklogFact) -> str:
    found = backlog.forecast
    first = in_words(found.earliest) if found.earliest else ""
    if found.latest is None:
        return f" ({first} at the pace of the best period, not at all at that of the worst)"
    if found.earliest == found.latest:
        return ""
    return f" (between {first} and {in_words(found.latest)})"


def _best(backlog: BacklogFact) -> str:
    earliest = backlog.forecast.earliest
    return f" ({in_words(earliest)} at the pace of the best period)" if earliest else ""


def pace_words(backlog: BacklogFact) -> str:
    found = backlog.forecast
    if found.outlook == Outlook.NOT_KNOWN:
        return "Not known"
    return f"{found.weekly_in:,.1f} come in and {found.weekly_out:,.1f} go out a week, {_HOW}"


def backlog_rows(backlog: BacklogFact, *, closed_on: Any = None) -> list[dict[str, Any]]:
    rows = [
        {"key": "Partner", "value": backlog.partner.name},
        {"key": "Kind", "value": f"{kind_words(backlog)}, {reach_words(backlog)}"},
        {"key": "Waiting", "value": figure_words(backlog)},
        {"key": "Pace", "value": pace_words(backlog)},
        {"key": "Forecast", "value": forecast_words(backlog)},
    ]
    if closed_on:
        rows.append({"key": "On the register", "value": f"Not from {in_words(closed_on)} on"})
    return rows


def chart(backlog: BacklogFact, rows: Sequence[CountFact], *, now: datetime) -> dict[str, Any]:
    """The figure of one backlog for components/chart.html: its finding, its bars, its periods."""
    last = backlog.last
    return {
        "id": "backlog",
        "title": forecast_words(backlog),
        "summary": f"{figure_words(backlog)}. {pace_words(backlog)}." if last else "",
        "svg": _bars(backlog.counts) if len(backlog.counts) > 1 else "",
        "table": counts_table(backlog, rows),
        "source": f"Counts of {backlog.partner.name}, in {backlog.unit}",
        "age": {"worked_out_at": max(one.at for one in backlog.counts), "now": now, "as_at": last.period_end}
        if last
        else None,
    }


_WIDE, _HIGH, _FOOT, _GAP = 600, 160, 20, 4


def _bars(counts: Sequence[CountFact]) -> str:
    """Stock at the end of each period as an inline drawing; attributes only, as the page allows no styles."""
    top = max(one.stock for one in counts) or 1
    step = _WIDE / len(counts)
    bars = []
    for number, one in enumerate(counts):
        height = round((_HIGH - 2 * _FOOT) * one.stock / top, 1)
        bars.append(
            (
                round(number * step + _GAP / 2, 1),
                round(_HIGH - _FOOT - height, 1),
                round(max(step - _GAP, 1), 1),
                height,
                f"{in_words(one.period_end)}: {one.stock:,}",
            )
        )
    drawn = format_html_join(
        "", '<rect x="{}" y="{}" width="{}" height="{}" fill="#0072b2"><title>{}</title></rect>', bars
    )
    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" xmlns="http://www.w3.org/2000/svg" '
        'preserveAspectRatio="xMinYMin meet" font-family="arial, sans-serif" font-size="14" '
        'focusable="false" aria-hidden="true">{bars}'
        '<line x1="0" x2="{w}" y1="{base}" y2="{base}" stroke="#0b0c0c"/>'
        '<text x="0" y="14" fill="#0b0c0c">Highest {top}</text>'
        '<text x="0" y="{h}" dy="-4" fill="#0b0c0c">{first}</text>'
        '<text x="{w}" y="{h}" dy="-4" fill="#0b0c0c" text-anchor="end">{last}</text></svg>',
        w=_WIDE,
        h=_HIGH,
        base=_HIGH - _FOOT,
        bars=drawn,
        top=f"{top:,}",
        first=in_words(counts[0].period_end),
        last=in_words(counts[-1].period_end),
    )


def counts_table(backlog: BacklogFact, rows: Sequence[CountFact]) -> dict[str, Any]:
    """The periods, the last first, corrected rows beneath the row that stands."""
    broken = set(broken_joints(backlog.counts))
    stands = {one.row for one in backlog.counts}
    ordered = sorted(rows, key=lambda one: (one.period_start, one.row), reverse=True)
    return {
        "caption": f"Counts by period, in {backlog.unit}",
        "columns": [
            {"text": "Period"},
            {"text": "Before", "numeric": True},
            {"text": "In", "numeric": True},
            {"text": "Out", "numeric": True},
            {"text": "At the end", "numeric": True},
            {"text": "Recorded"},
        ],
        "rows": [_count_row(one, stands, broken) for one in ordered],
        "empty": "No period has been counted yet.",
    }


def _count_row(one: CountFact, stands: set[int], broken: set[Any]) -> list[Any]:
    notes = []
    if one.row not in stands:
        notes.append("Corrected since: no longer counts.")
    elif one.period_start in broken:
        notes.append("Does not begin with what the period before ended with.")
    if one.correction_reason:
        notes.append(f"Correction: {one.correction_reason}")
    return [
        {"text": f"{in_words(one.period_start)} to {in_words(one.period_end)}", "note": " ".join(notes)},
        f"{one.before:,}",
        f"{one.came_in:,}",
        f"{one.went_out:,}",
        f"{one.stock:,}",
        moment_words(one.at),
    ]


def by_kind(backlogs: Iterable[BacklogFact]) -> list[dict[str, Any]]:
    """A table for each kind that is on the register, in the order of kinds."""
    groups: dict[str, list[BacklogFact]] = {}
    for one in backlogs:
        groups.setdefault(one.kind, []).append(one)
    return [
        backlogs_table(groups[kind.value], caption=kind.label, with_partner=True)
        for kind in BacklogKind
        if kind.value in groups
    ]


def backlogs_table(rows: Iterable[BacklogFact], *, caption: str, with_partner: bool) -> dict[str, Any]:
    columns = [
        {"text": "Backlog"},
        {"text": "Local or national"},
        {"text": "Waiting"},
        {"text": "Forecast", "wide": True},
    ]
    if with_partner:
        columns.insert(1, {"text": "Partner"})
    return {
        "caption": caption,
        "columns": columns,
        "rows": [
            [
                {"text": one.name, "href": reverse("backlog", args=[one.uid])},
                *([one.partner.name] if with_partner else []),
                reach_words(one).capitalize(),
                figure_words(one),
                forecast_words(one),
            ]
            for one in rows
        ],
        "empty": "No backlog is on the register.",
    }


def scenarios_table(board: ScenarioBoard) -> dict[str, Any]:
    """Partners down, scenarios across."""
    rows = []
    for one in board.answered:
        said = {cell.uplift: cell.answers for cell in one.cells}
        rows.append(
            [
                {"text": one.partner.name, "note": f"Return of cycle {one.cycle_number}"},
                *(_scenario_words(said.get(uplift)) for uplift in board.uplifts),
            ]
        )
    return {
        "caption": "What partners answer to each scenario",
        "columns": [{"text": "Partner"}, *({"text": f"{uplift}% more"} for uplift in board.uplifts)],
        "rows": rows,
        "empty": "No partner has answered on a scenario in its latest return.",
    }


def _scenario_words(answers: tuple[tuple[str, str], ...] | None) -> str:
    if not answers:
        return "Not answered"
    if len(answers) == 1:
        return answers[0][1]
    return "; ".join(f"{heading}: {words}" for heading, words in answers)


def demand_table(board: ScenarioBoard, baseline: Decimal) -> dict[str, Any]:
    return {
        "caption": f"What each scenario makes of {baseline:,f}",
        "columns": [{"text": "Scenario"}, {"text": "Demand", "numeric": True}],
        "rows": [
            ["As usual", f"{baseline:,f}"],
            *(
                [f"{uplift}% more", f"{scenario_demand(baseline, uplift).normalize():,f}"]
                for uplift in board.uplifts
            ),
        ],
    }
