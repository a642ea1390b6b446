"""Acknowledging: who is asked, what an answer needs, and what asks again."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.models import AuditEvent
from guidance.constants import AckAnswer, Audience, ChangeSize, VersionState
from guidance.facts.acknowledgement import Answered, AskedItem, IssuedVersion, Party
from guidance.models import Acknowledgement, GuidanceVersion
from guidance.rules import acknowledging as rules
from guidance.services.acknowledgement import acknowledge
from guidance.services.base import OutOfReach
from partners.constants import OrganisationKind
from partners.models import Representative
from safeguarding.kernel.errors import Refusal
from tests.guidance.acknowledging_world import World, make_world
from tests.guidance.factories import ISSUED, make_item, make_version

NOW = datetime(2020, 4, 6, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def version(number: int, size: str = "major", affected: tuple[str, ...] = ("police",)) -> IssuedVersion:
    return IssuedVersion(number, uuid4(), number, size, frozenset(affected), ISSUED, date(2020, 4, 14))


def item(*versions: IssuedVersion, audiences: tuple[str, ...] = ("police", "dsl")) -> AskedItem:
    return AskedItem(1, uuid4(), "G1", "Title", "must", frozenset(audiences), versions)


POLICE = Party(1, "Police", frozenset({"police"}))
SCHOOLS = Party(2, "Schools", frozenset({"dsl", "early_years"}))


def answered(number: int, answer: str = "read") -> Answered:
    return Answered(number, answer, "", NOW)


class TestWhoIsAsked:
    def test_each_kind_answers_for_its_audiences(self):
        assert rules.audiences_of_kind(OrganisationKind.SCHOOLS) == {"dsl", "early_years"}
        assert rules.audiences_of_kind(OrganisationKind.CHILDRENS_TRUST) == {"social_workers", "managers"}
        assert rules.audiences_of_roles({"SW"}) == {"social_workers"}
        assert rules.audiences_of_roles({"CO", "BM"}) == frozenset()

    def test_every_kind_of_partner_is_asked_about_something(self):
        assert all(rules.audiences_of_kind(kind) for kind in OrganisationKind.values)

    def test_the_board_and_families_are_told_and_asked_nothing(self):
        for audience in (Audience.BOARD, Audience.FAMILIES):
            assert rules.asking_version(item(version(1), audiences=(audience,)), POLICE) is None

    def test_guidance_for_others_asks_nothing(self):
        assert rules.asking(item(version(1), audiences=("dsl",)), POLICE, None) is None

    def test_the_first_issued_version_asks_all_whatever_it_says_of_duties(self):
        found = rules.asking(item(version(3, "minor", ())), POLICE, None)
        assert found and found.of.number == 3 and found.outstanding


class TestWhatAsksAgain:
    @pytest.mark.parametrize(
        ("size", "affected", "again"),
        [
            ("major", ("police",), True),
            ("major", ("police", "dsl"), True),
            ("major", ("dsl",), False),
            ("major", (), False),
            ("minor", ("police",), False),
        ],
    )
    @pytest.mark.parametrize("answer", AckAnswer.values)
    def test_only_a_major_change_and_only_of_ones_own_duties(self, size, affected, again, answer):
        found = rules.asking(item(version(1), version(2, size, affected)), POLICE, answered(1, answer))
        assert found and found.outstanding is again
        assert (found.before is not None) is again

    def test_a_minor_version_after_a_major_one_leaves_the_major_one_asking(self):
        of = item(version(1), version(2), version(3, "minor"))
        found = rules.asking(of, POLICE, answered(1))
        assert found and found.of.number == 2 and found.outstanding
        found = rules.asking(of, POLICE, answered(2))
        assert found and not found.outstanding

    def test_who_never_answered_still_owes_the_first_after_a_minor_one(self):
        found = rules.asking(item(version(1), version(2, "minor")), POLICE, None)
        assert found and found.of.number == 1 and found.late(date(2020, 4, 15))
        assert not found.late(date(2020, 4, 14))

    def test_what_is_closed_asks_nobody(self):
        closed = AskedItem(1, uuid4(), "G1", "Title", "must", frozenset({"police"}), (version(1),), True)
        found = rules.asking(closed, POLICE, None)
        assert found and not found.outstanding and not found.late(date(2021, 1, 1))


class TestSums:
    def test_a_partner_is_counted_by_its_last_answers(self):
        of = [item(version(1), audiences=("police", "dsl")), item(version(1), audiences=("police",))]
        of[1] = AskedItem(2, uuid4(), "G2", "Other", "may", frozenset({"police"}), (version(1),))
        found = rules.all_asking(of, [POLICE, SCHOOLS], {(1, 1): answered(1, "in_practice")})
        police, schools = rules.sums(found, date(2020, 4, 15))
        assert (police.asked, police.answered, police.in_practice, police.late) == (2, 1, 1, 1)
        assert police.percent == 50 and police.oldest_due == date(2020, 4, 14)
        assert (schools.asked, schools.percent, schools.outstanding) == (1, 0, 1)

    def test_hundred_percent_is_all_of_it(self):
        sums = rules.sums([], date(2020, 4, 15))
        assert sums == []
        items = [
            AskedItem(key, uuid4(), "", "", "may", frozenset({"police"}), (version(1),))
            for key in range(3000)
        ]
        answers = {(key, 1): answered(1) for key in range(2999)}
        (police,) = rules.sums(rules.all_asking(items, [POLICE], answers), date(2020, 4, 1))
        assert str(police.percent) == "99.9"


class TestTheAnswer:
    def test_does_not_apply_says_why(self):
        with pytest.raises(Refusal) as refused:
            rules.answer_given("not_applicable", "  ")
        assert (refused.value.code, refused.value.field) == ("text_missing", "reason")
        assert rules.answer_given("not_applicable", " We have no homes ") == "We have no homes"

    def test_a_hidden_reason_of_an_earlier_choice_is_none(self):
        assert rules.answer_given("read", "We have no homes") == ""

    def test_an_unknown_answer_is_refused(self):
        with pytest.raises(Refusal, match="Select what you have done"):
            rules.answer_given("agreed", "")

    @pytest.mark.parametrize("state", VersionState.values)
    def test_only_what_was_issued_is_answered(self, state):
        if state in (VersionState.ISSUED, VersionState.EMBEDDED):
            rules.check_answerable(1, state, 1)
        else:
            with pytest.raises(Refusal) as refused:
                rules.check_answerable(1, state, 1)
            assert refused.value.code == "not_issued"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.django_db
class TestAcknowledge:
    def test_an_organisation_answers_through_its_people(self, world):
        of = world.issued("police")
        made = acknowledge(user=world.lead, of=of, organisation=world.police, answer="read", now=NOW)
        assert (made.organisation, made.role, made.by, made.at) == (world.police, "", world.lead, NOW)
        event = AuditEvent.objects.get(action="guidance_version.acknowledged")
        assert event.object_uid == of.uid
        assert event.detail == {"answer": "read", "organisation": str(world.police.uid), "role": ""}

    @pytest.mark.parametrize(("who", "role"), [("worker", "SW"), ("manager", "MG")])
    def test_in_the_childrens_service_each_answers_for_oneself(self, world, who, role):
        of = world.issued("social_workers", "managers")
        made = acknowledge(user=getattr(world, who), of=of, organisation=None, answer="in_practice", now=NOW)
        assert (made.organisation, made.role) == (None, role)

    def test_pressed_twice_it_is_kept_once_and_a_further_answer_is_added(self, world):
        of = world.issued("police")
        given = {"user": world.lead, "of": of, "organisation": world.police, "now": NOW}
        first = acknowledge(**given, answer="read")
        assert acknowledge(**given, answer="read") == first
        acknowledge(**given, answer="in_practice")
        assert Acknowledgement.objects.count() == 2
        assert AuditEvent.objects.filter(action="guidance_version.acknowledged").count() == 2

    def test_what_one_says_for_oneself_is_not_what_a_colleague_says(self, world):
        of = world.issued("social_workers", "managers")
        for user in (world.worker, world.manager):
            acknowledge(user=user, of=of, organisation=None, answer="read", now=NOW)
        assert Acknowledgement.objects.count() == 2

    def test_for_another_organisation_nobody_answers(self, world):
        of = world.issued("police", "social_workers")
        for user in (world.trust_lead, world.worker, world.coordinator, world.board):
            with pytest.raises(OutOfReach):
                acknowledge(user=user, of=of, organisation=world.police, answer="read", now=NOW)

    def test_who_left_answers_no_more(self, world):
        of = world.issued("police")
        Representative.objects.filter(user=world.lead).update(until_date=NOW.date())
        with pytest.raises(OutOfReach):
            acknowledge(user=world.lead, of=of, organisation=world.police, answer="read", now=NOW)

    def test_what_is_for_others_is_refused_by_name(self, world):
        of = world.issued("dsl")
        for user, organisation in ((world.lead, world.police), (world.worker, None), (world.lead, None)):
            with pytest.raises(Refusal) as refused:
                acknowledge(user=user, of=of, organisation=organisation, answer="read", now=NOW)
            assert refused.value.code == "not_for_you"

    def test_a_version_that_was_not_issued_is_not_there(self, world):
        of = make_version(make_item(audiences=["police"]))
        with pytest.raises(OutOfReach):
            acknowledge(user=world.lead, of=of, organisation=world.police, answer="read", now=NOW)

    def test_the_newest_issued_version_is_what_is_answered(self, world):
        first = world.issued("police")
        world.issued(item=first.item, number=2, at=ISSUED + DAY)
        with pytest.raises(Refusal) as refused:
            acknowledge(user=world.lead, of=first, organisation=world.police, answer="read", now=NOW)
        assert refused.value.code == "superseded"

    def test_a_later_version_that_is_only_received_changes_nothing(self, world):
        first = world.issued("police")
        make_version(first.item, 2)
        acknowledge(user=world.lead, of=first, organisation=world.police, answer="read", now=NOW)

    def test_a_reason_that_names_a_child_is_asked_about(self, world):
        of = world.issued("police")
        given = {"user": world.lead, "of": of, "organisation": world.police, "now": NOW}
        with pytest.raises(Refusal) as refused:
            acknowledge(**given, answer="not_applicable", reason="C-0001 is not ours")
        assert refused.value.code == "looks_personal"
        acknowledge(**given, answer="not_applicable", reason="C-0001 is a form", names_no_child=True)
        detail = AuditEvent.objects.get(action="guidance_version.acknowledged").detail
        assert detail["stood_by"]

    @pytest.mark.parametrize("act", ["change", "remove"])
    def test_an_answer_is_never_changed_or_removed(self, world, act):
        of = world.issued("police")
        acknowledge(user=world.lead, of=of, organisation=world.police, answer="read", now=NOW)
        rows = Acknowledgement.objects.all()
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(answer="in_practice") if act == "change" else rows._raw_delete(rows.db)
        assert Acknowledgement.objects.get().answer == "read"

    def test_a_major_version_asks_again_and_the_first_answer_stays_on_record(self, world):
        first = world.issued("police")
        acknowledge(user=world.lead, of=first, organisation=world.police, answer="read", now=NOW)
        second = world.issued(item=first.item, number=2, at=NOW + DAY, size=ChangeSize.MAJOR)
        acknowledge(user=world.lead, of=second, organisation=world.police, answer="read", now=NOW + 2 * DAY)
        assert list(Acknowledgement.objects.values_list("of__number", flat=True)) == [1, 2]
        assert GuidanceVersion.objects.count() == 2
