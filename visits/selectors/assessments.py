"""Assessments before visits: whether one stands, what waits for a manager, what was done without one,
and the protective equipment that they add up to."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.constants import Method, Status
from visits.models import Child, OversightRule, PlanTeam, PreVisitAssessment, Revision, Team, Visit
from visits.rules import assessments as assessment_rules
from visits.rules.assessments import Held, PpeNeed, PpeTotals

NEEDED = "assessment_needed"
# An assessment stands for hours; one made this many days before a visit never reaches it.
_REACH_DAYS = 14


@dataclass(frozen=True)
class AssessmentState:
    """What the child's page and the visit form say of assessments now."""

    needed: bool
    # The last one that still stands.
    current: PreVisitAssessment | None
    # The reader may make one.
    may_make: bool


@dataclass(frozen=True)
class VisitGap:
    """A face-to-face visit that took place without an assessment, or against one."""

    # 'visit_without_assessment' or 'do_not_go_overridden'.
    code: str
    visit_uid: UUID
    child: int
    visit_date: date
    recorded_by: str


def assessment_state(child: Child, user: User, *, at: datetime) -> AssessmentState:
    return AssessmentState(
        needed=bool(assessment_rules.in_force(_needed_steps(), day_of(at))),
        current=PreVisitAssessment.objects.filter(child=child, valid_until__gt=at).first(),
        may_make=may_make(child, user, at=at),
    )


def may_make(child: Child, user: User, *, at: datetime) -> bool:
    if not scopes(user.roles, Action.CREATE, Thing.ASSESSMENT):
        return False
    return Child.objects.open_to(user, Action.CREATE, Thing.ASSESSMENT, at=at).contains(child)


def _needed_steps() -> list[tuple[date, int]]:
    return list(OversightRule.objects.filter(code=NEEDED).values_list("effective_from", "value"))


def assessments_of(child: Child) -> QuerySet[PreVisitAssessment]:
    """The latest first."""
    return PreVisitAssessment.objects.filter(child=child).select_related("made_by", "countersigned_by")


def to_countersign(user: User, *, at: datetime) -> QuerySet[PreVisitAssessment]:
    """Assessments of the manager's teams that wait for another manager's look, the oldest first."""
    team = Child.objects.open_to(user, Action.DECIDE, Thing.ASSESSMENT, at=at)
    waiting = PreVisitAssessment.objects.filter(
        child__in=team, needs_countersignature=True, countersigned_at=None
    )
    return waiting.select_related("child", "made_by").order_by("made_at", "pk")


@dataclass(frozen=True)
class Countersigning:
    allowed: bool
    # Why the reader may not countersign what waits, in a sentence; empty where nothing waits.
    why_not: str


def countersigning(assessment: PreVisitAssessment, user: User, *, at: datetime) -> Countersigning:
    """What `user` may do about this assessment now, by the same rules as the service."""
    waits = assessment.needs_countersignature and assessment.countersigned_at is None
    if not waits or not scopes(user.roles, Action.DECIDE, Thing.ASSESSMENT):
        return Countersigning(False, "")
    team = Child.objects.open_to(user, Action.DECIDE, Thing.ASSESSMENT, at=at)
    if not team.filter(pk=assessment.child_id).exists():
        return Countersigning(False, "")
    try:
        assessment_rules.countersigning(
            person=user.pk, maker=assessment.made_by_id, needed=True, countersigned=False
        )
    except Refusal as refusal:
        return Countersigning(False, refusal.message)
    return Countersigning(True, "")


# --- Exceptions -----------------------------------------------------------------------------


def visit_gaps(children: QuerySet[Child], first: date, last: date) -> list[VisitGap]:
    """Face-to-face visits of these days, both included, that took place without an assessment where one
    was needed, or although the last one said not to go. By date."""
    steps = _needed_steps()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    needed = {day for day in days if assessment_rules.in_force(steps, day)}
    if not needed:
        return []
    visits = Visit.objects.filter(
        child__in=children,
        method=Method.FACE_TO_FACE,
        status=Status.COMPLETED,
        visit_date__gte=min(needed),
        visit_date__lte=max(needed),
    )
    rows = visits.order_by("visit_date", "pk").values_list(
        "pk", "uid", "child", "visit_date", "recorded_at", "recorded_by__name"
    )
    made = _made_after_plan(visits)
    held: dict[int, list[Held]] = defaultdict(list)
    assessments = PreVisitAssessment.objects.filter(
        child__in=children,
        made_at__gte=_start(min(needed) - timedelta(days=_REACH_DAYS)),
        made_at__lt=_start(max(needed) + timedelta(days=1)),
    )
    columns = assessments.order_by().values_list(
        "child", "made_at", "valid_until", "proposed", "result", "countersigned_at"
    )
    for child, made_at, until, proposed, result, countersigned_at in columns:
        held[child].append(Held(made_at, until, proposed, result, countersigned_at is not None))
    gaps = []
    for pk, uid, child, day, recorded_at, recorded_by in rows:
        told_at = made.get(pk, recorded_at)
        standing = assessment_rules.standing_before(day, told_at, held.get(child, ()))
        code = assessment_rules.visit_exception(day in needed, standing)
        if code:
            gaps.append(VisitGap(code, uid, child, day, recorded_by or ""))
    return gaps


def _made_after_plan(visits: QuerySet[Visit]) -> dict[int, datetime]:
    """Visit key -> when a visit that had been planned was put on record as made."""
    changed = visits.order_by().filter(version__gt=1).values("pk")
    rows = Revision.objects.filter(kind="visit", record_id__in=changed, was__status=Status.PLANNED)
    return dict(rows.order_by("version").values_list("record_id", "replaced_at"))


def _start(day: date) -> datetime:
    """The day's first moment in London."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


# --- Protective equipment -------------------------------------------------------------------


def ppe_teams(user: User, *, at: datetime) -> QuerySet[Team] | None:
    """Teams whose items this person may see; None: all. Items are no children, so whoever sees
    suppressed totals of oversight sees every team's items."""
    if Scope.SUPPRESSED in scopes(user.roles, Action.VIEW, Thing.OVERSIGHT):
        return None
    return Team.objects.managed_by(user, on=day_of(at))


def ppe_totals(first: date, last: date, *, teams: Collection[int] | None = None) -> list[PpeTotals]:
    """Items by week and team of assessments made on these days, both included; `teams`: keys, None for
    all. A child's team is the one that held the plan open the longest on that day."""
    made = PreVisitAssessment.objects.filter(
        made_at__gte=_start(first), made_at__lt=_start(last + timedelta(days=1))
    ).exclude(ppe_needed={})
    rows = list(made.order_by().values_list("child", "made_at", "ppe_needed", "ppe_available"))
    places = _places(made)
    needs = []
    for child, made_at, needed, available in rows:
        day = day_of(made_at)
        held = [
            (start, team, name)
            for start, end, from_date, until, team, name in places.get(child, ())
            if start <= day and (end is None or end > day)
            if from_date <= day and (until is None or until > day)
        ]
        _, team, name = min(held, default=(None, None, "No team"))
        if teams is None or team in teams:
            needs.append(PpeNeed(child, name, made_at, needed, available))
    return assessment_rules.ppe_totals(needs)


def _places(made: QuerySet[PreVisitAssessment]) -> dict[int, list[tuple]]:
    """Child key -> where the child's plans were, and when."""
    found: dict[int, list[tuple]] = defaultdict(list)
    # A question inside the question: a year has more children than a list of parameters may hold.
    rows = PlanTeam.objects.filter(plan__child__in=made.order_by().values("child")).values_list(
        "plan__child",
        "plan__start_date",
        "plan__end_date",
        "from_date",
        "until_date",
        "team",
        "team__name",
    )
    for child, *place in rows.order_by():
        found[child].append(tuple(place))
    return found
