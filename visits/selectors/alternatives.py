"""Alternatives to a visit: what stood in their way in law, how many in a row, and their records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.policy import Action, Thing
from accounts.selectors import User
from guidance.constants import RuleKey, RuleTerms
from guidance.facts.register import EasementFact
from guidance.selectors.easements import for_rules
from safeguarding.kernel.errors import Refusal
from visits.constants import Method, PlanType, Status
from visits.models import AlternativeRecord, Child, Plan, RemoteVisitRule, Visit
from visits.rules import alternatives as alternative_rules
from visits.rules.alternatives import Contact, RemoteRule, Standing
from visits.selectors.lines import shown_as
from visits.selectors.oversight_rules import limit

CHAIN_LIMIT = "chain_limit"
_PIECE = 500
# The rules of guidance's easements that are about visits, by plan type.
_EASED = {
    RuleKey.REMOTE_VISITS_CARE: PlanType.CIC,
    RuleKey.REMOTE_VISITS_CP: PlanType.CP,
    RuleKey.REMOTE_VISITS_CIN: PlanType.CIN,
}


@dataclass(frozen=True)
class Chain:
    """How many contacts in a row were not face to face, and what to say of it (empty: nothing)."""

    length: int
    warning: str


@dataclass(frozen=True)
class AlternativeLine:
    """One alternative that took place, as a list or a file shows it. What was learned stays in the record."""

    visit_uid: UUID
    child_uid: UUID
    # The reference, or for an auditor a code that leads nowhere else.
    shown_as: str
    visit_date: date
    method: str
    plan_types: tuple[str, ...]
    authorised: bool
    recorded_by: str
    recorded_at: datetime
    standing: Standing
    # Place in the row of contacts that were not face to face: 1 for the first.
    chain: int
    # None where it came by import and nobody has written the record yet.
    record: AlternativeRecord | None


def remote_rules() -> list[RemoteRule]:
    """What holds of remote visits: the easements on the register of guidance, then the ordinary law. Two
    queries."""
    return [_eased(easement) for easement in for_rules(tuple(_EASED))] + _ordinary_rules()


def _eased(easement: EasementFact) -> RemoteRule:
    recorded = easement.terms == RuleTerms.RECORDED
    where = f", {easement.provision}" if easement.provision else ""
    return RemoteRule(
        _EASED[RuleKey(easement.rule)],
        allowed=True,
        needs_reason=recorded,
        needs_record=recorded,
        effective_from=easement.effective_from,
        effective_until=easement.effective_until,
        instrument=f"{easement.instrument}{where}",
        eased=True,
    )


def _ordinary_rules() -> list[RemoteRule]:
    return [
        RemoteRule(
            rule.plan_type,
            rule.allowed,
            rule.needs_reason,
            rule.needs_record,
            rule.effective_from,
            rule.effective_until,
            rule.instrument,
        )
        for rule in RemoteVisitRule.objects.all()
    ]


def plan_types_on(child: Child, day: date) -> list[str]:
    """Types of the child's plans that were open on `day`, each once."""
    plans = Plan.objects.open_on(day).filter(child=child).order_by("plan_type")
    return list(plans.values_list("plan_type", flat=True).distinct())


def standing_on(child: Child, method: str, day: date, *, has_record: bool) -> Standing:
    """How a contact of this child by `method` on `day` stands in law."""
    return alternative_rules.standing(
        method, day, plan_types_on(child, day), remote_rules(), has_record=has_record
    )


def chain_of(child: Child, *, on: date) -> Chain:
    """The row of alternatives that has not ended yet, up to today."""
    length = alternative_rules.chain_length(_contacts([child.pk]).get(child.pk, ()))
    if not length:
        return Chain(0, "")
    try:
        return Chain(length, alternative_rules.chain_warning(length, limit(CHAIN_LIMIT, on)))
    except Refusal as unset:
        # A page that only shows the row says what is missing instead of a warning.
        return Chain(length, unset.message)


def chain_lengths(children: Iterable[int]) -> dict[int, int]:
    """Child key -> how many contacts in a row were not face to face; children without are left out."""
    lengths = {
        child: alternative_rules.chain_length(rows) for child, rows in _contacts(list(children)).items()
    }
    return {child: length for child, length in lengths.items() if length}


def _contacts(children: Collection[int]) -> dict[int, list[Contact]]:
    rows = (
        Visit.objects.filter(child__in=children, status=Status.COMPLETED)
        .order_by()
        .values_list("child", "visit_date", "pk", "method", "child_seen")
    )
    found: dict[int, list[Contact]] = defaultdict(list)
    for child, day, order, method, child_seen in rows:
        found[child].append(Contact(day, order, method, child_seen))
    return found


def chain_at(visit: Visit) -> int:
    """The alternative's place in its row; 0 for what is none or did not take place."""
    if visit.method == Method.FACE_TO_FACE or visit.status != Status.COMPLETED:
        return 0
    contacts = _contacts([visit.child_id]).get(visit.child_id, ())
    return alternative_rules.chain_length(contacts, until=(visit.visit_date, visit.pk))


def alternatives_between(user: User, first: date, last: date, *, at: datetime) -> QuerySet[Visit]:
    """Alternatives of the manager's teams that took place on these days, both included, the latest first."""
    team = Child.objects.open_to(user, Action.DECIDE, Thing.ALTERNATIVE, at=at)
    visits = Visit.objects.filter(
        child__in=team, status=Status.COMPLETED, visit_date__gte=first, visit_date__lte=last
    ).exclude(method=Method.FACE_TO_FACE)
    return visits.order_by("-visit_date", "-pk")


def alternative_lines(visits: QuerySet[Visit], user: User, *, at: datetime) -> list[AlternativeLine]:
    """Lines for these alternatives (a page or a file of them: everything is read), in their order."""
    rows = list(visits.select_related("recorded_by", "alternative"))
    children = [visit.child_id for visit in rows]
    named = {child.pk: child for child in Child.objects.filter(pk__in=children).named_for(user, at=at)}
    contacts = _contacts(children)
    plans: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
    of_children = Plan.objects.filter(child__in=children).order_by("plan_type", "start_date")
    for child, kind, start, end in of_children.values_list("child", "plan_type", "start_date", "end_date"):
        plans[child].append((kind, start, end))
    rules = remote_rules()
    return [
        _line(visit, named[visit.child_id], contacts[visit.child_id], plans[visit.child_id], rules)
        for visit in rows
    ]


def every_line(visits: QuerySet[Visit], user: User, *, at: datetime) -> Iterator[AlternativeLine]:
    """Lines for all of these alternatives, read in pieces: a year of a whole service is no page."""
    keys = list(visits.values_list("pk", flat=True))
    for start in range(0, len(keys), _PIECE):
        piece = Visit.objects.filter(pk__in=keys[start : start + _PIECE])
        yield from alternative_lines(piece.order_by("-visit_date", "-pk"), user, at=at)


def _line(
    visit: Visit,
    child: Child,
    contacts: Iterable[Contact],
    plans: Sequence[tuple[str, date, date | None]],
    rules: Iterable[RemoteRule],
) -> AlternativeLine:
    day = visit.visit_date
    types = dict.fromkeys(
        PlanType(kind) for kind, start, end in plans if start <= day and (end is None or end > day)
    )
    record = getattr(visit, "alternative", None)
    return AlternativeLine(
        visit_uid=visit.uid,
        child_uid=child.uid,
        shown_as=shown_as(child),
        visit_date=day,
        method=visit.method,
        plan_types=tuple(types),
        authorised=visit.authorised,
        recorded_by=visit.recorded_by.name if visit.recorded_by else "",
        recorded_at=visit.recorded_at,
        standing=alternative_rules.standing(visit.method, day, types, rules, has_record=record is not None),
        chain=alternative_rules.chain_length(contacts, until=(day, visit.pk)),
        record=record,
    )


def default_period(today: date) -> tuple[date, date]:
    """The four weeks up to today."""
    return date.fromordinal(today.toordinal() - 27), today


def may_be_recorded(user: User, child: Child, *, at: datetime) -> bool:
    return Child.objects.open_to(user, Action.CREATE, Thing.ALTERNATIVE, at=at).contains(child)
