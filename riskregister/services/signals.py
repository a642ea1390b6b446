"""Emerging threats: raised, watched, not followed up, or made a risk. Each is one transaction of lock, rules,
change, history and audit event."""

import uuid
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.selectors import User
from operations.services import once
from riskregister.constants import SignalState
from riskregister.models import Risk, Signal
from riskregister.rules import board_work as rules
from riskregister.rules.board_work import Act, SignalDraft
from riskregister.rules.register import RiskDraft
from riskregister.services.board_steps import begin, change, locked, unchanged
from riskregister.services.register import add_risk
from safeguarding.kernel.periods import day_of

_WHY = "Enter why. Who raised it reads this"


def raise_signal(
    *, user: User, draft: SignalDraft, organisation_id: int | None, token: UUID, now: datetime
) -> Signal:
    """Raises AlreadyDone(uid), or the first fault of `rules.signal`."""
    with transaction.atomic():
        signal = Signal(uid=uuid.uuid4(), raised_at=now, raised_by=user, organisation_id=organisation_id)
        once(token=token, purpose="raise_signal", user=user, outcome=str(signal.uid), now=now)
        given = rules.signal(draft)
        signal.title, signal.what, signal.source = given.title, given.what, given.source
        signal.evidence, signal.confidence, signal.theme = given.evidence, given.confidence, given.theme
        begin(signal, "raised", by=user, now=now, detail={"theme": signal.theme})
    return signal


def watch(
    *, user: User, signal: Signal, reason: str, look_again_on: date, expected_version: int, now: datetime
) -> Signal:
    """Watched until a day, which may be moved on; also what was not followed up before.

    Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'look_again_past' | …).
    """
    with transaction.atomic():
        current = locked(signal)
        to = rules.step("signal", Act.WATCH, current.state, user.roles)
        why = rules.said(reason, field="reason", missing=_WHY, length=rules.REASON_LENGTH)
        day = rules.look_day(look_again_on, after=day_of(now))
        unchanged(current, expected_version)
        change(
            current,
            "watched",
            {"state": SignalState(to), "look_again_on": day, "reason": why},
            by=user,
            now=now,
            reason=why,
            detail={"look_again_on": day.isoformat()},
        )
    return current


def dismiss(*, user: User, signal: Signal, reason: str, expected_version: int, now: datetime) -> Signal:
    """Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'text_missing')."""
    with transaction.atomic():
        current = locked(signal)
        to = rules.step("signal", Act.DISMISS, current.state, user.roles)
        why = rules.said(reason, field="reason", missing=_WHY, length=rules.REASON_LENGTH)
        unchanged(current, expected_version)
        change(
            current,
            "dismissed",
            {"state": SignalState(to), "look_again_on": None, "reason": why},
            by=user,
            now=now,
            reason=why,
        )
    return current


def promote(
    *,
    user: User,
    signal: Signal,
    draft: RiskDraft,
    owner_organisation_id: int | None,
    expected_version: int,
    token: UUID,
    now: datetime,
) -> Risk:
    """Makes the threat a draft risk of the partnership, each naming the other.

    Raises AlreadyDone(uid of the risk), StaleEdit, Refusal('not_your_act' | 'wrong_state') or the first fault
    of the risk's draft.
    """
    with transaction.atomic():
        current = locked(signal)
        # First: a form that is sent twice finds the threat promoted by itself.
        risk = add_risk(
            user=user,
            draft=draft,
            organisation_id=None,
            owner=None,
            owner_organisation_id=owner_organisation_id,
            token=token,
            now=now,
            signal=current,
        )
        to = rules.step("signal", Act.PROMOTE, current.state, user.roles)
        unchanged(current, expected_version)
        change(
            current,
            "promoted",
            {"state": SignalState(to), "look_again_on": None},
            by=user,
            now=now,
            detail={"risk": str(risk.uid)},
        )
    return risk
