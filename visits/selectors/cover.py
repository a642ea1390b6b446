"""Who is away, who covers whom, and which visits are due with nobody able to make them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action, Thing
from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits.constants import TeamRole
from visits.models import AccessBlock, Allocation, Child, Cover, Team, TeamMember, WorkerAbsence
from visits.querysets import ChildQuerySet, holds_on
from visits.rules.cover import DUE_SOON_DAYS, Days, Hand, has_owner
from visits.selectors.due_plans import DuePlan, plans_due
from visits.selectors.lines import shown_as


@dataclass(frozen=True)
class Unowned:
    """A visit that is due with nobody able to make it in time."""

    # Key.
    child: int
    plan_type: str
    due_by: date
    # Names of who holds the case and is away; empty where nobody holds it who may open the record.
    away: tuple[str, ...]


def _able() -> QuerySet[User]:
    """People who may visit at all: an account in use, and the role."""
    return User.objects.holding(Role.SOCIAL_WORKER)


def _kept_out() -> Exists:
    """Somebody keeps this person from the record of the child whose case they hold or cover."""
    blocks = AccessBlock.objects.filter(child=OuterRef("child"), user=OuterRef("user"), lifted_at=None)
    return Exists(blocks)


def unowned(children: QuerySet[Child], *, today: date) -> list[Unowned]:
    """Children with a visit due within DUE_SOON_DAYS or overdue and nobody able to make it by then:
    the first due of each child, in that order."""
    away = WorkerAbsence.objects.filter(holds_on(today), user=OuterRef("user"))
    present = ~Exists(away)
    held = Allocation.objects.filter(
        holds_on(today), present, ~_kept_out(), child=OuterRef("child"), user__in=_able().order_by()
    )
    covered = Cover.objects.filter(
        holds_on(today),
        present,
        ~_kept_out(),
        child=OuterRef("child"),
        ended_at=None,
        user__in=_able().order_by(),
    )
    due = plans_due(
        children,
        by=today + timedelta(days=DUE_SOON_DAYS),
        today=today,
        where=~Q(Exists(held)) & ~Q(Exists(covered)),
    )
    first: dict[int, DuePlan] = {}
    for plan in sorted(due, key=lambda plan: (plan.due_by, plan.plan)):
        first.setdefault(plan.child, plan)
    if not first:
        return []
    hands, names = _hands(list(first), today)
    return [
        Unowned(plan.child, plan.plan_type, plan.due_by, tuple(names[plan.child]))
        for plan in first.values()
        if not has_owner(hands[plan.child], today=today, due=plan.due_by)
    ]


def _hands(children: Collection[int], today: date) -> tuple[dict[int, list[Hand]], dict[int, list[str]]]:
    """Child key -> who holds the case now or covers from now on, and the names of who holds it."""
    still = Q(until_date=None) | Q(until_date__gt=today)
    rows = [
        (child, user, name, Days(start, until), True)
        for child, user, name, start, until in Allocation.objects.filter(
            holds_on(today), ~_kept_out(), child__in=children, user__in=_able().order_by()
        ).values_list("child", "user", "user__name", "from_date", "until_date")
    ] + [
        (child, user, name, Days(start, until), False)
        for child, user, name, start, until in Cover.objects.filter(
            still, ~_kept_out(), child__in=children, ended_at=None, user__in=_able().order_by()
        ).values_list("child", "user", "user__name", "from_date", "until_date")
    ]
    away: dict[int, list[Days]] = defaultdict(list)
    absences = WorkerAbsence.objects.filter(still, user__in={row[1] for row in rows})
    for user, start, until in absences.values_list("user", "from_date", "until_date"):
        away[user].append(Days(start, until))
    hands: dict[int, list[Hand]] = defaultdict(list)
    names: dict[int, list[str]] = defaultdict(list)
    for child, user, name, days, holds in rows:
        hands[child].append(Hand(days, tuple(away[user])))
        if holds:
            names[child].append(name)
    return hands, names


# --- The register ---------------------------------------------------------------------------


@dataclass(frozen=True)
class UnownedLine:
    child_uid: UUID
    shown_as: str
    plan_type: str
    due_by: date
    away: tuple[str, ...]


@dataclass(frozen=True)
class AbsenceLine:
    uid: UUID
    worker_uid: UUID
    worker: str
    days: Days
    can_work_at_home: bool
    # Children of the reader's teams that the worker holds, and how many of them nobody covers today.
    children: int
    uncovered: int


@dataclass(frozen=True)
class CoverLine:
    uid: UUID
    child_uid: UUID
    shown_as: str
    worker: str
    days: Days


def managed_children(user: User, *, at: datetime) -> ChildQuerySet:
    """Children for whom this manager assigns cover."""
    return Child.objects.open_to(user, Action.CREATE, Thing.COVER, at=at)


def team_workers(user: User, *, at: datetime) -> QuerySet[User]:
    """Social workers of the manager's teams."""
    today = day_of(at)
    teams = Team.objects.managed_by(user, on=today)
    places = TeamMember.objects.filter(holds_on(today), team__in=teams, role=TeamRole.WORKER)
    return _able().filter(pk__in=places.values("user")).order_by("name", "pk")


def coverers(*, at: datetime) -> QuerySet[User]:
    """Social workers of the service who are not away today."""
    away = WorkerAbsence.objects.filter(holds_on(day_of(at)), user=OuterRef("pk"))
    return _able().exclude(Exists(away)).order_by("name", "pk")


def unowned_lines(user: User, *, at: datetime) -> list[UnownedLine]:
    """Of the manager's teams, what is due first at the top."""
    rows = unowned(managed_children(user, at=at), today=day_of(at))
    known = _known(user, [row.child for row in rows], at=at)
    return [
        UnownedLine(known[row.child].uid, shown_as(known[row.child]), row.plan_type, row.due_by, row.away)
        for row in rows
    ]


def absence_lines(user: User, *, at: datetime) -> list[AbsenceLine]:
    """Present and coming absences of the workers of the manager's teams, the first to begin on top."""
    today = day_of(at)
    still = Q(until_date=None) | Q(until_date__gt=today)
    rows = list(
        WorkerAbsence.objects.filter(still, user__in=team_workers(user, at=at).order_by())
        .select_related("user")
        .order_by("from_date", "user__name", "pk")
    )
    held: dict[int, set[int]] = defaultdict(set)
    allocations = Allocation.objects.filter(
        holds_on(today),
        user__in=[row.user_id for row in rows],
        child__in=managed_children(user, at=at),
    )
    for worker, child in allocations.values_list("user", "child"):
        held[worker].add(child)
    children = {child for found in held.values() for child in found}
    covers = Cover.objects.filter(holds_on(today), child__in=children, ended_at=None)
    covered = set(covers.values_list("child", flat=True))
    return [
        AbsenceLine(
            uid=row.uid,
            worker_uid=row.user.uid,
            worker=row.user.name,
            days=Days(row.from_date, row.until_date),
            can_work_at_home=row.can_work_at_home,
            children=len(held[row.user_id]),
            uncovered=len(held[row.user_id] - covered),
        )
        for row in rows
    ]


def covers(user: User, *, at: datetime) -> QuerySet[Cover]:
    """Present and coming cover of the children of the manager's teams, the first to end on top."""
    rows = Cover.objects.filter(
        child__in=managed_children(user, at=at), ended_at=None, until_date__gt=day_of(at)
    )
    return rows.order_by("until_date", "pk")


def cover_lines(rows: Iterable[Cover], user: User, *, at: datetime) -> list[CoverLine]:
    """Lines of a page of covers (`covers` with the worker), in its order."""
    found = list(rows)
    known = _known(user, [row.child_id for row in found], at=at)
    return [
        CoverLine(
            row.uid,
            known[row.child_id].uid,
            shown_as(known[row.child_id]),
            row.user.name,
            Days(row.from_date, row.until_date),
        )
        for row in found
    ]


def caseload_to_cover(user: User, worker: User, *, at: datetime) -> QuerySet[Child]:
    """Children of the manager's teams whose case the worker holds and whom nobody covers from now on."""
    today = day_of(at)
    held = Allocation.objects.filter(holds_on(today), child=OuterRef("pk"), user=worker)
    covered = Cover.objects.filter(child=OuterRef("pk"), ended_at=None, until_date__gt=today)
    return managed_children(user, at=at).filter(Exists(held)).exclude(Exists(covered)).order_by("child_ref")


def kept_from(worker: User, children: Iterable[int]) -> set[int]:
    """Keys of the children whose record this person must not see."""
    blocks = AccessBlock.objects.filter(user=worker, child__in=list(children), lifted_at=None)
    return set(blocks.values_list("child", flat=True))


def _known(user: User, keys: Iterable[int], *, at: datetime) -> dict[int, Child]:
    return {child.pk: child for child in Child.objects.filter(pk__in=set(keys)).named_for(user, at=at)}
