"""Drafts of interpretations: who wrote what, and when, is kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action
from accounts.selectors import User
from guidance.constants import InterpretationState
from guidance.models import GuidanceVersion, Interpretation, InterpretationEdit, Paragraph, ParagraphNote
from guidance.rules import interpretation as rules
from guidance.services.base import locked, need_keeper, screened, write
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

# By position of the paragraph: must, should, may or "" (as its words say), and what it means here.
Notes = Mapping[int, tuple[str, str]]


def write_draft(
    *,
    user: User,
    of: GuidanceVersion,
    expected_version: int,
    meaning: str,
    to_do: str,
    valid_until: date | None = None,
    is_public: bool = True,
    notes: Notes | None = None,
    names_no_child: bool = False,
    now: datetime,
) -> Interpretation:
    """The draft says this from now on; without one it begins. Anything may be empty until it is put forward.

    `expected_version`: of the draft as it was seen; 0 where there was none. `notes`: all of them; a paragraph
    that is not among them has none.
    Raises OutOfReach, StaleEdit, Refusal('not_in_draft' | 'valid_until_past' | 'looks_personal' |
    'unknown_force' | 'unknown_paragraph' | 'text_too_long' | 'odd_characters')."""
    meaning, to_do = rules.meaning(meaning), rules.to_do(to_do)
    noted = _checked(notes or {})
    with transaction.atomic():
        need_keeper(user, Action.EDIT)
        version = locked(of)
        rules.check_writable(version.state)
        texts = {"meaning": meaning, "to_do": to_do} | {f"note_{at}": text for at, (_, text) in noted.items()}
        marks = screened(texts, confirmed=names_no_child, now=now)
        rules.check_valid_until(valid_until, today=day_of(now))
        draft = _draft(version)
        if (draft.version if draft else 0) != expected_version:
            raise StaleEdit(draft.version if draft else 0, expected_version)
        values: dict[str, Any] = {
            "meaning": meaning,
            "to_do": to_do,
            "valid_until": valid_until,
            "is_public": is_public,
        }
        if draft is None:
            draft = _begun(version, user, values, now)
        else:
            write(draft, **values)
        _note(draft, version, noted)
        _keep(draft, user, values, noted, marks, now)
    return draft


def _checked(notes: Notes) -> dict[int, tuple[str, str]]:
    """The notes that say anything, in one spelling."""
    checked = {
        position: (rules.check_force(force, position), rules.note(text, position))
        for position, (force, text) in notes.items()
    }
    return {position: note for position, note in checked.items() if any(note)}


def _draft(version: GuidanceVersion) -> Interpretation | None:
    rows = version.interpretations.select_for_update(no_key=True)
    return rows.filter(state=InterpretationState.DRAFT).first()


def _begun(version: GuidanceVersion, user: User, values: dict[str, Any], now: datetime) -> Interpretation:
    """Its version goes on from the round before: a form that was opened on that one is stale in this."""
    last = version.interpretations.order_by("-number").first()
    return Interpretation.objects.create(
        of=version,
        number=last.number + 1 if last else 1,
        version=last.version + 1 if last else 1,
        author=user,
        created_at=now,
        **values,
    )


def _note(draft: Interpretation, version: GuidanceVersion, noted: dict[int, tuple[str, str]]) -> None:
    """Makes the notes of `draft` those that are `noted`. Raises Refusal('unknown_paragraph')."""
    paragraphs = Paragraph.objects.filter(version=version, position__in=noted)
    keys = dict(paragraphs.values_list("position", "pk"))
    if unknown := sorted(set(noted) - set(keys)):
        raise Refusal("unknown_paragraph", f"This version has no paragraph {unknown[0]}.")
    draft.notes.all().delete()
    ParagraphNote.objects.bulk_create(
        ParagraphNote(interpretation=draft, paragraph_id=keys[position], force=force, text=text)
        for position, (force, text) in noted.items()
    )


def _keep(
    draft: Interpretation,
    user: User,
    values: dict[str, Any],
    noted: dict[int, tuple[str, str]],
    marks: dict[str, Any],
    now: datetime,
) -> None:
    until = values["valid_until"]
    fields = values | {
        "valid_until": until.isoformat() if until else None,
        "notes": {str(position): list(note) for position, note in sorted(noted.items())},
    }
    InterpretationEdit.objects.create(interpretation=draft, fields=fields | marks, at=now, by=user)
    record(
        "guidance_interpretation.written",
        actor=Actor.person(user),
        at=now,
        object_kind="guidance_interpretation",
        object_uid=draft.uid,
        detail={"of": str(draft.of.uid), "number": draft.number, **marks},
    )
