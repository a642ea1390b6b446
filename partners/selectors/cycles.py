"""Cycles, their calendar and their returns, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from partners.constants import CycleState, QuestionSetState, ReturnState
from partners.facts.waiting import Waiting
from partners.models import Cycle, CyclePause, CycleRule, Organisation, Participation, QuestionSet, Return
from partners.querysets import holds_on
from partners.rules.calendar import CalendarRule, Pause, Period, all_periods, periods
from safeguarding.kernel.periods import day_of

NEXT_SHOWN = 6


@dataclass(frozen=True)
class CycleLine:
    """A cycle of a list, with how many of its returns stand where."""

    uid: UUID
    number: int
    period_start: date
    period_end: date
    opens_at: datetime
    due_at: datetime
    state: str
    # By code of ReturnState: of all returns, or of the reader's own organisations.
    counts: dict[str, int]

    @property
    def returns(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ReturnLine:
    """A return of a cycle: who owes it and where it stands; nothing of what it says."""

    uid: UUID
    organisation: str
    organisation_uid: UUID
    state: str
    extended_until: datetime | None
    submitted_at: datetime | None
    sent: bool
    # Its page opens for the reader.
    readable: bool


def calendar() -> tuple[list[CalendarRule], list[Pause]]:
    """The rules and pauses that periods follow; two queries."""
    return [as_rule(rule) for rule in CycleRule.objects.all()], pauses_in_effect()


def as_rule(rule: CycleRule) -> CalendarRule:
    return CalendarRule(
        rule.effective_from,
        rule.first_period_start,
        rule.every_days,
        rule.period_days,
        rule.snapshot_after_days,
        rule.due_after_days,
    )


def pauses_in_effect() -> list[Pause]:
    """A pause that was lifted held until then: what it skipped stays skipped."""
    found = []
    for pause in CyclePause.objects.all():
        until = pause.until_date
        if pause.lifted_at:
            until = min(until, day_of(pause.lifted_at))
        if until > pause.from_date:
            found.append(Pause(pause.from_date, until))
    return found


def last_opened() -> date | None:
    """The first day of the latest period whose cycle exists."""
    return Cycle.objects.aggregate(latest=Max("period_start"))["latest"]


def first_unopened(rules: Sequence[CalendarRule]) -> date | None:
    """The day from which periods have no cycle yet; None without a calendar."""
    if not rules:
        return None
    first = min(rule.effective_from for rule in rules)
    latest = last_opened()
    return first if latest is None else max(first, latest + timedelta(days=1))


def next_periods(
    rules: Sequence[CalendarRule], pauses: Sequence[Pause], count: int = NEXT_SHOWN
) -> list[Period]:
    """The periods that will be opened next; those that are owed already come first."""
    first = first_unopened(rules)
    return [] if first is None else periods(rules, pauses, first, count)


def opening_by(rules: Sequence[CalendarRule], pauses: Sequence[Pause], now: datetime) -> list[Period]:
    """The periods without a cycle whose opening has come."""
    first = first_unopened(rules)
    if first is None:
        return []
    coming = all_periods(rules, pauses, first)
    return list(takewhile(lambda period: period.dates.opens_at <= now, coming))


def set_codes(organisations: QuerySet[Organisation], day: date) -> dict[int, str]:
    """By key of the organisation: the code of the question set on which it answers on `day`."""
    rows = Participation.objects.filter(holds_on(day), organisation__in=organisations).order_by("from_date")
    return dict(rows.values_list("organisation", "question_set_code"))


def newest_locked_sets() -> dict[str, QuestionSet]:
    """By code: the version on which a return of today is asked."""
    locked = QuestionSet.objects.filter(state=QuestionSetState.LOCKED).order_by("version")
    return {found.code: found for found in locked}


def cycle_lines(cycles: QuerySet[Cycle] | Sequence[Cycle], user: User, *, at: datetime) -> list[CycleLine]:
    """A page of cycles; one query more for the counts of all of them."""
    found = list(cycles)
    rows = returns_countable_by(user, at=at).filter(cycle__in=found)
    counts: dict[int, dict[str, int]] = {}
    for row in rows.order_by().values("cycle", "state").annotate(count=Count("pk")):
        counts.setdefault(row["cycle"], {})[row["state"]] = row["count"]
    return [
        CycleLine(
            cycle.uid,
            cycle.number,
            cycle.period_start,
            cycle.period_end,
            cycle.opens_at,
            cycle.due_at,
            cycle.state,
            counts.get(cycle.pk, {}),
        )
        for cycle in found
    ]


def counts_all(user: User) -> bool:
    """Whether somebody sees where each partner's return stands, and not only their own."""
    return bool(scopes(user.roles, Action.VIEW, Thing.RETURN) & {Scope.SUBMITTED, Scope.PUBLISHED})


def returns_countable_by(user: User, *, at: datetime) -> QuerySet[Return]:
    """Returns whose state (never their answers) `user` may know."""
    return Return.objects.all() if counts_all(user) else Return.objects.own_of(user, at=at)


def return_lines(cycle: Cycle, user: User, *, at: datetime) -> list[ReturnLine]:
    rows = returns_countable_by(user, at=at).filter(cycle=cycle).select_related("organisation")
    readable = set(Return.objects.visible_to(user, at=at).filter(cycle=cycle).values_list("pk", flat=True))
    return [
        ReturnLine(
            row.uid,
            row.organisation.name,
            row.organisation.uid,
            row.state,
            row.extended_until,
            row.submitted_at,
            row.state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED),
            row.pk in readable,
        )
        for row in rows.order_by("organisation__name")
    ]


def without_return(cycle: Cycle) -> list[str]:
    """Names of organisations that take part on the day the cycle opens and have no return in it."""
    taking_part = Organisation.objects.participating(day_of(cycle.opens_at))
    return list(taking_part.exclude(returns__cycle=cycle).values_list("name", flat=True))


def upcoming_pauses(*, today: date) -> list[CyclePause]:
    """Pauses that hold or will hold."""
    return list(
        CyclePause.objects.filter(lifted_at=None, until_date__gt=today)
        .select_related("set_by")
        .order_by("from_date")
    )


def earlier_pauses(*, today: date) -> list[CyclePause]:
    rows = CyclePause.objects.select_related("set_by", "lifted_by").order_by("-from_date")
    return [pause for pause in rows if pause.lifted_at or pause.until_date <= today]


def rules_set() -> list[CycleRule]:
    """The latest first."""
    return list(CycleRule.objects.select_related("set_by").order_by("-effective_from"))


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Of a coordinator: cycles past their date that nobody has closed, and a calendar that is missing."""
    if not allows(user.roles, Action.DECIDE, Thing.CYCLE):
        return []
    lines = []
    past = Cycle.objects.filter(state=CycleState.OPEN, due_at__lte=at).count()
    if past:
        words = f"{past} {'cycle is' if past == 1 else 'cycles are'} past the due date and not closed"
        lines.append(Waiting(past, words, "cycles"))
    if not CycleRule.objects.exists():
        lines.append(Waiting(1, "No calendar of cycles is set", "cycle_calendar"))
    return lines
