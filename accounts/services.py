"""Changes to people, and the door through which other apps write to the trail."""

from accounts.audit import Actor, record

__all__ = ["Actor", "record"]
