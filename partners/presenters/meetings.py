"""Words of the pages of meetings and panels."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.dateformat import format as date_format

from partners.constants import (
    AgendaKind,
    AttendanceState,
    Frequency,
    MeetingKind,
    MeetingState,
    MinutesState,
)
from partners.facts.meetings import MeetingFact, PanelAuditFact, SeriesFact
from partners.models import Attendance, Meeting, MeetingSeries
from partners.presenters.base import Tag, counted, days_words, moment_words
from partners.rules.cadence import LAST_WEEK, Cadence
from partners.rules.meetings import cadence_words
from partners.rules.texts import in_words
from partners.selectors.agendas import ItemShown, ReturnsShown
from partners.selectors.panels import PanelShown
from safeguarding.kernel.periods import day_of

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WHICH = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST_WEEK: "last"}
_SHORT = {
    "": "Not expected",
    AttendanceState.PRESENT: "Present",
    AttendanceState.DEPUTY: "Deputy",
    AttendanceState.APOLOGIES: "Apologies",
    AttendanceState.ABSENT: "Absent",
}


def state_tag(state: str, minutes: str = MinutesState.NONE, issued: bool = False) -> Tag:
    """What somebody should know first about a meeting."""
    if state == MeetingState.CANCELLED:
        return {"text": "Cancelled", "colour": "grey"}
    if state == MeetingState.HELD:
        colour = {MinutesState.AGREED: "green", MinutesState.DRAFT: "blue"}.get(
            MinutesState(minutes), "yellow"
        )
        return {"text": f"Held. {MinutesState(minutes).label}", "colour": colour}
    if issued:
        return {"text": "Agenda issued", "colour": "teal"}
    return {"text": "Planned", "colour": "blue"}


def rhythm(cadence: Cadence) -> str:
    """'Every second week, Tuesday at 10am'."""
    days = [_WEEKDAYS[day - 1] for day in cadence.weekdays]
    named = f"{', '.join(days[:-1])} and {days[-1]}" if len(days) > 1 else days[0]
    at = date_format(cadence.starts_at, "g:ia").replace(".", "").replace(":00", "")
    if cadence.frequency == Frequency.WEEKLY:
        return f"Every week on {named} at {at}"
    if cadence.frequency == Frequency.FORTNIGHTLY:
        return f"Every second week on {named} at {at}"
    every = "month" if cadence.frequency == Frequency.MONTHLY else "third month"
    return f"Every {every} on the {_WHICH[cadence.which_week or 1]} {named} at {at}"


def ran_words(fact: SeriesFact) -> str:
    """'13 of 13 fortnights met; attendance 91%, since 1 April 2020'."""
    words = cadence_words(fact.frequency, planned=fact.planned, held=fact.held, percent=fact.percent)
    return f"{words}, since {in_words(fact.first)}"


def meetings_table(
    facts: Iterable[MeetingFact], *, caption: str, empty: str, with_series: bool = True
) -> dict[str, Any]:
    rows = []
    for one in facts:
        tag = state_tag(one.state, one.minutes_state, one.agenda_issued)
        name = f"{one.series}, meeting {one.number}" if with_series else f"Meeting {one.number}"
        rows.append(
            [
                {"text": name, "href": reverse("meeting", args=[one.uid])},
                moment_words(one.starts_at),
                {"text": tag["text"], "tag": tag["colour"], "note": one.note},
            ]
        )
    columns = [{"text": "Meeting", "wide": True}, {"text": "When"}, {"text": "State"}]
    return {"caption": caption, "columns": columns, "rows": rows, "empty": empty}


def series_table(facts: Iterable[SeriesFact], rhythms: dict[Any, str]) -> dict[str, Any]:
    rows = []
    for one in facts:
        page = "panel" if one.kind == MeetingKind.PANEL else "series"
        paused = [{"text": "Paused", "colour": "yellow"}] if one.paused_since else []
        rows.append(
            [
                {"text": one.name, "href": reverse(page, args=[one.uid]), "tags": paused},
                MeetingKind(one.kind).label,
                rhythms.get(one.uid, "Not set"),
                ran_words(one),
            ]
        )
    columns = [{"text": "Series"}, {"text": "Kind"}, {"text": "Meets"}, {"text": "How it ran", "wide": True}]
    return {
        "caption": "Series of meetings",
        "columns": columns,
        "rows": rows,
        "empty": "Your organisation belongs to no series of meetings.",
    }


def series_rows(series: MeetingSeries, members: Sequence[str], rhythm_words: str, ran: str) -> list[dict]:
    rows = [
        {"key": "Kind", "value": MeetingKind(series.kind).label},
        {"key": "Meets", "value": rhythm_words},
        {"key": "Expected", "value": ", ".join(members) or "Nobody"},
        {"key": "How it ran", "value": ran},
    ]
    if series.purpose:
        rows.insert(1, {"key": "What it is for", "value": series.purpose})
    return rows


def history(cadences: Iterable[Any], as_cadence: Any, pauses: Iterable[Any], today: date) -> list[dict]:
    """Changes of the rhythm and pauses on one timeline, the latest first."""
    entries: list[tuple[date, dict[str, Any]]] = [
        (
            row.effective_from,
            {
                "title": rhythm(as_cadence(row)),
                "when": f"From {in_words(row.effective_from)}",
                "datetime": row.effective_from.isoformat(),
                "text": row.reason,
                "by": row.set_by.name if row.set_by else "",
            },
        )
        for row in cadences
    ]
    for pause in pauses:
        stands = pause.from_date <= today and (pause.until_date is None or today < pause.until_date)
        entry = {
            "title": "Paused",
            "when": days_words(pause.from_date, pause.until_date),
            "datetime": pause.from_date.isoformat(),
            "text": pause.reason,
            "by": pause.set_by.name if pause.set_by else "",
        }
        if stands:
            entry["tag"] = {"text": "Paused now", "colour": "yellow"}
        entries.append((pause.from_date, entry))
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0], reverse=True)]


def meeting_rows(meeting: Meeting, corrections: Iterable[Any] = ()) -> list[dict[str, Any]]:
    """The summary list of one meeting."""
    day = day_of(meeting.starts_at)
    rows = [
        {"key": "When", "value": f"{_WEEKDAYS[day.weekday()]} {moment_words(meeting.starts_at)}"},
        {"key": "Where", "value": ". ".join(filter(None, [_where(meeting), meeting.place]))},
    ]
    if meeting.due_on and meeting.due_on != day and not meeting.note:
        rows.append(
            {
                "key": "Moved",
                "value": f"From {in_words(meeting.due_on)}, which is a bank holiday or another meeting",
            }
        )
    if meeting.note:
        rows.append({"key": "Note", "value": meeting.note})
    if meeting.agenda_issued_at:
        rows.append({"key": "Agenda issued", "value": moment_words(meeting.agenda_issued_at)})
    if meeting.agreed_at_meeting:
        number = meeting.agreed_at_meeting.number
        rows.append(
            {
                "key": "Minutes agreed",
                "value": f"At meeting {number}, {moment_words(meeting.agreed_at_meeting.starts_at)}",
            }
        )
    for item in corrections:
        rows.append({"key": f"Corrected at meeting {item.meeting.number}", "value": item.notes})
    return rows


def _where(meeting: Meeting) -> str:
    return "Online" if meeting.online else "In a room"


def attendance_table(rows: Iterable[Attendance]) -> dict[str, Any]:
    colours = {"present": "green", "deputy": "teal", "apologies": "yellow", "absent": "red"}
    return {
        "caption": "Who came",
        "columns": [{"text": "Organisation"}, {"text": "Attendance"}, {"text": "Role"}],
        "rows": [
            [
                one.organisation.name,
                {"text": AttendanceState(one.state).label, "tag": colours[one.state]},
                one.who,
            ]
            for one in rows
        ],
        "empty": "Nobody was expected.",
    }


def items(shown: Iterable[ItemShown]) -> list[dict[str, Any]]:
    """Items of an agenda for templates/partners/meetings/_agenda.html, numbered as the reader sees them."""
    return [
        {
            "number": number,
            "item": one.item,
            "kind": AgendaKind(one.item.kind).label,
            "restricted": f"Read only by {', '.join(one.restricted_to)}" if one.item.restricted else "",
            "concern": reverse("concern", args=[one.concern_uid]) if one.concern_uid else "",
            "about": returns_words(one.returns) if one.returns else "",
            "actions": [
                {
                    "title": action.title,
                    "href": reverse("action", args=[action.uid]),
                    "words": f"{action.organisation}, due {in_words(action.due_on)}",
                    "overdue": action.overdue(one.day),
                }
                for action in one.actions
            ],
        }
        for number, one in enumerate(shown, 1)
    ]


def returns_words(shown: ReturnsShown) -> str:
    late = f" Late: {', '.join(shown.late)}." if shown.late else ""
    return f"{shown.received} of {counted(shown.expected, 'return')} received.{late}"


def draft_text(shown: Iterable[dict[str, Any]]) -> str:
    """A first draft of minutes, out of the notes: of restricted items neither title nor notes."""
    parts = []
    for entry in shown:
        item = entry["item"]
        if item.restricted or not (item.notes or item.decision):
            continue
        decision = f"Decided: {item.decision}" if item.decision else ""
        parts.append("\n".join(filter(None, [item.title, item.notes, decision])))
    return "\n\n".join(parts)


def theirs_yours(pairs: Iterable[tuple[str, str, str]]) -> list[dict[str, str]]:
    """(field, saved, typed), only where they differ."""
    return [
        {"field": field, "theirs": theirs, "yours": yours}
        for field, theirs, yours in pairs
        if theirs != yours
    ]


def panel_table(shown: PanelShown) -> dict[str, Any]:
    rows = []
    for line in shown.lines:
        tag = state_tag(line.state)
        text = "Held" if line.state == MeetingState.HELD else tag["text"]
        name: dict[str, Any] = {"text": f"Panel {line.number}"}
        if shown.inside:
            name["href"] = reverse("meeting", args=[line.uid])
        rows.append(
            [
                name,
                moment_words(line.starts_at),
                {"text": text, "tag": "green" if text == "Held" else tag["colour"], "note": line.note},
                {"text": line.cases or "Not counted"},
            ]
        )
    return {
        "caption": "Panels",
        "columns": [
            {"text": "Panel"},
            {"text": "When"},
            {"text": "State"},
            {"text": "Cases heard", "numeric": True},
        ],
        "rows": rows,
        "empty": "No panel has taken place yet.",
    }


def years_table(shown: PanelShown) -> dict[str, Any]:
    return {
        "caption": "Cases heard by year",
        "columns": [{"text": "Year"}, {"text": "Cases heard", "numeric": True}],
        "rows": [[str(year), cases] for year, cases in reversed(shown.cases_by_year)],
        "empty": "No cases have been counted yet.",
    }


def trend_table(shown: PanelShown) -> dict[str, Any]:
    heads = [{"text": in_words(day_of(at))} for at in shown.trend_of]
    return {
        "caption": f"Attendance by agency at the last {counted(len(heads), 'panel')}"
        if heads
        else "Attendance by agency",
        "columns": [{"text": "Agency"}, *heads, {"text": "Came", "numeric": True}],
        "rows": [[name, *(_SHORT[state] for state in states), came] for name, states, came in shown.trend],
        "empty": "No panel has been held yet.",
    }


def audits_table(audits: Iterable[PanelAuditFact], *, finishes: bool) -> dict[str, Any]:
    rows = []
    for one in audits:
        if one.done:
            state: dict[str, Any] = {"text": "Done", "tag": "green", "note": one.findings}
        elif one.overdue:
            state = {"text": "Overdue", "tag": "red"}
        else:
            state = {"text": "Planned", "tag": "blue"}
        act: dict[str, Any] = {"text": ""}
        if finishes and not one.done:
            act = {
                "text": "Record findings",
                "href": reverse("finish_panel_audit", args=[one.uid]),
                "hidden": f"of {one.scope}",
            }
        rows.append(
            [one.scope, in_words(one.due_on), state, act]
            if finishes
            else [one.scope, in_words(one.due_on), state]
        )
    columns = [{"text": "Audit", "wide": True}, {"text": "Due"}, {"text": "State", "wide": True}]
    if finishes:
        columns.append({"text": "What to do"})
    return {"caption": "Audits", "columns": columns, "rows": rows, "empty": "No audit has been planned."}
