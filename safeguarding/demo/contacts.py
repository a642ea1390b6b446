"""Contacts of the world: what each child's month shows, and the visits that make it so.

Outcomes first, visits after. Children in a settled placement are seen by a rhythm of their own
(one visit of theirs counts in three or four months), and what comes of it is taken as it comes.
Everybody else in the month's cohort then fills up the month's target exactly: those who keep best
to their rhythm face to face, the next by an alternative, the rest not at all. Last, visits are
placed so that each month's outcome holds: a visit is put only on a day on which every window that
holds it can bear it.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from safeguarding.demo.rows import Contact, PlanDraft
from safeguarding.demo.targets import Target
from safeguarding.demo.windows import ALTERNATIVES_SINCE, FIRST_MONTH, ONE_DAY, Window
from safeguarding.kernel.periods import Month

_SEED = 20200323
NOT_VISITED, ALTERNATIVE, FACE_TO_FACE = 0, 1, 2
_ALTERNATIVES = ("video",) * 11 + ("telephone",) * 5 + ("doorstep",) * 4
# Teams differ (places in the list of teams): how well their visits keep to time.
_TEAM_KEEPING = (0.30, -0.10, -0.45, 0.25, 0.05, -0.20, 0.10, -0.30, 0.35, 0.0, -0.35, 0.15, 0.40, -0.50)
# From - until: the share of contacts that were alternatives while homes were closed to visitors.
_RESTRICTED = (
    (date(2020, 3, 23), date(2020, 7, 4), 0.46),
    (date(2020, 7, 4), date(2020, 10, 1), 0.22),
    (date(2020, 10, 1), date(2020, 11, 5), 0.12),
    (date(2020, 11, 5), date(2021, 1, 5), 0.22),
    (date(2021, 1, 5), date(2021, 3, 29), 0.36),
    (date(2021, 3, 29), date(2021, 9, 30), 0.08),
)
_LATER_ALTERNATIVES = 0.02
_FEWEST_SHARED_DAYS = 5
_RHYTHM = {"CP": timedelta(days=14), "CIN": timedelta(days=28), "CIC": timedelta(days=42)}


def share_of_alternatives(day: date) -> float:
    if Month.of(day) < ALTERNATIVES_SINCE:
        return 0.0
    return next((share for since, until, share in _RESTRICTED if since <= day < until), _LATER_ALTERNATIVES)


def make(day: date, kind: int, rng: Random) -> Contact:
    """A contact that counts as `kind`."""
    if kind == FACE_TO_FACE:
        return Contact(day, recorded_after_days=rng.choice((1, 1, 1, 2, 2, 3)))
    method = rng.choice(_ALTERNATIVES)
    return Contact(day, method, authorised=True, recorded_after_days=rng.choice((1, 1, 2, 3)))


def settled(plan: PlanDraft, window: Window) -> bool:
    return plan.long_term and plan.start <= window.anniversary_cut


def outcome_by_contacts(plan: PlanDraft, contacts: Iterable[Contact], window: Window) -> int:
    since = window.seen_from(settled(plan, window))
    best = max((c.counts_as for c in contacts if since <= c.day <= window.end), default=NOT_VISITED)
    return NOT_VISITED if best == ALTERNATIVE and not window.collected else best


def live_settled(plan: PlanDraft, windows: list[Window]) -> None:
    """Lays out all contacts of a plan with a long-term placement, and takes its outcomes from them."""
    rng = Random(_SEED + plan.serial)
    last_day = windows[plan.last - 1].end if plan.end is None else plan.end - ONE_DAY
    anniversary = plan.start + timedelta(days=366)
    day = plan.start + timedelta(days=rng.randint(2, 7))
    while day <= last_day:
        spot = _weekday(day, last_day)
        kind = ALTERNATIVE if rng.random() < share_of_alternatives(spot) else FACE_TO_FACE
        plan.contacts.append(make(spot, kind, rng))
        usual, spread = (36, 5) if day < anniversary else (74, 11)
        late = rng.random() < (0.06 if plan.keeping > -1 else 0.5)
        day += timedelta(days=max(14, round(rng.gauss(usual + (45 if late else 0), spread))))
    for place in range(plan.first, plan.last):
        plan.outcomes[place - plan.first] = outcome_by_contacts(plan, plan.contacts, windows[place])


def _weekday(day: date, last_day: date) -> date:
    moved = day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)
    return moved if moved <= last_day else day


def settle_month(plans: list[PlanDraft], target: Target, taken: Counter, window: Window) -> None:
    """Gives each plan of the month's cohort without an outcome one, so that the month's target holds.

    `taken` counts outcomes of planted cases. Raises ValueError where what is already settled
    leaves no way to the target.
    """
    rng = Random(f"{_SEED}/{window.end}/{target}")
    taken = taken + Counter(
        plan.outcome(window.place) for plan in plans if plan.outcome(window.place) is not None
    )
    waiting = [plan for plan in plans if plan.outcome(window.place) is None]
    face_to_face = target.face_to_face - taken[FACE_TO_FACE]
    alternative = target.alternative - taken[ALTERNATIVE]
    if face_to_face < 0 or alternative < 0 or face_to_face + alternative > len(waiting):
        raise ValueError(
            f"{window.end}: {dict(taken)} leaves no way to {target} with {len(waiting)} children"
        )
    ranked = sorted(
        waiting,
        key=lambda plan: plan.keeping + _TEAM_KEEPING[plan.team_on(window.end)] + rng.gauss(0, 1),
        reverse=True,
    )
    for rank, plan in enumerate(ranked):
        outcome = (
            FACE_TO_FACE
            if rank < face_to_face
            else ALTERNATIVE
            if rank < face_to_face + alternative
            else NOT_VISITED
        )
        plan.outcomes[window.place - plan.first] = outcome


class Placing:
    """Places one plan's contacts so that its outcomes hold."""

    def __init__(self, plan: PlanDraft, windows: list[Window]) -> None:
        self._plan = plan
        self._windows = windows
        self._rng = Random(_SEED + plan.serial)
        self._latest = plan.start
        # Best contact per window so far.
        self._best: dict[int, int] = {}

    def place_all(self) -> None:
        plan = self._plan
        self._first_visit()
        for place in range(max(plan.first - 2, 0), min(plan.last + 1, len(self._windows))):
            window, outcome = self._windows[place], plan.outcome(place)
            self._between(window, outcome)
            if outcome is None:
                continue
            if outcome == NOT_VISITED:
                self._came_to_nothing(window)
            elif self._best.get(place, NOT_VISITED) < outcome:
                self._put(self._day(window, outcome), outcome)
        plan.contacts.sort(key=lambda contact: contact.day)

    def _put(self, day: date, kind: int) -> None:
        self._plan.contacts.append(make(day, kind, self._rng))
        self._latest = max(self._latest, day)
        for window in self._holding(day):
            self._best[window.place] = max(self._best.get(window.place, NOT_VISITED), kind)

    def _holding(self, day: date) -> list[Window]:
        """The windows of the plan's months that a visit on `day` counts in (never a settled one's)."""
        place = Month.of(day).index - FIRST_MONTH.index
        return [
            self._windows[at]
            for at in (place, place + 1)
            if 0 <= at < len(self._windows)
            and self._windows[at].seen_cut <= day
            and self._plan.outcome(at) is not None
        ]

    def _can_bear(self, day: date, kind: int) -> bool:
        held_to = [self._plan.outcome(window.place) or NOT_VISITED for window in self._holding(day)]
        return self._plan.covers(day) and all(outcome >= kind for outcome in held_to)

    def _day(self, window: Window, outcome: int) -> date:
        """A day for the visit that the month's outcome asks for. One that serves the next month
        too, where that may be, because workers do not visit twice where once will do."""
        coming = self._plan.outcome(window.place + 1)
        wanted = coming is not None and coming >= outcome and self._rng.random() < 0.6
        # Of a single shared day everybody would be visited on it.
        if wanted and len(window.shared) >= _FEWEST_SHARED_DAYS:
            return self._rng.choice(window.shared)
        return self._by_due(window.own)

    def _by_due(self, days: tuple[date, ...]) -> date:
        """One of the last days before the next visit is due; where those are few, one of the first."""
        in_time = bisect_right(days, self._latest + _RHYTHM[self._plan.plan_type])
        last = max(in_time, min(6, len(days)))
        return days[self._rng.randrange(max(0, min(in_time, last) - 4), last)]

    def _first_visit(self) -> None:
        """A new plan is visited within days, unless it is let slide."""
        if self._plan.keeping < -3:
            return
        day = _weekday(self._plan.start + timedelta(days=self._rng.randint(1, 6)), date.max)
        kind = ALTERNATIVE if self._rng.random() < share_of_alternatives(day) else FACE_TO_FACE
        if self._can_bear(day, kind):
            self._put(day, kind)

    def _between(self, window: Window, outcome: int | None) -> None:
        """Contacts that no month's rate asks for: the other visit of a fortnightly rhythm, a call."""
        rng, plan = self._rng, self._plan
        if plan.keeping < -3:
            return
        if plan.plan_type == "CP" and window.early:
            often = 0.86 if outcome != NOT_VISITED else 0.50
        else:
            often = 0.06
        if rng.random() >= often:
            return
        fortnightly = plan.plan_type == "CP" and window.early
        day = self._by_due(window.early) if fortnightly else rng.choice(window.days)
        kind = ALTERNATIVE if rng.random() < share_of_alternatives(day) else FACE_TO_FACE
        if self._can_bear(day, kind):
            self._put(day, kind)

    def _came_to_nothing(self, window: Window) -> None:
        """Some who were not visited were tried: called off, nobody in, or a call nobody authorised."""
        draw = self._rng.random()
        if draw > 0.32:
            return
        contact = Contact(self._rng.choice(window.own), recorded_after_days=self._rng.choice((1, 2, 3)))
        if draw < 0.15:
            contact.status, contact.seen = "cancelled", False
        elif draw < 0.26 or not window.collected:
            contact.seen = False
        else:
            contact.method = self._rng.choice(_ALTERNATIVES)
        if self._plan.covers(contact.day):
            self._plan.contacts.append(contact)
