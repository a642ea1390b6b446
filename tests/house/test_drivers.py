"""What the suite itself stands on."""

import socket

import pytest
from django.db import connection

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
