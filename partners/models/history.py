"""What records said before they were changed, where no table of moves of their own tells it."""

from django.db import models

from partners.constants import KeptThing
from safeguarding.kernel.constraints import known


class Kept(models.Model):
    """What a record said until a moment, at which it was changed. Append-only; what it said at a past
    moment is the first row after it, and the record itself where there is none."""

    thing = models.CharField(max_length=8, choices=KeptThing.choices)
    uid = models.UUIDField()
    # The version that the record had; 0: until then there was no such record, and `fields` is empty.
    number = models.PositiveIntegerField()
    fields = models.JSONField(default=dict)
    # Until when it said so, and who changed it; empty: a job.
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "number"]
        verbose_name_plural = "kept"
        indexes = [models.Index(fields=["thing", "at"], name="kept_by_thing")]
        constraints = [
            models.UniqueConstraint(fields=["thing", "uid", "number"], name="kept_once"),
            models.CheckConstraint(condition=known("thing", KeptThing), name="kept_thing_is_known"),
        ]
