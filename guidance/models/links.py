"""What guidance reaches, and whether it was looked at since the guidance changed."""

import uuid

from django.db import models
from django.db.models import Q

from guidance.constants import GuidanceLinkKind
from safeguarding.kernel.constraints import at_and_by, known


class GuidanceLink(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey("guidance.GuidanceItem", on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=10, choices=GuidanceLinkKind.choices)
    # Code of a question, uid of anything else.
    target = models.CharField(max_length=60)
    # What it was called when it was linked.
    label = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["kind", "label", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind", "target"], condition=Q(removed_at=None), name="guidance_link_once"
            ),
            models.CheckConstraint(
                condition=known("kind", GuidanceLinkKind), name="guidance_link_kind_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("removed_at", "removed_by"), name="guidance_link_removed_at_and_by"
            ),
        ]


class LinkLook(models.Model):
    """Somebody looked at what is linked, in the light of a version. Append-only."""

    link = models.ForeignKey(GuidanceLink, on_delete=models.PROTECT, related_name="looks")
    of = models.ForeignKey("guidance.GuidanceVersion", on_delete=models.PROTECT, related_name="+")
    # What was found: changed, or why nothing has to be.
    words = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="guidance_look_in_words"),
        ]
