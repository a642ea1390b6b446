"""What may be done with a meeting, its agenda and its minutes, and when. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from partners.constants import AuditPlanState, Frequency, MeetingState, MinutesState
from partners.rules.cadence import Pause
from safeguarding.kernel.errors import Refusal

NAME_LENGTH = 120
TITLE_LENGTH = 200
REASON_LENGTH = 400
NOTES_LENGTH = 4000
MINUTES_LENGTH = 20000
MOST_CASES = 10000
NO_NAMES = "Do not write children’s names, dates of birth or references."


class Act(Enum):
    """What somebody does to a meeting."""

    MOVE = "move"
    CANCEL = "cancel"
    # Builds the agenda, adds, orders, restricts and removes items.
    ARRANGE = "arrange"
    ISSUE = "issue"
    # Takes an issued agenda back to change it.
    TAKE_BACK = "take_back"
    # Who came; the meeting has been held.
    ATTEND = "attend"
    # Notes and decisions by item, the draft of the minutes.
    WRITE = "write"
    AGREE = "agree"


@dataclass(frozen=True)
class MeetingStanding:
    state: str
    minutes: str
    issued: bool
    starts_at: datetime


_TO_COME = frozenset({Act.MOVE, Act.CANCEL, Act.ARRANGE, Act.ISSUE, Act.TAKE_BACK})


def check_act(act: Act, meeting: MeetingStanding, *, now: datetime) -> None:
    """Raises Refusal where `act` is not possible as the meeting stands."""
    if meeting.state == MeetingState.CANCELLED:
        raise Refusal("meeting_cancelled", "This meeting was cancelled.")
    if meeting.minutes == MinutesState.AGREED:
        raise Refusal(
            "minutes_agreed", "The minutes have been agreed. Note a correction in a later meeting."
        )  # fmt: skip
    if meeting.state == MeetingState.HELD and act in _TO_COME:
        raise Refusal("already_held", "This meeting has been held.")
    if meeting.state == MeetingState.PLANNED:
        _check_planned(act, meeting, now)
    if act is Act.AGREE and meeting.minutes != MinutesState.DRAFT:
        raise Refusal("no_draft", "There is no draft of the minutes to agree yet.")


def _check_planned(act: Act, meeting: MeetingStanding, now: datetime) -> None:
    if act in (Act.WRITE, Act.AGREE):
        raise Refusal("not_held_yet", "Record who came first. Notes and minutes follow.")
    if act is Act.ATTEND and now < meeting.starts_at:
        raise Refusal("not_begun", "The meeting has not begun yet.")
    if act in (Act.ARRANGE, Act.ISSUE) and meeting.issued:
        raise Refusal("agenda_issued", "The agenda has been issued. Take it back to change it.")
    if act is Act.TAKE_BACK and not meeting.issued:
        raise Refusal("agenda_not_issued", "The agenda has not been issued.")


def possible(act: Act, meeting: MeetingStanding, *, now: datetime) -> bool:
    try:
        check_act(act, meeting, now=now)
    except Refusal:
        return False
    return True


def no_later_meeting() -> Refusal:
    words = "Select the later meeting of the series that agreed them"
    return Refusal("no_later_meeting", words, "at_meeting")


def check_agreeing(meeting: MeetingStanding, at_meeting: MeetingStanding) -> None:
    """Minutes are agreed at a later meeting of the series that has been held; its own may be open."""
    if at_meeting.starts_at <= meeting.starts_at:
        raise no_later_meeting()
    if at_meeting.state != MeetingState.HELD:
        raise Refusal("later_not_held", "The meeting that agrees them must have been held", "at_meeting")


def check_new_time(starts_at: datetime, *, now: datetime) -> None:
    if starts_at <= now:
        raise Refusal("in_the_past", "The new time must be in the future", "day")


def check_pause(from_date: date, pauses: list[Pause], last_held: date | None) -> None:
    if any(pause.until_date is None for pause in pauses):
        raise Refusal("already_paused", "The series is paused already.")
    if any(pause.until_date and from_date < pause.until_date for pause in pauses):
        raise Refusal("within_a_pause", "The day must be after the last pause ended", "from_date")
    if last_held and from_date <= last_held:
        raise Refusal("meeting_held_since", "A meeting has been held on or after this day", "from_date")


def check_resuming(on: date, pause: Pause | None) -> None:
    if pause is None:
        raise Refusal("not_paused", "The series is not paused.")
    if on < pause.from_date:
        raise Refusal("before_the_pause", "The day must not be before the pause began", "on")


class AuditAct(Enum):
    FINISH = "finish"
    CHANGE = "change"


def check_audit(act: AuditAct, state: str) -> None:
    """Nothing leads out of done."""
    if state == AuditPlanState.DONE:
        raise Refusal("audit_done", f"This audit is done: it takes no {act.value} any more.")


def audit_overdue(state: str, due_on: date, today: date) -> bool:
    return state == AuditPlanState.PLANNED and due_on < today


_UNITS = {
    Frequency.FORTNIGHTLY: ("fortnight", "fortnights"),
    Frequency.MONTHLY: ("month", "months"),
    Frequency.QUARTERLY: ("quarter", "quarters"),
}


def cadence_words(frequency: str, *, planned: int, held: int, percent: int | None) -> str:
    """'13 of 13 fortnights met; attendance 91%'. `frequency` is '' where it changed within the period."""
    if not planned:
        return "No meeting was planned"
    one, many = _UNITS.get(Frequency(frequency), ("meeting", "meetings")) if frequency else _MEETINGS
    unit = one if planned == 1 else many
    verb = "met" if unit not in _MEETINGS else "held"
    attendance = f"; attendance {percent}%" if percent is not None else ""
    extra = held - planned
    more = f" and {extra} more" if extra > 0 else ""
    return f"{min(held, planned)} of {planned} {unit} {verb}{more}{attendance}"


_MEETINGS = ("meeting", "meetings")
