"""Children, plans, visits and caseloads of the demonstration world, made without a database.

The same rows every time: every choice is drawn from a generator seeded by what it is for. A world
for a later day is the world of an earlier one with more months.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from safeguarding.demo import anomalies, contacts, targets
from safeguarding.demo.plans import TYPES, Plans
from safeguarding.demo.rows import AllocationRow, Contact, PlanDraft, PlanRow, VisitRow, World, child_ref
from safeguarding.demo.windows import FIRST_MONTH, Window, windows
from safeguarding.kernel.periods import Month

EARLIEST_AS_OF = date(2020, 7, 1)
_SEED = 20171001
# A care plan's cohort starts 42 days after the plan: so far must the layout run ahead of the as-of day.
_MONTHS_AHEAD = 3
# One plan in so many has nobody to hold it.
_UNALLOCATED_EVERY = 240
_PLANNED_AHEAD_DAYS = 12


def build(as_of: date, team_sizes: list[int], notes: list[str]) -> World:
    """The world as recorded by the morning of `as_of` (EARLIEST_AS_OF or later).

    `team_sizes` holds the number of social workers of each team; workers are numbered through the
    teams in order. `notes` are texts that some visits carry.
    """
    months = Month.of(as_of).index - FIRST_MONTH.index + 1 + _MONTHS_AHEAD
    laid = {plan_type: windows(plan_type, months) for plan_type in TYPES}
    cases = anomalies.planted()
    reserved = anomalies.taken(cases, laid)
    drafts = Plans(
        laid, lambda kind, place: targets.target(kind, place).cohort, reserved.cohort, len(cases)
    ).lay_out()
    _fill(drafts, laid, reserved)
    drafts = [plan for case in cases for plan in case.plans] + drafts
    return _Telling(as_of, drafts, team_sizes, notes).world()


def _fill(drafts: list[PlanDraft], laid: dict[str, list[Window]], reserved: anomalies.Taken) -> None:
    """Gives every plan its outcomes and its contacts."""
    by_month: dict[tuple[str, int], list[PlanDraft]] = defaultdict(list)
    for plan in drafts:
        if plan.long_term:
            contacts.live_settled(plan, laid[plan.plan_type])
        for place in range(plan.first, plan.last):
            by_month[plan.plan_type, place].append(plan)
    for (plan_type, place), plans in by_month.items():
        contacts.settle_month(
            plans,
            targets.target(plan_type, place),
            reserved.outcomes[plan_type][place],
            laid[plan_type][place],
        )
    for plan in drafts:
        if not plan.long_term:
            contacts.Placing(plan, laid[plan.plan_type]).place_all()


class _Telling:
    """Turns drafts into what is on record on the morning of a day."""

    def __init__(self, as_of: date, drafts: list[PlanDraft], team_sizes: list[int], notes: list[str]) -> None:
        self._as_of = as_of
        self._notes = notes
        self._team_sizes = team_sizes
        self._first_worker = [sum(team_sizes[:team]) for team in range(len(team_sizes))]
        self._drafts = [plan for plan in drafts if _recorded(plan) < as_of]

    def world(self) -> World:
        world = World(self._as_of, [], [], [], [])
        children: dict[int, int] = {}
        for plan in self._drafts:
            if plan.child not in children:
                children[plan.child] = len(world.children)
                world.children.append((child_ref(plan.child), _uid(Random(f"{_SEED}/child/{plan.child}"))))
            self._tell(world, plan, children[plan.child])
        world.allocations = self._allocations(children)
        return world

    def _tell(self, world: World, plan: PlanDraft, child: int) -> None:
        rng = Random(_SEED + plan.serial)
        world.plans.append(
            PlanRow(
                plan.plan_ref,
                _uid(rng),
                child,
                plan.plan_type,
                plan.start,
                self._known_end(plan),
                plan.long_term,
                _moment(_recorded(plan), rng),
                self._known_places(plan),
            )
        )
        for number, contact in enumerate(plan.contacts, 1):
            recorded = contact.day + timedelta(days=contact.recorded_after_days)
            uid, at, note = _uid(rng), _moment(recorded, rng), self._note(contact, rng)
            if recorded >= self._as_of:
                continue
            world.visits.append(
                VisitRow(
                    f"V{plan.plan_ref}-{number:03d}",
                    uid,
                    child,
                    contact.day,
                    contact.method,
                    contact.status,
                    contact.seen,
                    contact.authorised,
                    note,
                    at,
                    self._worker(plan, contact.day),
                )
            )
        if self._known_end(plan) is None:
            self._plan_ahead(world, plan, child)

    def _plan_ahead(self, world: World, plan: PlanDraft, child: int) -> None:
        """Most open plans have their next visit in the diary."""
        rng = Random(f"{_SEED}/{plan.serial}/{self._as_of}")
        if plan.keeping < -3 or rng.random() < 0.4:
            return
        day = self._as_of + timedelta(days=rng.randrange(_PLANNED_AHEAD_DAYS))
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        recorded = max(self._as_of - timedelta(days=rng.randint(1, 6)), plan.start)
        world.visits.append(
            VisitRow(
                f"V{plan.plan_ref}-{self._as_of:%Y%m%d}",
                _uid(rng),
                child,
                day,
                "face_to_face",
                "planned",
                False,
                False,
                "",
                _moment(recorded, rng),
                self._worker(plan, recorded),
            )
        )

    def _note(self, contact: Contact, rng: Random) -> str:
        if not self._notes or rng.random() > 0.12 or contact.counts_as != 2:
            return ""
        return rng.choice(self._notes)

    def _worker(self, plan: PlanDraft, day: date) -> int:
        return self._worker_in(plan, plan.team_on(day))

    def _worker_in(self, plan: PlanDraft, team: int) -> int:
        """A family keeps its worker while it stays with the team."""
        size = self._team_sizes[team]
        return self._first_worker[team] + (plan.child * 7 + team) % size

    def _allocations(self, children: dict[int, int]) -> list[AllocationRow]:
        """Who held each child's case when: team by team through the plans, one worker at a time."""
        spans: dict[int, list[tuple[date, date | None, int]]] = defaultdict(list)
        for plan in self._drafts:
            if plan.serial % _UNALLOCATED_EVERY == 7:
                continue
            places = self._known_places(plan)
            ends = [*(since for since, _ in places[1:]), self._known_end(plan)]
            for (since, team), until in zip(places, ends, strict=True):
                spans[plan.child].append((since, until, self._worker_in(plan, team)))
        return [
            AllocationRow(children[child], worker, since, until)
            for child, held in spans.items()
            for since, until, worker in _in_turn(held)
        ]

    def _known_end(self, plan: PlanDraft) -> date | None:
        return plan.end if plan.end is not None and plan.end < self._as_of else None

    def _known_places(self, plan: PlanDraft) -> list[tuple[date, int]]:
        return [(since, team) for since, team in plan.places if since == plan.start or since < self._as_of]


def _in_turn(held: list[tuple[date, date | None, int]]) -> list[tuple[date, date | None, int]]:
    """Spans of one child, one after another: what overlaps an earlier one waits for its end, and
    spans of the same worker that touch become one."""
    turns: list[tuple[date, date | None, int]] = []
    for since, until, worker in sorted(held, key=lambda span: span[0]):
        if turns:
            before_since, before_until, before = turns[-1]
            if before_until is None:
                continue
            since = max(since, before_until)
            if until is not None and until <= since:
                continue
            if before == worker and since == before_until:
                turns[-1] = (before_since, until, worker)
                continue
        turns.append((since, until, worker))
    return turns


def _recorded(plan: PlanDraft) -> date:
    return plan.start + timedelta(days=1 + plan.serial % 2)


def _moment(day: date, rng: Random) -> datetime:
    """Some minute of office hours."""
    minutes = rng.randrange(9 * 60, 18 * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), UTC)


def _uid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
