"""Words of the pages of guidance: acknowledgement."""

from datetime import datetime
from typing import Any

from accounts.selectors import User
from guidance.models import GuidanceItem, GuidanceVersion


def on_item(item: GuidanceItem, version: GuidanceVersion, user: User, at: datetime) -> dict[str, Any]:
    """Context of this subject's part of an item's page; `version`: the one shown there."""
    return {}
