"""What is sent through which channel: planned, corrected, sent with proof, or not sent for a reason. What was
sent is fixed."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from guidance.constants import DispatchState
from guidance.models import Dispatch, GuidanceVersion
from guidance.rules import dissemination as rules
from guidance.services.base import locked, need_keeper, screened, unchanged, write
from operations.services import once


def plan(
    *,
    user: User,
    of: GuidanceVersion,
    channel: str,
    audiences: Iterable[str],
    text: str,
    names_no_child: bool = True,
    token: UUID | None = None,
    now: datetime,
) -> Dispatch:
    """A text of a version for one channel. Raises AlreadyDone(uid), OutOfReach, or
    Refusal('not_approved' | 'looks_personal' | …)."""
    with transaction.atomic():
        need_keeper(user)
        made = Dispatch(uid=uuid.uuid4(), of=of, planned_at=now, planned_by=user)
        if token:
            once(token=token, purpose="plan_dispatch", user=user, outcome=str(made.uid), now=now)
        current = locked(of)
        rules.check_may_plan(current.state)
        made.channel = rules.check_channel(channel)
        made.audiences = rules.in_order(audiences)
        made.text = rules.text_for(channel, text)
        marks = screened({"text": made.text}, confirmed=names_no_child, now=now)
        made.save(force_insert=True)
        _told(made, "planned", user, now, marks)
    return made


def correct(
    *,
    user: User,
    dispatch: Dispatch,
    expected_version: int,
    audiences: Iterable[str],
    text: str,
    names_no_child: bool = True,
    now: datetime,
) -> Dispatch:
    """Another text or other audiences, while it is to be sent. Raises StaleEdit, OutOfReach,
    Refusal('already_sent' | 'dropped' | 'looks_personal' | …)."""
    with transaction.atomic():
        current = _planned(user, dispatch, expected_version)
        clean = rules.text_for(current.channel, text)
        marks = screened({"text": clean}, confirmed=names_no_child, now=now)
        write(current, audiences=rules.in_order(audiences), text=clean)
        _told(current, "corrected", user, now, marks)
    return current


def mark_sent(
    *,
    user: User,
    dispatch: Dispatch,
    expected_version: int,
    sent_at: datetime,
    proof_kind: str,
    proof: str,
    reach: int | None = None,
    now: datetime,
) -> Dispatch:
    """It went out at `sent_at`, as `proof` shows. Raises StaleEdit, OutOfReach,
    Refusal('not_issued' | 'sent_before_issue' | 'sent_in_future' | 'proof_not_a_link' | …)."""
    with transaction.atomic():
        current = _planned(user, dispatch, expected_version)
        issued_at = GuidanceVersion.objects.values_list("issued_at", flat=True).get(pk=current.of_id)
        write(
            current,
            state=DispatchState.SENT,
            sent_at=rules.check_sent_at(sent_at, issued_at=issued_at, now=now),
            sent_by=user,
            marked_at=now,
            proof=rules.check_proof(proof_kind, proof),
            proof_kind=proof_kind,
            reach=rules.check_reach(reach),
        )
        _told(current, "sent", user, now, {"proof_kind": proof_kind})
    return current


def drop(*, user: User, dispatch: Dispatch, expected_version: int, reason: str, now: datetime) -> Dispatch:
    """It is not sent. Raises StaleEdit, OutOfReach, Refusal('already_sent' | 'dropped' | 'text_missing')."""
    with transaction.atomic():
        current = _planned(user, dispatch, expected_version)
        write(current, state=DispatchState.DROPPED, dropped_reason=rules.dropped_reason(reason))
        _told(current, "dropped", user, now, {})
    return current


def _planned(user: User, dispatch: Dispatch, expected_version: int) -> Dispatch:
    """The dispatch, locked, that may still be changed."""
    need_keeper(user)
    current = Dispatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=dispatch.pk)
    rules.check_planned(current.state)
    unchanged(current, expected_version)
    return current


def _told(dispatch: Dispatch, verb: str, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        f"guidance_dispatch.{verb}",
        actor=Actor.person(user),
        at=now,
        object_kind="guidance_dispatch",
        object_uid=dispatch.uid,
        detail={"channel": dispatch.channel, "audiences": dispatch.audiences, **detail},
    )
