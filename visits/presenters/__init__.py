"""Words of the record pages."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from visits.constants import Method, Outcome, PlanType, Status
from visits.constants.oversight import Quality, SeenAlone, WhyNotFaceToFace
from visits.facts import (
    AwaitingAuthorisation,
    ChildLine,
    EarlierVersion,
    EmergencyAccessLine,
    PlanLine,
    VisitLine,
)
from visits.forms.records import UNAUTHORISED
from visits.rules.records import in_words
from visits.selectors.lines import LastSeen

FIELD_WORDS = {
    "visit_date": "Date",
    "method": "How the visit was made",
    "status": "Status",
    "child_seen": "Child seen",
    "authorised": "Authorised",
    "note": "What happened",
}
# What the record of an alternative holds beside the visit.
DETAIL_WORDS = {
    "why": "Why not face to face",
    "why_more": "More about the reason",
    "who": "Who took part",
    "quality": "Seen and heard",
    "seen_alone": "Spoken to in private",
    "private": "Could others hear or see",
    "learned": "What was learned",
    "next_contact_on": "Next contact",
}
_CODES = {
    "method": Method,
    "status": Status,
    "why": WhyNotFaceToFace,
    "quality": Quality,
    "seen_alone": SeenAlone,
}
Tag = dict[str, str]
# A kind of flag that a partnership adds is blue.
_FLAG_COLOURS = {
    "most_vulnerable": "red",
    "domestic_abuse": "red",
    "self_isolating": "yellow",
    "symptomatic": "yellow",
    "shielding": "purple",
    "clinically_vulnerable": "purple",
}
_SHORT_PLANS = {PlanType.CP: "Child protection", PlanType.CIN: "Child in need", PlanType.CIC: "Child in care"}


def moment_words(moment: datetime) -> str:
    """'27 March 2020 at 4:05pm', London time."""
    local = moment.astimezone(timezone.get_default_timezone())
    return f"{in_words(local.date())} at {date_format(local, 'g:ia').replace('.', '')}"


def plan_words(plan_types: Iterable[str]) -> str:
    return ", ".join(_SHORT_PLANS[PlanType(plan_type)] for plan_type in plan_types) or "No open plan"


def flag_tag(code: str, name: str) -> Tag:
    return {"text": name, "colour": _FLAG_COLOURS.get(code, "blue")}


def due_cell(due_by: date | None, today: date) -> dict[str, Any]:
    """A table's cell: when the next visit is due, in words as well as by a tag."""
    if due_by is None:
        return {"text": "–", "hidden": "no visit is due"}
    if due_by > today:
        return {"text": in_words(due_by)}
    late = (today - due_by).days
    return {
        "text": f"{late:,} day{'' if late == 1 else 's'} late" if late else "Due today",
        "tag": "red" if late else "yellow",
        "note": in_words(due_by),
    }


def children_table(lines: Iterable[ChildLine], today: date, *, caption: str, empty: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [
            {"text": "Child", "whole": True},
            {"text": "Next visit due"},
            {"text": "Last seen face to face"},
            {"text": "Plan"},
            {"text": "Team"},
        ],
        "rows": [
            [
                {
                    "text": line.shown_as,
                    "href": reverse("child", args=[line.uid]),
                    "tags": [flag_tag(code, name) for code, name in line.flag_kinds],
                },
                due_cell(line.due_by, today),
                in_words(line.last_face_to_face) if line.last_face_to_face else "Never",
                plan_words(line.plan_types),
                ", ".join(line.teams) or "–",
            ]
            for line in lines
        ],
        "empty": empty,
    }


def last_seen_stats(seen: LastSeen, today: date) -> list[dict[str, str]]:
    def stat(label: str, day: date | None) -> dict[str, str]:
        if day is None:
            return {"label": label, "value": "Never", "note": "on this record"}
        days = (today - day).days
        value = "Today" if days == 0 else "1 day" if days == 1 else f"{days:,} days"
        return {"label": label, "value": value, "note": f"{'since ' if days else ''}{in_words(day)}"}

    return [
        stat("Last seen face to face", seen.face_to_face),
        stat("Last seen by any contact that counts", seen.any_contact),
    ]


def plan_rows(plan: PlanLine, today: date) -> list[dict[str, Any]]:
    """The summary list of one plan."""
    dates = f"From {in_words(plan.start_date)}" + (f" to {in_words(plan.end_date)}" if plan.end_date else "")
    rows: list[dict[str, Any]] = [{"key": "Dates", "value": dates}]
    if plan.plan_ref:
        rows.append({"key": "Plan reference", "value": plan.plan_ref})
    rows.append({"key": "Team", "value": plan.team})
    if plan.plan_type == PlanType.CIC:
        rows.append({"key": "Long-term placement", "value": "Yes" if plan.long_term else "No"})
    if plan.open and plan.due_by:
        late = (today - plan.due_by).days
        note = f" ({late:,} day{'' if late == 1 else 's'} late)" if late > 0 else ""
        rows.append({"key": "Next visit due by", "value": in_words(plan.due_by) + note})
    if plan.open and plan.month_end:
        rows.append({"key": f"{plan.month_end:%B} so far", "value": month_words(plan, today)})
    return rows


def month_words(plan: PlanLine, today: date) -> str:
    """What the month would say if nothing more were recorded, and what would change it."""
    if plan.month_end is None or plan.counts_from is None:
        return ""
    month = f"{plan.month_end:%B}"
    if not plan.in_cohort:
        return f"The plan started too recently to be counted in {month}."
    days = f"from {in_words(plan.counts_from)} to" if plan.counts_from > today else "until"
    if plan.seen_on and plan.month_outcome == Outcome.FACE_TO_FACE:
        return f"Seen face to face on {in_words(plan.seen_on)}, which counts for {month}."
    if plan.seen_on and plan.month_outcome == Outcome.ALTERNATIVE:
        return (
            f"Seen by an authorised alternative on {in_words(plan.seen_on)}, which counts for {month}. "
            f"A face-to-face visit {days} {in_words(plan.month_end)} would count instead."
        )
    return f"Not seen yet for {month}. A visit {days} {in_words(plan.month_end)} counts."


def visit_title(visit: VisitLine) -> str:
    """How it was made, and that the child was seen; what else there is to say, the tag says."""
    method = Method(visit.method).label
    if not visit.child_seen:
        return str(method)
    return f"{method}, child {'heard' if visit.method == Method.TELEPHONE else 'seen'}"


def visit_tag(visit: VisitLine, today: date) -> Tag | None:
    """What of a visit needs a look; none where it simply counts."""
    if visit.status == Status.CANCELLED:
        return {"text": "Cancelled", "colour": "grey"}
    if visit.status == Status.PLANNED:
        return (
            {"text": "Planned, date has passed", "colour": "orange"}
            if visit.visit_date < today
            else {"text": "Planned", "colour": "blue"}
        )
    if not visit.child_seen:
        return {"text": "Child not seen", "colour": "orange"}
    if visit.awaits_authorisation:
        return {"text": "Not authorised", "colour": "yellow"}
    return None


def timeline(visits: Iterable[VisitLine], today: date) -> list[dict[str, Any]]:
    """Entries of components/timeline.html."""
    return [
        {
            "title": visit_title(visit),
            "when": in_words(visit.visit_date),
            "datetime": visit.visit_date.isoformat(),
            "by": _recorded(visit),
            "tag": visit_tag(visit, today),
            "text": visit.note,
            "href": reverse("visit", args=[visit.uid]),
            "action": "View and history" if visit.changes else "View",
            "struck": visit.status == Status.CANCELLED,
        }
        for visit in visits
    ]


def _recorded(visit: VisitLine) -> str:
    by = f"recorded by {visit.recorded_by}" if visit.recorded_by else "imported"
    if not visit.changes:
        return by
    return f"{by}, changed {visit.changes} time{'' if visit.changes == 1 else 's'}"


def visit_rows(visit: VisitLine) -> list[dict[str, Any]]:
    """The summary list of one visit."""
    rows: list[dict[str, Any]] = [
        {"key": "Date", "value": in_words(visit.visit_date)},
        {"key": "How the visit was made", "value": Method(visit.method).label},
        {"key": "Status", "value": Status(visit.status).label},
    ]
    if visit.status == Status.COMPLETED:
        rows.append({"key": "Child seen", "value": "Yes" if visit.child_seen else "No"})
    if visit.method != Method.FACE_TO_FACE and visit.status == Status.COMPLETED:
        rows.append({"key": "Authorised", "value": authorised_words(visit)})
    by = visit.recorded_by or "An import"
    rows.append({"key": "Recorded", "value": f"{by}, {moment_words(visit.recorded_at)}"})
    rows.append({"key": "What happened", "value": visit.note or "Nothing written"})
    return rows


def authorised_words(visit: VisitLine) -> str:
    if not visit.authorised:
        return (
            f"No. {UNAUTHORISED}."
            if visit.child_seen
            else "No. The child was not seen, so it does not count."
        )
    if visit.authorised_at and visit.authorised_by:
        return f"By {visit.authorised_by}, {moment_words(visit.authorised_at)}"
    return "Yes, by the case system"


def value_words(field: str, value: object) -> str:
    """A kept value as it is shown: a code's label, yes or no, a day in words."""
    if field in ("visit_date", "next_contact_on") and value:
        return in_words(date.fromisoformat(str(value)))
    if field in _CODES and value in _CODES[field].values:
        return str(_CODES[field](str(value)).label)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value or "(empty)")


def history(versions: Iterable[EarlierVersion]) -> list[dict[str, Any]]:
    """What was there before each change: why, and who, when and what as a table."""
    return [
        {
            "reason": version.reason,
            "table": {
                "caption": f"Changed by {version.replaced_by}, {moment_words(version.replaced_at)}",
                "caption_size": "s",
                "columns": [{"text": "Field"}, {"text": "Before"}, {"text": "After"}],
                "rows": [
                    [(FIELD_WORDS | DETAIL_WORDS)[name], value_words(name, before), value_words(name, after)]
                    for name, before, after in version.differences
                ],
            },
        }
        for version in versions
    ]


def theirs_yours(saved: dict[str, Any], typed: dict[str, Any]) -> list[dict[str, str]]:
    """Both texts of every field in which a stale form differs from what is saved now."""
    return [
        {
            "field": (FIELD_WORDS | DETAIL_WORDS).get(name, "Your reason"),
            "theirs": value_words(name, saved[name]) if name in saved else "",
            "yours": value_words(name, value),
        }
        for name, value in typed.items()
        if saved.get(name) != value
    ]


def awaiting_table(waiting: Iterable[AwaitingAuthorisation]) -> dict[str, Any]:
    return {
        "caption": "Alternatives without a decision",
        "columns": [
            {"text": "Child", "whole": True},
            {"text": "Date"},
            {"text": "How"},
            {"text": "Recorded by"},
            {"text": "Visit"},
        ],
        "rows": [
            [
                {"text": line.shown_as, "href": reverse("child", args=[line.child_uid])},
                in_words(line.visit_date),
                Method(line.method).label,
                line.recorded_by or "An import",
                {
                    "text": "Look at it",
                    "href": reverse("visit", args=[line.visit_uid]),
                    "hidden": f"{line.shown_as}, {in_words(line.visit_date)}",
                },
            ]
            for line in waiting
        ],
        "empty": "Every alternative of your teams is covered by a decision.",
    }


def emergency_rows(access: EmergencyAccessLine) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"key": "Opened by", "value": f"{access.person}, {moment_words(access.opened_at)}"},
        {"key": "Closes", "value": moment_words(access.closes_at)},
        {"key": "Reason", "value": access.reason},
    ]
    if access.seen_at:
        rows.append({"key": "Looked at by", "value": f"{access.seen_by}, {moment_words(access.seen_at)}"})
    return rows
