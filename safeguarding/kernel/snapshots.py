"""What a record was at any past moment: written beside every save, read by reviews and by pages "as at".

A snapshot holds every column; a key of another record is that record's uid (or its code), a person's is the
account's uid, a moment is ISO in UTC. The record as at a moment is its last snapshot by then. An app keeps
its snapshots in a table of its own, a `HistoryRow`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from django.db import models
from django.db.models.options import Options

# Fields that say nothing of the record itself, or that are only worked out from others.
_LEFT_OUT = frozenset({"id", "version", "search_text", "told_text"})


class HistoryRow(models.Model):
    """A record as it stood from `at` on: the last row of a record by then is the record of then."""

    thing = models.CharField(max_length=20)
    uid = models.UUIDField()
    number = models.PositiveIntegerField()
    # Every column but keys of the database; other records by uid, moments in UTC.
    fields = models.JSONField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    # Empty: by a rule or the demonstration.
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["at", "pk"]
        verbose_name_plural = "histories"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["thing", "at"], name="%(app_label)s_history_by_moment")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["thing", "uid", "number"], name="%(app_label)s_history_number_once"
            )
        ]


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
    """A record with a history: a model with a uid."""

    uid: UUID
    _meta: ClassVar[Options]


Row = TypeVar("Row", bound=HistoryRow)


class Snapshots(Generic[Row]):
    """The snapshots of one app, in its table `model`."""

    def __init__(self, model: type[Row]) -> None:
        self._rows = model._default_manager

    def keep(self, record: Recorded, *, thing: str, at: datetime, by: Any, reason: str = "") -> Row:
        """Writes down how `record` stands now. In the transaction of the change, after its save.
        `by`: a person, or None."""
        last = self._rows.filter(thing=thing, uid=record.uid).aggregate(last=models.Max("number"))["last"]
        return self._rows.create(
            thing=thing,
            uid=record.uid,
            number=(last or 0) + 1,
            fields=fields_of(record),
            reason=reason,
            at=at,
            by=by,
        )

    def as_at(self, thing: str, moment: datetime) -> dict[UUID, Snapshot]:
        """Every record of the kind as it stood at `moment`, by uid; one query, one row a record."""
        by_then = self._rows.filter(thing=thing, at__lte=moment)
        last = by_then.filter(uid=models.OuterRef("uid")).order_by("-number").values("number")[:1]
        rows = by_then.filter(number=models.Subquery(last)).order_by("uid")
        return {
            row.uid: Snapshot(row.uid, row.number, row.at, row.fields, row.reason) for row in rows.iterator()
        }

    def story(self, thing: str, uid: UUID) -> list[Snapshot]:
        """Every state of one record, oldest first."""
        return self.stories(thing, [uid]).get(uid, [])

    def stories(
        self, thing: str, uids: Iterable[UUID] | models.QuerySet, *, until: datetime | None = None
    ) -> dict[UUID, list[Snapshot]]:
        """Every state of these records (by `until`), oldest first, with who it was by; one query."""
        rows = self._rows.filter(thing=thing, uid__in=uids).select_related("by")
        if until:
            rows = rows.filter(at__lte=until)
        found: dict[UUID, list[Snapshot]] = {}
        for row in rows.order_by("uid", "number"):
            name = row.by.name if row.by else ""
            found.setdefault(row.uid, []).append(
                Snapshot(row.uid, row.number, row.at, row.fields, row.reason, name)
            )
        return found


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
        return None if other is None else str(getattr(other, "uid", None) or other.code)
    value = getattr(record, field.attname)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
