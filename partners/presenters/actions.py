"""Words of the pages of actions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from accounts.policy import Action as Act
from accounts.policy import Thing, allows
from accounts.selectors import User
from partners.constants import ActionState, EvidenceKind, Priority, SlipReason, SourceKind
from partners.facts.actions import ActionFact
from partners.models import Action, ActionMove, ActionSlip
from partners.presenters.base import Tag, counted, moment_words
from partners.rules.texts import in_words
from partners.selectors import actions as selectors
from safeguarding.kernel.periods import day_of

_COLOURS = {
    ActionState.OPEN: "blue",
    ActionState.DONE: "yellow",
    ActionState.VERIFIED: "green",
    ActionState.WITHDRAWN: "grey",
}
_MOVES = {
    ActionState.OPEN: "Added",
    ActionState.DONE: "Finished",
    ActionState.VERIFIED: "Verified",
    ActionState.WITHDRAWN: "Withdrawn",
}
# Of a source that has a page of its own in this part.
_SOURCE_PAGES = {
    SourceKind.CONCERN: "concern",
    SourceKind.MEETING: "meeting",
    SourceKind.PLAN: "recovery_plan",
}
_NO_OWNER = "Nobody yet: the lead is asked"


def of_source(kind: str, uid: UUID, user: User, at: datetime) -> dict[str, Any]:
    """The `part` of partners/actions/_of_source.html: the actions of a source, and where to add one (for
    who may add any). `kind`: a code of constants.SourceKind."""
    lines = selectors.actions_of(kind, uid, user, at)
    may_add = allows(user.roles, Act.CREATE, Thing.ACTION)
    query = urlencode({"source": kind, "of": str(uid)})
    return {
        "table": actions_table(
            lines, day_of(at), caption="Actions", empty="No action has been added.", with_source=False
        ),
        "add_href": f"{reverse('add_action')}?{query}" if may_add else "",
    }


def state_tag(state: str) -> Tag:
    return {"text": ActionState(state).label, "colour": _COLOURS[ActionState(state)]}


def late_words(fact: ActionFact, today: date) -> str:
    """'3 days overdue', or nothing."""
    late = fact.days_late(today)
    return f"{counted(late, 'day')} overdue" if late else ""


def slip_words(fact: ActionFact) -> str:
    """'Moved twice, first due on 3 June 2020', or nothing."""
    if not fact.slips:
        return ""
    times = {1: "once", 2: "twice"}.get(fact.slips, f"{fact.slips} times")
    return f"Moved {times}, first due on {in_words(fact.original_due_on)}"


def actions_table(
    facts: Iterable[ActionFact], today: date, *, caption: str, empty: str, with_source: bool = True
) -> dict[str, Any]:
    """Actions as rows; on the page of their source without it."""
    columns = [{"text": "Action", "wide": True}, {"text": "Due"}, {"text": "State"}, {"text": "Who"}]
    return {
        "caption": caption,
        "columns": [*columns, {"text": "Comes from"}] if with_source else columns,
        "rows": [_row(fact, today, with_source=with_source) for fact in facts],
        "empty": empty,
    }


def _row(fact: ActionFact, today: date, *, with_source: bool) -> list[Any]:
    state = state_tag(fact.state)
    high = [{"text": "High priority", "colour": "red"}] if fact.priority == Priority.HIGH else []
    late = late_words(fact, today)
    row: list[Any] = [
        {"text": fact.title, "href": reverse("action", args=[fact.uid]), "tags": high},
        {
            "text": in_words(fact.due_on),
            "note": slip_words(fact),
            "tags": [{"text": late, "colour": "red"}] if late else [],
        },
        {"text": state["text"], "tag": state["colour"]},
        {"text": fact.owner or _NO_OWNER, "note": fact.organisation},
    ]
    source = {"text": SourceKind(fact.source.kind).label, "note": fact.source.label}
    return [*row, source] if with_source else row


def action_rows(action: Action, fact: ActionFact, source_href: str) -> list[dict[str, Any]]:
    """The summary list of one action. `source_href`: of a source that the reader may open."""
    source: dict[str, Any] = {
        "key": "Comes from",
        "value": f"{SourceKind(action.source_kind).label}: {action.source_label}",
    }
    if source_href:
        source |= {"href": source_href, "action": "View", "hidden": "what it comes from"}
    rows = [
        source,
        {"key": "Organisation", "value": action.organisation.name},
        {"key": "Owner", "value": fact.owner or _NO_OWNER},
        {"key": "Priority", "value": Priority(action.priority).label},
        {"key": "Due", "value": in_words(action.due_on)},
    ]
    if action.what:
        rows.insert(0, {"key": "What", "value": action.what})
    if fact.slips:
        rows.append({"key": "First due", "value": in_words(action.original_due_on)})
        rows.append({"key": "Moved", "value": counted(fact.slips, "time")})
    if action.done_on and action.done_by:
        rows.append({"key": "Done", "value": f"{in_words(action.done_on)}, {action.done_by.name}"})
    if action.evidence_text:
        key = "What shows it" if action.done_on else "What was shown before"
        rows.append({"key": key, "value": action.evidence_text})
    if action.changed_for_children:
        how = EvidenceKind(action.evidence_kind).label
        rows.append({"key": "What is different for children", "value": action.changed_for_children})
        rows.append({"key": "How we know", "value": how})
    if action.verified_at and action.verified_by:
        words = f"{moment_words(action.verified_at)}, {action.verified_by.name}"
        rows.append({"key": "Verified", "value": words})
    return rows


def source_href(action: Action, user: User, at: datetime) -> str:
    """Where the source is, if the reader may see it; empty where it has no page here."""
    page = _SOURCE_PAGES.get(SourceKind(action.source_kind))
    if not page or selectors.source_of(action.source_kind, action.source_uid, user, at) is None:
        return ""
    return reverse(page, args=[action.source_uid])


def timeline(moves: Iterable[ActionMove], slips: Iterable[ActionSlip]) -> list[dict[str, Any]]:
    """Entries of components/timeline.html: moves and slips together, the latest first."""
    told = [(move.at, _moved(move)) for move in moves] + [(slip.at, _slipped(slip)) for slip in slips]
    # Sorted first and turned then: of one moment what came later stays above.
    return [entry for _, entry in sorted(told, key=lambda one: one[0])][::-1]


def _moved(move: ActionMove) -> dict[str, Any]:
    title = _MOVES[ActionState(move.to_state)]
    if move.from_state == move.to_state:
        title = "Handed on"
    elif move.from_state == ActionState.DONE and move.to_state == ActionState.OPEN:
        title = "Not verified: open again"
    elif move.from_state == ActionState.VERIFIED:
        title = "Opened again"
    lines = [move.reason] if move.reason else []
    lines += [text for name in ("evidence_text", "changed_for_children") if (text := move.fields.get(name))]
    if marks := move.fields.get("stood_by"):
        lines.append(
            f"The writer confirmed that the text names no child; it looked like {' and '.join(marks)}"
        )
    return {
        "title": title,
        "when": moment_words(move.at),
        "datetime": move.at.isoformat(),
        "by": move.by.name if move.by else "",
        "text": "\n".join(lines),
    }


def _slipped(slip: ActionSlip) -> dict[str, Any]:
    return {
        "title": f"Moved from {in_words(slip.from_date)} to {in_words(slip.to_date)}",
        "when": moment_words(slip.at),
        "datetime": slip.at.isoformat(),
        "by": slip.by.name,
        "text": f"{SlipReason(slip.reason_code).label}. {slip.reason}",
    }


_FIELDS = {
    "due_on": "Due date",
    "reason": "Your reason",
    "evidence_text": "What shows that it is done",
    "changed_for_children": "What is different for children",
}


def theirs_yours(action: Action, typed: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the action is now, and every text of a stale form."""
    now_it_is = {
        "due_on": in_words(action.due_on),
        "evidence_text": action.evidence_text,
        "changed_for_children": action.changed_for_children,
    }
    state = state_tag(action.state)["text"]
    return [
        {"field": label, "theirs": now_it_is.get(name, state), "yours": _text(typed[name])}
        for name, label in _FIELDS.items()
        if typed.get(name)
    ]


def _text(value: Any) -> str:
    return in_words(value) if isinstance(value, date) else str(value)


EXPORT_COLUMNS = (
    "Action", "Comes from", "Source", "Milestone", "Organisation", "Owner", "Priority", "State", "First due",
    "Due", "Times moved", "Days overdue", "Done", "Verified",
)  # fmt: skip


def export_rows(facts: Iterable[ActionFact], today: date) -> Iterator[list[object]]:
    for fact in facts:
        yield [
            fact.title,
            SourceKind(fact.source.kind).label,
            fact.source.label,
            "Yes" if fact.milestone else "No",
            fact.organisation,
            fact.owner,
            Priority(fact.priority).label,
            ActionState(fact.state).label,
            fact.original_due_on.isoformat(),
            fact.due_on.isoformat(),
            fact.slips,
            fact.days_late(today),
            fact.done_on.isoformat() if fact.done_on else "",
            fact.verified_on.isoformat() if fact.verified_on else "",
        ]
