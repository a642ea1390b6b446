"""Easements, read: as they stand, as they were known at a moment, and as the rules of visits take them."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from guidance.constants import LocalDecision
from guidance.facts.register import EasementFact
from guidance.history import Snapshot, as_at
from guidance.models import Easement, GuidanceItem
from guidance.rules import easements as rules
from partners.facts.waiting import Waiting
from safeguarding.kernel.periods import day_of

# For how many days after its end an easement that was used is told to who keeps the register.
ENDED_TOLD_DAYS = 28


def visible(user: User) -> QuerySet[Easement]:
    """All of them for everybody who reads guidance: what holds in law is no secret."""
    rows = Easement.objects.select_related("item", "decided_by", "recorded_by")
    return rows if allows(user.roles, Action.VIEW, Thing.GUIDANCE) else rows.none()


def may_keep(user: User) -> bool:
    return Scope.ALL in scopes(user.roles, Action.EDIT, Thing.GUIDANCE)


def fact(easement: Easement) -> EasementFact:
    return EasementFact(
        uid=easement.uid,
        title=easement.title,
        instrument=easement.instrument,
        provision=easement.provision,
        duty=easement.duty,
        what_changes=easement.what_changes,
        normally=easement.normally,
        effective_from=easement.effective_from,
        effective_until=easement.effective_until,
        rule=easement.rule,
        terms=easement.terms,
        local_decision=easement.local_decision,
        item_label=easement.item.label if easement.item else "",
    )


def easements_now() -> list[EasementFact]:
    """Every easement as it stands, by its first day. One query."""
    rows = Easement.objects.select_related("item").order_by("effective_from", "title", "pk")
    return [fact(row) for row in rows]


def for_rules(keys: Collection[str]) -> list[EasementFact]:
    """The easements that change these rules (codes of RuleKey), by their first day. One query."""
    rows = Easement.objects.filter(rule__in=keys).select_related("item")
    return [fact(row) for row in rows.order_by("rule", "effective_from")]


def easements_at(moment: datetime) -> tuple[EasementFact, ...]:
    """Every easement as it was known at `moment`, by its first day: an end that was changed later, and a
    decision taken later, do not show. Two queries."""
    known = as_at("easement", moment).values()
    items = {UUID(one.fields["item"]) for one in known if one.fields["item"]}
    numbers = dict(GuidanceItem.objects.filter(uid__in=items).values_list("uid", "number")) if items else {}
    facts = [_known(one, numbers) for one in known]
    return tuple(sorted(facts, key=lambda one: (one.effective_from, one.title, str(one.uid))))


def _known(snapshot: Snapshot, numbers: dict[UUID, int]) -> EasementFact:
    said = snapshot.fields
    until = said["effective_until"]
    return EasementFact(
        uid=snapshot.uid,
        title=said["title"],
        instrument=said["instrument"],
        provision=said["provision"],
        duty=said["duty"],
        what_changes=said["what_changes"],
        normally=said["normally"],
        effective_from=date.fromisoformat(said["effective_from"]),
        effective_until=date.fromisoformat(until) if until else None,
        rule=said["rule"],
        terms=said["terms"],
        local_decision=said["local_decision"],
        item_label=f"G{numbers[UUID(said['item'])]}" if said["item"] else "",
    )


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """For who keeps the register: what is to be decided here, and what has ended and was used."""
    if not may_keep(user):
        return []
    today = day_of(at)
    known = easements_now()
    held = [one for one in known if rules.phase(one, today) is not rules.Phase.ENDED]
    undecided = sum(one.local_decision == LocalDecision.PENDING for one in held)
    ended = sum(rules.rests_on_nothing(one, today, days=ENDED_TOLD_DAYS) for one in known)
    return [
        Waiting(
            undecided,
            f"{undecided} easement{'s wait' if undecided != 1 else ' waits'} for a decision whether to use "
            f"{'them' if undecided != 1 else 'it'} here",
            "easements",
        ),
        Waiting(
            ended,
            f"{ended} easement{'s' if ended != 1 else ''} used here {'have' if ended != 1 else 'has'} ended",
            "returns_to_normal",
            overdue=True,
        ),
    ]
