"""The agenda of a meeting: built from the records, ordered, added to, restricted; and notes by item."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from accounts.policy import Action
from accounts.selectors import User
from operations.services import once
from partners.constants import AgendaKind
from partners.models import AgendaItem, Meeting, Organisation
from partners.rules import meetings as rules
from partners.rules.meetings import Act
from partners.rules.texts import check_text
from partners.selectors.agendas import due_items
from partners.services.base import screened, unchanged, write
from partners.services.meetings import audit, locked
from safeguarding.kernel.errors import Refusal


@dataclass(frozen=True)
class ItemDraft:
    title: str
    # Read only by these organisations, the coordinator and auditors. Empty and not restricted: by everybody.
    restricted: bool = False
    restricted_to: tuple[Organisation, ...] = ()


def build_agenda(*, user: User, meeting: Meeting, now: datetime) -> int:
    """Adds what the records say and the agenda lacks; how many. As often as one likes: nothing doubles,
    and what was removed stays away."""
    with transaction.atomic():
        current = locked(meeting, user, Action.EDIT, Act.ARRANGE, now)
        there = set(current.items.values_list("kind", "source_uid"))
        missing = [one for one in due_items(current, at=now) if (one.kind, one.source_uid) not in there]
        place = _next_position(current)
        other = current.items.filter(kind=AgendaKind.OTHER, source_uid=None, removed_at=None)
        if missing and other.exists():
            # Other business stays last.
            place = min(other.values_list("position", flat=True))
            other.update(position=F("position") + len(missing))
        for position, one in enumerate(missing, place):
            AgendaItem.objects.create(
                meeting=current, position=position, kind=one.kind, title=one.title, source_uid=one.source_uid
            )
        if missing:
            audit("meeting.agenda_built", current, user, now, {"items": len(missing)})
    return len(missing)


def add_item(*, user: User, meeting: Meeting, draft: ItemDraft, token: UUID, now: datetime) -> AgendaItem:
    """Raises AlreadyDone(uid), OutOfReach, a refusal of `check_act`, Refusal('text_missing' | 'nobody')."""
    with transaction.atomic():
        item = AgendaItem(uid=uuid.uuid4(), meeting=meeting, kind=AgendaKind.OTHER)
        once(token=token, purpose="add_item", user=user, outcome=str(item.uid), now=now)
        current = locked(meeting, user, Action.EDIT, Act.ARRANGE, now)
        item.title = _title(draft)
        item.restricted = draft.restricted
        item.position = _next_position(current)
        item.save(force_insert=True)
        item.restricted_to.set(draft.restricted_to if draft.restricted else ())
        audit("meeting.item_added", current, user, now, {"restricted": draft.restricted})
    return item


def change_item(*, user: User, item: AgendaItem, draft: ItemDraft, version: int, now: datetime) -> AgendaItem:
    with transaction.atomic():
        meeting, current = _locked_item(item, user, Act.ARRANGE, now)
        unchanged(current, version)
        write(current, title=_title(draft), restricted=draft.restricted)
        current.restricted_to.set(draft.restricted_to if draft.restricted else ())
        audit("meeting.item_changed", meeting, user, now, {"restricted": draft.restricted})
    return current


def shift_item(*, user: User, item: AgendaItem, up: bool, now: datetime) -> None:
    """One place up or down among the items that are on the agenda."""
    with transaction.atomic():
        meeting, current = _locked_item(item, user, Act.ARRANGE, now)
        ordered = list(meeting.items.filter(removed_at=None))
        place = next(place for place, one in enumerate(ordered) if one.pk == current.pk)
        other = place + (-1 if up else 1)
        if not 0 <= other < len(ordered):
            return
        ordered[place], ordered[other] = ordered[other], ordered[place]
        for position, one in enumerate(ordered, 1):
            if one.position != position:
                AgendaItem.objects.filter(pk=one.pk).update(position=position)
        audit("meeting.items_ordered", meeting, user, now, {})


def remove_item(*, user: User, item: AgendaItem, version: int, now: datetime) -> None:
    """It leaves the agenda and stays on record; building again does not bring it back."""
    with transaction.atomic():
        meeting, current = _locked_item(item, user, Act.ARRANGE, now)
        unchanged(current, version)
        write(current, removed_at=now, removed_by=user)
        audit("meeting.item_removed", meeting, user, now, {"kind": current.kind})


def write_notes(
    *, user: User, item: AgendaItem, notes: str, decision: str, names_no_child: bool = False, version: int,
    now: datetime,
) -> AgendaItem:  # fmt: skip
    """What was said and decided on an item of a meeting that has been held. Raises StaleEdit, OutOfReach, a
    refusal of `check_act`, Refusal('looks_personal' | …)."""
    with transaction.atomic():
        meeting, current = _locked_item(item, user, Act.WRITE, now)
        texts = {
            "notes": check_text(notes, field="notes", length=rules.NOTES_LENGTH),
            "decision": check_text(decision, field="decision", length=rules.NOTES_LENGTH),
        }
        marks = screened(texts, confirmed=names_no_child, now=now)
        unchanged(current, version)
        write(current, **texts)
        audit("meeting.notes_written", meeting, user, now, {"version": current.version, **marks})
    return current


def _title(draft: ItemDraft) -> str:
    if draft.restricted and not draft.restricted_to:
        raise Refusal("nobody", "Select at least one organisation that may read the item", "restricted_to")
    return check_text(draft.title, field="title", length=rules.TITLE_LENGTH, missing="Enter the item")


def _next_position(meeting: Meeting) -> int:
    return (meeting.items.aggregate(last=Max("position"))["last"] or 0) + 1


def _locked_item(item: AgendaItem, user: User, act: Act, now: datetime) -> tuple[Meeting, AgendaItem]:
    meeting = locked(item.meeting, user, Action.EDIT, act, now)
    current = AgendaItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    if current.removed_at is not None:
        raise Refusal("item_removed", "This item was removed from the agenda.")
    return meeting, current
