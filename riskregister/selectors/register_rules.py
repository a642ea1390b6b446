"""The rules of the register: what is in force on a day, what waits, what was before."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from partners.facts.waiting import Waiting
from riskregister.models import Appetite, BoardReview, Matrix, ReviewCadence
from riskregister.selectors.risks import on_board
from safeguarding.kernel.periods import day_of

MATRIX, CADENCE, APPETITE = "matrix", "cadence", "appetite"


@dataclass(frozen=True)
class Proposal:
    """What somebody proposed; its rows share it."""

    uid: UUID
    kind: str
    effective_from: date
    waits: bool
    declined: bool
    set_at: datetime | None
    set_by_id: int | None
    set_by: str
    decided_by: str

    def rows(self) -> QuerySet:
        if self.kind == MATRIX:
            return Matrix.objects.filter(uid=self.uid)
        model = ReviewCadence if self.kind == CADENCE else Appetite
        return model._default_manager.filter(proposal=self.uid)


def sealed_until() -> date | None:
    """The last day that a published review looks back on."""
    row = BoardReview.objects.published().order_by("-cut_off").values_list("cut_off", flat=True).first()
    return day_of(row) if row else None


def proposal(uid: UUID) -> Proposal | None:
    people = ("set_by", "confirmed_by", "declined_by")
    matrix = Matrix.objects.filter(uid=uid).select_related(*people).first()
    if matrix:
        waits = matrix.confirmed_at is None and matrix.declined_at is None
        return _proposal(matrix, uid, MATRIX, waits)
    for kind, model in ((CADENCE, ReviewCadence), (APPETITE, Appetite)):
        row = model._default_manager.filter(proposal=uid).select_related(*people).first()
        if row:
            return _proposal(row, uid, kind, row.waits and row.declined_at is None)
    return None


def _proposal(row: Matrix | ReviewCadence | Appetite, uid: UUID, kind: str, waits: bool) -> Proposal:
    decided = row.confirmed_by or row.declined_by
    return Proposal(
        uid=uid,
        kind=kind,
        effective_from=row.effective_from,
        waits=waits,
        declined=row.declined_at is not None,
        set_at=row.set_at,
        set_by_id=row.set_by_id,
        set_by=row.set_by.name if row.set_by else "",
        decided_by=decided.name if decided else "",
    )


def waiting_proposals() -> list[Proposal]:
    """What nobody has decided, the oldest first."""
    uids = [
        *Matrix.objects.filter(confirmed_at=None, declined_at=None).values_list("uid", flat=True),
        *_waiting(ReviewCadence),
        *_waiting(Appetite),
    ]
    found = [one for uid in uids if (one := proposal(uid))]
    return sorted(found, key=lambda one: (one.effective_from, one.kind))


def _waiting(model: type[ReviewCadence] | type[Appetite]) -> list[UUID]:
    rows = model._default_manager.filter(waits=True, declined_at=None, proposal__isnull=False)
    uids = rows.order_by("proposal").values_list("proposal", flat=True).distinct()
    return [uid for uid in uids if uid]


def matrices() -> list[Matrix]:
    """Every confirmed version, the latest first."""
    rows = Matrix.objects.filter(confirmed_at__isnull=False).order_by("-effective_from")
    return list(rows.select_related("set_by", "confirmed_by"))


def cadence_on(day: date) -> dict[str, ReviewCadence]:
    """By band."""
    rows = ReviewCadence.objects.filter(effective_from__lte=day, waits=False).order_by("effective_from")
    return {row.band: row for row in rows}


def appetite_on(day: date) -> dict[str, Appetite]:
    """By theme."""
    rows = Appetite.objects.filter(effective_from__lte=day, waits=False).order_by("effective_from")
    return {row.theme: row for row in rows}


def may_propose(user: User) -> bool:
    return allows(user.roles, Action.CREATE, Thing.REGISTER_RULES)


def may_confirm(user: User, found: Proposal) -> bool:
    return found.waits and on_board(user) and found.set_by_id != user.pk


def may_decline(user: User, found: Proposal) -> bool:
    return found.waits and (on_board(user) or found.set_by_id == user.pk)


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Rules of the register that wait for this board member. Three queries, however many wait."""
    if not on_board(user):
        return []
    count = Matrix.objects.filter(confirmed_at=None, declined_at=None).exclude(set_by=user).count()
    for model in (ReviewCadence, Appetite):
        rows = model._default_manager.filter(waits=True, declined_at=None, proposal__isnull=False)
        count += rows.exclude(set_by=user).values("proposal").distinct().count()
    if not count:
        return []
    words = "1 rule of the risk register waits" if count == 1 else f"{count} rules of the risk register wait"
    return [Waiting(count, f"{words} to be confirmed", "register_rules")]
