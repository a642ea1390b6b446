"""The world as the slow statement of the method reads it."""

from datetime import timedelta

from safeguarding.demo.rows import World
from safeguarding.kernel.periods import Month
from tests.visits.slow_method import SlowMonth, SlowPlan, SlowVisit, slow_month


def slow_reading(world: World, plan_type: str, month: Month, child: int | None = None) -> SlowMonth:
    """One month of one plan type, of everybody or of one child; children go by their references."""
    end = month.last_day
    plans = [
        plan
        for plan in world.plans
        if plan.plan_type == plan_type
        and plan.start <= end
        and (plan.end is None or plan.end > end)
        and child in (None, plan.child)
    ]
    children = {plan.child for plan in plans}
    # No window is longer than 91 days; what is older only costs time.
    since = end - timedelta(days=100)
    return slow_month(
        [
            SlowPlan(
                plan.plan_ref,
                world.children[plan.child][0],
                plan.plan_type,
                plan.start,
                plan.end,
                plan.long_term,
                tuple((since, str(team)) for since, team in plan.places),
            )
            for plan in plans
        ],
        [
            SlowVisit(
                world.children[visit.child][0],
                visit.day,
                visit.method,
                visit.status,
                visit.seen,
                visit.authorised,
            )
            for visit in world.visits
            if visit.child in children and since <= visit.day <= end
        ],
        plan_type,
        month.year,
        month.number,
    )
