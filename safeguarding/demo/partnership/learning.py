"""Surveys of practitioners and the training programme of the demonstration."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from partners.constants import EventState, KeptThing, SurveyState, TrainingMode
from safeguarding.demo.partnership.concerns import day_of
from safeguarding.demo.partnership.ground import DAY, Ground, model, moment, read, rng_for, uid, write
from safeguarding.kernel.periods import Month

_FROM = Month.of(date(2020, 1, 1))
_CLASSROOMS_CLOSED, _BLENDED_SINCE = date(2020, 3, 16), date(2020, 9, 1)
# Of the places of a coming month, how many have been asked for by now.
_ASKED_AHEAD = 0.2
_CLOSED_WHY = "Classrooms are closed."


def store(ground: Ground) -> dict[str, int]:
    return {"surveys": _surveys(ground), "training events": _training(ground)}


# --- Surveys --------------------------------------------------------------------------------


def _surveys(ground: Ground) -> int:
    kind, count = model("Survey"), 0
    for written in read("learning")["surveys"]:
        opens, closes = day_of(ground, written["opens"]), day_of(ground, written["closes"])
        draft = written.get("draft", False)
        if opens >= ground.as_of and not draft:
            continue
        state = SurveyState.CLOSED if closes < ground.as_of else SurveyState.OPEN
        survey = kind._default_manager.create(
            uid=uid("survey", written["key"]),
            link_key=uid("survey link", written["key"]),
            title=written["title"],
            intro=written["intro"],
            questions=written["questions"],
            state=SurveyState.DRAFT if draft else state,
            opens_on=opens,
            closes_on=closes,
            created_at=moment(min(opens - 5 * DAY, ground.as_of - DAY), 10),
            created_by_id=ground.coordinator,
        )
        _replies(ground, survey, written, opens)
        count += 1
    return count


def _replies(ground: Ground, survey: Any, written: dict, opens: date) -> None:
    """In the first week, which has begun on any as-of day on which the survey is open."""
    kind, rows = model("SurveyResponse"), []
    week = opens - opens.weekday() * DAY
    for organisation, number in written["replies"].items():
        for reply in range(number):
            rng = rng_for("reply", written["key"], organisation, reply)
            answers = {}
            for question in written["questions"]:
                weights = written["weights"][question["code"]]
                values = [option["value"] for option in question["options"]]
                [answers[question["code"]]] = rng.choices(values, weights)
            rows.append(
                kind(
                    survey=survey,
                    organisation_id=ground.organisations[organisation] if organisation else None,
                    week=week,
                    answers=answers,
                    token=uid("reply", written["key"], organisation, reply),
                )
            )
    write(kind, rows)


# --- Training -------------------------------------------------------------------------------


def _training(ground: Ground) -> int:
    written = read("learning")["training"]
    course, usual = model("Course"), model("UsualDemand")
    made = write(
        course,
        [
            course(uid=uid("course", row["key"]), title=row["title"], level=row["level"], about=row["about"])
            for row in written["courses"]
        ],
    )
    keys = {row["key"]: one.pk for row, one in zip(written["courses"], made, strict=True)}
    levels: dict[str, int] = {}
    for row in written["courses"]:
        levels[row["level"]] = levels.get(row["level"], 0) + row["usual"]
    write(
        usual,
        [
            usual(
                level=level,
                effective_from=date.fromisoformat(written["usual_since"]),
                places_a_month=places,
                source=written["usual_source"],
                set_at=moment(date.fromisoformat(written["usual_since"]), 10),
            )
            for level, places in levels.items()
        ],
    )
    event, booking = model("TrainingEvent"), model("Booking")
    laid_out = [row for month, demand in _months(ground) for row in _of_month(ground, month, demand, levels)]
    events = write(
        event,
        [
            event(
                uid=uid("training", row["key"], day, number),
                course_id=keys[row["key"]],
                mode=mode,
                held_on=day,
                places=row["places"],
                state=state,
                note=_CLOSED_WHY if state == EventState.CANCELLED else "",
            )
            for row, day, number, mode, state, _ in laid_out
        ],
    )
    rows = []
    for one, (row, day, number, _, _, asked) in zip(events, laid_out, strict=True):
        rows += list(_bookings(ground, booking, one, row["places"], f"{row['key']}/{day}/{number}", asked))
    write(booking, rows)
    _keep(ground, events, rows)
    return len(events)


def _keep(ground: Ground, events: list[Any], bookings: list[Any]) -> None:
    """Before the record of who came, the afternoon of its day, an event stood as planned; an event that was
    called off stood until the day that classrooms closed, or the day before it."""
    kind, rows = model("Kept"), []
    uids = dict(model("Organisation")._default_manager.values_list("pk", "uid"))
    of_event: dict[int, dict[str, Any]] = {}
    for one in bookings:
        asked = {"asked_for": one.asked_for, "booked": one.booked, "at": one.at.isoformat()}
        unknown = dict.fromkeys(("attended", "useful", "feedback_given"))
        of_event.setdefault(one.event_id, {})[str(uids[one.organisation_id])] = asked | unknown
    for event in events:
        if event.state == EventState.PLANNED:
            continue
        changed = moment(event.held_on, 16)
        if event.state == EventState.CANCELLED:
            changed = moment(min(_CLASSROOMS_CLOSED, event.held_on - DAY), 16)
        rows.append(
            kind(
                thing=KeptThing.EVENT,
                uid=event.uid,
                number=1,
                fields={
                    "mode": event.mode,
                    "held_on": event.held_on.isoformat(),
                    "places": event.places,
                    "state": EventState.PLANNED,
                    "note": "",
                    "bookings": of_event.get(event.pk, {}),
                },
                at=min(changed, ground.at),
                by_id=ground.coordinator,
            )
        )
    write(kind, rows)


def _months(ground: Ground) -> Iterator[tuple[Month, float]]:
    """Months with events, and how many times the usual places are asked for in each."""
    written = read("learning")["training"]
    now = Month.of(ground.as_of)
    months = {Month.parse(month): demand for month, demand in written["demand"].items()}
    first = now.plus(-2)
    months |= {first.plus(n): demand for n, demand in enumerate(written["recent_demand"])} | {
        month: demand for month, demand in months.items() if month.index <= now.index
    }
    yield from ((month, demand) for month, demand in sorted(months.items(), key=lambda one: one[0].index))


def _of_month(ground: Ground, month: Month, demand: float, levels: dict[str, int]) -> Iterator[tuple]:
    """(course, day, number, mode, state, places asked for by organisation)"""
    written = read("learning")["training"]
    for row in written["courses"]:
        same = sum(other["events"] for other in written["courses"] if other["level"] == row["level"])
        wanted = levels[row["level"]] * demand / same
        for number in range(row["events"]):
            rng = rng_for("training", row["key"], month.index, number)
            day = _working_day(month.first_day + (rng.randrange(4, 24)) * DAY)
            mode = _mode(row["modes"], day)
            closed = mode == TrainingMode.CLASSROOM and day >= _CLASSROOMS_CLOSED
            if day < ground.as_of:
                state = EventState.CANCELLED if closed else EventState.HELD
            else:
                state = EventState.PLANNED
            asked = wanted * rng.uniform(0.94, 1.06)
            if month.first_day > ground.as_of:
                asked *= _ASKED_AHEAD
            yield row, day, number, mode, state, _shares(asked)


def _working_day(day: date) -> date:
    return day + max(0, 7 - day.weekday()) * DAY if day.weekday() > 4 else day


def _mode(modes: list[str], day: date) -> str:
    """In a classroom until they closed (the last week of March is called off), then otherwise."""
    if day <= date(2020, 3, 31):
        return modes[0]
    return modes[1] if day < _BLENDED_SINCE else modes[2]


def _shares(wanted: float) -> dict[str, int]:
    """Whole places by organisation, in their usual proportions, that add up."""
    shares = read("learning")["training"]["shares"]
    total, running, sums = sum(shares.values()), 0, [0]
    for share in shares.values():
        running += share
        sums.append(round(wanted * running / total))
    return dict(zip(shares, (after - before for before, after in pairwise(sums)), strict=True))


def _bookings(
    ground: Ground, kind: Any, event: Any, places: int | None, key: str, asked: dict[str, int]
) -> Iterator[Any]:
    left = places
    # In the month of the event, or so far as anybody has asked yet.
    first = event.held_on.replace(day=1)
    at = moment(min(max(event.held_on - 10 * DAY, first), ground.as_of - DAY), 12)
    for organisation, number in asked.items():
        if not number:
            continue
        rng = rng_for("booking", key, organisation)
        booked = number if left is None else min(number, left)
        left = left if left is None else left - booked
        attended = useful = said = None
        if event.state == EventState.HELD:
            attended = round(booked * rng.uniform(0.85, 1))
            said = round(attended * rng.uniform(0.4, 0.8))
            useful = round(said * rng.uniform(0.86, 1))
        yield kind(
            event=event,
            organisation_id=ground.organisation(organisation, event.held_on),
            asked_for=number,
            booked=booked,
            attended=attended,
            useful=useful,
            feedback_given=said,
            at=at,
            by_id=ground.coordinator,
        )
