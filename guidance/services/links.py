"""What guidance reaches: linked, unlinked, and looked at again once the guidance has changed. Each is one
transaction of rules, change, snapshot and audit event."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from guidance.constants import GuidanceLinkKind
from guidance.history import keep
from guidance.models import GuidanceItem, GuidanceLink, LinkLook
from guidance.rules.practice import look_words
from guidance.selectors.links import targets
from guidance.services.base import begin, locked, need_keeper, screened
from safeguarding.kernel.errors import Refusal

_LABEL = 300


def link(*, user: User, item: GuidanceItem, kind: str, target: str, now: datetime) -> GuidanceLink:
    """Links a question, plan, service or backlog that `user` may see. Linked again, nothing is made.
    Raises OutOfReach, Refusal('unknown_target')."""
    with transaction.atomic():
        need_keeper(user)
        current = locked(item)
        words = dict(targets(kind, user, at=now)).get(target)
        if words is None:
            raise Refusal("unknown_target", "Select something from the list", "target")
        there = current.links.filter(kind=kind, target=target, removed_at=None).first()
        if there:
            return there
        made = GuidanceLink(
            uid=uuid.uuid4(),
            item=current,
            kind=kind,
            target=target,
            label=words[:_LABEL],
            made_at=now,
            made_by=user,
        )
        begin(made, "made", by=user, now=now, detail={"item": current.label, "kind": kind})
    return made


def unlink(*, user: User, found: GuidanceLink, now: datetime) -> GuidanceLink:
    """The link ends; what was looked at stays on record. Raises OutOfReach, Refusal('removed_before')."""
    with transaction.atomic():
        need_keeper(user)
        current = _open(found)
        current.removed_at, current.removed_by = now, user
        current.save(update_fields=["removed_at", "removed_by"])
        keep(current, thing="link", at=now, by=user)
        _audit("guidance_link.removed", current, user, now, {})
    return current


def look(
    *, user: User, found: GuidanceLink, words: str, names_no_child: bool = True, now: datetime
) -> LinkLook:
    """Somebody looked at what is linked in the light of the newest issued version, and says what was found.
    Raises OutOfReach, Refusal('removed_before' | 'not_issued' | 'text_missing' | 'looks_personal' | …)."""
    said = look_words(words)
    with transaction.atomic():
        need_keeper(user)
        marks = screened({"words": said}, confirmed=names_no_child, now=now)
        current = _open(found)
        of = current.item.versions.filter(issued_at__isnull=False).order_by("-number").first()
        if of is None:
            raise Refusal(
                "not_issued", "Nothing of this guidance was issued yet: there is nothing to look for."
            )
        made = LinkLook.objects.create(link=current, of=of, words=said, at=now, by=user)
        _audit("guidance_link.looked_at", current, user, now, {"version": str(of.uid), **marks})
    return made


def _open(found: GuidanceLink) -> GuidanceLink:
    current = locked(found)
    if current.removed_at:
        raise Refusal("removed_before", "This link was removed. Nothing was changed.")
    return current


def _audit(action: str, row: GuidanceLink, user: User, now: datetime, detail: dict[str, Any]) -> None:
    detail = {"kind": GuidanceLinkKind(row.kind).value, **detail}
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="guidance_link",
        object_uid=row.uid,
        detail=detail,
    )
