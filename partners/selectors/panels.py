"""Panels: how they ran, who came, how many cases they heard, and audits of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.selectors import User
from partners.constants import MeetingKind, MeetingState
from partners.facts.meetings import PanelAuditFact, SeriesFact
from partners.models import Attendance, Meeting, MeetingSeries, PanelAudit
from partners.rules.meetings import audit_overdue
from partners.selectors.series import attendance_facts, is_inside, meetings_at, series_visible_to
from safeguarding.kernel.disclosure import HIDDEN, Hidden, Leaf, group, leaf, small_numbers
from safeguarding.kernel.periods import day_of

TREND = 6


@dataclass(frozen=True)
class PanelLine:
    """One panel of a series: its cases as the reader may see them ('c' for 1 to 5, '' not counted)."""

    uid: UUID
    number: int
    starts_at: datetime
    state: str
    note: str
    cases: str


@dataclass(frozen=True)
class PanelShown:
    """How a panel series ran. `inside`: the reader sees its meetings, and every count plainly."""

    inside: bool
    lines: tuple[PanelLine, ...]
    cases_by_year: tuple[tuple[int, str], ...]
    # Organisation -> its states at the last panels held, the latest last; '' where it was not expected.
    trend: tuple[tuple[str, tuple[str, ...], str], ...]
    trend_of: tuple[datetime, ...]


def panels_visible_to(user: User, *, at: datetime) -> QuerySet[MeetingSeries]:
    return series_visible_to(user, at=at).filter(kind=MeetingKind.PANEL).order_by("name")


def panels_at(at: datetime, *, since: date | None = None) -> list[SeriesFact]:
    """Every panel series over half a year to `at`; `cases` are plain: hide small numbers before showing."""
    return meetings_at(at, since=since, among=MeetingSeries.objects.filter(kind=MeetingKind.PANEL))


def panel_audits_at(at: datetime) -> list[PanelAuditFact]:
    """Audits that had been planned by `at`, as they stood then."""
    rows = PanelAudit.objects.filter(planned_at__lte=at).select_related("series")
    return [audit_fact(one, at) for one in rows]


def audit_fact(audit: PanelAudit, at: datetime) -> PanelAuditFact:
    done = audit.done_at is not None and audit.done_at <= at
    state = audit.state if done else "planned"
    return PanelAuditFact(
        uid=audit.uid,
        series=audit.series.name,
        scope=audit.scope,
        due_on=audit.due_on,
        done=done,
        overdue=audit_overdue(state, audit.due_on, day_of(at)),
        findings=audit.findings if done else "",
    )


def panel_shown(series: MeetingSeries, user: User, *, at: datetime) -> PanelShown:
    """Five queries however many panels there were."""
    inside = is_inside(user, series, at=at)
    meetings = list(series.meetings.filter(starts_at__lte=at).order_by("starts_at"))
    hidden = Hidden() if inside else hidden_cases(meetings)
    years = sorted({one.starts_at.year for one in meetings if one.cases is not None})
    by_year = tuple(
        (
            year,
            _shown(
                sum(one.cases or 0 for one in meetings if one.starts_at.year == year), group(year), hidden
            ),
        )
        for year in years
    )
    held = [one for one in meetings if one.state == MeetingState.HELD][-TREND:]
    return PanelShown(
        inside=inside,
        lines=tuple(_line(one, hidden) for one in reversed(meetings)),
        cases_by_year=by_year,
        trend=_trend(held),
        trend_of=tuple(one.starts_at for one in held),
    )


def hidden_cases(meetings: Iterable[Meeting]) -> Hidden:
    """Which counts of cases may not leave the panel: of one panel, a year, or all of them."""
    counted = [one for one in meetings if one.cases is not None]
    # The kernel wants at least two parts; the second, always 0, can tell nothing.
    return small_numbers(Leaf(one.pk, one.starts_at.year, (one.cases or 0, 0)) for one in counted)


def _line(one: Meeting, hidden: Hidden) -> PanelLine:
    cases = "" if one.cases is None else _shown(one.cases, leaf(one.pk), hidden)
    return PanelLine(one.uid, one.number, one.starts_at, one.state, one.note, cases)


def _shown(count: int, row: object, hidden: Hidden) -> str:
    return HIDDEN if hidden.hides(row, 1) else f"{count:,}"


def _trend(held: Sequence[Meeting]) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    rows = list(Attendance.objects.filter(meeting__in=held).select_related("organisation"))
    state = {(row.organisation_id, row.meeting_id): row.state for row in rows}
    found = []
    for fact in attendance_facts((row.organisation, row.state) for row in rows):
        key = next(row.organisation_id for row in rows if row.organisation.uid == fact.organisation_uid)
        states = tuple(state.get((key, one.pk), "") for one in held)
        found.append((fact.organisation, states, f"{fact.present} of {fact.expected}"))
    return tuple(found)
