"""The ladder of reminders of a return that is owed: which steps there are and when, what is owed and not yet
sent, and its words. Asked of the state, so that an outage loses nothing and doubles nothing. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from partners.constants import Duty, ReminderStep, ReturnState
from partners.rules.calendar import london
from partners.rules.texts import in_words
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.working_days import is_working_day

AT_NINE = (9, 0)
_LONDON = ZoneInfo("Europe/London")
_BEFORE_DAYS = 2
# Working days after the return was due, or after it came back to the partner where that was later.
_AFTER_DAYS = ((ReminderStep.LATE, 1), (ReminderStep.DEPUTY, 3), (ReminderStep.BOARD, 5))
# Whose step it is; of the last one: the coordinators and the board.
DUTY_OF = {
    ReminderStep.BEFORE: Duty.LEAD,
    ReminderStep.DUE: Duty.LEAD,
    ReminderStep.LATE: Duty.LEAD,
    ReminderStep.DEPUTY: Duty.DEPUTY,
}


@dataclass(frozen=True)
class Rung:
    step: ReminderStep
    owed_since: datetime


@dataclass(frozen=True)
class Owed:
    """A step that is to be handled now. `recipient`: a person's key; None: nobody is there to receive it."""

    step: ReminderStep
    recipient: int | None
    owed_since: datetime
    # A later step to the same person has come due as well: that one goes.
    passed_over: bool = False


@dataclass(frozen=True)
class Silent:
    """A return that is owed, as the words need it."""

    organisation: str
    state: str
    period_start: date
    period_end: date
    due_at: datetime


def ladder(due_at: datetime, with_partner_since: datetime) -> tuple[Rung, ...]:
    """The steps of a return in order. All at nine in the morning by the clock in London.

    `with_partner_since`: when it was opened, or came back last. Nobody is late with what they did not have:
    of a return that came after its date, the steps before it fall away, and those after it count from then.
    """
    due_on, since_on = day_of(due_at), day_of(with_partner_since)
    rungs = []
    if with_partner_since < due_at:
        before = london(_working_day(due_on, -_BEFORE_DAYS), AT_NINE)
        on_the_day = min(london(due_on, AT_NINE), due_at)
        rungs = [
            Rung(ReminderStep.BEFORE, max(before, with_partner_since)),
            Rung(ReminderStep.DUE, max(on_the_day, with_partner_since)),
        ]
    late_from = max(due_on, since_on)
    rungs += [Rung(step, london(_working_day(late_from, days), AT_NINE)) for step, days in _AFTER_DAYS]
    return tuple(rungs)


def owed(
    rungs: Sequence[Rung],
    recipients: Mapping[ReminderStep, Sequence[int]],
    handled: Collection[tuple[str, int | None]],
    now: datetime,
) -> tuple[Owed, ...]:
    """What is to be handled at `now` of a return that has not been sent.

    `recipients`: keys of the people of each step today. `handled`: (step, recipient) of the rows there are,
    recipient None where nobody was there: such a step is made good when somebody is. A step that somebody
    received is over, whoever joins later.
    """
    reached = [rung for rung in rungs if rung.owed_since <= now]
    received = {step for step, recipient in handled if recipient is not None}
    found: list[Owed] = []
    latest: dict[int, int] = {}
    for rung in reached:
        if rung.step in received:
            continue
        people = recipients.get(rung.step, ())
        if not people and (rung.step, None) not in handled:
            found.append(Owed(rung.step, None, rung.owed_since))
        for person in people:
            if person in latest:
                earlier = found[latest[person]]
                found[latest[person]] = Owed(earlier.step, person, earlier.owed_since, passed_over=True)
            latest[person] = len(found)
            found.append(Owed(rung.step, person, rung.owed_since))
    return tuple(found)


def next_rung(rungs: Sequence[Rung], now: datetime) -> Rung | None:
    return next((rung for rung in rungs if rung.owed_since > now), None)


def words(step: ReminderStep, silent: Silent, now: datetime) -> tuple[str, str]:
    """Title and text for the lead or deputy. They go out by mail: nothing that a return says."""
    due = in_words(day_of(silent.due_at))
    period = period_words(silent.period_start, silent.period_end)
    is_late = now >= silent.due_at
    title = f"Assurance return {'was ' if is_late else ''}due {due}: {silent.organisation}"
    state = "It was sent back and has not been sent again." if silent.state == ReturnState.SENT_BACK else ""
    text = (
        f"The assurance return of {silent.organisation} for {period} {'was' if is_late else 'is'} due on "
        f"{due} at {_clock(silent.due_at)}. {state or 'It has not been sent yet.'}"
    )
    if step == ReminderStep.DEPUTY:
        text += " You are asked as the deputy."
    if is_late:
        return title, f"{text} Send it now, or ask the coordinator for a later date."
    return title, f"{text} If nothing has changed since the last one, you can confirm its answers."


def board_words(silent: Sequence[Silent]) -> tuple[str, str]:
    """Title and text for the coordinators and the board: all returns of one cycle that they are told of."""
    first = silent[0]
    partners = first.organisation if len(silent) == 1 else f"{len(silent)} partners"
    title = f"No assurance return from {partners}"
    lines = [f"{one.organisation}: was due on {in_words(day_of(one.due_at))}" for one in silent]
    period = period_words(first.period_start, first.period_end)
    text = (
        f"These returns for {period} have not been received:\n" + "\n".join(lines) + "\n"
        "The tracker shows who was reminded, and when."
    )
    return title, text


def period_words(first: date, last: date) -> str:
    """'6 to 19 April 2020', '27 April to 10 May 2020'."""
    end = in_words(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    start = in_words(first)
    return f"{start.removesuffix(f' {last.year}')} to {end}"


def _clock(moment: datetime) -> str:
    local = moment.astimezone(_LONDON)
    if (local.hour, local.minute) == (12, 0):
        return "12 noon"
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def _working_day(day: date, count: int) -> date:
    """The `count`-th working day after `day`, or before it where `count` is negative; `day` itself is not
    counted."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day
