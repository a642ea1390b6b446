"""Reviews as the board's dashboard reads them: one in whole, all published ones side by side."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.selectors import User
from riskregister.constants import ReviewState
from riskregister.facts.content import CheckResult, ReviewContent
from riskregister.facts.published import ReviewRecord
from riskregister.models import BoardReview
from riskregister.selectors.published import record_of
from safeguarding.kernel.periods import Month


@dataclass(frozen=True)
class ReviewLine:
    """One version of a month's review, in a list."""

    uid: UUID
    month: Month
    version: int
    state: str
    state_words: str
    # The latest published version of its month, or the one that is open.
    latest: bool

    @property
    def published(self) -> bool:
        return self.state == ReviewState.PUBLISHED


def readable(user: User, *, at: datetime) -> list[ReviewLine]:
    """Compiled reviews that `user` may read, the latest month first; one query."""
    rows = (
        BoardReview.objects.visible_to(user, at=at)
        .exclude(digest="")
        .order_by("-month", "-version")
        .values_list("uid", "month", "version", "state")
    )
    found: list[ReviewLine] = []
    seen: set[tuple[Month, bool]] = set()
    for uid, day, version, state in rows:
        month, published = Month.of(day), state == ReviewState.PUBLISHED
        latest = (month, published) not in seen
        seen.add((month, published))
        found.append(ReviewLine(uid, month, version, state, str(ReviewState(state).label), latest))
    return found


def review(user: User, uid: UUID, *, at: datetime) -> ReviewRecord | None:
    """One review in whole; None where it is out of reach or not compiled."""
    row = BoardReview.objects.visible_to(user, at=at).exclude(content="").filter(uid=uid).first()
    return record_of(row) if row else None


@dataclass(frozen=True)
class MonthOnBoard:
    """What a chart needs of a published month."""

    month: Month
    # Open partnership and partners' risks by band, as they were published.
    bands: Counter[str]
    # Findings of checks by severity.
    checks: Counter[str]


def published_months(until: Month, count: int) -> list[MonthOnBoard]:
    """The latest published version of each of the last `count` months up to `until`, oldest first."""
    rows = (
        BoardReview.objects.published()
        .filter(month__lte=until.first_day, month__gte=until.plus(1 - count).first_day)
        .order_by("month", "version")
        .values_list("month", "content")
    )
    latest = {Month.of(day): content for day, content in rows}
    return [_counted(month, json.loads(content)) for month, content in sorted(latest.items())]


def on_board(month: Month, content: ReviewContent) -> MonthOnBoard:
    severities = Counter(
        block.severity
        for section in content.sections
        for block in section.blocks
        if isinstance(block, CheckResult)
    )
    return MonthOnBoard(month, _bands(content.ratings), severities)


def _counted(month: Month, plain: dict) -> MonthOnBoard:
    """From the stored document as it is: building all its blocks for two counts would take long."""
    severities = Counter(
        block["severity"]
        for section in plain["sections"]
        for block in section["blocks"]
        if block["type"] == "check"
    )
    return MonthOnBoard(month, _bands(plain["ratings"]), severities)


def _bands(ratings: dict[str, dict]) -> Counter[str]:
    return Counter(one["band"] for one in ratings.values() if one["state"] == "open" and one["band"])
