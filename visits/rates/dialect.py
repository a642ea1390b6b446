"""The few words in which the SQL of PostgreSQL and of SQLite differ."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


def month_of(day: str) -> str:
    """SQL for Month.of(day).index, where `day` is SQL for a date."""
    if on_postgres():
        return f"(extract(year from {day})::int * 12 + extract(month from {day})::int - 1)"
    return f"(CAST(substr({day}, 1, 4) AS INTEGER) * 12 + CAST(substr({day}, 6, 2) AS INTEGER) - 1)"


def day_number(day: str) -> str:
    """SQL for days since 1 January of year 1 (date.toordinal() - 1), where `day` is SQL for a date."""
    if on_postgres():
        return f"({day} - DATE '0001-01-01')"
    return f"CAST(julianday({day}) - 1721425.5 AS INTEGER)"


def moment(at: datetime) -> str:
    """SQL for an aware moment. In the text, not among the parameters: expressions of columns have none."""
    if on_postgres():
        return f"TIMESTAMPTZ '{at.isoformat()}'"
    return f"'{connection.ops.adapt_datetimefield_value(at)}'"


def kept(name: str, kind: str, was: str = "was") -> str:
    """SQL for what a revision kept under `name`, NULL where it kept nothing; `kind`: PostgreSQL type."""
    if on_postgres():
        return f"({was}->>'{name}')::{kind}"
    text = f"json_extract({was}, '$.{name}')"
    # Moments are kept as ISO text of UTC, and stored without the letter and the offset.
    return f"replace(replace({text}, 'T', ' '), '+00:00', '')" if kind == "timestamptz" else text


def by_code_point(text: str) -> str:
    """SQL that sorts a text by code point, whatever the database's locale."""
    return f'{text} COLLATE "C"' if on_postgres() else f"{text} COLLATE BINARY"


def rows_of(name: str, columns: dict[str, str], rows: Sequence[tuple]) -> tuple[str, list]:
    """A common table expression `name` of `rows`, and its parameters. `columns`: name -> PostgreSQL type."""
    if on_postgres():
        lists = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        by_column = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
        return f"{name} ({', '.join(columns)}) AS (SELECT * FROM unnest({lists}))", by_column
    fields = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(columns)))
    return f"{name} ({', '.join(columns)}) AS (SELECT {fields} FROM json_each(%s))", [json.dumps(rows)]
