"""Organisations: roles by law on a day, who answers, who may change what, and lost updates."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent
from partners.models import Organisation, Participation, Representative, StatutoryRole
from partners.rules.organisations import Span
from partners.selectors import organisations as selectors
from partners.services import organisations as services
from partners.services.base import OutOfReach
from partners.services.organisations import Contact, OrganisationDraft
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import make_organisation, make_question_set, represent
from tests.partners.test_cycles_pages import as_, on, text_of
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = datetime(2022, 7, 4, 9, tzinfo=UTC)
TODAY = NOW.date()
BOARDS_BEGIN = date(2022, 7, 1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def coordinator():
    return person("CO")


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def add_role(user, organisation, role: str, first: date, until: date | None = None):
    return services.add_statutory_role(
        user=user,
        organisation=organisation,
        role=role,
        span=Span(first, until),
        source="Working Together 2018, chapter 3",
        now=NOW,
    )


def add_person(user, organisation, who, duty: str = "lead", first: date = TODAY) -> Representative:
    return services.add_representative(
        user=user, organisation=organisation, email=who.email, duty=duty, from_date=first, now=NOW
    )


class TestStatutoryRoles:
    def test_a_group_until_july_2022_and_a_board_from_then(self, coordinator):
        group = make_organisation("Group", "ccg")
        board = make_organisation("Board", "icb", predecessor=group)
        add_role(coordinator, group, "ccg", date(2020, 1, 1), BOARDS_BEGIN)
        add_role(coordinator, board, "icb", BOARDS_BEGIN)
        both = Organisation.objects.filter(pk__in=[group.pk, board.pk]).order_by("-name")
        before = selectors.organisation_lines(both, on=BOARDS_BEGIN - DAY)
        after = selectors.organisation_lines(both, on=BOARDS_BEGIN)
        assert [line.roles for line in before] == [("ccg",), ()]
        assert [line.roles for line in after] == [(), ("icb",)]

    @pytest.mark.parametrize(
        ("role", "first", "until", "code"),
        [
            ("icb", BOARDS_BEGIN - DAY, None, "board_too_early"),
            ("ccg", BOARDS_BEGIN, None, "group_too_late"),
            ("ccg", date(2020, 1, 1), None, "group_must_end"),
            ("ccg", date(2020, 1, 1), BOARDS_BEGIN + DAY, "group_must_end"),
            ("police", date(2020, 1, 2), date(2020, 1, 2), "ends_first"),
            ("mayor", date(2020, 1, 2), None, "unknown_role"),
            ("relevant_agency", date(2021, 1, 1), None, "role_overlaps"),
        ],
    )
    def test_roles_that_cannot_be(self, coordinator, role, first, until, code):
        organisation = make_organisation()
        add_role(coordinator, organisation, "relevant_agency", date(2020, 6, 1), date(2021, 6, 1))
        assert code_of(add_role, coordinator, organisation, role, first, until) == code
        assert StatutoryRole.objects.count() == 1

    def test_ended_once(self, coordinator):
        organisation = make_organisation()
        add_role(coordinator, organisation, "police", date(2020, 6, 1))
        end = {"user": coordinator, "organisation": organisation, "role": "police", "now": NOW}
        assert code_of(services.end_statutory_role, **end, until=date(2020, 6, 1)) == "ends_first"
        services.end_statutory_role(**end, until=TODAY)
        assert code_of(services.end_statutory_role, **end, until=TODAY) == "no_such_role"


class TestPeople:
    @pytest.mark.parametrize(
        ("roles", "duty", "works"),
        [
            ("PR", "lead", True),
            ("PR", "deputy", True),
            ("PR", "contributor", True),
            ("BM", "lead", False),
            ("BM", "deputy", False),
            ("MG", "contributor", False),
            ("BM", "staff", True),
            ("MG", "staff", True),
        ],
    )
    def test_only_a_partners_representative_answers(self, coordinator, roles, duty, works):
        who, organisation = person(roles), make_organisation()
        if works:
            add_person(coordinator, organisation, who, duty)
            answers = Organisation.objects.answered_for_by(who, at=NOW).exists()
            assert answers == (duty != "staff")
        else:
            assert code_of(add_person, coordinator, organisation, who, duty) == "not_a_partner"

    def test_one_person_may_answer_for_several_but_once_for_each(self, coordinator):
        who = person("PR")
        first, second = make_organisation(), make_organisation()
        add_person(coordinator, first, who)
        add_person(coordinator, second, who)
        assert code_of(add_person, coordinator, first, who, "deputy") == "already_represents"

    def test_from_the_day_of_the_end_nothing_is_theirs(self, coordinator):
        who, organisation = person("PR"), make_organisation()
        add_person(coordinator, organisation, who, first=TODAY - 30 * DAY)
        end = {"user": coordinator, "organisation": organisation, "person": who.uid, "now": NOW}
        assert code_of(services.end_representative, **end, until=TODAY - 30 * DAY) == "ends_first"
        services.end_representative(**end, until=TODAY)
        mine = Organisation.objects.answered_for_by
        assert not mine(who, at=NOW).exists()
        assert mine(who, at=NOW - DAY).exists()
        assert code_of(services.end_representative, **end, until=TODAY) == "not_a_representative"
        add_person(coordinator, organisation, who, first=TODAY)

    def test_an_address_of_nobody(self, coordinator):
        gone = person("PR", is_active=False)
        assert code_of(add_person, coordinator, make_organisation(), gone) == "no_account"

    def test_who_takes_part_without_anybody_to_answer(self, coordinator):
        organisation = make_organisation("Police")
        make_organisation("Not in it", takes_part=False)
        [line] = selectors.waiting_for(coordinator, NOW)
        assert line.words == "1 organisation takes part and nobody answers for the returns"
        represent(person("MG"), organisation, "staff")
        assert selectors.waiting_for(coordinator, NOW)
        represent(person("PR"), organisation)
        assert selectors.waiting_for(coordinator, NOW) == []


class TestParticipation:
    def test_started_and_ended(self, coordinator):
        make_question_set()
        organisation = make_organisation(takes_part=False)
        start = {"user": coordinator, "organisation": organisation, "from_date": TODAY, "now": NOW}
        assert code_of(services.start_participation, **start, question_set_code="none") == "unknown_set"
        services.start_participation(**start, question_set_code="basics")
        again = code_of(services.start_participation, **start, question_set_code="basics")
        assert again == "already_takes_part"
        assert Organisation.objects.participating(TODAY).exists()
        end = {"user": coordinator, "organisation": organisation, "until": TODAY + DAY, "now": NOW}
        services.end_participation(**end)
        assert not Organisation.objects.participating(TODAY + DAY).exists()
        assert code_of(services.end_participation, **end) == "takes_no_part"
        assert Participation.objects.count() == 1


DRAFT = OrganisationDraft("Police", "police", areas=("North", "South"), contact=Contact("a@example.org"))


class TestRecord:
    def test_made_once_and_named_once(self, coordinator):
        token = uuid4()
        made = services.create_organisation(user=coordinator, draft=DRAFT, token=token, now=NOW)
        with pytest.raises(AlreadyDone) as done:
            services.create_organisation(user=coordinator, draft=DRAFT, token=token, now=NOW)
        assert done.value.outcome == str(made.uid)
        create = {"user": coordinator, "draft": DRAFT, "now": NOW}
        assert code_of(services.create_organisation, **create, token=uuid4()) == "name_taken"

    def test_a_lost_update_is_told_and_the_trail_names_fields_only(self, coordinator):
        made = services.create_organisation(user=coordinator, draft=DRAFT, token=uuid4(), now=NOW)
        edit = {"user": coordinator, "organisation": made, "expected_version": 1, "now": NOW}
        other = OrganisationDraft("Police force", "police", areas=("North",))
        services.edit_organisation(**edit, draft=other)
        with pytest.raises(StaleEdit):
            services.edit_organisation(**edit, draft=DRAFT)
        event = AuditEvent.objects.filter(action="organisation.changed").get()
        assert event.detail == {"fields": ["areas", "contact_email", "name"]}

    def test_withdrawn_and_taken_back(self, coordinator):
        organisation = make_organisation()
        act = {"user": coordinator, "organisation": organisation, "now": NOW}
        again = {"expected_version": 2}
        assert code_of(services.reinstate_organisation, **act, expected_version=1) == "not_withdrawn"
        services.withdraw_organisation(**act, on=TODAY, expected_version=1)
        assert not Organisation.objects.in_force(TODAY).exists()
        assert Organisation.objects.in_force(TODAY - DAY).exists()
        assert code_of(services.withdraw_organisation, **act, on=TODAY, **again) == "already_withdrawn"
        services.reinstate_organisation(**act, **again)
        assert Organisation.objects.in_force(TODAY).exists()

    def test_it_does_not_take_over_from_itself(self, coordinator):
        made = make_organisation("Police")
        draft = OrganisationDraft("Police", "police", predecessor=made)
        edit = {"user": coordinator, "organisation": made, "expected_version": 1, "now": NOW}
        assert code_of(services.edit_organisation, **edit, draft=draft) == "own_predecessor"

    def test_contact_details_by_lead_and_deputy_only(self, coordinator):
        organisation = make_organisation(lead=person("PR"))
        deputy, contributor = person("PR"), person("PR")
        represent(deputy, organisation, "deputy")
        represent(contributor, organisation, "contributor")
        elsewhere = person("PR")
        make_organisation(lead=elsewhere)
        for version, user in enumerate((coordinator, organisation.representatives.first().user, deputy), 1):
            services.edit_contact(
                user=user,
                organisation=organisation,
                contact=Contact(phone=str(version)),
                expected_version=version,
                now=NOW,
            )
        for user in (contributor, elsewhere, person("AU"), person("AD"), person("BM")):
            with pytest.raises(OutOfReach):
                services.edit_contact(
                    user=user, organisation=organisation, contact=Contact(), expected_version=4, now=NOW
                )

    def test_a_partner_changes_nothing_else(self):
        lead = person("PR")
        organisation = make_organisation(lead=lead)
        with pytest.raises(OutOfReach):
            services.edit_organisation(
                user=lead, organisation=organisation, draft=DRAFT, expected_version=1, now=NOW
            )
        with pytest.raises(OutOfReach):
            add_person(lead, organisation, person("PR"))


class TestPages:
    def test_as_at_today_with_the_history(self, coordinator):
        group = make_organisation("Group", "ccg", areas=["North"])
        add_role(coordinator, group, "ccg", date(2020, 1, 1), BOARDS_BEGIN)
        add_role(coordinator, group, "relevant_agency", BOARDS_BEGIN)
        shown = text_of(as_(person("BM")).get(reverse("organisation", args=[group.uid])))
        assert "Statutory role on 4 July 2022 Relevant agency" in shown
        assert "clinical commissioning group 1 January 2020 until 1 July 2022 Ended" in shown
        assert "Add a person" not in shown
        listed = text_of(as_(coordinator).get(reverse("organisations")))
        assert "Group Clinical commissioning group North Relevant agency Nobody Takes part" in listed

    def test_a_coordinator_makes_one_and_says_who_answers(self, coordinator):
        client = as_(coordinator)
        page = client.get(reverse("add_organisation"))
        token = str(page.context["form"]["token"].value())
        typed = {"name": "Police", "kind": "police", "areas": "North\n\nSouth\nNorth", "version": "0"}
        done = client.post(reverse("add_organisation"), typed | {"token": token}, follow=True)
        assert "Organisation added." in text_of(done)
        made = Organisation.objects.get()
        assert made.areas == ["North", "South"]
        who = person("PR", name="Lena Lead")
        added = {"email": who.email.upper(), "duty": "lead"} | on("from_date", TODAY)
        done = client.post(reverse("add_representative", args=[made.uid]), added, follow=True)
        assert "Lena Lead Lead: answers for the returns Since 4 July 2022 Today" in text_of(done)
        ended = client.post(
            reverse("end_representative", args=[made.uid, who.uid]), on("until", TODAY + DAY), follow=True
        )
        assert "4 July 2022 until 5 July 2022" in text_of(ended)

    def test_a_refusal_stands_beside_its_question(self, coordinator):
        organisation = make_organisation()
        url = reverse("add_statutory_role", args=[organisation.uid])
        typed = {"role": "icb", "source": "The 2022 Act"} | on("from_date", date(2022, 6, 30))
        form = as_(coordinator).post(url, typed).context["form"]
        assert (
            "Integrated care boards are safeguarding partners from 1 July 2022" in form.errors["from_date"][0]
        )

    def test_a_stale_form_is_told_with_both_texts(self, coordinator):
        organisation = make_organisation("Police", contact_note="Nights")
        Organisation.objects.update(version=2, contact_note="Weekends")
        typed = {"contact_email": "", "contact_phone": "", "contact_note": "Days", "version": "1"}
        url = reverse("edit_organisation_contact", args=[organisation.uid])
        response = as_(coordinator).post(url, typed)
        assert response.status_code == 409
        assert "Weekends" in response.content.decode()
        assert "Days" in response.content.decode()

    def test_withdrawn_ones_leave_the_list_but_stay_readable(self, coordinator):
        organisation = make_organisation("Police")
        client = as_(coordinator)
        typed = {"version": "1"} | on("on", TODAY)
        client.post(reverse("withdraw_organisation", args=[organisation.uid]), typed)
        assert "Police" not in text_of(client.get(reverse("organisations"))).partition("Returns")[2]
        assert "Police Withdrawn" in text_of(client.get(reverse("organisations"), {"show": "withdrawn"}))
        shown = text_of(client.get(reverse("organisation", args=[organisation.uid])))
        assert "Withdrawn from 4 July 2022" in shown

    def test_queries_do_not_grow_with_rows(self, coordinator, django_assert_max_num_queries):
        client = as_(coordinator)
        counts = []
        for _ in range(2):
            for _ in range(4):
                make_organisation(lead=person("PR"))
            with django_assert_max_num_queries(40) as listed:
                client.get(reverse("organisations"))
            counts.append(len(listed))
        assert counts[0] == counts[1]
