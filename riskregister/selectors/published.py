"""Reviews as papers read them: of one person's reach, of a month, of a year, and the public ones."""

import json
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from riskregister.constants import ReviewState
from riskregister.facts.published import Beside, ReleaseLine, ReviewRecord, Signed
from riskregister.models import BoardReview, PublicRelease
from riskregister.review.canonical import canonical
from riskregister.review.reading import read
from safeguarding.kernel.periods import Month

# Who sees public versions before they are public: the coordinator and the board.
PREPARING = frozenset({Scope.ALL, Scope.INVITED})


def plain_text(value: object) -> str:
    """Canonical JSON: equal values give equal text."""
    return canonical(value)


def to_download(user: User, uid: UUID, *, at: datetime) -> ReviewRecord | None:
    """A compiled review that this person may take away; None where it is out of reach. Who may download only
    what is published gets nothing else, even where the page shows more."""
    granted = scopes(user.roles, Action.DOWNLOAD, Thing.BOARD_REVIEW)
    reach = Q(pk__in=[])
    if Scope.ALL in granted:
        reach = Q()
    elif Scope.PUBLISHED in granted:
        reach = Q(state=ReviewState.PUBLISHED)
    rows = BoardReview.objects.visible_to(user, at=at).filter(reach).exclude(content="")
    row = rows.filter(uid=uid).first()
    return record_of(row) if row else None


def of_month(month: Month, *, version: int | None = None) -> ReviewRecord | None:
    """For a command: the version asked for, else the latest published one, else the one that is open. None
    where nothing is compiled."""
    rows = BoardReview.objects.filter(month=month.first_day).exclude(content="")
    if version is not None:
        row = rows.filter(version=version).first()
    else:
        row = rows.published().order_by("-version").first() or rows.order_by("-version").first()
    return record_of(row) if row else None


def has_review(month: Month) -> bool:
    """Whether a review of the month was begun, compiled or not."""
    return BoardReview.objects.filter(month=month.first_day).exists()


def published_months(first: Month, last: Month) -> tuple[ReviewRecord, ...]:
    """The latest published version of each month, the oldest first."""
    rows = BoardReview.objects.published().filter(month__gte=first.first_day, month__lte=last.first_day)
    latest = {row.month: row for row in rows.order_by("month", "version")}
    return tuple(record_of(row) for row in latest.values())


def years_with_published() -> list[int]:
    """Years (by the April in which they begin) with a published review, the latest first."""
    months = BoardReview.objects.published().values_list("month", flat=True).distinct()
    return sorted({day.year if day.month >= 4 else day.year - 1 for day in months}, reverse=True)


def public_releases() -> list[ReleaseLine]:
    """What anybody may read, the latest month first."""
    rows = list(_live().select_related("review").order_by("-review__month", "-review__version"))
    newest: dict[object, int] = {}
    for row in rows:
        newest.setdefault(row.review.month, row.review.version)
    return [
        ReleaseLine(
            row.uid,
            Month.of(row.review.month),
            row.review.version,
            row.released_at,
            row.review.version < newest[row.review.month],
        )
        for row in rows
        if row.released_at
    ]


def public_release(uid: UUID) -> ReviewRecord | None:
    """A public version that is released and not taken back."""
    row = _live().select_related("review").filter(uid=uid).first()
    return _public(row) if row else None


def release_to_look_at(user: User, uid: UUID) -> ReviewRecord | None:
    """A public version in any state, for who prepares and releases."""
    if not allows(user.roles, Action.VIEW, Thing.BOARD_REVIEW, PREPARING):
        return None
    row = PublicRelease.objects.select_related("review").filter(uid=uid).first()
    return _public(row) if row else None


def record_of(row: BoardReview) -> ReviewRecord:
    beside, signed, reason = _sealed(row) if row.sealed_extras else _standing(row)
    return ReviewRecord(
        uid=row.uid,
        month=Month.of(row.month),
        version=row.version,
        state=row.state,
        state_words=str(ReviewState(row.state).label),
        content=read(row.content),
        content_text=row.content,
        digest=row.digest,
        cut_off=row.cut_off,
        beside=beside,
        signed=signed,
        correction_reason=reason,
        published_at=row.published_at,
        place=row.place or 0,
        seal=row.seal,
        previous_seal=row.previous_seal,
        extras_text=row.sealed_extras,
    )


def _live() -> QuerySet[PublicRelease]:
    return PublicRelease.objects.filter(
        released_at__isnull=False, revoked_at=None, refused_reason="", review__state=ReviewState.PUBLISHED
    )


def _public(row: PublicRelease) -> ReviewRecord:
    """What was written and signed beside a review stays with the board."""
    review = row.review
    return ReviewRecord(
        uid=row.uid,
        month=Month.of(review.month),
        version=review.version,
        state=review.state,
        state_words=str(ReviewState(review.state).label),
        content=read(row.content),
        content_text=row.content,
        digest=row.digest,
        cut_off=review.cut_off,
        correction_reason="",
        published_at=review.published_at,
        place=review.place or 0,
        seal=review.seal,
        previous_seal=review.previous_seal,
        public=True,
        released_at=row.released_at,
    )


_Extras = tuple[tuple[Beside, ...], tuple[Signed, ...], str]


def _sealed(row: BoardReview) -> _Extras:
    plain = json.loads(row.sealed_extras)
    beside = tuple(
        Beside(one["section"], one["text"], one["by"], datetime.fromisoformat(one["at"]))
        for one in plain["narratives"]
    )
    signed = tuple(
        Signed(one["act"], one["by"], one["chair"], datetime.fromisoformat(one["at"]), one["words"])
        for one in plain["signatures"]
    )
    return beside, signed, plain["correction_reason"]


def _standing(row: BoardReview) -> _Extras:
    """Of a review that is not sealed: as it stands now."""
    latest = {one.section: one for one in row.narratives.select_related("by").order_by("number")}
    beside = tuple(
        Beside(section, one.text, _named(one.by), one.at)
        for section, one in sorted(latest.items())
        if one.text
    )
    signed = tuple(
        Signed(one.act, _named(one.by), one.chair, one.at, one.words)
        for one in row.signatures.select_related("by").order_by("at", "pk")
    )
    return beside, signed, row.correction_reason


def _named(user: User) -> str:
    return f"{user.name}, {user.job_title}" if user.job_title else user.name
