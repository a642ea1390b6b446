"""What was known of each piece of guidance, and when (safeguarding.kernel.snapshots)."""

from guidance.models import History
from safeguarding.kernel.snapshots import Snapshot, Snapshots

_snapshots = Snapshots(History)
keep = _snapshots.keep
as_at = _snapshots.as_at
story = _snapshots.story
stories = _snapshots.stories

__all__ = ["Snapshot", "as_at", "keep", "stories", "story"]
