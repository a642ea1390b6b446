"""Words of the pages of school decisions and virtual family contact."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from safeguarding.kernel.periods import Month
from visits.constants import Method
from visits.constants.oversight import Agency, AttendanceOutcome, ContactHeld
from visits.facts.flags import ContactCount, SchoolGap
from visits.models import FamilyContact, SchoolDecision, Team
from visits.presenters import moment_words
from visits.rules.records import in_words

Tag = dict[str, str]
_HELD_COLOURS = {
    ContactHeld.ARRANGED: "blue",
    ContactHeld.HELD: "green",
    ContactHeld.PARTLY: "yellow",
    ContactHeld.NOT_HELD: "orange",
}


def school_words(latest: SchoolDecision | None, today: date) -> str:
    """What holds on attendance at school, in a sentence."""
    if latest is None:
        return "Nothing has been decided yet."
    past = latest.review_on < today
    due = "was to be reviewed by" if past else "to be reviewed by"
    return f"Decided on {in_words(latest.decided_on)}, {due} {in_words(latest.review_on)}."


def school_tag(latest: SchoolDecision | None, today: date) -> Tag:
    if latest is None:
        return {"text": "Not decided", "colour": "orange"}
    if latest.review_on < today:
        return {"text": "Past its review", "colour": "orange"}
    return _outcome_tag(latest)


def _outcome_tag(decision: SchoolDecision) -> Tag:
    safe = decision.outcome == AttendanceOutcome.SAFE
    return {"text": AttendanceOutcome(decision.outcome).label, "colour": "green" if safe else "red"}


def school_timeline(decisions: Iterable[SchoolDecision], today: date) -> list[dict[str, Any]]:
    """Entries of components/timeline.html; the first holds, the others it has replaced."""
    entries = []
    for place, decision in enumerate(decisions):
        agencies = ", ".join(str(Agency(code).label) for code in decision.took_part)
        if place:
            tag = {"text": "Replaced", "colour": "grey"}
        else:
            tag = school_tag(decision, today)
        entries.append(
            {
                "title": AttendanceOutcome(decision.outcome).label,
                "when": in_words(decision.decided_on),
                "datetime": decision.decided_on.isoformat(),
                "by": f"recorded by {decision.recorded_by.name}, {moment_words(decision.recorded_at)}",
                "tag": tag if tag["text"] != AttendanceOutcome(decision.outcome).label else None,
                "text": f"{decision.reason}\nTook part: {agencies}\nReview by {in_words(decision.review_on)}",
            }
        )
    return entries


def gaps_table(gaps: Iterable[SchoolGap]) -> dict[str, Any]:
    return {
        "caption": "Children without a decision that holds",
        "columns": [{"text": "Child"}, {"text": "State"}, {"text": "Team"}, {"text": "Decision"}],
        "rows": [
            [
                {"text": gap.shown_as, "href": reverse("child_school", args=[gap.child_uid])},
                {
                    "text": "Past its review",
                    "tag": "orange",
                    "note": f"Review was due {in_words(gap.review_on)}",
                }
                if gap.review_on
                else {"text": "Never decided", "tag": "red"},
                ", ".join(gap.teams) or "–",
                {
                    "text": "Record a decision",
                    "href": reverse("decide_school", args=[gap.child_uid]),
                    "hidden": gap.shown_as,
                },
            ]
            for gap in gaps
        ],
        "empty": "Every child has a decision that holds.",
    }


def contact_words(contact: FamilyContact | None, *, in_care: bool) -> str:
    """What is next, in a sentence; empty for a child who is not in care and has no contacts on record.
    `contact`: the first that waits for its result, or else any."""
    if contact and contact.held == ContactHeld.ARRANGED:
        return f"Next: {Method(contact.method).label.lower()} on {in_words(contact.planned_on)}."
    return "None is arranged." if in_care or contact else ""


def contacts_table(contacts: Iterable[FamilyContact], *, may_record: bool) -> dict[str, Any]:
    return {
        "caption": "Virtual family contact",
        "columns": [
            {"text": "Planned date"},
            {"text": "State"},
            {"text": "With whom"},
            {"text": "How"},
            {"text": "Result"},
        ],
        "rows": [_contact_row(contact, may_record=may_record) for contact in contacts],
        "empty": "No contact has been arranged.",
    }


def _contact_row(contact: FamilyContact, *, may_record: bool) -> list[Any]:
    held = ContactHeld(contact.held)
    day = in_words(contact.planned_on)
    result: Any = f"Recorded by {contact.outcome_by.name}" if contact.outcome_by else "Not recorded yet"
    if may_record and held is ContactHeld.ARRANGED:
        href = reverse("contact_outcome", args=[contact.uid])
        result = {"text": "Record the result", "href": href, "hidden": f"of the contact on {day}"}
    state = {"text": held.label, "tag": _HELD_COLOURS[held], "note": contact.why_not}
    return [day, state, contact.with_whom, Method(contact.method).label, result]


def contact_rows(contact: FamilyContact) -> list[dict[str, Any]]:
    """The summary list of one contact."""
    return [
        {"key": "Planned date", "value": in_words(contact.planned_on)},
        {"key": "With whom", "value": contact.with_whom},
        {"key": "How", "value": Method(contact.method).label},
        {"key": "Arranged by", "value": f"{contact.recorded_by.name}, {moment_words(contact.recorded_at)}"},
    ]


def contact_counts_table(
    counts: Sequence[ContactCount], teams: Iterable[Team], first: Month, last: Month
) -> dict[str, Any]:
    """A row for each month and team that had contacts, the latest month first."""
    found = {(count.month, count.team_id): count for count in counts}
    names = {team.pk: team.name for team in teams}
    rows = [
        [
            month.name,
            name,
            *(f"{number:,}" for number in (one.arranged, one.held, one.partly, one.not_held, one.open)),
        ]
        for month in reversed(list(first.until(last)))
        for team, name in names.items()
        if (one := found.get((month.index, team)))
    ]
    heads = ("Arranged", "Held", "Held in part", "Not held", "No result yet")
    return {
        "caption": "Virtual family contact, arranged against held",
        "columns": [
            {"text": "Month"},
            {"text": "Team"},
            *({"text": head, "numeric": True} for head in heads),
        ],
        "rows": rows,
        "empty": "No contact was planned for these months.",
    }
