"""A list of guidance is read, looked at, and saved whole or not at all: nothing of it is on the register
before."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action
from accounts.selectors import User
from guidance.constants import ChangeSize, GuidanceKind, ListState
from guidance.facts.entry import VersionEntry
from guidance.facts.lists import Choice, LineFault, ListDefaults, ListLine, ReadList, Twin
from guidance.models import GuidanceItem, GuidanceList
from guidance.rules import lists as rules
from guidance.rules.duplicates import suggested
from guidance.rules.list_files import TEXT_ENDINGS, text_of
from guidance.selectors.lists import lines_of, twins_of
from guidance.services.base import need_keeper, screened
from guidance.services.register import add_version, record_items
from partners.services import spreadsheets
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import check_text

__all__ = ["discard", "read", "save"]

NAME_LENGTH = 200
FILE_MAX_BYTES = 5 * 1024 * 1024
_PERSONAL = "This looks as if it is about one child. Take that out"


def read(
    *,
    user: User,
    name: str,
    text: str = "",
    file: UploadedFile | None = None,
    defaults: ListDefaults | None = None,
    instead_of: GuidanceList | None = None,
    now: datetime,
) -> GuidanceList:
    """Reads a list to be looked at; `instead_of`: the preview that it corrects, which is discarded.

    What is wrong in a line is kept with the line. Raises OutOfReach, and where no line can be read a Refusal
    (field 'text' or 'file') that names the line: 'list_empty', 'list_too_long', 'too_many_lines',
    'too_many_columns', 'list_damaged', 'no_title', 'heading_twice', 'not_text', 'kind_not_taken', or one of
    the files' own.
    """
    today = day_of(now)
    defaults = defaults or ListDefaults(received_on=today)
    called = " ".join(check_text(name, field="name", length=NAME_LENGTH).split())
    need_keeper(user, Action.CREATE)
    try:
        found, notes = _cells(text, file)
        listed = rules.read_list(found, defaults, today=today)
    except Refusal as refusal:
        # Of what was sent, wherever it was found.
        refusal.field = "file" if file else "text"
        raise
    listed = replace(listed, lines=tuple(_without_a_child(line, now) for line in listed.lines))
    if not called:
        called = file.name[:NAME_LENGTH] if file and file.name else f"List of {len(listed.lines)} lines"
    with transaction.atomic():
        if instead_of is not None:
            _end(instead_of, ListState.DISCARDED, user, now, "This list was saved or discarded meanwhile.")
        kept = GuidanceList.objects.create(
            name=called,
            rows=_rows(listed),
            made_at=now,
            made_by=user,
            outcome={"notes": [*notes, *listed.notes], "defaults": _kept(defaults)},
        )
        _audit("read", kept, user, now, {"lines": len(listed.lines)})
    return kept


def save(
    *,
    user: User,
    listed: GuidanceList,
    choices: Mapping[int, Choice],
    seen: Collection[int] | None = None,
    now: datetime,
) -> GuidanceList:
    """The lines that are not left out come onto the register, as new items or as versions of items that are
    there; all of them or none. `choices` by line; a line without one is added, or what is surely there
    already left out. `seen`: lines that the person saw as there already; None: nobody was shown any.

    Raises OutOfReach, and Refusals that name their line: 'list_ended', 'line_faults', 'choice_missing',
    'there_since', 'no_such_item', 'item_changed', 'nothing_left', or what the register refuses.
    """
    with transaction.atomic():
        need_keeper(user, Action.CREATE)
        current = _locked(listed, "This list was saved or discarded before.")
        lines = lines_of(current)
        twins = twins_of(lines)
        for line in lines:
            if seen is not None and line.line in twins.keys() - set(seen) - choices.keys():
                words = "somebody brought this onto the register since you looked. Say what becomes of it"
                raise _of_line(line, "there_since", words)
        chosen = {line.line: _choice(line, choices.get(line.line), twins.get(line.line)) for line in lines}
        added = [line for line in lines if chosen[line.line].act == "add"]
        versions = [line for line in lines if chosen[line.line].act == "version"]
        if not added and not versions:
            raise Refusal("nothing_left", "Every line is left out. Add at least one, or discard the list")
        record_items(user=user, entries=[rules.entry_of(line) for line in added], now=now)
        _add_versions(user, current, versions, chosen, now)
        outcome = {
            "added": len(added),
            "versions": len(versions),
            "left_out": len(lines) - len(added) - len(versions),
        }
        current.outcome = {**current.outcome, **outcome}
        current.state, current.ended_at, current.ended_by = ListState.SAVED, now, user
        current.save(update_fields=["outcome", "state", "ended_at", "ended_by"])
        _audit("saved", current, user, now, outcome)
    return current


def discard(*, user: User, listed: GuidanceList, now: datetime) -> None:
    """Raises OutOfReach, Refusal('list_ended')."""
    with transaction.atomic():
        need_keeper(user, Action.CREATE)
        _end(listed, ListState.DISCARDED, user, now, "This list was saved or discarded before.")


def _cells(text: str, file: UploadedFile | None) -> tuple[list[rules.Cells], list[str]]:
    """The lines, and what is to be said of the file's other sheets."""
    if file is None:
        return rules.cells_of_text(text), []
    if not file.size:
        raise Refusal("list_empty", "The file is empty. Choose another one")
    if file.size > FILE_MAX_BYTES:
        raise Refusal("file_too_large", f"The file must be {FILE_MAX_BYTES // 1024**2} MB or smaller")
    content = file.read()
    ending = PurePosixPath(file.name or "").suffix[1:].lower()
    if ending in TEXT_ENDINGS:
        return rules.cells_of_text(text_of(content), is_file=True), []
    if ending != "xlsx":
        words = "The file must be an Excel workbook (.xlsx) or a CSV file. Save it as one of these"
        raise Refusal("kind_not_taken", words)
    spreadsheets.check(file.name or "", content)
    try:
        with spreadsheets.opened(content) as book:
            return _sheet(book)
    except spreadsheets.UNREADABLE:
        words = "The workbook cannot be read. Open it in Excel, save it anew, and send that"
        raise Refusal("file_damaged", words) from None


def _sheet(book: Any) -> tuple[list[rules.Cells], list[str]]:
    """The first sheet that has something in it."""
    names = [sheet.title for sheet in book.worksheets]
    for place, sheet in enumerate(book.worksheets):
        found = []
        # A few more than are taken: empty lines between them do not count.
        for number, row in enumerate(spreadsheets.rows(sheet, limit=rules.MAX_LINES * 4), 1):
            # Empty cells at the end are not columns.
            cells = [spreadsheets.cell_text(cell).strip()[: rules.CELL_LENGTH] for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                found.append((number, cells))
        if found:
            rest = ", ".join(f"“{name}”" for name in names[place + 1 :][:5])
            notes = [f"Only the sheet “{names[place]}” was read, not {rest}."] if rest else []
            return rules.within_limits(found), notes
    raise Refusal("list_empty", "The workbook is empty. Choose another one")


def _without_a_child(line: ListLine, now: datetime) -> ListLine:
    try:
        screened({"summary": line.text("summary")}, confirmed=False, now=now)
    except Refusal:
        return replace(line, faults=(*line.faults, LineFault("summary", _PERSONAL)))
    return line


def _choice(line: ListLine, given: Choice | None, twin: Twin | None) -> Choice:
    if given is None:
        # What is surely there already is not added again; what only looks so, somebody has to say.
        given = suggested(twin) if twin else Choice("add")
    if given is None:
        words = "choose whether it is left out, is a new version, or is added anyway"
        raise _of_line(line, "choice_missing", words)
    if line.faults and given.act != "leave_out":
        raise _of_line(line, "line_faults", "correct it, or leave it out")
    return given


def _add_versions(
    user: User, listed: GuidanceList, lines: list[ListLine], chosen: Mapping[int, Choice], now: datetime
) -> None:
    wanted = {uid for line in lines if (uid := chosen[line.line].item) is not None}
    items = {item.uid: item for item in GuidanceItem.objects.filter(uid__in=wanted)}
    # An item that is there twice in the list gets two versions, and was seen before the first of them.
    seen: dict[Any, int] = {}
    for line in lines:
        choice = chosen[line.line]
        item = items.get(choice.item) if choice.item else None
        if item is None:
            raise _of_line(line, "no_such_item", "the guidance of which it is a version is not there")
        expected = seen.setdefault(item.uid, choice.version)
        entry = _version_entry(line, item, listed.name)
        try:
            add_version(user=user, item=item, expected_version=expected, entry=entry, now=now)
        except StaleEdit:
            words = f"{item.label} was changed since you looked. Look at it again, then save"
            raise _of_line(line, "item_changed", words) from None
        except Refusal as refusal:
            raise _of_line(line, refusal.code, refusal.message) from None
        seen[item.uid] = expected + 1


def _of_line(line: ListLine, code: str, words: str) -> Refusal:
    """Beside the question about that line."""
    return Refusal(code, f"Line {line.line}: {words}", f"line-{line.line}")


def _version_entry(line: ListLine, item: GuidanceItem, name: str) -> VersionEntry:
    """Major, for all whom it is for: nobody has read yet what is different."""
    entry = rules.entry_of(line)
    affected = entry.audiences or tuple(item.audiences)
    return replace(
        entry.version,
        kind=GuidanceKind.AMENDED if entry.version.kind == GuidanceKind.NEW else entry.version.kind,
        size=ChangeSize.MAJOR if affected else ChangeSize.MINOR,
        change_note=f"Recorded from the list “{name}”",
        audiences_affected=affected,
        duties_changed=entry.duties or tuple(item.duties),
    )


def _locked(listed: GuidanceList, ended: str) -> GuidanceList:
    current = GuidanceList.objects.select_for_update(no_key=True, of=("self",)).get(pk=listed.pk)
    if current.state != ListState.PREVIEW:
        raise Refusal("list_ended", ended)
    return current


def _end(listed: GuidanceList, state: ListState, user: User, now: datetime, ended: str) -> None:
    current = _locked(listed, ended)
    current.state, current.ended_at, current.ended_by = state, now, user
    current.save(update_fields=["state", "ended_at", "ended_by"])
    _audit("discarded", current, user, now, {})


def _rows(listed: ReadList) -> list[dict[str, Any]]:
    return [
        {
            "line": line.line,
            "cells": dict(line.cells),
            "fields": dict(line.fields),
            "faults": [{"field": fault.field, "words": fault.words} for fault in line.faults],
        }
        for line in listed.lines
    ]


def _kept(defaults: ListDefaults) -> dict[str, Any]:
    return {
        "received_on": defaults.received_on.isoformat(),
        "issuer": defaults.issuer,
        "kind": defaults.kind,
        "force": defaults.force,
        "audiences": list(defaults.audiences),
        "topics": list(defaults.topics),
    }


def _audit(verb: str, listed: GuidanceList, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        f"guidance_list.{verb}",
        actor=Actor.person(user),
        at=now,
        object_kind="guidance_list",
        object_uid=listed.uid,
        detail=detail,
    )
