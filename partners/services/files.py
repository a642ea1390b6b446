"""Evidence files: attached, downloaded, removed. Each on the audit trail, each within its owner's reach.

A file is on disk before its row is written: what a crash leaves behind is a file without a row, which no
address leads to and which `sweep` takes away after a day.
"""

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import once
from partners.models import Action, Evidence, Question, Return
from partners.rules import files as file_rules
from partners.selectors.files import may_attach_to_action, may_attach_to_return, path_of
from safeguarding.kernel.errors import Refusal

__all__ = ["kept_upload", "note_download", "remove_evidence", "store_evidence", "sweep", "write_private"]

_ORPHANS_KEPT = timedelta(days=1)


def store_evidence(
    *,
    user: User,
    upload: UploadedFile,
    token: UUID,
    now: datetime,
    return_: Return | None = None,
    question: Question | None = None,
    action: Action | None = None,
) -> Evidence:
    """Keeps a file beside an answer (`return_` and `question`) or beside an `action`.

    Raises AlreadyDone(uid of the evidence) where the same form was sent before, Refusal('not_in_hand'),
    Refusal('too_many_files'), Refusal('question_unknown'), or a Refusal of `rules.files.check`.
    """
    # The size that the browser sent is known before anything of the file is read.
    file_rules.check_size(upload.size or 0)
    content = upload.read()
    checked = file_rules.check(upload.name or "", content)
    evidence = Evidence(
        uid=uuid.uuid4(),
        of_return=return_,
        question=question,
        action=action,
        file_name=checked.file_name,
        media_type=checked.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=now,
        uploaded_by=user,
    )
    with written(path_of(evidence.uid), content), transaction.atomic():
        once(token=token, purpose="attach_evidence", user=user, outcome=str(evidence.uid), now=now)
        _check_place(user, return_, question, action, now)
        evidence.save(force_insert=True)
        _audit("evidence.attached", evidence, user, now)
    return evidence


def remove_evidence(*, user: User, evidence: Evidence, now: datetime) -> None:
    """Hides a file; it is kept. Raises Refusal('not_in_hand' | 'already_removed')."""
    with transaction.atomic():
        current = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
        if current.removed_at is not None:
            raise Refusal("already_removed", "This file was already removed.")
        if not _in_hand(user, current.of_return, current.action, now):
            raise _not_in_hand()
        current.removed_at, current.removed_by = now, user
        current.save(update_fields=["removed_at", "removed_by"])
        _audit("evidence.removed", current, user, now)


def note_download(*, user: User, evidence: Evidence, now: datetime) -> Path:
    """Puts a download on the audit trail. Returns where the file lies; else Refusal('file_gone')."""
    path = path_of(evidence.uid)
    if not path.exists():
        raise Refusal("file_gone", "The file is no longer there. Tell your administrator.")
    with transaction.atomic():
        _audit("evidence.downloaded", evidence, user, now)
    return path


def sweep(now: datetime) -> int:
    """Takes away files of evidence without a row, and workbooks that nobody saved, after a day. Returns how
    many. Safe to run at any time and any number of times."""
    before = (now - _ORPHANS_KEPT).timestamp()
    gone = 0
    old = {path for path in path_of(uuid.UUID(int=0)).parent.glob("*") if _older(path, before)}
    named = {path.name for path in old}
    known = {uid.hex for uid in Evidence.objects.values_list("uid", flat=True).iterator()} & named
    for path in old | {path for path in _uploads().glob("*") if _older(path, before)}:
        if path.parent == _uploads() or path.name not in known:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def kept_upload(uid: UUID) -> Path:
    """Where a workbook that was read waits to be saved."""
    return _uploads() / f"{uid.hex}.json"


def write_private(path: Path, content: bytes) -> None:
    """A new file that only this account may read, safe on disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as kept:
        kept.write(content)
        kept.flush()
        os.fsync(kept.fileno())


@contextmanager
def written(path: Path, content: bytes) -> Iterator[None]:
    """The file for as long as what is done with it succeeds."""
    write_private(path, content)
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _check_place(
    user: User, return_: Return | None, question: Question | None, action: Action | None, now: datetime
) -> None:
    # Locked: a return that is being submitted takes no file meanwhile.
    if return_ is not None:
        return_ = Return.objects.select_for_update(no_key=True).get(pk=return_.pk)
        if question is None or question.section.question_set_id != return_.question_set_id:
            raise Refusal("question_unknown", "Select the question that the file belongs to", "question")
        beside = Evidence.objects.filter(of_return=return_, question=question, removed_at=None)
    else:
        action = Action.objects.select_for_update(no_key=True, of=("self",)).get(pk=action.pk)  # type: ignore[union-attr]
        beside = Evidence.objects.filter(action=action, removed_at=None)
    if not _in_hand(user, return_, action, now):
        raise _not_in_hand()
    if beside.count() >= file_rules.MAX_FILES:
        words = f"There are {file_rules.MAX_FILES} files here already. Remove one first"
        raise Refusal("too_many_files", words, "file")


def _in_hand(user: User, return_: Return | None, action: Action | None, now: datetime) -> bool:
    if return_ is not None:
        return may_attach_to_return(user, return_, at=now)
    return action is not None and may_attach_to_action(user, action, at=now)


def _not_in_hand() -> Refusal:
    return Refusal("not_in_hand", "Files cannot be changed here now: it was sent, closed, or is not yours.")


def _uploads() -> Path:
    return Path(settings.MEDIA_ROOT) / "uploads"


def _older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def _audit(action: str, evidence: Evidence, user: User, now: datetime) -> None:
    of = evidence.of_return or evidence.action
    detail = {
        "of": "return" if evidence.of_return else "action",
        "of_uid": str(of.uid) if of else "",
        "question": evidence.question.code if evidence.question else "",
        "sha256": evidence.sha256,
        "size": evidence.size,
    }
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="evidence",
        object_uid=evidence.uid,
        detail=detail,
    )
