"""Minutes: drafted after a meeting, agreed at a later one, and from then on fixed."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.policy import Action
from accounts.selectors import User
from partners.constants import AgendaKind, MinutesState
from partners.models import AgendaItem, Meeting
from partners.rules import meetings as rules
from partners.rules.meetings import Act
from partners.rules.texts import check_text
from partners.services.base import screened, unchanged, write
from partners.services.meetings import audit, locked, standing_of
from safeguarding.kernel.errors import Refusal


def save_minutes(
    *, user: User, meeting: Meeting, text: str, names_no_child: bool = False, version: int, now: datetime
) -> Meeting:
    """Raises StaleEdit where somebody saved meanwhile, OutOfReach, a refusal of `check_act`,
    Refusal('looks_personal' | …)."""
    with transaction.atomic():
        current = locked(meeting, user, Action.EDIT, Act.WRITE, now)
        text = check_text(text, field="minutes", length=rules.MINUTES_LENGTH, missing="Enter the minutes")
        marks = screened({"minutes": text}, confirmed=names_no_child, now=now)
        unchanged(current, version)
        write(current, minutes=text, minutes_state=MinutesState.DRAFT)
        audit("meeting.minutes_saved", current, user, now, {"version": current.version, **marks})
    return current


def agree_minutes(
    *, user: User, meeting: Meeting, at_meeting: UUID | None, version: int, now: datetime
) -> Meeting:
    """A later meeting of the series (its uid) has agreed them. Nothing of them changes any more.

    Raises StaleEdit, OutOfReach, a refusal of `check_act` or `check_agreeing`.
    """
    with transaction.atomic():
        current = locked(meeting, user, Action.DECIDE, Act.AGREE, now)
        later = _later(current, at_meeting)
        unchanged(current, version)
        write(
            current,
            minutes_state=MinutesState.AGREED,
            agreed_at_meeting=later,
            agreed_at=now,
            agreed_by=user,
        )
        audit("meeting.minutes_agreed", current, user, now, {"at_number": later.number})
    return current


def note_correction(
    *, user: User, meeting: Meeting, at_meeting: UUID | None, words: str, now: datetime
) -> AgendaItem:
    """What is wrong in agreed minutes, noted as an item of a later meeting whose minutes are still open.

    Raises OutOfReach, Refusal('not_agreed' | 'no_later_meeting' | 'later_not_held' | 'noted_already' | …).
    """
    with transaction.atomic():
        if meeting.minutes_state != MinutesState.AGREED:
            raise Refusal("not_agreed", "These minutes are still a draft: change them directly.")
        later = _later(meeting, at_meeting)
        current = locked(later, user, Action.EDIT, Act.WRITE, now)
        words = check_text(
            words, field="words", length=rules.NOTES_LENGTH, missing="Enter what is to be corrected"
        )
        try:
            with transaction.atomic():
                item = AgendaItem.objects.create(
                    meeting=current,
                    kind=AgendaKind.OTHER,
                    title=f"Correction to the minutes of meeting {meeting.number}",
                    source_uid=meeting.uid,
                    position=(current.items.aggregate(last=Max("position"))["last"] or 0) + 1,
                    notes=words,
                )
        except IntegrityError:
            raise Refusal(
                "noted_already", "This meeting has such a correction. Change its notes instead", "at_meeting"
            ) from None
        audit("meeting.correction_noted", current, user, now, {"of_number": meeting.number})
    return item


def _later(meeting: Meeting, uid: UUID | None) -> Meeting:
    later = meeting.series.meetings.filter(uid=uid).first() if uid else None
    if later is None:
        raise rules.no_later_meeting()
    rules.check_agreeing(standing_of(meeting), standing_of(later))
    return later
