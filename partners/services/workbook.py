"""The offline workbook of a return: given out, read, looked at, saved. Nothing is saved before somebody has
seen what would change, and then all of it or nothing."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from partners.facts.questions import GivenAnswer, QuestionSetFact
from partners.models import Return
from partners.rules import files as file_rules
from partners.rules.workbook import (
    CHECK_LABEL,
    CHOICES_SHEET,
    COLUMNS,
    FIRST_SHEET,
    HEADER_ROW,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    RETURN_LABEL,
    CellFault,
    Returned,
    TypedLine,
    book_mark,
    read_lines,
)
from partners.selectors.files import may_attach_to_return
from partners.selectors.questions import question_set_fact
from partners.selectors.workbook import BookFact
from partners.services import spreadsheets
from partners.services.files import kept_upload, write_private
from partners.services.returns import save_answers
from partners.services.spreadsheets import cell_text
from safeguarding.kernel.errors import Refusal

__all__ = ["WorkbookFaults", "keep", "kept", "note_download", "read", "save"]

_FIRST_SHEET_ROWS = 40


class WorkbookFaults(Refusal):
    """Everything that is wrong in a workbook, by cell."""

    def __init__(self, faults: tuple[CellFault, ...]) -> None:
        words = "Correct these cells, save the workbook, then send it again. Nothing was saved."
        super().__init__("workbook_faults", words, "file")
        self.faults = faults


def note_download(*, user: User, book: BookFact, now: datetime) -> None:
    """Puts on the audit trail that the workbook was taken."""
    with transaction.atomic():
        _audit("return.workbook_downloaded", user, book.return_uid, now, {"cycle": book.cycle_number})


def read(upload: UploadedFile, return_: Return) -> Returned:
    """What a workbook says. Raises WorkbookFaults, Refusal('another_return' | 'another_version' |
    'not_our_workbook'), or a Refusal of `rules.files.check`."""
    file_rules.check_size(upload.size or 0)
    content = upload.read()
    name = file_rules.safe_name(upload.name or "")
    if file_rules.extension_of(name) != "xlsx":
        raise Refusal("not_xlsx", "The file must be the Excel workbook of this return (.xlsx)", "file")
    file_rules.check(name, content)
    question_set = question_set_fact(return_.question_set)
    try:
        found = _read_file(content, question_set, return_.uid)
    except spreadsheets.UNREADABLE:
        raise _not_ours() from None
    returned = read_lines(question_set, found[0])
    faults = (*found[1], *returned.faults)
    if faults:
        raise WorkbookFaults(faults)
    return returned


def keep(*, user: User, return_: Return, returned: Returned, now: datetime) -> UUID:
    """Keeps what was read, for `user` and this return alone, until it is saved or a day has passed.

    Raises Refusal('not_in_hand').
    """
    if not may_attach_to_return(user, return_, at=now):
        raise Refusal("not_in_hand", "The return was sent or is not yours. A workbook cannot change it now.")
    uid = uuid.uuid4()
    content = {
        "user": user.pk,
        "return": str(return_.uid),
        "check": book_mark(question_set_fact(return_.question_set), return_.uid),
        "answers": {code: asdict(given) for code, given in returned.answers.items()},
        "marks": dict(returned.marks),
    }
    write_private(kept_upload(uid), json.dumps(content).encode())
    return uid


def kept(*, user: User, return_: Return, uid: UUID) -> Returned | None:
    """What was read and waits; None where it is not there, not this person's, or of another return."""
    try:
        content = json.loads(kept_upload(uid).read_bytes())
    except FileNotFoundError:
        return None
    check = book_mark(question_set_fact(return_.question_set), return_.uid)
    if (content["user"], content["return"], content["check"]) != (user.pk, str(return_.uid), check):
        return None
    answers = {code: GivenAnswer(**given) for code, given in content["answers"].items()}
    return Returned(answers, content["marks"])


def save(
    *,
    user: User,
    return_: Return,
    uid: UUID,
    changes: dict[str, GivenAnswer],
    expected: Mapping[str, int],
    now: datetime,
) -> None:
    """Saves the answers that somebody saw beside those of the return, whole, and forgets the workbook.

    Raises StaleAnswers (which names the questions) where answers have changed since, or what else
    `services.returns.save_answers` refuses. Then nothing of it is saved, and the workbook waits on.
    """
    with transaction.atomic():
        seen = {code: expected.get(code, 0) for code in changes}
        save_answers(user=user, return_=return_, changes=changes, expected=seen, now=now)
        _audit("return.workbook_saved", user, return_.uid, now, {"questions": sorted(changes)})
    kept_upload(uid).unlink(missing_ok=True)


def _read_file(
    content: bytes, question_set: QuestionSetFact, return_uid: UUID
) -> tuple[list[TypedLine], list[CellFault]]:
    # Formulas are read as formulas: each is refused.
    with spreadsheets.opened(content) as book:
        if FIRST_SHEET not in book.sheetnames:
            raise _not_ours()
        _check_first_sheet(book[FIRST_SHEET], question_set, return_uid)
        typed: list[TypedLine] = []
        faults: list[CellFault] = []
        if len(book.sheetnames) > MAX_SHEETS:
            words = f"There are more than {MAX_SHEETS} sheets. Delete those that you added"
            raise WorkbookFaults((CellFault("", words),))
        for name in book.sheetnames:
            if name not in (FIRST_SHEET, CHOICES_SHEET):
                _read_sheet(book[name], typed, faults)
        return typed, faults


def _check_first_sheet(sheet: Any, question_set: QuestionSetFact, return_uid: UUID) -> None:
    said = {}
    for row in spreadsheets.rows(sheet, limit=_FIRST_SHEET_ROWS):
        if len(row) > 1:
            said[cell_text(row[0]).strip()] = cell_text(row[1]).strip()
    if RETURN_LABEL not in said or CHECK_LABEL not in said:
        raise _not_ours()
    if said[RETURN_LABEL] != str(return_uid):
        words = "This is the workbook of another return. Send it on the page of that return"
        raise Refusal("another_return", words, "file")
    if said[CHECK_LABEL] != book_mark(question_set, return_uid):
        words = "The questions have changed since this workbook was made. Take a new one and fill that in"
        raise Refusal("another_version", words, "file")


def _read_sheet(sheet: Any, typed: list[TypedLine], faults: list[CellFault]) -> None:
    titles = [title for title, _width in COLUMNS.values()]
    for number, row in enumerate(spreadsheets.rows(sheet, limit=MAX_ROWS + 1), 1):
        if number > MAX_ROWS:
            words = f"The sheet has more than {MAX_ROWS:,} lines. Delete those that you added"
            faults.append(CellFault(sheet.title, words))
            return
        if len(row) > MAX_COLUMNS:
            words = f"Line {number} has more than {MAX_COLUMNS} columns. Delete those that you added"
            faults.append(CellFault(sheet.title, words))
            return
        if number == HEADER_ROW and [cell_text(cell) for cell in row[: len(titles)]] != titles:
            words = "Columns were moved or renamed. Take a new workbook and fill that in"
            faults.append(CellFault(sheet.title, words))
            return
        faults += _bad_cells(sheet.title, row)
        if number > HEADER_ROW and row and cell_text(row[0]).strip():
            typed.append(_typed_line(sheet.title, row))


def _bad_cells(title: str, row: tuple[Any, ...]) -> Iterator[CellFault]:
    for cell in row:
        kind = getattr(cell, "data_type", None)
        if kind == "f":
            yield CellFault(f"{title}!{cell.coordinate}", "This is a formula. Type its result instead")
        elif kind == "e":
            yield CellFault(f"{title}!{cell.coordinate}", "This is an error. Type the answer instead")


def _typed_line(title: str, row: tuple[Any, ...]) -> TypedLine:
    names = list(COLUMNS)
    found = {name: row[names.index(name)] if names.index(name) < len(row) else None for name in names}
    places = {name: f"{title}!{_letter(names.index(name))}{row[0].row}" for name in names}
    bad = {name for name, cell in found.items() if getattr(cell, "data_type", None) in ("f", "e")}
    texts = {
        name: "" if name in bad else cell_text(found[name])
        for name in ("answer", "non_answer", "reason", "comment", "mark")
    }
    return TypedLine(code=cell_text(row[0]).strip(), places=places, **texts)


def _letter(column: int) -> str:
    return chr(65 + column)


def _not_ours() -> Refusal:
    words = "This is not the workbook of a return, or a part of it is damaged. Take a new workbook"
    return Refusal("not_our_workbook", words, "file")


def _audit(action: str, user: User, return_uid: UUID, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action, actor=Actor.person(user), at=now, object_kind="return", object_uid=return_uid, detail=detail
    )
