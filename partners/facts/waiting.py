"""What waits for a person."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Waiting:
    """A line of a start page: "3 concerns wait for triage", and where they are."""

    count: int
    # With the count in it, singular and plural already right.
    words: str
    url_name: str
    url_args: tuple[str, ...] = ()
    # Past its date.
    overdue: bool = False
