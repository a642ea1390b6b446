"""Virtual contact with the family: arranged, held or not, and counted."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import Month
from tests.visits.factories import make_plan, move_plan
from tests.visits.flags_world import DAY, TODAY, contact_row
from tests.visits.records_world import NOW, World, make_world
from visits.constants import PlanType
from visits.constants.oversight import ContactHeld
from visits.models import FamilyContact
from visits.rules import contacts as contact_rules
from visits.rules.contacts import ContactDraft
from visits.selectors import contacts as selectors
from visits.services import OutOfReach, contacts

pytestmark = pytest.mark.django_db


def draft(**other) -> ContactDraft:
    fields = {"with_whom": "Mother", "method": "video", "planned_on": TODAY + DAY}
    return ContactDraft(**fields | other)


@pytest.fixture
def world() -> World:
    """The world's child is in care besides."""
    made = make_world()
    make_plan(made.child, PlanType.CIC, date(2020, 2, 3), team=made.team)
    return made


def arrange(world: World, **other) -> FamilyContact:
    who = {"user": world.worker, "child": world.child, "token": uuid4(), "now": NOW}
    given = {name: other.pop(name) for name in tuple(other) if name in who}
    return contacts.arrange_contact(**who | given, draft=draft(**other))


def say(contact, user, held="held", why_not="", *, version: int = 1, now=NOW + DAY) -> FamilyContact:
    return contacts.record_outcome(
        user=user, contact=contact, expected_version=version, held=held, why_not=why_not, now=now
    )


class TestRules:
    @pytest.mark.parametrize(
        ("other", "code", "field"),
        [
            ({"method": "doorstep"}, "not_virtual", "method"),
            ({"method": "face_to_face"}, "not_virtual", "method"),
            ({"method": "pigeon"}, "not_virtual", "method"),
            ({"planned_on": TODAY - DAY}, "planned_in_past", "planned_on"),
            ({"planned_on": TODAY + 367 * DAY}, "planned_too_far", "planned_on"),
            ({"with_whom": " "}, "with_whom_missing", "with_whom"),
            ({"with_whom": "m" * 101}, "text_too_long", "with_whom"),
        ],
    )
    def test_refused_beside_its_field(self, other, code, field):
        faults = contact_rules.draft_faults(draft(**other), today=TODAY, in_care=True)
        assert [(fault.code, fault.field) for fault in faults] == [(code, field)]

    def test_only_for_a_child_in_care_on_that_day(self):
        faults = contact_rules.draft_faults(draft(), today=TODAY, in_care=False)
        assert [fault.code for fault in faults] == ["not_in_care"]

    @pytest.mark.parametrize("was", ContactHeld.values)
    @pytest.mark.parametrize("became", ContactHeld.values)
    def test_every_move(self, was, became):
        """Out of arranged to a result, and from nowhere to anywhere else."""

        def move():
            contact_rules.outcome(was, became, planned_on=TODAY, reason="The line was bad", today=TODAY)

        if was == "arranged" and became != "arranged":
            move()
        else:
            with pytest.raises(Refusal):
                move()

    @pytest.mark.parametrize("became", ["held", "partly"])
    def test_nothing_is_held_before_its_day(self, became):
        with pytest.raises(Refusal) as refusal:
            contact_rules.outcome(
                "arranged", became, planned_on=TODAY + DAY, reason="The line was bad", today=TODAY
            )
        assert refusal.value.code == "too_early"
        contact_rules.outcome(
            "arranged", "not_held", planned_on=TODAY + DAY, reason="The mother is ill", today=TODAY
        )

    @pytest.mark.parametrize("became", ["partly", "not_held"])
    def test_less_than_held_says_why(self, became):
        with pytest.raises(Refusal) as refusal:
            contact_rules.outcome("arranged", became, planned_on=TODAY, reason="", today=TODAY)
        assert (refusal.value.code, refusal.value.field) == ("reason_missing", "why_not")


class TestServices:
    def test_arranged_then_held(self, world):
        contact = arrange(world)
        say(contact, world.manager)
        saved = FamilyContact.objects.get()
        assert (saved.held, saved.why_not, saved.outcome_by, saved.version) == ("held", "", world.manager, 2)
        events = AuditEvent.objects.values_list("action", "detail")
        assert list(events) == [
            ("family_contact.arranged", {"method": "video"}),
            ("family_contact.outcome", {"held": "held"}),
        ]

    def test_a_reason_left_over_from_another_choice_is_not_kept(self, world):
        assert say(arrange(world), world.worker, "held", "The line was bad").why_not == ""

    def test_the_same_form_twice_makes_one(self, world):
        token = uuid4()
        arrange(world, token=token)
        with pytest.raises(AlreadyDone):
            arrange(world, token=token)
        assert FamilyContact.objects.count() == 1

    def test_not_for_a_child_who_is_not_in_care(self, world):
        with pytest.raises(Refusal) as refusal:
            arrange(world, child=world.other_child, user=world.stranger)
        assert refusal.value.code == "not_in_care"

    def test_out_of_reach(self, world):
        contact = arrange(world)
        for user in (world.stranger, world.other_manager, world.auditor):
            with pytest.raises(OutOfReach):
                arrange(world, user=user)
            with pytest.raises(OutOfReach):
                say(contact, user)

    def test_of_two_results_the_second_is_told(self, world):
        contact = arrange(world)
        say(contact, world.worker)
        with pytest.raises(Refusal) as refusal:
            say(contact, world.manager, "not_held", "Nobody answered the call")
        assert refusal.value.code == "result_is_final"
        with pytest.raises(StaleEdit):
            say(arrange(world), world.worker, version=2)

    def test_the_database_wants_the_reason(self, world):
        with pytest.raises(IntegrityError), transaction.atomic():
            contact_row(world.child, world.worker, held="not_held", outcome_at=NOW, outcome_by=world.worker)


class TestCounts:
    def test_arranged_against_held_by_month_and_team_of_the_day(self, world):
        done = {"outcome_at": NOW, "outcome_by": world.worker}
        for day, other in (
            (date(2020, 3, 1), done | {"held": "held"}),
            (date(2020, 3, 31), done | {"held": "not_held", "why_not": "The line was bad"}),
            (date(2020, 3, 30), {}),
            (date(2020, 4, 1), done | {"held": "partly", "why_not": "The line was bad"}),
        ):
            contact_row(world.child, world.worker, planned_on=day, **other)
        plan = world.child.plans.get(plan_type=PlanType.CIC)
        move_plan(plan, world.other_team, date(2020, 4, 1))
        march, april = Month.parse("2020-03"), Month.parse("2020-04")
        found = {
            (one.month, one.team_id): (one.arranged, one.held, one.partly, one.not_held, one.open)
            for one in selectors.contact_counts(march, april)
        }
        assert found == {
            (march.index, world.team.pk): (3, 1, 0, 1, 1),
            (april.index, world.other_team.pk): (1, 0, 1, 0, 0),
        }
        own = selectors.contact_counts(march, april, teams=[world.team.pk])
        assert [one.team_id for one in own] == [world.team.pk]
