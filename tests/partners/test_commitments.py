"""Services and commitments: levels are added, a plan may be given up, one reduction flips the statement."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from partners.facts.questions import GivenAnswer, SubmittedReturn
from partners.models import Service, ServiceLevelChange
from partners.selectors import commitments as selectors
from partners.selectors.questions import question_set_fact
from partners.services import commitments as services
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import make_question_set
from tests.partners.plans_world import (
    DAY,
    NOW,
    TODAY,
    World,
    add_plan,
    add_service,
    make_world,
    set_level,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def kept(world) -> Service:
    """Both partners keep a service; the first partner's."""
    other = add_plan(world, user=world.other_lead, organisation=world.health)
    add_service(other, world.other_lead, "Nursing")
    return add_service(add_plan(world), world.lead)


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def take_off(service: Service, user, *, reason="Entered twice", now=NOW, version=0) -> Service:
    service.refresh_from_db()
    return services.take_off(
        user=user, service=service, reason=reason, expected_version=version or service.version, now=now
    )


def give_up(service: Service, user, change: ServiceLevelChange, *, now=NOW):
    return services.withdraw_change(user=user, service=service, row=change.pk, now=now)


class TestRegister:
    def test_added_once_at_its_level(self, world):
        plan, token = add_plan(world), uuid4()
        service = add_service(plan, world.lead, token=token, level="changed")
        assert service.levels.get().level == "changed"
        with pytest.raises(AlreadyDone):
            add_service(plan, world.lead, token=token)
        assert code_of(add_service, plan, world.lead) == "service_exists"

    def test_a_level_ahead_is_none_of_today(self, world):
        assert code_of(add_service, add_plan(world), world.lead, on=TODAY + DAY) == "starts_ahead"

    def test_only_by_its_own_people(self, world, kept):
        plan = kept.organisation.recovery_plan
        for user in (world.other_lead, world.coordinator, world.auditor, world.board):
            with pytest.raises(OutOfReach):
                add_service(plan, user, "Another")
            with pytest.raises(OutOfReach):
                set_level(kept, user, "reduced")
            with pytest.raises(OutOfReach):
                take_off(kept, user)

    def test_the_partnerships_own_plan_has_none(self, world):
        plan = add_plan(world, user=world.coordinator, organisation=None)
        with pytest.raises(OutOfReach):
            add_service(plan, world.coordinator)

    def test_taken_off_from_tomorrow_never_while_cut(self, world, kept):
        change = set_level(kept, world.lead, "reduced", on=TODAY + DAY)
        assert code_of(take_off, kept, world.lead) == "service_is_cut"
        give_up(kept, world.lead, change)
        with pytest.raises(StaleEdit):
            take_off(kept, world.lead, version=1)
        take_off(kept, world.lead)
        assert "Visits" in [one.name for one in selectors.services_at(TODAY, NOW)]
        tomorrow = NOW + DAY
        assert "Visits" not in [one.name for one in selectors.services_at(tomorrow.date(), tomorrow)]
        assert code_of(set_level, kept, world.lead, "changed") == "off_the_register"


class TestLevels:
    def test_each_is_added_and_the_last_holds(self, world, kept):
        set_level(kept, world.lead, "reduced", now=NOW)
        set_level(kept, world.lead, "resumed", on=TODAY + 2 * DAY, now=NOW + 2 * DAY)
        [one] = [one for one in selectors.services_at(TODAY + 2 * DAY, NOW + 2 * DAY) if one.uid == kept.uid]
        assert one.level.level == "resumed"
        assert kept.levels.count() == 3

    def test_the_second_of_two_sees_the_first(self, world, kept):
        set_level(kept, world.lead, "reduced")
        with pytest.raises(StaleEdit):
            set_level(kept, world.lead, "paused", version=1)

    def test_what_a_rule_refuses_leaves_nothing(self, world, kept):
        assert code_of(set_level, kept, world.lead, "resumed") == "nothing_to_resume"
        assert code_of(set_level, kept, world.lead, "paused", reason=" ") == "text_missing"
        assert kept.levels.count() == 1

    def test_a_planned_change_follows_what_is_planned_before_it(self, world, kept):
        set_level(kept, world.lead, "reduced", on=TODAY + 5 * DAY)
        set_level(kept, world.lead, "resumed", on=TODAY + 9 * DAY)
        assert code_of(set_level, kept, world.lead, "resumed", on=TODAY + 3 * DAY) == "nothing_to_resume"

    def test_the_database_keeps_them(self, world, kept):
        for act in (
            lambda: ServiceLevelChange.objects.update(level="changed"),
            lambda: ServiceLevelChange.objects.update(reason="Another"),
            ServiceLevelChange.objects.all().delete,
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceLevelChange.objects.create(service=kept, level="paused", from_date=TODAY, at=NOW)

    def test_giving_up_a_plan(self, world, kept):
        planned = set_level(kept, world.lead, "paused", on=TODAY + 5 * DAY)
        with pytest.raises(OutOfReach):
            give_up(kept, world.other_lead, planned)
        other = Service.objects.get(name="Nursing")
        with pytest.raises(OutOfReach):
            give_up(other, world.other_lead, planned)
        assert code_of(give_up, kept, world.lead, planned, now=NOW + 5 * DAY) == "already_in_force"
        give_up(kept, world.lead, planned, now=LATER)
        assert code_of(give_up, kept, world.lead, planned) == "already_withdrawn"
        # Until it was given up it was a plan.
        assert not selectors.commitment_statement(TODAY, NOW).holds
        assert selectors.commitment_statement(LATER.date(), LATER).holds


class TestStatement:
    @pytest.mark.parametrize("on", [TODAY, TODAY + 9 * DAY])
    def test_one_partner_reducing_flips_it_and_names_the_service(self, world, kept, on):
        assert selectors.commitment_statement(TODAY, NOW).holds
        change = set_level(kept, world.lead, "reduced", on=on)
        found = selectors.commitment_statement(TODAY, NOW)
        assert not found.holds
        [line] = found.against
        assert (line.partner.name, line.what, line.rests_on.row) == ("Police", "Visits", change.pk)

    def test_recorded_later_it_does_not_show_before(self, world, kept):
        set_level(kept, world.lead, "paused", on=TODAY, now=LATER)
        assert selectors.commitment_statement(TODAY, NOW).holds
        assert not selectors.commitment_statement(TODAY, LATER).holds

    def test_a_partner_without_a_service_is_silent(self, world):
        add_service(add_plan(world), world.lead)
        found = selectors.commitment_statement(TODAY, NOW)
        assert (found.not_known, [line.partner.name for line in found.silent]) == (True, ["Health"])


class TestAgainstReturns:
    def sent(self, world, value: str) -> SubmittedReturn:
        fact = question_set_fact(make_question_set())
        return SubmittedReturn(
            uuid4(), world.police.name, world.police.uid, 1, fact, {"level": GivenAnswer(value=value)}
        )

    @pytest.mark.parametrize(
        ("level", "said", "differs"),
        [
            ("maintained", "maintained", False),
            ("maintained", "paused", True),
            ("reduced", "maintained", True),
            ("reduced", "reduced", False),
        ],
    )
    def test_a_return_that_says_another_thing_shows(self, world, level, said, differs):
        add_service(add_plan(world), world.lead, level=level)
        registered = selectors.services_at(TODAY, NOW)
        found = selectors.contradictions(registered, [self.sent(world, said)])
        assert [one.partner.name for one in found] == (["Police"] if differs else [])
        if differs:
            assert found[0].answer in ("As usual", "Paused")
            assert found[0].services == (registered[0].uid,)

    def test_a_register_that_is_empty_contradicts_nothing(self, world):
        add_plan(world)
        assert selectors.contradictions([], [self.sent(world, "paused")]) == []
