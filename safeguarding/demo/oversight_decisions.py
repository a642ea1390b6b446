"""Decisions for the alternatives of the world, as a service in order would have taken them: in four weeks
at most, renewed while nobody could go, by two managers from the second renewal on; some of them late, some
sent back first, some declined."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from safeguarding.demo.oversight_ground import (
    Contact,
    Ground,
    PlanSpan,
    model,
    moment,
    rng_for,
    texts,
    uid,
    write,
)
from visits.constants.oversight import DecisionState, Principle

LONGEST = timedelta(days=28)
# A third alternative asks for a decision of its own.
_ALTERNATIVES_A_DECISION = 2
_DAY = timedelta(days=1)
_NOT_SET = datetime.min.replace(tzinfo=UTC)
_ANSWERS = (*Principle.values, "risk_if_not_seen", "contingency", "child_view", "family_view")
# Alternatives that nobody authorised are left without a decision where they lie so far back.
_UNAUTHORISED_COVERED_DAYS = 92


@dataclass
class Decision:
    """A decision in the making; `renews` is the one before."""

    plan: PlanSpan
    covers_from: date
    review_on: date
    alternative: str
    asked_by: int
    decided_by: int
    seconded_by: int | None = None
    renews: "Decision | None" = None
    # Set by who lays it out.
    asked_at: datetime = _NOT_SET
    decided_at: datetime | None = None
    state: str = DecisionState.AUTHORISED
    sent_back: bool = False
    note: str = ""
    days: list[date] = field(default_factory=list)
    row: Any = None

    @property
    def renewal(self) -> int:
        return self.renews.renewal + 1 if self.renews else 0


def lay_out(ground: Ground, planted: frozenset[int]) -> list[Decision]:
    """`planted`: children of whom somebody else lays out what comes after the last face-to-face visit."""
    made: list[Decision] = []
    for child in sorted(ground.alternatives, key=ground.refs.__getitem__):
        decisions = _of_child(ground, child)
        if child in planted:
            for one in decisions:
                one.review_on = max(
                    min(one.review_on, ground.last_face.get(child, one.review_on)), one.days[-1]
                )
        elif decisions:
            _until_today(ground, decisions, rng_for("until", ground.refs[child]))
        made += decisions
    return made


def _of_child(ground: Ground, child: int) -> list[Decision]:
    made: list[Decision] = []
    rng = rng_for("decision", ground.refs[child])
    recent = ground.as_of - timedelta(days=_UNAUTHORISED_COVERED_DAYS)
    for contact in ground.alternatives[child]:
        last = made[-1] if made else None
        if not contact.authorised and contact.day < recent:
            continue
        plan = ground.open_plan(child, contact.day)
        if plan is None:
            continue
        if last and last.covers_from <= contact.day <= last.review_on:
            if len(last.days) < _ALTERNATIVES_A_DECISION or last.days[-1] == contact.day:
                last.days.append(contact.day)
                continue
            last.review_on = contact.day - _DAY
        made.append(_decision(ground, made, plan, contact, rng))
    return made


def _decision(
    ground: Ground, made: list[Decision], plan: PlanSpan, contact: Contact, rng: Random
) -> Decision:
    earliest = plan.start
    before = next((one for one in reversed(made) if one.plan is plan), None)
    if made:
        earliest = max(earliest, made[-1].review_on + _DAY)
    start = max(earliest, contact.day - timedelta(days=rng.randrange(4)))
    if before and _seen_since(ground, before, start):
        before = None
    review = start + rng.choice((LONGEST, LONGEST, timedelta(days=21), timedelta(days=14)))
    if plan.end is not None:
        review = min(review, plan.end - _DAY)
    decision = Decision(
        plan=plan,
        covers_from=start,
        review_on=max(review, contact.day),
        alternative=contact.method,
        asked_by=contact.worker,
        decided_by=ground.manager(plan, start),
        renews=before,
        days=[contact.day],
    )
    _sign(ground, decision, rng, late=rng.random() < 0.08)
    return decision


def _seen_since(ground: Ground, before: Decision, start: date) -> bool:
    return ground.seen_between(before.plan.child, before.covers_from, start)


def _sign(ground: Ground, decision: Decision, rng: Random, *, late: bool = False) -> None:
    """When it was asked for and decided, and by whom besides. Late: after the days had begun."""
    start = decision.covers_from
    asked = start + _DAY if late else max(start - timedelta(days=rng.randint(1, 2)), decision.plan.start)
    decided = start + timedelta(days=rng.randint(2, 4)) if late else start
    decided = min(decided, ground.as_of - _DAY)
    asked = min(asked, decided)
    decision.asked_at = moment(asked, rng, 8, 9)
    decision.decided_at = moment(decided, rng, 10, 12)
    decision.review_on = max(
        min(decision.review_on, asked + LONGEST), decision.days[-1] if decision.days else start
    )
    decision.sent_back = rng.random() < 0.04
    if decision.renewal >= 2:
        decision.seconded_by = ground.head


def _until_today(ground: Ground, made: list[Decision], rng: Random) -> None:
    """Renews what would have lapsed by the as-of day without a visit: a service in order has none."""
    last = made[-1]
    ahead = ground.as_of + timedelta(days=7)
    while (
        last.review_on < ahead
        and last.plan.covers(ground.as_of)
        and not _seen_since(ground, last, ground.as_of)
    ):
        start = last.review_on + _DAY
        if start >= ground.as_of:
            start = ground.as_of - _DAY
            if start <= last.covers_from:
                return
            last.review_on = start - _DAY
        last = Decision(
            plan=last.plan,
            covers_from=start,
            review_on=start + LONGEST,
            alternative=last.alternative,
            asked_by=last.asked_by,
            decided_by=ground.manager(last.plan, start),
            renews=last,
        )
        _sign(ground, last, rng)
        made.append(last)


def declined(ground: Ground) -> list[Decision]:
    """Requests that a manager declined, and the visit was made."""
    made = []
    for contact in ground.face_to_face:
        rng = rng_for("declined", contact.ref)
        plan = ground.open_plan(contact.child, contact.day)
        start = contact.day - timedelta(days=4)
        if contact.day > date(2021, 3, 31) or plan is None or plan.start > start or rng.random() > 0.006:
            continue
        one = Decision(
            plan=plan,
            covers_from=start + timedelta(days=2),
            review_on=start + timedelta(days=16),
            alternative="video",
            asked_by=contact.worker,
            decided_by=ground.manager(plan, start),
            state=rng.choice((DecisionState.DECLINED,) * 3 + (DecisionState.WITHDRAWN,)),
            asked_at=moment(start, rng, 8, 9),
            decided_at=moment(start + _DAY, rng, 10, 12),
        )
        if one.plan.end is None or one.review_on < one.plan.end:
            made.append(one)
    return made


def store(decisions: list[Decision]) -> int:
    """Writes them, what is renewed before what renews it, and every move."""
    kind, move = model("ManagementDecision"), model("DecisionMove")
    levels: dict[int, list[Decision]] = {}
    for one in decisions:
        levels.setdefault(one.renewal, []).append(one)
    for _, some in sorted(levels.items()):
        for one, row in zip(some, write(kind, [_row(kind, one) for one in some]), strict=True):
            one.row = row
    write(move, [row for one in decisions for row in _moves(move, one)])
    return len(decisions)


def _row(kind: type, one: Decision) -> Any:
    rng = rng_for("answers", one.plan.pk, one.covers_from, one.state)
    answered = one.state in (DecisionState.AUTHORISED, DecisionState.DECLINED, DecisionState.SECOND)
    asked_at, decided_at = one.asked_at, one.decided_at
    decided_on = decided_at.date() if decided_at else None
    return kind(
        uid=uid(rng),
        child_id=one.plan.child,
        plan_id=one.plan.pk,
        due_on=one.days[0] if one.days else one.covers_from,
        state=one.state,
        alternative=one.alternative,
        covers_from=one.covers_from,
        review_on=one.review_on,
        asked_at=asked_at,
        asked_by_id=one.asked_by,
        decided_at=decided_at if answered else None,
        decided_by_id=one.decided_by if answered else None,
        decision_note=texts()["declined"][0] if one.state == DecisionState.DECLINED else "",
        seconded_at=decided_at + timedelta(hours=3) if one.seconded_by and decided_at else None,
        seconded_by_id=one.seconded_by,
        renews=one.renews.row if one.renews else None,
        renewal=one.renewal,
        retrospective=one.state == DecisionState.AUTHORISED
        and decided_on is not None
        and decided_on > one.covers_from,
        version=len(_path(one)),
        **{name: rng.choice(texts()[name]) for name in _ANSWERS},
    )


def _path(one: Decision) -> list[str]:
    """The states that it went through."""
    path: list[str] = [DecisionState.ASKED]
    if one.sent_back:
        path += [DecisionState.SENT_BACK, DecisionState.ASKED]
    if one.seconded_by or one.state == DecisionState.SECOND:
        path.append(DecisionState.SECOND)
    return path if path[-1] == one.state else [*path, one.state]


def _moves(kind: type, one: Decision) -> list[Any]:
    row, path = one.row, _path(one)
    answers = {name: getattr(row, name) for name in ("alternative", *_ANSWERS)}
    answers |= {name: getattr(row, name).isoformat() for name in ("due_on", "covers_from", "review_on")}
    made = []
    for number, (was, became) in enumerate(zip(["", *path], path, strict=False)):
        asks = became in (DecisionState.ASKED, DecisionState.WITHDRAWN)
        by = one.asked_by if asks else one.decided_by
        at = one.asked_at if number == 0 else one.decided_at
        if became == DecisionState.AUTHORISED and one.seconded_by:
            by, at = one.seconded_by, row.seconded_at
        if became in (DecisionState.SENT_BACK, DecisionState.ASKED) and number:
            at = one.asked_at + timedelta(minutes=20 * number)
        reason: dict[str, str] = {
            DecisionState.SENT_BACK: texts()["sent_back"][0],
            DecisionState.DECLINED: row.decision_note,
        }
        made.append(
            kind(
                decision=row,
                was=was,
                became=became,
                reason=reason.get(became, ""),
                answers=answers,
                moved_at=at or one.asked_at,
                moved_by_id=by,
            )
        )
    return made


def store_records(ground: Ground) -> int:
    """The record of every alternative: what the 2020 regulations ask to be written down."""
    kind, rows = model("AlternativeRecord"), []
    whys = ("guidance", "isolating", "shielding", "symptoms", "worker", "family", "guidance")
    for contacts in ground.alternatives.values():
        for contact in contacts:
            rng = rng_for("record", contact.ref)
            later = contact.day.year > 2021
            rows.append(
                kind(
                    visit_id=contact.pk,
                    why=rng.choice(("family", "worker", "symptoms") if later else whys),
                    who=rng.choice(texts()["who"]),
                    seen_alone=rng.choice(
                        ("yes", "yes", "yes", "no_inappropriate", "no_unable", "no_refused")
                    ),
                    private=rng.choice(texts()["private"]),
                    quality=rng.choice(
                        ("heard",)
                        if contact.method == "telephone"
                        else ("seen_and_heard", "seen_and_heard", "seen")
                    ),
                    learned=rng.choice(texts()["learned"]),
                    next_contact_on=contact.day + timedelta(days=rng.choice((7, 10, 14))),
                )
            )
    return len(write(kind, rows))
