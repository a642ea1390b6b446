"""Visit rates as pages read them: stored counts, how fresh they are, the rules behind them, and
the children behind a point. Counts leave here whole: who may see which is the reader's business
(dashboards.scope), and no page shows them but through it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from accounts.policy import Scope
from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits.facts import (
    CaseloadCounts,
    ChildOutcome,
    CutFact,
    PublishedRateFact,
    RatesFreshness,
    RestrictionFact,
    TeamCounts,
    TeamPlace,
    VisitRuleFact,
)
from visits.models import (
    Child,
    PublishedRate,
    RatesState,
    Restriction,
    StaleVisits,
    Team,
    VisitCell,
    VisitCut,
    VisitRate,
    VisitRule,
)
from visits.selectors.lines import shown_as
from visits.selectors.records import sees_codes


def teams() -> list[TeamPlace]:
    """Every team, by name."""
    rows = Team.objects.order_by("name", "pk").values_list("pk", "uid", "name", "locality__name")
    return [TeamPlace(*row) for row in rows]


def managed_team_ids(user: User, *, at: datetime) -> frozenset[int]:
    """The teams whose children this person answers for as a manager at the moment `at`."""
    return frozenset(Team.objects.managed_by(user, on=day_of(at)).values_list("pk", flat=True))


def freshness() -> RatesFreshness:
    state = RatesState.objects.filter(pk=1).first() or RatesState()
    waiting = StaleVisits.objects.aggregate(changes=Count("pk"), oldest=Min("marked_at"))
    return RatesFreshness(
        first_month=state.first_month,
        last_month=state.last_month,
        current_at=state.current_at,
        changes_waiting=waiting["changes"],
        oldest_change_at=waiting["oldest"],
    )


def team_counts(
    plan_types: Collection[str], *, first: int, last: int, besides: Collection[int] = ()
) -> list[TeamCounts]:
    """Stored counts of every team for the months `first` to `last` (Month indexes, both included)
    and those named `besides`."""
    months = Q(month__range=(first, last)) | Q(month__in=list(besides))
    rows = (
        VisitRate.objects.filter(months, plan_type__in=list(plan_types), cohort__gt=0)
        .order_by("month", "plan_type", "team_id")
        .values_list(
            "month", "plan_type", "team_id", "cohort", "face_to_face", "alternative", "method_version"
        )
    )
    return [TeamCounts(*row) for row in rows]


def restrictions() -> list[RestrictionFact]:
    rows = Restriction.objects.order_by("from_date", "pk")
    return [RestrictionFact(*row) for row in rows.values_list("name", "from_date", "until_date", "source")]


def published_rates() -> list[PublishedRateFact]:
    rows = PublishedRate.objects.order_by("month", "plan_type", "source")
    return [
        PublishedRateFact(*row)
        for row in rows.values_list("month", "plan_type", "face_to_face", "alternative", "total", "source")
    ]


def visit_rules() -> list[VisitRuleFact]:
    rows = VisitRule.objects.order_by("plan_type", "-regime", "effective_from")
    return [
        VisitRuleFact(*row)
        for row in rows.values_list(
            "plan_type",
            "regime",
            "interval",
            "unit",
            "effective_from",
            "effective_until",
            "source",
            "source_checked_on",
        )
    ]


def cuts(month: int) -> list[CutFact]:
    """The method's dates of a month; empty for a month that is not worked out."""
    rows = VisitCut.objects.filter(month=month).order_by("plan_type", "-regime")
    return [
        CutFact(*row)
        for row in rows.values_list(
            "month",
            "plan_type",
            "regime",
            "month_end",
            "open_cut",
            "seen_cut",
            "anniversary_cut",
            "alternatives_collected",
        )
    ]


def alternatives_collected(months: Collection[int]) -> dict[int, bool]:
    """{month: whether alternatives were collected}, for months that are worked out."""
    rows = VisitCut.objects.filter(month__in=list(months)).values_list("month", "alternatives_collected")
    return dict(rows.distinct())


def caseload_counts(
    user: User, plan_types: Collection[str], *, first: int, last: int, besides: Collection[int], at: datetime
) -> list[CaseloadCounts]:
    """Past outcomes of the children on `user`'s caseload at the moment `at`."""
    months = Q(month__range=(first, last)) | Q(month__in=list(besides))
    rows = (
        VisitCell.objects.filter(months, plan_type__in=list(plan_types), child__in=_caseload(user, at))
        .values("month", "plan_type", "outcome")
        .annotate(children=Count("child_id"))
        .order_by("month", "plan_type", "outcome")
    )
    return [CaseloadCounts(**row) for row in rows]


def children_behind(
    user: User,
    *,
    month: int,
    plan_type: str,
    outcomes: Sequence[int],
    team_ids: Collection[int] | None,
    caseload: bool = False,
    at: datetime,
    start: int,
    size: int,
) -> tuple[int, list[ChildOutcome]]:
    """How many children behind a point `user` may open at the moment `at`, and `size` of them from
    the `start`-th. `team_ids` None: of every team. With `caseload`, only those on the caseload."""
    children = _caseload(user, at) if caseload else _reach(user, at)
    cells = VisitCell.objects.filter(
        month=month, plan_type=plan_type, outcome__in=list(outcomes), child__in=children
    )
    if team_ids is not None:
        cells = cells.filter(team_id__in=list(team_ids))
    # An order by reference would say something of the references that codes stand for.
    order = "child__uid" if sees_codes(user) else "child__child_ref"
    page = list(cells.order_by(order).select_related("team")[start : start + size])
    named = Child.objects.named_for(user, at=at).in_bulk([cell.child_id for cell in page])
    lines = [
        ChildOutcome(
            child_uid=named[cell.child_id].uid,
            shown_as=shown_as(named[cell.child_id]),
            team=cell.team.name,
            outcome=cell.outcome,
        )
        for cell in page
    ]
    return cells.count(), lines


def _caseload(user: User, at: datetime) -> QuerySet:
    """Not all that the person may open: a manager or auditor may carry cases too."""
    return Child.objects.within({Scope.OWN_CASELOAD}, user, at=at).values("pk")


def _reach(user: User, at: datetime) -> QuerySet:
    return Child.objects.visible_to(user, at=at).values("pk")
