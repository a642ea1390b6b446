"""Easements come onto the register, end another day, and are taken up here or not. Each is one transaction of
lock, rules, change, snapshot and audit event. What holds in law is what stands here: the rules of visits read
it (selectors.easements.for_rules)."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action
from accounts.selectors import User
from guidance.facts.easements import EasementEntry, LoadedEasements
from guidance.history import keep
from guidance.models import Easement, GuidanceItem
from guidance.rules import easements as rules
from guidance.services.base import begin, change, locked, need_keeper, screened, unchanged
from operations.services import lock, once
from safeguarding.kernel.errors import Refusal

_RULES = "guidance-easements"
_DAYS = ("effective_from", "effective_until")


def record_easement(
    *,
    user: User,
    entry: EasementEntry,
    item: GuidanceItem | None = None,
    names_no_child: bool = True,
    token: UUID | None = None,
    now: datetime,
) -> Easement:
    """A new easement. `item`: the guidance that brought it.

    Raises AlreadyDone(uid) where the same form was sent before, OutOfReach, Refusal('rule_taken' |
    'looks_personal'), or the first fault of `rules.checked`.
    """
    with transaction.atomic():
        easement = Easement(uid=uuid.uuid4(), item=item, recorded_at=now, recorded_by=user)
        if token:
            once(token=token, purpose="record_easement", user=user, outcome=str(easement.uid), now=now)
        need_keeper(user, Action.CREATE)
        given = rules.checked(entry)
        texts = {"what_changes": given.what_changes, "normally": given.normally}
        marks = screened(texts, confirmed=names_no_child, now=now)
        lock(_RULES, now=now)
        _alone(easement, given.rule, given.effective_from, given.effective_until, "effective_from")
        for name, value in vars(given).items():
            setattr(easement, name, value)
        begin(easement, "recorded", by=user, now=now, detail={"instrument": given.instrument, **marks})
    return easement


def amend(
    *,
    user: User,
    easement: Easement,
    expected_version: int,
    effective_until: date | None,
    reason: str,
    now: datetime,
) -> Easement:
    """It ends on another day: it was extended, or ended early. None: no end is set.

    Raises StaleEdit, OutOfReach, Refusal('ends_before_start' | 'rule_taken' | 'nothing_changed' | …).
    """
    why = rules.reason(reason)
    with transaction.atomic():
        need_keeper(user)
        lock(_RULES, now=now)
        current = locked(easement)
        rules.check_end(current.effective_from, effective_until)
        _alone(current, current.rule, current.effective_from, effective_until, "effective_until")
        unchanged(current, expected_version)
        if current.effective_until == effective_until:
            raise Refusal("nothing_changed", "It ends on this day already", "effective_until")
        detail = {"was": _iso(current.effective_until), "now": _iso(effective_until)}
        values = {"effective_until": effective_until}
        change(current, "amended", values, by=user, now=now, reason=why, detail=detail)
    return current


def decide(
    *,
    user: User,
    easement: Easement,
    expected_version: int,
    decision: str,
    words: str,
    names_no_child: bool = True,
    now: datetime,
) -> Easement:
    """Whether the partnership makes use of it, and within which limits. A later decision takes the place of
    an earlier one, which stays in the history. What is lawful does not depend on it.

    Raises StaleEdit, OutOfReach, Refusal('decision_missing' | 'text_missing' | 'looks_personal' | …).
    """
    said = rules.check_decision(decision, words)
    with transaction.atomic():
        need_keeper(user)
        marks = screened({"words": said}, confirmed=names_no_child, now=now)
        current = locked(easement)
        unchanged(current, expected_version)
        values = {
            "local_decision": decision,
            "local_words": said,
            "decided_at": now,
            "decided_by": user,
        }
        change(current, "decided", values, by=user, now=now, detail={"decision": decision, **marks})
    return current


def load_easements(rows: Iterable[Mapping[str, Any]], actor: Actor, now: datetime) -> LoadedEasements:
    """Adds the easements of a file that are not there, by their uid, or by the rule that they change and
    their first day. One that is there stands as it is. Each that is added is on the trail; loading the same
    again writes nothing. Raises Refusal of `rules.checked` and 'rule_taken'."""
    added, kept = 0, []
    with transaction.atomic():
        lock(_RULES, now=now)
        for row in rows:
            uid, entry = UUID(row["uid"]), rules.checked(_entry(row))
            found = _found(uid, entry)
            if found is None:
                _alone(None, entry.rule, entry.effective_from, entry.effective_until, "effective_from")
                easement = Easement(uid=uid, recorded_at=now, **vars(entry))
                easement.save(force_insert=True)
                keep(easement, thing="easement", at=now, by=None)
                record(
                    "guidance_easement.loaded",
                    actor=actor,
                    at=now,
                    object_kind="guidance_easement",
                    object_uid=uid,
                    detail={"instrument": entry.instrument},
                )
                added += 1
            elif found.effective_until != entry.effective_until or found.terms != entry.terms:
                kept.append(f"{found.title}, {found.instrument}: until {found.effective_until or 'no end'}")
    return LoadedEasements(added, tuple(kept))


def _found(uid: UUID, entry: EasementEntry) -> Easement | None:
    by_uid = Easement.objects.filter(uid=uid).first()
    if by_uid or not entry.rule:
        return by_uid
    return Easement.objects.filter(rule=entry.rule, effective_from=entry.effective_from).first()


def _entry(row: Mapping[str, Any]) -> EasementEntry:
    given = {name: value for name, value in row.items() if name != "uid"}
    days = {name: date.fromisoformat(given[name]) for name in _DAYS if given.get(name)}
    return EasementEntry(**given | days)


def _alone(easement: Easement | None, rule: str, since: date, until: date | None, field: str) -> None:
    if not rule:
        return
    others = Easement.objects.filter(rule=rule)
    if easement and easement.pk:
        others = others.exclude(pk=easement.pk)
    rules.check_alone(
        since, until, others.values_list("title", "effective_from", "effective_until"), field=field
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
