"""Reading the audit trail: who may see which half, filters, and pages that stay quick at a million
events (by number, never by offset)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import get_current_timezone, make_aware

from accounts.constants import AUDIT_PAGE_SIZE, Area, Role
from accounts.facts import AuditRow
from accounts.models import AuditEvent, User

ACCOUNT = "account"


@dataclass(frozen=True)
class Filters:
    """What is asked for; empty means all."""

    who: str = ""
    action: str = ""
    reference: UUID | None = None
    from_day: date | None = None
    until_day: date | None = None

    def names(self) -> list[str]:
        """Which filters are set, for the record of a download."""
        return [name for name, value in vars(self).items() if value]


@dataclass(frozen=True)
class Page:
    rows: list[AuditRow]
    # The number before which the next (older) page begins; None at the end.
    older: int | None


def page(viewer: User, filters: Filters, *, before: int | None = None) -> Page:
    """The newest events that `viewer` may see and `filters` ask for, older than number `before`."""
    events = _events(viewer, filters)
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events.order_by("-pk")[: AUDIT_PAGE_SIZE + 1])
    shown = found[:AUDIT_PAGE_SIZE]
    accounts = _accounts({event.object_uid for event in shown if event.object_kind == ACCOUNT})
    rows = [_row(event, accounts) for event in shown]
    return Page(rows, rows[-1].number if len(found) > AUDIT_PAGE_SIZE else None)


def every(viewer: User, filters: Filters) -> Iterator[AuditRow]:
    """All of them, oldest first, a few at a time."""
    accounts = _accounts(None)
    events = _events(viewer, filters).order_by("pk").iterator(chunk_size=2000)
    return (_row(event, accounts) for event in events)


def count(viewer: User, filters: Filters) -> int:
    return _events(viewer, filters).count()


def actions(viewer: User) -> list[str]:
    """The actions that occur in what `viewer` may see, for the filter. Steps from one to the next
    along the index: a plain DISTINCT reads a million rows."""
    events = _visible(viewer)
    found: list[str] = []
    last = ""
    while (
        action := events.filter(action__gt=last).order_by("action").values_list("action", flat=True).first()
    ):
        found.append(action)
        last = action
    return found


def _visible(viewer: User) -> QuerySet[AuditEvent]:
    if Role.AUDITOR in viewer.roles:
        return AuditEvent.objects.all()
    if Role.ADMINISTRATOR in viewer.roles:
        return AuditEvent.objects.filter(area=Area.SECURITY)
    return AuditEvent.objects.none()


def _events(viewer: User, filters: Filters) -> QuerySet[AuditEvent]:
    events = _visible(viewer)
    if filters.who:
        events = events.filter(_by(filters.who))
    if filters.action:
        events = events.filter(action=filters.action)
    if filters.reference:
        events = events.filter(Q(child_uid=filters.reference) | Q(object_uid=filters.reference))
    if filters.from_day:
        events = events.filter(at__gte=_midnight(filters.from_day))
    if filters.until_day:
        events = events.filter(at__lt=_midnight(filters.until_day + timedelta(days=1)))
    return events


def _by(who: str) -> Q:
    """Events of the people whose name or address holds `who`; of a job or command by its label."""
    if who.startswith(("cli:", "job:")):
        return Q(actor_uid=None, actor_label=who)
    return Q(actor_uid__in=list(User.objects.search(who).values_list("uid", flat=True)[:200]))


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min), get_current_timezone())


def _accounts(uids: set[UUID | None] | None) -> dict[UUID, str]:
    """The addresses of these accounts, or of all; people are thousands at most."""
    people = User.objects.all() if uids is None else User.objects.filter(uid__in=uids)
    return dict(people.values_list("uid", "email")) if uids is None or uids else {}


def _row(event: AuditEvent, accounts: dict[UUID, str]) -> AuditRow:
    named = event.object_kind == ACCOUNT and event.object_uid
    return AuditRow(
        number=event.pk,
        at=event.at,
        who=event.actor_label,
        roles=event.roles,
        action=event.action,
        object_kind=event.object_kind,
        object_uid=event.object_uid,
        account=accounts.get(named, "") if named else "",
        child_uid=event.child_uid,
        detail=event.detail,
    )
