"""The limits and laws that oversight goes by, and right answers, for tests."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from accounts.models import User
from guidance.constants import RuleKey, RuleTerms
from guidance.models import Easement
from tests.guidance.factories import make_easement
from tests.visits.records_world import NOW, World
from visits.models import (
    Child,
    ManagementDecision,
    OversightRule,
    Plan,
    PreVisitAssessment,
    Visit,
)
from visits.rules.alternatives import AlternativeDraft
from visits.rules.assessments import Answers
from visits.services import alternatives, assessments

LIMITS = (
    ("assessment_valid_hours", 24, "hours", date(2020, 1, 1)),
    ("assessment_needed", 1, "yes or no", date(2020, 3, 23)),
    ("assessment_needed", 0, "yes or no", date(2021, 7, 19)),
    ("chain_limit", 3, "contacts", date(2020, 1, 1)),
)
LAWS = (
    (date(2020, 4, 24), date(2020, 9, 25), "SI 2020/445", False),
    (date(2020, 9, 25), date(2021, 3, 31), "SI 2020/909", True),
    (date(2021, 3, 31), date(2021, 10, 1), "SI 2021/261", True),
)


def make_oversight_rules() -> None:
    for code, value, unit, since in LIMITS:
        OversightRule.objects.get_or_create(
            code=code, effective_from=since, defaults={"value": value, "unit": unit, "source": "test"}
        )
    for since, until, instrument, asks in LAWS:
        if not Easement.objects.filter(rule=RuleKey.REMOTE_VISITS_CARE, effective_from=since).exists():
            make_easement(
                rule=RuleKey.REMOTE_VISITS_CARE,
                terms=RuleTerms.RECORDED if asks else RuleTerms.FREE,
                effective_from=since,
                effective_until=until,
                instrument=instrument,
            )


def answers(**other) -> Answers:
    fields = {
        "household": frozenset({"none"}),
        "purpose_kind": "statutory",
        "purpose": "",
        "urgency": "soon",
        "lone_working": False,
        "lone_working_plan": "",
        "ppe_needed": {},
        "ppe_available": {},
        "alternatives_considered": "A video call: the family has no camera",
    }
    return Answers(**fields | other)


def assess(world: World, *, result: str = "go", reason: str = "", **other) -> PreVisitAssessment:
    """The world's worker assesses the world's child."""
    who = {"user": world.worker, "child": world.child, "token": uuid4(), "now": NOW}
    given = {name: other.pop(name) for name in tuple(other) if name in who}
    return assessments.make_assessment(
        **who | given, answers=answers(**other), result=result, result_reason=reason
    )


def assessment_row(child: Child, user: User, at: datetime) -> PreVisitAssessment:
    """One that waits for a manager, as it stands in the table."""
    return PreVisitAssessment.objects.create(
        child=child,
        made_at=at,
        made_by=user,
        valid_until=at + timedelta(days=1),
        household=["symptoms"],
        purpose_kind="statutory",
        urgency="soon",
        lone_working=False,
        alternatives_considered="A video call: the family has no camera",
        proposed="do_not_go",
        result="go",
        result_reason="The child is alone at home",
        needs_countersignature=True,
    )


def draft(**other) -> AlternativeDraft:
    fields = {
        "visit_date": NOW.date() - timedelta(days=1),
        "method": "video",
        "why": "symptoms",
        "why_more": "",
        "who": "The child and their mother",
        "seen_alone": "yes",
        "private": "The door was closed",
        "quality": "seen_and_heard",
        "learned": "The child spoke of school",
        "next_contact_on": NOW.date() + timedelta(days=7),
    }
    return AlternativeDraft(**fields | other)


def record_alternative(world: World, *, now: datetime = NOW, **other) -> Visit:
    who = {"user": world.worker, "child": world.child, "token": uuid4()}
    given = {name: other.pop(name) for name in tuple(other) if name in who}
    return alternatives.record_alternative(**who | given, draft=draft(**other), now=now)


def decide(world: World, *, child: Child | None = None, **other) -> ManagementDecision:
    """An authorised decision that covers the four weeks up to and after NOW."""
    words = dict.fromkeys(
        ("child_centred", "risk_based", "family_focused", "evidence_informed", "collaborative",
         "transparent", "risk_if_not_seen", "contingency"), "Because of the household",
    )  # fmt: skip
    fields = {
        "child": child or world.child,
        "plan": Plan.objects.filter(child=child or world.child).first(),
        "due_on": NOW.date(),
        "state": "authorised",
        "alternative": "video",
        "covers_from": NOW.date() - timedelta(days=14),
        "review_on": NOW.date() + timedelta(days=14),
        "asked_at": NOW - timedelta(days=15),
        "asked_by": world.worker,
        "decided_at": NOW - timedelta(days=15),
        "decided_by": world.manager,
    }
    return ManagementDecision.objects.create(**words | fields | other)
