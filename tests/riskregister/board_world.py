"""Two partners, the board's people, and its work in each state."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from accounts.models import User
from partners.constants import Duty
from partners.models import Organisation
from riskregister.constants import Confidence, EscalationState, RiskTheme
from riskregister.history import keep
from riskregister.models import Challenge, Decision, Escalation, Risk, Signal
from riskregister.rules.board_work import DecisionDraft, SignalDraft
from riskregister.services import challenges, decisions, escalations, signals
from riskregister.services.challenges import AskedAbout
from riskregister.services.decisions import DecidedOn
from riskregister.services.escalations import About
from tests.partners.factories import make_organisation, represent
from tests.people import person
from tests.riskregister.factories import make_risk

# A Monday.
NOW = datetime(2020, 6, 15, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


@dataclass
class World:
    police: Organisation
    health: Organisation
    lead: User
    deputy: User
    contributor: User
    other_lead: User
    coordinator: User
    board: User
    second: User
    manager: User
    worker: User
    auditor: User
    administrator: User
    risk: Risk
    own_risk: Risk


def make_world() -> World:
    lead, other_lead = person("PR", name="Lena Lead"), person("PR", name="Oscar Other")
    police = make_organisation("Moorland Police", lead=lead)
    health = make_organisation("Moorland Health", kind="nhs_provider", lead=other_lead)
    world = World(
        police=police,
        health=health,
        lead=lead,
        deputy=person("PR", name="Dan Deputy"),
        contributor=person("PR", name="Connie Contributor"),
        other_lead=other_lead,
        coordinator=person("CO", name="Cora Coordinator"),
        board=person("BM", name="Bea Board"),
        second=person("BM", name="Ben Board"),
        manager=person("MG", name="Mona Manager"),
        worker=person("SW", name="Wanda Worker"),
        auditor=person("AU", name="Aude Auditor"),
        administrator=person("AD", name="Ada Administrator"),
        risk=make_risk(),
        own_risk=make_risk("Officers are off sick", organisation=police),
    )
    represent(world.deputy, police, Duty.DEPUTY)
    represent(world.contributor, police, Duty.CONTRIBUTOR)
    return world


def signal_draft(**other) -> SignalDraft:
    right = {
        "title": "More babies with injuries",
        "what": "Three hospitals report more than usual",
        "source": "Hospital liaison",
        "evidence": "",
        "confidence": Confidence.MEDIUM,
        "theme": RiskTheme.SIGHT,
    }
    return SignalDraft(**right | other)


def raised(world: World, user: User | None = None, *, now: datetime = NOW, **other) -> Signal:
    of = other.pop("organisation", None)
    return signals.raise_signal(
        user=user or world.coordinator,
        draft=signal_draft(**other),
        organisation_id=of.pk if of else None,
        token=uuid4(),
        now=now,
    )


def escalated(world: World, user: User | None = None, *, now: datetime = NOW, **other) -> Escalation:
    right = {
        "about": About(risk=world.risk),
        "title": "Children are not seen",
        "reason": "Only the board can move staff",
        "answer_due_on": now.date() + 14 * DAY,
        "token": uuid4(),
    }
    return escalations.escalate(user=user or world.coordinator, now=now, **right | other)


def proposed(world: World, *, now: datetime = NOW) -> Escalation:
    made = Escalation.objects.create(
        source="appetite",
        risk=world.risk,
        title="R-001: Children are not seen",
        reason="The risk is rated 20. The board bears 9 at most for this theme.",
        state=EscalationState.PROPOSED,
        raised_at=now,
    )
    keep(made, thing="escalation", at=now, by=None)
    return made


def answered(world: World, *, now: datetime = NOW, user: User | None = None, **other) -> Escalation:
    made = escalated(world, now=now, **other)
    return escalations.answer(
        user=user or world.board, escalation=made, answer="Two officers move", expected_version=1, now=now
    )


def asked(world: World, user: User | None = None, *, now: datetime = NOW, **other) -> Challenge:
    right = {
        "about": AskedAbout(),
        "asked_of_id": world.police.pk,
        "question": "Why has the number of referrals fallen?",
        "answer_due_on": now.date() + 14 * DAY,
        "token": uuid4(),
    }
    return challenges.ask(user=user or world.board, now=now, **right | other)


def challenge_answered(world: World, *, now: datetime = NOW, **other) -> Challenge:
    made = asked(world, now=now, **other)
    return challenges.answer(
        user=world.lead, challenge=made, answer="Schools were closed", expected_version=1, now=now
    )


def accepted(world: World, *, now: datetime = NOW) -> Challenge:
    made = challenge_answered(world, now=now)
    return challenges.accept(user=world.board, challenge=made, expected_version=2, now=now)


def decision_draft(**other) -> DecisionDraft:
    right = {
        "title": "Two officers move to the front door",
        "kind": "agreed",
        "options": "Move two, move one, or none",
        "reason": "Referrals wait for too long",
        "dissent": "",
        "childrens_rights": "Children are heard sooner",
        "decided_on": TODAY,
        "look_again_on": TODAY + 90 * DAY,
    }
    return DecisionDraft(**right | other)


def decided(world: World, *, user: User | None = None, now: datetime = NOW, about=None, **other) -> Decision:
    return decisions.record_decision(
        user=user or world.coordinator,
        draft=decision_draft(**other),
        about=about or DecidedOn(),
        token=uuid4(),
        now=now,
    )


def confirmed(world: World, *, now: datetime = NOW, **other) -> Decision:
    made = decided(world, now=now, **other)
    return decisions.confirm_decision(user=world.board, decision=made, expected_version=1, now=now)
