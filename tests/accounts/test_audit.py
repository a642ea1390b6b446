"""The trail: whole, in one line, and every tampering found."""

import threading
from datetime import UTC, datetime
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.audit import START, Actor, TrailBroken, record, seal
from accounts.models import AuditEvent, AuditHead
from accounts.verification import verify

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 4, 9, 30, 0, 123456, tzinfo=UTC)


def write(count: int = 1, action: str = "visit.recorded", **detail) -> list[AuditEvent]:
    with transaction.atomic():
        return [
            record(
                action, actor=Actor.job("test"), at=AT, object_kind="visit", object_uid=uuid4(), detail=detail
            )
            for _ in range(count)
        ]


def force(sql: str, *params: object) -> None:
    """What somebody with the owner's rights in the database could do: the triggers are off meanwhile."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The test settings let the flush through; the same door serves here.
            cursor.execute("SET LOCAL app.audit_maintenance = 'on'")
            cursor.execute(sql, params)
            return
        triggers = cursor.execute(
            "SELECT sql FROM sqlite_master WHERE name IN ('audit_no_update', 'audit_no_delete')"
        ).fetchall()
        cursor.execute("DROP TRIGGER audit_no_update")
        cursor.execute("DROP TRIGGER audit_no_delete")
        cursor.execute(sql, params)
        for (text,) in triggers:
            cursor.execute(text)


def check(*args: str) -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("check_audit_trail", *args, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code), err.getvalue()
    return 0, out.getvalue()


def test_a_whole_trail_passes_and_the_head_is_printed():
    events = write(5)
    code, text = check()
    assert (code, text.strip()) == (0, f"The audit trail is whole: 5 events. Head: {events[-1].hash}")


def test_an_empty_trail_is_whole():
    assert verify().fault == ""


def test_each_event_follows_the_one_before():
    first, second = write(2)
    assert first.previous_hash == START
    assert second.previous_hash == first.hash
    assert AuditHead.objects.get().hash == second.hash


@pytest.mark.parametrize(
    "detail",
    [
        {"reason": "Wrong date – “corrected” ✓ \U0001f41f"},
        {"b": 1, "a": [True, None, {"z": "y"}]},
        {"n": 2**53},
        {},
    ],
)
def test_what_was_sealed_reads_back_the_same(detail):
    write(**detail)
    assert verify().fault == ""


CHANGES = {
    "actor_label": "'job:other'",
    "roles": "'AD'",
    "action": "'visit.cancelled'",
    "object_kind": "'plan'",
    "at": "'2026-05-04 09:31:00'",
    "detail": "'{\"a\": 2}'",
    "object_uid": "NULL",
    "child_uid": "'00000000000000000000000000000001'",
    "actor_uid": "'00000000000000000000000000000001'",
    "area": "'security'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_to_any_column_is_found_and_named(column):
    events = write(5, a=1)
    force(f"UPDATE accounts_auditevent SET {column} = {CHANGES[column]} WHERE id = %s", events[2].pk)
    code, text = check()
    assert code == 1
    assert f"event {events[2].pk} was changed" in text


def test_a_removal_is_found():
    events = write(5)
    force("DELETE FROM accounts_auditevent WHERE id = %s", events[2].pk)
    code, text = check()
    assert code == 1
    assert f"event {events[3].pk} does not follow event {events[1].pk}" in text


def test_the_removal_of_the_first_is_found():
    events = write(3)
    force("DELETE FROM accounts_auditevent WHERE id = %s", events[0].pk)
    assert f"event {events[1].pk} does not follow event 0" in verify().fault


def test_a_cut_at_the_end_is_found():
    events = write(5)
    force("DELETE FROM accounts_auditevent WHERE id >= %s", events[3].pk)
    assert f"ends with event {events[2].pk}, but its head is event {events[4].pk}" in verify().fault


def test_a_cut_with_the_head_set_back_is_found_by_the_head_kept_elsewhere():
    events = write(5)
    _, printed = check()
    kept = printed.split()[-1]
    write(2)
    assert check("--head", kept)[0] == 0
    force("DELETE FROM accounts_auditevent WHERE id >= %s", events[3].pk)
    AuditHead.objects.update(event_id=events[2].pk, hash=events[2].hash)
    assert check()[0] == 0
    code, text = check("--head", kept)
    assert code == 1
    assert "rewritten" in text


def test_everything_gone_with_the_head_is_found_by_the_head_kept_elsewhere():
    kept = write(2)[-1].hash
    force("DELETE FROM accounts_auditevent")
    AuditHead.objects.all().delete()
    assert "rewritten" in verify(known_head=kept).fault


def test_an_event_put_in_by_hand_is_found():
    last = write(2)[-1]
    forged = AuditEvent(
        at=AT,
        actor_label="job:test",
        action="visit.recorded",
        area="records",
        previous_hash=last.hash,
        detail={},
    )
    forged.hash = seal(forged)
    forged.save()
    assert f"event {forged.pk} was added past the head" in verify().fault


def test_a_seal_made_with_another_key_is_found(settings):
    settings.AUDIT_KEY, key = "another key " * 6, settings.AUDIT_KEY
    event = write()[0]
    settings.AUDIT_KEY = key
    assert f"event {event.pk} was changed" in verify().fault


def test_a_trail_without_its_head_is_not_continued():
    write()
    AuditHead.objects.all().delete()
    with pytest.raises(TrailBroken):
        write()
    assert "the head is missing" in verify().fault


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_what_it_records():
    with pytest.raises(RuntimeError, match="transaction"):
        record("visit.recorded", actor=Actor.job("test"), at=AT)
    assert not AuditEvent.objects.exists()


def test_an_event_costs_three_statements(django_assert_num_queries):
    write()
    with transaction.atomic(), django_assert_num_queries(3):
        record("visit.recorded", actor=Actor.job("test"), at=AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_auditevent SET roles = 'AD'", "DELETE FROM accounts_auditevent"]
)
def test_the_database_refuses_change_and_removal(statement):
    write()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL app.audit_maintenance = 'off'")
            cursor.execute(statement)
    assert AuditEvent.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_postgresql_refuses_truncate_too():
    write()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL app.audit_maintenance = 'off'")
            cursor.execute("TRUNCATE accounts_auditevent")


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_four_writers_at_once_make_one_chain():
    writers, each = 4, 25
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(each):
                with transaction.atomic():
                    record("visit.recorded", actor=Actor.job("test"), at=AT, detail={"number": number})
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    verdict = verify()
    assert (verdict.fault, verdict.events) == ("", writers * each)


@pytest.mark.postgres
@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_the_head_the_chain_would_break(monkeypatch):
    """The test above can fail: here is the fault that it would find."""
    both_have_read = threading.Barrier(2)

    def unlocked() -> str:
        head = AuditHead.objects.values_list("hash", flat=True).get(pk=1)
        both_have_read.wait(timeout=10)
        return head

    write()
    monkeypatch.setattr("accounts.audit._locked_head", unlocked)

    def work() -> None:
        with transaction.atomic():
            record("visit.recorded", actor=Actor.job("test"), at=AT)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify().fault != ""


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_the_change_that_is_undone():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("visit.recorded", actor=Actor.job("test"), at=AT)
        raise ZeroDivisionError
    assert not AuditEvent.objects.exists()
    assert verify().fault == ""
