"""What each record of the register was, at every moment: one snapshot a save, append-only."""

from safeguarding.kernel.snapshots import HistoryRow


class History(HistoryRow):
    """Things: "item", "version", "easement", "link"."""

    class Meta(HistoryRow.Meta):
        abstract = False
