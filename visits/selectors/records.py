"""What the record pages show. Rows come in already scoped: `visible_to` is the view's first step."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db.models import Exists, Min, OuterRef, Prefetch, QuerySet

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of
from visits import analysis
from visits.constants import Status, TeamRole
from visits.facts import EarlierVersion, PlanLine, VisitLine
from visits.models import (
    AccessBlock,
    Allocation,
    AlternativeRecord,
    AlternativeRecording,
    Child,
    Plan,
    PlanTeam,
    Revision,
    Team,
    TeamMember,
    Visit,
)
from visits.querysets import ChildQuerySet, holds_on
from visits.rules import alternatives as alternative_rules
from visits.rules import due_dates
from visits.rules import records as record_rules
from visits.rules.rates import Interval
from visits.selectors.lines import LastSeen, last_seen, not_seen_in_time, rules_now

# --- Finding ------------------------------------------------------------------------------


def find_children(
    user: User,
    *,
    at: datetime,
    team: Team | None = None,
    plan_type: str = "",
    overdue: bool = False,
    closed: bool = False,
) -> ChildQuerySet:
    """Children this person may open, by where and how they are held today.

    Those with an open plan, or with `closed` those without. Who sees audit codes gets an order
    that says nothing of the references.
    """
    today = day_of(at)
    children = Child.objects.visible_to(user, at=at)
    plans = Plan.objects.open_on(today).filter(child=OuterRef("pk"))
    if team:
        places = Exists(PlanTeam.objects.filter(holds_on(today), plan=OuterRef("pk"), team=team))
        children = children.filter(Exists(Plan.objects.filter(places, child=OuterRef("pk"))))
        plans = plans.filter(places)
    if plan_type:
        plans = plans.filter(plan_type=plan_type)
    children = children.exclude(Exists(plans)) if closed else children.filter(Exists(plans))
    if overdue:
        children = not_seen_in_time(children, today=today)
    return children.order_by("uid" if sees_codes(user) else "child_ref")


def sees_codes(user: User) -> bool:
    """Whether some of what this person sees stands under audit codes."""
    return Scope.PSEUDONYMISED in scopes(user.roles, Action.VIEW, Thing.CHILD)


def searches_references(user: User) -> bool:
    """Whether there are children whose reference this person may see, and so search."""
    return scopes(user.roles, Action.VIEW, Thing.CHILD) > {Scope.PSEUDONYMISED} or not sees_codes(user)


def children_by_reference(user: User, start: str, *, at: datetime) -> ChildQuerySet:
    """Children whose reference begins so, among those whose reference this person may see."""
    own = Child.objects.open_to(user, Action.VIEW, Thing.CHILD, at=at)
    return own.filter(child_ref__istartswith=start).order_by("child_ref")


def teams_to_filter(user: User, *, at: datetime) -> QuerySet[Team]:
    """The teams whose children this person may open."""
    if sees_codes(user):
        return Team.objects.all()
    today = day_of(at)
    children = Child.objects.visible_to(user, at=at)
    places = PlanTeam.objects.filter(holds_on(today), team=OuterRef("pk"), plan__child__in=children)
    return Team.objects.filter(Exists(places))


# --- One child ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Rights:
    """What one person may do on one child's record."""

    record: bool
    change: bool
    cancel: bool
    manage: bool
    raise_flag: bool
    decide_school: bool
    arrange_contact: bool


def rights_on(child: Child, user: User, *, at: datetime) -> Rights:
    # Rights of one scope reach the same children: the database is asked once for each scope, and not at
    # all for a right that no role holds.
    reached: dict[frozenset[Scope], bool] = {frozenset(): False}

    def may(action: Action, thing: Thing) -> bool:
        granted = scopes(user.roles, action, thing)
        if granted not in reached:
            reached[granted] = Child.objects.open_to(user, action, thing, at=at).contains(child)
        return reached[granted]

    return Rights(
        record=may(Action.CREATE, Thing.VISIT),
        change=may(Action.EDIT, Thing.VISIT),
        cancel=may(Action.WITHDRAW, Thing.VISIT),
        manage=may(Action.EDIT, Thing.PLAN),
        raise_flag=may(Action.CREATE, Thing.FLAG),
        decide_school=may(Action.CREATE, Thing.SCHOOL_DECISION),
        arrange_contact=may(Action.CREATE, Thing.FAMILY_CONTACT),
    )


def seen_last(child: Child, *, at: datetime) -> LastSeen:
    return last_seen([child.pk], day_of(at)).get(child.pk, LastSeen())


def plan_lines(child: Child, *, at: datetime) -> list[PlanLine]:
    """The child's plans, open ones first, the latest start first; `child` comes from `named_for`."""
    today = day_of(at)
    places = PlanTeam.objects.select_related("team").order_by("from_date")
    plans = list(Plan.objects.filter(child=child).prefetch_related(Prefetch("teams", places)))
    contacts = [
        due_dates.Contact(day, method)
        for day, method in Visit.objects.counting()
        .filter(child=child, visit_date__lte=today)
        .values_list("visit_date", "method")
    ]
    intervals = rules_now()
    collected = (
        AlternativeRecording.objects.order_by("collected_from")
        .values_list("collected_from", flat=True)
        .first()
    )
    month = Month.of(today)
    cuts = list(analysis.cuts(intervals, collected, month, month))
    lines = [_plan_line(plan, contacts, intervals, cuts, child.named, today) for plan in plans]
    return sorted(lines, key=lambda line: (line.open, line.start_date), reverse=True)


def _plan_line(
    plan: Plan,
    contacts: Sequence[due_dates.Contact],
    intervals: Sequence[Interval],
    cuts: Sequence[analysis.Cut],
    named: bool,
    today: date,
) -> PlanLine:
    is_open = plan.start_date <= today and (plan.end_date is None or plan.end_date > today)
    due = month = None
    if is_open:
        latest = max((contact.day for contact in contacts), default=None)
        due = due_dates.due_by(
            plan_type=plan.plan_type,
            start=plan.start_date,
            long_term=plan.long_term,
            last_counting=latest,
            intervals=intervals,
            today=today,
        )
        month = due_dates.month_so_far(
            plan_type=plan.plan_type,
            start=plan.start_date,
            long_term=plan.long_term,
            today=today,
            contacts=contacts,
            month_cuts=cuts,
        )
    places = list(plan.teams.all())
    # A move of next month is on record already.
    begun = [place for place in places if place.from_date <= today] or places[:1]
    return PlanLine(
        plan_type=plan.plan_type,
        start_date=plan.start_date,
        end_date=plan.end_date,
        open=is_open,
        long_term=plan.long_term,
        team=begun[-1].team.name if begun else "",
        plan_ref=plan.plan_ref if named else "",
        due_by=due,
        month_outcome=month.outcome if month else None,
        month_end=month.month_end if month else None,
        in_cohort=bool(month and month.in_cohort),
        seen_on=month.seen_on if month else None,
        counts_from=month.counts_from if month else None,
    )


def first_plan_start(child: Child) -> date | None:
    return Plan.objects.filter(child=child).aggregate(first=Min("start_date"))["first"]


def visits_of(child: Child) -> QuerySet[Visit]:
    """The child's visits, the latest first, for a page of the timeline."""
    visits = Visit.objects.filter(child=child)
    visits = visits.select_related("recorded_by", "authorised_by", "alternative")
    return visits.order_by("-visit_date", "-pk")


def visit_lines(visits: Iterable[Visit]) -> list[VisitLine]:
    rows = list(visits)
    revised = Revision.objects.filter(kind="visit", record_id__in=[visit.pk for visit in rows]).order_by()
    changes = Counter(revised.values_list("record_id", flat=True))
    return [
        VisitLine(
            uid=visit.uid,
            visit_date=visit.visit_date,
            method=visit.method,
            status=visit.status,
            child_seen=visit.child_seen,
            authorised=visit.authorised,
            note=visit.note or getattr(getattr(visit, "alternative", None), "learned", ""),
            recorded_by=visit.recorded_by.name if visit.recorded_by else "",
            recorded_at=visit.recorded_at,
            authorised_by=visit.authorised_by.name if visit.authorised_by else "",
            authorised_at=visit.authorised_at,
            version=visit.version,
            changes=changes[visit.pk],
        )
        for visit in rows
    ]


# --- One visit ----------------------------------------------------------------------------

# What a person may change of a visit.
CORRECTABLE = ("visit_date", "method", "status", "child_seen", "note")
_KEPT = (*CORRECTABLE, "authorised", "authorised_at", "authorised_by_id")
_SHOWN_IN_HISTORY = ("visit_date", "method", "status", "child_seen", "authorised", "note")


def earlier_versions(visit: Visit) -> list[EarlierVersion]:
    """What the visit held before each change, the latest change first."""
    revisions = Revision.objects.filter(kind="visit", record_id=visit.pk).select_related("replaced_by")
    # What an alternative's record says is only there from when it was written on.
    shown = (*_SHOWN_IN_HISTORY, *alternative_rules.DETAILS)
    after: dict[str, Any] = dict.fromkeys(shown, "") | as_kept(visit)
    versions = []
    for revision in revisions.order_by("-version"):
        was = {name: after[name] for name in _SHOWN_IN_HISTORY}
        was |= dict.fromkeys(alternative_rules.DETAILS, "") | revision.was
        versions.append(
            EarlierVersion(
                replaced_at=revision.replaced_at,
                replaced_by=revision.replaced_by.name if revision.replaced_by else revision.replaced_by_label,
                reason=revision.reason,
                differences=tuple(
                    (name, was[name], after[name]) for name in shown if was[name] != after[name]
                ),
            )
        )
        after = was
    return versions


def last_change(visit: Visit) -> Revision | None:
    """Who last changed the visit, for somebody who had it open meanwhile."""
    return (
        Revision.objects.filter(kind="visit", record_id=visit.pk)
        .select_related("replaced_by")
        .order_by("-pk")
        .first()
    )


@dataclass(frozen=True)
class VisitRights:
    correct: bool
    cancel: bool
    reason_needed: bool


def visit_rights(visit: Visit, user: User, *, at: datetime) -> VisitRights:
    """What `user` may do to this visit now, by the same rules as the services."""
    rights = rights_on(visit.child, user, at=at)
    movable = bool(record_rules.ALLOWED_MOVES[visit.status])
    try:
        reason_needed = record_rules.change(
            person=user.pk, recorder=visit.recorded_by_id, recorded_at=visit.recorded_at, now=at
        )
    except Refusal:
        reason_needed, movable = True, False
    return VisitRights(
        correct=rights.change and movable,
        cancel=rights.cancel and movable and visit.status != Status.CANCELLED,
        reason_needed=reason_needed,
    )


def hands_on(visit: Visit) -> set[int]:
    """Keys of everybody who recorded this visit or ever changed what it says; who authorised it did not."""
    revisions = Revision.objects.filter(kind="visit", record_id=visit.pk).order_by("version")
    rows = list(revisions.values_list("replaced_by_id", "was"))
    # A revision holds what was there before; what was there after is the next one's, or the visit's own.
    contents = [_content(was) for _, was in rows] + [_content(as_kept(visit))]
    changed = {
        person for (person, _), (was, then) in zip(rows, pairwise(contents), strict=True) if was != then
    }
    return {person for person in {*changed, visit.recorded_by_id} if person is not None}


def _content(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if not name.startswith("authorised")}


def as_kept(visit: Visit) -> dict[str, Any]:
    """A visit's content as a Revision keeps it: field name -> plain value, days and moments as ISO text;
    with that of an alternative's record."""
    kept = {name: getattr(visit, name) for name in _KEPT}
    if details := alternative_of(visit):
        kept |= {name: getattr(details, name) for name in alternative_rules.DETAILS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}


def alternative_of(visit: Visit) -> AlternativeRecord | None:
    return AlternativeRecord.objects.filter(visit=visit).first()


# --- Places -------------------------------------------------------------------------------


def allocations_of(child: Child) -> list[Allocation]:
    """Who holds the case, open ones first."""
    rows = Allocation.objects.filter(child=child).select_related("user").order_by("-from_date", "-pk")
    return sorted(rows, key=lambda row: row.until_date is not None)


def allocatable(child: Child, *, at: datetime) -> QuerySet[User]:
    """Social workers of the teams that hold the child's plans today."""
    today = day_of(at)
    teams = PlanTeam.objects.filter(holds_on(today), plan__child=child).values("team")
    places = TeamMember.objects.filter(holds_on(today), team__in=teams, role=TeamRole.WORKER)
    return User.objects.holding(Role.SOCIAL_WORKER).filter(is_active=True, pk__in=places.values("user"))


def blocks_of(child: Child) -> list[AccessBlock]:
    return list(AccessBlock.objects.filter(child=child, lifted_at=None).select_related("user", "set_by"))


def team_places_of(person: User) -> list[TeamMember]:
    """Present places in teams."""
    places = TeamMember.objects.filter(user=person, until_date=None).select_related("team")
    return list(places.order_by("team__name", "role"))
