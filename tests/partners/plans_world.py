"""A small partnership with recovery plans for tests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from accounts.models import User
from partners.models import Backlog, Organisation, RecoveryPlan, Service
from partners.rules.backlogs import CountDraft
from partners.rules.plans import DependencyDraft, StageDraft
from partners.rules.services import LevelDraft
from partners.services import backlogs, commitments, dependencies, plans
from tests.partners.factories import make_organisation, represent
from tests.people import person

NOW = datetime(2020, 6, 15, 10, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


@dataclass
class World:
    police: Organisation
    health: Organisation
    lead: User
    other_lead: User
    contributor: User
    coordinator: User
    auditor: User
    board: User


def make_world() -> World:
    lead, other_lead = person("PR", name="Police lead"), person("PR", name="Health lead")
    contributor = person("PR", name="Health contributor")
    police = make_organisation("Police", lead=lead)
    health = make_organisation("Health", kind="ccg", lead=other_lead)
    represent(contributor, health, "contributor")
    return World(
        police=police,
        health=health,
        lead=lead,
        other_lead=other_lead,
        contributor=contributor,
        coordinator=person("CO", name="Coordinator"),
        auditor=person("AU", name="Auditor"),
        board=person("BM", name="Board"),
    )


def add_plan(
    world: World, *, user: User | None = None, organisation=..., submit: bool = True, now=NOW, **other
):
    user = user or world.lead
    fields = {
        "title": "Recovery of the police",
        "remit": "All services to children",
        "token": uuid4(),
    } | other
    whose = world.police if organisation is ... else organisation
    plan = plans.add_plan(user=user, organisation=whose, now=now, **fields)
    return submitted(plan, user, now=now) if submit else plan


def submitted(plan: RecoveryPlan, user: User, *, now=NOW, version: int = 0) -> RecoveryPlan:
    plan.refresh_from_db()
    return plans.submit_plan(user=user, plan=plan, expected_version=version or plan.version, now=now)


def stage(plan: RecoveryPlan, user: User, to: str, *, on: date = TODAY, reason="", now=NOW, version: int = 0):
    plan.refresh_from_db()
    return plans.change_stage(
        user=user,
        plan=plan,
        draft=StageDraft(to, on, reason),
        expected_version=version or plan.version,
        now=now,
    )


def add_service(
    plan: RecoveryPlan, user: User, name="Visits", level="maintained", *, on=TODAY, now=NOW, **other
):
    fields = {"normal_level": "A visit within two days", "token": uuid4()} | other
    draft = LevelDraft(level, on, "Staff are ill" if level in ("reduced", "paused") else "")
    return commitments.add_service(user=user, plan=plan, name=name, draft=draft, now=now, **fields)


def set_level(
    service: Service, user: User, level: str, *, on=TODAY, reason="Staff are ill", now=NOW, version=0
):
    service.refresh_from_db()
    return commitments.change_level(
        user=user,
        service=service,
        draft=LevelDraft(level, on, reason),
        expected_version=version or service.version,
        now=now,
    )


def ask(plan: RecoveryPlan, user: User, on: Organisation, *, by: date | None = None, now=NOW, **other):
    fields = {"what": "Health assessments of children in care", "token": uuid4()} | other
    draft = DependencyDraft(fields.pop("what"), by)
    return dependencies.ask(user=user, plan=plan, on=on, draft=draft, now=now, **fields)


def answer(dependency, user: User, state="confirmed", words="", *, now=NOW, version: int = 0):
    dependency.refresh_from_db()
    return dependencies.answer(
        user=user,
        dependency=dependency,
        state=state,
        words=words,
        expected_version=version or dependency.version,
        now=now,
    )


def add_backlog(plan: RecoveryPlan, user: User, *, now=NOW, **other) -> Backlog:
    fields = {
        "kind": "courts",
        "name": "Hearings",
        "unit": "cases",
        "national": True,
        "token": uuid4(),
    } | other
    return backlogs.add_backlog(user=user, plan=plan, now=now, **fields)


def count(backlog: Backlog, user: User, start: date, *numbers: int, days=14, reason="", now=NOW, token=None):
    """before, in, out; the stock follows, unless it is given."""
    before, came_in, went_out, *rest = numbers
    stock = rest[0] if rest else before + came_in - went_out
    draft = CountDraft(start, start + (days - 1) * DAY, before, came_in, went_out, stock, reason)
    return backlogs.record_count(user=user, backlog=backlog, draft=draft, token=token or uuid4(), now=now)
