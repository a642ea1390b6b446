"""What is reckoned about the interpretation of guidance."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Reading:
    """How a text reads."""

    words: int
    sentences: int
    # Sentences that are longer than is easily read, shortened to their first words.
    long: tuple[str, ...]

    @property
    def words_a_sentence(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0


@dataclass(frozen=True)
class IssuedIn:
    """How long an issued version took."""

    version_uid: UUID
    # "G12", and the version's title.
    label: str
    title: str
    force: str
    # When it was published, else received.
    since: date
    issued_on: date

    @property
    def days(self) -> int:
        """Calendar days from publication to issue; issued on the day itself: 0."""
        return max(0, (self.issued_on - self.since).days)


@dataclass(frozen=True)
class Spread:
    """Of numbers of days: how many, the middle one, the middle half, and the longest."""

    count: int
    median: float
    lower: float
    upper: float
    longest: int
