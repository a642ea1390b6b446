"""What the ladder of reminders is worked out from, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from accounts.constants import Role
from accounts.selectors import User
from partners.constants import CycleState, ReminderStep
from partners.models import Cycle, Reminder, Representative, Return, ReturnMove
from partners.querysets import holds_on
from partners.rules.cycles import due_at
from partners.rules.reminders import DUTY_OF, Rung, ladder
from partners.rules.returns import FILLABLE
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class Ladder:
    """The ladder of one return that has not been sent."""

    return_id: int
    return_uid: UUID
    cycle_uid: UUID
    organisation_id: int
    organisation: str
    state: str
    period_start: date
    period_end: date
    due_at: datetime
    rungs: tuple[Rung, ...]
    # (step, recipient) of what was handled; recipient None: nobody was there.
    handled: frozenset[tuple[str, int | None]]


class People:
    """Who receives which step on the day of `now`: only those who can sign in and open the return. Three
    queries for all organisations."""

    def __init__(self, now: datetime) -> None:
        self._known: dict[int, User] = {}
        self._of: dict[tuple[int, str], list[int]] = {}
        rows = Representative.objects.filter(
            holds_on(day_of(now)),
            duty__in=set(DUTY_OF.values()),
            user__in=User.objects.holding(Role.PARTNER),
        )
        for row in rows.select_related("user").order_by("pk"):
            self._known[row.user_id] = row.user
            self._of.setdefault((row.organisation_id, row.duty), []).append(row.user_id)
        board = {
            user.pk: user
            for role in (Role.COORDINATOR, Role.BOARD_MEMBER)
            for user in User.objects.holding(role)
        }
        self._known |= board
        self._board = list(board)

    def of(self, organisation_id: int) -> dict[ReminderStep, Sequence[int]]:
        """Keys of the people of each step."""
        found: dict[ReminderStep, Sequence[int]] = {
            step: self._of.get((organisation_id, duty), ()) for step, duty in DUTY_OF.items()
        }
        return found | {ReminderStep.BOARD: self._board}

    def person(self, key: int) -> User:
        return self._known[key]


def owing(returns: QuerySet[Return], now: datetime) -> QuerySet[Return]:
    """Those that have not been sent and may be filled, of organisations that still take part."""
    may_be_filled = ~Q(cycle__state=CycleState.CLOSED) | Q(extended_until__gt=now)
    here = Q(organisation__withdrawn_on=None) | Q(organisation__withdrawn_on__gt=day_of(now))
    return returns.filter(may_be_filled, here, state__in=FILLABLE)


def cycles_owing(now: datetime) -> list[Cycle]:
    owed_in = owing(Return.objects.all(), now).values("cycle")
    return list(Cycle.objects.filter(pk__in=owed_in, opened_at__lte=now).order_by("number"))


def ladders(returns: QuerySet[Return], now: datetime) -> list[Ladder]:
    """The ladders of the owing ones among `returns`, by key of the return; three queries."""
    rows = list(owing(returns, now).select_related("cycle", "organisation").order_by("pk"))
    came_back = _came_back(rows)
    handled: dict[int, set[tuple[str, int | None]]] = {}
    for key, step, recipient in Reminder.objects.filter(of_return__in=rows).values_list(
        "of_return", "step", "recipient"
    ):
        handled.setdefault(key, set()).add((step, recipient))
    return [
        Ladder(
            return_id=row.pk,
            return_uid=row.uid,
            cycle_uid=row.cycle.uid,
            organisation_id=row.organisation_id,
            organisation=row.organisation.name,
            state=row.state,
            period_start=row.cycle.period_start,
            period_end=row.cycle.period_end,
            due_at=due_at(row.cycle, row),
            rungs=ladder(due_at(row.cycle, row), came_back.get(row.pk, row.cycle.opened_at)),
            handled=frozenset(handled.get(row.pk, ())),
        )
        for row in rows
    ]


def _came_back(rows: Sequence[Return]) -> dict[int, datetime]:
    """When a return that had been sent was given back to the partner last."""
    moves = ReturnMove.objects.filter(of_return__in=rows, to_state__in=FILLABLE)
    moves = moves.exclude(from_state__in=FILLABLE)
    return dict(moves.values("of_return").annotate(at=Max("at")).values_list("of_return", "at"))


def subject_of(return_uid: UUID) -> str:
    """What the notifications of one return are about."""
    return f"return:{return_uid}"


def board_subject(return_uids: Sequence[UUID]) -> str:
    """Of a notification to the board about several returns: it is kept under the first of them."""
    return f"silence:{return_uids[0]}"
