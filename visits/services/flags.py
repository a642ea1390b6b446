"""Raising a hazard flag, agreeing to it, looking at it again and clearing it. Each is one transaction of
lock, rules, change and audit event; what was there before stays in the flag and its reviews."""

import uuid
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from visits.models import Child, FlagReview, HazardFlag, HazardFlagKind
from visits.rules import flags as flag_rules
from visits.rules.flags import FlagDates, FlagDraft
from visits.rules.records import check_text
from visits.selectors.flags import state_of, terms_of
from visits.selectors.records import first_plan_start
from visits.services.visits import in_reach


def raise_flag(
    *, user: User, child: Child, kind: str, draft: FlagDraft, token: UUID, now: datetime
) -> HazardFlag:
    """Puts a flag of the kind (a code) on the child's record. A manager's agreement comes apart from it.

    Raises AlreadyDone(uid of the flag) where the same form was sent before, OutOfReach,
    Refusal('unknown_kind' | 'already_flagged'), or the first fault of `flag_rules.draft_faults`.
    """
    today = day_of(now)
    with transaction.atomic():
        flag = HazardFlag(uid=uuid.uuid4(), child=child, raised_by=user, raised_at=now)
        once(token=token, purpose="raise_flag", user=user, outcome=str(flag.uid), now=now)
        in_reach(child, user, Action.CREATE, now=now, thing=Thing.FLAG)
        # Of two people who flag the same child, the second waits here and then finds the first one's flag.
        Child.objects.select_for_update(no_key=True).get(pk=child.pk)
        flag.kind = _kind(kind, today)
        terms = terms_of(flag.kind)
        faults = flag_rules.draft_faults(draft, terms, today=today, first_plan_start=first_plan_start(child))
        for fault in faults:
            raise fault
        if _standing_flags(child, flag.kind, today).exists():
            raise _already_flagged()
        days = flag_rules.dates(draft, terms, today=today)
        flag.reason = check_text(draft.reason, field="reason", length=flag_rules.REASON_LENGTH)
        flag.source = check_text(draft.source, field="source", length=flag_rules.SOURCE_LENGTH)
        flag.told_family = draft.told_family
        flag.told_family_how = _told(draft.told_family_how)
        flag.starts_on, flag.review_on, flag.ends_on = draft.starts_on, days.review_on, days.ends_on
        try:
            with transaction.atomic():
                flag.save(force_insert=True)
        except IntegrityError:
            raise _already_flagged() from None
        _audit("flag.raised", flag, user, now, {"kind": kind, "told_family": draft.told_family})
    return flag


def agree_to_flag(*, user: User, flag: HazardFlag, expected_version: int, now: datetime) -> HazardFlag:
    """A manager agrees to a flag that somebody else raised.

    Raises StaleEdit, OutOfReach or a Refusal of `flag_rules.agreement` ('four_eyes', 'already_agreed', …).
    """
    with transaction.atomic():
        current = _locked(flag, user, Action.DECIDE, now)
        flag_rules.agreement(
            state_of(current),
            person=user.pk,
            today=day_of(now),
            needs_agreement=current.kind.needs_agreement,
        )
        _unchanged(current, expected_version)
        _write(current, agreed_at=now, agreed_by=user)
        _audit("flag.agreed", current, user, now, {"kind": current.kind.code})
    return current


def review_flag(
    *,
    user: User,
    flag: HazardFlag,
    expected_version: int,
    reason: str,
    days: FlagDates | None,
    told_family_how: str,
    now: datetime,
) -> FlagReview:
    """The flag still stands, until new days (None: as its kind says). `told_family_how`: how the family was
    told meanwhile, empty where nothing changed; what was written before stays in the review's reason.

    Raises StaleEdit, OutOfReach or a Refusal of `flag_rules.review`.
    """
    with transaction.atomic():
        current = _locked(flag, user, Action.CREATE, now)
        chosen, reason = flag_rules.review(
            state_of(current), days, terms_of(current.kind), reason=reason, today=day_of(now)
        )
        _unchanged(current, expected_version)
        changes: dict[str, Any] = {"review_on": chosen.review_on, "ends_on": chosen.ends_on}
        how = _told(told_family_how)
        if how and not current.told_family:
            reason = f"{reason}\nThe family has been told: {how}. Before: {current.told_family_how}"
            changes |= {"told_family": True, "told_family_how": how}
        review = FlagReview.objects.create(
            flag=current,
            was_due_on=current.review_on,
            next_review_on=chosen.review_on,
            ends_on=chosen.ends_on,
            reason=reason,
            reviewed_at=now,
            reviewed_by=user,
        )
        _write(current, **changes)
        detail = {"kind": current.kind.code, "fields": sorted(changes), "version": current.version}
        _audit("flag.reviewed", current, user, now, detail)
    return review


def clear_flag(
    *, user: User, flag: HazardFlag, expected_version: int, reason: str, now: datetime
) -> HazardFlag:
    """A manager removes a flag; it stays in the history with the reason.

    Raises StaleEdit, OutOfReach or a Refusal of `flag_rules.clearing`.
    """
    with transaction.atomic():
        current = _locked(flag, user, Action.DECIDE, now)
        ends_on, reason = flag_rules.clearing(state_of(current), reason=reason, today=day_of(now))
        _unchanged(current, expected_version)
        _write(current, ends_on=ends_on, cleared_at=now, cleared_by=user, cleared_reason=reason)
        _audit("flag.cleared", current, user, now, {"kind": current.kind.code})
    return current


def _kind(code: str, today: date) -> HazardFlagKind:
    kind = HazardFlagKind.objects.filter(Q(retired_on=None) | Q(retired_on__gt=today), code=code).first()
    if kind is None:
        raise Refusal("unknown_kind", "Select what the flag says from the list", "kind")
    return kind


def _standing_flags(child: Child, kind: HazardFlagKind, today: date) -> QuerySet[HazardFlag]:
    return HazardFlag.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=today), child=child, kind=kind, cleared_at=None
    )


def _already_flagged() -> Refusal:
    words = "The child already has a flag of this kind. Review it, or ask a manager to remove it first"
    return Refusal("already_flagged", words, "kind")


def _told(how: str) -> str:
    return check_text(how, field="told_family_how", length=flag_rules.TOLD_LENGTH)


def _locked(flag: HazardFlag, user: User, action: Action, now: datetime) -> HazardFlag:
    rows = HazardFlag.objects.select_for_update(of=("self",)).select_related("child", "kind")
    current = rows.get(pk=flag.pk)
    in_reach(current.child, user, action, now=now, thing=Thing.FLAG)
    return current


def _unchanged(flag: HazardFlag, expected_version: int) -> None:
    """After the rules: who comes second to a flag that was agreed or cleared is told that, by name."""
    if flag.version != expected_version:
        raise StaleEdit(flag.version, expected_version)


def _write(flag: HazardFlag, **changes: Any) -> None:
    was = flag.version
    for name, value in changes.items():
        setattr(flag, name, value)
    flag.version = was + 1
    # The version in the filter holds even where the lock does not (SQLite has no row locks).
    if not HazardFlag.objects.filter(pk=flag.pk, version=was).update(version=was + 1, **changes):
        raise StaleEdit(was + 1, was)


def _audit(action: str, flag: HazardFlag, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="flag",
        object_uid=flag.uid,
        child_uid=flag.child.uid,
        detail=detail,
    )
