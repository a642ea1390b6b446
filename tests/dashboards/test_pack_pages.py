"""Taking the paper away: who may, what is recorded, the command, the yearly report."""

import json
from dataclasses import replace
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import AuditEvent
from dashboards.pack import pdf
from riskregister.review.canonical import digest
from tests.people import person, sign_in
from tests.riskregister import content_samples as samples
from tests.riskregister.released_world import drafted, published

pytestmark = pytest.mark.django_db
FILES = {
    "pack_docx": b"PK",
    "pack_pptx": b"PK",
    "pack_html": b"<!DOCTYPE html>",
    "pack_json": b"{",
}


@pytest.fixture
def review():
    return published()


@pytest.mark.parametrize("name", FILES)
def test_a_download_is_a_file_and_is_recorded(client, review, name):
    user = person("PR", name="Partner")
    response = sign_in(client, user).get(reverse(name, args=[review.uid]))
    assert response.content.startswith(FILES[name])
    code = name.removeprefix("pack_")
    assert response["Content-Disposition"] == f'attachment; filename="board-review-2020-06-v1.{code}"'
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.get(action="board_review.downloaded")
    assert event.actor_uid == user.uid and event.object_uid == review.uid
    assert event.detail == {"format": code, "month": "2020-06", "version": 1, "digest": review.digest}


@pytest.mark.skipif(not pdf.available(), reason="the PDF engine's system libraries are missing")
def test_a_pdf_can_be_taken_away(client, review):
    response = sign_in(client, person("BM")).get(reverse("pack_pdf", args=[review.uid]))
    assert response.content.startswith(b"%PDF")


def test_without_the_engine_the_pages_say_what_to_install(client, review, monkeypatch):
    def missing(name):
        raise OSError("cannot load library")

    monkeypatch.setattr(pdf, "import_module", missing)
    client = sign_in(client, person("CO"))
    response = client.get(reverse("pack_pdf", args=[review.uid]))
    assert response.status_code == 503
    assert "apt-get install libpango" in response.content.decode()
    assert not AuditEvent.objects.filter(action="board_review.downloaded").exists()
    page = client.get(reverse("pack", args=[review.uid])).content.decode()
    assert "apt-get install" in page and reverse("pack_pdf", args=[review.uid]) not in page
    assert client.get(reverse("pack_docx", args=[review.uid])).status_code == 200
    with pytest.raises(CommandError, match="apt-get install") as refused:
        call_command("export_board_review", month="2020-06", form="pdf", output="-")
    assert refused.value.returncode == 2


def test_only_the_coordinator_takes_a_draft_away(client):
    draft = drafted(state="in_review")
    url = reverse("pack_html", args=[draft.uid])
    assert sign_in(client, person("BM")).get(url).status_code == 404
    assert sign_in(client, person("PR", name="Partner")).get(url).status_code == 404
    response = sign_in(client, person("CO")).get(url)
    assert b"DRAFT" in response.content and "board-draft" in response["Content-Disposition"]


def test_a_review_that_is_not_compiled_has_no_paper(client):
    empty = drafted(content=None)
    type(empty).objects.filter(pk=empty.pk).update(content="", digest="")
    assert sign_in(client, person("CO")).get(reverse("pack", args=[empty.uid])).status_code == 404


def test_a_published_review_is_printed_as_it_was_sealed(client, review):
    """Names of today do not come into it: who signed is read from what is sealed."""
    type(review.approved_by).objects.filter(pk=review.approved_by_id).update(name="Renamed Since")
    page = sign_in(client, person("CO")).get(reverse("pack_html", args=[review.uid])).content.decode()
    assert "Approved: Berit Moss" in page and "Renamed Since" not in page


def exported(tmp_path, **options):
    path = tmp_path / "paper"
    out = StringIO()
    call_command("export_board_review", output=str(path), stdout=out, **options)
    return path.read_bytes(), out.getvalue()


def test_the_command_writes_the_latest_published_version(tmp_path, review):
    corrected = published(
        replace(samples.by_hand(), version=2), correction_reason="A return was counted twice", corrects=review
    )
    drafted(replace(samples.by_hand(), version=3), correction_reason="Another")
    body, told = exported(tmp_path, month="2020-06", form="json")
    assert json.loads(body)["version"] == 2 and json.loads(body)["seal"]["seal"] == corrected.seal
    assert "version 2, published" in told and corrected.digest in told
    body, told = exported(tmp_path, month="2020-06", form="html", of_version=1)
    assert b"version 1" in body
    body, told = exported(tmp_path, month="2020-06", form="html", of_version=3)
    assert b"DRAFT" in body and "DRAFT, not published" in told
    assert AuditEvent.objects.filter(action="board_review.exported").count() == 3


def test_the_command_takes_a_version_as_its_argument(tmp_path, review):
    path = tmp_path / "x.json"
    arguments = ["--month", "2020-06", "--version", "1", "--format", "json", "--output", str(path)]
    call_command("export_board_review", *arguments, stdout=StringIO())
    assert json.loads(path.read_text())["digest"] == review.digest


def test_the_command_exports_and_never_recomputes(tmp_path, review, monkeypatch):
    before = type(review).objects.values().get(pk=review.pk)
    body, _ = exported(tmp_path, month="2020-06", form="json")
    assert f'"content":{review.content}' in body.decode()
    assert digest(review.content) == review.digest
    assert type(review).objects.values().get(pk=review.pk) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"month": "2020-13"}, "is not a month"),
        ({"month": "2020-05"}, "There is no review of May 2020"),
        ({"month": "2020-06", "of_version": 4}, "no compiled version 4"),
        ({"month": "2020-07"}, "is not compiled yet"),
    ],
)
def test_the_command_refuses_with_words_and_status_2(tmp_path, review, options, words):
    later = drafted(replace(samples.by_hand(), month="2020-07"))
    type(later).objects.filter(pk=later.pk).update(content="", digest="")
    with pytest.raises(CommandError, match=words) as refused:
        call_command("export_board_review", form="json", output=str(tmp_path / "paper"), **options)
    assert refused.value.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_the_command_leaves_no_half_file(tmp_path, review, monkeypatch):
    path = tmp_path / "paper.json"
    path.write_text("what was there before")

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dashboards.management.commands.export_board_review.os.fsync", full)
    with pytest.raises(CommandError, match="No space left") as refused:
        call_command("export_board_review", month="2020-06", form="json", output=str(path))
    assert refused.value.returncode == 2
    assert path.read_text() == "what was there before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_writes_to_standard_output(review):
    raw = BytesIO()
    out = TextIOWrapper(raw, write_through=True)
    call_command("export_board_review", month="2020-06", form="docx", output="-", stdout=out)
    assert raw.getvalue().startswith(b"PK")


def test_the_year_shows_its_months_and_names_those_missing(client, review):
    published(replace(samples.by_hand(), month="2021-04"))
    drafted(replace(samples.by_hand(), month="2020-07", summary="Nobody signed this."))
    client = sign_in(client, person("AU"))
    assert "April 2021 to March 2022" in client.get(reverse("year_report")).content.decode()
    page = client.get(reverse("year_report"), {"year": 2020}).content.decode()
    assert "1 of 12" in page and "Nobody signed this." not in page
    assert review.seal in page
    assert client.get(reverse("year_report"), {"year": 2019}).status_code == 404
    assert client.get(reverse("year_report"), {"year": "x"}).status_code == 404


def test_a_year_without_a_published_review_says_so(client):
    client = sign_in(client, person("CO"))
    assert "No review is published yet" in client.get(reverse("year_report")).content.decode()
    assert client.get(reverse("year_docx")).status_code == 404


@pytest.mark.parametrize(("name", "start"), [("year_docx", b"PK"), ("year_html", b"<!DOCTYPE")])
def test_the_year_can_be_taken_away_and_that_is_recorded(client, review, name, start):
    response = sign_in(client, person("BM")).get(reverse(name), {"year": 2020})
    assert response.content.startswith(start)
    assert AuditEvent.objects.get(action="yearly_report.downloaded").detail["year"] == 2020


def test_the_year_asks_as_often_for_one_month_as_for_six(client, django_assert_num_queries, review):
    client = sign_in(client, person("BM"))
    client.get(reverse("year_report"))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(reverse("year_report"), {"year": 2020})
    for number in range(7, 12):
        published(replace(samples.by_hand(), month=f"2020-{number:02d}"))
    with CaptureQueriesContext(connection) as six:
        client.get(reverse("year_report"), {"year": 2020})
    assert len(six) == len(one)
