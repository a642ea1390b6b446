"""Words of the pages about management decisions."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from visits.constants import Method, PlanType
from visits.constants.oversight import DecisionState, Principle, Standing
from visits.facts import (
    CoveredContact,
    DecisionChange,
    DecisionCounts,
    DecisionCover,
    DecisionLine,
    VisitLine,
)
from visits.forms.decisions import LABELS
from visits.models import ManagementDecision
from visits.presenters import Tag, moment_words
from visits.rules import decisions as decision_rules
from visits.rules.decisions import QUESTIONS, Choice
from visits.rules.records import in_words

_COLOURS = {
    Standing.ASKED: "yellow",
    Standing.SECOND: "yellow",
    Standing.SENT_BACK: "orange",
    Standing.EXPIRED: "orange",
    Standing.UPCOMING: "blue",
    Standing.LIVE: "green",
    Standing.LAPSED: "red",
    Standing.SUPERSEDED: "grey",
    Standing.DECLINED: "grey",
    Standing.WITHDRAWN: "grey",
}
_CHOICES = {
    Choice.AUTHORISE: "Authorise",
    Choice.SEND_BACK: "Send back",
    Choice.DECLINE: "Decline",
}
_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
RETROSPECTIVE: Tag = {"text": "Retrospective", "colour": "purple"}


def tags(standing: Standing, retrospective: bool) -> list[Tag]:
    found = [{"text": str(standing.label), "colour": _COLOURS[standing]}]
    return [*found, RETROSPECTIVE] if retrospective else found


def renewal_words(renewal: int) -> str:
    if renewal == 0:
        return "First decision"
    ordinal = _ORDINALS[renewal - 1] if renewal <= len(_ORDINALS) else f"{renewal}th"
    return f"{ordinal} renewal"


def days_words(covers_from: date, review_on: date) -> str:
    return f"{in_words(covers_from)} to {in_words(review_on)}"


def fact_rows(
    decision: ManagementDecision, *, standing: Standing, renewed_by: ManagementDecision | None
) -> list[dict[str, Any]]:
    """The summary list at the head of one decision."""
    covers = f"{days_words(decision.covers_from, decision.review_on)}, both days included"
    rows: list[dict[str, Any]] = [
        {"key": "Status", "value": _standing_words(decision, standing)},
        {"key": "Plan", "value": PlanType(decision.plan.plan_type).label},
        {"key": "Visit due", "value": in_words(decision.due_on)},
        {"key": "Instead of a face-to-face visit", "value": Method(decision.alternative).label},
        {"key": "Covers", "value": covers},
        {"key": "Review by", "value": in_words(decision.review_on)},
    ]
    renewal: dict[str, Any] = {"key": "Renewal", "value": renewal_words(decision.renewal)}
    if decision.renews:
        renewal |= {
            "href": reverse("decision", args=[decision.renews.uid]),
            "action": "View",
            "hidden": "the decision before this one",
        }
    rows.append(renewal)
    if renewed_by:
        words = "Renewed" if renewed_by.state == DecisionState.AUTHORISED else "Renewal asked for"
        rows.append(
            {
                "key": "Followed by",
                "value": f"{words}: {days_words(renewed_by.covers_from, renewed_by.review_on)}",
                "href": reverse("decision", args=[renewed_by.uid]),
                "action": "View",
                "hidden": "the renewal",
            }
        )
    return rows


def _standing_words(decision: ManagementDecision, standing: Standing) -> str:
    words = str(standing.label)
    if standing is Standing.LAPSED:
        words = f"Lapsed after {in_words(decision.review_on)}. It does not cover any later day."
    elif standing is Standing.EXPIRED:
        words = f"Nobody decided by {in_words(decision.review_on)}, so the days asked for are over."
    if not decision.retrospective:
        return words
    return f"{words.removesuffix('.')}. Decided after the days had begun."


def people_rows(decision: ManagementDecision) -> list[dict[str, Any]]:
    """Who asked and who decided, as a document is signed."""
    rows = [{"key": "Asked for by", "value": _signed(decision.asked_by.name, decision.asked_at)}]
    if decision.decided_by:
        value = _signed(decision.decided_by.name, decision.decided_at)
        declined = decision.state == DecisionState.DECLINED and decision.seconded_by is None
        key = "Declined by" if declined else "Approved by" if _two(decision) else "Authorised by"
        rows.append({"key": key, "value": value})
    if decision.seconded_by:
        declined = decision.state == DecisionState.DECLINED
        key = "Declined by the second approver" if declined else "Second approver"
        rows.append({"key": key, "value": _signed(decision.seconded_by.name, decision.seconded_at)})
    if decision.decision_note:
        rows.append({"key": "Reason given", "value": decision.decision_note})
    return rows


def _two(decision: ManagementDecision) -> bool:
    return decision.state == DecisionState.SECOND or decision.seconded_by is not None


def _signed(name: str, moment: datetime | None) -> str:
    return f"{name}, {moment_words(moment)}" if moment else name


def principles(decision: ManagementDecision) -> list[dict[str, str]]:
    return [{"title": str(p.label), "text": getattr(decision, p.value)} for p in Principle]


def other_answers(decision: ManagementDecision) -> list[dict[str, str]]:
    names = [name for name in QUESTIONS if name not in Principle.values]
    return [{"title": LABELS[name], "text": getattr(decision, name)} for name in names]


def contacts_table(decision: ManagementDecision, contacts: Iterable[CoveredContact]) -> dict[str, Any]:
    """Alternatives on the days covered, with what keeps one from being authorised by this decision."""
    stands = decision.state == DecisionState.AUTHORISED
    rows = []
    for contact in contacts:
        how: dict[str, Any] = {"text": Method(contact.method).label}
        if contact.method != decision.alternative:
            how["note"] = f"Not the {Method(decision.alternative).label.lower()} asked for"
        authorised: dict[str, Any] = {"text": "Yes", "tag": "green"}
        if not contact.authorised:
            authorised = {"text": "No", "tag": "orange"}
            if stands:
                authorised["note"] = (
                    "Who decided had a hand in this contact, the law of the day did not allow it, or it was "
                    "changed since. Another manager must decide about its day."
                )
        day = {"text": in_words(contact.visit_date), "href": reverse("visit", args=[contact.visit_uid])}
        rows.append([day, how, authorised])
    return {
        "caption": "Contacts on these days that were not face to face",
        "columns": [{"text": "Date"}, {"text": "How"}, {"text": "Authorised"}],
        "rows": rows,
        "empty": "None is on record.",
    }


_MOVE_WORDS = {
    ("", DecisionState.ASKED): "Asked for",
    (DecisionState.SENT_BACK, DecisionState.ASKED): "Changed and asked for again",
    (DecisionState.ASKED, DecisionState.SECOND): "Approved; a second approver is needed",
    (DecisionState.SECOND, DecisionState.AUTHORISED): "Authorised by the second approver",
}


def history(changes: Iterable[DecisionChange]) -> list[dict[str, Any]]:
    """Every move, the latest first: who, when, why, and a table of what of the request changed."""
    return [
        {
            "title": _MOVE_WORDS.get(
                (change.was, DecisionState(change.became)), str(DecisionState(change.became).label)
            ),
            "by": f"{change.moved_by}, {moment_words(change.moved_at)}",
            "reason": change.reason,
            "table": {
                "caption": "What was changed",
                "caption_size": "s",
                "columns": [{"text": "Answer"}, {"text": "Before"}, {"text": "After"}],
                "rows": [
                    [LABELS[name], value_words(name, before), value_words(name, after)]
                    for name, before, after in change.differences
                ],
            }
            if change.differences
            else None,
        }
        for change in reversed(list(changes))
    ]


def value_words(name: str, value: object) -> str:
    """An answer as it is shown: a day in words, a code's label, a text as it is."""
    if isinstance(value, date):
        return in_words(value)
    if name in ("due_on", "covers_from", "review_on"):
        return in_words(date.fromisoformat(str(value)))
    if name == "alternative" and value in Method.values:
        return str(Method(str(value)).label)
    return str(value or "(empty)")


def list_table(lines: Iterable[DecisionLine], today: date, *, with_child: bool = True) -> dict[str, Any]:
    columns = ["Decision", "Child", "Instead", "Covers until", "Asked for by", "Decided by"]
    rows = []
    for line in lines:
        title = f"{line.standing.label}" + (", retrospective" if line.retrospective else "")
        cells: list[Any] = [
            {
                "text": title,
                "href": reverse("decision", args=[line.uid]),
                "hidden": f"about {line.shown_as}, {days_words(line.covers_from, line.review_on)}",
                "note": renewal_words(line.renewal),
            },
            {"text": line.shown_as, "href": reverse("child", args=[line.child_uid])},
            Method(line.alternative).label,
            {"text": in_words(line.review_on), "note": _until(line, today)},
            line.asked_by,
            line.decided_by or "–",
        ]
        rows.append(cells if with_child else cells[:1] + cells[2:])
    return {
        "caption": "Management decisions",
        "columns": [{"text": text} for text in columns if with_child or text != "Child"],
        "rows": rows,
        "empty": "There are none.",
    }


def of_child(lines: Iterable[DecisionLine], today: date) -> dict[str, Any] | None:
    """The table on a child's record; None where nothing was ever asked for."""
    table = list_table(lines, today, with_child=False) | {"caption": "Decisions, the latest first"}
    return table | {"caption_size": "s"} if table["rows"] else None


def _until(line: DecisionLine, today: date) -> str:
    days = (line.review_on - today).days
    if line.standing is Standing.LIVE:
        return "Last day today" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"
    if line.standing is Standing.LAPSED:
        return f"{-days:,} day{'' if days == -1 else 's'} ago"
    return ""


def count_stats(counts: DecisionCounts) -> list[dict[str, Any]]:
    link = reverse("decisions")
    return [
        {"label": "Waiting for a manager", "value": counts.waiting, "href": f"{link}?show=waiting"},
        {"label": "Authorised now", "value": counts.live, "href": f"{link}?show=live"},
        {"label": "Lapsed and not renewed", "value": counts.lapsed, "href": f"{link}?show=lapsed"},
        {
            "label": "Retrospective",
            "value": counts.retrospective,
            "note": f"of {counts.authorised:,} ever authorised",
            "href": f"{link}?show=retrospective",
        },
    ]


def of_visit(
    visit: VisitLine, covers: Iterable[DecisionCover], *, asks: bool, child_uid: UUID
) -> dict[str, Any]:
    """What the page of a visit says of decisions: nothing of one that needs none."""
    if not decision_rules.needs_authorisation(method=visit.method, status=visit.status):
        return {}
    ask = ""
    if asks and not visit.authorised:
        ask = f"{reverse('ask_decision', args=[child_uid])}?from={visit.visit_date.isoformat()}"
    return {
        "decisions": [
            {
                "href": reverse("decision", args=[cover.uid]),
                "text": days_words(cover.covers_from, cover.review_on),
            }
            for cover in covers
        ],
        "ask_url": ask,
    }


def choice_words(choice: Choice) -> str:
    return _CHOICES[choice]


def theirs_yours(
    decision: ManagementDecision, typed: Mapping[str, object], *, did: str, words: str, their_words: str
) -> list[dict[str, str]]:
    """Both sides of a form that came too late: what was to be done and what the other did, both
    reasons, and each answer that differs."""
    pairs = [{"field": "Decision", "theirs": str(DecisionState(decision.state).label), "yours": did}]
    if words or their_words:
        pairs.append({"field": "Reason", "theirs": their_words, "yours": words})
    pairs += [
        {
            "field": LABELS[name],
            "theirs": value_words(name, getattr(decision, name)),
            "yours": value_words(name, value),
        }
        for name, value in typed.items()
        if getattr(decision, name) != value
    ]
    return pairs
