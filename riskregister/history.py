"""What each record of the register was at any past moment: written beside every save, read by reviews.

A snapshot holds every column; a key of another record is that record's uid (of a starting risk its code), a
person's is the account's uid, a moment is ISO in UTC. The record as at a moment is its last snapshot by then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar, Protocol
from uuid import UUID

from django.db import models
from django.db.models.options import Options

from accounts.selectors import User
from riskregister.models import History

# Fields that say nothing of the record itself.
_LEFT_OUT = frozenset({"id", "version"})


@dataclass(frozen=True)
class Snapshot:
    """One record as it stood from `at` on."""

    uid: UUID
    number: int
    at: datetime
    fields: dict
    reason: str
    # Who; "" by a rule or the demonstration, and where it was not asked for.
    by: str = ""


class Recorded(Protocol):
    """A record of the register: a model with a uid."""

    uid: UUID
    _meta: ClassVar[Options]


def keep(record: Recorded, *, thing: str, at: datetime, by: User | None, reason: str = "") -> History:
    """Writes down how `record` (with a uid) stands now. In the transaction of the change, after its save."""
    last = History.objects.filter(thing=thing, uid=record.uid).aggregate(last=models.Max("number"))["last"]
    return History.objects.create(
        thing=thing,
        uid=record.uid,
        number=(last or 0) + 1,
        fields=fields_of(record),
        reason=reason,
        at=at,
        by=by,
    )


def fields_of(record: Recorded) -> dict:
    """The columns of `record` as values of JSON."""
    return {
        field.name: _plain(record, field)
        for field in record._meta.concrete_fields
        if field.name not in _LEFT_OUT and not isinstance(field, models.UUIDField)
    }


def _plain(record: Recorded, field: models.Field) -> object:
    if field.is_relation:
        other = getattr(record, field.name)
        # A starting risk of the library is known by its code.
        return None if other is None else str(getattr(other, "uid", None) or other.code)
    value = getattr(record, field.attname)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def as_at(thing: str, moment: datetime) -> dict[UUID, Snapshot]:
    """Every record of the kind as it stood at `moment`, by uid; one query, one row a record."""
    by_then = History.objects.filter(thing=thing, at__lte=moment)
    last = by_then.filter(uid=models.OuterRef("uid")).order_by("-number").values("number")[:1]
    rows = by_then.filter(number=models.Subquery(last)).order_by("uid")
    return {row.uid: Snapshot(row.uid, row.number, row.at, row.fields, row.reason) for row in rows.iterator()}


def story(thing: str, uid: UUID) -> list[Snapshot]:
    """Every state of one record, oldest first."""
    return stories(thing, [uid]).get(uid, [])


def stories(
    thing: str, uids: Iterable[UUID] | models.QuerySet, *, until: datetime | None = None
) -> dict[UUID, list[Snapshot]]:
    """Every state of these records (by `until`), oldest first, with who it was by; one query."""
    rows = History.objects.filter(thing=thing, uid__in=uids).select_related("by")
    if until:
        rows = rows.filter(at__lte=until)
    found: dict[UUID, list[Snapshot]] = {}
    for row in rows.order_by("uid", "number"):
        name = row.by.name if row.by else ""
        found.setdefault(row.uid, []).append(
            Snapshot(row.uid, row.number, row.at, row.fields, row.reason, name)
        )
    return found
