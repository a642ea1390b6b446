"""Dependencies: asked by the plan's owner, answered from the other side."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEvent
from partners.models import Dependency, DependencyMove
from partners.selectors import dependencies as selectors
from partners.selectors import plans
from partners.services import dependencies as services
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import make_organisation, represent
from tests.partners.plans_world import DAY, NOW, TODAY, World, add_plan, answer, ask, make_world, submitted
from tests.people import person

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def withdraw(dependency: Dependency, user, *, now=NOW, version: int = 0) -> Dependency:
    dependency.refresh_from_db()
    return services.withdraw(
        user=user, dependency=dependency, expected_version=version or dependency.version, now=now
    )


class TestAsking:
    def test_it_waits_for_the_other_side(self, world):
        asked = ask(add_plan(world), world.lead, world.health, by=TODAY + DAY)
        assert (asked.state, asked.on_organisation, asked.needed_by) == ("asked", world.health, TODAY + DAY)
        assert AuditEvent.objects.last().action == "dependency.asked"
        [line] = [one for one in plans.waiting_for(world.other_lead, NOW) if one.url_name == "dependencies"]
        assert (line.words, line.overdue) == ("1 dependency waits for your confirmation", False)

    def test_the_same_form_twice_asks_once(self, world):
        plan, token = add_plan(world), uuid4()
        ask(plan, world.lead, world.health, token=token)
        with pytest.raises(AlreadyDone):
            ask(plan, world.lead, world.health, token=token)
        assert Dependency.objects.count() == 1

    def test_not_of_oneself_nor_of_who_has_gone(self, world):
        plan = add_plan(world)
        assert code_of(ask, plan, world.lead, world.police) == "on_oneself"
        gone = make_organisation("Gone", withdrawn_on=TODAY)
        assert code_of(ask, plan, world.lead, gone) == "organisation_gone"

    def test_only_by_the_plans_owner(self, world):
        plan = add_plan(world)
        for user in (world.other_lead, world.coordinator, world.board):
            with pytest.raises(OutOfReach):
                ask(plan, user, world.health)

    def test_the_partnerships_own_asks_too(self, world):
        own = add_plan(world, user=world.coordinator, organisation=None, submit=False)
        ask(own, world.coordinator, world.health)
        assert [one.of for one in selectors.dependencies_at(NOW)] == [None]

    def test_a_draft_asks_nobody_yet(self, world):
        plan = add_plan(world, submit=False)
        asked = ask(plan, world.lead, world.health)
        assert list(selectors.to_answer(world.other_lead, at=NOW)) == []
        with pytest.raises(OutOfReach):
            answer(asked, world.other_lead)
        submitted(plan, world.lead)
        assert list(selectors.to_answer(world.other_lead, at=NOW)) == [asked]
        answer(asked, world.other_lead)


class TestAnswering:
    def test_a_lead_or_deputy_confirms(self, world):
        deputy = person("PR", name="Deputy")
        represent(deputy, world.health, "deputy")
        asked = ask(add_plan(world), world.lead, world.health)
        answer(asked, deputy)
        asked.refresh_from_db()
        assert (asked.state, asked.answered_by, asked.answered_at) == ("confirmed", deputy, NOW)

    def test_nobody_else_does(self, world):
        asked = ask(add_plan(world), world.lead, world.health)
        for user in (world.lead, world.contributor, world.coordinator, world.board, world.auditor):
            with pytest.raises(OutOfReach):
                answer(asked, user)
        assert not DependencyMove.objects.exists()

    def test_refused_with_words_and_what_was_said_before_stays(self, world):
        asked = ask(add_plan(world), world.lead, world.health)
        answer(asked, world.other_lead, words="From July on")
        assert code_of(answer, asked, world.other_lead, "refused") == "text_missing"
        answer(asked, world.other_lead, "refused", "Nurses are ill", now=LATER)
        assert list(DependencyMove.objects.values_list("to_state", "words")) == [
            ("confirmed", "From July on"),
            ("refused", "Nurses are ill"),
        ]
        asked.refresh_from_db()
        assert asked.answer == "Nurses are ill"

    def test_the_database_wants_the_words_and_keeps_the_moves(self, world):
        asked = ask(add_plan(world), world.lead, world.health)
        answer(asked, world.other_lead)
        with pytest.raises(IntegrityError), transaction.atomic():
            Dependency.objects.update(state="refused", answer="")
        for act in (lambda: DependencyMove.objects.update(words="x"), DependencyMove.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()

    def test_of_two_answers_the_second_sees_the_first(self, world):
        asked = ask(add_plan(world), world.lead, world.health)
        answer(asked, world.other_lead)
        with pytest.raises(StaleEdit):
            answer(asked, world.other_lead, "refused", "No", version=1)
        assert code_of(answer, asked, world.other_lead, version=1) == "already_so"

    def test_only_the_owner_gives_it_up(self, world):
        asked = ask(add_plan(world), world.lead, world.health)
        for user in (world.other_lead, world.coordinator):
            with pytest.raises(OutOfReach):
                withdraw(asked, user)
        assert code_of(answer, asked, world.other_lead, "withdrawn") == "no_such_move"
        withdraw(asked, world.lead)
        assert code_of(answer, asked, world.other_lead) == "dependency_withdrawn"
        assert selectors.dependencies_at(NOW) == []


class TestAtAMoment:
    def test_overdue_and_as_it_stood(self, world):
        asked = ask(add_plan(world), world.lead, world.health, by=TODAY + DAY)
        answer(asked, world.other_lead, now=NOW + 5 * DAY)
        withdraw(asked, world.lead, now=NOW + 9 * DAY)

        def then(at) -> list[tuple]:
            return [(one.state, one.overdue) for one in selectors.dependencies_at(at)]

        assert then(NOW - DAY) == []
        assert then(NOW + DAY) == [("asked", False)]
        assert then(NOW + 2 * DAY) == [("asked", True)]
        assert then(NOW + 5 * DAY) == [("confirmed", False)]
        assert then(NOW + 9 * DAY) == []

    def test_what_is_overdue_waits_as_such(self, world):
        add = add_plan(world)
        ask(add, world.lead, world.health, by=TODAY)
        ask(add, world.lead, world.health)
        [line] = [
            one for one in plans.waiting_for(world.other_lead, NOW + DAY) if one.url_name == "dependencies"
        ]
        assert (line.count, line.overdue) == (2, True)
