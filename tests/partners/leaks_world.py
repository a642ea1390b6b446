"""A partner whose drafts hold words that nobody else may ever read, and everybody else."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from accounts.models import User
from partners.facts.questions import GivenAnswer
from partners.models import (
    Action,
    ActionMove,
    AgendaItem,
    Backlog,
    BacklogCount,
    Dependency,
    Evidence,
    Organisation,
    PlanRevision,
    PlanStageChange,
    Question,
    RecoveryPlan,
    Return,
    Service,
    ServiceLevelChange,
)
from partners.rules.workbook import Returned
from partners.services import returns
from partners.services.files import kept_upload
from partners.services.workbook import keep
from tests.partners.concerns_world import concern_row
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return, represent
from tests.partners.meetings_world import meeting_row
from tests.people import person

# A Friday, within the live cycle.
NOW = datetime(2020, 5, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
# Of a draft: return, plan, what hangs on them. Nobody but its organisation reads it.
DRAFT = "zqdraft"
# Of a proposed concern: before triage the coordinator's, and the auditor's.
PROPOSED = "zqproposed"
# Of another partner's action.
ACTION = "zqaction"
# Of an item that only the other partner, the coordinator and auditors may read.
RESTRICTED = "zqrestricted"
MAY_READ = {DRAFT: (), PROPOSED: ("CO", "AU"), ACTION: ("CO", "AU", "BM"), RESTRICTED: ("CO", "AU")}


@dataclass
class World:
    people: dict[str, User]
    own: Organisation
    other: Organisation
    keeper: User
    uploads: list[UUID] = field(default_factory=list)


def make_world() -> World:
    roles = ("BM", "MG", "SW", "PR", "CO", "AU", "AD")
    people = {role: person(role, name=f"Person {role}") for role in roles}
    keeper = person("PR", name="Keeper")
    world = World(
        people,
        make_organisation("Own trust", lead=people["PR"]),
        make_organisation("Other trust", kind="nhs_provider", lead=keeper),
        keeper,
    )
    represent(people["BM"], world.own, "staff")
    represent(people["MG"], world.own, "staff")
    _returns(world)
    _plan(world)
    _work(world)
    return world


def _returns(world: World) -> None:
    """A return never sent; one that was sent back and rewritten since; the reader's own."""
    questions = make_question_set()
    sent_back = make_cycle(1, date(2020, 4, 20))
    live = make_cycle(2, date(2020, 5, 4))
    for cycle in (sent_back, live):
        make_return(world.own, cycle, questions)
    earlier, draft = (make_return(world.other, cycle, questions) for cycle in (sent_back, live))
    right = {"level": GivenAnswer("maintained"), "staff_away": GivenAnswer(5), "waiting": GivenAnswer(7)}
    _save(world, earlier, right, NOW - 16 * DAY)
    earlier.refresh_from_db()
    returns.submit_return(
        user=world.keeper, return_=earlier, expected_version=earlier.version, token=uuid4(),
        now=NOW - 16 * DAY,
    )  # fmt: skip
    earlier.refresh_from_db()
    returns.send_back(
        user=world.people["CO"], return_=earlier, expected_version=earlier.version, about={},
        reason="Say which locality", now=NOW - 15 * DAY,
    )  # fmt: skip
    for one in (earlier, draft):
        write_draft(world, one)
    upload = keep(
        user=world.keeper, return_=draft, returned=Returned({"waiting": GivenAnswer(1, comment=DRAFT)}, {}),
        now=NOW,
    )  # fmt: skip
    assert kept_upload(upload).exists()
    world.uploads.append(upload)


def write_draft(world: World, one: Return) -> None:
    one.refresh_from_db()
    later = {
        "level": GivenAnswer("paused", comment=f"{DRAFT} comment"),
        "why_paused": GivenAnswer(f"{DRAFT} text"),
        "staff_away": GivenAnswer(non_answer="not_collected", non_answer_reason=f"{DRAFT} reason"),
        "waiting": GivenAnswer(4711),
    }
    _save(world, one, later, NOW)
    question = Question.objects.get(section__question_set=one.question_set, code="level")
    add_file(world, of_return=one, question=question)


def _save(world: World, one: Return, changes: dict[str, GivenAnswer], now: datetime) -> None:
    versions = dict(one.answers.values_list("question__code", "version"))
    returns.save_answers(user=world.keeper, return_=one, changes=changes, expected=versions, now=now)


def add_file(world: World, **of) -> Evidence:
    word = ACTION if "action" in of else DRAFT
    evidence = Evidence.objects.create(
        file_name=f"{word}.pdf", media_type="application/pdf", size=4, sha256="0" * 64, uploaded_at=NOW,
        uploaded_by=world.keeper, **of,
    )  # fmt: skip
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / evidence.uid.hex).write_bytes(word.encode())
    return evidence


def _plan(world: World) -> None:
    plan = RecoveryPlan.objects.create(
        organisation=world.other, title=f"{DRAFT} plan", remit=f"{DRAFT} remit", created_at=NOW
    )
    PlanRevision.objects.create(plan=plan, title=f"{DRAFT} before", remit=f"{DRAFT} before", changed_at=NOW)
    PlanStageChange.objects.create(
        plan=plan, stage="preparing", from_date=NOW.date(), at=NOW, reason=f"{DRAFT} stage"
    )
    hang_on_plan(world)


def hang_on_plan(world: World) -> None:
    """A service, a backlog and a dependency on the reader, of the plan that nobody has handed in."""
    plan = RecoveryPlan.objects.get(organisation=world.other)
    number = Service.objects.count()
    service = Service.objects.create(
        organisation=world.other, name=f"{DRAFT} service {number}", normal_level=f"{DRAFT} level",
        created_at=NOW,
    )  # fmt: skip
    ServiceLevelChange.objects.create(
        service=service, level="paused", from_date=NOW.date(), at=NOW, reason=f"{DRAFT} paused"
    )
    backlog = Backlog.objects.create(
        organisation=world.other, kind="courts", name=f"{DRAFT} backlog {number}", unit=DRAFT, created_at=NOW
    )
    BacklogCount.objects.create(
        backlog=backlog, period_start=NOW.date() - 14 * DAY, period_end=NOW.date() - DAY, before=9, came_in=3,
        went_out=1, stock=11, correction_reason=f"{DRAFT} correction", at=NOW,
    )  # fmt: skip
    Dependency.objects.create(
        plan=plan, on_organisation=world.own, what=f"{DRAFT} dependency {number}", needed_by=NOW.date() - DAY,
        asked_at=NOW,
    )  # fmt: skip


def _work(world: World) -> None:
    propose(world)
    add_action(world)
    meeting = meeting_row(
        "Partners’ meeting", NOW - 2 * DAY, world.own, world.other, state="held", agenda_issued_at=NOW
    )
    item = AgendaItem.objects.create(
        meeting=meeting, position=1, kind="other", title=RESTRICTED, restricted=True, notes=RESTRICTED,
        decision=RESTRICTED,
    )  # fmt: skip
    item.restricted_to.set([world.other])


def propose(world: World) -> None:
    for organisation in (world.other, world.own):
        concern_row(organisation, "proposed", now=NOW, title=f"{PROPOSED} title", what=f"{PROPOSED} what")


def add_action(world: World) -> Action:
    action = Action.objects.create(
        organisation=world.other, title=f"{ACTION} title", what=f"{ACTION} what", source_kind="board",
        source_uid=uuid4(), source_label=ACTION, original_due_on=NOW.date() - DAY, due_on=NOW.date() - DAY,
        created_at=NOW, created_by=world.people["CO"],
    )  # fmt: skip
    ActionMove.objects.create(action=action, to_state="open", at=NOW, by=world.people["CO"])
    add_file(world, action=action)
    return action
