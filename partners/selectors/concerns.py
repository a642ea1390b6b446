"""Concerns and successes, read."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import ANSWERS_FOR, ConcernState
from partners.facts.concerns import AWAITS_ANSWER, OPEN_STATES, ConcernFact
from partners.facts.waiting import Waiting
from partners.models import Concern, ConcernMove, Organisation, Representative
from partners.querysets import holds_on
from partners.rules import concerns as rules
from safeguarding.kernel.periods import day_of

WAITS_FOR_TRIAGE = (ConcernState.PROPOSED, ConcernState.RAISED)


def concerns_at(at: datetime) -> list[ConcernFact]:
    """Every concern and success as it stood at a moment, by its moves; the oldest first. Two queries."""
    moves: dict[int, list[ConcernMove]] = {}
    for move in ConcernMove.objects.filter(at__lte=at).order_by("at", "pk"):
        moves.setdefault(move.concern_id, []).append(move)
    concerns = Concern.objects.filter(raised_at__lte=at).select_related("organisation")
    return [
        _fact(concern, moves[concern.pk])
        for concern in concerns.order_by("raised_at", "pk")
        if concern.pk in moves
    ]


def _fact(concern: Concern, moves: list[ConcernMove]) -> ConcernFact:
    fields: dict[str, str] = {}
    reached: dict[str, datetime] = {}
    for move in moves:
        fields |= move.fields
        if move.from_state != move.to_state:
            reached[move.to_state] = move.at
            # Looked at again: what was answered or closed before holds no longer.
            if move.to_state in AWAITS_ANSWER:
                reached.pop(ConcernState.ANSWERED, None)
                reached.pop(ConcernState.CLOSED, None)
    due = fields.get("answer_due_at")
    organisation = concern.organisation
    return ConcernFact(
        uid=concern.uid,
        kind=concern.kind,
        state=moves[-1].to_state,
        title=concern.title,
        theme=concern.theme,
        breadth=fields.get("breadth", concern.breadth),
        severity=fields.get("severity", concern.severity),
        organisation=organisation.name if organisation else "",
        organisation_uid=organisation.uid if organisation else None,
        proposed=concern.raised_by_id is None,
        raised_at=concern.raised_at,
        answer_due_at=datetime.fromisoformat(due) if due else None,
        escalated_at=reached.get(ConcernState.ESCALATED),
        answered_at=reached.get(ConcernState.ANSWERED),
        closed_at=reached.get(ConcernState.CLOSED),
    )


def overdue(now: datetime) -> Q:
    """An answer is owed and its time has passed."""
    return Q(state__in=AWAITS_ANSWER, answer_due_at__lt=now)


def for_triage(user: User, *, at: datetime) -> QuerySet[Concern]:
    """What waits for the coordinator, by its clock; successes, which have none, last."""
    rows = Concern.objects.visible_to(user, at=at).filter(state__in=WAITS_FOR_TRIAGE)
    return rows.select_related("organisation", "raised_by").order_by("answer_due_at", "raised_at", "pk")


def possible_owners(concern: Concern, *, at: datetime) -> QuerySet[User]:
    """Who may look into a concern: coordinators, and who answers for its organisation."""
    people = get_user_model().objects.filter(is_active=True)
    holds = Q(grants__ended_at=None) & (Q(grants__needs_second=False) | Q(grants__seconded_at__isnull=False))
    answers = Representative.objects.filter(
        holds_on(day_of(at)),
        user=OuterRef("pk"),
        organisation=concern.organisation_id,
        duty__in=ANSWERS_FOR,
    )
    coordinators = people.filter(holds, grants__right=Role.COORDINATOR).values("pk")
    partners = people.filter(holds, Exists(answers), grants__right=Role.PARTNER).values("pk")
    return people.filter(Q(pk__in=coordinators) | Q(pk__in=partners)).order_by("name", "pk")


def organisations_to_raise_for(user: User, *, at: datetime) -> QuerySet[Organisation]:
    """All for the coordinator; a partner's own; none for others, whose concerns are of no organisation."""
    granted = scopes(user.roles, Action.CREATE, Thing.CONCERN)
    rows = Organisation.objects.in_force(day_of(at))
    if Scope.ALL in granted:
        return rows
    return rows.answered_for_by(user, at=at)


def must_name_organisation(user: User) -> bool:
    """A partner raises for an organisation: without one they would not see it again."""
    return Scope.OWN_ORGANISATION in (granted := scopes(user.roles, Action.CREATE, Thing.CONCERN)) and not (
        granted & {Scope.ALL}
    )


def may_answer(concern: Concern, user: User, *, at: datetime) -> bool:
    """The board answers what is before it; else the coordinator, or the owner (who answers for the
    concern's organisation). Of a concern that `user` may see."""
    if concern.state == ConcernState.ESCALATED:
        return Scope.INVITED in scopes(user.roles, Action.DECIDE, Thing.CONCERN)
    if concern.state != ConcernState.TRIAGED or not concern.severity:
        return False
    granted = scopes(user.roles, Action.EDIT, Thing.CONCERN)
    if Scope.ALL in granted:
        return True
    return (
        Scope.OWN_ORGANISATION in granted
        and concern.owner_id == user.pk
        and Organisation.objects.answered_for_by(user, at=at).filter(pk=concern.organisation_id).exists()
    )


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What of the concerns waits for somebody, overdue first; at most one query a line."""
    found = []
    if Scope.ALL in scopes(user.roles, Action.DECIDE, Thing.CONCERN):
        found += _line(for_triage(user, at=at), at, "concerns_triage", "waits for triage", "wait for triage")
    seen = Concern.objects.visible_to(user, at=at)
    if Scope.INVITED in scopes(user.roles, Action.DECIDE, Thing.CONCERN):
        before_board = seen.filter(state=ConcernState.ESCALATED)
        found += _line(
            before_board, at, "concerns_before_board", "is before the board", "are before the board"
        )
    mine = seen.filter(state=ConcernState.TRIAGED, owner=user, kind="concern")
    found += _line(mine, at, "my_concerns", "waits for your answer", "wait for your answer")
    return found


def _line(rows: QuerySet[Concern], at: datetime, url_name: str, one: str, many: str) -> list[Waiting]:
    due = list(rows.order_by().values_list("answer_due_at", flat=True))
    if not due:
        return []
    count = len(due)
    late = any(moment is not None and moment < at for moment in due)
    words = f"1 concern {one}" if count == 1 else f"{count:,} concerns {many}"
    return [Waiting(count, words, url_name, overdue=late)]


def history(concern: Concern) -> QuerySet[ConcernMove]:
    return concern.moves.select_related("by").order_by("at", "pk")


@dataclass(frozen=True)
class ConcernRights:
    """What somebody may do with a concern as it is now."""

    triage: bool = False
    escalate: bool = False
    answer: bool = False
    close: bool = False
    reopen: bool = False


def concern_rights(concern: Concern, user: User, *, at: datetime) -> ConcernRights:
    """Of a concern that `user` may see."""
    answers = may_answer(concern, user, at=at)
    if Scope.ALL not in scopes(user.roles, Action.DECIDE, Thing.CONCERN):
        return ConcernRights(answer=answers)
    leads_to = rules.moves_from(concern.kind, concern.state)
    return ConcernRights(
        triage=concern.state in WAITS_FOR_TRIAGE,
        escalate=ConcernState.ESCALATED in leads_to,
        answer=answers,
        close=ConcernState.CLOSED in leads_to,
        reopen=concern.state in (ConcernState.ANSWERED, ConcernState.CLOSED, ConcernState.DECLINED),
    )


def visible(user: User, *, at: datetime) -> QuerySet[Concern]:
    """Concerns that `user` may see, with what a row of a list shows."""
    return Concern.objects.visible_to(user, at=at).select_related("organisation", "owner", "raised_by")


def chosen(rows: QuerySet[Concern], *, kind: str, state: str, theme: str, at: datetime) -> QuerySet[Concern]:
    """The rows that a filter leaves: `state` is a code, 'overdue', 'all', or empty for all that are open."""
    if kind:
        rows = rows.filter(kind=kind)
    if theme:
        rows = rows.filter(theme=theme)
    if state == "overdue":
        return rows.filter(overdue(at))
    if state == "all":
        return rows
    return rows.filter(state=state) if state else rows.filter(state__in=OPEN_STATES)
