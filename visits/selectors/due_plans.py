"""Open plans whose next visit is due by a day: narrowed by the database, exact by the rule."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from visits.constants import Method, Regime
from visits.models import Child, Plan, Visit
from visits.rules import due_dates
from visits.rules.rates import in_force
from visits.selectors.lines import rules_now


@dataclass(frozen=True)
class DuePlan:
    """The plan of a type that counts for a child, and by when the next visit is due."""

    # Keys.
    child: int
    plan: int
    plan_type: str
    due_by: date


def plans_due(
    children: QuerySet[Child],
    *,
    by: date,
    today: date,
    face_to_face: bool = False,
    where: Q | None = None,
) -> list[DuePlan]:
    """Plans of `children` open today whose next visit is due on or before `by` (yesterday: what is overdue),
    as `due_dates.due_by` says; with `face_to_face` as if alternatives did not count. `where` narrows the
    plans. Two queries, whatever the number of children."""
    intervals = rules_now()
    contacts = Visit.objects.counting().filter(child=OuterRef("child"), visit_date__lte=today)
    if face_to_face:
        contacts = contacts.filter(method=Method.FACE_TO_FACE)
    loose = Q(pk__in=())
    for plan_type in sorted({interval.plan_type for interval in intervals}):
        standard = in_force(intervals, plan_type, Regime.STANDARD, today)
        if standard:
            # The longer interval of a settled placement is due later: the rule below tells.
            cut = due_dates.earliest_not_overdue(by + timedelta(days=1), standard)
            seen = Exists(contacts.filter(visit_date__gte=cut))
            loose |= Q(plan_type=plan_type, start_date__lt=cut) & ~Q(seen)
    earlier = Plan.objects.open_on(today).filter(child=OuterRef("child"), plan_type=OuterRef("plan_type"))
    earlier = earlier.filter(
        Q(start_date__lt=OuterRef("start_date"))
        | Q(start_date=OuterRef("start_date"), ref_order__lt=OuterRef("ref_order"))
    )
    plans = (
        Plan.objects.open_on(today)
        .filter(loose, child__in=children)
        .filter(where or Q(), ~Exists(earlier))
        .annotate(seen=Subquery(contacts.order_by(F("visit_date").desc()).values("visit_date")[:1]))
        .order_by("child", "start_date", "pk")
    )

    @cache
    def due(plan_type: str, start: date, long_term: bool, last: date | None) -> date | None:
        return due_dates.due_by(
            plan_type=plan_type,
            start=start,
            long_term=long_term,
            last_counting=last,
            intervals=intervals,
            today=today,
        )

    found = []
    for child, plan, plan_type, start, long_term, last in plans.values_list(
        "child", "pk", "plan_type", "start_date", "long_term", "seen"
    ):
        # Without a settled placement only the later of the two days matters: few answers for many plans.
        base = start if long_term else max(start, last or start)
        day = due(plan_type, base, long_term, last if long_term else None)
        if day is not None and day <= by:
            found.append(DuePlan(child, plan, plan_type, day))
    return found
