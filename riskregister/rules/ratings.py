"""Ratings: bands of a matrix, direction, roll-up, review dates, appetite. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from enum import Enum

from riskregister.constants import Band, Rollup
from riskregister.facts.evidence import BandFact, MatrixFact
from safeguarding.kernel.errors import Refusal

HIGHEST = 5


class Direction(Enum):
    """Against the last published review; nobody types it."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    NEW = "new"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        return _DIRECTION_WORDS[self]


_DIRECTION_WORDS = {
    Direction.UP: "Higher than at the last board",
    Direction.DOWN: "Lower than at the last board",
    Direction.SAME: "As at the last board",
    Direction.NEW: "New since the last board",
    Direction.CLOSED: "Closed since the last board",
}


def band_of(matrix: MatrixFact, likelihood: int, impact: int) -> BandFact:
    """The band of a cell. Raises Refusal('outside_matrix')."""
    if not (1 <= likelihood <= HIGHEST and 1 <= impact <= HIGHEST):
        raise Refusal("outside_matrix", "Likelihood and impact are rated from 1 to 5")
    score = likelihood * impact
    for band in matrix.bands:
        if band.lowest <= score <= band.highest:
            return band
    raise Refusal("outside_matrix", f"The matrix has no band for a score of {score}")


# Every product of likelihood and impact; no cell has a score of 7, 11 or 13.
SCORES = tuple(sorted({one * other for one in range(1, 6) for other in range(1, 6)}))


def check_bands(bands: Sequence[BandFact]) -> None:
    """Every score that a cell can have lies in one band, lowest band first. Raises Refusal('band_unknown' |
    'bands_overlap' | 'bands_gap')."""
    last = 0
    for band in bands:
        if band.band not in Band.values:
            raise Refusal("band_unknown", f"“{band.band[:20]}” is not a band", "bands")
        if band.lowest <= last or band.highest < band.lowest:
            raise Refusal(
                "bands_overlap",
                f"The band “{band.label[:40]}” must begin above {last} and end where it begins or later",
                "bands",
            )
        last = band.highest
    for score in SCORES:
        if not any(band.lowest <= score <= band.highest for band in bands):
            raise Refusal("bands_gap", f"A score of {score} must lie in a band", "bands")


def direction(before: int | None, now: int | None) -> Direction:
    """Of scores; None: the risk was not open. Both None is no question to ask."""
    if before is None:
        return Direction.NEW
    if now is None:
        return Direction.CLOSED
    if now == before:
        return Direction.SAME
    return Direction.UP if now > before else Direction.DOWN


def roll_up(rule: Rollup, scores: Sequence[int]) -> int:
    """What partners' own scores come to; of several as common as each other, the worst. Not of none."""
    if rule is Rollup.WORST:
        return max(scores)
    counts = Counter(scores)
    most = max(counts.values())
    return max(score for score, count in counts.items() if count == most)


def swayed_by(rule: Rollup, scores: Sequence[int]) -> list[int]:
    """Which of the scores (by place) the roll-up hangs on: without it, it would be another."""
    whole = roll_up(rule, scores)
    others = ([*scores[:place], *scores[place + 1 :]] for place in range(len(scores)))
    return [place for place, rest in enumerate(others) if not rest or roll_up(rule, rest) != whole]


def review_due(last_look: date, days: int) -> date:
    """When a risk is to be looked at again: never stored, always worked out."""
    return last_look + timedelta(days=days)


def outside_appetite(score: int, highest: int | None) -> bool:
    return highest is not None and score > highest
