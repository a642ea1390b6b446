"""Hazard flags of the pandemic and of today, decisions about school, and contact with the family."""

from datetime import date, timedelta
from random import Random
from typing import Any

from safeguarding.demo.oversight_ground import Ground, PlanSpan, model, moment, rng_for, texts, uid, write

_DAY = timedelta(days=1)
_PANDEMIC = (date(2020, 3, 30), date(2021, 6, 30))
_LAST_CLEARED = date(2021, 7, 19)
_AGREED_AFTER = (0, 0, 1, 2)
# Kind -> share of the children of the pandemic, and of those of the last weeks.
_SHARES = {
    "most_vulnerable": (0.08, 0.02),
    "shielding": (0.05, 0.0),
    "self_isolating": (0.10, 0.006),
    "clinically_vulnerable": (0.02, 0.006),
    "domestic_abuse": (0.02, 0.012),
}


class Flags:
    """Collects flags and their reviews; `store` writes them."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        kinds = model("HazardFlagKind")._default_manager.all()
        self.kinds = {kind.code: kind for kind in kinds}
        self.rows: list[Any] = []
        # (flag, review days).
        self.reviews: list[tuple[Any, list[date]]] = []

    def add(
        self,
        plan: PlanSpan,
        code: str,
        start: date,
        rng: Random,
        *,
        until: date | None = None,
        agreed: bool = True,
        reviewed: bool = True,
    ) -> Any:
        """A flag from `start`, cleared on `until`; a kind that ends by itself ends so. With `reviewed` it
        is looked at again whenever that is due up to the as-of day."""
        kind, as_of = self.kinds[code], self.ground.as_of
        review = start + timedelta(days=kind.review_days)
        ends = start + timedelta(days=kind.lasts_days) if kind.lasts_days else None
        days = []
        last = min(until or as_of, as_of)
        while reviewed and ends is None and review < last + timedelta(days=5):
            days.append(min(review, last) - _DAY)
            review = days[-1] + timedelta(days=kind.review_days)
        worker = self.ground.holder.get(plan.child) or self.ground.manager(plan, start)
        manager = self.ground.manager(plan, start)
        by = worker if worker != manager else self.ground.head
        cleared = until if until is not None and until < as_of else None
        agreed_on = min(start + timedelta(days=rng.choice(_AGREED_AFTER)), as_of - _DAY)
        flag = model("HazardFlag")(
            uid=uid(rng),
            child_id=plan.child,
            kind=kind,
            reason=rng.choice(texts()["flag_reason"][code]),
            source=rng.choice(texts()["flag_source"]),
            starts_on=start,
            review_on=max(review, start),
            ends_on=min(filter(None, (ends, cleared)), default=None),
            told_family=rng.random() < 0.93,
            raised_at=moment(start, rng, 9, 11),
            raised_by_id=by,
            agreed_at=moment(agreed_on, rng, 12, 16) if agreed else None,
            agreed_by_id=manager if agreed else None,
            cleared_at=moment(cleared, rng) if cleared else None,
            cleared_by_id=manager if cleared else None,
            cleared_reason=texts()["flag_cleared"][0 if ends else 1] if cleared else "",
        )
        self.rows.append(flag)
        self.reviews.append((flag, days))
        return flag

    def store(self) -> int:
        write(model("HazardFlag"), self.rows)
        review = model("FlagReview")
        rows = []
        for flag, days in self.reviews:
            due = flag.starts_on + timedelta(days=flag.kind.review_days)
            for day in days:
                following = day + timedelta(days=flag.kind.review_days)
                rows.append(
                    review(
                        flag=flag,
                        was_due_on=due,
                        next_review_on=following,
                        reason=texts()["flag_review"][0],
                        reviewed_at=moment(day, rng_for("review", flag.uid, day)),
                        reviewed_by_id=flag.agreed_by_id or flag.raised_by_id,
                    )
                )
                due = following
        write(review, rows)
        return len(self.rows)


def ordinary(ground: Ground, flags: Flags, left_out: frozenset[int]) -> None:
    """Flags of a service in order: agreed, reviewed in time, cleared when their reason is gone. Nobody
    flagged most vulnerable today is late to be seen."""
    for child in sorted(ground.plans, key=ground.refs.__getitem__):
        if child in left_out:
            continue
        for code, (then, now) in _SHARES.items():
            rng = rng_for("flag", ground.refs[child], code)
            if rng.random() < then:
                _of_pandemic(ground, flags, child, code, rng)
            elif rng.random() < now:
                _of_today(ground, flags, child, code, rng)


def _of_pandemic(ground: Ground, flags: Flags, child: int, code: str, rng: Random) -> None:
    first, last = _PANDEMIC
    start = first + timedelta(days=rng.randrange((last - first).days))
    if start >= ground.as_of - timedelta(days=3):
        return
    plan = ground.open_plan(child, start)
    if plan is None:
        return
    lasts = flags.kinds[code].lasts_days
    if lasts:
        over = start + timedelta(days=lasts)
        if not ground.seen_between(child, over, ground.as_of):
            return
        flags.add(plan, code, start, rng, until=over + timedelta(days=rng.randint(0, 9)))
        return
    until = min(start + timedelta(days=rng.randint(40, 160)), plan.end or date.max, _LAST_CLEARED)
    if until <= start:
        return
    if until >= ground.as_of and child in ground.late:
        until = ground.as_of - timedelta(days=2)
        if until <= start:
            return
    flags.add(plan, code, start, rng, until=until)


def _of_today(ground: Ground, flags: Flags, child: int, code: str, rng: Random) -> None:
    plan = ground.open_plan(child, ground.as_of)
    start = ground.as_of - timedelta(days=rng.randint(4, 55))
    lasts = flags.kinds[code].lasts_days
    if lasts:
        start = ground.as_of - timedelta(days=rng.randint(2, lasts - 5))
    if plan is None or plan.start > start or child in ground.late:
        return
    flags.add(plan, code, start, rng)


# --- School and family ----------------------------------------------------------------------


def store_school(ground: Ground) -> int:
    """Decisions of March to July 2020 and of January to March 2021, each followed by another."""
    kind, rows = model("SchoolDecision"), []
    for first, last in ((date(2020, 3, 23), date(2020, 7, 17)), (date(2021, 1, 5), date(2021, 3, 5))):
        for child in sorted(ground.plans, key=ground.refs.__getitem__):
            rng = rng_for("school", ground.refs[child], first)
            day = first + timedelta(days=rng.randrange(20))
            if rng.random() > 0.3:
                continue
            while day < min(last, ground.as_of) and (plan := ground.open_plan(child, day)):
                outcome = rng.choice(("safe", "safe", "not_safe"))
                others = rng.sample(("health", "virtual_school", "early_help", "police"), rng.randint(0, 2))
                rows.append(
                    kind(
                        uid=uid(rng),
                        child_id=child,
                        decided_on=day,
                        took_part=["social_care", "school", *others],
                        outcome=outcome,
                        reason=texts()["school_reason"][outcome == "not_safe"],
                        review_on=day + timedelta(days=28),
                        recorded_at=moment(day, rng),
                        recorded_by_id=ground.holder.get(child) or ground.manager(plan, day),
                    )
                )
                day += timedelta(days=rng.randint(21, 28))
    return len(write(kind, rows))


def store_contacts(ground: Ground) -> int:
    """Children in care and their families by video and telephone: most of what was arranged was held."""
    kind, rows = model("FamilyContact"), []
    spans = (
        (date(2020, 3, 30), date(2021, 3, 31)),
        (ground.as_of - timedelta(days=56), ground.as_of + 10 * _DAY),
    )
    for number, (first, last) in enumerate(spans):
        for child in sorted(ground.plans, key=ground.refs.__getitem__):
            rng = rng_for("contact", ground.refs[child], number)
            if rng.random() > (0.3 if number == 0 else 0.06):
                continue
            day = first + timedelta(days=rng.randrange(14))
            with_whom = rng.choice(texts()["with_whom"])
            while day <= min(last, ground.as_of + 10 * _DAY):
                plan = next(
                    (one for one in ground.plans[child] if one.plan_type == "CIC" and one.covers(day)), None
                )
                if plan is None or plan.start > ground.as_of - 4 * _DAY:
                    break
                rows.append(_contact(kind, ground, plan, day, with_whom, rng))
                day += timedelta(days=rng.choice((14, 21, 28)))
    return len(write(kind, rows))


def _contact(kind: type, ground: Ground, plan: PlanSpan, day: date, with_whom: str, rng: Random) -> Any:
    worker = ground.holder.get(plan.child) or ground.manager(plan, min(day, ground.as_of))
    over = day < ground.as_of
    held = rng.choice(("held",) * 8 + ("partly", "not_held")) if over else "arranged"
    arranged = min(day, ground.as_of) - timedelta(days=rng.randint(1, 3))
    return kind(
        uid=uid(rng),
        child_id=plan.child,
        with_whom=with_whom,
        method=rng.choice(("video", "video", "telephone")),
        planned_on=day,
        held=held,
        why_not=rng.choice(texts()["not_held"]) if held in ("partly", "not_held") else "",
        recorded_at=moment(arranged, rng),
        recorded_by_id=worker,
        outcome_at=moment(day, rng, 17, 19) if over else None,
        outcome_by_id=worker if over else None,
        version=2 if over else 1,
    )
