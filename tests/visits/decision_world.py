"""Decisions about the world's child, for tests: each function takes the ordinary way through the services."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from tests.visits.records_world import NOW, World
from visits import services
from visits.constants import Method
from visits.models import ManagementDecision, OversightRule
from visits.rules.decisions import Choice, DecisionDraft

TODAY = NOW.date()
ANSWERS = {
    "child_centred": "He is shielding after treatment and wants to show his room on the screen",
    "risk_based": "Infection is the greater risk for these two weeks",
    "family_focused": "Grandmother lives next door and looks in daily",
    "evidence_informed": "Letter of the hospital, seen last week",
    "collaborative": "The school nurse agrees",
    "transparent": "Told by telephone, with a letter to follow",
    "risk_if_not_seen": "Bruising could be missed",
    "contingency": "The duty worker goes within a day",
    "child_view": "Likes the calls",
    "family_view": "The mother agrees",
}


def make_limits() -> None:
    for code, value, unit in (
        ("decision_longest_days", 28, "days"),
        ("second_approver_from_renewal", 2, "renewal"),
        ("chain_limit", 3, "contacts"),
    ):
        OversightRule.objects.get_or_create(
            code=code,
            effective_from=date(2020, 1, 1),
            defaults={"value": value, "unit": unit, "source": "test"},
        )


def draft(**other) -> DecisionDraft:
    right = {
        "due_on": TODAY + timedelta(days=3),
        "alternative": Method.VIDEO,
        "covers_from": TODAY,
        "review_on": TODAY + timedelta(days=14),
        **ANSWERS,
    }
    return DecisionDraft(**right | other)


def ask(world: World, *, now: datetime = NOW, user=None, renews=None, token=None, child=None, **other):
    child = child or world.child
    return services.ask_for_decision(
        user=user or world.worker,
        child=child,
        plan=child.plans.order_by("pk").first(),
        draft=draft(**other),
        renews=renews,
        token=token or uuid4(),
        now=now,
    )


def decide(
    decision: ManagementDecision,
    user,
    choice: Choice = Choice.AUTHORISE,
    note: str = "",
    *,
    version: int | None = None,
    now: datetime = NOW,
) -> ManagementDecision:
    return services.decide(
        user=user,
        decision=decision,
        choice=choice,
        note=note,
        expected_version=decision.version if version is None else version,
        now=now,
    )


def authorised(world: World, **other) -> ManagementDecision:
    """A decision that stands from today for a fortnight."""
    return decide(ask(world, **other), world.manager)


def renewed_once(world: World) -> ManagementDecision:
    """The first renewal of a decision, authorised on the day the first one ends."""
    first = authorised(world)
    later = NOW + timedelta(days=14)
    days = {"covers_from": later.date() + timedelta(days=1), "review_on": later.date() + timedelta(days=20)}
    again = ask(world, renews=first, now=later, **days)
    return decide(again, world.manager, now=later)


def decision_row(plan, asked_by, at: datetime, **other) -> ManagementDecision:
    """A decision as a row, past the services; asked for unless `other` says what became of it."""
    today = at.date()
    days = {"covers_from": today, "review_on": today + timedelta(days=14), "due_on": today}
    fields = vars(draft(**days)) | {"child": plan.child, "plan": plan, "asked_by": asked_by, "asked_at": at}
    return ManagementDecision.objects.create(**fields | other)
