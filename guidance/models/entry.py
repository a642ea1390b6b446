"""How guidance gets onto the register and is watched: lists, looks at the source, fetched pages."""

import uuid

from django.db import models
from django.db.models import Q

from guidance.constants import CheckResult, ListState, SourceChangeState
from safeguarding.kernel.constraints import at_and_by, known


class GuidanceList(models.Model):
    """A list that was pasted or uploaded; nothing of it is on the register before it is saved."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    # The rows as read: [{"line": number, "fields": {...}, "faults": [{"field", "words"}]}].
    rows = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=ListState.choices, default=ListState.PREVIEW)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Once it is saved: what became of each kind of row: {"added": 215, "versions": 3, "left_out": 2}.
    outcome = models.JSONField(default=dict)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=known("state", ListState), name="guidance_list_state_is_known"),
            models.CheckConstraint(
                condition=at_and_by("ended_at", "ended_by"), name="guidance_list_ended_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(state=ListState.PREVIEW, ended_at=None)
                | (~Q(state=ListState.PREVIEW) & Q(ended_at__isnull=False)),
                name="guidance_list_ended_by_state",
            ),
        ]


class SourceCheck(models.Model):
    """Somebody looked at the issuer's page. Append-only; the last one is when guidance was last checked."""

    item = models.ForeignKey("guidance.GuidanceItem", on_delete=models.PROTECT, related_name="checks")
    result = models.CharField(max_length=7, choices=CheckResult.choices)
    words = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    # Empty: the machine did.
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("result", CheckResult), name="source_check_is_known")
        ]


class SourceFetch(models.Model):
    """What the issuer's server said last of a page that is watched."""

    item = models.OneToOneField("guidance.GuidanceItem", on_delete=models.PROTECT, related_name="fetch")
    etag = models.CharField(max_length=200, blank=True)
    fetched_at = models.DateTimeField()
    # Of the page as last read.
    public_updated_at = models.DateTimeField(null=True)
    # Empty: it was read.
    fault = models.CharField(max_length=200, blank=True)
    # So many in a row that were not read.
    faults = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "source fetches"


class SourceChange(models.Model):
    """The issuer's page has changed; a person says whether that matters here."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey("guidance.GuidanceItem", on_delete=models.PROTECT, related_name="source_changes")
    found_at = models.DateTimeField()
    public_updated_at = models.DateTimeField()
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    # What the issuer says of the change.
    note = models.TextField(blank=True)
    # Each with its label and text.
    paragraphs = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=SourceChangeState.choices, default=SourceChangeState.FOUND)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=400, blank=True)
    # The version that it became.
    became = models.ForeignKey(
        "guidance.GuidanceVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-found_at"]
        constraints = [
            models.UniqueConstraint(fields=["item", "public_updated_at"], name="source_change_found_once"),
            models.CheckConstraint(
                condition=known("state", SourceChangeState), name="source_change_state_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("decided_at", "decided_by"), name="source_change_decided_at_and_by"
            ),
        ]
