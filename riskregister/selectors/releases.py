"""Public versions of reviews, for who prepares and releases them."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from riskregister.models import BoardReview, PublicRelease
from riskregister.review.reading import read
from riskregister.rules.releases import left_out
from riskregister.selectors.published import PREPARING


def visible(user: User) -> QuerySet[PublicRelease]:
    """All, for the coordinator and the board; nobody else sees what is not public yet."""
    rows = PublicRelease.objects.select_related(
        "review", "prepared_by", "released_by", "refused_by", "revoked_by"
    ).order_by("-prepared_at", "-pk")
    return rows if allows(user.roles, Action.VIEW, Thing.BOARD_REVIEW, PREPARING) else rows.none()


def to_prepare(user: User, *, at: datetime) -> list[BoardReview]:
    """Published reviews without a public version that waits or stands, the latest first."""
    rows = BoardReview.objects.visible_to(user, at=at).published().order_by("-month", "-version")
    busy = PublicRelease.objects.filter(refused_reason="", revoked_at=None).values("review")
    return list(rows.exclude(pk__in=busy))


def missing_of(release: PublicRelease) -> tuple[tuple[str, int], ...]:
    """What the public version lacks, by section."""
    return left_out(read(release.review.content), read(release.content))
