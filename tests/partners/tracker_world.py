"""A partnership around the tracker: two partners with their people, a coordinator and a board."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.models import User
from operations.models import Notification
from partners.constants import Duty, ReturnState
from partners.models import Cycle, Organisation, QuestionSet, Return, ReturnMove, Submission
from tests.partners.factories import (
    make_cycle,
    make_organisation,
    make_question_set,
    make_return,
    represent,
)
from tests.people import person

DAY = timedelta(days=1)
# The cycle of the factories is due on Friday 24 April 2020 at noon in London.
DUE_AT = datetime(2020, 4, 24, 11, tzinfo=UTC)
OPENED = datetime(2020, 4, 20, 6, tzinfo=UTC)
BEFORE_AT = datetime(2020, 4, 22, 8, tzinfo=UTC)
LATE_AT = datetime(2020, 4, 27, 8, tzinfo=UTC)
DEPUTY_AT = datetime(2020, 4, 29, 8, tzinfo=UTC)
BOARD_AT = datetime(2020, 5, 1, 8, tzinfo=UTC)


@dataclass
class World:
    lead: User
    deputy: User
    other_lead: User
    coordinator: User
    chair: User
    police: Organisation
    health: Organisation
    question_set: QuestionSet
    cycle: Cycle
    of_police: Return
    of_health: Return

    def told(self, user: User) -> list[str]:
        """The steps that a person was told of, in order."""
        return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("step", flat=True))


def make_world() -> World:
    lead, deputy = person("PR", name="Lou Lead"), person("PR", name="Dee Deputy")
    other_lead = person("PR", name="Olu Other")
    police = make_organisation("Police", lead=lead)
    represent(deputy, police, Duty.DEPUTY)
    health = make_organisation("Health", kind="ccg", lead=other_lead, short_name="CCG")
    question_set = make_question_set()
    cycle = make_cycle(12, due_at=DUE_AT)
    return World(
        lead,
        deputy,
        other_lead,
        person("CO", name="Cor Coordinator"),
        person("BM", name="Bo Board"),
        police,
        health,
        question_set,
        cycle,
        make_return(police, cycle, question_set),
        make_return(health, cycle, question_set),
    )


def submit(return_: Return, by: User, at: datetime, *, state: str = ReturnState.SUBMITTED) -> Return:
    """As if it had been sent, without the pages; accepted at once if so named."""
    number = return_.submissions.count() + 1
    Submission.objects.create(
        of_return=return_,
        number=number,
        submitted_at=at,
        submitted_by=by,
        answers={},
        counts={},
        worked_seconds=60,
    )
    return_.submitted_at, return_.submitted_by, return_.state = at, by, state
    if state == ReturnState.ACCEPTED:
        return_.accepted_at, return_.accepted_by = at, by
    return_.save()
    return return_


def send_back(return_: Return, at: datetime) -> None:
    ReturnMove.objects.create(
        of_return=return_,
        from_state="submitted",
        to_state="sent_back",
        reason="Two sections are empty",
        at=at,
    )
    return_.state = ReturnState.SENT_BACK
    return_.save()
