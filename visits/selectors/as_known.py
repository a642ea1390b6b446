"""What was known at a past moment: the door for reviews that must read the same years later.

Stored rates and today's concerns follow every later correction. Here only what was recorded by the moment
counts, and later changes are undone (visits.rates.as_known). Counts are plain and of the whole service: who
shows them to a board suppresses them.

Exact: plans, visits, their corrections and authorisations, decisions with their moves, flags with their
reviews. Not kept, and so read as they stand now, each for its own day: rules and limits with their dates from
and until, bank holidays, since when alternatives are collected, and the kinds of flags.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Prefetch

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of
from visits.constants.oversight import DecisionState
from visits.facts.exceptions import Concern
from visits.facts.known import KnownCount, KnownTotal
from visits.facts.oversight import PlanNow
from visits.models import DecisionMove, FlagReview, HazardFlag, ManagementDecision
from visits.rates.as_known import Visits, known_plans, known_visits, open_on, totals
from visits.rates.kernel import PLAN_TYPES, Plans
from visits.rules import exceptions as exception_rules
from visits.rules.decisions import OPEN
from visits.selectors.alternatives import CHAIN_LIMIT
from visits.selectors.exceptions import LOOK_BACK_DAYS, MOST_VULNERABLE
from visits.selectors.oversight import latest_in_time, overdue
from visits.selectors.oversight_rules import limit

# What is counted, in the order in which a board reads it.
LABELS = {
    Concern.MOST_VULNERABLE_NOT_SEEN: "Children flagged as most vulnerable, not seen face to face in time",
    Concern.ALTERNATIVE_WITHOUT_DECISION: (
        f"Alternatives to a visit in the last {LOOK_BACK_DAYS} days without a management decision"
    ),
    Concern.CHAIN: "Children with several alternatives in a row without a fresh decision",
    Concern.DECISION_LAPSED: "Management decisions past their review date, no renewal asked for",
    Concern.DECISION_PAST_REVIEW: "Management decisions past their review date, renewal not decided",
    Concern.FLAG_PAST_REVIEW: "Hazard flags past their review date",
}


def totals_known(months: Collection[Month], at: datetime) -> list[KnownTotal]:
    """Outcomes of each of the months and each plan type, whole service, as known at the moment `at`: by the
    method of the stored rates, which they equal where `at` is now. In order of month and plan type; months
    that were not over at `at`, and plan types without a rule at the month's end, are left out."""
    return totals(months, at)


def oversight_known(at: datetime) -> list[KnownCount]:
    """How often each concern of LABELS stood on the day of `at`, by what was recorded by `at`: the same
    concerns as `visits.selectors.exceptions` finds where `at` is now. Four queries for records by the column
    and four for decisions and flags, whatever the number of children.

    A flag that was cleared on the very day of `at`, after it, counts as still standing at it.
    """
    known = _Known(at)
    found = known.concerned()
    return [
        KnownCount(
            code,
            label,
            len(found[code]),
            len(set(found[code])),
            len(known.most_vulnerable) if code == Concern.MOST_VULNERABLE_NOT_SEEN else None,
        )
        for code, label in LABELS.items()
    ]


@dataclass(frozen=True)
class _Flag:
    """A flag as it stood."""

    child: int
    kind: str
    review_on: date
    # Neither ended nor cleared.
    stands: bool
    # A later flag of the kind stands in its place.
    superseded: bool


class _Known:
    """Records as they were known at a moment; what several concerns need is read once."""

    def __init__(self, at: datetime) -> None:
        self.at, self.today = at, day_of(at)
        self.plans = open_on(known_plans(at, until=self.today), self.today)
        visits = known_visits(at, until=self.today)
        self.alternatives = visits[~visits.face_to_face]
        self.last_face = _LastFace(visits[visits.face_to_face])
        authorised = ManagementDecision.objects.filter(
            state=DecisionState.AUTHORISED, decided_at__lte=at
        ).order_by("pk")
        self.decisions = [one for one in authorised.defer(*_TEXTS) if _stood_at(one) <= at]
        self.of_child: dict[int, list[ManagementDecision]] = defaultdict(list)
        for one in self.decisions:
            self.of_child[one.child_id].append(one)
        self.flags = _flags(at, self.today)
        flagged = {flag.child for flag in self.flags if flag.stands and flag.kind == MOST_VULNERABLE}
        self.most_vulnerable = _elected(self.plans, flagged)

    def concerned(self) -> dict[Concern, list[int]]:
        """The child of each concern, by code."""
        ended = self._ended_decisions()
        return {
            Concern.MOST_VULNERABLE_NOT_SEEN: self._most_vulnerable_not_seen(),
            Concern.ALTERNATIVE_WITHOUT_DECISION: self._without_decision(),
            Concern.CHAIN: self._chains(),
            Concern.DECISION_LAPSED: ended[Concern.DECISION_LAPSED],
            Concern.DECISION_PAST_REVIEW: ended[Concern.DECISION_PAST_REVIEW],
            Concern.FLAG_PAST_REVIEW: [
                flag.child
                for flag in self.flags
                if flag.stands and flag.review_on < self.today and not flag.superseded
            ],
        }

    def _without_decision(self) -> list[int]:
        first = _number(self.today - timedelta(days=LOOK_BACK_DAYS))
        some = self.alternatives[~self.alternatives.authorised & (self.alternatives.day >= first)]
        return [
            child
            for child, day in zip(some.child_id.tolist(), map(_day, some.day.tolist()), strict=True)
            if not any(one.covers_from <= day <= one.review_on for one in self.of_child.get(child, ()))
        ]

    def _chains(self) -> list[int]:
        try:
            longest = limit(CHAIN_LIMIT, self.today)
        except Refusal:
            # Without a limit no chain is too long, as in `exceptions`.
            return []
        rows = self.alternatives
        since = rows[self.last_face.before(rows) & np.isin(rows.child_id, self.plans.child_id)]
        days: dict[int, list[date]] = defaultdict(list)
        for child, day in zip(since.child_id.tolist(), since.day.tolist(), strict=True):
            days[child].append(_day(day))
        return [
            child
            for child, row in days.items()
            if len(row) >= longest
            and exception_rules.chain_without_decision(
                row, [day_of(_stood_at(one)) for one in self.of_child.get(child, ())], longest
            )
        ]

    def _ended_decisions(self) -> dict[str, list[int]]:
        """By code; '' holds those of which nothing is wrong."""
        open_plans = set(self.plans.plan_id.tolist())
        renewed = {one.renews_id for one in self.decisions if one.covers_from <= self.today}
        ended = [
            one
            for one in self.decisions
            if one.review_on < self.today and one.pk not in renewed and one.plan_id in open_plans
        ]
        waits = self._renewals_asked()
        seen = self.last_face.of({one.child_id for one in ended})
        found: dict[str, list[int]] = defaultdict(list)
        for one in ended:
            code = exception_rules.ended_decision(
                review_on=one.review_on,
                today=self.today,
                seen_since_start=seen.get(one.child_id, date.min) >= one.covers_from,
                renewal_waits=one.pk in waits,
            )
            found[code].append(one.child_id)
        return found

    def _renewals_asked(self) -> set[int]:
        """Decisions of which a renewal was asked for, and neither decided nor withdrawn, at the moment."""
        moves = DecisionMove.objects.filter(
            moved_at__lte=self.at, decision__asked_at__lte=self.at, decision__renews__isnull=False
        )
        # By moment, not by key: history may be told afterwards.
        rows = moves.order_by("moved_at", "pk").values_list("decision__renews", "decision", "became")
        state = {(renews, decision): became for renews, decision, became in rows}
        return {renews for (renews, _), became in state.items() if renews is not None and became in OPEN}

    def _most_vulnerable_not_seen(self) -> list[int]:
        seen = self.last_face.of(self.most_vulnerable)
        in_time = latest_in_time(self.today)
        return [
            child
            for child, plans in self.most_vulnerable.items()
            if overdue(plans, seen.get(child), in_time, self.today)
        ]


# --- Visits ---------------------------------------------------------------------------------


class _LastFace:
    """When each child was last seen face to face, by date and then by order of record."""

    def __init__(self, faces: Visits) -> None:
        order = np.lexsort((faces.visit_id, faces.day, faces.child_id))
        child = faces.child_id[order]
        last = order[np.append(child[1:] != child[:-1], True)[: len(child)]]
        self.child, self.day, self.visit = faces.child_id[last], faces.day[last], faces.visit_id[last]

    def before(self, visits: Visits) -> np.ndarray:
        """Which of these visits were made since."""
        if not len(self.child):
            return np.ones(len(visits.child_id), bool)
        place = np.minimum(np.searchsorted(self.child, visits.child_id), len(self.child) - 1)
        never = self.child[place] != visits.child_id
        same_day = (visits.day == self.day[place]) & (visits.visit_id > self.visit[place])
        return never | (visits.day > self.day[place]) | same_day

    def of(self, children: Collection[int]) -> dict[int, date]:
        chosen = np.isin(self.child, np.fromiter(children, np.int64, len(children)))
        return dict(zip(self.child[chosen].tolist(), map(_day, self.day[chosen].tolist()), strict=True))


def _elected(plans: Plans, children: Collection[int]) -> dict[int, tuple[PlanNow, ...]]:
    """Child -> of each type the open plan that began first, of children who have one."""
    chosen = np.flatnonzero(np.isin(plans.child_id, np.fromiter(children, np.int64, len(children))))
    found: dict[int, dict[str, PlanNow]] = defaultdict(dict)
    for row in chosen[np.lexsort((plans.order[chosen], plans.start[chosen]))]:
        plan_type = PLAN_TYPES[plans.plan_type[row]]
        plan = PlanNow(plan_type, _day(int(plans.start[row])), bool(plans.long_term[row]))
        found[int(plans.child_id[row])].setdefault(plan_type, plan)
    return {child: tuple(by_type.values()) for child, by_type in found.items()}


# --- Decisions and flags --------------------------------------------------------------------

_TEXTS = (
    *("child_centred", "risk_based", "family_focused", "evidence_informed", "collaborative", "transparent"),
    *("risk_if_not_seen", "contingency", "child_view", "family_view", "decision_note"),
)


def _stood_at(decision: ManagementDecision) -> datetime:
    """When an authorised decision came to stand: nothing of it changes afterwards."""
    stood = decision.seconded_at or decision.decided_at
    if stood is None:
        raise ValueError("an authorised decision has a decider: the database asks for it")
    return stood


def _flags(at: datetime, today: date) -> list[_Flag]:
    reviews = FlagReview.objects.order_by("reviewed_at", "pk")
    rows = HazardFlag.objects.filter(raised_at__lte=at).select_related("kind")
    rows = rows.order_by("raised_at", "pk").prefetch_related(Prefetch("reviews", queryset=reviews))
    found = list(rows)
    latest = {(row.child_id, row.kind_id): row.raised_at for row in found}
    return [_flag(row, at, today, latest[row.child_id, row.kind_id]) for row in found]


def _flag(row: HazardFlag, at: datetime, today: date, latest: datetime) -> _Flag:
    before = [review for review in row.reviews.all() if review.reviewed_at <= at]
    after = [review for review in row.reviews.all() if review.reviewed_at > at]
    cleared_later = row.cleared_at is not None and row.cleared_at > at
    if before:
        ended = before[-1].ends_on is not None and before[-1].ends_on <= today
    elif after:
        # A flag that has ended is not brought back: reviewed later, it had not ended.
        ended = False
    elif cleared_later and row.cleared_at is not None and row.ends_on == day_of(row.cleared_at):
        # Clearing ended it; of its own it would have ended that day or later.
        ended = False
    else:
        ended = row.ends_on is not None and row.ends_on <= today
    cleared = row.cleared_at is not None and not cleared_later
    return _Flag(
        child=row.child_id,
        kind=row.kind.code,
        review_on=before[-1].next_review_on if before else after[0].was_due_on if after else row.review_on,
        stands=row.starts_on <= today and not ended and not cleared,
        superseded=latest > row.raised_at,
    )


def _number(day: date) -> int:
    return day.toordinal() - 1


def _day(number: int) -> date:
    return date.fromordinal(number + 1)
