"""Words of the pages of cycles."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from partners.constants import CycleState, ReturnState
from partners.models import Cycle, CyclePause, CycleRule
from partners.presenters.base import Tag, counted, moment_words
from partners.rules.calendar import CalendarRule, Period
from partners.rules.texts import in_words
from partners.selectors.cycles import CycleLine, ReturnLine

RETURN_TAGS: dict[str, Tag] = {
    ReturnState.NOT_STARTED: {"text": "Not started", "colour": "grey"},
    ReturnState.STARTED: {"text": "Started", "colour": "blue"},
    ReturnState.SUBMITTED: {"text": "Submitted", "colour": "teal"},
    ReturnState.SENT_BACK: {"text": "Sent back", "colour": "orange"},
    ReturnState.ACCEPTED: {"text": "Accepted", "colour": "green"},
}
_SENT = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)


def cycle_tag(state: str, due_at: datetime, now: datetime) -> Tag:
    if state == CycleState.CLOSED:
        return {"text": "Closed", "colour": "grey"}
    if due_at <= now:
        return {"text": "Open, past its date", "colour": "orange"}
    return {"text": "Open", "colour": "green"}


def period_words(start: date, end: date) -> str:
    return f"{in_words(start)} to {in_words(end)}"


def counts_words(counts: dict[str, int]) -> str:
    """'5 of 8 sent', and where the others are."""
    total = sum(counts.values())
    if not total:
        return "No returns"
    sent = sum(counts.get(state, 0) for state in _SENT)
    return f"{sent} of {total} sent"


def not_sent_words(counts: dict[str, int]) -> str:
    rest = [
        f"{counts[state]} {ReturnState(state).label.lower()}"
        for state in (ReturnState.STARTED, ReturnState.SENT_BACK, ReturnState.NOT_STARTED)
        if counts.get(state)
    ]
    return ", ".join(rest)


def own_words(counts: dict[str, int]) -> str:
    """A partner's own returns of a cycle: 'Started'."""
    words = [
        f"{count} {ReturnState(state).label.lower()}" if count > 1 else str(ReturnState(state).label)
        for state, count in counts.items()
    ]
    return ", ".join(words) or "You had no return"


def cycles_table(lines: Iterable[CycleLine], *, now: datetime, all_counted: bool) -> dict[str, Any]:
    return {
        "caption": "Cycles, the latest first",
        "columns": [
            {"text": "Cycle", "whole": True},
            {"text": "Period"},
            {"text": "Due"},
            {"text": "State"},
            {"text": "Returns" if all_counted else "Your return"},
        ],
        "rows": [_row(line, now, all_counted) for line in lines],
        "empty": "No cycle has been opened yet.",
    }


def _row(line: CycleLine, now: datetime, all_counted: bool) -> list[Any]:
    tag = cycle_tag(line.state, line.due_at, now)
    returns: dict[str, Any] = {"text": own_words(line.counts)}
    if all_counted:
        returns = {"text": counts_words(line.counts), "note": not_sent_words(line.counts)}
    return [
        {"text": f"Cycle {line.number}", "href": reverse("cycle", args=[line.uid])},
        period_words(line.period_start, line.period_end),
        moment_words(line.due_at),
        {"text": tag["text"], "tag": tag["colour"]},
        returns,
    ]


def cycle_rows(cycle: Cycle) -> list[dict[str, Any]]:
    """The summary list of one cycle."""
    rows: list[dict[str, Any]] = [
        {"key": "Period", "value": period_words(cycle.period_start, cycle.period_end)},
        {"key": "Day of the figures", "value": in_words(cycle.snapshot_on)},
        {"key": "Opened", "value": moment_words(cycle.opened_at)},
        {"key": "Due", "value": moment_words(cycle.due_at)},
    ]
    if cycle.closed_at:
        by = f", {cycle.closed_by.name}" if cycle.closed_by else ""
        rows.append({"key": "Closed", "value": f"{moment_words(cycle.closed_at)}{by}"})
    return rows


def returns_table(
    cycle: Cycle, lines: Iterable[ReturnLine], *, now: datetime, extends: bool
) -> dict[str, Any]:
    columns = [{"text": "Partner"}, {"text": "State"}, {"text": "Due"}, {"text": "Sent"}, {"text": "Return"}]
    return {
        "caption": "Returns of this cycle",
        "columns": [*columns, {"text": "More time"}] if extends else columns,
        "rows": [_return_row(cycle, line, now, extends) for line in lines],
        "empty": "There is no return in this cycle.",
    }


def _return_row(cycle: Cycle, line: ReturnLine, now: datetime, extends: bool) -> list[Any]:
    due = max(cycle.due_at, line.extended_until or cycle.due_at)
    tag = RETURN_TAGS[line.state]
    state: dict[str, Any] = {"text": tag["text"], "tag": tag["colour"]}
    if not line.sent and due <= now:
        state["note"] = "Late"
    row: list[Any] = [
        {"text": line.organisation, "href": reverse("organisation", args=[line.organisation_uid])},
        state,
        {"text": moment_words(due), "note": "Extended" if line.extended_until else ""},
        moment_words(line.submitted_at) if line.submitted_at else "Not sent",
        {
            "text": "Open",
            "href": reverse("return", args=[line.uid]),
            "hidden": f"return of {line.organisation}",
        }
        if line.readable
        else "",
    ]
    if extends:
        href = reverse("extend_return", args=[cycle.uid, line.uid])
        row.append("" if line.sent else {"text": "Extend", "href": href, "hidden": line.organisation})
    return row


def periods_table(periods: Sequence[Period], *, now: datetime, caption: str) -> dict[str, Any]:
    """The next periods as a preview."""
    return {
        "caption": caption,
        "columns": [{"text": "Period"}, {"text": "Figures of"}, {"text": "Opens"}, {"text": "Due"}],
        "rows": [
            [
                period_words(period.start, period.dates.period_end),
                in_words(period.dates.snapshot_on),
                {
                    "text": moment_words(period.dates.opens_at),
                    "note": "At once" if period.dates.opens_at <= now else "",
                },
                {"text": moment_words(period.dates.due_at), "note": _weekday(period.dates.due_at)},
            ]
            for period in periods
        ],
        "empty": "No period follows: no calendar is set.",
    }


def _weekday(moment: datetime) -> str:
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[moment.weekday()]


def at_once_words(count: int) -> str:
    """What the preview warns of where the calendar begins in the past."""
    if not count:
        return ""
    if count == 1:
        return "1 cycle opens at once: its period is over already."
    return f"{count:,} cycles open at once: their periods are over already."


def rule_words(rule: CycleRule | CalendarRule) -> str:
    """The rule as a sentence."""
    figures = "on its last day"
    if rule.snapshot_after_days:
        figures = f"{counted(rule.snapshot_after_days, 'day')} later"
    return (
        f"A period of {counted(rule.period_days, 'day')} starts every {counted(rule.every_days, 'day')}. "
        f"Figures are taken {figures}. The return is due at noon "
        f"{counted(rule.due_after_days, 'day')} after the period’s last day, on a working day."
    )


def rule_entries(rules: Iterable[CycleRule], latest: date | None) -> list[dict[str, Any]]:
    """Rules with what may still be taken back."""
    return [
        {
            "from": in_words(rule.effective_from),
            "words": rule_words(rule),
            "reason": rule.reason,
            "by": f"{f'Set by {rule.set_by.name}' if rule.set_by else 'Came with the product'}, "
            f"{moment_words(rule.set_at)}",
            "effective_from": rule.effective_from.isoformat(),
            "unused": latest is None or rule.effective_from > latest,
        }
        for rule in rules
    ]


def pause_entries(pauses: Iterable[CyclePause]) -> list[dict[str, Any]]:
    entries = []
    for pause in pauses:
        last = date.fromordinal(pause.until_date.toordinal() - 1)
        lifted = ""
        if pause.lifted_at and pause.lifted_by:
            lifted = f"Lifted by {pause.lifted_by.name}, {moment_words(pause.lifted_at)}"
        entries.append(
            {
                "uid": pause.uid,
                "days": period_words(pause.from_date, last),
                "reason": pause.reason,
                "by": f"{pause.set_by.name}, {moment_words(pause.set_at)}",
                "lifted": lifted,
            }
        )
    return entries
