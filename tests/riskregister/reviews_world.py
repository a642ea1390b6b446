"""People who compile and sign reviews, and a register with something in it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from accounts.audit import Actor
from accounts.models import AuditHead, User
from riskregister.constants import SignAct
from riskregister.models import BoardReview, Risk
from riskregister.services import signing
from riskregister.services.reviews import compile_review
from safeguarding.kernel.periods import Month
from tests.people import person
from tests.riskregister.factories import make_matrix, make_rating, make_risk

MAY, JUNE, JULY = (Month.parse(text) for text in ("2020-05", "2020-06", "2020-07"))
# A day after each month, on which its review is dealt with.
AFTER = {
    MAY: datetime(2020, 6, 2, 9, tzinfo=UTC),
    JUNE: datetime(2020, 7, 2, 9, tzinfo=UTC),
    JULY: datetime(2020, 8, 4, 9, tzinfo=UTC),
}
HOUR = timedelta(hours=1)
BELL = Actor.job("compile-reviews")


@dataclass
class Board:
    coordinator: User
    chair: User
    member: User
    other: User
    risk: Risk
    compiled: list[BoardReview] = field(default_factory=list)

    def compile(self, month: Month = JUNE, *, now: datetime | None = None, user: User | None = None):
        actor = Actor.person(user) if user else BELL
        return compile_review(month=month, actor=actor, now=now or AFTER[month], user=user)

    def sign(self, review: BoardReview, act: SignAct, user: User, *, now: datetime | None = None, words=""):
        review.refresh_from_db()
        return signing.sign(
            user=user,
            review=review,
            act=act,
            expected_digest=review.digest,
            words=words,
            now=now or AFTER[Month.of(review.month)],
        )

    def submit(self, review: BoardReview):
        return self.sign(review, SignAct.SUBMITTED, self.coordinator)

    def approve(self, review: BoardReview, user: User | None = None):
        return self.sign(review, SignAct.APPROVED, user or self.chair)

    def published(self, month: Month = JUNE) -> BoardReview:
        """A review that went all the way."""
        review = self.compile(month)
        self.submit(review)
        self.approve(review)
        return self.sign(review, SignAct.PUBLISHED, self.member, now=AFTER[month] + HOUR)


def make_board() -> Board:
    """A coordinator, a chair and two members; one partnership risk, rated 12 in April 2020."""
    # As the migration leaves it; the flush between tests of several connections took it away.
    AuditHead.objects.get_or_create(pk=1)
    make_matrix()
    risk = make_risk()
    make_rating(risk, 3, 4)
    return Board(
        person("CO", name="Cora"),
        person("BM", "chair", name="Chris Chair", job_title="Director of Children’s Services"),
        person("BM", name="Mia Member"),
        person("BM", name="Omar Other"),
        risk,
    )
