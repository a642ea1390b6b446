"""Importing on a page: checked first, loaded by the worker, seen only by who sent the file."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from operations.models import JobRun
from tests.people import person, sign_in
from tests.visits.factories import make_child
from visits.models import Visit
from visits.services import imports

pytestmark = pytest.mark.django_db

VISITS = (
    "visit_ref,child_ref,visit_date,method,status,child_seen,authorised,note\n"
    "V1,C1,2020-06-01,video,completed,,,x\n"
    "=V2,C-secret,2020-06-01,video,completed,,,x\n"
)


@pytest.fixture(autouse=True)
def files(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def manager(client: Client):
    sign_in(client, user := person("MG", "import_records"))
    return user


def send(client: Client, text: str = VISITS, kind: str = "visits"):
    return client.post(
        "/records/import/", {"kind": kind, "file": SimpleUploadedFile("my names.csv", text.encode())}
    )


def work() -> None:
    imports.run_waiting_imports(now=timezone.now())


def test_a_file_is_checked_then_loaded_and_then_gone(client, manager, files):
    make_child("C1")
    where = send(client).url
    assert "At work" not in client.get(where).content.decode()
    assert b"Waiting" in client.get(where).content
    assert b'http-equiv="refresh"' in client.get(where).content

    work()
    page = client.get(where).content.decode()
    assert "1 of 2 rows would be accepted, 1 refused." in page
    assert "Nothing has been loaded yet." in page
    assert "is not a child on record" in page
    assert "Columns not used: note." in page
    assert "http-equiv" not in page
    assert not Visit.objects.exists()
    assert [path.suffix for path in files.iterdir()].count(".upload") == 1

    loading = client.post(where).url
    assert loading != where
    work()
    page = client.get(loading).content.decode()
    assert "1 of 2 rows accepted, 1 refused." in page
    assert Visit.objects.get().visit_ref == "V1"
    assert AuditEvent.objects.get(action="records.imported").actor_label == manager.email
    assert not list(files.glob("*.upload"))
    assert "Load the accepted rows" not in client.get(where).content.decode()


def test_a_button_pressed_twice_loads_once(client, manager):
    make_child("C1")
    where = send(client).url
    work()
    loading = client.post(where).url
    assert client.post(where).url == loading
    assert JobRun.objects.filter(kind="import_load").count() == 1
    work()
    assert "no longer kept" in client.post(where, follow=True).content.decode()
    assert Visit.objects.count() == 1


def test_nothing_is_loaded_that_was_not_checked(client, manager):
    make_child("C1")
    where = send(client).url
    assert "Check the file first" in client.post(where, follow=True).content.decode()
    assert not JobRun.objects.filter(kind="import_load").exists()


def test_refusals_are_downloaded_whole_not_stored_by_the_browser_and_logged(client, manager):
    where = send(client).url
    work()
    answer = client.get(f"{where}refusals.csv")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "line,column,value,reason"
    assert len(lines) == 3
    assert AuditEvent.objects.filter(action="import.refusals_downloaded").count() == 1


def test_only_who_sent_the_file_sees_it_and_only_with_the_permission(client, manager):
    where = send(client).url
    work()
    other = sign_in(Client(), person("MG", "import_records", name="Other"))
    for url in (where, f"{where}refusals.csv"):
        assert other.get(url).status_code == 404
    assert other.post(where).status_code == 404
    for rights in (("MG",), ("SW", "import_records"), ("AD",), ("BM",)):
        without = sign_in(Client(), person(*rights, name="-".join(rights)))
        for url in ("/records/import/", where, f"{where}refusals.csv"):
            assert without.get(url).status_code == 403
        assert without.post("/records/import/", {}).status_code == 403


def test_a_file_that_cannot_be_read_says_so_in_one_sentence_and_is_not_kept(client, manager, files):
    where = send(client, "PK\x03\x04").url
    work()
    page = client.get(where).content.decode()
    assert "This is a zip archive or a spreadsheet" in page
    assert "Nothing was loaded." in page
    assert "Load the accepted rows" not in page
    assert list(files.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Select what the file holds"),
        ({"kind": "visits"}, "Select a CSV file"),
        ({"kind": "visits", "file": SimpleUploadedFile("a.csv", b"")}, "The selected file is empty"),
        ({"kind": "houses", "file": SimpleUploadedFile("a.csv", b"x")}, "Select one of the choices offered"),
    ],
)
def test_a_form_that_lacks_something_says_so_beside_the_field(client, manager, data, message):
    answer = client.post("/records/import/", data)
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not JobRun.objects.exists()


def test_a_file_above_the_limit_is_turned_away_unread(client, manager, settings, files):
    settings.IMPORT_PAGE_MAX_BYTES = 1000
    answer = send(client, "x" * 1001)
    assert "must be smaller than" in answer.content.decode()
    assert send(client, "x" * 200_000).status_code == 413
    assert not files.exists()


def test_a_form_without_the_token_is_refused(manager):
    strict = sign_in(Client(enforce_csrf_checks=True), manager)
    assert send(strict).status_code == 403
    assert not JobRun.objects.exists()


def test_no_reference_and_no_file_name_reaches_the_log_or_the_job(client, manager, caplog):
    make_child("C1")
    where = send(client).url
    work()
    client.post(where)
    work()
    for run in JobRun.objects.all():
        said = f"{run.inputs} {run.counts} {run.outcome} {run.step}"
        assert "secret" not in said
        assert "names" not in said
    assert "secret" not in caplog.text
    for event in AuditEvent.objects.all():
        assert "secret" not in str(event.detail)


def test_what_stops_with_an_error_says_so_and_can_be_loaded_again(client, manager, monkeypatch):
    make_child("C1")
    where = send(client).url
    work()
    loading = client.post(where).url
    with monkeypatch.context() as broken:
        broken.setattr("visits.imports.run.record", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work()
    assert "stopped with an error. Nothing was loaded" in client.get(loading).content.decode()
    assert not Visit.objects.exists()
    client.post(where)
    work()
    assert Visit.objects.count() == 1


def test_old_files_are_forgotten(client, manager, files):
    make_child("C1")
    send(client)
    work()
    imports.forget_old_files(now=timezone.now() + timedelta(hours=23))
    assert list(files.glob("*.upload"))
    imports.forget_old_files(now=timezone.now() + timedelta(days=1, minutes=1))
    assert not list(files.glob("*.upload"))
    assert list(files.glob("*.refusals.csv"))
    imports.forget_old_files(now=timezone.now() + timedelta(days=8))
    assert list(files.iterdir()) == []
