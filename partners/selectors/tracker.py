"""The wall of partners and cycles: where each stands, never what a draft says."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min, QuerySet

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from operations import selectors as operations
from operations.facts import Note
from partners.constants import ReminderStep, ReturnState
from partners.facts.tracker import Cell, Column, Line, Reminded, Row, Standing, Wall
from partners.facts.waiting import Waiting
from partners.models import Cycle, Organisation, Reminder, Return, Submission
from partners.rules.cycles import due_at
from partners.rules.reminders import next_rung
from partners.rules.tracker import days_late, standing
from partners.selectors.cycles import counts_all, pauses_in_effect, returns_countable_by
from partners.selectors.reminders import board_subject, ladders, owing, subject_of
from safeguarding.kernel.periods import day_of

CYCLES_SHOWN = 8
_NEVER_SENT = (ReturnState.NOT_STARTED, ReturnState.STARTED)


def wall(user: User, *, at: datetime, before: int | None = None, shown: int = CYCLES_SHOWN) -> Wall:
    """The latest `shown` cycles (earlier than number `before`), each partner's standing in them; a partner's
    representative sees their own row only. The number of queries does not depend on the rows."""
    cycles = Cycle.objects.filter(opened_at__lte=at)
    if before is not None:
        cycles = cycles.filter(number__lt=before)
    latest = list(cycles.order_by("-number")[: shown + 1])
    columns = list(reversed(latest[:shown]))
    returns = _returns(user, columns, at)
    cells = _cells(returns, user, at)
    around = _with_pauses(columns, at, open_ended=before is None)
    rows = [
        Row(
            organisation.name,
            organisation.uid,
            organisation.short_name or organisation.name,
            tuple(_cell_of(column, organisation, cells) for column in around),
        )
        for organisation in _organisations(user, returns, at)
    ]
    earlier = columns[0].number if len(latest) > shown else None
    return Wall(tuple(around), tuple(rows), earlier)


def lines(cycle: Cycle, user: User, *, at: datetime) -> list[Line]:
    """Each partner of one cycle with the reminders so far, those that owe something first."""
    returns = _returns(user, [cycle], at)
    cells = _cells(returns, user, at)
    reminded = _reminded(cycle, returns)
    rungs = {ladder.return_id: ladder.rungs for ladder in ladders(_rows_of(returns), at)}
    found = []
    for row in returns:
        coming = next_rung(rungs.get(row.pk, ()), at)
        found.append(
            Line(
                row.organisation.name,
                row.organisation.uid,
                cells[row.organisation_id, cycle.uid],
                reminded.get(row.pk, ()),
                str(coming.step) if coming else "",
                coming.owed_since if coming else None,
            )
        )
    return sorted(found, key=lambda line: (line.cell.standing is not Standing.SILENT, line.organisation))


def latest_due(*, at: datetime) -> Cycle | None:
    """The cycle whose date has passed last."""
    return Cycle.objects.filter(opened_at__lte=at, due_at__lte=at).order_by("-number").first()


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Of a coordinator: partners that are silent past their date, and mails that did not arrive."""
    if not allows(user.roles, Action.DECIDE, Thing.RETURN):
        return []
    found = []
    rows = owing(Return.objects.all(), at).filter(state__in=_NEVER_SENT, cycle__due_at__lte=at)
    silent = {row.organisation_id for row in rows.select_related("cycle") if due_at(row.cycle, row) <= at}
    if silent:
        one = len(silent) == 1
        words = f"{len(silent)} {'partner has' if one else 'partners have'} not sent a return that was due"
        found.append(Waiting(len(silent), words, "tracker", overdue=True))
    lost = operations.undelivered_count()
    if lost:
        words = f"{lost} {'mail' if lost == 1 else 'mails'} could not be delivered"
        found.append(Waiting(lost, words, "tracker"))
    return found


def _rows_of(returns: Sequence[Return]) -> QuerySet[Return]:
    return Return.objects.filter(pk__in=[row.pk for row in returns])


def _returns(user: User, cycles: Sequence[Cycle], at: datetime) -> list[Return]:
    rows = returns_countable_by(user, at=at).filter(cycle__in=cycles)
    return list(rows.select_related("cycle", "organisation").order_by("organisation__name"))


def _organisations(user: User, returns: Sequence[Return], at: datetime) -> list[Organisation]:
    """Those that were asked, and those that take part today and were not."""
    asked = [row.organisation_id for row in returns]
    found = Organisation.objects.filter(pk__in=asked)
    if counts_all(user):
        found |= Organisation.objects.participating(day_of(at))
    else:
        found |= Organisation.objects.answered_for_by(user, at=at)
    return list(found.distinct().order_by("name"))


def _cells(returns: Sequence[Return], user: User, at: datetime) -> dict[tuple[int, UUID], Cell]:
    """By organisation's key and cycle's uid."""
    may_open = set(
        Return.objects.visible_to(user, at=at)
        .filter(pk__in=[row.pk for row in returns])
        .values_list("pk", flat=True)
    )
    sent = Submission.objects.filter(of_return__in=returns).order_by().values("of_return")
    # Late or not by when it came first: what was sent back had been in time.
    first = dict(sent.annotate(first=Min("submitted_at")).values_list("of_return", "first"))
    found: dict[tuple[int, UUID], Cell] = {}
    for row in returns:
        due = due_at(row.cycle, row)
        now_at = standing(row.state, due, at)
        found[row.organisation_id, row.cycle.uid] = Cell(
            now_at,
            return_uid=row.uid,
            due_at=due,
            days_late=days_late(due, first.get(row.pk, row.submitted_at), at),
            extended=due > row.cycle.due_at,
            begun=row.state == ReturnState.STARTED,
            may_open=row.pk in may_open,
        )
    return found


def _cell_of(column: Column, organisation: Organisation, cells: dict[tuple[int, UUID], Cell]) -> Cell:
    if column.uid is None:
        return Cell(Standing.PAUSED)
    return cells.get((organisation.pk, column.uid), Cell(Standing.NOT_ASKED))


def _with_pauses(cycles: Sequence[Cycle], at: datetime, *, open_ended: bool) -> list[Column]:
    """The cycles' columns, and between them the days for which none was asked for."""
    columns = [
        Column(cycle.uid, cycle.number, cycle.period_start, cycle.period_end, cycle.due_at)
        for cycle in cycles
    ]
    if not columns:
        return []
    first, last = columns[0].period_start, columns[-1].period_start
    today = day_of(at)
    for pause in pauses_in_effect():
        shown = pause.from_date > first and (
            pause.from_date <= last or (open_ended and pause.from_date <= today)
        )
        if shown:
            until = pause.until_date - timedelta(days=1)
            columns.append(Column(None, 0, pause.from_date, until, None))
    return sorted(columns, key=lambda column: column.period_start)


def _reminded(cycle: Cycle, returns: Sequence[Return]) -> dict[int, tuple[Reminded, ...]]:
    """By key of the return, in the order of the steps; three queries."""
    uids = {row.pk: row.uid for row in returns}
    rows = Reminder.objects.filter(of_return__in=list(uids)).select_related("recipient")
    told = _board_told(cycle)
    subjects = {
        row.pk: board_subject([told.get((row.recipient_id, row.handled_at), uids[row.of_return_id])])
        if row.step == ReminderStep.BOARD
        else subject_of(uids[row.of_return_id])
        for row in rows
    }
    notes = _notes(set(subjects.values()))
    steps = list(ReminderStep)
    found: dict[int, list[Reminded]] = {}
    for row in sorted(rows, key=lambda row: (steps.index(ReminderStep(row.step)), row.handled_at, row.pk)):
        note = notes.get((subjects[row.pk], row.step, row.recipient_id))
        found.setdefault(row.of_return_id, []).append(
            Reminded(
                row.step,
                row.recipient.name if row.recipient else None,
                row.handled_at,
                row.passed_over,
                note.mail_state if note and not row.passed_over else "",
                note.read_at if note else None,
            )
        )
    return {key: tuple(some) for key, some in found.items()}


def _board_told(cycle: Cycle) -> dict[tuple[int | None, datetime], UUID]:
    """The board is told of several returns at once; of which one first, by person and moment. That one's uid
    is what the notification is kept under."""
    rows = Reminder.objects.filter(of_return__cycle=cycle, step=ReminderStep.BOARD, passed_over=False)
    found: dict[tuple[int | None, datetime], UUID] = {}
    for person, moment, uid in rows.order_by("of_return_id").values_list(
        "recipient", "handled_at", "of_return__uid"
    ):
        found.setdefault((person, moment), uid)
    return found


def _notes(subjects: Collection[str]) -> dict[tuple[str, str, int | None], Note]:
    return {(note.subject, note.step, note.recipient_id): note for note in operations.notes_about(subjects)}
