"""What needs whom: for the start page."""

from datetime import date, datetime

from django.db.models import F, OuterRef, QuerySet, Subquery

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits.facts import AwaitingAuthorisation, ChildLine, EmergencyAccessLine, ManagerWork, SocialWorkerWork
from visits.models import Child, EmergencyAccess, Visit
from visits.querysets import ChildQuerySet
from visits.selectors.lines import child_lines, not_seen_in_time, shown_as

_FAR = date.max


def social_worker_work(user: User, *, at: datetime, limit: int = 20) -> SocialWorkerWork:
    """The caseload (and records open in an emergency), overdue first, then by due date; the first `limit`."""
    caseload = Child.objects.open_to(user, Action.CREATE, Thing.VISIT, at=at)
    lines = sorted(child_lines(caseload, user, at=at), key=_urgency)
    today = day_of(at)
    return SocialWorkerWork(
        children=tuple(lines[:limit]), total=len(lines), overdue=sum(line.overdue(today) for line in lines)
    )


def manager_work(user: User, *, at: datetime, limit: int = 10) -> ManagerWork:
    """Children of the manager's teams not seen in time, alternatives that wait for authorisation
    (the latest first: they can still change the running month) and emergency accesses nobody has
    looked at. The lists hold at most `limit`; counts are of all."""
    team = Child.objects.open_to(user, Action.EDIT, Thing.PLAN, at=at)
    late = not_seen_in_time(team, today=day_of(at))
    awaiting = awaiting_authorisation(user, at=at)
    looks = emergency_accesses(user, at=at).filter(seen_at=None)
    return ManagerWork(
        not_seen_in_time=tuple(sorted(child_lines(_longest_unseen(late)[:limit], user, at=at), key=_urgency)),
        not_seen_count=late.count(),
        awaiting=tuple(awaiting_lines(awaiting.order_by("-visit_date", "-pk")[:limit])),
        awaiting_count=awaiting.count(),
        emergency_accesses=tuple(emergency_lines(looks[:limit], user, at=at)),
        emergency_access_count=looks.count(),
    )


def _longest_unseen(children: ChildQuerySet) -> ChildQuerySet:
    contacts = Visit.objects.counting().filter(child=OuterRef("pk")).order_by("-visit_date")
    last = children.annotate(last_contact=Subquery(contacts.values("visit_date")[:1]))
    return last.order_by(F("last_contact").asc(nulls_first=True), "pk")


def _urgency(line: ChildLine) -> tuple[date, str]:
    return (line.due_by or _FAR, line.shown_as)


def awaiting_authorisation(user: User, *, at: datetime) -> QuerySet[Visit]:
    """Alternatives of the manager's teams that do not count yet, the oldest first."""
    team = Child.objects.open_to(user, Action.DECIDE, Thing.ALTERNATIVE, at=at)
    return Visit.objects.awaiting_authorisation().filter(child__in=team).order_by("visit_date", "pk")


def awaiting_lines(visits: QuerySet[Visit]) -> list[AwaitingAuthorisation]:
    return [
        AwaitingAuthorisation(
            visit_uid=visit.uid,
            child_uid=visit.child.uid,
            shown_as=visit.child.child_ref,
            visit_date=visit.visit_date,
            method=visit.method,
            recorded_by=visit.recorded_by.name if visit.recorded_by else "",
        )
        for visit in visits.select_related("child", "recorded_by")
    ]


def emergency_accesses(user: User, *, at: datetime) -> QuerySet[EmergencyAccess]:
    """For a manager those to records of own teams, for an auditor all, the latest first."""
    managed = Child.objects.open_to(user, Action.EDIT, Thing.PLAN, at=at)
    accesses = EmergencyAccess.objects.order_by("-opened_at", "-pk")
    if Scope.PSEUDONYMISED in scopes(user.roles, Action.VIEW, Thing.CHILD):
        return accesses.filter(child__in=Child.objects.visible_to(user, at=at))
    return accesses.filter(child__in=managed)


def emergency_lines(
    accesses: QuerySet[EmergencyAccess], user: User, *, at: datetime
) -> list[EmergencyAccessLine]:
    rows = list(accesses.select_related("user", "seen_by"))
    children = Child.objects.filter(pk__in=[row.child_id for row in rows]).named_for(user, at=at)
    known = {child.pk: child for child in children}
    return [
        EmergencyAccessLine(
            uid=row.uid,
            child_uid=known[row.child_id].uid,
            shown_as=shown_as(known[row.child_id]),
            person=row.user.name,
            reason=row.reason,
            opened_at=row.opened_at,
            closes_at=row.closes_at,
            seen_at=row.seen_at,
            seen_by=row.seen_by.name if row.seen_by else "",
            own=row.user_id == user.pk,
        )
        for row in rows
    ]
