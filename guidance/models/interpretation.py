"""What guidance means here: drafted by one, approved by another, issued."""

import uuid

from django.db import models
from django.db.models import F, Q

from guidance.constants import Force, InterpretationState, Topic, VersionState
from safeguarding.kernel.constraints import at_and_by, known


class VersionMove(models.Model):
    """A version came into a state. Append-only."""

    of = models.ForeignKey("guidance.GuidanceVersion", on_delete=models.PROTECT, related_name="moves")
    # Empty: the first one.
    from_state = models.CharField(max_length=12, choices=VersionState.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=VersionState.choices)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["at"], name="guidance_move_by_moment")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(to_state=VersionState.SET_ASIDE) | ~Q(reason=""),
                name="guidance_set_aside_with_reason",
            )
        ]


class Interpretation(models.Model):
    """What a version means here. One is open at a time; one that was sent back is followed by the next."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of = models.ForeignKey(
        "guidance.GuidanceVersion", on_delete=models.PROTECT, related_name="interpretations"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=9, choices=InterpretationState.choices, default=InterpretationState.DRAFT
    )
    # In a few plain sentences; public, if the interpretation is.
    meaning = models.TextField(blank=True)
    # What people have to do now; for those whom it is for.
    to_do = models.TextField(blank=True)
    # The day from which it is to be looked at again at the latest; empty: as long as the guidance holds.
    valid_until = models.DateField(null=True)
    # On the public page and in its feed.
    is_public = models.BooleanField(default=True)
    # Who wrote it first; everybody who wrote in it is in `edits`.
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decision_words = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="interpretation_once"),
            models.UniqueConstraint(
                fields=["of"],
                condition=Q(state__in=("draft", "in_review", "approved")),
                name="interpretation_one_open",
            ),
            models.CheckConstraint(
                condition=known("state", InterpretationState), name="interpretation_state_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("submitted_at", "submitted_by"), name="interpretation_submitted_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("decided_at", "decided_by"), name="interpretation_decided_at_and_by"
            ),
            # Nobody approves what they wrote or put forward.
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=F("author")) & ~Q(decided_by=F("submitted_by"))),
                name="interpretation_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "in_review"), decided_at=None)
                | Q(state__in=("approved", "sent_back"), decided_at__isnull=False),
                name="interpretation_decided_by_state",
            ),
            models.CheckConstraint(
                condition=Q(state=InterpretationState.DRAFT)
                | (Q(submitted_at__isnull=False) & ~Q(meaning="") & ~Q(to_do="")),
                name="interpretation_submitted_in_words",
            ),
            models.CheckConstraint(
                condition=~Q(state=InterpretationState.SENT_BACK) | ~Q(decision_words=""),
                name="interpretation_sent_back_with_reason",
            ),
        ]


class InterpretationEdit(models.Model):
    """Somebody wrote in an interpretation; `fields` is what it said from then on. Append-only."""

    interpretation = models.ForeignKey(Interpretation, on_delete=models.PROTECT, related_name="edits")
    fields = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]


class ParagraphNote(models.Model):
    """What one paragraph of the source means here."""

    interpretation = models.ForeignKey(Interpretation, on_delete=models.PROTECT, related_name="notes")
    paragraph = models.ForeignKey("guidance.Paragraph", on_delete=models.PROTECT, related_name="notes")
    # Empty: as its words say.
    force = models.CharField(max_length=6, choices=Force.choices, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["paragraph__position"]
        constraints = [
            models.UniqueConstraint(fields=["interpretation", "paragraph"], name="paragraph_note_once"),
            models.CheckConstraint(
                condition=Q(force="") | known("force", Force), name="paragraph_note_force_is_known"
            ),
        ]


class TopicOwner(models.Model):
    """Who sees to guidance on a topic, from a day until another; without one: who recorded it."""

    topic = models.CharField(max_length=20, choices=Topic.choices)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["topic", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic"], condition=Q(until_date=None), name="topic_owner_once_at_a_time"
            ),
            models.CheckConstraint(condition=known("topic", Topic), name="topic_owner_topic_is_known"),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gt=F("from_date")),
                name="topic_owner_ends_after_it_starts",
            ),
        ]
