"""Recovery plans, read: who may see and change them, and what was known of them at a moment."""

from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import PlanStage, SourceKind
from partners.facts.actions import ActionFact
from partners.facts.plans import Partner, PlanFact, RowRef, Statement, StatementLine
from partners.facts.waiting import Waiting
from partners.models import Organisation, PlanRevision, PlanStageChange, RecoveryPlan
from partners.selectors.actions import actions_of
from partners.selectors.backlogs import backlogs_at, counts_owed
from partners.selectors.commitments import commitment_statement, services_at
from partners.selectors.demand import scenarios_at
from partners.selectors.dependencies import dependencies_at, to_answer
from partners.selectors.plan_reach import may_change, may_start_the_partnerships, partners_on
from safeguarding.kernel.periods import day_of

__all__ = [
    "all_in_recovery_planning",
    "backlogs_at",
    "commitment_statement",
    "dependencies_at",
    "fact_of",
    "may_change",
    "milestones",
    "plan_fact",
    "plans_at",
    "revisions_for",
    "scenarios_at",
    "services_at",
    "stage_now",
    "to_start",
    "visible",
    "waiting_for",
]


def visible(user: User, *, at: datetime) -> QuerySet[RecoveryPlan]:
    return RecoveryPlan.objects.visible_to(user, at=at).select_related("organisation")


def stage_now(plan: RecoveryPlan) -> PlanStageChange | None:
    return plan.stages.order_by("from_date", "pk").last()


def plans_at(at: datetime) -> list[PlanFact]:
    """The partnership's own plan (if there is one) and one line for each partner of that day, by name, with
    the stage that was on record at `at`. A plan that was not submitted by then is not there. Four queries."""
    day = day_of(at)
    rows = RecoveryPlan.objects.filter(
        Q(submitted_at__lte=at) | Q(organisation=None, created_at__lte=at)
    ).select_related("organisation")
    facts = {plan.organisation_id: plan_fact(plan, day) for plan in _with_history(rows, day, at)}
    found = [facts.pop(None)] if None in facts else []
    wanted = Q(pk__in=Organisation.objects.participating(day)) | Q(pk__in=list(facts))
    for organisation in Organisation.objects.in_force(day).filter(wanted).order_by("name"):
        none = PlanFact(Partner(organisation.uid, organisation.name))
        found.append(facts.get(organisation.pk, none))
    return found


def _with_history(rows: QuerySet[RecoveryPlan], day: date, at: datetime) -> QuerySet[RecoveryPlan]:
    """Plans with the stages on record at `at` that hold by `day`, and with what was changed later."""
    stages = PlanStageChange.objects.filter(at__lte=at, from_date__lte=day).order_by("from_date", "pk")
    later = PlanRevision.objects.filter(changed_at__gt=at)
    return rows.prefetch_related(
        Prefetch("stages", stages),
        Prefetch("revisions", later),
    )


def plan_fact(plan: RecoveryPlan, day: date) -> PlanFact:
    """Of a plan of `_with_history`."""
    stages, later = list(plan.stages.all()), list(plan.revisions.all())
    last = stages[-1] if stages else None
    # What was changed after the moment said until then what its first revision keeps.
    said = later[0] if later else plan
    organisation = plan.organisation
    return PlanFact(
        partner=Partner(organisation.uid, organisation.name) if organisation else None,
        uid=plan.uid,
        title=said.title,
        remit=said.remit,
        submitted_at=plan.submitted_at,
        stage=last.stage if last else PlanStage.NOT_STARTED,
        stage_since=last.from_date if last else None,
        stage_reason=last.reason if last else "",
        rests_on=RowRef("plan_stage", plan.uid, last.pk if last else None),
    )


def fact_of(plan: RecoveryPlan, *, at: datetime) -> PlanFact:
    """One plan as it is known at `at`, a draft too."""
    return plan_fact(
        _with_history(RecoveryPlan.objects.filter(pk=plan.pk).select_related("organisation"), day_of(at), at)[
            0
        ],
        day_of(at),
    )


def milestones(plan: RecoveryPlan, user: User, *, at: datetime) -> list[ActionFact]:
    """Its milestones and other actions that `user` may see."""
    return actions_of(SourceKind.PLAN, plan.uid, user, at)


def all_in_recovery_planning(at: datetime) -> Statement:
    """'All partners are into recovery planning', worked out from the stages on record at `at`. Who has not
    submitted a plan is silent."""
    partners = partners_on(day_of(at))
    plans = {plan.partner: plan for plan in plans_at(at) if plan.partner and plan.uid}
    known = [plans[partner] for partner in partners if partner in plans]
    return Statement(
        partners=len(partners),
        against=tuple(
            StatementLine(plan.partner, PlanStage(plan.stage).label, plan.rests_on)
            for plan in known
            if plan.partner and not plan.in_recovery_planning
        ),
        silent=tuple(StatementLine(partner, "") for partner in partners if partner not in plans),
        rests_on=tuple(plan.rests_on for plan in known if plan.rests_on),
    )


def revisions_for(user: User, plan: RecoveryPlan, *, at: datetime) -> list[PlanRevision]:
    """What the plan said before, for its own people whole; for others since it was submitted."""
    rows = plan.revisions.select_related("changed_by")
    if not may_change(user, plan, Action.EDIT, at=at) and plan.organisation_id:
        rows = rows.filter(changed_at__gt=plan.submitted_at) if plan.submitted_at else rows.none()
    return list(rows)


def to_start(user: User, *, at: datetime, with_plan: bool = False) -> list[Organisation]:
    """Organisations that `user` answers for and that have no plan yet; `with_plan`: the others too."""
    if Scope.OWN_ORGANISATION not in scopes(user.roles, Action.CREATE, Thing.RECOVERY_PLAN):
        return []
    own = Organisation.objects.answered_for_by(user, at=at).in_force(day_of(at))
    return list((own if with_plan else own.filter(recovery_plan=None)).order_by("name"))


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Dependencies to answer, backlogs not counted yet, a plan to submit; at most six queries."""
    lines = [*_dependencies_wait(user, at), *_counts_wait(user, at)]
    own = Organisation.objects.answered_for_by(user, at=at).participating(day_of(at))
    missing = own.filter(recovery_plan=None).count() if own.exists() else 0
    drafts = RecoveryPlan.objects.filter(organisation__in=own, submitted_at=None)
    uids = [str(uid) for uid in drafts.values_list("uid", flat=True)[:2]]
    if len(uids) == 1 and not missing:
        lines.append(Waiting(1, "Your recovery plan is not submitted yet", "recovery_plan", (uids[0],)))
    elif count := missing + len(uids):
        words = (
            "Your recovery plan is not started yet"
            if count == 1
            else f"{count} recovery plans are not submitted yet"
        )
        lines.append(Waiting(count, words, "recovery_plans"))
    if may_start_the_partnerships(user):
        plan = RecoveryPlan.objects.filter(organisation=None).first()
        if plan is None or plan.submitted_at is None:
            lines.append(
                Waiting(1, "The partnership’s own recovery plan is not submitted yet", "recovery_plans")
            )
    return lines


def _dependencies_wait(user: User, at: datetime) -> list[Waiting]:
    days = list(to_answer(user, at=at).values_list("needed_by", flat=True))
    if not days:
        return []
    words = "1 dependency waits" if len(days) == 1 else f"{len(days)} dependencies wait"
    late = any(day is not None and day < day_of(at) for day in days)
    return [Waiting(len(days), f"{words} for your confirmation", "dependencies", overdue=late)]


def _counts_wait(user: User, at: datetime) -> list[Waiting]:
    count, late = counts_owed(user, at=at)
    if not count:
        return []
    words = "1 backlog has" if count == 1 else f"{count} backlogs have"
    return [Waiting(count, f"{words} no count for the latest cycle", "backlogs", overdue=late)]
