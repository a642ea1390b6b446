"""What each record of the register was, at every moment: one snapshot a save, append-only."""

from django.db import models


class History(models.Model):
    """A record as it stood from `at` on: the last row of a record by then is the record of then."""

    # "risk", "control", "acceptance", "link", "contribution", "signal", "escalation", "challenge",
    # "decision".
    thing = models.CharField(max_length=20)
    uid = models.UUIDField()
    number = models.PositiveIntegerField()
    # Every column but keys of the database; other records by uid, moments in UTC (riskregister.history).
    fields = models.JSONField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    # Empty: by a rule or the demonstration.
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "histories"
        indexes = [models.Index(fields=["thing", "at"], name="history_by_moment")]
        constraints = [models.UniqueConstraint(fields=["thing", "uid", "number"], name="history_number_once")]
