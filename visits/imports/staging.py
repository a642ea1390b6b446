"""The temporary tables of one import: its checked rows, and what was refused of them.

They belong to the connection and hold the import's bulk, so that the process holds none of it.
The same set-based SQL then runs on PostgreSQL and SQLite.
"""

import io
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from visits.imports.files import FileKind

ROWS = "import_rows"
REFUSALS = "import_refusals"
TORN = "import_torn"
# Rows sent to the database at a time.
CHUNK = 5_000
_SHOWN = 80
ANOTHER_REFUSED = "is refused, because another row of the same plan is"

Refused = tuple[int, str, str, str]


@contextmanager
def staging(kind: FileKind) -> Iterator["Staging"]:
    """Empty staging tables for one import, gone afterwards whatever happens."""
    tables = Staging(kind)
    tables.make()
    try:
        yield tables
    finally:
        # In a broken transaction nothing can be dropped; the rollback takes the tables with it.
        if not connection.needs_rollback:
            tables.drop()


class Staging:
    def __init__(self, kind: FileKind) -> None:
        self.columns = list(kind.columns)
        self._types = kind.types
        self._made: list[str] = []

    def make(self) -> None:
        columns = ", ".join(f"{name} {self._types.get(name, 'text')} NOT NULL" for name in self.columns)
        # On SQLite the key is the row's own number and costs nothing.
        self.table(ROWS, f"(line integer {'PRIMARY KEY' if on_sqlite() else 'NOT NULL'}, {columns})")
        self.table(
            REFUSALS, "(line integer NOT NULL, blame text NOT NULL, held text NOT NULL, reason text NOT NULL)"
        )

        self.table(TORN, "(reference text NOT NULL)")

    def table(self, name: str, definition: str, parameters: Sequence | None = None) -> None:
        """Makes one more temporary table: a list of columns, or AS SELECT .."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {'temp' if on_sqlite() else 'pg_temp'}.{name}")
            cursor.execute(f"CREATE TEMP TABLE {name} {definition}", parameters)
        self._made.append(name)

    def drop(self) -> None:
        with connection.cursor() as cursor:
            for name in self._made:
                cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def add_rows(self, rows: list[tuple]) -> None:
        """Rows of (line, cell, ..) in the order of the columns."""
        put(ROWS, ["line", *self.columns], rows)

    def refuse(self, refused: Iterable[Refused]) -> None:
        """Rows of (line, column, what it held, reason)."""
        put(
            REFUSALS,
            ["line", "blame", "held", "reason"],
            [(line, blame, _printable(held), reason) for line, blame, held, reason in refused],
        )

    def tear(self, references: Iterable[str]) -> None:
        """Notes of which records a row could not be staged."""
        put(TORN, ["reference"], [(reference,) for reference in references])

    def refuse_torn(self) -> None:
        """Refuses the other rows of a record of which one could not be staged."""
        reference = self.columns[0]
        rows = f"FROM {ROWS} WHERE {reference} IN (SELECT reference FROM {TORN})"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {REFUSALS} (line, blame, held, reason) SELECT line, %s, {reference}, %s {rows}",
                [reference, ANOTHER_REFUSED],
            )
            cursor.execute(f"DELETE {rows}")

    def leave_out_refused(self) -> int:
        """Takes refused rows out of the staged ones; gives how many rows have been refused in all."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {ROWS} WHERE line IN (SELECT line FROM {REFUSALS})")
            cursor.execute(f"SELECT count(DISTINCT line) FROM {REFUSALS}")
            return cursor.fetchone()[0]

    def refusals(self) -> Iterator[Refused]:
        """All refusals by line, a few at a time."""
        yield from read(f"SELECT line, blame, held, reason FROM {REFUSALS}", "line, blame, reason")

    def refusals_by_reason(self) -> list[tuple[str, str, int]]:
        """(column, reason, rows), the most frequent first."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT blame, reason, count(*) AS n FROM {REFUSALS} "
                "GROUP BY blame, reason ORDER BY n DESC, blame, reason LIMIT 20"
            )
            return cursor.fetchall()


def on_sqlite() -> bool:
    return connection.vendor == "sqlite"


def put(table: str, columns: Sequence[str], rows: list[tuple]) -> None:
    """Appends rows to a temporary table: by COPY where the database has it. No cell may hold a
    tab, a line end or '\\N'-like escapes other than plain backslashes; None is not taken."""
    if not rows:
        return
    if on_sqlite():
        marks = ", ".join("?" * len(columns))
        with connection.cursor() as cursor, _one_write(cursor):
            insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            cursor.connection.executemany(insert, rows)
        return
    lines = "\n".join(["\t".join(map(str, row)) for row in rows])
    if "\\" in lines:
        lines = lines.replace("\\", "\\\\")
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (NULL '\\N')", io.StringIO(lines + "\n")
        )


@contextmanager
def _one_write(cursor) -> Iterator[None]:
    """Many rows of a temporary table in one go, without the lock on the records that Django's own
    transactions take on SQLite."""
    if connection.in_atomic_block:
        yield
        return
    raw: sqlite3.Connection = cursor.connection
    raw.execute("BEGIN DEFERRED")
    try:
        yield
    except BaseException:
        raw.execute("ROLLBACK")
        raise
    raw.execute("COMMIT")


def read(select: str, order: str) -> Iterator[tuple]:
    """The rows of a query over temporary tables, in order, a few at a time."""
    with connection.cursor() as cursor:
        if on_sqlite():
            cursor.execute(f"{select} ORDER BY {order}")
            while rows := cursor.fetchmany(CHUNK):
                yield from rows
            return
    with connection.cursor() as cursor:
        # A server-side cursor that outlives a transaction, as there may be none around it.
        cursor.execute(f"DECLARE import_reading CURSOR WITH HOLD FOR {select} ORDER BY {order}")
        try:
            while True:
                cursor.execute(f"FETCH {CHUNK} FROM import_reading")
                rows = cursor.fetchall()
                if not rows:
                    return
                yield from rows
        finally:
            if not connection.needs_rollback:
                cursor.execute("CLOSE import_reading")


def _printable(held: str) -> str:
    """What a cell held, short and on one line."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in held[:_SHOWN])
