"""Who is away, and who covers a child's visits meanwhile. Each is one transaction of lock, rules, change
and audit event; nothing about anybody's health is asked or kept."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import once
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from visits.models import Allocation, Child, Cover, WorkerAbsence
from visits.querysets import holds_on
from visits.rules import cover as cover_rules
from visits.rules.cover import Days
from visits.rules.records import in_words
from visits.selectors import cover as found
from visits.services.visits import OutOfReach


def record_absence(
    *,
    user: User,
    worker: User,
    from_date: date,
    until_date: date | None,
    can_work_at_home: bool,
    token: UUID,
    now: datetime,
) -> WorkerAbsence:
    """A manager writes down that a worker of the team cannot visit; `until_date`: the first day back.

    Raises AlreadyDone(uid), OutOfReach, or a Refusal: the first of `cover_rules.absence_faults`,
    'own_absence', 'absent_already'.
    """
    days = Days(from_date, until_date)
    with transaction.atomic():
        absence = WorkerAbsence(
            uid=uuid.uuid4(),
            user=worker,
            from_date=from_date,
            until_date=until_date,
            can_work_at_home=can_work_at_home,
            recorded_at=now,
            recorded_by=user,
        )
        once(token=token, purpose="record_absence", user=user, outcome=str(absence.uid), now=now)
        _manages(user, worker, now)
        if worker.pk == user.pk:
            raise Refusal("own_absence", "Another manager must record your own absence", "worker")
        for fault in cover_rules.absence_faults(days, today=day_of(now)):
            raise fault
        _not_away_twice(worker, days)
        absence.save(force_insert=True)
        _audit_absence("absence.recorded", absence, user, now)
    return absence


def end_absence(
    *, user: User, absence: WorkerAbsence, back_on: date, expected_version: int, now: datetime
) -> WorkerAbsence | None:
    """Sets the first day back. On or before the first day away: the absence never was, its row goes and the
    trail keeps that it was there (None).

    Raises StaleEdit, OutOfReach, or a Refusal: of `cover_rules.absence_faults`, 'absent_already'.
    """
    with transaction.atomic():
        current = WorkerAbsence.objects.select_for_update(of=("self",)).filter(pk=absence.pk).first()
        if current is None:
            raise OutOfReach
        _manages(user, current.user, now)
        if current.version != expected_version:
            raise StaleEdit(current.version, expected_version)
        if back_on <= current.from_date:
            current.delete()
            _audit_absence("absence.withdrawn", current, user, now)
            return None
        days = Days(current.from_date, back_on)
        for fault in cover_rules.absence_faults(days, today=day_of(now)):
            if fault.field == "until_date":
                raise Refusal(fault.code, fault.message, "back_on")
        _not_away_twice(current.user, days, besides=current, field="back_on")
        written = WorkerAbsence.objects.filter(pk=current.pk, version=expected_version).update(
            until_date=back_on, version=expected_version + 1
        )
        if not written:
            raise StaleEdit(expected_version + 1, expected_version)
        current.refresh_from_db()
        _audit_absence("absence.ended", current, user, now)
    return current


@dataclass(frozen=True)
class CoverOutcome:
    """What became of each child of an assignment; keys of children."""

    assigned: tuple[int, ...]
    # Somebody covers already, the worker holds the case, or must not see the record.
    left_out: tuple[int, ...]


def assign_cover(
    *,
    user: User,
    children: Iterable[Child],
    worker: User,
    from_date: date,
    last_day: date,
    token: UUID,
    now: datetime,
    skip: bool = False,
) -> CoverOutcome:
    """Another social worker covers these children's visits on these days, both included.

    With `skip` (a whole caseload) children that this worker cannot cover are left out and named in the
    outcome; without it the first of them refuses. Raises AlreadyDone, OutOfReach, or a Refusal: the first of
    `cover_rules.cover_faults`, 'no_children', 'not_a_social_worker', 'worker_away', 'kept_from_record',
    'holds_the_case', 'covered_already', 'nobody_left'.
    """
    until = date.fromordinal(min(last_day.toordinal() + 1, date.max.toordinal()))
    days = Days(from_date, until)
    with transaction.atomic():
        once(token=token, purpose="assign_cover", user=user, outcome=str(worker.uid), now=now)
        rows = list(
            found.managed_children(user, at=now)
            .filter(pk__in=[child.pk for child in children])
            .order_by("pk")
        )
        if not rows or len(rows) < len({child.pk for child in children}):
            raise OutOfReach
        # One after the other: of two managers who assign at once, the second meets the first one's cover.
        keys = [row.pk for row in rows]
        list(Child.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
        for fault in cover_rules.cover_faults(days, today=day_of(now)):
            raise fault
        _can_cover(worker, days, now)
        refused = _cannot(worker, rows, days)
        if refused and not skip:
            raise next(iter(refused.values()))
        if len(refused) == len(rows):
            words = "This person cannot cover any of these children. Select another one"
            raise Refusal("nobody_left", words, "worker")
        taken = [row for row in rows if row.pk not in refused]
        Cover.objects.bulk_create(
            Cover(
                uid=uuid.uuid4(),
                child=child,
                user=worker,
                from_date=days.start,
                until_date=until,
                assigned_at=now,
                assigned_by=user,
            )
            for child in taken
        )
        for child in taken:
            _audit_cover("cover.assigned", child, worker, user, now)
    return CoverOutcome(tuple(row.pk for row in taken), tuple(refused))


def end_cover(*, user: User, cover: Cover, now: datetime) -> None:
    """The worker covers the child no longer, from this moment; twice changes nothing. Raises OutOfReach."""
    with transaction.atomic():
        current = (
            Cover.objects.select_for_update(of=("self",)).select_related("child", "user").get(pk=cover.pk)
        )
        if not found.managed_children(user, at=now).filter(pk=current.child_id).exists():
            raise OutOfReach
        if current.ended_at is None:
            current.ended_at, current.ended_by = now, user
            current.save(update_fields=["ended_at", "ended_by"])
            _audit_cover("cover.ended", current.child, current.user, user, now)


def _manages(user: User, worker: User, now: datetime) -> None:
    if not found.team_workers(user, at=now).filter(pk=worker.pk).exists():
        raise OutOfReach


def _not_away_twice(
    worker: User, days: Days, *, besides: WorkerAbsence | None = None, field: str = "from_date"
) -> None:
    # Locked by the person: of two absences written at once, the second meets the first.
    User.objects.select_for_update(no_key=True).get(pk=worker.pk)
    others = WorkerAbsence.objects.filter(user=worker)
    for absence in others.exclude(pk=besides.pk) if besides else others:
        if days.meets(Days(absence.from_date, absence.until_date)):
            began = in_words(absence.from_date)
            words = f"An absence from {began} is on record for these days. Change that one"
            raise Refusal("absent_already", words, field)


def _can_cover(worker: User, days: Days, now: datetime) -> None:
    if not found.coverers(at=now).filter(pk=worker.pk).exists():
        raise Refusal("not_a_social_worker", "Select a social worker who is not away", "worker")
    for absence in WorkerAbsence.objects.filter(user=worker):
        if days.meets(Days(absence.from_date, absence.until_date)):
            began = in_words(absence.from_date)
            words = f"This person is away from {began}. Select another person or other days"
            raise Refusal("worker_away", words, "worker")


def _cannot(worker: User, children: Iterable[Child], days: Days) -> dict[int, Refusal]:
    """Child key -> why this worker cannot cover the child on these days."""
    keys = [child.pk for child in children]
    held = Allocation.objects.filter(holds_on(days.start), user=worker, child__in=keys)
    holds = set(held.values_list("child", flat=True))
    covers = Cover.objects.filter(
        child__in=keys, ended_at=None, from_date__lt=days.until, until_date__gt=days.start
    )
    covered = {cover.child_id: cover for cover in covers.select_related("user")}
    blocked = found.kept_from(worker, keys)
    refused: dict[int, Refusal] = {}
    for key in keys:
        if key in blocked:
            words = "This person must not see the child’s record. Select another person"
            refused[key] = Refusal("kept_from_record", words, "worker")
        elif key in holds:
            refused[key] = Refusal("holds_the_case", "This person holds the case already", "worker")
        elif key in covered:
            other = covered[key]
            began = in_words(other.from_date)
            words = f"{other.user.name} covers this child from {began}. End that cover first"
            refused[key] = Refusal("covered_already", words, "worker")
    return refused


def _audit_absence(action: str, absence: WorkerAbsence, user: User, now: datetime) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="absence",
        object_uid=absence.uid,
        detail={
            "worker": str(absence.user.uid),
            "from": absence.from_date.isoformat(),
            "until": absence.until_date.isoformat() if absence.until_date else None,
        },
    )


def _audit_cover(action: str, child: Child, worker: User, user: User, now: datetime) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="user",
        object_uid=worker.uid,
        child_uid=child.uid,
    )
