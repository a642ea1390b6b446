"""Two cycles of three partners, for the assurance dashboard."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from accounts.models import User
from partners.constants import ReturnState
from partners.models import Cycle, Organisation, Return, Submission
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.people import person

DAY = timedelta(days=1)
# After the second cycle's date, 8 May 2020.
NOW = datetime(2020, 5, 12, 9, tzinfo=UTC)


@dataclass
class World:
    coordinator: User
    board: User
    auditor: User
    lead: User
    police: Organisation
    health: Organisation
    refuge: Organisation
    first: Cycle
    second: Cycle
    returns: dict[tuple[str, int], Return]


def said(value=None, non_answer: str = "", **fields) -> dict:
    reason = "The system is down" if non_answer else ""
    given = {"value": value, "non_answer": non_answer, "non_answer_reason": reason, "comment": ""}
    return given | {"same_since_cycle": None} | fields


def send(return_: Return, by: User, answers: dict, *, accepted: bool = False) -> None:
    at = return_.cycle.due_at - DAY
    Submission.objects.create(
        of_return=return_,
        number=return_.submissions.count() + 1,
        submitted_at=at,
        submitted_by=by,
        answers=answers,
        counts={},
        worked_seconds=180,
    )
    return_.submitted_at, return_.submitted_by, return_.state = at, by, ReturnState.SUBMITTED
    if accepted:
        return_.state, return_.accepted_at, return_.accepted_by = ReturnState.ACCEPTED, at, by
    return_.save()


def make_world() -> World:
    lead = person("PR", name="Lou Lead")
    police = make_organisation("Police", lead=lead)
    health = make_organisation("Health", kind="ccg", short_name="CCG")
    refuge = make_organisation("Refuge", kind="voluntary")
    questions = make_question_set()
    first = make_cycle(1)
    second = make_cycle(2, date(2020, 4, 20))
    returns = {
        (organisation.name, cycle.number): make_return(organisation, cycle, questions)
        for cycle in (first, second)
        for organisation in (police, health, refuge)
    }
    send(returns["Police", 1], lead, {"level": said("maintained"), "waiting": said(3)}, accepted=True)
    send(returns["Police", 2], lead, {"level": said("paused"), "waiting": said(9)}, accepted=True)
    send(returns["Health", 1], lead, {"level": said("reduced")}, accepted=True)
    send(returns["Health", 2], lead, {"level": said("maintained")})
    send(returns["Refuge", 1], lead, {"level": said(non_answer="do_not_know")}, accepted=True)
    return World(
        person("CO", name="Cor Coordinator"),
        person("BM", name="Bo Board"),
        person("AU", name="Au Auditor"),
        lead,
        police,
        health,
        refuge,
        first,
        second,
        returns,
    )
