"""Lists of guidance: read whatever they come in, looked at, saved whole or not at all, and their pages."""

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from uuid import uuid4

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from guidance.constants import ListState
from guidance.facts.lists import Choice, ListDefaults
from guidance.models import GuidanceItem, GuidanceList, GuidanceVersion
from guidance.rules.entries import url_key
from guidance.selectors.lists import lines_of, twins_of
from guidance.services import lists as services
from guidance.services.base import OutOfReach
from safeguarding.kernel.errors import Refusal
from tests.guidance.factories import make_item, make_version
from tests.people import person, sign_in
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 6, 15, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
DEFAULTS = ListDefaults(
    received_on=date(2020, 6, 12), issuer="Department for Education", audiences=("police",)
)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keeper():
    return person("CO", name="Cora Coordinator")


def read(keeper, text: str = "", **other) -> GuidanceList:
    return services.read(
        **{"user": keeper, "name": "", "text": text, "defaults": DEFAULTS, "now": NOW} | other
    )


def save(keeper, listed: GuidanceList, choices=None, **other) -> GuidanceList:
    return services.save(user=keeper, listed=listed, choices=choices or {}, now=LATER, **other)


def refused(act, *args, **kwargs) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(*args, **kwargs)
    return caught.value


def on_register(title: str = "Visits in the time of the virus", **fields) -> GuidanceItem:
    url = fields.get("url", "")
    item = make_item(title, url_key=url_key(url), **fields)
    make_version(item)
    return item


def workbook(*rows, sheets: dict[str, list] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in (sheets or {}).items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(content: bytes, name: str = "list.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class TestReading:
    def test_nothing_is_on_the_register_before_it_is_saved(self, keeper):
        listed = read(keeper, "One\nTwo")
        assert (listed.name, listed.state, len(listed.rows)) == ("List of 2 lines", "preview", 2)
        assert not GuidanceItem.objects.exists()
        assert AuditEvent.objects.filter(action="guidance_list.read", detail={"lines": 2}).exists()

    def test_a_workbook_with_its_days(self, keeper):
        content = workbook(
            ["Title", "Issuer", "Published", "Reference"],
            [],
            ["One", "PHE", date(2020, 3, 27), 445],
            ["Two", "PHE", "31/02/2020", None],
            sheets={"Notes": [["x"]]},
        )
        listed = read(keeper, file=upload(content))
        lines = lines_of(listed)
        assert listed.name == "list.xlsx"
        assert [line.line for line in lines] == [3, 4]
        assert (lines[0].text("published_on"), lines[0].text("reference")) == ("2020-03-27", "445")
        assert lines[1].faults[0].field == "published_on"
        assert listed.outcome["notes"] == ["Only the sheet “Sheet” was read, not “Notes”."]

    def test_a_formula_is_never_worked_out(self, keeper):
        listed = read(
            keeper, file=upload(workbook(["Title", "Link"], ["=1+1", '=HYPERLINK("https://a.uk")']))
        )
        assert {fault.words for fault in lines_of(listed)[0].faults} == {
            "This is a formula. Type its result instead"
        }

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
    def test_a_csv_file(self, keeper, encoding):
        content = "Title;Published\nChildren’s visits;27/3/2020\n".encode(encoding)
        assert lines_of(read(keeper, file=upload(content, "x.CSV")))[0].text("title") == "Children’s visits"

    def test_a_summary_about_a_child_is_a_fault(self, keeper):
        listed = read(keeper, "Title\tSummary\nOne\tThe girl born on 3 April 2011 waits")
        assert lines_of(listed)[0].faults[0].words == "This looks as if it is about one child. Take that out"

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("x.xlsx", b"", "list_empty"),
            ("x.xlsx", b"x" * (5 * 1024 * 1024 + 1), "file_too_large"),
            ("x.csv", b"x" * 10_000_000, "file_too_large"),
            ("x.xlsx", b"not a workbook", "kind_differs"),
            ("x.xls", b"\xd0\xcf\x11\xe0", "kind_not_taken"),
            ("x.pdf", b"%PDF-1.4", "kind_not_taken"),
            ("x.csv", b"%PDF-1.4\x00", "not_text"),
            ("noending", b"Title\nOne", "kind_not_taken"),
            ("x.csv", b'Title,Link\n"One,https://a.uk', "list_damaged"),
            ("x.csv", b"One\n" * 5000, "too_many_lines"),
            ("x.xlsx", workbook(), "list_empty"),
            ("x.xlsx", workbook(*[["One"]] * 5000), "too_many_lines"),
            ("x.xlsx", workbook(["Title"], *[["x" * 5000]] * 300), "list_too_long"),
            ("x.xlsx", workbook(["Title"] + ["x"] * 70, ["One"]), "too_many_columns"),
            ("x.xlsx", workbook(["Title", "Title", "Link"], ["One", "Two"]), "heading_twice"),
        ],
    )
    def test_bad_files_are_refused_and_nothing_is_kept(self, keeper, name, content, code):
        refusal = refused(read, keeper, file=upload(content, name))
        assert (refusal.code, refusal.field) == (code, "file"), refusal.message
        assert not GuidanceList.objects.exists()

    def test_a_workbook_that_unpacks_without_end(self, keeper):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            with zipfile.ZipFile(io.BytesIO(workbook(["One"]))) as whole:
                for part in whole.namelist():
                    archive.writestr(part, whole.read(part))
            archive.writestr("xl/worksheets/sheet2.xml", b" " * 30_000_000)
        assert refused(read, keeper, file=upload(out.getvalue())).code == "unpacks_too_large"

    def test_a_workbook_with_entities(self, keeper):
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive, zipfile.ZipFile(io.BytesIO(workbook(["One"]))) as whole:
            for part in whole.namelist():
                archive.writestr(part, bomb if part == "xl/workbook.xml" else whole.read(part))
        assert refused(read, keeper, file=upload(out.getvalue())).code == "file_damaged"

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
    def test_a_workbook_with_a_damaged_part(self, keeper, part):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive, zipfile.ZipFile(io.BytesIO(workbook(["One"]))) as whole:
            for name in whole.namelist():
                archive.writestr(name, b"<x><y/></x>" if name == part else whole.read(name))
        assert refused(read, keeper, file=upload(out.getvalue())).code in ("file_damaged", "list_empty")

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_only_who_keeps_the_register(self, keeper, role):
        other, listed = person(role), read(keeper, "One")
        for act in (
            lambda: read(other, "One"),
            lambda: save(other, listed),
            lambda: services.discard(user=other, listed=listed, now=NOW),
        ):
            with pytest.raises(OutOfReach):
                act()

    def test_a_corrected_list_takes_the_place_of_the_first(self, keeper):
        first = read(keeper, "Title\tPublished\nOne\t31/02/2020")
        second = read(keeper, "Title\tPublished\nOne\t28/02/2020", instead_of=first)
        first.refresh_from_db()
        assert first.state == ListState.DISCARDED
        assert not lines_of(second)[0].faults
        assert refused(read, keeper, "One", instead_of=first).code == "list_ended"
        assert GuidanceList.objects.count() == 2


class TestSaving:
    def test_all_lines_with_their_versions(self, keeper):
        text = (
            "Title\tLink\tPublished\tKind\tUntil\nOne\tgov.uk/one\t1/6/2020\teasement\t25/9/2020\nTwo\t\t\t\t"
        )
        listed = save(keeper, read(keeper, text, name="Appendix 1"))
        assert (listed.state, listed.ended_by, listed.ended_at) == ("saved", keeper, LATER)
        assert {key: listed.outcome[key] for key in ("added", "versions", "left_out")} == {
            "added": 2, "versions": 0, "left_out": 0,
        }  # fmt: skip
        one = GuidanceVersion.objects.get(item__title="One")
        assert (one.kind, one.force, one.published_on) == ("easement", "should", date(2020, 6, 1))
        assert (one.effective_from, one.effective_until) == (date(2020, 6, 1), date(2020, 9, 25))
        assert (one.item.url, one.item.audiences) == ("https://gov.uk/one", ["police"])
        assert (one.received_on, one.item.issuer) == (date(2020, 6, 12), "Department for Education")

    def test_saved_twice_it_is_there_once(self, keeper):
        listed = read(keeper, "One")
        save(keeper, listed)
        assert refused(save, keeper, listed).code == "list_ended"
        assert GuidanceItem.objects.count() == 1

    def test_a_line_with_a_fault_stops_it_and_is_named(self, keeper):
        listed = read(keeper, "Title\tPublished\nOne\t1/4/2020\nTwo\t31/02/2020")
        refusal = refused(save, keeper, listed)
        assert (refusal.code, refusal.field) == ("line_faults", "line-3")
        assert refusal.message.startswith("Line 3:")
        assert not GuidanceItem.objects.exists()
        save(keeper, listed, {3: Choice("leave_out")})
        assert list(GuidanceItem.objects.values_list("title", flat=True)) == ["One"]

    @pytest.mark.parametrize("act", ["add", "version"])
    def test_a_fault_is_never_added(self, keeper, act):
        listed = read(keeper, "Title\tPublished\nOne\t31/02/2020")
        item = on_register()
        assert refused(save, keeper, listed, {2: Choice(act, item.uid, 1)}).code == "line_faults"

    def test_what_is_surely_there_is_left_out_and_a_later_one_is_a_version(self, keeper):
        same = on_register(url="https://www.gov.uk/same")
        later = on_register("Schools", url="https://www.gov.uk/later")
        text = (
            "Title\tLink\tPublished\nOther words\tgov.uk/same\t1/4/2020\n"
            "Schools after June\tgov.uk/later\t8/6/2020\nNew\t\t"
        )
        listed = save(keeper, read(keeper, text, name="June"))
        assert {key: listed.outcome[key] for key in ("added", "versions", "left_out")} == {
            "added": 1, "versions": 1, "left_out": 1,
        }  # fmt: skip
        assert same.versions.count() == 1
        version = later.versions.get(number=2)
        assert (version.title, version.kind, version.size) == ("Schools after June", "amended", "major")
        assert (version.change_note, version.audiences_affected) == (
            "Recorded from the list “June”",
            ["police"],
        )

    def test_what_only_looks_so_somebody_has_to_say(self, keeper):
        item = on_register("Vulnerable children and young people")
        listed = read(keeper, "Vulnerable children and young peopel")
        refusal = refused(save, keeper, listed)
        assert (refusal.code, refusal.field) == ("choice_missing", "line-1")
        save(keeper, listed, {1: Choice("version", item.uid, 1)})
        assert item.versions.count() == 2

    def test_twice_in_the_list_both_become_versions(self, keeper):
        item = on_register(url="https://www.gov.uk/a")
        text = "Title\tLink\tPublished\nA\tgov.uk/a\t1/5/2020\nA\tgov.uk/a\t1/6/2020"
        listed = save(keeper, read(keeper, text))
        assert listed.outcome["versions"] == 2 and item.versions.count() == 3

    def test_what_changed_since_somebody_looked(self, keeper):
        item = on_register(url="https://www.gov.uk/a")
        listed = read(keeper, "Title\tLink\nNew\t\nA\tgov.uk/a")
        GuidanceItem.objects.filter(pk=item.pk).update(version=2)
        refusal = refused(save, keeper, listed, {3: Choice("version", item.uid, 1)})
        assert (refusal.code, refusal.field) == ("item_changed", "line-3")
        # Nothing is half saved: the line before it neither.
        assert GuidanceItem.objects.count() == 1

    def test_what_came_onto_the_register_since_somebody_looked(self, keeper):
        listed = read(keeper, "Title\tLink\nA\tgov.uk/a")
        on_register(url="https://www.gov.uk/a")
        assert refused(save, keeper, listed, seen=[]).code == "there_since"
        save(keeper, listed, {2: Choice("add")}, seen=[])
        assert GuidanceItem.objects.count() == 2

    def test_a_version_of_what_is_not_there(self, keeper):
        listed = read(keeper, "One\nTwo")
        assert refused(save, keeper, listed, {2: Choice("version", uuid4(), 1)}).code == "no_such_item"
        assert not GuidanceItem.objects.exists()

    def test_a_list_of_which_nothing_is_left(self, keeper):
        listed = read(keeper, "One")
        assert refused(save, keeper, listed, {1: Choice("leave_out")}).code == "nothing_left"
        services.discard(user=keeper, listed=listed, now=NOW)
        assert refused(save, keeper, listed).code == "list_ended"

    def test_220_lines_beside_a_full_register_in_seconds_and_few_queries(
        self, keeper, django_assert_max_num_queries
    ):
        for number in range(50):
            on_register(f"Earlier guidance {number}")
        text = "Title\tLink\n" + "\n".join(f"Circular {n} of June\tgov.uk/{n}" for n in range(220))
        start = perf_counter()
        listed = read(keeper, text)
        with django_assert_max_num_queries(12):
            twins_of(lines_of(listed))
        save(keeper, listed)
        assert perf_counter() - start < 10
        assert GuidanceItem.objects.count() == 270


class TestPages:
    def form(self, **other) -> dict:
        day = {"received_on_day": "12", "received_on_month": "6", "received_on_year": "2020"}
        return {"text": "One\nTwo", "issuer": "PHE", "kind": "new", "force": "should", **day} | other

    def post(self, keeper, **other):
        return sign_in(Client(), keeper).post(reverse("paste_guidance"), self.form(**other), follow=True)

    def test_pasted_looked_at_and_saved(self, keeper):
        client = sign_in(Client(), keeper)
        response = client.post(reverse("paste_guidance"), self.form(name="June"), follow=True)
        shown = text_of(response)
        assert "Nothing has been saved yet." in shown and "June" in shown
        url = response.redirect_chain[-1][0]
        shown = text_of(client.post(url, {"line-2": "leave_out", "seen": ""}, follow=True))
        assert "List saved: 1 added, 1 left out." in shown
        shown = text_of(client.post(url, {}, follow=True))
        assert "This list was saved or discarded before. Nothing was added now." in shown
        assert GuidanceItem.objects.get().title == "One"
        assert "1 added, 1 left out" in text_of(client.get(reverse("guidance_lists")))

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"text": ""}, "text"),
            ({"text": "Title\tTitle\tLink\nTyped words\tB"}, "text"),
            ({"text": "Typed words\n" * 600}, "text"),
            ({"text": "Typed words", "received_on_month": "13"}, "received_on"),
            ({"text": "Typed words", "kind": "x"}, "kind"),
            ({"text": "Typed words", "audiences": ["x"]}, "audiences"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question_and_nothing_typed_is_lost(self, keeper, other, field):
        response = self.post(keeper, **other)
        assert list(response.context["form"].errors) == [field]
        assert ("Typed words" in response.content.decode()) == ("Typed words" in other["text"])
        assert not GuidanceList.objects.exists()

    def test_a_file_and_a_text_at_once(self, keeper):
        response = self.post(keeper, file=upload(b"One", "x.csv"))
        assert list(response.context["form"].errors) == ["file"]

    def test_a_file_that_is_bad_keeps_the_other_answers(self, keeper):
        response = self.post(keeper, text="", file=upload(b"x", "x.doc"), issuer="Typed issuer")
        assert "Save it as one of these" in response.context["form"].errors["file"][0]
        assert "Typed issuer" in response.content.decode()

    @pytest.mark.parametrize("size", [6 * 1024 * 1024, 10 * 1024 * 1024])
    def test_what_is_too_large_is_turned_away(self, keeper, size):
        assert self.post(keeper, text="", file=upload(b"x" * size, "x.csv")).status_code == 413

    def test_a_text_that_is_too_large_is_turned_away(self, keeper):
        assert self.post(keeper, text="x" * (3 * 1024 * 1024)).status_code == 413

    def test_faults_by_line_and_the_way_to_correct_them(self, keeper):
        client = sign_in(Client(), keeper)
        text = "Title\tPublished\tIssuer\nOne\t31/02/2020\tPHE\nTwo\t1/4/2020\tPHE"
        response = client.post(reverse("paste_guidance"), self.form(text=text, name="June"), follow=True)
        shown = text_of(response)
        assert "Line 2: One" in shown and "Published: There is no such day as “31/02/2020”" in shown
        url = response.redirect_chain[-1][0]
        refusal = client.post(url, {})
        assert "Line 2: correct it, or leave it out" in text_of(refusal)
        assert 'href="#id_line-2"' in refusal.content.decode()
        assert not GuidanceItem.objects.exists()
        correct = client.get(f"{url}correct/")
        assert "31/02/2020" in correct.content.decode() and 'value="June"' in correct.content.decode()
        better = self.form(text=correct.context["form"]["text"].value().replace("31/02", "28/02"))
        shown = text_of(client.post(f"{url}correct/", better, follow=True))
        assert "Line 2: One" not in shown and "28 February 2020" in shown
        assert client.get(f"{url}correct/").status_code == 404

    def test_what_is_there_already_asks_with_a_proposal(self, keeper):
        item = on_register(url="https://www.gov.uk/a")
        client = sign_in(Client(), keeper)
        text = "Title\tLink\nA\tgov.uk/a\nVisits in the time of a virus\t"
        response = client.post(reverse("paste_guidance"), self.form(text=text), follow=True)
        page = response.content.decode()
        assert reverse("guidance_item", args=[item.uid]) in page
        assert f"New version of {item.label}" in page
        checked = r'name="(line-\d+)" type="radio" value="(\w+)" checked'
        assert re.findall(checked, page) == [("line-2", "leave_out")]
        url = response.redirect_chain[-1][0]
        answer = client.post(url, {"line-2": "add", "seen": "2,3"})
        assert "Line 3: choose whether it is left out" in text_of(answer)
        # What was chosen stays chosen.
        assert re.findall(checked, answer.content.decode()) == [("line-2", "add")]
        chosen = {"line-2": f"version:{item.uid}:{item.version}", "line-3": "add", "seen": "2,3"}
        assert "List saved: 1 added, 1 new version." in text_of(client.post(url, chosen, follow=True))

    @pytest.mark.parametrize("answer", ["x", "version:1:1", f"version:{'-' * 36}:1", "version", "add\n"])
    def test_answers_that_were_tampered_with(self, keeper, answer):
        on_register(url="https://www.gov.uk/a")
        listed = read(keeper, "Title\tLink\nA\tgov.uk/a\nB\t")
        url = reverse("guidance_list", args=[listed.uid])
        response = sign_in(Client(), keeper).post(url, {"line-2": answer, "seen": "2"})
        assert response.status_code in (200, 302)
        assert GuidanceVersion.objects.count() <= 2

    def test_discarded(self, keeper):
        listed = read(keeper, "One")
        client = sign_in(Client(), keeper)
        url = reverse("discard_guidance_list", args=[listed.uid])
        assert "List discarded." in text_of(client.post(url, follow=True))
        assert "saved or discarded before" in text_of(client.post(url, follow=True))
        shown = text_of(client.get(reverse("guidance_list", args=[listed.uid])))
        assert "This list was discarded." in shown

    def test_queries_do_not_grow_with_lines(self, keeper):
        client = sign_in(Client(), keeper)
        few, many = (read(keeper, "\n".join(f"Circular {n}" for n in range(lines))) for lines in (3, 300))
        counts = []
        for listed in (few, many):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse("guidance_list", args=[listed.uid])).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]
