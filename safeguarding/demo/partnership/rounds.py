"""Cycles of the demonstration: the ten of 2020, the years without, and the returns of the present."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile

from partners.constants import CycleState
from partners.rules.calendar import CalendarRule, Pause, Period, all_periods
from safeguarding.demo.partnership.ground import DAY, Ground, Round, model, moment, uid, write
from safeguarding.kernel.working_days import working_days_after

FIRST = date(2020, 4, 6)
# Ten cycles end on the day before.
STOOD_DOWN_ON = date(2020, 8, 24)
_RECENT = 3
# So soon after the last one nothing was stood down.
_AWAY = timedelta(days=56)
_RULE = CalendarRule(FIRST, FIRST, 14, 14, 0, 5)
_CLOSED_AFTER = timedelta(days=7)


def lay_out(ground: Ground) -> None:
    """Sets the calendar of `ground` by the rule that the service itself follows."""
    sunday = ground.ago(ground.as_of.isoweekday())
    resumed = sunday + DAY - _RECENT * timedelta(days=14)
    if resumed >= STOOD_DOWN_ON + _AWAY:
        ground.resumed_on = resumed
    rules, pauses = [_RULE], []
    if ground.resumed_on:
        rules.append(CalendarRule(ground.resumed_on, ground.resumed_on, 14, 14, 0, 11))
        pauses.append(Pause(STOOD_DOWN_ON, ground.resumed_on))
    known = takewhile(lambda period: period.dates.opens_at <= ground.at, all_periods(rules, pauses, FIRST))
    ground.rounds = list(_rounds(ground, known))


def _rounds(ground: Ground, known: Iterator[Period]) -> Iterator[Round]:
    for number, period in enumerate(known, 1):
        due = period.dates.due_at.date()
        if ground.resumed_on and period.start >= ground.resumed_on:
            # Before the next one opens, whatever holidays lie between.
            last = period.dates.period_end + 13 * DAY
            closes = min(moment(working_days_after(due, 1), 16), moment(last, 16))
        else:
            closes = moment(due + _CLOSED_AFTER, 15)
        yield Round(number, period, closes, live=closes > ground.at)


def store(ground: Ground) -> int:
    rule, pause, cycle = model("CycleRule"), model("CyclePause"), model("Cycle")
    rules = [
        rule(
            effective_from=FIRST,
            first_period_start=FIRST,
            due_after_days=5,
            reason="Services run in another way: partners tell the board every fortnight how children are.",
            set_at=moment(date(2020, 4, 2), 15),
            set_by_id=ground.coordinator,
        )
    ]
    if ground.resumed_on:
        decided = ground.resumed_on - 12 * DAY
        rules.append(
            rule(
                effective_from=ground.resumed_on,
                first_period_start=ground.resumed_on,
                due_after_days=11,
                reason="Illness among staff is rising: returns are asked for again over the winter, with "
                "more time to answer.",
                set_at=moment(decided, 15),
                set_by_id=ground.coordinator,
            )
        )
        write(
            pause,
            [
                pause(
                    uid=uid("cycle pause"),
                    from_date=STOOD_DOWN_ON,
                    until_date=ground.resumed_on,
                    reason="The board stood the fortnightly returns down and asks again when services are "
                    "under strain.",
                    set_at=moment(date(2020, 8, 20), 11),
                    set_by_id=ground.coordinator,
                )
            ],
        )
    write(rule, rules)
    made = write(cycle, [_row(ground, one) for one in ground.rounds])
    for one, row in zip(ground.rounds, made, strict=True):
        one.pk = row.pk
    return len(made)


def _row(ground: Ground, one: Round):
    dates = one.period.dates
    over = not one.live
    return model("Cycle")(
        uid=uid("cycle", one.number),
        number=one.number,
        period_start=one.period.start,
        period_end=dates.period_end,
        snapshot_on=dates.snapshot_on,
        opens_at=dates.opens_at,
        due_at=dates.due_at,
        opened_at=dates.opens_at + timedelta(seconds=40),
        state=CycleState.CLOSED if over else CycleState.OPEN,
        closed_at=one.closes_at if over else None,
        closed_by_id=ground.coordinator if over else None,
        version=2 if over else 1,
    )
