"""Several people and several clicks at once on one return, on PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import AuditEvent, AuditHead
from partners.facts.questions import GivenAnswer
from partners.models import Answer, AnswerRevision, Concern, Return, ReturnMove, Submission, WorkSpell
from partners.services import returns as services
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.return_world import ANSWERS, NOW, World, make_world, save
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]


@pytest.fixture
def world() -> World:
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    return make_world()


def sending(return_: Return, user, token=None):
    return lambda: services.submit_return(
        user=user,
        return_=return_,
        expected_version=return_.version,
        token=token or uuid4(),
        now=NOW,
    )


def ready(world: World) -> Return:
    paused = {"level": GivenAnswer("paused"), "why_paused": GivenAnswer("Staff")}
    save(world.now_due, world.lead, ANSWERS | paused)
    return Return.objects.get(pk=world.now_due.pk)


def test_a_double_click_sends_once(world):
    return_, token = ready(world), uuid4()
    results = at_once(*[sending(return_, world.lead, token) for _ in range(4)])
    assert sum(isinstance(one, AlreadyDone) for one in results) == 3
    assert Submission.objects.count() == Concern.objects.count() == 1


def test_lead_and_deputy_send_at_once(world):
    return_ = ready(world)
    results = at_once(sending(return_, world.lead), sending(return_, world.deputy))
    assert [one.code for one in results if isinstance(one, Refusal)] == ["not_now"]
    assert Submission.objects.count() == Concern.objects.count() == 1
    assert AuditEvent.objects.filter(action="return.submitted").count() == 1


def test_two_people_type_the_same_answer(world):
    return_ = world.now_due
    results = at_once(
        *[
            lambda user=user, number=number: save(
                return_, user, {"waiting": GivenAnswer(number), "staff_away": GivenAnswer("5")}, expected={}
            )
            for number, user in enumerate((world.lead, world.deputy, world.contributor))
        ]
    )
    assert sum(isinstance(one, StaleEdit) for one in results) == 2
    assert Answer.objects.count() == 2
    assert AnswerRevision.objects.count() == 0
    # Who was first started it; nobody started it twice.
    assert ReturnMove.objects.filter(to_state="started").count() == 1


def test_people_on_different_answers_do_not_stand_in_each_others_way(world):
    return_ = world.now_due
    results = at_once(
        lambda: save(return_, world.lead, {"waiting": GivenAnswer(1)}, expected={}),
        lambda: save(return_, world.deputy, {"staff_away": GivenAnswer("5")}, expected={}),
        lambda: save(return_, world.contributor, {"level": GivenAnswer("reduced")}, expected={}),
    )
    assert not any(isinstance(one, Refusal) for one in results)
    assert Answer.objects.count() == 3


def test_sent_and_changed_at_once_is_one_after_the_other(world):
    return_ = ready(world)
    change = lambda: save(return_, world.contributor, {"waiting": GivenAnswer(5)}, expected={"waiting": 1})  # noqa: E731
    results = at_once(sending(return_, world.lead), change)
    refusals = [one.code for one in results if isinstance(one, Refusal)]
    assert refusals in (["not_now"], ["stale_edit"])
    sent = Submission.objects.first()
    # Either sent as it was checked, or not sent at all.
    assert sent is None or sent.answers["waiting"]["value"] == 0


def test_accepted_and_sent_back_at_once(world):
    return_ = ready(world)
    sending(return_, world.lead)()
    return_.refresh_from_db()
    decide = {"user": world.coordinator, "return_": return_, "expected_version": return_.version, "now": NOW}
    results = at_once(
        lambda: services.accept_return(**decide),
        lambda: services.send_back(**decide, reason="Look again", about={}),
    )
    assert [one.code for one in results if isinstance(one, Refusal)] == ["not_now"]
    assert ReturnMove.objects.filter(from_state="submitted").count() == 1


def test_touches_of_two_tabs_count_once(world):
    services.touch(world.now_due, world.lead, NOW)
    later = NOW + timedelta(minutes=2)
    at_once(*[lambda: services.touch(world.now_due, world.lead, later) for _ in range(4)])
    assert WorkSpell.objects.get().seconds == 120
