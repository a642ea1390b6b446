"""Management oversight in counts: how the children of open plans stand on a day, the decisions about
them, and their alternatives month by month. Counts leave here whole: who may see which is the reader's
business (dashboards.oversight_page), and no page shows them but through it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractMonth, ExtractYear

from accounts.selectors import User
from safeguarding.kernel.periods import Month, day_of
from visits.constants import Method, PlanType, Regime, Status, TeamRole
from visits.constants.oversight import DecisionState
from visits.facts import AlternativeMonth, ChildLine, ChildNow, DecisionsNow, PlanNow
from visits.facts.oversight import LAPSED, LIVE, NONE
from visits.models import Child, HazardFlag, ManagementDecision, Plan, PlanTeam, TeamMember, Visit
from visits.querysets import ChildQuerySet, holds_on
from visits.rules import due_dates
from visits.rules.rates import in_force
from visits.selectors.decisions import renewed_from
from visits.selectors.lines import child_lines, rules_now
from visits.selectors.standing_flags import live_on

MOST_VULNERABLE = "most_vulnerable"
# Decisions are counted back so far from the day.
DECISION_DAYS = 365


@dataclass(frozen=True, slots=True)
class _Authorised:
    """An authorised decision as a day meets it."""

    covers_from: date
    review_on: date
    renewed_from: date | None
    plan_open: bool
    decided_on: date
    retrospective: bool
    renewal: int

    def stands(self, last_face: date | None, on: date) -> str:
        if self.covers_from <= on <= self.review_on:
            return LIVE
        renewed = self.renewed_from is not None and self.renewed_from <= on
        fresh_start = last_face is not None and last_face >= self.covers_from
        if self.review_on < on and self.plan_open and not renewed and not fresh_start:
            return LAPSED
        return NONE


@dataclass(frozen=True)
class OversightNow:
    on: date
    children: list[ChildNow]
    # Child -> authorised decisions.
    authorised: Mapping[int, Sequence[_Authorised]]

    def within(self, teams: Collection[int] | None) -> "OversightNow":
        """The children of these teams (keys); None: all."""
        if teams is None:
            return self
        return replace(self, children=[child for child in self.children if child.team in teams])

    def decisions(self) -> DecisionsNow:
        """The decisions about these children."""
        since = self.on - timedelta(days=DECISION_DAYS)
        rows = [(one, child) for child in self.children for one in self.authorised.get(child.child, ())]
        standing = [one.stands(child.last_face_to_face, self.on) for one, child in rows]
        decided = [one for one, _ in rows if since < one.decided_on <= self.on]
        return DecisionsNow(
            live=standing.count(LIVE),
            lapsed=standing.count(LAPSED),
            authorised=len(decided),
            retrospective=sum(one.retrospective for one in decided),
            renewals=sum(one.renewal > 0 for one in decided),
        )


def oversight_now(on: date, *, teams: Collection[int] | None = None) -> OversightNow:
    """Every child with a plan that is open on the day, once, with the decisions about them. `teams`:
    keys, None for all. The number of queries does not depend on how many children there are."""
    held = _plans(on)
    if teams is not None:
        held = {child: place for child, place in held.items() if place[0] in teams}
    within = _children(on, teams)
    flags: dict[int, set[str]] = defaultdict(set)
    standing = HazardFlag.objects.filter(live_on(on), child__in=within)
    for child, kind in standing.order_by().values_list("child", "kind__code"):
        flags[child].add(kind)
    decisions = _decisions(on, within)
    in_time = latest_in_time(on)
    rows = []
    for child, last_face, last_other, latest in _contacts(on, within):
        if child not in held:
            continue
        team, plans = held[child]
        rows.append(
            ChildNow(
                child=child,
                team=team,
                plans=plans,
                flagged=child in flags,
                most_vulnerable=MOST_VULNERABLE in flags.get(child, ()),
                decision=_decision(decisions.get(child, ()), last_face, on),
                alternative=latest is not None and latest != Method.FACE_TO_FACE,
                last_face_to_face=last_face,
                last_contact=max(filter(None, (last_face, last_other)), default=None),
                overdue_face_to_face=overdue(plans, last_face, in_time, on),
            )
        )
    return OversightNow(on, rows, decisions)


def _open_places(on: date) -> QuerySet[PlanTeam]:
    """Which team holds which open plan on the day."""
    return PlanTeam.objects.filter(
        Q(plan__end_date=None) | Q(plan__end_date__gt=on), holds_on(on), plan__start_date__lte=on
    )


def _plans(on: date) -> dict[int, tuple[int, tuple[PlanNow, ...]]]:
    """Child -> (team, plans): of each type the plan that began first, the longest open one's team."""
    found: dict[int, tuple[int, dict[str, PlanNow]]] = {}
    rows = _open_places(on).order_by("plan__start_date", "plan__ref_order")
    columns = ("plan__child", "team", "plan__plan_type", "plan__start_date", "plan__long_term")
    for child, team, plan_type, start, long_term in rows.values_list(*columns).iterator(5_000):
        _, by_type = found.setdefault(child, (team, {}))
        by_type.setdefault(plan_type, PlanNow(plan_type, start, long_term))
    return {child: (team, tuple(by_type.values())) for child, (team, by_type) in found.items()}


def _children(on: date, teams: Collection[int] | None) -> QuerySet[Child]:
    """Children with a plan that is open, and in one of the teams, on the day (with a second plan
    elsewhere the child may count there: `_plans` decides)."""
    if teams is None:
        return Child.objects.filter(pk__in=Plan.objects.open_on(on).values("child"))
    # By the teams' few places: asked child by child, SQLite would go through them for each.
    places = _open_places(on).filter(team__in=list(teams))
    return Child.objects.filter(pk__in=places.values("plan__child"))


def _contacts(on: date, children: QuerySet[Child]) -> list[tuple[int, date | None, date | None, str | None]]:
    """(child, last seen face to face, last seen by an authorised alternative, method of the contact that
    decides whether the row of alternatives goes on), up to the day."""
    made = Visit.objects.filter(child=OuterRef("pk"), visit_date__lte=on, status=Status.COMPLETED)
    made = made.order_by("-visit_date", "-pk")
    seen = made.filter(child_seen=True)
    rows = children.annotate(
        face=Subquery(seen.filter(method=Method.FACE_TO_FACE).values("visit_date")[:1]),
        other=Subquery(
            seen.filter(authorised=True).exclude(method=Method.FACE_TO_FACE).values("visit_date")[:1]
        ),
        # A visit at which the child was not seen neither ends the row nor adds to it.
        latest=Subquery(
            made.filter(~Q(method=Method.FACE_TO_FACE) | Q(child_seen=True)).values("method")[:1]
        ),
    )
    return list(rows.order_by().values_list("pk", "face", "other", "latest"))


def _decisions(on: date, children: QuerySet[Child]) -> dict[int, list[_Authorised]]:
    rows = (
        ManagementDecision.objects.filter(state=DecisionState.AUTHORISED, child__in=children)
        .annotate(renewed_from=renewed_from())
        .order_by("pk")
        .values_list(
            "child",
            "covers_from",
            "review_on",
            "renewed_from",
            "plan__end_date",
            "decided_at",
            "retrospective",
            "renewal",
        )
    )
    found: dict[int, list[_Authorised]] = defaultdict(list)
    for child, covers, review, renewed, end, decided_at, retrospective, renewal in rows:
        still_open = end is None or end > on
        # Who authorised is on the row: the database asks for it.
        decided = day_of(cast(datetime, decided_at))
        one = _Authorised(covers, review, renewed, still_open, decided, retrospective, renewal)
        found[child].append(one)
    return found


def _decision(decisions: Collection[_Authorised], last_face: date | None, on: date) -> str:
    standing = {one.stands(last_face, on) for one in decisions}
    return LIVE if LIVE in standing else LAPSED if LAPSED in standing else NONE


def latest_in_time(on: date) -> dict[tuple[str, bool], date]:
    """(plan type, settled placement) -> the day from which on a visit is in time on the day `on`. Types
    without a rule are left out."""
    intervals, found = rules_now(), {}
    for plan_type in PlanType.values:
        standard = in_force(intervals, plan_type, Regime.STANDARD, on)
        if standard is None:
            continue
        longer = in_force(intervals, plan_type, Regime.LONG_TERM, on) or standard
        found[plan_type, False] = due_dates.earliest_not_overdue(on, standard)
        found[plan_type, True] = due_dates.earliest_not_overdue(on, longer)
    return found


def overdue(
    plans: Sequence[PlanNow], last_face: date | None, in_time: dict[tuple[str, bool], date], on: date
) -> bool:
    """What `due_dates.due_by` calls overdue, with face-to-face visits alone."""
    settled_since = due_dates.latest_settled_start(on)
    for plan in plans:
        cut = in_time.get((plan.plan_type, plan.long_term and plan.start <= settled_since))
        if cut is not None and max(plan.start, last_face or plan.start) < cut:
            return True
    return False


# --- Month by month -------------------------------------------------------------------------


def alternatives_by_month(
    first: Month, last: Month, *, teams: Collection[int] | None = None
) -> list[AlternativeMonth]:
    """Alternatives that took place in each month, both ends included, and how many of them on a day that
    an authorised decision about the child covers. With `teams`: of children who had a plan in one of them
    on that day."""
    made = Visit.objects.filter(
        status=Status.COMPLETED, visit_date__gte=first.first_day, visit_date__lte=last.last_day
    ).exclude(method=Method.FACE_TO_FACE)
    if teams is not None:
        day = OuterRef("visit_date")
        places = PlanTeam.objects.filter(
            Q(until_date=None) | Q(until_date__gt=day),
            Q(plan__end_date=None) | Q(plan__end_date__gt=day),
            plan__child=OuterRef("child"),
            team__in=list(teams),
            from_date__lte=day,
        )
        made = made.filter(Exists(places))
    covering = ManagementDecision.objects.filter(
        child=OuterRef("child"),
        state=DecisionState.AUTHORISED,
        covers_from__lte=OuterRef("visit_date"),
        review_on__gte=OuterRef("visit_date"),
    )
    rows = (
        made.annotate(
            year=ExtractYear("visit_date"), month=ExtractMonth("visit_date"), covered=Exists(covering)
        )
        .order_by()
        .values("year", "month")
        .annotate(alternatives=Count("pk"), under_decision=Count("pk", filter=Q(covered=True)))
    )
    found = {row["year"] * 12 + row["month"] - 1: row for row in rows}
    empty = {"alternatives": 0, "under_decision": 0}
    return [
        AlternativeMonth(month.index, row["alternatives"], row["under_decision"])
        for month in first.until(last)
        for row in (found.get(month.index, empty),)
    ]


# --- Who answers, and for whom --------------------------------------------------------------


def managers_by_team(on: date) -> dict[int, tuple[str, ...]]:
    """Team key -> names of those who manage it on the day, by name; teams without a manager are left out."""
    rows = TeamMember.objects.filter(holds_on(on), role=TeamRole.MANAGER).order_by("user__name", "user")
    found: dict[int, tuple[str, ...]] = {}
    for team, name in rows.values_list("team", "user__name"):
        found[team] = (*found.get(team, ()), name)
    return found


def lines_behind(
    children: Collection[int], user: User, *, at: datetime, start: int, size: int
) -> tuple[int, list[ChildLine]]:
    """How many of these children (keys) `user` may open at the moment `at`, and lines of `size` of them
    from the `start`-th, those longest without a face-to-face visit first."""
    reach: ChildQuerySet = Child.objects.visible_to(user, at=at).filter(pk__in=list(children))
    face = Visit.objects.filter(
        child=OuterRef("pk"),
        status=Status.COMPLETED,
        child_seen=True,
        method=Method.FACE_TO_FACE,
        visit_date__lte=day_of(at),
    )
    last = Subquery(face.order_by("-visit_date").values("visit_date")[:1])
    ordered = reach.annotate(last_face=last).order_by(F("last_face").asc(nulls_first=True), "uid")
    return reach.count(), child_lines(ordered[start : start + size], user, at=at)
