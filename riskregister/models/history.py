"""What each record of the register was, at every moment: one snapshot a save, append-only."""

from django.db import models

from safeguarding.kernel.snapshots import HistoryRow


class History(HistoryRow):
    """Things: "risk", "control", "acceptance", "link", "contribution", "signal", "escalation", "challenge",
    "decision"."""

    class Meta(HistoryRow.Meta):
        abstract = False
        indexes = [models.Index(fields=["thing", "at"], name="history_by_moment")]
        constraints = [models.UniqueConstraint(fields=["thing", "uid", "number"], name="history_number_once")]
