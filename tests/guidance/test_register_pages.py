"""The pages of the register: what they show to whom, what they ask, and what they keep of what was typed."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEvent
from guidance.models import GuidanceItem, GuidanceVersion, Paragraph, SeenUntil
from guidance.services import register as services
from tests.guidance.factories import ISSUED, make_issued, make_item, make_version
from tests.guidance.test_register_services import ENTRY, ITEM
from tests.people import person, sign_in
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keeper():
    return person("CO", name="Cora")


@pytest.fixture
def approver():
    return person("CO", name="Anna")


def as_(user) -> Client:
    return sign_in(Client(), user)


def page(user, name: str, *args, **query) -> str:
    return text_of(as_(user).get(reverse(name, args=args), query))


def post(user, name: str, *args, **answers):
    return as_(user).post(reverse(name, args=args), answers, follow=True)


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return response.context["form"].errors


def typed(**other) -> dict:
    right = {
        "title": "Vulnerable children",
        "issuer": "Department for Education",
        "kind": "new",
        "force": "should",
        "received_on_day": "1",
        "received_on_month": "6",
        "received_on_year": "2020",
        "audiences": ["police"],
        "text": "1. Schools must open.",
        "token": str(uuid4()),
    }
    return right | other


class TestList:
    def test_a_reader_sees_what_was_issued_and_the_keeper_the_rest(self, keeper, approver):
        make_issued(make_item("Told to all"), author=keeper, approver=approver)
        make_version(make_item("Not told yet"))
        seen = page(person("SW"), "guidance")
        assert "Told to all" in seen
        # Where it stands, and not how far the register's own work is.
        assert "In force" in seen[seen.index("Told to all") :]
        assert "told, not shown" not in seen[seen.index("Told to all") :]
        assert "Not told yet" not in seen
        assert "Not told yet" in page(keeper, "guidance")

    def test_a_reader_sees_the_issued_version_of_what_has_a_newer_one(self, keeper, approver):
        item = make_item("Newest")
        make_issued(item, author=keeper, approver=approver, title="First edition")
        make_version(item, 2, title="Second edition")
        assert "First edition" in page(person("PR"), "guidance")
        assert "Second edition" not in page(person("PR"), "guidance")
        kept = page(keeper, "guidance")
        assert "Second edition" in kept
        assert "Version 1 is issued" in kept

    def test_overdue_is_said_in_words(self, keeper):
        make_version(make_item("Late"), due_on=date(2020, 5, 29))
        make_version(make_item("In time"), due_on=date(2020, 6, 1))
        found = page(keeper, "guidance", show="overdue")
        assert "Late" in found
        assert "Overdue" in found
        assert "In time" not in found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"topic": "schools"}, "A"),
            ({"audience": "dsl"}, "A"),
            ({"issuer": "Ofsted"}, "B"),
            ({"kind": "easement"}, "B"),
            ({"force": "must"}, "A"),
            ({"show": "received"}, "B"),
            ({"show": "in_force"}, "A"),
            ({"show": "awaiting"}, "B"),
            ({"words": "alpha"}, "A"),
            ({"words": "G7002"}, "B"),
            ({"words": "alpha beta"}, ""),
        ],
    )
    def test_each_filter_narrows(self, keeper, approver, query, found):
        first = make_item(
            "A-document", number=7001, topics=["schools"], audiences=["dsl"], search_text="alpha"
        )
        make_issued(first, author=keeper, approver=approver, force="must")
        second = make_item(
            "B-document", number=7002, issuer="Ofsted", topics=["early_years"], search_text="beta"
        )
        make_version(second, kind="easement", effective_until=date(2020, 9, 25))
        shown = page(keeper, "guidance", **query)
        assert ("A-document" in shown, "B-document" in shown) == (found == "A", found == "B")

    @pytest.mark.parametrize(
        ("fields", "replaced_from", "holds"),
        [
            ({}, None, True),
            ({"effective_from": date(2020, 6, 2)}, None, False),
            ({"effective_until": date(2020, 6, 1)}, None, False),
            ({"effective_until": date(2020, 6, 2)}, None, True),
            ({"kind": "withdrawn"}, None, False),
            ({}, date(2020, 6, 1), False),
            ({}, date(2020, 6, 2), True),
        ],
    )
    def test_in_force_is_of_today(self, keeper, approver, fields, replaced_from, holds):
        by = make_item("Other", number=7100) if replaced_from else None
        item = make_item("A-document", replaced_by=by, replaced_from=replaced_from)
        make_issued(item, author=keeper, approver=approver, **fields)
        assert ("A-document" in page(keeper, "guidance", show="in_force")) is holds

    def test_new_since_i_looked(self, keeper, approver):
        reader = person("SW")
        make_issued(make_item("Old one"), author=keeper, approver=approver)
        post(reader, "guidance_seen", until=NOW.isoformat())
        assert "Nothing is new" in page(reader, "guidance")
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            at = NOW + timedelta(minutes=1)
            make_issued(make_item("New one"), author=keeper, approver=approver, at=at)
            shown = page(reader, "guidance", show="new")
            assert "New one" in shown
            assert "Old one" not in shown
            assert "1 new since you last looked" in shown

    def test_what_came_after_the_page_was_made_stays_new(self):
        reader = person("SW")
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            post(reader, "guidance_seen", until=NOW.isoformat())
        assert SeenUntil.objects.get().at == NOW
        with time_machine.travel(NOW + timedelta(hours=2), tick=False):
            post(reader, "guidance_seen", until="rubbish")
        assert SeenUntil.objects.get().at == NOW + timedelta(hours=2)
        with time_machine.travel(NOW + timedelta(hours=3), tick=False):
            post(reader, "guidance_seen", until="2999-01-01T00:00:00+00:00")
        assert SeenUntil.objects.get().at == NOW + timedelta(hours=3)

    def test_a_tampered_address_narrows_nothing(self, keeper):
        make_version(make_item("There"))
        assert "There" in page(keeper, "guidance", topic="'; drop", page="x")

    def test_queries_do_not_grow(self, keeper, approver, django_assert_max_num_queries):
        for number in range(12):
            item = make_item(topics=["schools"])
            make_issued(item, author=keeper, approver=approver)
            make_version(item, 2)
            assert number >= 0
        client = as_(keeper)
        client.get(reverse("guidance"))
        with django_assert_max_num_queries(16):
            client.get(reverse("guidance"))


class TestItem:
    def test_a_chain_of_four_reads_from_the_oldest_to_what_holds(self, keeper, approver):
        kwargs = {"author": keeper, "approver": approver}
        old = make_item("Visits during lockdown", number=11)
        make_issued(old, 1, title="Visits, first", paragraphs=("Do not visit",), **kwargs)
        make_issued(
            old, 2, title="Visits, second", paragraphs=("Visit by video",), at=ISSUED + timedelta(9), **kwargs
        )
        new = make_item("Visits in recovery", number=12)
        make_issued(new, 1, title="Recovery, first", at=ISSUED + timedelta(20), **kwargs)
        make_issued(new, 2, title="Recovery, second", at=ISSUED + timedelta(40), **kwargs)
        services.replace_item(
            user=keeper, item=old, by=new, from_date=date(2020, 5, 1), expected_version=1, now=NOW
        )
        for item in (old, new):
            shown = page(person("SW"), "guidance_item", item.uid)
            story = shown[shown.index("Versions, and what took their place") :]
            places = [
                story.index(words)
                for words in (
                    "G11, version 1: Visits, first",
                    "Superseded by a later version By version 2, issued on 12 April 2020.",
                    "G11, version 2: Visits, second",
                    "Replaced By G12 from 1 May 2020.",
                    "G12, version 1: Recovery, first",
                    "G12, version 2: Recovery, second",
                    "In force",
                )
            ]
            assert places == sorted(places)
        assert "This guidance was replaced by G12 on 1 May 2020." in page(
            person("SW"), "guidance_item", old.uid
        )
        assert "Compare with the version before" in page(person("SW"), "guidance_item", old.uid)

    def test_a_reader_reads_nothing_of_what_is_not_issued(self, keeper, approver):
        item = make_item("Title")
        make_issued(item, author=keeper, approver=approver)
        second = make_version(item, 2, title="Secret draft", change_note="Secret note")
        reader = person("SW")
        shown = page(reader, "guidance_item", item.uid)
        assert "Secret" not in shown
        assert "History" not in shown
        assert as_(reader).get(reverse("guidance_version", args=[second.uid])).status_code == 404
        hidden = make_item("Unissued successor")
        make_version(hidden)
        GuidanceItem.objects.filter(pk=item.pk).update(replaced_by=hidden, replaced_from=date(2020, 5, 1))
        assert "Unissued successor" not in page(reader, "guidance_item", item.uid)

    def test_the_keeper_reads_who_what_and_when(self, keeper, approver):
        item = make_item("Title", owner=keeper, origin="Invented for the demonstration")
        make_issued(item, author=keeper, approver=approver)
        services.check_source(user=keeper, item=item, result="same", words="Read again", now=NOW)
        shown = page(keeper, "guidance_item", item.uid)
        assert "Who sees to it Cora" in shown
        assert "Invented for the demonstration" in shown
        assert "Source last checked 1 June 2020 at 10:00am: nothing has changed. Read again" in shown
        assert "Source checked: nothing has changed" in shown
        assert "Issued 3 April 2020" in shown


class TestDifference:
    def test_words_are_marked_in_text_and_for_who_hears_the_page(self, keeper):
        item = make_item()
        make_version(item, paragraphs=("Schools ring once a week", "This stays"))
        second = make_version(item, 2, paragraphs=("Schools ring twice a week", "This stays"), force="must")
        url = reverse("guidance_difference", args=[second.uid])
        raw = as_(keeper).get(url).content.decode()
        assert "<ins>" in raw
        assert "<del>" in raw
        shown = page(keeper, "guidance_difference", second.uid)
        assert "Removed: once (end of removed words)" in shown
        assert "Added: twice (end of added words)" in shown
        assert "1 paragraph changed; 1 unchanged." in shown
        assert "This stays" not in shown
        assert "This stays" in page(keeper, "guidance_difference", second.uid, show="all")
        assert "Must: binding by law or agreement" in shown

    def test_the_first_version_has_nothing_before_it(self, keeper):
        shown = page(keeper, "guidance_difference", make_version(make_item()).uid)
        assert "This is the first version" in shown

    def test_without_a_text_it_says_so(self, keeper):
        item = make_item()
        make_version(item)
        second = make_version(item, 2, paragraphs=("Text",))
        assert "cannot be compared" in page(keeper, "guidance_difference", second.uid)

    def test_what_issuers_write_is_text_and_no_markup(self, keeper):
        item = make_item()
        make_version(item, paragraphs=("<script>alert(1)</script> one",))
        second = make_version(item, 2, paragraphs=("<script>alert(1)</script> two",))
        for name in ("guidance_difference", "guidance_version"):
            raw = as_(keeper).get(reverse(name, args=[second.uid])).content.decode()
            assert "<script>alert" not in raw


class TestForms:
    def test_recorded_and_shown(self, keeper):
        response = post(keeper, "new_guidance", **typed())
        assert "Recorded as G1." in text_of(response)
        version = GuidanceVersion.objects.get()
        # Without its own day it holds from when it reached us.
        assert version.effective_from == date(2020, 6, 1)
        assert Paragraph.objects.get().force == "must"

    def test_sent_twice_it_leads_to_the_first(self, keeper):
        form = typed()
        post(keeper, "new_guidance", **form)
        assert "This was already saved" in text_of(post(keeper, "new_guidance", **form))
        assert GuidanceItem.objects.count() == 1

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"title": ""}, "title"),
            ({"issuer": ""}, "issuer"),
            ({"kind": ""}, "kind"),
            ({"force": "perhaps"}, "force"),
            ({"url": "ftp://example.org"}, "url"),
            ({"received_on_day": "32"}, "received_on"),
            ({"received_on_day": "2"}, "received_on"),
            ({"kind": "easement"}, "effective_until"),
            ({"topics": ["other"]}, "topics"),
            ({"token": ""}, "token"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question_and_nothing_typed_is_lost(self, keeper, other, field):
        response = post(keeper, "new_guidance", **typed(**other))
        assert list(errors_of(response)) == [field]
        assert "Schools must open." in response.content.decode()
        assert not GuidanceItem.objects.exists()

    def test_a_summary_that_looks_personal_is_asked_about(self, keeper):
        form = typed(summary="The girl born on 3 April 2011")
        response = post(keeper, "new_guidance", **form)
        assert "looks as if" in errors_of(response)["summary"][0]
        assert 'name="names_no_child"' in response.content.decode()
        assert "Recorded as G1." in text_of(post(keeper, "new_guidance", **form, names_no_child="on"))

    def test_a_new_version(self, keeper):
        item = services.record_item(user=keeper, entry=ITEM, now=NOW)
        form = typed(
            size="major", change_note="Early years too", audiences_affected=["early_years"], version="1"
        )
        shown = text_of(post(keeper, "new_guidance_version", item.uid, **form))
        assert "Version 2 of G1 recorded." in shown
        assert "Early years too" in shown
        again = post(keeper, "new_guidance_version", item.uid, **form)
        assert "This was already saved" in text_of(again)

    def test_a_stale_form_shows_both_texts(self, keeper):
        item = services.record_item(user=keeper, entry=ITEM, now=NOW)
        form = {"issuer": "Ofsted", "audiences": ["dsl"], "version": "1"}
        post(keeper, "edit_guidance", item.uid, **form)
        response = post(keeper, "edit_guidance", item.uid, **(form | {"issuer": "Public Health England"}))
        assert response.status_code == 409
        shown = text_of(response)
        assert "Ofsted" in shown
        assert "Public Health England" in shown

    def test_the_owner_is_who_keeps_the_register(self, keeper, approver):
        item = services.record_item(user=keeper, entry=ITEM, now=NOW)
        form = {"issuer": "Ofsted", "owner": str(approver.uid), "version": "1"}
        assert "Who sees to it Anna" in text_of(post(keeper, "edit_guidance", item.uid, **form))
        other = form | {"owner": str(person("SW").uid), "version": "2"}
        assert list(errors_of(post(keeper, "edit_guidance", item.uid, **other))) == ["owner"]

    def test_corrected_before_approval_only(self, keeper):
        item = services.record_item(user=keeper, entry=ITEM, now=NOW)
        version = item.versions.get()
        get = as_(keeper).get(reverse("correct_guidance", args=[version.uid]))
        assert "text" not in get.context["form"].fields
        assert "size" not in get.context["form"].fields
        form = typed(title="Corrected", version="1")
        assert "Version 1 of G1 corrected." in text_of(post(keeper, "correct_guidance", version.uid, **form))
        GuidanceVersion.objects.filter(pk=version.pk).update(state="approved")
        assert as_(keeper).get(reverse("correct_guidance", args=[version.uid])).status_code == 403
        response = post(keeper, "correct_guidance", version.uid, **(form | {"version": "2"}))
        assert "with somebody for approval" in text_of(response)

    def test_replaced_by_its_number(self, keeper):
        old = services.record_item(user=keeper, entry=ITEM, now=NOW)
        new = services.record_item(user=keeper, entry=ITEM, now=NOW)
        day = {"from_date_day": "1", "from_date_month": "6", "from_date_year": "2020", "version": "1"}
        for words in ("G99", "x", f"{old.label}"):
            assert list(errors_of(post(keeper, "replace_guidance", old.uid, by=words, **day))) == ["by"]
        shown = text_of(post(keeper, "replace_guidance", old.uid, by="g 2", **day))
        assert f"{new.label} takes the place of {old.label}." in shown

    def test_a_look_at_the_source_that_found_a_change_leads_on(self, keeper):
        item = services.record_item(user=keeper, entry=ITEM, now=NOW)
        response = post(keeper, "check_guidance", item.uid, result="changed")
        assert response.redirect_chain[-1][0] == reverse("new_guidance_version", args=[item.uid])


class TestListForThePaper:
    def test_as_it_was_known_on_a_day(self, keeper, approver):
        make_version(make_item("Early", number=1))
        late = make_item("Late", number=2, at=datetime(2020, 5, 1, 23, 30, tzinfo=UTC))
        make_version(late, at=datetime(2020, 5, 1, 23, 30, tzinfo=UTC))
        then = page(keeper, "guidance_list_print", as_at="2020-05-01")
        assert "1 piece of guidance, as it was known at the end of 1 May 2020" in then
        assert "Early" in then
        # Half past midnight of 2 May, in London.
        assert "Late" not in then
        assert "Late" in page(keeper, "guidance_list_print", as_at="2020-05-02")
        boxes = {"as_at_day": "1", "as_at_month": "5", "as_at_year": "2020"}
        assert "Late" not in page(keeper, "guidance_list_print", **boxes)

    def test_nonsense_and_the_future_are_now(self, keeper):
        make_version(make_item("Early"))
        for words in ("x", "2999-01-01"):
            assert "as at 1 June 2020 at 10:00am" in page(keeper, "guidance_list_print", as_at=words)

    def test_before_there_was_anything_it_says_so(self, keeper):
        assert "The register held nothing then." in page(keeper, "guidance_list_print", as_at="2020-01-01")

    def test_days_are_londons_and_what_takes_its_place_does_so_on_its_day(self, keeper, approver):
        after = make_item("After", number=2)
        old = make_item("Before", number=1, replaced_by=after, replaced_from=date(2020, 5, 20))
        # Half past midnight of 2 May, in London.
        make_issued(old, author=keeper, approver=approver, at=datetime(2020, 5, 1, 23, 30, tzinfo=UTC))
        client = as_(person("AU"))

        def line(day: str) -> str:
            response = client.get(reverse("guidance_list_csv"), {"as_at": day})
            return next(one for one in response.getvalue().decode().splitlines() if one.startswith("G1,"))

        assert "2020-05-02" in line("2020-05-19")
        assert "Replaced by" not in line("2020-05-19")
        assert "Replaced by G2" in line("2020-05-20")
        assert "Replaced by" not in page(keeper, "guidance_list_print", as_at="2020-05-19")

    def test_files_hold_the_list_and_run_nothing(self, keeper):
        make_version(make_item("=HYPERLINK(0)", number=1), title="=HYPERLINK(0)")
        auditor = as_(person("AU"))
        lines = b"".join(auditor.get(reverse("guidance_list_csv"), {"as_at": "2020-05-01"}).streaming_content)
        assert b"G1,'=HYPERLINK(0)" in lines
        book = load_workbook(BytesIO(auditor.get(reverse("guidance_list_xlsx")).content))
        rows = list(book.active.iter_rows(values_only=True))
        assert rows[0][0].startswith("List of guidance as at")
        assert rows[2][:2] == ("Number", "Title")
        assert rows[3][:2] == ("G1", "'=HYPERLINK(0)")
        assert book.active.cell(4, 2).data_type == "s"
        taken = AuditEvent.objects.filter(action="guidance.exported")
        assert [event.detail["form"] for event in taken.order_by("pk")] == ["csv", "xlsx"]


def test_search_finds_words_of_old_versions_and_of_paragraphs(keeper):
    services.record_item(user=keeper, entry=ITEM, now=NOW)
    assert ENTRY.title in page(keeper, "guidance", words="schools families")
    assert ENTRY.title not in page(keeper, "guidance", words="schools hospitals")
