"""Who sees to guidance on a topic."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action
from accounts.selectors import User
from guidance.constants import Topic
from guidance.models import TopicOwner
from guidance.selectors import interpretation as selectors
from guidance.services.base import need_keeper
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import in_words


def set_topic_owner(
    *, user: User, topic: str, owner: User | None, from_date: date, now: datetime
) -> TopicOwner | None:
    """From `from_date` on `owner` sees to what is recorded on the topic; None: nobody in particular. What is
    on the register already keeps its owner.

    Raises OutOfReach, Refusal('unknown_topic' | 'unknown_owner' | 'owner_before' | 'owner_unchanged' |
    'owner_just_set')."""
    need_keeper(user, Action.EDIT)
    if topic not in Topic.values:
        raise Refusal("unknown_topic", "Select a topic", "topic")
    if owner is not None and not selectors.keepers().filter(pk=owner.pk).exists():
        raise Refusal("unknown_owner", "Select somebody who keeps the register", "owner")
    try:
        with transaction.atomic():
            held = TopicOwner.objects.select_for_update().filter(topic=topic, until_date=None).first()
            if (held.user_id if held else None) == (owner.pk if owner else None):
                raise Refusal("owner_unchanged", "This is how it is already", "owner")
            _ended(held, from_date)
            made = TopicOwner.objects.create(topic=topic, user=owner, from_date=from_date) if owner else None
            record(
                "guidance_topic.owner_set",
                actor=Actor.person(user),
                at=now,
                object_kind="guidance_topic",
                detail={
                    "topic": topic,
                    "owner": str(owner.uid) if owner else "",
                    "from": from_date.isoformat(),
                },
            )
    except IntegrityError as clash:
        raise Refusal(
            "owner_just_set", "Somebody set the owner of this topic just now. Look at the page again", "owner"
        ) from clash
    return made


def _ended(held: TopicOwner | None, on: date) -> None:
    """What was set for the same day never came to hold."""
    if held is None:
        return
    if on < held.from_date:
        raise Refusal("owner_before", f"The day must be {in_words(held.from_date)} or later", "from_date")
    if on == held.from_date:
        held.delete()
    else:
        held.until_date = on
        held.save(update_fields=["until_date"])
