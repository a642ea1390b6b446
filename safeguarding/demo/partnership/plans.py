"""Recovery plans of the demonstration: stages as the returns tell them, services and their levels, what
partners rely on each other for."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from partners.constants import DependencyState, PlanStage, ServiceLevel
from safeguarding.demo import people
from safeguarding.demo.partnership.ground import (
    DAY,
    ICB_FROM,
    Ground,
    Round,
    model,
    moment,
    read,
    uid,
    write,
)
from safeguarding.demo.partnership.timeline import Course

_BEGUN = date(2020, 4, 6)
_COMPLETE = date(2021, 7, 19)
_SUBMITTED_AFTER = timedelta(days=1)
_WORDS = {
    PlanStage.NOT_STARTED: "",
    PlanStage.PREPARING: "A lead is named and the scope is agreed.",
    PlanStage.DRAFTED: "A first draft is with the other partners.",
    PlanStage.AGREED: "Agreed by the leadership.",
    PlanStage.DELIVERING: "The first milestones are met.",
}
_CUT = {ServiceLevel.REDUCED, ServiceLevel.PAUSED}


def store(ground: Ground, courses: list[Course]) -> int:
    keys = _plans(ground)
    _services(ground, courses)
    _dependencies(ground, keys)
    return len(keys)


# --- Plans and their stages -----------------------------------------------------------------


def _plans(ground: Ground) -> dict[str, int]:
    """Key of the plan of each organisation, "" for the partnership's own."""
    plan, change = model("RecoveryPlan"), model("PlanStageChange")
    courses = {key: _known(ground, _stages(ground, key)) for key in read("plans")["remits"]}
    courses = {key: rows for key, rows in courses.items() if rows}
    made = write(plan, [_plan(ground, plan, key, rows) for key, rows in courses.items()])
    keys = {key: row.pk for key, row in zip(courses, made, strict=True)}
    write(
        change,
        [
            change(
                plan_id=keys[key],
                stage=stage,
                from_date=day,
                reason=reason,
                at=moment(day, 16),
                by_id=_author(ground, key, day),
            )
            for key, rows in courses.items()
            for day, stage, reason in rows
        ],
    )
    return keys


def _plan(ground: Ground, kind: Any, key: str, rows: list[tuple[date, str, str]]) -> Any:
    begun = rows[0][0]
    started = next((day for day, stage, _ in rows if stage != PlanStage.NOT_STARTED), None)
    submitted = moment(started + _SUBMITTED_AFTER, 10) if started else None
    if submitted and submitted >= ground.at:
        submitted = None
    names = {row.key: row.name for row in people.organisations()}
    return kind(
        uid=uid("plan", key),
        organisation_id=ground.organisations[key] if key else None,
        title=f"Recovery plan, {names[key]}" if key else "Recovery plan of the partnership",
        remit=read("plans")["remits"][key],
        created_at=moment(begun, 9),
        created_by_id=_author(ground, key, begun),
        submitted_at=submitted,
        submitted_by_id=_author(ground, key, submitted.date()) if submitted else None,
        version=len(rows) + 1,
    )


def _author(ground: Ground, key: str, day: date) -> int:
    return ground.lead("icb" if key == "ccg" else key, day) if key else ground.coordinator


def _known(ground: Ground, rows: list[tuple[date, str, str]]) -> list[tuple[date, str, str]]:
    return [row for row in rows if moment(row[0], 16) < ground.at]


def _stages(ground: Ground, key: str) -> list[tuple[date, str, str]]:
    """(from, stage, reason), in order."""
    if key == "community":
        if not ground.resumed_on:
            return []
        return [(ground.resumed_on, "not_started", ""), (ground.resumed_on + 3 * DAY, "drafted", "")]
    if key == "icb":
        took_over = "Taken over from the clinical commissioning group."
        rows = [(ICB_FROM, str(PlanStage.COMPLETE), took_over)]
    else:
        rows = _of_2020(ground, key)
        rows.append(
            (_COMPLETE, str(PlanStage.COMPLETE), "Restrictions have ended; what remains is ordinary work.")
        )
    if ground.resumed_on and key != "ccg":
        winter = "Opened again for the winter."
        said = read("returns").get(key, {}).get("answers", {}).get("plan_stage")
        rows.append((ground.resumed_on, _latest(said, 11) if said else str(PlanStage.DELIVERING), winter))
    return rows


def _of_2020(ground: Ground, key: str) -> list[tuple[date, str, str]]:
    written = read("plans")["stages"].get(key)
    if written:
        return [(date.fromisoformat(day), stage, _WORDS[PlanStage(stage)]) for day, stage in written]
    rows = [(_BEGUN, str(PlanStage.NOT_STARTED), "")]
    said = read("returns")["icb" if key == "ccg" else key]["answers"]["plan_stage"]
    ends = {one.number: one.period.dates.period_end for one in ground.rounds}
    for number, stage in said.items():
        if stage != PlanStage.NOT_STARTED and int(number) in ends and int(number) <= 10:
            rows.append((ends[int(number)], stage, _WORDS[PlanStage(stage)]))
    return rows


def _latest(written: dict[str, Any], number: int) -> Any:
    return written[str(max(int(cycle) for cycle in written if int(cycle) <= number))]


# --- Services -------------------------------------------------------------------------------


def _services(ground: Ground, courses: list[Course]) -> None:
    service, change = model("Service"), model("ServiceLevelChange")
    rows, levels = [], []
    for partner, named in read("plans")["services"].items():
        rounds = [one.round for one in courses if one.partner == partner]
        for row, (name, normal) in named.items():
            for owner, run in _runs(ground, partner, rounds):
                taken_over = owner == "icb"
                begun = ICB_FROM if taken_over else run[0].period.start
                rows.append(
                    service(
                        uid=uid("service", owner, row),
                        organisation_id=ground.organisations[owner],
                        name=name,
                        normal_level=normal,
                        created_at=moment(begun, 11),
                        created_by_id=ground.lead(partner, begun),
                    )
                )
                levels.append(list(_levels(partner, row, run, begun, taken_over=taken_over)))
    made = write(service, rows)
    write(
        change,
        [
            change(
                service=one,
                level=level,
                from_date=day,
                reason=reason,
                at=moment(day, 15),
                by_id=one.created_by_id,
            )
            for one, changes in zip(made, levels, strict=True)
            for day, level, reason in changes
            if moment(day, 15) < ground.at
        ],
    )


def _runs(ground: Ground, partner: str, rounds: list[Round]) -> list[tuple[str, list[Round]]]:
    """A partner's rounds under each organisation that was this partner."""
    if partner != "icb":
        return [(partner, rounds)] if rounds else []
    before = [one for one in rounds if one.period.start < ICB_FROM]
    after = [one for one in rounds if one.period.start >= ICB_FROM]
    return [(owner, run) for owner, run in (("ccg", before), ("icb", after)) if run]


def _levels(
    partner: str, row: str, rounds: list[Round], begun: date, *, taken_over: bool
) -> Iterator[tuple[date, str, str]]:
    """(from, level, reason): whenever the return says another level than the one before."""
    answers = read("returns")[partner]["answers"]
    last = ""
    if taken_over:
        last = ServiceLevel.MAINTAINED
        yield begun, last, "Taken over as it was."
    for one in rounds:
        # A commissioned service says one level for all that it does.
        said = answers.get("service_levels")
        level = _latest(said, one.number)[row] if said else _latest(answers["service_level"], one.number)
        if level != last:
            why = _latest(answers["services_cut_why"], one.number) if level in _CUT else ""
            yield (begun if not last else one.period.dates.period_end), level, why
            last = level


# --- Dependencies ---------------------------------------------------------------------------


def _dependencies(ground: Ground, keys: dict[str, int]) -> None:
    kind, move = model("Dependency"), model("DependencyMove")
    rows, moves = [], []
    for number, written in enumerate(read("plans")["dependencies"]):
        asked = _day(ground, written["asked"])
        plan = "ccg" if written["plan"] == "icb" and asked < ICB_FROM else written["plan"]
        if moment(asked, 10) >= ground.at or plan not in keys:
            continue
        done = [(_day(ground, day), state, words) for day, state, words in written["moves"]]
        done = [one for one in done if moment(one[0], 14) < ground.at]
        answered = [one for one in done if one[1] != DependencyState.WITHDRAWN]
        rows.append(
            kind(
                uid=uid("dependency", number),
                plan_id=keys[plan],
                on_organisation_id=ground.organisation(written["on"], asked),
                what=written["what"],
                needed_by=_day(ground, written["needed"]),
                state=done[-1][1] if done else DependencyState.ASKED,
                answer=answered[-1][2] if answered else "",
                asked_at=moment(asked, 10),
                asked_by_id=_author(ground, plan, asked),
                answered_at=moment(answered[-1][0], 14) if answered else None,
                answered_by_id=ground.lead(written["on"], answered[-1][0]) if answered else None,
                version=1 + len(done),
            )
        )
        moves.append(
            [
                (was, state, words, moment(day, 14), _mover(ground, written, plan, state, day))
                for was, (day, state, words) in zip(
                    [DependencyState.ASKED, *(one[1] for one in done)], done, strict=False
                )
            ]
        )
    made = write(kind, rows)
    write(
        move,
        [
            move(dependency=one, from_state=was, to_state=state, words=words, at=at, by_id=by)
            for one, steps in zip(made, moves, strict=True)
            for was, state, words, at, by in steps
        ],
    )


def _mover(ground: Ground, written: dict, plan: str, state: str, day: date) -> int:
    if state == DependencyState.WITHDRAWN:
        return _author(ground, plan, day)
    return ground.lead(written["on"], day)


def _day(ground: Ground, text: str) -> date:
    """A day, or so many days from the as-of day."""
    if text[0] in "+-":
        return ground.as_of + int(text) * DAY
    return date.fromisoformat(text)
