"""Plans of the world: who comes onto one, in which team, for how long, and where it leads.

Month by month, so that a later as-of day only adds months: nothing here knows the day on which
the world is loaded. Each month's cohort has exactly the size that `targets` asks.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from safeguarding.demo.rows import PlanDraft
from safeguarding.demo.windows import ONE_DAY, Window

_SEED = 20180401
# Order matters: a month's plans of one type may follow on those that the types before it closed.
TYPES = ("CIN", "CP", "CIC")
_TURNOVER = {"CP": 0.085, "CIN": 0.10, "CIC": 0.028}
_MONTHS_INTENDED = {"CP": 10.0, "CIN": 8.5, "CIC": 22.0}
# Out of which closed plans a new one of a type grows, and how often.
_GROWS_FROM = {
    "CP": (("CIN", 0.45),),
    "CIN": (("CP", 0.30), ("CIC", 0.06)),
    "CIC": (("CP", 0.35), ("CIN", 0.10)),
}
_COMES_BACK = 0.12
_QUIET_BEFORE_COMING_BACK = timedelta(days=90)
# One plan in so many is let slide: hardly a visit to be found.
_LET_SLIDE_EVERY = 22

# Places in the list of teams (fixtures/demo/teams.json).
CARE_MANAGEMENT = range(6)
DISABILITIES, ADOLESCENTS = 12, 13
_LOCALITY_WEIGHTS = (24, 18, 21, 16, 17, 12)
_ASSESSMENT_OF = {0: 7, 1: 6, 2: 7, 3: 6, 4: 7, 5: 6}
_CARE_OF = {0: 8, 1: 9, 2: 10, 3: 9, 4: 11, 5: 8}


class Plans:
    """Lays out all plans over the windows given. `sizes(type, place)` is how many children a month's
    cohort holds, `reserved[type][place]` how many of them are spoken for (the planted cases)."""

    def __init__(
        self,
        windows: dict[str, list[Window]],
        sizes: Callable[[str, int], int],
        reserved: dict[str, Counter],
        first_child: int,
    ) -> None:
        self._windows = windows
        self._sizes = sizes
        self._reserved = reserved
        self._next_child = first_child
        self._serials: Counter = Counter()
        # Children without an open plan: (day since when, child), by the type of the plan that ended.
        self._free: dict[str, list[tuple[date, int]]] = defaultdict(list)
        self._locality: dict[int, int] = {}
        self.all: list[PlanDraft] = []

    def lay_out(self) -> list[PlanDraft]:
        cohorts: dict[str, list[PlanDraft]] = {plan_type: [] for plan_type in TYPES}
        months = len(self._windows[TYPES[0]])
        for place in range(months):
            for plan_type in TYPES:
                cohorts[plan_type] = self._month(plan_type, place, cohorts[plan_type])
        for plans in cohorts.values():
            for plan in plans:
                plan.last = months
        for plan in self.all:
            plan.outcomes = [None] * (plan.last - plan.first)
        return self.all

    def _month(self, plan_type: str, place: int, cohort: list[PlanDraft]) -> list[PlanDraft]:
        """Ends some plans of last month's cohort and adds those that count from this month on."""
        rng = Random(f"{_SEED}/{plan_type}/{place}")
        window = self._windows[plan_type][place]
        size = self._sizes(plan_type, place) - self._reserved[plan_type][place]
        usual = round(size * _TURNOVER[plan_type])
        arrivals = max(usual, usual + size - len(cohort)) if cohort else size
        departures = len(cohort) + arrivals - size
        overdue = sorted(cohort, key=lambda plan: (plan.intended_months - (place - plan.first), plan.serial))
        ended = {plan.serial for plan in overdue[:departures]}
        for plan in overdue[:departures]:
            plan.end = rng.choice(window.days)
            plan.places = [(since, team) for since, team in plan.places if since < plan.end]
            plan.last = place
            insort(self._free[plan_type], (plan.end, plan.child))
        stay = [plan for plan in cohort if plan.serial not in ended]
        starts = sorted(rng.choice(window.starts) for _ in range(arrivals))
        return stay + [self._arrival(plan_type, place, window, start, rng) for start in starts]

    def _arrival(self, plan_type: str, place: int, window: Window, start: date, rng: Random) -> PlanDraft:
        child, start = self._child(plan_type, window, start, rng)
        locality = self._locality[child]
        self._serials[start.year] += 1
        plan = PlanDraft(
            serial=start.year * 100_000 + self._serials[start.year],
            plan_type=plan_type,
            child=child,
            start=start,
            places=_teams(plan_type, locality, start, rng),
            first=place,
            keeping=rng.gauss(0, 0.6),
        )
        mean = _MONTHS_INTENDED[plan_type]
        if plan_type == "CIC" and rng.random() < (0.40 if place == 0 else 0.24):
            plan.long_term = True
            mean = 62.0
        plan.intended_months = rng.lognormvariate(0, 0.55) * mean
        if rng.randrange(_LET_SLIDE_EVERY) == 0:
            # Until a manager notices.
            plan.keeping, plan.long_term, plan.intended_months = -4.0, False, rng.uniform(3, 6)
        self.all.append(plan)
        return plan

    def _child(self, plan_type: str, window: Window, start: date, rng: Random) -> tuple[int, date]:
        """A child who steps over from a plan that ended in time, one who comes back, or a new one."""
        draw = rng.random()
        for source, share in _GROWS_FROM[plan_type]:
            if draw < share:
                free = self._free[source]
                low = bisect_left(free, (window.starts[0], 0))
                high = bisect_right(free, (window.starts[-1] + ONE_DAY, 0))
                if low < high:
                    since, child = free.pop(rng.randrange(low, high))
                    return child, since
                break
            draw -= share
        if rng.random() < _COMES_BACK:
            free = self._free[rng.choice(TYPES)]
            high = bisect_right(free, (start - _QUIET_BEFORE_COMING_BACK, 0))
            if high:
                return free.pop(rng.randrange(high))[1], start
        child, self._next_child = self._next_child, self._next_child + 1
        self._locality[child] = rng.choices(CARE_MANAGEMENT, _LOCALITY_WEIGHTS)[0]
        return child, start


def _teams(plan_type: str, locality: int, start: date, rng: Random) -> list[tuple[date, int]]:
    """The teams that hold a plan, one after another."""
    draw = rng.random()
    later = start + timedelta(days=rng.randint(56, 104))
    if plan_type == "CIC":
        if draw < 0.07:
            return [(start, DISABILITIES)]
        if draw < 0.11:
            return [(start, ADOLESCENTS)]
        if draw < 0.60:
            return [(start, locality), (start + timedelta(days=rng.randint(60, 150)), _CARE_OF[locality])]
        return [(start, _CARE_OF[locality])]
    if plan_type == "CP":
        if draw < 0.05:
            return [(start, DISABILITIES)]
        if draw < 0.12:
            return [(start, ADOLESCENTS)]
        if draw < 0.16:
            # The family moves house.
            return [(start, locality), (later, (locality + 1 + rng.randrange(5)) % 6)]
        return [(start, locality)]
    if draw < 0.12:
        return [(start, DISABILITIES)]
    if draw < 0.18:
        return [(start, ADOLESCENTS)]
    if draw < 0.62:
        return [(start, _ASSESSMENT_OF[locality]), (later, locality)]
    return [(start, locality)]
