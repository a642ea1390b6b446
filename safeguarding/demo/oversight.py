"""Oversight of the demonstration world: decisions, assessments, flags, decisions about school, contact with
families, absence and cover, for the pandemic and for the last weeks. A service in order, but for the
cases that oversight_anomalies plants."""

from datetime import date, timedelta

from safeguarding.demo import oversight_checks, oversight_decisions, oversight_flags
from safeguarding.demo.oversight_anomalies import PlantedCase, Planting, plant, store_visits
from safeguarding.demo.oversight_decisions import Decision
from safeguarding.demo.oversight_flags import Flags
from safeguarding.demo.oversight_ground import Ground, model, moment, rng_for, survey, uid, write
from visits.constants.oversight import DecisionState

_DAY = timedelta(days=1)
# Weeks in which teams kept in touch with people at home; and the last few.
_AT_HOME = (date(2020, 3, 30), date(2021, 3, 29))
_LAST_WEEKS = 6
_ABSENT_AGO, _ABSENT_AHEAD = 9, 19


def load(as_of: date) -> tuple[dict[str, int], list[PlantedCase]]:
    """Writes oversight into the world that is loaded as known on the morning of `as_of`; what was written,
    counted, and the planted cases. The caller holds the transaction."""
    ground = survey(as_of)
    flags = Flags(ground)
    planting = plant(ground, flags)
    kept_out = frozenset(planting.children)
    decisions = oversight_decisions.lay_out(ground, kept_out)
    decisions += oversight_decisions.declined(ground)
    decisions += _waiting(ground, decisions)
    store_visits(ground, planting)
    counts = {
        "decisions": oversight_decisions.store([*decisions, *planting.decisions]),
        "records of alternatives": oversight_decisions.store_records(ground),
        "assessments": oversight_checks.store(
            ground, frozenset(planting.without_assessment), frozenset(planting.against_assessment)
        ),
    }
    oversight_flags.ordinary(ground, flags, kept_out)
    counts["hazard flags"] = flags.store()
    counts["decisions about school"] = oversight_flags.store_school(ground)
    counts["family contacts"] = oversight_flags.store_contacts(ground)
    _absences(ground, planting)
    _check_ins(ground)
    return counts, planting.listed()


def _waiting(ground: Ground, decisions: list[Decision]) -> list[Decision]:
    """Requests that wait on the as-of day: renewals of decisions that will end soon."""
    soon = ground.as_of + timedelta(days=21)
    renewed = {id(one.renews) for one in decisions}
    ending = [
        one
        for one in decisions
        if one.state == DecisionState.AUTHORISED
        and ground.as_of <= one.review_on < soon
        and one.plan.end is None
        and id(one) not in renewed
        and not ground.seen_between(one.plan.child, one.covers_from, ground.as_of)
    ]
    states = [DecisionState.ASKED, DecisionState.ASKED, DecisionState.SENT_BACK, DecisionState.ASKED]
    made = []
    for number, one in enumerate(ending[:8]):
        rng = rng_for("waiting", one.plan.pk)
        second = one.renewal >= 1 and number % 2 == 0
        asked = ground.as_of - timedelta(days=1 + number % 3)
        made.append(
            Decision(
                plan=one.plan,
                covers_from=one.review_on + _DAY,
                review_on=asked + oversight_decisions.LONGEST,
                alternative=one.alternative,
                asked_by=one.asked_by,
                decided_by=one.decided_by,
                renews=one,
                state=DecisionState.SECOND if second else states[number % len(states)],
                asked_at=moment(asked, rng, 8, 9),
                decided_at=moment(asked, rng, 13, 16),
            )
        )
    return made


# --- Absence, cover, keeping in touch -------------------------------------------------------


def _absences(ground: Ground, planting: Planting) -> None:
    """Past absences, and one that lasts: its caseload is covered but for the planted child."""
    absence, rows = model("WorkerAbsence"), []
    places = list(
        model("TeamMember")
        ._default_manager.filter(role="worker")
        .order_by("team", "pk")
        .values_list("team", "user")
    )
    for team, worker in places:
        rng = rng_for("absent", worker)
        start = date(2020, 3, 23) + timedelta(days=rng.randrange(360))
        until = start + timedelta(days=rng.choice((7, 10, 14, 14)))
        if rng.random() < 0.5 and until < ground.as_of:
            rows.append(
                absence(
                    uid=uid(rng),
                    user_id=worker,
                    from_date=start,
                    until_date=until,
                    can_work_at_home=rng.random() < 0.6,
                    recorded_at=moment(start, rng),
                    recorded_by_id=ground.manager_of.get(team, ground.head),
                )
            )
    away, uncovered = planting.away
    team = next(team for team, worker in places if worker == away)
    manager = ground.manager_of.get(team, ground.head)
    rng = rng_for("away", away)
    start, until = ground.as_of - _ABSENT_AGO * _DAY, ground.as_of + _ABSENT_AHEAD * _DAY
    rows.append(
        absence(
            uid=uid(rng),
            user_id=away,
            from_date=start,
            until_date=until,
            can_work_at_home=False,
            recorded_at=moment(start, rng),
            recorded_by_id=manager,
        )
    )
    write(absence, rows)
    colleagues = [worker for other, worker in places if other == team and worker != away]
    held = sorted(child for child, worker in ground.holder.items() if worker == away)
    cover = model("Cover")
    write(
        cover,
        [
            cover(
                uid=uid(rng),
                child_id=child,
                user_id=colleagues[number % len(colleagues)],
                from_date=start,
                until_date=until,
                assigned_at=moment(start, rng),
                assigned_by_id=manager,
            )
            for number, child in enumerate(held)
            if child != uncovered
        ],
    )


def _check_ins(ground: Ground) -> None:
    kind, rows = model("CheckIn"), []
    monday = ground.as_of - timedelta(days=ground.as_of.weekday())
    weeks = {_AT_HOME[0] + timedelta(weeks=n) for n in range((_AT_HOME[1] - _AT_HOME[0]).days // 7 + 1)}
    weeks |= {monday - timedelta(weeks=n) for n in range(1, _LAST_WEEKS + 1)}
    places = model("TeamMember")._default_manager.filter(role="worker").order_by("team", "pk")
    for team, worker in places.values_list("team", "user"):
        for week in sorted(week for week in weeks if week < monday):
            rng = rng_for("check-in", worker, week)
            if rng.random() < 0.92:
                rows.append(
                    kind(
                        user_id=worker,
                        team_id=team,
                        week=week,
                        support_asked=rng.random() < 0.06,
                        recorded_at=moment(week + 3 * _DAY, rng),
                        recorded_by_id=ground.manager_of.get(team, ground.head),
                    )
                )
    write(kind, rows)
