"""Dependencies between organisations, read."""

from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from accounts.constants import Role
from accounts.selectors import User
from partners.constants import DependencyState, Duty
from partners.facts.plans import DependencyFact, Partner
from partners.models import Dependency, DependencyMove, Organisation, RecoveryPlan, Representative
from partners.querysets import holds_on
from partners.rules.plans import overdue
from safeguarding.kernel.periods import day_of

# They speak for their organisation; a contributor fills in.
SPEAK_FOR = (Duty.LEAD, Duty.DEPUTY)


def visible(user: User, *, at: datetime) -> QuerySet[Dependency]:
    """Seen with the plan that asks: of a draft, only its own people see what it will ask."""
    plans = RecoveryPlan.objects.visible_to(user, at=at)
    return Dependency.objects.filter(plan__in=plans).select_related(
        "plan", "plan__organisation", "on_organisation", "asked_by", "answered_by"
    )


def _spoken_for(user: User, day: date) -> QuerySet[Organisation]:
    """The organisations that `user` speaks for."""
    rows = Representative.objects.filter(holds_on(day), user=user, duty__in=SPEAK_FOR)
    if Role.PARTNER not in user.roles:
        rows = rows.none()
    return Organisation.objects.filter(pk__in=rows.values("organisation"))


def may_answer(user: User, dependency: Dependency, *, at: datetime) -> bool:
    """A lead or deputy of the organisation that is asked, of a plan that they can read."""
    rows = visible(user, at=at).filter(pk=dependency.pk)
    return rows.filter(on_organisation__in=_spoken_for(user, day_of(at))).exists()


def to_answer(user: User, *, at: datetime) -> QuerySet[Dependency]:
    """What waits for this person's confirmation; of plans that were submitted, and the partnership's own."""
    public = Q(plan__submitted_at__isnull=False) | Q(plan__organisation=None)
    return Dependency.objects.filter(
        public, state=DependencyState.ASKED, on_organisation__in=_spoken_for(user, day_of(at))
    )


def dependencies_at(at: datetime) -> list[DependencyFact]:
    """What plans that were submitted by `at` rely on others for, each at the state it had then; what was
    given up is left out. Two queries."""
    public = Q(plan__submitted_at__lte=at) | Q(plan__organisation=None)
    rows = Dependency.objects.filter(public, asked_at__lte=at)
    facts = dependency_facts(rows, at)
    return [fact for fact in facts if fact.state != DependencyState.WITHDRAWN]


def dependency_facts(rows: QuerySet[Dependency], at: datetime) -> list[DependencyFact]:
    """At the state that each had at `at`. Two queries."""
    moves = DependencyMove.objects.filter(at__lte=at)
    rows = rows.select_related("plan__organisation", "on_organisation").prefetch_related(
        Prefetch("moves", moves)
    )
    day = day_of(at)
    return [_fact(row, day) for row in rows.order_by("needed_by", "asked_at", "pk")]


def _fact(row: Dependency, day: date) -> DependencyFact:
    moves = list(row.moves.all())
    state = moves[-1].to_state if moves else DependencyState.ASKED
    answers = [move for move in moves if move.to_state != DependencyState.WITHDRAWN]
    of = row.plan.organisation
    return DependencyFact(
        uid=row.uid,
        plan_uid=row.plan.uid,
        plan_title=row.plan.title,
        of=Partner(of.uid, of.name) if of else None,
        on=Partner(row.on_organisation.uid, row.on_organisation.name),
        what=row.what,
        needed_by=row.needed_by,
        state=state,
        answer=answers[-1].words if answers else "",
        asked_at=row.asked_at,
        answered_at=answers[-1].at if answers else None,
        overdue=overdue(state, row.needed_by, on=day),
    )
