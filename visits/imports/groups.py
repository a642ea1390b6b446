"""Staged rows of teams and plans, reference by reference: files that are decided in Python."""

from collections.abc import Iterator
from itertools import groupby, islice

from visits.imports.staging import ROWS, Staging, read

# References decided at a time.
_GROUPS = 1_000
TWICE = "is in the file more than once, with different content"

Row = tuple  # (line, reference, cell, ..)


def row_groups(staging: Staging) -> Iterator[list[list[Row]]]:
    """Lists of groups of rows that have the same reference, each group in the file's order."""
    reference = staging.columns[0]
    rows = read(f"SELECT line, {', '.join(staging.columns)} FROM {ROWS}", f"{reference}, line")
    groups = (list(group) for _, group in groupby(rows, key=lambda row: row[1]))
    while some := list(islice(groups, _GROUPS)):
        yield some


def distinct(group: list[Row]) -> list[Row]:
    """The group without rows that say again what an earlier one said."""
    return list({row[1:]: row for row in reversed(group)}.values())[::-1]
