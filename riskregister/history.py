"""What each record of the register was at any past moment (safeguarding.kernel.snapshots)."""

from riskregister.models import History
from safeguarding.kernel.snapshots import Snapshot, Snapshots, fields_of

_snapshots = Snapshots(History)
keep = _snapshots.keep
as_at = _snapshots.as_at
story = _snapshots.story
stories = _snapshots.stories

__all__ = ["Snapshot", "as_at", "fields_of", "keep", "stories", "story"]
