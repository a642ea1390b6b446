"""The backlog register, read as it was known at a moment."""

from datetime import datetime

from django.db.models import Max, Prefetch, Q, QuerySet

from accounts.selectors import User
from partners.facts.plans import BacklogFact, CountFact, Partner
from partners.models import Backlog, BacklogCount, Cycle, Organisation
from partners.rules import backlogs as rules
from safeguarding.kernel.periods import day_of


def visible(user: User, *, at: datetime) -> QuerySet[Backlog]:
    return Backlog.objects.visible_to(user, at=at).select_related("organisation")


def count_rows(backlog: Backlog) -> list[CountFact]:
    """Every row, corrected ones too, in the order in which they were recorded."""
    return [_count(row) for row in backlog.counts.order_by("pk")]


def _count(row: BacklogCount) -> CountFact:
    return CountFact(
        row=row.pk,
        period_start=row.period_start,
        period_end=row.period_end,
        before=row.before,
        came_in=row.came_in,
        went_out=row.went_out,
        stock=row.stock,
        correction_reason=row.correction_reason,
        at=row.at,
    )


def backlogs_at(at: datetime) -> list[BacklogFact]:
    """Backlogs of plans that were submitted by `at`, with the counts on record then and the forecast that
    follows from them. By organisation and name; two queries."""
    return backlog_facts(Backlog.objects.filter(organisation__recovery_plan__submitted_at__lte=at), at)


def backlog_facts(rows: QuerySet[Backlog], at: datetime, *, closed: bool = False) -> list[BacklogFact]:
    counts = BacklogCount.objects.filter(at__lte=at).order_by("pk")
    rows = rows.filter(created_at__lte=at).select_related("organisation")
    if not closed:
        rows = rows.filter(Q(closed_on=None) | Q(closed_on__gt=day_of(at)))
    return [
        _fact(row)
        for row in rows.prefetch_related(Prefetch("counts", counts)).order_by("organisation__name", "name")
    ]


def _fact(row: Backlog) -> BacklogFact:
    counts = rules.latest_rows([_count(one) for one in row.counts.all()])
    return BacklogFact(
        uid=row.uid,
        partner=Partner(row.organisation.uid, row.organisation.name),
        kind=row.kind,
        name=row.name,
        unit=row.unit,
        national=row.national,
        counts=counts,
        forecast=rules.forecast(counts),
    )


def latest_cycle(at: datetime) -> Cycle | None:
    """The cycle that was opened last by `at`."""
    return Cycle.objects.filter(opened_at__lte=at).order_by("-period_start").first()


def counts_owed(user: User, *, at: datetime) -> tuple[int, bool]:
    """Of organisations that `user` answers for: backlogs that are not counted up to the end of the latest
    cycle's period, and whether that cycle's return was due before `at`."""
    own = Organisation.objects.answered_for_by(user, at=at)
    rows = Backlog.objects.filter(organisation__in=own, closed_on=None)
    ends = list(rows.annotate(counted_to=Max("counts__period_end")).values_list("counted_to", flat=True))
    cycle = latest_cycle(at) if ends else None
    if cycle is None:
        return 0, False
    owed = sum(end is None or end < cycle.period_end for end in ends)
    return owed, bool(owed) and cycle.due_at < at
