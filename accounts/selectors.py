"""What others read about people."""

from collections.abc import Iterable
from uuid import UUID

from accounts.facts import PersonRow, Recorded, Right
from accounts.models import AuditEvent, Grant, User

NOT_RECORDED = "the operator of this server"


def person_by_uid(viewer: User, uid: UUID) -> User:
    """An account that `viewer` may open. Raises User.DoesNotExist."""
    return User.objects.visible_to(viewer).get(uid=uid)


def people_rows(people: Iterable[User]) -> list[PersonRow]:
    """A page of accounts with the rights that are in force or waiting. `people` is a sliced queryset
    or a list; two queries."""
    return [
        PersonRow(
            uid=person.uid,
            name=person.name,
            email=person.email,
            job_title=person.job_title,
            is_active=person.is_active,
            rights=tuple(grant.right for grant in grants if not _waits(grant)),
            last_signed_in_at=person.last_login,
        )
        for person, grants in _with_open_grants(people)
    ]


def _with_open_grants(people: Iterable[User]) -> list[tuple[User, list[Grant]]]:
    found = list(people)
    held: dict[int, list[Grant]] = {}
    for grant in Grant.objects.filter(user__in=found, ended_at=None):
        held.setdefault(grant.user_id, []).append(grant)
    return [(person, held.get(person.pk, [])) for person in found]


def recorded(action: str) -> list[Recorded]:
    """Every event of an action in the audit trail, the oldest first: what an app checks its own rows by."""
    events = AuditEvent.objects.filter(action=action).order_by("pk")
    return [Recorded(event.object_uid, event.at, event.detail) for event in events.iterator()]


def rights_of(person: User, *, ended: bool = False) -> list[Right]:
    """What somebody holds now (also what waits for a second administrator), oldest first; with
    `ended`, what they no longer hold, latest first."""
    grants = person.grants.select_related("granted_by", "seconded_by", "ended_by")
    grants = grants.exclude(ended_at=None).order_by("-ended_at") if ended else grants.filter(ended_at=None)
    return [
        Right(
            uid=grant.uid,
            right=grant.right,
            granted_at=grant.granted_at,
            granted_by=grant.granted_by.name if grant.granted_by else NOT_RECORDED,
            granted_by_uid=grant.granted_by.uid if grant.granted_by else None,
            waiting=_waits(grant),
            seconded_at=grant.seconded_at,
            seconded_by=grant.seconded_by.name if grant.seconded_by else "",
            ended_at=grant.ended_at,
            ended_by=grant.ended_by.name if grant.ended_by else (NOT_RECORDED if grant.ended_at else ""),
        )
        for grant in grants
    ]


def _waits(grant: Grant) -> bool:
    return grant.needs_second and grant.seconded_at is None
