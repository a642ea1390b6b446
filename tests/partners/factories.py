"""Rows of the partnership for tests: small, valid, and each with only what the test says."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from accounts.models import User
from partners.constants import Duty, OrganisationKind, QuestionSetState, ReturnState
from partners.models import (
    Cycle,
    Organisation,
    Participation,
    Question,
    QuestionSet,
    Representative,
    Return,
    Section,
)

LONG_AGO = date(2020, 1, 1)
_numbers = count(1)


def make_organisation(
    name: str = "",
    kind: str = OrganisationKind.POLICE,
    *,
    lead: User | None = None,
    takes_part: bool = True,
    question_set_code: str = "basics",
    **fields,
) -> Organisation:
    organisation = Organisation.objects.create(
        name=name or f"Organisation {next(_numbers)}", kind=kind, **fields
    )
    if takes_part:
        Participation.objects.create(
            organisation=organisation, question_set_code=question_set_code, from_date=LONG_AGO
        )
    if lead:
        represent(lead, organisation)
    return organisation


def represent(user: User, organisation: Organisation, duty: str = Duty.LEAD) -> Representative:
    return Representative.objects.create(user=user, organisation=organisation, duty=duty, from_date=LONG_AGO)


def make_question_set(
    code: str = "basics", version: int = 1, questions: tuple[dict, ...] = ()
) -> QuestionSet:
    """A locked set of one section ("services"); without `questions`, one of each plain kind."""
    made = QuestionSet.objects.create(
        code=code,
        version=version,
        name="Basics",
        created_at=datetime(2020, 1, 2, tzinfo=UTC),
    )
    section = Section.objects.create(
        question_set=made, position=1, code="services", title="Services", theme="services"
    )
    for position, fields in enumerate(questions or BASIC_QUESTIONS, 1):
        Question.objects.create(section=section, position=position, **fields)
    # Last: from here on the database refuses every change.
    made.state, made.locked_at = QuestionSetState.LOCKED, datetime(2020, 1, 3, tzinfo=UTC)
    made.save()
    return made


BASIC_QUESTIONS: tuple[dict, ...] = (
    {
        "code": "level",
        "kind": "choice",
        "text": "How do your services to children run?",
        "options": [
            {"value": "maintained", "label": "As usual", "reading": "assured"},
            {"value": "reduced", "label": "Reduced", "reading": "partly"},
            {"value": "paused", "label": "Paused", "reading": "concern"},
        ],
        "concern_rules": [
            {"when": {"one_of": ["paused"]}, "severity": "high", "title": "A service to children is paused"}
        ],
    },
    {
        "code": "why_paused",
        "kind": "text",
        "text": "Which service is paused, and why?",
        "condition": {"question": "level", "one_of": ["paused"]},
    },
    {"code": "staff_away", "kind": "percentage", "text": "Staff unavailable", "highest": 100, "lowest": 0},
    {"code": "waiting", "kind": "number", "text": "Children waiting", "unit": "children", "lowest": 0},
    {"code": "next_review", "kind": "date", "text": "Next review", "required": False},
)


def make_cycle(number: int = 1, period_start: date = date(2020, 4, 6), **fields) -> Cycle:
    """A fortnight that opens on the day after it ends and is due at noon five days after."""
    end = period_start + timedelta(days=13)
    opens = datetime.combine(end + timedelta(days=1), time(6), UTC)
    due = datetime.combine(end + timedelta(days=5), time(11), UTC)
    values = {"snapshot_on": end, "opens_at": opens, "due_at": due, "opened_at": opens, **fields}
    return Cycle.objects.create(number=number, period_start=period_start, period_end=end, **values)


def make_return(
    organisation: Organisation,
    cycle: Cycle,
    question_set: QuestionSet,
    state: str = ReturnState.NOT_STARTED,
    **fields,
) -> Return:
    return Return.objects.create(
        organisation=organisation, cycle=cycle, question_set=question_set, state=state, **fields
    )
