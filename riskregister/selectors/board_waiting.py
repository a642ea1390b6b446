"""What of the board's work waits for a person."""

from datetime import date, datetime

from django.db.models import QuerySet

from accounts.constants import Role
from accounts.selectors import User
from partners.facts.waiting import Waiting
from partners.selectors.belonging import answered_for
from riskregister.constants import ChallengeState, EscalationState, PracticeChanged, SignalState
from riskregister.models import Challenge, Decision, Escalation, Signal
from riskregister.rules.board_work import check_due, decision_check_due
from riskregister.selectors.board_people import answers_for
from safeguarding.kernel.periods import day_of

_PAGES = {"escalation": "escalations", "challenge": "challenges", "decision": "decisions_of_the_board"}


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What of the board's work waits for somebody; the number of queries does not depend on how much."""
    found: list[Waiting | None] = []
    if Role.COORDINATOR in user.roles:
        found += _for_coordinator(at)
    if Role.BOARD_MEMBER in user.roles:
        found += _for_board(user, at)
    if Role.PARTNER in user.roles:
        found += _for_partner(user, at)
    return [line for line in found if line]


def _for_coordinator(at: datetime) -> list[Waiting | None]:
    today = day_of(at)
    proposed = Escalation.objects.filter(state=EscalationState.PROPOSED).count()
    new = Signal.objects.filter(state=SignalState.NEW).count()
    again = Signal.objects.filter(state=SignalState.WATCHED, look_again_on__lte=today).count()
    return [
        _line(
            proposed,
            "escalation that a rule proposes waits",
            "escalations that a rule proposes wait",
            "escalations",
        ),
        _line(new, "emerging threat is new", "emerging threats are new", "signals"),
        _line(
            again,
            "watched threat is to be looked at again",
            "watched threats are to be looked at again",
            "signals",
            late=True,
        ),
    ]


def _for_board(user: User, at: datetime) -> list[Waiting | None]:
    today = day_of(at)
    open_now = Escalation.objects.filter(state=EscalationState.OPEN)
    due = list(open_now.order_by().values_list("answer_due_on", flat=True))
    weigh = Challenge.objects.filter(state=ChallengeState.ANSWERED).exclude(answered_by=user).count()
    confirm = Decision.objects.filter(confirmed_at=None).exclude(recorded_by=user).count()
    looks = (
        ("escalation", _checks_due(Escalation.objects.filter(state=EscalationState.ANSWERED), today)),
        ("challenge", _checks_due(Challenge.objects.filter(state=ChallengeState.ACCEPTED), today)),
        ("decision", _decisions_due(today)),
    )
    return [
        _line(
            len(due),
            "escalation waits for the board’s answer",
            "escalations wait for the board’s answer",
            "escalations",
            late=any(day and day < today for day in due),
        ),
        _line(
            weigh,
            "answer to a challenge waits for the board",
            "answers to challenges wait for the board",
            "challenges",
        ),
        _line(
            confirm,
            "decision waits to be confirmed",
            "decisions wait to be confirmed",
            "decisions_of_the_board",
        ),
        *(
            _line(
                count,
                f"{thing}: say what changed for children",
                f"{thing}s: say what changed for children",
                _PAGES[thing],
            )
            for thing, count in looks
        ),
    ]


def _for_partner(user: User, at: datetime) -> list[Waiting | None]:
    rows = Challenge.objects.filter(
        state__in=(ChallengeState.ASKED, ChallengeState.REOPENED), asked_of__uid__in=answered_for(user, at=at)
    ).select_related("asked_of")
    asked = list(rows)
    # Somebody answers for one organisation, seldom for two.
    organisations = {one.asked_of_id: one.asked_of for one in asked}
    mine = {key for key, one in organisations.items() if answers_for(user, one, at=at)}
    due = [one.answer_due_on for one in asked if one.asked_of_id in mine]
    return [
        _line(
            len(due),
            "challenge of the board waits for your answer",
            "challenges of the board wait for your answer",
            "challenges",
            late=any(day < day_of(at) for day in due),
        )
    ]


def _checks_due(rows: QuerySet, today: date) -> int:
    found = rows.filter(changed__in=("", PracticeChanged.TOO_EARLY))
    values = found.order_by().values_list("answered_at", "changed", "changed_at")
    days = (check_due(_day(answered), changed, _day(at)) for answered, changed, at in values)
    return sum(day is not None and day <= today for day in days)


def _decisions_due(today: date) -> int:
    found = Decision.objects.filter(confirmed_at__isnull=False, changed__in=("", PracticeChanged.TOO_EARLY))
    values = found.order_by().values_list("look_again_on", "changed", "changed_at")
    days = (decision_check_due(look, changed, _day(at)) for look, changed, at in values)
    return sum(day is not None and day <= today for day in days)


def _day(moment: datetime | None) -> date | None:
    return day_of(moment) if moment else None


def _line(count: int, one: str, many: str, url_name: str, *, late: bool = False) -> Waiting | None:
    return (
        Waiting(count, f"{count:,} {one if count == 1 else many}", url_name, overdue=late) if count else None
    )
