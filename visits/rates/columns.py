"""Rows by the million between the database and NumPy: whole columns out, whole columns in."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import chain

import numpy as np
from django.db import connection

from visits.rates.dialect import on_postgres

# A column of a batch: one value a row, or one for all rows (None: NULL).
Column = np.ndarray | str | datetime | None

_COPY_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"
_MICROSECOND = timedelta(microseconds=1)
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# PostgreSQL packs rows into values of at most so many bytes; its own limit is 1 GB.
_BYTES_A_VALUE = 1 << 28
_FETCH = 50_000


def fetch_columns(
    expressions: list[str],
    source: str,
    where: str,
    params: list,
    *,
    id_column: str = "id",
    rows_an_id: int = 1,
) -> np.ndarray:
    """Rows of whole numbers as an int64 array of shape (rows, expressions), in any order.

    `expressions`: SQL for whole numbers, never NULL, of the table `source`; `where`: SQL of a condition,
    with `params`. `id_column` tells rows apart, with about so many `rows_an_id`. On PostgreSQL each row
    is packed into 8 bytes an expression and many rows into one value: a third less work than COPY
    BINARY row by row, and an eighth of that of fetching rows.
    """
    if not on_postgres():
        return _fetch_rows(expressions, f"FROM {source} WHERE {where}", params)
    packed = " || ".join(f"int8send(({expression})::bigint)" for expression in expressions)
    parts = []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(min({id_column}), 0), coalesce(max({id_column}), 0) FROM {source}")
        lowest, highest = cursor.fetchone()
        ids = max(_BYTES_A_VALUE // (8 * len(expressions) * rows_an_id), 1)
        for first in range(lowest, highest + 1, ids):
            # One value is aggregated without grouping, and so without sorting. Where one is enough the ids
            # are not asked for, so that an index without them serves.
            some = (
                where
                if highest - lowest < ids
                else f"{where} AND {id_column} BETWEEN {first} AND {first + ids - 1}"
            )
            query = cursor.cursor.mogrify(
                f"COPY (SELECT string_agg({packed}, '') FROM {source} WHERE {some})"
                " TO STDOUT (FORMAT binary)",
                params,
            )
            sink = BytesIO()
            cursor.cursor.copy_expert(query, sink)
            parts.append(_unpack(sink.getbuffer()))
    return np.concatenate(parts).astype(np.int64).reshape(-1, len(expressions))


def _unpack(raw: memoryview) -> np.ndarray:
    """The one value of a COPY of one row and column."""
    place = len(_COPY_SIGNATURE) + 6
    size = int.from_bytes(raw[place - 4 : place], signed=True)
    return np.frombuffer(raw[place : place + max(size, 0)], dtype=">i8")


def _fetch_rows(expressions: list[str], source: str, params: list) -> np.ndarray:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(expressions)} {source}", params)
        rows = chain.from_iterable(iter(lambda: cursor.fetchmany(_FETCH), []))
        values = np.fromiter(chain.from_iterable(rows), np.int64)
    return values.reshape(-1, len(expressions))


def insert_columns(table: str, batches: list[dict[str, Column]]) -> None:
    """Appends rows. Every batch has the same columns in the same order and at least one array; arrays
    of int16, int32 and int64 must match the column's type in PostgreSQL."""
    batches = [batch for batch in batches if _length(batch)]
    if not batches:
        return
    names = ", ".join(batches[0])
    if on_postgres():
        stream = BytesIO(b"".join([_COPY_SIGNATURE, *map(_binary_rows, batches), _COPY_END]))
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)", stream)
        return
    marks = ", ".join(["%s"] * len(batches[0]))
    with connection.cursor() as cursor:
        for batch in batches:
            columns = [_plain(column, _length(batch)) for column in batch.values()]
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", list(zip(*columns, strict=True))
            )


def _length(batch: dict[str, Column]) -> int:
    return next(len(column) for column in batch.values() if isinstance(column, np.ndarray))


def _plain(column: Column, length: int) -> list:
    if isinstance(column, np.ndarray):
        return column.tolist()
    if isinstance(column, datetime):
        column = connection.ops.adapt_datetimefield_value(column)
    return [column] * length


def _binary_rows(batch: dict[str, Column]) -> bytes:
    """The rows as COPY BINARY wants them: each field led by its size in bytes."""
    layout: list[tuple] = [("fields", ">i2")]
    values: dict[str, object] = {"fields": len(batch)}
    for name, column in batch.items():
        layout.append((f"{name} size", ">i4"))
        if column is None:
            values[f"{name} size"] = -1
            continue
        if isinstance(column, str):
            text = column.encode()
            layout.append((name, f"S{len(text)}"))
            values |= {f"{name} size": len(text), name: text}
            continue
        # A moment is microseconds since 2000.
        number = (
            column if isinstance(column, np.ndarray) else np.array((column - _POSTGRES_EPOCH) // _MICROSECOND)
        )
        layout.append((name, number.dtype.newbyteorder(">")))
        values |= {f"{name} size": number.dtype.itemsize, name: number}
    rows = np.empty(_length(batch), dtype=layout)
    for name, value in values.items():
        rows[name] = value
    return rows.tobytes()
