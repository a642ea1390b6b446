"""What the suite itself stands on."""

import socket

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import audit
from safeguarding import test_settings


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgresql_is_spoken_to_through_psycopg2() -> None:
    """With psycopg 3 importable Django would quietly prefer it, in tests and not in service."""
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert not is_psycopg3


@pytest.mark.django_db
def test_sqlite_is_a_file_in_wal_mode() -> None:
    """Threads and the worker process must meet in it as they do in service."""
    if not test_settings.ON_SQLITE:
        pytest.skip("only means something on SQLite")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)


def test_no_test_leaves_the_machine() -> None:
    with socket.socket() as caller, pytest.raises(AssertionError, match=r"tried to reach 192\.0\.2\.1"):
        caller.connect(("192.0.2.1", 80))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_audit_trail_is_emptied_between_tests_and_guarded_within_them(time: str) -> None:
    events = apps.get_model("accounts.AuditEvent").objects
    assert events.count() == 0
    with transaction.atomic():
        audit.record("sign_in", actor=audit.Actor.command(time), at=timezone.now())
    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        events.all().delete()
    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        events.update(at=timezone.now())
    assert events.count() == 1
