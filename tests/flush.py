"""Emptying the database between tests, past the guard that keeps the audit trail append-only.

Only for the moment of the flush: within a test the guard stands as it does in service.
"""

from collections.abc import Callable

from django.db.backends.base.operations import BaseDatabaseOperations


def let_flush_pass_the_guard() -> None:
    plain = BaseDatabaseOperations.execute_sql_flush

    def guarded(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        if self.connection.vendor == "postgresql":
            _with_maintenance_on(self.connection, lambda: plain(self, sql_list))
        else:
            _without_triggers(self.connection, lambda: plain(self, sql_list))

    BaseDatabaseOperations.execute_sql_flush = guarded


def _with_maintenance_on(connection, flush: Callable[[], None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET app.audit_maintenance = 'on'")
        try:
            flush()
        finally:
            cursor.execute("SET app.audit_maintenance = 'off'")


def _without_triggers(connection, flush: Callable[[], None]) -> None:
    """SQLite has no settings that a trigger could ask; so the triggers go, and come back as they were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            flush()
        finally:
            for _, statement in triggers:
                cursor.execute(statement)
