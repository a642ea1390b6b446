"""Matrix, cadence and appetite: proposed by one, confirmed by another. What is in force is never changed."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import lock, once
from riskregister.models import Appetite, Matrix, ReviewCadence
from riskregister.rules import register_rules as rules
from riskregister.selectors.register_rules import MATRIX, Proposal, proposal, sealed_until
from riskregister.selectors.risks import on_board
from safeguarding.kernel.errors import Refusal

_LOCK = "risk-rules"


def propose_matrix(
    *, user: User, matrix: Mapping[str, Any], effective_from: date, token: UUID, now: datetime
) -> Matrix:
    """A next version, which waits to be confirmed. `matrix`: as `rules.check_matrix`.

    Raises AlreadyDone(uid), Refusal('before_sealed' | 'day_taken') or one of `rules.check_matrix`.
    """
    with transaction.atomic():
        uid = uuid.uuid4()
        once(token=token, purpose="propose_matrix", user=user, outcome=str(uid), now=now)
        lock(_LOCK, now=now)
        rules.check_matrix(matrix)
        _holds_from(effective_from, Matrix.objects.filter(effective_from=effective_from).exists())
        version = (Matrix.objects.aggregate(last=Max("version"))["last"] or 0) + 1
        names = ("likelihoods", "impacts", "bands", "source", "reason")
        made = Matrix.objects.create(
            uid=uid,
            version=version,
            effective_from=effective_from,
            set_at=now,
            set_by=user,
            **{name: matrix[name] for name in names},
        )
        _audit("risk_rules.proposed", user, now, {"matrix": version}, uid)
    return made


def propose_cadence(
    *,
    user: User,
    rows: Mapping[str, tuple[int, Sequence[str]]],
    source: str,
    effective_from: date,
    token: UUID,
    now: datetime,
) -> UUID:
    """`rows`: of each band, days and role codes. The uid of the proposal. Raises as propose_matrix."""
    with transaction.atomic():
        uid = uuid.uuid4()
        once(token=token, purpose="propose_cadence", user=user, outcome=str(uid), now=now)
        lock(_LOCK, now=now)
        if not source.strip():
            raise Refusal("source_missing", "Enter where these dates come from, or why", "source")
        there = ReviewCadence.objects.filter(effective_from=effective_from, declined_at=None)
        _holds_from(effective_from, there.exists())
        for band, (days, authority) in rows.items():
            rules.check_cadence(band, days, authority)
            ReviewCadence.objects.create(
                band=band, days=days, authority=list(authority), source=source.strip(),
                effective_from=effective_from, proposal=uid, waits=True, set_at=now, set_by=user,
            )  # fmt: skip
        _audit("risk_rules.proposed", user, now, {"cadence": len(rows)}, uid)
    return uid


def propose_appetite(
    *,
    user: User,
    theme: str,
    highest_score: int,
    words: str,
    effective_from: date,
    token: UUID,
    now: datetime,
) -> UUID:
    """The uid of the proposal. Raises as propose_matrix."""
    with transaction.atomic():
        uid = uuid.uuid4()
        once(token=token, purpose="propose_appetite", user=user, outcome=str(uid), now=now)
        lock(_LOCK, now=now)
        rules.check_appetite(theme, highest_score, words)
        there = Appetite.objects.filter(theme=theme, effective_from=effective_from, declined_at=None)
        _holds_from(effective_from, there.exists())
        Appetite.objects.create(
            theme=theme, highest_score=highest_score, words=words.strip(), effective_from=effective_from,
            proposal=uid, waits=True, set_at=now, set_by=user,
        )  # fmt: skip
        _audit("risk_rules.proposed", user, now, {"appetite": theme}, uid)
    return uid


def decide_proposal(*, user: User, uid: UUID, confirm: bool, reason: str, now: datetime) -> Proposal:
    """Puts a proposal in force, or declines it.

    Raises Refusal('already_decided' | 'four_eyes' | 'not_the_board' | 'reason_missing' | 'before_sealed').
    """
    with transaction.atomic():
        lock(_LOCK, now=now)
        found = proposal(uid)
        if found is None:
            raise Refusal("unknown_proposal", "This proposal is not there.")
        rules.deciding(
            waits=found.waits,
            same_person=found.set_by_id == user.pk,
            on_board=on_board(user),
            confirm=confirm,
            reason=reason,
        )
        if confirm:
            # A review may have been published since it was proposed.
            rules.effective(found.effective_from, sealed_until=sealed_until())
        rows = found.rows()
        if not confirm:
            rows.update(declined_at=now, declined_by=user)
        elif found.kind == MATRIX:
            rows.update(confirmed_at=now, confirmed_by=user)
        else:
            rows.update(waits=False, confirmed_at=now, confirmed_by=user)
        verb = "risk_rules.confirmed" if confirm else "risk_rules.declined"
        _audit(verb, user, now, {"kind": found.kind, "reason": reason.strip()}, uid)
    return found


def _holds_from(day: date, taken: bool) -> None:
    rules.effective(day, sealed_until=sealed_until())
    if taken:
        words = "There is a version from this day already. Choose another day"
        raise Refusal("day_taken", words, "effective_from")


def _audit(verb: str, user: User, now: datetime, detail: dict, uid: UUID) -> None:
    record(verb, actor=Actor.person(user), at=now, object_kind="risk_rules", object_uid=uid, detail=detail)
