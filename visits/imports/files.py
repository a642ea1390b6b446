"""The three kinds of file: their columns and what a row must hold. Pure.

docs/import-files.md says the same in words for those who make the files.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from visits.constants import COMPLETED_VISIT_DAYS_AHEAD, REFERENCE_LENGTH, Method, PlanType, Status
from visits.imports.cells import BadCell, Reader, code, day, text, yes_or_no


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: the column that is to blame, what it held, and the reason."""

    column: str
    value: str
    reason: str


class BadRow(Exception):
    """Cells that are right each by itself, but not together."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True)
class FileKind:
    """One kind of file. `columns` are in the order of the staging table, the reference first.

    `settle` takes a row's staged cells and the recording day, fills in what an empty cell means
    (in place) and raises BadRow.
    """

    name: str
    columns: dict[str, Reader]
    settle: Callable[[list[str], date], None]
    optional: frozenset[str] = frozenset()
    # Rows of one reference are taken together or not at all.
    together: bool = False
    # PostgreSQL types of the staging table where text will not do.
    types: dict[str, str] = field(default_factory=dict)


class RowChecker:
    """Reads the rows of one file, whose columns may stand in any order among others."""

    def __init__(self, kind: FileKind, header: list[str], today: date) -> None:
        self.kind = kind
        self.today = today
        self.width = len(header)
        # None: an optional column that the file does not have.
        places = [(name, header.index(name) if name in header else None) for name in kind.columns]
        self._cells = [(name, place, kind.columns[name]) for name, place in places if place is not None]
        self._readers = [(place, reader) for _, place, reader in self._cells]
        self._missing = [n for n, (_, place) in enumerate(places) if place is None]

    def staged(self, row: list[str]) -> list[str] | None:
        """The row's staged cells; None where something is wrong (see `problems`)."""
        if len(row) != self.width:
            return None
        try:
            cells = [read(row[place]) for place, read in self._readers]
            for place in self._missing:
                cells.insert(place, "")
            self.kind.settle(cells, self.today)
        except (BadCell, BadRow):
            return None
        return cells

    def problems(self, row: list[str]) -> list[Problem]:
        """Everything that is wrong with a row that could not be staged."""
        if len(row) != self.width:
            return [Problem("", "", f"has {len(row)} columns where the first line has {self.width}")]
        found = []
        cells = []
        for name, place, read in self._cells:
            try:
                cells.append(read(row[place]))
            except BadCell as bad:
                found.append(Problem(name, row[place], bad.reason))
        if not found:
            for place in self._missing:
                cells.insert(place, "")
            try:
                self.kind.settle(cells, self.today)
            except BadRow as bad:
                value = next(row[place] for name, place, _ in self._cells if name == bad.column)
                found.append(Problem(bad.column, value, bad.reason))
        return found

    def reference(self, row: list[str]) -> str | None:
        """Which record a row that could not be staged is about; None where that cannot be read."""
        _, place, read = self._cells[0]
        try:
            return read(row[place])
        except (BadCell, IndexError):
            return None


def _reference() -> Reader:
    return text(REFERENCE_LENGTH)


# --- Visits -------------------------------------------------------------------------------

_METHOD, _STATUS, _SEEN, _AUTHORISED, _VISIT_DATE = 3, 4, 5, 6, 2


def _settle_visit(cells: list[str], today: date) -> None:
    if cells[_STATUS] == Status.COMPLETED:
        if cells[_VISIT_DATE] > _latest_completed(today):
            raise BadRow("visit_date", "is in the future, but the visit is said to be completed")
        cells[_SEEN] = cells[_SEEN] or "1"
    else:
        # At a visit that was not made nobody was seen, whatever the file says.
        cells[_SEEN] = "0"
    # A face-to-face visit needs no authorisation.
    if cells[_METHOD] == Method.FACE_TO_FACE or not cells[_AUTHORISED]:
        cells[_AUTHORISED] = "0"


@lru_cache(maxsize=2)
def _latest_completed(today: date) -> str:
    return (today + timedelta(days=COMPLETED_VISIT_DAYS_AHEAD)).isoformat()


VISITS = FileKind(
    name="visits",
    columns={
        "visit_ref": _reference(),
        "child_ref": _reference(),
        "visit_date": day(),
        "method": code(Method.values),
        "status": code(Status.values),
        "child_seen": yes_or_no(),
        "authorised": yes_or_no(),
    },
    settle=_settle_visit,
    types={"visit_date": "date", "child_seen": "boolean", "authorised": "boolean"},
)

# --- Plans --------------------------------------------------------------------------------

_START, _END, _LONG_TERM = 3, 4, 5


def _settle_plan(cells: list[str], today: date) -> None:
    if cells[_END] and cells[_END] < cells[_START]:
        raise BadRow("end_date", "is before the start date")
    cells[_LONG_TERM] = cells[_LONG_TERM] or "0"


PLANS = FileKind(
    name="plans",
    columns={
        "plan_ref": _reference(),
        "child_ref": _reference(),
        "plan_type": code(PlanType.values),
        "start_date": day(),
        "end_date": day(required=False),
        "long_term": yes_or_no(),
        "team_ref": _reference(),
        "team_from": day(required=False),
    },
    optional=frozenset({"team_from"}),
    settle=_settle_plan,
    together=True,
)

# --- Teams --------------------------------------------------------------------------------

NAME_LENGTH = 120
LOCALITY_LENGTH = 80

TEAMS = FileKind(
    name="teams",
    columns={
        "team_ref": _reference(),
        "name": text(NAME_LENGTH),
        "service": text(NAME_LENGTH, required=False),
        "locality": text(LOCALITY_LENGTH),
    },
    settle=lambda cells, today: None,
)

KINDS = {kind.name: kind for kind in (TEAMS, PLANS, VISITS)}
