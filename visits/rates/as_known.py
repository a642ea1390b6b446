"""Records as they stood at a past moment, as columns, and a month's totals from them.

Known at a moment is what was recorded by then. What changed since is undone: the earliest revision after the
moment holds what the record held at it. Whatever has no such revision is read as it stands, all at once; both
are columns, so that the records of a hundred thousand children fit.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import date, datetime

import numpy as np
from django.db import connection

from safeguarding.kernel.periods import Month, day_of
from visits.analysis import cuts
from visits.constants import Outcome
from visits.facts.known import KnownTotal
from visits.rates.columns import fetch_columns
from visits.rates.cuts import rules_of_method
from visits.rates.dialect import day_number, kept, moment
from visits.rates.kernel import OPEN_END, PLAN_TYPES, Contacts, CutTable, Places, Plans, work_out
from visits.rates.load import contacts_of, packed_contact, plan_columns, plans_of

_OUTCOMES = len(Outcome)


# --- Totals of months -----------------------------------------------------------------------


def totals(months: Collection[Month], at: datetime) -> list[KnownTotal]:
    """By the same method as the stored rates, for months that were over at the moment `at`, in order of month
    and plan type. A plan type without a rule at a month's end has none.

    Months are worked out one by one: memory follows the children, not how far the months lie apart.
    """
    intervals, since = rules_of_method()
    tables = {}
    for month in sorted(set(months)):
        if month.last_day > day_of(at):
            continue
        rows = [
            (cut.plan_type, cut.month, cut.regime, cut.open_cut, cut.seen_cut, cut.anniversary_cut,
             cut.alternatives_collected)
            for cut in cuts(intervals, since, month, month)
        ]  # fmt: skip
        if rows:
            tables[month] = CutTable.of(rows, month.index, month.index)
    if not tables:
        return []
    plans = known_plans(at, until=max(tables).last_day)
    contacts = _counting_contacts(at, tables)
    return [row for month, table in tables.items() for row in _of_month(month, table, plans, contacts)]


def _of_month(month: Month, table: CutTable, plans: Plans, contacts: Contacts) -> list[KnownTotal]:
    end = _number(month.last_day)
    some = open_on(plans, month.last_day)
    # Teams do not matter for the whole: each plan is with one and the same from its start on.
    nowhere = np.zeros_like(some.plan_id)
    places = Places(some.plan_id, nowhere, some.start, np.full_like(some.plan_id, OPEN_END))
    near = (contacts.day <= end) & (contacts.day >= table.seen_cut.min())
    cells = work_out(
        table,
        some,
        places,
        Contacts(contacts.child_id[near], contacts.day[near], contacts.face_to_face[near]),
    )
    counts = np.bincount(cells.plan_type * _OUTCOMES + cells.outcome, minlength=len(PLAN_TYPES) * _OUTCOMES)
    collected = bool(table.collected[0])
    found = []
    for kind, plan_type in enumerate(PLAN_TYPES):
        if table.open_cut[kind, 0] < 0:
            continue
        outcomes = counts[kind * _OUTCOMES : (kind + 1) * _OUTCOMES].tolist()
        other = outcomes[Outcome.ALTERNATIVE] if collected else None
        found.append(
            KnownTotal(month, plan_type, sum(outcomes), outcomes[Outcome.FACE_TO_FACE], other, collected)
        )
    return found


def _counting_contacts(at: datetime, tables: dict[Month, CutTable]) -> Contacts:
    """Contacts that can count in one of these months."""
    spans = [
        (date.fromordinal(int(table.seen_cut.min()) + 1), month.last_day) for month, table in tables.items()
    ]

    def condition(visit: "VisitSql") -> str:
        within = " OR ".join(f"{visit.day} BETWEEN %s AND %s" for _ in spans)
        return (
            f"{visit.status} = 'completed' AND {visit.seen}"
            f" AND ({visit.method} = 'face_to_face' OR {visit.authorised}) AND ({within})"
        )

    rows = _visits(
        at,
        lambda visit: [packed_contact(visit.child, visit.day, visit.method)],
        condition,
        [_date(day) for span in spans for day in span],
    )
    return contacts_of(rows[:, 0])


# --- Plans ----------------------------------------------------------------------------------


def known_plans(at: datetime, *, until: date) -> Plans:
    """Plans known at the moment `at` that began on or before the day `until`."""
    stands = fetch_columns(
        ["p.id", "p.child_id", *plan_columns("p.plan_type", "p.start_date", "p.end_date", "p.long_term")],
        "visits_plan p",
        f"p.recorded_at <= {moment(at)} AND {_unchanged('plan', 'p.id', at)} AND p.start_date <= %s",
        [_date(until)],
        id_column="p.id",
    )
    start = kept("start_date", "date", "r.was")
    stood = fetch_columns(
        [
            "r.record_id",
            # No plan ever moves to another child.
            "(SELECT p.child_id FROM visits_plan p WHERE p.id = r.record_id)",
            *plan_columns(
                kept("plan_type", "text", "r.was"),
                start,
                kept("end_date", "date", "r.was"),
                kept("long_term", "boolean", "r.was"),
            ),
        ],
        "visits_revision r",
        f"{_first_change('plan', 'visits_plan', at)} AND {start} <= %s",
        [_date(until)],
        id_column="r.id",
    )
    return plans_of(np.concatenate([stands, stood]))


def open_on(plans: Plans, day: date) -> Plans:
    chosen = (plans.start <= _number(day)) & (plans.end > _number(day))
    return Plans(*(getattr(plans, column.name)[chosen] for column in fields(plans)))


# --- Visits ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class VisitSql:
    """SQL for what a visit held: `seen` and `authorised` are conditions."""

    id: str
    child: str
    day: str
    method: str
    status: str
    seen: str
    authorised: str


@dataclass(frozen=True)
class Visits:
    """Columns of equal length, in any order. Completed visits."""

    visit_id: np.ndarray
    child_id: np.ndarray
    day: np.ndarray
    face_to_face: np.ndarray  # bool
    authorised: np.ndarray  # bool

    def __getitem__(self, chosen: np.ndarray) -> "Visits":
        return Visits(*(getattr(self, column.name)[chosen] for column in fields(self)))


def known_visits(at: datetime, *, until: date) -> Visits:
    """Visits known at the moment `at` as completed, made on or before the day `until`: alternatives, and
    face-to-face visits at which the child was seen."""
    rows = _visits(
        at,
        lambda visit: [
            visit.id,
            visit.child,
            f"{day_number(visit.day)} * 4"
            f" + CASE WHEN {visit.method} = 'face_to_face' THEN 2 ELSE 0 END"
            f" + CASE WHEN {visit.authorised} THEN 1 ELSE 0 END",
        ],
        lambda visit: (
            f"{visit.status} = 'completed' AND ({visit.method} <> 'face_to_face' OR {visit.seen})"
            f" AND {visit.day} <= %s"
        ),
        [_date(until)],
    )
    visit_id, child_id, packed = rows.T
    return Visits(visit_id, child_id, packed >> 2, packed & 2 > 0, packed & 1 > 0)


def _visits(
    at: datetime,
    columns: Callable[[VisitSql], list[str]],
    condition: Callable[[VisitSql], str],
    params: list,
) -> np.ndarray:
    """`columns` of the visits known at `at` that meet the condition, each as the visit stood then."""
    now = VisitSql(
        id="v.id",
        child="v.child_id",
        day="v.visit_date",
        method="v.method",
        status="v.status",
        seen="v.child_seen",
        authorised=_authorised("v.authorised", "v.authorised_at", at),
    )
    stands = fetch_columns(
        columns(now),
        "visits_visit v",
        f"v.recorded_at <= {moment(at)} AND {_unchanged('visit', 'v.id', at)} AND {condition(now)}",
        params,
        id_column="v.id",
    )
    then = VisitSql(
        id="r.record_id",
        child=_child_then(),
        day=kept("visit_date", "date", "r.was"),
        method=kept("method", "text", "r.was"),
        status=kept("status", "text", "r.was"),
        seen=kept("child_seen", "boolean", "r.was"),
        authorised=_authorised(
            kept("authorised", "boolean", "r.was"), kept("authorised_at", "timestamptz", "r.was"), at
        ),
    )
    stood = fetch_columns(
        columns(then),
        "visits_revision r",
        f"{_first_change('visit', 'visits_visit', at)} AND {condition(then)}",
        params,
        id_column="r.id",
    )
    return np.concatenate([stands, stood])


def _authorised(given: str, given_at: str, at: datetime) -> str:
    """What came authorised by import has no moment of its own: it is known as such since it was recorded."""
    return f"({given} AND ({given_at} IS NULL OR {given_at} <= {moment(at)}))"


def _child_then() -> str:
    """A correction by hand never moves a visit to another child, and keeps none; a later import may."""
    later = kept("child_id", "bigint", "l.was")
    return (
        f"coalesce({kept('child_id', 'bigint', 'r.was')},"
        f" (SELECT {later} FROM visits_revision l WHERE l.kind = 'visit' AND l.record_id = r.record_id"
        f" AND l.version > r.version AND {later} IS NOT NULL ORDER BY l.version LIMIT 1),"
        " (SELECT v.child_id FROM visits_visit v WHERE v.id = r.record_id))"
    )


# --- What changed since ---------------------------------------------------------------------


def _unchanged(kind: str, record: str, at: datetime) -> str:
    """The record is now as it was at the moment."""
    return (
        f"NOT EXISTS (SELECT 1 FROM visits_revision l WHERE l.kind = '{kind}' AND l.record_id = {record}"
        f" AND l.replaced_at > {moment(at)})"
    )


def _first_change(kind: str, table: str, at: datetime) -> str:
    """The revision `r` is the earliest after the moment, of a record that was there at it."""
    return (
        f"r.kind = '{kind}' AND r.replaced_at > {moment(at)}"
        f" AND EXISTS (SELECT 1 FROM {table} t WHERE t.id = r.record_id AND t.recorded_at <= {moment(at)})"
        f" AND NOT EXISTS (SELECT 1 FROM visits_revision e WHERE e.kind = '{kind}'"
        f" AND e.record_id = r.record_id AND e.version < r.version AND e.replaced_at > {moment(at)})"
    )


def _number(day: date) -> int:
    return day.toordinal() - 1


def _date(day: date) -> object:
    return connection.ops.adapt_datefield_value(day)
