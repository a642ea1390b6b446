"""From rows to lines: children with what is due and when they were last seen, in few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef, Q

from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits.audit_codes import audit_code
from visits.constants import Method, Regime
from visits.facts import ChildLine
from visits.models import Child, Plan, PlanTeam, Visit, VisitRule
from visits.querysets import ChildQuerySet, holds_on
from visits.rules import due_dates
from visits.rules.rates import Interval, in_force
from visits.selectors.standing_flags import standing_flags


def rules_now() -> list[Interval]:
    """Every visiting rule, for the pure questions of due_dates."""
    return [
        Interval(
            rule.plan_type, rule.regime, rule.interval, rule.unit, rule.effective_from, rule.effective_until
        )
        for rule in VisitRule.objects.all()
    ]


@dataclass(frozen=True)
class LastSeen:
    face_to_face: date | None = None
    any_contact: date | None = None


def last_seen(children: Iterable[int], today: date) -> dict[int, LastSeen]:
    """Child key -> when last seen by a contact that counts, up to today."""
    found = (
        Visit.objects.counting()
        .filter(child__in=list(children), visit_date__lte=today)
        .order_by()
        .values("child")
        .annotate(any_contact=Max("visit_date"), face=Max("visit_date", filter=Q(method=Method.FACE_TO_FACE)))
    )
    return {row["child"]: LastSeen(row["face"], row["any_contact"]) for row in found}


def child_lines(children: ChildQuerySet, user: User, *, at: datetime) -> list[ChildLine]:
    """Lines for these children (a page of them: everything is read), in their order."""
    today = day_of(at)
    rows = list(children.named_for(user, at=at))
    keys = [child.pk for child in rows]
    seen = last_seen(keys, today)
    plans: dict[int, list[Plan]] = defaultdict(list)
    for plan in Plan.objects.open_on(today).filter(child__in=keys).order_by("start_date", "ref_order"):
        plans[plan.child_id].append(plan)
    places = PlanTeam.objects.filter(
        holds_on(today), plan__in=[plan for found in plans.values() for plan in found]
    )
    teams = dict(places.values_list("plan", "team__name"))
    flags = standing_flags(keys, on=today)
    intervals = rules_now()
    lines = (
        _line(child, plans[child.pk], teams, seen.get(child.pk, LastSeen()), intervals, today)
        for child in rows
    )
    return [
        replace(line, flag_kinds=tuple(flags.get(child.pk, ())))
        for child, line in zip(rows, lines, strict=True)
    ]


def _line(
    child: Child,
    open_plans: Sequence[Plan],
    teams: Mapping[int, str],
    seen: LastSeen,
    intervals: Sequence[Interval],
    today: date,
) -> ChildLine:
    counted = the_plans(open_plans)
    dues = [
        due_dates.due_by(
            plan_type=plan.plan_type,
            start=plan.start_date,
            long_term=plan.long_term,
            last_counting=seen.any_contact,
            intervals=intervals,
            today=today,
        )
        for plan in counted
    ]
    return ChildLine(
        uid=child.uid,
        shown_as=shown_as(child),
        plan_types=tuple(plan.plan_type for plan in counted),
        teams=tuple(dict.fromkeys(teams[plan.pk] for plan in open_plans if plan.pk in teams)),
        last_face_to_face=seen.face_to_face,
        last_contact=seen.any_contact,
        due_by=min(filter(None, dues), default=None),
    )


def the_plans(open_plans: Iterable[Plan]) -> list[Plan]:
    """Of each type the plan that the rate goes by: earliest start, then lowest reference.
    Expects them in that order."""
    by_type: dict[str, Plan] = {}
    for plan in open_plans:
        by_type.setdefault(plan.plan_type, plan)
    return list(by_type.values())


def shown_as(child: Child) -> str:
    """The child's reference where `named_for` said so, else the audit code."""
    return child.child_ref if child.named else audit_code(child.uid)


def not_seen_in_time(children: ChildQuerySet, *, today: date) -> ChildQuerySet:
    """Children with an open plan whose interval has run out today without a contact that counts:
    what `due_by` calls overdue, asked of the database."""
    intervals = rules_now()
    settled = Q(long_term=True, start_date__lte=due_dates.latest_settled_start(today))
    late = Q(pk__in=())
    for plan_type in sorted({interval.plan_type for interval in intervals}):
        standard = in_force(intervals, plan_type, Regime.STANDARD, today)
        longer = in_force(intervals, plan_type, Regime.LONG_TERM, today)
        if standard:
            late |= _unseen(standard, ~settled if longer else Q(), today)
        if standard and longer:
            late |= _unseen(longer, settled, today)
    return children.filter(late)


def _unseen(interval: Interval, which: Q, today: date) -> Q:
    """Neither did the open plan start since the interval's first day, nor was the child seen since."""
    cut = due_dates.earliest_not_overdue(today, interval)
    plans = Plan.objects.open_on(today).filter(
        which, child=OuterRef("pk"), plan_type=interval.plan_type, start_date__lt=cut
    )
    contacts = Visit.objects.counting().filter(
        child=OuterRef("pk"), visit_date__gte=cut, visit_date__lte=today
    )
    return Q(Exists(plans)) & ~Q(Exists(contacts))
