"""The pages of flags, school and family contact: what they show to whom, and where errors stand."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from tests.people import person
from tests.visits.factories import make_plan
from tests.visits.flags_world import DAY, TODAY, contact_row, flag_row, make_kinds, school_row
from tests.visits.records_world import NOW, World, make_world
from tests.visits.test_records_pages import as_, text_of
from visits.audit_codes import audit_code
from visits.models import FamilyContact, FlagReview, HazardFlag, SchoolDecision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    make_kinds()
    return make_world()


def on(name: str, day) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def flag_form(**other) -> dict[str, str]:
    right = {
        "kind": "most_vulnerable",
        "reason": "Nobody outside sees the child",
        "source": "Telephone call with the mother",
        "told_family": "no",
        "why_not_told": "It would put the child at risk",
        "token": str(uuid4()),
    }
    return right | on("starts_on", TODAY) | other


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return response.context["form"].errors


def page(client: Client, name: str, *args) -> str:
    return text_of(client.get(reverse(name, args=args)))


class TestChildPage:
    def test_flags_stand_at_the_top_and_lapsed_ones_apart(self, world):
        flag_row(world.child, world.worker)
        flag_row(world.child, world.worker, kind="shielding", starts_on=TODAY - DAY, review_on=TODAY - DAY)
        shown = page(as_(world.worker), "child", world.child.uid)
        assert "Most vulnerable Review by 24 April 2020. Not agreed yet" in shown
        assert "Lapsed Shielding: to be renewed or removed. Review was due on 26 March 2020" in shown
        assert "Shielding, past its review" in page(as_(world.worker), "children")
        assert shown.index("Most vulnerable") < shown.index("Open plans")

    def test_isolation_is_gone_by_itself(self, world):
        flag_row(world.child, world.worker, kind="self_isolating", ends_on=TODAY + DAY)
        client = as_(world.worker)
        assert "Household self-isolating" in page(client, "child", world.child.uid)
        assert "Household self-isolating" in page(client, "children")
        with time_machine.travel(NOW + DAY, tick=False):
            later = as_(world.worker)
            shown = page(later, "child", world.child.uid)
            assert (
                "Lapsed Household self-isolating: to be renewed or removed. Ended on 28 March 2020" in shown
            )
            assert shown.count("Household self-isolating") == 2
            assert "Household self-isolating" not in page(later, "children")

    def test_school_and_family_contact(self, world):
        shown = page(as_(world.worker), "child", world.child.uid)
        assert "Not decided Nothing has been decided yet." in shown
        assert "Virtual family contact" not in shown
        make_plan(world.child, "CIC", team=world.team)
        contact_row(world.child, world.worker, planned_on=TODAY + DAY)
        school_row(world.child, world.worker)
        shown = page(as_(world.worker), "child", world.child.uid)
        assert "Safe to attend school Decided on 27 March 2020, to be reviewed by 24 April 2020." in shown
        assert "Next: video call on 28 March 2020." in shown


class TestRaising:
    def test_raised_and_shown(self, world):
        client = as_(world.worker)
        response = client.post(reverse("raise_flag", args=[world.child.uid]), flag_form(), follow=True)
        assert "Flag raised. Another manager must agree to it." in text_of(response)
        saved = HazardFlag.objects.get()
        assert (saved.told_family, saved.told_family_how) == (False, "It would put the child at risk")

    def test_sent_twice_it_leads_to_the_first(self, world):
        client = as_(world.worker)
        url = reverse("raise_flag", args=[world.child.uid])
        form = flag_form()
        client.post(url, form)
        assert client.post(url, form).url == reverse("flag", args=[HazardFlag.objects.get().uid])

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"kind": "other"}, "kind"),
            ({"reason": ""}, "reason"),
            ({"reason": "too short"}, "reason"),
            ({"source": "x" * 201}, "source"),
            ({"starts_on_day": "31", "starts_on_month": "2"}, "starts_on"),
            ({"starts_on_year": "2021"}, "starts_on"),
            ({"starts_on_year": "1919"}, "starts_on"),
            (on("review_on", TODAY + 29 * DAY), "review_on"),
            (on("ends_on", TODAY), "ends_on"),
            ({"told_family": ""}, "told_family"),
            ({"why_not_told": ""}, "why_not_told"),
            ({"told_family": "yes"}, "told_how"),
            ({"token": "x"}, "token"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question(self, world, other, field):
        response = as_(world.worker).post(reverse("raise_flag", args=[world.child.uid]), flag_form(**other))
        assert list(errors_of(response)) == [field]
        assert not HazardFlag.objects.exists()

    def test_a_second_of_its_kind(self, world):
        flag_row(world.child, world.manager)
        response = as_(world.worker).post(reverse("raise_flag", args=[world.child.uid]), flag_form())
        assert "already has a flag of this kind" in errors_of(response)["kind"][0]


class TestAgreeing:
    def test_a_manager_agrees_on_the_page(self, world):
        flag = flag_row(world.child, world.worker)
        client = as_(world.manager)
        assert "Agree to this flag" in page(client, "flag", flag.uid)
        response = client.post(reverse("agree_to_flag", args=[flag.uid]), {"version": 1}, follow=True)
        assert "Agreed by Mona Manager" in text_of(response)

    def test_not_to_ones_own(self, world):
        flag = flag_row(world.child, world.manager)
        client = as_(world.manager)
        shown = page(client, "flag", flag.uid)
        assert "Agree to this flag" not in shown
        assert "You raised this flag, so another manager must agree to it." in shown
        client.post(reverse("agree_to_flag", args=[flag.uid]), {"version": 1})
        assert HazardFlag.objects.get().agreed_at is None

    @pytest.mark.parametrize("version", ["", "x", "99", "-1"])
    def test_what_no_page_sent_is_a_stale_page(self, world, version):
        flag = flag_row(world.child, world.worker)
        response = as_(world.manager).post(reverse("agree_to_flag", args=[flag.uid]), {"version": version})
        assert response.status_code == 409


class TestReviewing:
    def form(self, **other) -> dict[str, str]:
        return {"reason": "It is as it was", "version": "1", **on("review_on", TODAY + 10 * DAY)} | other

    def test_reviewed_and_kept(self, world):
        flag = flag_row(world.child, world.worker)
        client = as_(world.worker)
        response = client.post(reverse("review_flag", args=[flag.uid]), self.form(), follow=True)
        assert "Flag reviewed. It stands until 6 April 2020." in text_of(response)
        assert "It is as it was" in text_of(response)

    def test_in_two_tabs_the_second_sees_both_texts(self, world):
        flag = flag_row(world.child, world.worker)
        url = reverse("review_flag", args=[flag.uid])
        as_(world.manager).post(url, self.form(reason="Looked at together with the school"))
        response = as_(world.worker).post(url, self.form(**on("review_on", TODAY + 5 * DAY)))
        assert response.status_code == 409
        shown = text_of(response)
        for words in (
            "Mona Manager saved a change",
            "Looked at together with the school",
            "It is as it was",
            "6 April 2020",
            "1 April 2020",
        ):
            assert words in shown
        assert FlagReview.objects.count() == 1

    def test_what_is_out_of_range_stands_beside_its_question(self, world):
        flag = flag_row(world.child, world.worker, kind="self_isolating", ends_on=TODAY + 5 * DAY)
        url = reverse("review_flag", args=[flag.uid])
        client = as_(world.worker)
        assert list(errors_of(client.post(url, self.form()))) == ["ends_on"]
        over = self.form(**on("review_on", TODAY + 15 * DAY), **on("ends_on", TODAY + 20 * DAY))
        assert list(errors_of(client.post(url, over))) == ["review_on"]

    def test_an_ended_flag_is_raised_again(self, world):
        flag = flag_row(
            world.child, world.worker, kind="self_isolating", starts_on=TODAY - 14 * DAY, ends_on=TODAY
        )
        client = as_(world.worker)
        assert client.get(reverse("review_flag", args=[flag.uid])).status_code == 403
        response = client.get(reverse("flag", args=[flag.uid]))
        assert "?kind=self_isolating" in response.content.decode()
        again = client.get(reverse("raise_flag", args=[world.child.uid]), {"kind": "self_isolating"})
        assert again.context["form"]["kind"].value() == "self_isolating"


class TestRemoving:
    def test_removed_with_a_reason_it_stays_in_the_history(self, world):
        flag = flag_row(world.child, world.worker)
        client = as_(world.manager)
        url = reverse("clear_flag", args=[flag.uid])
        assert list(errors_of(client.post(url, {"version": 1, "reason": "gone"}))) == ["reason"]
        client.post(url, {"version": 1, "reason": "The child is seen daily"})
        shown = page(client, "child_flags", world.child.uid)
        assert "Removed" in shown[shown.index("Earlier flags") :]
        assert "The child is seen daily" in page(client, "flag", flag.uid)

    def test_two_at_once_the_second_is_told_and_keeps_the_text(self, world):
        flag = flag_row(world.child, world.worker)
        url = reverse("clear_flag", args=[flag.uid])
        as_(world.manager).post(url, {"version": 1, "reason": "The child is seen daily"})
        response = as_(world.second_manager).post(url, {"version": 1, "reason": "Moved to the other team"})
        assert "This flag was already cleared." in text_of(response)
        assert "Moved to the other team" in text_of(response)


class TestLists:
    def test_what_waits_and_what_has_lapsed(self, world):
        flag_row(world.child, world.worker)
        flag_row(world.child, world.worker, kind="shielding", starts_on=TODAY - DAY, review_on=TODAY - DAY)
        flag_row(world.other_child, world.stranger)
        client = as_(world.manager)
        waits = page(client, "flags_waiting")
        assert "Most vulnerable" in waits
        assert "C-0002" not in waits
        lapsed = text_of(client.get(reverse("flags_waiting"), {"show": "lapsed"}))
        assert "Shielding" in lapsed
        assert "Most vulnerable" not in lapsed
        assert AuditEvent.objects.filter(action="children.listed").count() == 2

    def test_an_auditor_reads_under_codes(self, world):
        flag = flag_row(world.child, world.worker)
        client = as_(world.auditor)
        for name, uid in (
            ("child_flags", world.child.uid),
            ("flag", flag.uid),
            ("child_school", world.child.uid),
        ):
            shown = client.get(reverse(name, args=[uid])).content.decode()
            assert audit_code(world.child.uid) in shown
            assert "C-0001" not in shown

    def test_text_is_never_markup(self, world):
        flag = flag_row(world.child, world.worker, reason="<script>alert(1)</script>", source="<b>x</b>")
        shown = as_(world.worker).get(reverse("flag", args=[flag.uid])).content.decode()
        assert "<script>alert" not in shown
        assert "<b>x</b>" not in shown

    def test_children_without_a_decision_on_school(self, world):
        client = as_(world.manager)
        assert "Never decided" in page(client, "school_gaps")
        school_row(world.child, world.worker)
        assert "Every child has a decision that holds." in page(client, "school_gaps")


def _row(table: dict) -> list[str]:
    return next(row for row in table["rows"] if row[0] == "Most vulnerable")


class TestCounts:
    def test_a_manager_reads_plain_numbers_and_a_board_member_none_below_six(self, world):
        flag_row(world.child, world.worker, agreed_at=NOW, agreed_by=world.manager)
        own = as_(world.manager).get(reverse("flag_counts"))
        assert _row(own.context["months"])[-1] == "1"
        assert own.context["teams"]["rows"] == [["Team Alder", "0", "0", "1", "0"]]
        board = as_(person("BM")).get(reverse("flag_counts"))
        assert _row(board.context["months"])[-1] == "c"
        assert {cell for row in board.context["teams"]["rows"] for cell in row[1:]} == {"0", "c"}
        assert "C-0001" not in board.content.decode()

    @pytest.mark.parametrize("query", ["month=2020-03", "month=x", "month=%00", "month=9999-99", "page=-1"])
    def test_no_address_breaks_it(self, world, query):
        for name in ("flag_counts", "contact_counts"):
            assert as_(world.manager).get(f"{reverse(name)}?{query}").status_code == 200

    def test_contacts_of_own_teams(self, world):
        make_plan(world.child, "CIC", team=world.team)
        make_plan(world.other_child, "CIC", team=world.other_team)
        contact_row(world.child, world.worker)
        contact_row(world.other_child, world.stranger)
        table = as_(world.manager).get(reverse("contact_counts")).context["table"]
        assert table["rows"] == [["March 2020", "Team Alder", "1", "0", "0", "0", "1"]]


class TestSchoolAndContact:
    def test_a_decision_on_school(self, world):
        client = as_(world.worker)
        url = reverse("decide_school", args=[world.child.uid])
        form = {
            "took_part": ["school"],
            "outcome": "not_safe",
            "reason": "The child is shielding and has a letter",
            "token": str(uuid4()),
            **on("decided_on", TODAY),
            **on("review_on", TODAY + 14 * DAY),
        }
        assert list(errors_of(client.post(url, form))) == ["took_part"]
        assert not SchoolDecision.objects.exists()
        response = client.post(url, form | {"took_part": ["school", "health"]}, follow=True)
        assert "Not safe to attend school" in text_of(response)
        client.post(url, form | {"took_part": ["school", "health"]})
        assert SchoolDecision.objects.count() == 1

    def test_a_contact_arranged_and_not_held(self, world):
        make_plan(world.child, "CIC", team=world.team)
        client = as_(world.worker)
        form = {"with_whom": "Mother", "method": "video", "token": str(uuid4()), **on("planned_on", TODAY)}
        client.post(reverse("arrange_contact", args=[world.child.uid]), form)
        url = reverse("contact_outcome", args=[FamilyContact.objects.get().uid])
        assert list(errors_of(client.post(url, {"held": "not_held", "version": 1}))) == ["why_not"]
        response = client.post(
            url, {"held": "not_held", "why_not": "Nobody answered the call", "version": 1}, follow=True
        )
        assert "Not held Nobody answered the call" in text_of(response)
        assert client.get(url).status_code == 403

    def test_nothing_is_arranged_for_a_child_who_is_not_in_care(self, world):
        form = {"with_whom": "Mother", "method": "video", "token": str(uuid4())}
        form |= on("planned_on", TODAY + timedelta(days=1))
        response = as_(world.worker).post(reverse("arrange_contact", args=[world.child.uid]), form)
        assert list(errors_of(response)) == ["planned_on"]
