"""Two organisations with their people, a question set, cycles, and returns that were sent in earlier ones."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from accounts.models import User
from partners.constants import Duty
from partners.facts.questions import GivenAnswer
from partners.models import Cycle, Organisation, QuestionSet, Return, Submission
from partners.services import returns as services
from tests.partners.factories import (
    make_cycle,
    make_organisation,
    make_question_set,
    make_return,
    represent,
)
from tests.people import person

FORTNIGHT = timedelta(days=14)
FIRST = date(2020, 4, 6)
# Within the third cycle: opened on 18 May, due on 22 May 2020.
NOW = datetime(2020, 5, 19, 9, tzinfo=UTC)

ANSWERS: dict[str, GivenAnswer] = {
    "level": GivenAnswer("maintained"),
    "staff_away": GivenAnswer("12.5", comment="Shielding, mostly"),
    "waiting": GivenAnswer(0),
    "next_review": GivenAnswer("2020-06-01"),
}


@dataclass
class World:
    lead: User
    deputy: User
    contributor: User
    coordinator: User
    stranger: User
    own: Organisation
    other: Organisation
    question_set: QuestionSet
    cycles: list[Cycle]

    def return_in(self, number: int, organisation: Organisation | None = None, **fields) -> Return:
        """Of the cycle of that number; made where there is none."""
        organisation, cycle = organisation or self.own, self.cycles[number - 1]
        found = Return.objects.filter(cycle=cycle, organisation=organisation).first()
        return found or make_return(organisation, cycle, self.question_set, **fields)

    def sent(
        self,
        number: int,
        answers: dict[str, GivenAnswer] | None = None,
        organisation: Organisation | None = None,
    ) -> Return:
        """A return of that cycle, filled and sent on the day after it opened."""
        return_ = self.return_in(number, organisation)
        user = self.lead if return_.organisation == self.own else self.stranger
        now = self.cycles[number - 1].opens_at + timedelta(days=1)
        save(return_, user, ANSWERS if answers is None else answers, now=now)
        submit(return_, user, now=now)
        return_.refresh_from_db()
        return return_

    @property
    def now_due(self) -> Return:
        return self.return_in(3)


def make_world(cycles: int = 3) -> World:
    lead, stranger = person("PR", name="Lead"), person("PR", name="Stranger")
    own = make_organisation("Own police", lead=lead)
    other = make_organisation("Other trust", lead=stranger)
    deputy, contributor = person("PR", name="Deputy"), person("PR", name="Contributor")
    represent(deputy, own, Duty.DEPUTY)
    represent(contributor, own, Duty.CONTRIBUTOR)
    return World(
        lead,
        deputy,
        contributor,
        person("CO", name="Coordinator"),
        stranger,
        own,
        other,
        make_question_set(),
        [make_cycle(number + 1, FIRST + number * FORTNIGHT) for number in range(cycles)],
    )


def save(return_: Return, user: User, answers: dict, now: datetime = NOW, expected: dict | None = None):
    seen = {row.question.code: row.version for row in return_.answers.select_related("question")}
    return services.save_answers(
        user=user,
        return_=return_,
        changes=answers,
        expected=seen if expected is None else expected,
        now=now,
    )


def submit(return_: Return, user: User, now: datetime = NOW) -> Submission:
    return_.refresh_from_db()
    return services.submit_return(
        user=user, return_=return_, expected_version=return_.version, token=uuid4(), now=now
    )
