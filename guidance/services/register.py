"""Pieces of guidance and their versions come onto the register and are put right. Each is one transaction of
lock, rules, change, snapshot and audit event. A version's text is never changed; what was issued says what
it said for ever."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from guidance.constants import Audience, CheckResult, Topic, TouchedDuty, VersionState
from guidance.facts.entry import ItemEntry, VersionEntry
from guidance.models import (
    GuidanceItem,
    GuidanceVersion,
    History,
    Paragraph,
    SeenUntil,
    SourceCheck,
    VersionMove,
)
from guidance.rules import entries as rules
from guidance.rules.interpretation import due_on, owner_of
from guidance.selectors.interpretation import topic_owners
from guidance.services.base import begin, change, locked, need_keeper, screened, unchanged
from guidance.services.search_text import search_again, searched
from operations.services import lock, once
from partners.services.base import need
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.snapshots import fields_of

_NUMBERS = "guidance-numbers"
# Rows written at once.
_BATCH = 500
# While somebody approves a version, or has approved it, it says what they read.
OPEN_TO_CORRECTION = (VersionState.RECEIVED, VersionState.SET_ASIDE, VersionState.ASSESSED)


def record_item(
    *,
    user: User,
    entry: ItemEntry,
    names_no_child: bool = True,
    token: UUID | None = None,
    now: datetime,
) -> GuidanceItem:
    """A new piece of guidance with its first version, received.

    Raises AlreadyDone(uid) where the same form was sent before, OutOfReach, Refusal('looks_personal'), or
    the first fault of `rules.checked_item`.
    """
    with transaction.atomic():
        uid = uuid.uuid4()
        if token:
            once(token=token, purpose="record_guidance", user=user, outcome=str(uid), now=now)
        marks = screened({"summary": entry.version.summary}, confirmed=names_no_child, now=now)
        return _record(user, [(uid, entry)], now, marks)[0]


def record_items(*, user: User, entries: Sequence[ItemEntry], now: datetime) -> list[GuidanceItem]:
    """A whole list at once, in its order: all of it or nothing. Raises as `record_item`, of the first entry
    that has a fault."""
    with transaction.atomic():
        return _record(user, [(uuid.uuid4(), entry) for entry in entries], now, {})


def add_version(
    *,
    user: User,
    item: GuidanceItem,
    expected_version: int,
    entry: VersionEntry,
    names_no_child: bool = True,
    token: UUID | None = None,
    now: datetime,
) -> GuidanceVersion:
    """The issuer changed or withdrew it: the next version, received. The item takes its title; the
    audiences that it brings in, once it is issued.

    Raises AlreadyDone(uid), StaleEdit, OutOfReach, Refusal('looks_personal'), or the first fault of
    `rules.checked_version`.
    """
    with transaction.atomic():
        uid = uuid.uuid4()
        if token:
            once(token=token, purpose="add_guidance_version", user=user, outcome=str(uid), now=now)
        need_keeper(user, Action.CREATE)
        texts = {"summary": entry.summary, "change_note": entry.change_note}
        marks = screened(texts, confirmed=names_no_child, now=now)
        given = rules.checked_version(entry, first=False, today=day_of(now))
        paragraphs = rules.paragraphs(entry.text)
        current = locked(item)
        unchanged(current, expected_version)
        last = GuidanceVersion.objects.filter(item=current).aggregate(last=Max("number"))["last"]
        version = _version(current, uid, (last or 0) + 1, given, user, now)
        begin(version, "recorded", by=user, now=now, detail={"item": current.label, **marks})
        _first_move(version).save(force_insert=True)
        Paragraph.objects.bulk_create(_rows(version, paragraphs), batch_size=_BATCH)
        values = {"title": given.title}
        change(current, "got_version", values, by=user, now=now, detail={"number": version.number})
        search_again(current)
    return version


def edit_item(
    *,
    user: User,
    item: GuidanceItem,
    expected_version: int,
    issuer: str,
    reference: str,
    url: str,
    audiences: Sequence[str],
    topics: Sequence[str],
    duties: Sequence[str],
    owner: User | None,
    now: datetime,
) -> GuidanceItem:
    """What holds for all versions is put right. Raises StaleEdit, OutOfReach, or the first fault."""
    with transaction.atomic():
        need_keeper(user)
        address = rules.address(url)
        values: dict[str, Any] = {
            "issuer": rules.issuer(issuer),
            "reference": rules.reference(reference),
            "url": address,
            "url_key": rules.url_key(address),
            "audiences": list(rules.codes(audiences, Audience.values, "audiences")),
            "topics": list(rules.codes(topics, Topic.values, "topics")),
            "duties": list(rules.codes(duties, TouchedDuty.values, "duties")),
            "owner": owner,
        }
        current = locked(item)
        unchanged(current, expected_version)
        if owner and not owner.is_active:
            raise Refusal("owner_left", "Select somebody who has an account now", "owner")
        changed = sorted(name for name, value in values.items() if getattr(current, name) != value)
        change(current, "edited", values, by=user, now=now, detail={"fields": changed})
        search_again(current)
    return current


def correct_version(
    *,
    user: User,
    of: GuidanceVersion,
    expected_version: int,
    entry: VersionEntry,
    names_no_child: bool = True,
    now: datetime,
) -> GuidanceVersion:
    """What was recorded of a version is put right, before somebody approves it. Its text can be added where
    none was taken in; `entry.text` "" leaves it.

    Raises StaleEdit, OutOfReach, Refusal('version_fixed' | 'text_fixed' | 'looks_personal'), or the first
    fault of `rules.checked_version`.
    """
    with transaction.atomic():
        need_keeper(user)
        texts = {"summary": entry.summary, "change_note": entry.change_note}
        marks = screened(texts, confirmed=names_no_child, now=now)
        item = locked(of.item)
        current = locked(of)
        if current.state not in OPEN_TO_CORRECTION:
            raise Refusal("version_fixed", _fixed_words(current))
        unchanged(current, expected_version)
        given = rules.checked_version(entry, first=current.number == 1, today=day_of(now))
        _add_text(current, entry.text)
        values = _values(item, given, current.number)
        changed = sorted(name for name, value in values.items() if getattr(current, name) != value)
        detail = {"item": item.label, "number": current.number, "fields": changed, **marks}
        change(current, "corrected", values, by=user, now=now, detail=detail)
        newest = not GuidanceVersion.objects.filter(item=item, number__gt=current.number).exists()
        if newest and item.title != given.title:
            change(item, "renamed", {"title": given.title}, by=user, now=now)
        search_again(item)
    return current


def replace_item(
    *,
    user: User,
    item: GuidanceItem,
    by: GuidanceItem | None,
    from_date: date | None,
    expected_version: int,
    now: datetime,
) -> GuidanceItem:
    """Another item takes its place from a day on; `by` and `from_date` None: none does after all.

    Raises StaleEdit, OutOfReach, Refusal('replaced_without_day' | 'replaced_in_a_circle').
    """
    with transaction.atomic():
        need_keeper(user)
        # Two replacements at once could close a circle that neither of them sees.
        lock(_NUMBERS, now=now)
        current = locked(item)
        unchanged(current, expected_version)
        if by is not None and from_date is None:
            raise Refusal("replaced_without_day", "Enter the day from which it is replaced", "from_date")
        chain = _chain(by)
        rules.check_replacement(chain, current.number)
        values = {"replaced_by": by, "replaced_from": from_date if by else None}
        detail = {"by": by.label if by else "", "from": from_date.isoformat() if by and from_date else ""}
        change(current, "replaced", values, by=user, now=now, detail=detail)
    return current


def check_source(
    *,
    user: User,
    item: GuidanceItem,
    result: str,
    words: str = "",
    names_no_child: bool = True,
    now: datetime,
) -> SourceCheck:
    """Somebody looked at the issuer's page again. Raises OutOfReach, Refusal('unknown_code' |
    'looks_personal' | …)."""
    with transaction.atomic():
        need_keeper(user)
        found = rules.codes([result], CheckResult.values, "result")[0]
        said = rules.check_words(words)
        marks = screened({"words": said}, confirmed=names_no_child, now=now)
        check = SourceCheck.objects.create(item=item, result=found, words=said, at=now, by=user)
        _audit("guidance.checked", item, user, now, {"result": found, **marks})
    return check


def mark_seen(*, user: User, now: datetime) -> None:
    """Everything that came until `now` is no longer new to this person."""
    with transaction.atomic():
        need(user, Action.VIEW, Thing.GUIDANCE)
        seen, _ = SeenUntil.objects.get_or_create(user=user, defaults={"at": now})
        # A page that was opened long ago makes nothing new again.
        SeenUntil.objects.filter(Q(at__lt=now), pk=seen.pk).update(at=now)


def _record(
    user: User, listed: Sequence[tuple[UUID, ItemEntry]], now: datetime, marks: dict[str, Any]
) -> list[GuidanceItem]:
    """Few queries, however many: only the trail takes its events one by one."""
    need_keeper(user, Action.CREATE)
    today = day_of(now)
    given = [(uid, rules.checked_item(entry, today=today)) for uid, entry in listed]
    texts = [rules.paragraphs(entry.version.text) for _, entry in given]
    owners = topic_owners(today)
    lock(_NUMBERS, now=now)
    last = GuidanceItem.objects.aggregate(last=Max("number"))["last"] or 0
    items, versions = [], []
    for number, ((uid, entry), text) in enumerate(zip(given, texts, strict=True), last + 1):
        item = _item(uid, number, entry, owners, user, now)
        version = _version(item, uuid.uuid4(), 1, entry.version, user, now)
        item.search_text = searched(item, version, [paragraph.text for paragraph in text])
        items.append(item)
        versions.append(version)
    GuidanceItem.objects.bulk_create(items, batch_size=_BATCH)
    GuidanceVersion.objects.bulk_create(versions, batch_size=_BATCH)
    rows = [row for version, text in zip(versions, texts, strict=True) for row in _rows(version, text)]
    Paragraph.objects.bulk_create(rows, batch_size=_BATCH)
    VersionMove.objects.bulk_create([_first_move(version) for version in versions], batch_size=_BATCH)
    kept = [_snapshot("item", item, user, now) for item in items]
    kept += [_snapshot("version", version, user, now) for version in versions]
    History.objects.bulk_create(kept, batch_size=_BATCH)
    for item, version in zip(items, versions, strict=True):
        detail = {"item": item.label, "version": str(version.uid), "kind": version.kind, **marks}
        _audit("guidance.recorded", item, user, now, detail)
    return items


def _item(
    uid: UUID, number: int, entry: ItemEntry, owners: dict[str, User], user: User, now: datetime
) -> GuidanceItem:
    return GuidanceItem(
        uid=uid,
        number=number,
        issuer=entry.issuer,
        reference=entry.reference,
        title=entry.version.title,
        url=entry.url,
        url_key=rules.url_key(entry.url),
        audiences=list(entry.audiences),
        topics=list(entry.topics),
        duties=list(entry.duties),
        owner=owner_of(entry.topics, owners, user),
        origin=entry.origin,
        recorded_at=now,
        recorded_by=user,
    )


def _version(
    item: GuidanceItem, uid: UUID, number: int, given: VersionEntry, user: User, now: datetime
) -> GuidanceVersion:
    return GuidanceVersion(
        uid=uid, item=item, number=number, recorded_at=now, recorded_by=user, **_values(item, given, number)
    )


def _values(item: GuidanceItem, given: VersionEntry, number: int) -> dict[str, Any]:
    """The columns of a version; the first one concerns all whom the item is for."""
    due = due_on(
        kind=given.kind,
        force=given.force,
        received_on=given.received_on,
        effective_from=given.effective_from,
    )
    affected, duties = list(given.audiences_affected), list(given.duties_changed)
    if number == 1:
        affected, duties = item.audiences, item.duties
    return {
        "kind": given.kind,
        "size": given.size,
        "force": given.force,
        "title": given.title,
        "summary": given.summary,
        "change_note": given.change_note,
        "published_on": given.published_on,
        "received_on": given.received_on,
        "effective_from": given.effective_from,
        "effective_until": given.effective_until,
        "audiences_affected": affected,
        "duties_changed": duties,
        "due_on": due,
    }


def _rows(version: GuidanceVersion, paragraphs: Sequence[rules.ParagraphEntry]) -> list[Paragraph]:
    return [
        Paragraph(version=version, position=place, label=one.label, text=one.text, force=one.force)
        for place, one in enumerate(paragraphs, 1)
    ]


def _add_text(version: GuidanceVersion, text: str) -> None:
    paragraphs = rules.paragraphs(text)
    if not paragraphs:
        return
    there = list(version.paragraphs.order_by("position").values_list("label", "text"))
    if not there:
        Paragraph.objects.bulk_create(_rows(version, paragraphs), batch_size=_BATCH)
    elif there != [(one.label, one.text) for one in paragraphs]:
        words = "The text of a version is never changed. Record what the issuer says now as a new version"
        raise Refusal("text_fixed", words, "text")


def _first_move(version: GuidanceVersion) -> VersionMove:
    return VersionMove(
        of=version,
        from_state="",
        to_state=VersionState.RECEIVED,
        at=version.recorded_at,
        by=version.recorded_by,
    )


def _snapshot(thing: str, row: GuidanceItem | GuidanceVersion, user: User, now: datetime) -> History:
    return History(thing=thing, uid=row.uid, number=1, fields=fields_of(row), at=now, by=user)


def _chain(item: GuidanceItem | None) -> list[int]:
    """The number of `item`, of what took its place, and so on."""
    numbers: list[int] = []
    while item is not None and item.number not in numbers:
        numbers.append(item.number)
        item = GuidanceItem.objects.filter(replaces=item.pk).first()
    return numbers


def _fixed_words(version: GuidanceVersion) -> str:
    if version.issued_at:
        return "This version was issued, and says what it said. Record a new version instead."
    return "This version is with somebody for approval. Send it back or take it back before you correct it."


def _audit(action: str, item: GuidanceItem, user: User, now: datetime, detail: dict[str, Any]) -> None:
    actor = Actor.person(user)
    record(action, actor=actor, at=now, object_kind="guidance", object_uid=item.uid, detail=detail)
