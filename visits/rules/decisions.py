"""What a management decision must say, who may take it, and what it may become: pure rules that
refuse by name. People and records are keys; days are days."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from uuid import UUID

from safeguarding.kernel.errors import Refusal
from visits.constants import PLANNED_VISIT_DAYS_AHEAD, REASON_WORDS, Method, Status
from visits.constants.oversight import DECISION_WORDS, DecisionState, Principle, Standing
from visits.rules.records import check_text, count_words, in_words

ANSWER_LENGTH = 2000
# From what a decision is to what it may become; nothing leads out of an end.
ALLOWED_MOVES: dict[str, frozenset[str]] = {
    DecisionState.ASKED: frozenset(
        {
            DecisionState.AUTHORISED,
            DecisionState.SECOND,
            DecisionState.DECLINED,
            DecisionState.SENT_BACK,
            DecisionState.WITHDRAWN,
        }
    ),
    DecisionState.SENT_BACK: frozenset({DecisionState.ASKED, DecisionState.WITHDRAWN}),
    DecisionState.SECOND: frozenset(
        {DecisionState.AUTHORISED, DecisionState.DECLINED, DecisionState.SENT_BACK}
    ),
    DecisionState.AUTHORISED: frozenset(),
    DecisionState.DECLINED: frozenset(),
    DecisionState.WITHDRAWN: frozenset(),
}
OPEN = frozenset(state for state, moves in ALLOWED_MOVES.items() if moves)
# Whatever limit the service sets itself, the database asks for two from this renewal on.
LATEST_SECOND_APPROVAL = 2

# Every question that is answered in words, and what to say where it is not.
QUESTIONS: dict[str, str] = {
    **{principle.value: f"Say how this is {principle.label.lower()}" for principle in Principle},
    "risk_if_not_seen": "Enter the risk to the child if nobody sees them face to face",
    "contingency": "Enter what happens if the alternative fails or worries you",
    "child_view": "Enter the child’s view, or why you could not ask",
    "family_view": "Enter the family’s view, or why you could not ask",
}


@dataclass(frozen=True)
class DecisionDraft:
    """A decision as somebody asks for it."""

    due_on: date
    alternative: str
    covers_from: date
    review_on: date
    child_centred: str
    risk_based: str
    family_focused: str
    evidence_informed: str
    collaborative: str
    transparent: str
    risk_if_not_seen: str
    contingency: str
    child_view: str
    family_view: str

    def words(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in QUESTIONS}


@dataclass(frozen=True)
class PlanDays:
    """From when and until when (that day no longer) a plan stands."""

    start: date
    end: date | None


# --- What is asked for ----------------------------------------------------------------------


def faults(draft: DecisionDraft, *, plan: PlanDays, today: date, longest: int) -> Iterator[Refusal]:
    """Everything that keeps `draft` from being asked for, each beside its field. `longest`: how many
    days a decision may stand at most."""
    yield from date_faults(draft, plan=plan, today=today, longest=longest)
    yield from answer_faults(draft.words())


def date_faults(draft: DecisionDraft, *, plan: PlanDays, today: date, longest: int) -> Iterator[Refusal]:
    if draft.alternative not in Method.values or draft.alternative == Method.FACE_TO_FACE:
        yield Refusal(
            "unknown_alternative", "Select a video call, a telephone call or a doorstep visit", "alternative"
        )
    fault = plan_fault(plan, today)
    if fault:
        yield fault
        return
    began = in_words(plan.start)
    if draft.due_on < plan.start:
        words = f"The date the visit is due must be on or after {began}, when the plan started"
        yield Refusal("due_before_plan", words, "due_on")
    if draft.due_on > today + timedelta(days=PLANNED_VISIT_DAYS_AHEAD):
        yield Refusal("due_too_far", "The date the visit is due must be within the next year", "due_on")
    if draft.covers_from < plan.start:
        words = f"The first day must be on or after {began}, when the plan started"
        yield Refusal("covers_before_plan", words, "covers_from")
    if draft.review_on < draft.covers_from:
        yield Refusal("review_before_start", "The review date must not be before the first day", "review_on")
    if draft.review_on < today:
        yield Refusal("review_in_past", "The review date must be today or in the future", "review_on")
    latest = latest_review(draft.covers_from, today, longest)
    if draft.review_on > latest and draft.covers_from <= latest:
        words = (
            f"The review date must be on or before {in_words(latest)}: "
            f"a decision stands for at most {longest} days"
        )
        yield Refusal("review_too_late", words, "review_on")
    if draft.covers_from > latest:
        words = f"The first day must be on or before {in_words(latest)}"
        yield Refusal("covers_too_late", words, "covers_from")
    if plan.end and draft.review_on >= plan.end:
        words = f"The review date must be before {in_words(plan.end)}, when the plan ends"
        yield Refusal("review_after_plan", words, "review_on")


def latest_review(covers_from: date, today: date, longest: int) -> date:
    """Neither may a decision stand for more than `longest` days, nor reach further ahead than that."""
    return min(covers_from, today) + timedelta(days=longest)


def plan_fault(plan: PlanDays, today: date) -> Refusal | None:
    if plan.start > today or (plan.end is not None and plan.end <= today):
        return Refusal("plan_closed", "This plan is not open today, so no visit is due under it.", "plan")
    return None


def answer_faults(words: Mapping[str, str]) -> Iterator[Refusal]:
    """`words` answers every one of QUESTIONS. An answer without a letter or digit is none."""
    clean: dict[str, str] = {}
    for name, ask in QUESTIONS.items():
        try:
            clean[name] = check_text(words[name], field=name, length=ANSWER_LENGTH)
        except Refusal as fault:
            yield fault
            continue
        if not count_words(clean[name]):
            yield Refusal("empty_answer", ask, name)
    used = sum(count_words(text) for text in clean.values())
    if len(clean) == len(QUESTIONS) and all(clean.values()) and used < DECISION_WORDS:
        yield Refusal(
            "too_few_words",
            f"Explain the decision in at least {DECISION_WORDS} words over all answers. You used {used}",
            Principle.CHILD_CENTRED.value,
        )


@dataclass(frozen=True)
class Before:
    """The latest authorised decision about the child, and when the child was last seen face to face."""

    uid: UUID
    covers_from: date
    renewal: int
    seen_face_to_face: date | None

    @property
    def to_renew(self) -> bool:
        """A face-to-face visit since the days began makes a fresh start."""
        return self.seen_face_to_face is None or self.seen_face_to_face < self.covers_from


def renewal_of(before: Before | None, named: UUID | None) -> int:
    """Which renewal a new request is; 0 for a first decision. `named`: the decision that it says it renews.

    Raises Refusal('renew_it'), so that nobody escapes the second approver by asking afresh, or
    Refusal('not_the_latest' | 'seen_since') where there is nothing to renew.
    """
    if named is None:
        if before and before.to_renew:
            raise Refusal(
                "renew_it",
                "The child has not been seen face to face since the last decision. "
                "Renew that decision instead.",
            )
        return 0
    if before is None or named != before.uid:
        raise Refusal("not_the_latest", "Only the latest authorised decision about a child can be renewed.")
    if not before.to_renew:
        raise Refusal(
            "seen_since", "The child has been seen face to face since. Ask for a new decision instead."
        )
    return before.renewal + 1


# --- Who decides, and what becomes of it ----------------------------------------------------


class Choice(Enum):
    """What a manager may answer."""

    AUTHORISE = "authorise"
    SEND_BACK = "send_back"
    DECLINE = "decline"


def move(old: str, new: str) -> None:
    """Raises Refusal where a decision of state `old` may not become `new`."""
    if new in ALLOWED_MOVES[old]:
        return
    if old not in OPEN:
        label = DecisionState(old).label.partition(":")[0].lower()
        raise Refusal(
            "decision_is_fixed", f"This decision is {label} and cannot be changed. Ask for a new one."
        )
    raise Refusal("not_a_move", "That cannot be done with this decision as it stands now.")


def decider(*, person: int, state: str, asked_by: int, decided_by: int | None) -> None:
    """Raises Refusal where `person` may not decide: nobody decides what they asked for
    ('self_approval'), and the second approver is a third person ('second_is_another')."""
    if person == asked_by:
        raise Refusal("self_approval", "You asked for this decision, so another manager must decide it.")
    if state == DecisionState.SECOND and person == decided_by:
        raise Refusal(
            "second_is_another", "You approved this decision first, so another manager must approve it too."
        )


def second_needed(renewal: int, second_from: int) -> bool:
    """Whether this renewal needs two approvers. `second_from`: the service's own limit."""
    return renewal >= min(second_from, LATEST_SECOND_APPROVAL)


def outcome(choice: Choice, *, state: str, renewal: int, second_from: int) -> str:
    """The state that a manager's choice leads to. Raises Refusal as `move`."""
    if choice is Choice.DECLINE:
        new = DecisionState.DECLINED
    elif choice is Choice.SEND_BACK:
        new = DecisionState.SENT_BACK
    elif state == DecisionState.ASKED and second_needed(renewal, second_from):
        new = DecisionState.SECOND
    else:
        new = DecisionState.AUTHORISED
    move(state, new)
    return new


def approval(*, plan: PlanDays, review_on: date, today: date) -> None:
    """Raises Refusal where a request can no longer be authorised, only declined or sent back."""
    if review_on < today:
        raise Refusal(
            "request_expired",
            f"The days asked for ended on {in_words(review_on)}. Send it back for new dates, or decline it.",
        )
    fault = plan_fault(plan, today)
    if fault:
        raise Refusal(fault.code, "This plan has closed. Decline the request.")


def note(text: str, *, choice: Choice) -> str:
    """The manager's words. Raises Refusal('reason_missing' | 'reason_too_short') where a request is not
    authorised and they say too little, and as check_text."""
    clean = check_text(text, field="note", length=ANSWER_LENGTH)
    if choice is Choice.AUTHORISE:
        return clean
    if not clean:
        asked = "declining this" if choice is Choice.DECLINE else "sending this back"
        raise Refusal("reason_missing", f"Enter why you are {asked}", "note")
    if count_words(clean) < REASON_WORDS:
        raise Refusal("reason_too_short", f"The reason must have at least {REASON_WORDS} words", "note")
    return clean


def is_retrospective(*, covers_from: date, decided_on: date) -> bool:
    """Whether the days had begun before the decision stood."""
    return decided_on > covers_from


# --- What it means for a day and a contact --------------------------------------------------


def standing(
    *, state: str, covers_from: date, review_on: date, renewed_from: date | None, today: date
) -> Standing:
    """`renewed_from`: the first day of the authorised renewal, if there is one. A decision lapses by
    itself on the day after its review date."""
    if state in OPEN and review_on < today:
        return Standing.EXPIRED
    if state != DecisionState.AUTHORISED:
        return Standing(str(state))
    if renewed_from is not None and renewed_from <= today:
        return Standing.SUPERSEDED
    if review_on < today:
        return Standing.LAPSED
    return Standing.UPCOMING if covers_from > today else Standing.LIVE


def needs_authorisation(*, method: str, status: str) -> bool:
    """Whether this contact is an alternative that took place."""
    return method != Method.FACE_TO_FACE and status == Status.COMPLETED


def authoriser(deciders: Collection[int | None], hands: Collection[int]) -> int | None:
    """In whose name a decision authorises a contact: the first of its deciders who neither recorded
    nor changed that contact. None: nobody authorises their own, so it stays unauthorised."""
    return next((person for person in deciders if person is not None and person not in hands), None)
