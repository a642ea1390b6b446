"""One case of each exception, planted among children whose oversight is otherwise in order.

Chosen from the world by rules, the same in every load of a day: most stand around the as-of day, the two
about assessments in June 2020, when assessments were needed. `plant` lays them out; nothing planted
changes a visit rate, as each child's authorised alternatives come after a face-to-face visit that counts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from safeguarding.demo.oversight_decisions import Decision
from safeguarding.demo.oversight_flags import Flags
from safeguarding.demo.oversight_ground import Contact, Ground, PlanSpan, model, moment, rng_for, uid, write
from visits.constants.oversight import DecisionState
from visits.facts import Concern
from visits.selectors.due_plans import plans_due

# Visits of planted cases, beside those of the population.
VISIT_PREFIX = "VO-"
_JUNE = (date(2020, 6, 8), date(2020, 6, 26))


@dataclass(frozen=True)
class PlantedCase:
    """`ident` and `sentence` are for people; the child is found by reference."""

    ident: str
    code: Concern
    sentence: str
    child_ref: str


SENTENCES: dict[Concern, tuple[str, str]] = {
    Concern.MOST_VULNERABLE_NOT_SEEN: (
        "flagged-unseen",
        "Flagged as most vulnerable, and the interval has run out without a face-to-face visit.",
    ),
    Concern.CP_NOT_SEEN: (
        "protection-unseen",
        "On a protection plan, longest overdue to be seen face to face, and no decision says why.",
    ),
    Concern.DUE_WITHOUT_OWNER: (
        "worker-away",
        "The social worker is away, a visit is due within a week, and of the whole caseload only this child "
        "has no cover.",
    ),
    Concern.DO_NOT_GO_OVERRIDDEN: (
        "went-anyway",
        "In June 2020 the assessment said not to go, and the visit was made that day.",
    ),
    Concern.DECISION_LAPSED: (
        "decision-lapsed",
        "The decision ended four days ago; nobody renewed it or saw the child face to face.",
    ),
    Concern.DECISION_PAST_REVIEW: (
        "renewal-waits",
        "The decision ended three days ago and its renewal waits for a manager.",
    ),
    Concern.CHAIN: (
        "three-in-a-row",
        "Three video calls in a row under one decision, and no manager decided anew.",
    ),
    Concern.ALTERNATIVE_WITHOUT_DECISION: (
        "call-undecided",
        "A video call five days ago that no decision covers.",
    ),
    Concern.ISOLATION_EXPIRED: (
        "isolation-over",
        "Isolation ended six days ago; three days ago the child was still seen by video only.",
    ),
    Concern.EMERGENCY_ACCESS_UNSEEN: (
        "emergency-unseen",
        "The record was opened in an emergency the evening before, and no manager has looked at it.",
    ),
    Concern.VISIT_WITHOUT_ASSESSMENT: (
        "no-assessment",
        "A face-to-face visit in June 2020 without the assessment that was needed.",
    ),
    Concern.FLAG_PAST_REVIEW: ("flag-forgotten", "Flagged as shielding; the review was due ten days ago."),
    Concern.FLAG_WITHOUT_AGREEMENT: (
        "flag-unagreed",
        "Flagged as clinically vulnerable four days ago; no manager has agreed.",
    ),
}


@dataclass
class Planting:
    cases: dict[Concern, str] = field(default_factory=dict)
    children: set[int] = field(default_factory=set)
    decisions: list[Decision] = field(default_factory=list)
    visits: list[Any] = field(default_factory=list)
    without_assessment: set[int] = field(default_factory=set)
    against_assessment: set[int] = field(default_factory=set)
    # (worker, child without cover).
    away: tuple[int, int] = (0, 0)

    def listed(self) -> list[PlantedCase]:
        return [
            PlantedCase(SENTENCES[code][0], code, SENTENCES[code][1], ref) for code, ref in self.cases.items()
        ]


def plant(ground: Ground, flags: Flags) -> Planting:
    planting = Planting()
    _Planter(ground, flags, planting).all()
    return planting


class _Planter:
    def __init__(self, ground: Ground, flags: Flags, planting: Planting) -> None:
        self.ground, self.flags, self.planting = ground, flags, planting
        self.as_of = ground.as_of
        blocked = model("AccessBlock")._default_manager.values_list("child", flat=True)
        opened = model("EmergencyAccess")._default_manager.order_by("pk").values_list("child", flat=True)
        self.opened = list(opened)
        self.kept_out = {*blocked, *self.opened}

    def all(self) -> None:
        self._emergency()
        self._unseen()
        self._away()
        for lay in (
            self._lapsed,
            self._past_review,
            self._chain,
            self._undecided,
            self._isolation,
            self._flags,
        ):
            lay()
        self._gaps()

    # --- Choosing -------------------------------------------------------------------------

    def _take(self, code: Concern, child: int) -> int:
        self.planting.cases[code] = self.ground.refs[child]
        self.planting.children.add(child)
        return child

    def _in_order(self) -> Iterator[PlanSpan]:
        """The one open plan of each child in care who was seen two to five weeks ago and is in time: what
        is planted on such a child is all that is wrong."""
        for child in self.ground.open_children():
            open_plans = [plan for plan in self.ground.plans[child] if plan.covers(self.as_of)]
            last = self.ground.last_face.get(child)
            if (
                len(open_plans) == 1
                and open_plans[0].plan_type == "CIC"
                and last is not None
                and timedelta(days=16) <= self.as_of - last <= timedelta(days=33)
                and child in self.ground.holder
                and child not in self.ground.late
                and child not in self.kept_out | self.planting.children
                and not any(contact.day > last for contact in self.ground.alternatives.get(child, ()))
            ):
                yield open_plans[0]

    def _next(self, code: Concern) -> PlanSpan:
        plan = next(self._in_order())
        self._take(code, plan.child)
        return plan

    # --- The cases ------------------------------------------------------------------------

    def _emergency(self) -> None:
        self._take(Concern.EMERGENCY_ACCESS_UNSEEN, self.opened[0])

    def _unseen(self) -> None:
        everybody = model("Child")._default_manager.all()
        late = plans_due(everybody, by=self.as_of - timedelta(days=1), today=self.as_of, face_to_face=True)
        late.sort(key=lambda plan: (plan.due_by, self.ground.refs[plan.child]))
        protected = {plan.child for plan in late if plan.plan_type == "CP"}
        in_chain = {child for child in self.ground.alternatives if self._not_seen_since_alternative(child)}
        self._take(
            Concern.CP_NOT_SEEN,
            next(plan.child for plan in late if plan.child in protected - in_chain - self.kept_out),
        )
        child = self._take(
            Concern.MOST_VULNERABLE_NOT_SEEN,
            next(
                plan.child
                for plan in reversed(late)
                if plan.child not in protected | in_chain | self.kept_out and plan.child in self.ground.holder
            ),
        )
        self._flag(child, "most_vulnerable", 20)

    def _not_seen_since_alternative(self, child: int) -> bool:
        last = self.ground.last_face.get(child, date.min)
        return any(contact.day >= last for contact in self.ground.alternatives[child])

    def _away(self) -> None:
        """A worker, away now, with a child to be seen within a week."""
        everybody = model("Child")._default_manager.all()
        due = plans_due(everybody, by=self.as_of + timedelta(days=5), today=self.as_of)
        due = [plan for plan in due if plan.due_by >= self.as_of and plan.plan_type == "CIN"]
        shown = model("AccessBlock")._default_manager.values_list("user", flat=True)
        plan = next(
            plan
            for plan in sorted(due, key=lambda plan: self.ground.refs[plan.child])
            if plan.child in self.ground.holder
            and plan.child not in self.kept_out | self.planting.children
            and self.ground.holder[plan.child] not in set(shown)
        )
        self._take(Concern.DUE_WITHOUT_OWNER, plan.child)
        self.planting.away = (self.ground.holder[plan.child], plan.child)

    def _lapsed(self) -> None:
        plan = self._next(Concern.DECISION_LAPSED)
        self._decide(plan, self._since_seen(plan), 4)

    def _past_review(self) -> None:
        plan = self._next(Concern.DECISION_PAST_REVIEW)
        before = self._decide(plan, self._since_seen(plan), 3)
        renewal = self._decide(plan, 2, -14)
        renewal.renews, renewal.state, renewal.decided_at = before, DecisionState.ASKED, None

    def _chain(self) -> None:
        plan = self._next(Concern.CHAIN)
        decision = self._decide(plan, 13, -10)
        for days in (12, 8, 4):
            self._call(plan, days, decision)

    def _undecided(self) -> None:
        self._call(self._next(Concern.ALTERNATIVE_WITHOUT_DECISION), 5, None)

    def _isolation(self) -> None:
        plan = self._next(Concern.ISOLATION_EXPIRED)
        lasts = self.flags.kinds["self_isolating"].lasts_days
        self._flag(plan.child, "self_isolating", lasts + 6)
        self._call(plan, 3, self._decide(plan, 10, -10))

    def _flags(self) -> None:
        self._flag(self._next(Concern.FLAG_PAST_REVIEW).child, "shielding", 40, reviewed=False)
        unagreed = self._next(Concern.FLAG_WITHOUT_AGREEMENT).child
        self._flag(unagreed, "clinically_vulnerable", 4, agreed=False)

    def _gaps(self) -> None:
        """Two visits of June 2020 to children with nothing else planted."""
        gaps: tuple[tuple[Concern, Callable[[int], None]], ...] = (
            (Concern.VISIT_WITHOUT_ASSESSMENT, self.planting.without_assessment.add),
            (Concern.DO_NOT_GO_OVERRIDDEN, self.planting.against_assessment.add),
        )
        days = [(visit.child, visit.day) for visit in self.ground.face_to_face]
        for code, mark in gaps:
            visit = next(
                visit
                for visit in self.ground.face_to_face
                if _JUNE[0] <= visit.day <= _JUNE[1]
                and visit.child not in self.planting.children | self.kept_out
                # Nobody else's assessment of the day before or after may stand for it.
                and not any((visit.child, visit.day + timedelta(days=n)) in days for n in (-1, 1))
                and days.count((visit.child, visit.day)) == 1
                and not self.ground.alternatives.get(visit.child)
            )
            self._take(code, visit.child)
            mark(visit.pk)

    # --- Rows -----------------------------------------------------------------------------

    def _ago(self, days: int) -> date:
        return self.as_of - timedelta(days=days)

    def _since_seen(self, plan: PlanSpan) -> int:
        """The day after the last face-to-face visit, in days before the as-of day."""
        return (self.as_of - self.ground.last_face[plan.child]).days - 1

    def _decide(self, plan: PlanSpan, first: int, last: int) -> Decision:
        """From so many days ago to so many days ago (negative: ahead)."""
        rng = rng_for("planted", self.ground.refs[plan.child], first)
        day = self._ago(first)
        decision = Decision(
            plan=plan,
            covers_from=day,
            review_on=self._ago(last),
            alternative="video",
            asked_by=self.ground.holder[plan.child],
            decided_by=self.ground.manager(plan, day),
            asked_at=moment(day, rng, 8, 9),
            decided_at=moment(day, rng, 10, 12),
        )
        self.planting.decisions.append(decision)
        return decision

    def _flag(self, child: int, code: str, days: int, **how: Any) -> None:
        plan = next(plan for plan in self.ground.plans[child] if plan.covers(self.as_of))
        rng = rng_for("planted", self.ground.refs[child], code)
        self.flags.add(plan, code, self._ago(days), rng, **how)

    def _call(self, plan: PlanSpan, days: int, decision: Decision | None) -> None:
        """A video call, authorised where a decision covers it."""
        rng = rng_for("planted", self.ground.refs[plan.child], "call", days)
        day = self._ago(days)
        recorded: datetime = moment(day, rng, 15, 18)
        self.planting.visits.append(
            model("Visit")(
                uid=uid(rng),
                visit_ref=f"{VISIT_PREFIX}{len(self.planting.visits) + 1:03d}",
                child_id=plan.child,
                visit_date=day,
                method="video",
                status="completed",
                child_seen=True,
                authorised=decision is not None,
                authorised_at=recorded if decision else None,
                authorised_by_id=decision.decided_by if decision else None,
                recorded_at=recorded,
                recorded_by_id=self.ground.holder[plan.child],
            )
        )


def store_visits(ground: Ground, planting: Planting) -> None:
    """Writes the planted calls, and lets the ground know them."""
    for row in write(model("Visit"), planting.visits):
        contact = Contact(
            row.pk, row.visit_ref, row.child_id, row.visit_date, row.method, True, row.authorised,
            row.recorded_at, row.recorded_by_id,
        )  # fmt: skip
        ground.alternatives.setdefault(row.child_id, []).append(contact)
