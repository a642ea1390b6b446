"""What leaves this app."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Held:
    """A lease in hand: whoever writes under it names the fence it was given."""

    name: str
    owner: str
    fence: int
    expires_at: datetime
