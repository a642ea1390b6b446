"""What is before the board, as one list: risks, threats and findings, and partners' concerns."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import ConcernState
from partners.facts.concerns import ConcernFact
from partners.selectors.belonging import answered_for
from partners.selectors.concerns import concerns_at
from riskregister.constants import EscalationSource, EscalationState
from riskregister.models import Escalation
from riskregister.rules.board_work import overdue
from safeguarding.kernel.periods import day_of

CONCERN = "concern"


@dataclass(frozen=True)
class Line:
    uid: UUID
    # Of EscalationSource, or CONCERN.
    source: str
    title: str
    # Of EscalationState.
    state: str
    raised_at: datetime
    answer_due_on: date | None
    answered_at: datetime | None
    # "": the partnership's.
    organisation: str
    overdue: bool
    changed: str = ""


def escalation_lines(user: User, *, at: datetime, state: str = "") -> list[Line]:
    """Everything within reach: what waits for an answer first, by its day; then what a rule proposes; then
    the rest, the latest first. `state`: of EscalationState, 'overdue', or empty. Three queries."""
    today = day_of(at)
    lines = [*_own(user, at, today), *_concerns(user, at, today)]
    if state == "overdue":
        lines = [one for one in lines if one.overdue]
    elif state:
        lines = [one for one in lines if one.state == state]
    waiting = sorted(
        (one for one in lines if one.state == EscalationState.OPEN),
        key=lambda one: (one.answer_due_on or date.max, one.raised_at, str(one.uid)),
    )
    rest = sorted(
        (one for one in lines if one.state != EscalationState.OPEN),
        key=lambda one: (one.state == EscalationState.PROPOSED, one.raised_at, str(one.uid)),
        reverse=True,
    )
    return [*waiting, *rest]


def _own(user: User, at: datetime, today: date) -> list[Line]:
    rows = Escalation.objects.visible_to(user, at=at)
    return [
        Line(
            uid=row.uid,
            source=row.source,
            title=row.title,
            state=row.state,
            raised_at=row.raised_at,
            answer_due_on=row.answer_due_on,
            answered_at=row.answered_at,
            organisation=_whose(row),
            overdue=overdue(row.state == EscalationState.OPEN, row.answer_due_on, today),
            changed=row.changed,
        )
        for row in rows.select_related("risk__organisation", "signal__organisation")
    ]


def _whose(row: Escalation) -> str:
    of = row.risk or row.signal
    return of.organisation.name if of and of.organisation else ""


def _concerns(user: User, at: datetime, today: date) -> list[Line]:
    granted = scopes(user.roles, Action.VIEW, Thing.ESCALATION)
    own = None if Scope.ALL in granted else set(answered_for(user, at=at).values_list("uid", flat=True))
    return [
        _of_concern(one, today)
        for one in concerns_at(at)
        # Back with the coordinator, whose answer did not hold: no longer before the board.
        if one.escalated_at
        and (one.answered_at or one.state == ConcernState.ESCALATED)
        and (own is None or one.organisation_uid in own)
    ]


def _of_concern(one: ConcernFact, today: date) -> Line:
    waits = one.state == ConcernState.ESCALATED
    due = day_of(one.answer_due_at) if one.answer_due_at else None
    return Line(
        uid=one.uid,
        source=CONCERN,
        title=one.title,
        state=EscalationState.OPEN if waits else EscalationState.ANSWERED,
        raised_at=one.escalated_at or one.raised_at,
        answer_due_on=due,
        answered_at=one.answered_at,
        organisation=one.organisation,
        overdue=overdue(waits, due, today),
    )


def source_words(source: str) -> str:
    return "Concern of a partner" if source == CONCERN else str(EscalationSource(source).label)
