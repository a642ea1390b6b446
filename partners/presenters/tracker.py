"""Words of the tracker."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.urls import reverse

from operations.constants import MailState
from operations.facts import Note
from partners.constants import ReminderStep
from partners.facts.tracker import Cell, Line, Reminded, Standing, Wall
from partners.models import Cycle
from partners.presenters.base import counted, moment_words
from partners.rules.reminders import DUTY_OF, period_words
from partners.rules.texts import in_words
from safeguarding.kernel.periods import day_of

# Where a cell leads; None where the reader may not open the return.
Href = Callable[[Cell], str | None]
EXPORT_COLUMNS = (
    "Partner", "Cycle", "Period from", "Period until", "Due", "Extended", "Where it stands", "Days late",
)  # fmt: skip
_COLOURS = {
    Standing.NOT_STARTED: "grey",
    Standing.STARTED: "teal",
    Standing.SUBMITTED: "blue",
    Standing.SENT_BACK: "orange",
    Standing.ACCEPTED: "green",
    Standing.SILENT: "red",
}
_SENT = (Standing.SUBMITTED, Standing.ACCEPTED)
_STEP_NAMES = {
    ReminderStep.BEFORE: "Two working days before",
    ReminderStep.DUE: "On the day",
    ReminderStep.LATE: "Late: the lead",
    ReminderStep.DEPUTY: "Late: the deputy",
    ReminderStep.BOARD: "Late: the coordinators and the board",
}
_MAIL = {
    MailState.WAITING: "mail not sent yet",
    MailState.SENT: "mail sent",
    MailState.FAILED: "mail could not be delivered",
    MailState.NONE: "not sent by mail",
}


def wall_table(wall: Wall, href: Href) -> dict:
    """For templates/partners/tracker/_wall.html: the latest cycle first, where a narrow screen begins."""
    return {
        "caption": "Where each partner stands with each return",
        "columns": [
            {
                "text": f"Cycle {column.number}" if column.uid else "Paused",
                "period": period_words(column.period_start, column.period_end),
                "due": f"due {in_words(day_of(column.due_at))}" if column.due_at else "",
                "href": reverse("tracker_cycle", args=[column.uid]) if column.uid else None,
            }
            for column in reversed(wall.columns)
        ],
        "rows": [
            {
                "name": row.organisation,
                "short_name": row.short_name,
                "cells": [
                    {
                        **cell_words(cell),
                        "href": href(cell),
                        "of": f"{row.organisation}, cycle {column.number}",
                    }
                    for column, cell in reversed(list(zip(wall.columns, row.cells, strict=True)))
                ],
            }
            for row in wall.rows
        ],
    }


def cell_words(cell: Cell) -> dict:
    """text, colour ("" where it is no state of a return) and the note beneath."""
    return {
        "text": cell.standing.value,
        "colour": _COLOURS.get(cell.standing, ""),
        "note": _note(cell),
    }


def _note(cell: Cell) -> str:
    if cell.standing in _SENT:
        return late_words(cell)
    parts = []
    if cell.standing is Standing.SILENT:
        parts = ["Begun" if cell.begun else "", late_words(cell)]
    elif cell.standing is Standing.SENT_BACK and cell.days_late is not None:
        parts = [f"First sent {late_words(cell).lower()}"]
    if cell.extended and cell.due_at:
        parts.append(f"Extended to {in_words(day_of(cell.due_at))}")
    return ". ".join(filter(None, parts))


def late_words(cell: Cell) -> str:
    """'On time', 'Late on the day', '3 days late'."""
    if cell.days_late is None:
        return "On time"
    return f"{counted(cell.days_late, 'day')} late" if cell.days_late else "Late on the day"


def finding(cycle: Cycle, lines: Sequence[Line]) -> str:
    """What the tracker says of the cycle that was due last, or of a partner's own return."""
    silent = [line for line in lines if line.cell.standing is Standing.SILENT]
    due = in_words(day_of(cycle.due_at))
    if len(lines) == 1:
        cell = lines[0].cell
        late = f", {late_words(cell).lower()}" if cell.standing in _SENT else ""
        return f"The return of {lines[0].organisation} due {due}: {cell.standing.value.lower()}{late}"
    if not silent:
        return f"Every partner that was asked has sent a return for the cycle due {due}"
    have = "has" if len(silent) == 1 else "have"
    return f"{len(silent)} of {counted(len(lines), 'partner')} {have} sent nothing for the return due {due}"


def line(line: Line, href: Href) -> dict:
    """A partner in one cycle, with the ladder so far."""
    coming = ""
    if line.next_at:
        coming = f"{_STEP_NAMES[ReminderStep(line.next_step)]}, on {moment_words(line.next_at)}"
    return {
        "name": line.organisation,
        "href": href(line.cell),
        **cell_words(line.cell),
        "ladder": ladder_table(line) if line.reminded else None,
        "next": coming,
        "silent": line.cell.standing is Standing.SILENT,
        "nobody": any(one.recipient is None for one in line.reminded),
    }


def ladder_table(line: Line) -> dict:
    return {
        "caption": f"Reminders to {line.organisation} so far",
        "caption_size": "s",
        "columns": [{"text": "Step"}, {"text": "When"}, {"text": "Who"}, {"text": "What became of it"}],
        "rows": list(_ladder_rows(line.reminded)),
    }


def _ladder_rows(reminded: Sequence[Reminded]) -> Iterator[list]:
    """A row for each person; one for all of the board, so that no ladder is as long as the board."""
    for one in reminded:
        if one.step != ReminderStep.BOARD:
            yield [_STEP_NAMES[ReminderStep(one.step)], moment_words(one.handled_at), _who(one), _became(one)]
    board = [one for one in reminded if one.step == ReminderStep.BOARD]
    for moment in sorted({one.handled_at for one in board}):
        told = [one for one in board if one.handled_at == moment]
        who = ", ".join(one.recipient for one in told if one.recipient) or _who(told[0])
        yield [_STEP_NAMES[ReminderStep.BOARD], moment_words(moment), who, _all_became(told)]


def _who(one: Reminded) -> str:
    if one.recipient:
        return one.recipient
    duty = DUTY_OF.get(ReminderStep(one.step))
    return f"Nobody: no {duty} is named" if duty else "Nobody: no coordinator or board member"


def _became(one: Reminded) -> str:
    if one.recipient is None:
        return "Not sent"
    if one.passed_over:
        return "Passed over: a later step was due already"
    words = _MAIL[MailState(one.mail_state)] if one.mail_state else "shown on the page"
    read = f", read on {in_words(day_of(one.read_at))}" if one.read_at else ", not read yet"
    return f"{words[:1].upper()}{words[1:]}{read}"


def _all_became(told: Sequence[Reminded]) -> str:
    """'3 mail sent; 1 mail could not be delivered', or as of one person."""
    found: dict[str, int] = {}
    for one in told:
        words = _became(one)
        found[words] = found.get(words, 0) + 1
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{count}: {words[:1].lower()}{words[1:]}" for words, count in found.items())


def undelivered_table(notes: Iterable[Note]) -> dict:
    return {
        "caption": "Mails that could not be delivered, and were not read here either",
        "caption_size": "s",
        "columns": [
            {"text": "Who"},
            {"text": "About", "wide": True},
            {"text": "Since"},
            {"text": "What the mail server said"},
        ],
        "rows": [
            [note.recipient, note.title, moment_words(note.created_at), note.mail_error] for note in notes
        ],
    }


def export_rows(wall: Wall) -> Iterator[list[object]]:
    for row in wall.rows:
        for column, cell in zip(wall.columns, row.cells, strict=True):
            yield [
                row.organisation,
                column.number or "",
                column.period_start.isoformat(),
                column.period_end.isoformat(),
                _day(cell.due_at or column.due_at),
                ("Yes" if cell.extended else "No") if cell.return_uid else "",
                cell.standing.value,
                cell.days_late,
            ]


def _day(moment: datetime | None) -> str:
    return day_of(moment).isoformat() if moment else ""
