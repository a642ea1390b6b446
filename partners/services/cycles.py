"""Opening cycles by the calendar, and closing, reopening and extending them. Each is one transaction of
lock, rules, change and audit event."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import lock
from partners.constants import CycleState
from partners.models import Cycle, Organisation, QuestionSet, Return, ReturnMove
from partners.rules import cycles as cycle_rules
from partners.rules.calendar import Period
from partners.rules.reasons import reason_given
from partners.rules.texts import in_words
from partners.selectors import cycles as selectors
from partners.services.base import need, unchanged, write
from safeguarding.kernel.periods import day_of

# Whoever opens cycles or changes their calendar waits here for whoever does so at the same moment.
CALENDAR_LOCK = "assurance cycles"


def open_due_cycles(*, now: datetime, actor: Actor) -> list[Cycle]:
    """Opens every cycle whose opening has come, the oldest first, each with a return for every organisation
    that takes part; also those whose due date is long past, so that the series has no gap. The database says
    what is owed: asked twice, or by two at once, it opens each once.

    A return that was missing, because its question set was not locked yet or a participation was entered
    late, is added for as long as its cycle is open and not yet due.
    """
    with transaction.atomic():
        lock(CALENDAR_LOCK, now=now)
        sets = selectors.newest_locked_sets()
        for cycle in Cycle.objects.filter(state=CycleState.OPEN, due_at__gt=now):
            _add_returns(cycle, sets)
        latest = Cycle.objects.order_by("-number").first()
        number = latest.number if latest else 0
        opened = []
        for period in selectors.opening_by(*selectors.calendar(), now):
            number += 1
            opened.append(_open(period, number, sets, now))
        for cycle in opened:
            _audit("cycle.opened", cycle, actor, now, {"number": cycle.number})
    return opened


def _open(period: Period, number: int, sets: dict[str, QuestionSet], now: datetime) -> Cycle:
    cycle = Cycle.objects.create(
        number=number,
        period_start=period.start,
        period_end=period.dates.period_end,
        snapshot_on=period.dates.snapshot_on,
        opens_at=period.dates.opens_at,
        due_at=period.dates.due_at,
        opened_at=now,
    )
    _add_returns(cycle, sets)
    return cycle


def _add_returns(cycle: Cycle, sets: dict[str, QuestionSet]) -> None:
    """For whoever takes part on the day the cycle opens and has no return in it yet. Without a locked set
    there is nothing to ask: the cycle's page names who has no return for that reason."""
    day = day_of(cycle.opens_at)
    taking_part = Organisation.objects.participating(day).exclude(returns__cycle=cycle)
    codes = selectors.set_codes(taking_part, day)
    Return.objects.bulk_create(
        Return(cycle=cycle, organisation_id=organisation, question_set=sets[code])
        for organisation, code in codes.items()
        if code in sets
    )


def close_cycle(*, user: User, cycle: Cycle, expected_version: int, now: datetime) -> Cycle:
    """From here on its returns are read-only, but for those with an extension.

    Raises OutOfReach, Refusal('already_closed') or StaleEdit.
    """
    with transaction.atomic():
        need(user, Action.DECIDE, Thing.CYCLE)
        current = _locked(cycle)
        cycle_rules.close(current.state)
        unchanged(current, expected_version)
        write(current, state=CycleState.CLOSED, closed_at=now, closed_by=user)
        _audit("cycle.closed", current, Actor.person(user), now, {"number": current.number})
    return current


def reopen_cycle(*, user: User, cycle: Cycle, expected_version: int, reason: str, now: datetime) -> Cycle:
    """Raises OutOfReach, Refusal('not_closed' | 'reason_missing' | …) or StaleEdit."""
    with transaction.atomic():
        need(user, Action.DECIDE, Thing.CYCLE)
        current = _locked(cycle)
        cycle_rules.reopen(current.state)
        reason = reason_given(reason, asked="Enter why you reopen the cycle")
        unchanged(current, expected_version)
        write(current, state=CycleState.OPEN, closed_at=None, closed_by=None)
        detail = {"number": current.number, "reason": reason}
        _audit("cycle.reopened", current, Actor.person(user), now, detail)
    return current


def extend(
    *, user: User, return_: Return, until: datetime, reason: str, expected_version: int, now: datetime
) -> Return:
    """The return may be sent until then, also where its cycle is closed meanwhile.

    Raises OutOfReach, a Refusal of `cycle_rules.extend` or StaleEdit.
    """
    with transaction.atomic():
        need(user, Action.DECIDE, Thing.CYCLE)
        rows = Return.objects.select_for_update(of=("self",), no_key=True).select_related("cycle")
        current = rows.get(pk=return_.pk)
        cycle_rules.extend(current.cycle, current, until, now)
        reason = reason_given(reason, asked="Enter why the partner gets more time")
        unchanged(current, expected_version)
        write(current, extended_until=until)
        ReturnMove.objects.create(
            of_return=current,
            from_state=current.state,
            to_state=current.state,
            reason=f"May be sent until {in_words(day_of(until))} at noon. {reason}",
            at=now,
            by=user,
        )
        record(
            "return.extended",
            actor=Actor.person(user),
            at=now,
            object_kind="return",
            object_uid=current.uid,
            detail={"until": until.isoformat(), "reason": reason},
        )
    return current


def _locked(cycle: Cycle) -> Cycle:
    return Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)


def _audit(action: str, cycle: Cycle, actor: Actor, now: datetime, detail: dict[str, Any]) -> None:
    record(action, actor=actor, at=now, object_kind="cycle", object_uid=cycle.uid, detail=detail)
