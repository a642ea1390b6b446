"""The monthly review: compiled, approved by one, published by another, sealed and chained."""

import uuid

from django.db import models
from django.db.models import F, Q

from riskregister.constants import ReviewSection, ReviewState, SignAct
from riskregister.querysets import BoardReviewQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class BoardReview(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # First day of the month.
    month = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    # What was recorded after this moment does not show.
    cut_off = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.DRAFT)
    # Canonical JSON of the compiled content, as bytes would be hashed (riskregister.review.canonical).
    content = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    method_version = models.CharField(max_length=20)
    compiled_at = models.DateTimeField(null=True)
    compiled_by_label = models.CharField(max_length=300, blank=True)
    compiled_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # The job run (operations.JobRun) that compiled it last.
    run_uid = models.UUIDField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Of a later version of the same month.
    correction_reason = models.TextField(blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    # The chain: place in the order of publication, the seal before, and this one over all that is published.
    place = models.PositiveIntegerField(null=True, unique=True)
    previous_seal = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)
    # As sealed: narrative and signatures beside the content (canonical JSON).
    sealed_extras = models.TextField(blank=True)
    edit_version = models.PositiveIntegerField(default=1)

    objects = BoardReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["month", "version"], name="review_version_once"),
            # One unpublished review of a month at a time.
            models.UniqueConstraint(
                fields=["month"],
                condition=~Q(state=ReviewState.PUBLISHED),
                name="review_one_open_version",
            ),
            models.CheckConstraint(condition=known("state", ReviewState), name="review_state_is_known"),
            models.CheckConstraint(
                condition=at_and_by("submitted_at", "submitted_by"), name="review_submitted_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("approved_at", "approved_by"), name="review_approved_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("published_at", "published_by"), name="review_published_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("approved_by")),
                name="review_published_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.PUBLISHED)
                | (
                    Q(approved_at__isnull=False, published_at__isnull=False, place__isnull=False)
                    & ~Q(seal="")
                    & ~Q(digest="")
                ),
                name="review_published_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(correction_reason=""), name="review_correction_with_reason"
            ),
        ]


class Signature(models.Model):
    """Who did what to a review, on which content. Append-only."""

    review = models.ForeignKey(BoardReview, on_delete=models.PROTECT, related_name="signatures")
    act = models.CharField(max_length=10, choices=SignAct.choices)
    digest = models.CharField(max_length=64)
    words = models.TextField(blank=True)
    chair = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=known("act", SignAct), name="signature_act_is_known")]


class Narrative(models.Model):
    """Words of the coordinator beside a section, never inside it; the latest row counts. Append-only."""

    review = models.ForeignKey(BoardReview, on_delete=models.PROTECT, related_name="narratives")
    section = models.CharField(max_length=12, choices=ReviewSection.choices)
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "section", "number"], name="narrative_number_once"),
            models.CheckConstraint(
                condition=known("section", ReviewSection), name="narrative_section_is_known"
            ),
        ]


class Comment(models.Model):
    """A board member's remark on a section of a review. Append-only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    review = models.ForeignKey(BoardReview, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=12, choices=ReviewSection.choices)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("section", ReviewSection), name="comment_section_is_known")
        ]


class PublicRelease(models.Model):
    """The public version of a published review: prepared by one person, released by another."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    review = models.ForeignKey(BoardReview, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveSmallIntegerField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Refusals of before this was kept have no moment.
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    refused_reason = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    revoked_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-prepared_at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="release_number_once"),
            models.CheckConstraint(
                condition=at_and_by("released_at", "released_by"), name="release_released_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("prepared_by")),
                name="release_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=at_and_by("refused_at", "refused_by"), name="release_refused_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None) | ~Q(refused_reason=""), name="release_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=at_and_by("revoked_at", "revoked_by"), name="release_revoked_at_and_by"
            ),
        ]
