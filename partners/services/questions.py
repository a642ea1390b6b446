"""Question sets: a draft is made, edited and locked for good; reference sets are loaded. A draft's rows are
written anew with each change: nothing points at them until the set is locked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from partners.constants import QuestionSetState
from partners.facts.questions import QuestionFact, QuestionSetFact, SectionFact
from partners.models import Question, QuestionSet, Section
from partners.rules import questions as rules
from partners.rules.question_lines import plain
from partners.rules.texts import check_text
from partners.selectors.question_sets import version_before
from partners.selectors.questions import question_set_fact
from partners.services.base import need, unchanged, write
from safeguarding.kernel.errors import Refusal

_EDIT = "edit_version"


@dataclass(frozen=True)
class SetWords:
    """What a set says of itself."""

    name: str
    intro: str = ""
    changes: str = ""
    source: str = ""

    def columns(self) -> dict[str, str]:
        return {
            "name": check_text(self.name, field="name", length=120, missing="Enter the name"),
            "intro": check_text(self.intro, field="intro", length=rules.INTRO_LENGTH),
            "changes": check_text(self.changes, field="changes", length=rules.CHANGES_LENGTH),
            "source": check_text(self.source, field="source", length=400),
        }


def create_set(*, user: User, code: str, words: SetWords, token: UUID, now: datetime) -> QuestionSet:
    """A new set with an empty first version. Raises AlreadyDone(its uid), OutOfReach, Refusal('bad_code' |
    'code_taken' | …)."""
    with transaction.atomic():
        need(user, Action.CREATE, Thing.QUESTION_SET)
        made = QuestionSet(code=code, version=1, created_at=now, created_by=user, **words.columns())
        once(token=token, purpose="create_question_set", user=user, outcome=str(made.uid), now=now)
        rules.code_fault(code, list(QuestionSet.objects.filter(code=code).values_list("code", flat=True)))
        made.save(force_insert=True)
        _audit("question_set.created", made, Actor.person(user), now)
    return made


def new_version(*, user: User, question_set: QuestionSet, now: datetime) -> QuestionSet:
    """A draft that begins as a copy of the newest version. Raises OutOfReach, Refusal('draft_exists')."""
    with transaction.atomic():
        need(user, Action.CREATE, Thing.QUESTION_SET)
        newest = QuestionSet.objects.filter(code=question_set.code).order_by("-version").first()
        if newest is None or newest.state == QuestionSetState.DRAFT:
            raise _draft_exists()
        made = QuestionSet(
            code=newest.code,
            version=newest.version + 1,
            name=newest.name,
            intro=newest.intro,
            source=newest.source,
            created_at=now,
            created_by=user,
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            raise _draft_exists() from None
        copied = question_set_fact(newest)
        # The break was between the two versions before; the next one starts without.
        unbroken = (
            replace(one, questions=tuple(replace(q, series_break=False) for q in one.questions))
            for one in copied.sections
        )
        _store(made, replace(copied, sections=tuple(unbroken)))
        _audit("question_set.created", made, Actor.person(user), now)
    return made


def edit_words(
    *, user: User, question_set: QuestionSet, words: SetWords, expected_version: int, now: datetime
) -> QuestionSet:
    """Raises OutOfReach, StaleEdit, Refusal('set_locked' | …)."""
    with transaction.atomic():
        current = _draft(user, question_set)
        columns = words.columns()
        unchanged(current, expected_version, column=_EDIT)
        write(current, column=_EDIT, **columns)
        _audit("question_set.changed", current, Actor.person(user), now, what="words")
    return current


def save_section(
    *,
    user: User,
    question_set: QuestionSet,
    section: SectionFact,
    code: str | None,
    expected_version: int,
    now: datetime,
) -> QuestionSet:
    """Puts `section` (its questions are kept) in place of the one of `code`, or (None) at the end.

    Raises OutOfReach, StaleEdit, Refusal('set_locked' | 'no_such_section' | 'bad_code' | 'code_taken').
    """

    def change(fact: QuestionSetFact) -> QuestionSetFact:
        before = next((one for one in fact.sections if one.code == code), None)
        if code is not None and before is None:
            raise Refusal("no_such_section", "This section has been removed meanwhile")
        rules.code_fault(section.code, [one.code for one in fact.sections if one.code != code])
        kept = before.questions if before else ()
        return rules.with_section(fact, replace(section, questions=kept), code)

    return _change(user, question_set, change, expected_version, now, what=f"section {section.code}")


def save_question(
    *,
    user: User,
    question_set: QuestionSet,
    section: str,
    question: QuestionFact,
    code: str | None,
    expected_version: int,
    now: datetime,
) -> QuestionSet:
    """Puts `question` in place of the one of `code`, or (None) at the end of the section.

    Raises OutOfReach, StaleEdit, or the first of the faults that `rules.question_faults` finds.
    """

    def change(fact: QuestionSetFact) -> QuestionSetFact:
        if code is None and section not in [one.code for one in fact.sections]:
            raise Refusal("no_such_section", "This section has been removed meanwhile")
        if code is not None and code not in [one.code for one in fact.questions]:
            raise Refusal("no_such_question", "This question has been removed meanwhile")
        rules.code_fault(question.code, [one.code for one in fact.questions if one.code != code])
        before = version_before(question_set)
        known = {one.code: one for one in before.questions} if before else {}
        earlier = rules.earlier_than(fact, section, code)
        for fault in rules.question_faults(question, earlier, known.get(question.code)):
            raise fault
        changed = rules.with_question(fact, section, question, code)
        for fault in rules.broken_conditions(changed):
            raise fault
        return changed

    return _change(user, question_set, change, expected_version, now, what=f"question {question.code}")


def move(
    *,
    user: User,
    question_set: QuestionSet,
    kind: str,
    code: str,
    up: bool,
    expected_version: int,
    now: datetime,
) -> QuestionSet:
    """Moves a "section" or "question" one place. Raises OutOfReach, StaleEdit, Refusal('set_locked' |
    'condition_broken')."""

    def change(fact: QuestionSetFact) -> QuestionSetFact:
        return rules.moved(fact, kind, code, up=up)

    return _change(user, question_set, change, expected_version, now, what=f"{kind} {code} moved")


def remove(
    *, user: User, question_set: QuestionSet, kind: str, code: str, expected_version: int, now: datetime
) -> QuestionSet:
    """Removes a "section" with its questions, or a "question". Raises as `move`."""

    def change(fact: QuestionSetFact) -> QuestionSetFact:
        return rules.without(fact, kind, code)

    return _change(user, question_set, change, expected_version, now, what=f"{kind} {code} removed")


def lock_set(*, user: User, question_set: QuestionSet, expected_version: int, now: datetime) -> QuestionSet:
    """Ready for use, and fixed for good: the database refuses every later change.

    Raises OutOfReach, StaleEdit, Refusal('set_locked'), or the first of the faults of `rules.lock`.
    """
    with transaction.atomic():
        need(user, Action.DECIDE, Thing.QUESTION_SET)
        current = _draft(user, question_set)
        fact = question_set_fact(current)
        for fault in rules.lock(fact, version_before(current), changes=current.changes):
            raise fault
        unchanged(current, expected_version, column=_EDIT)
        write(current, column=_EDIT, state=QuestionSetState.LOCKED, locked_at=now)
        _audit("question_set.locked", current, Actor.person(user), now)
    return current


def discard(*, user: User, question_set: QuestionSet, expected_version: int, now: datetime) -> None:
    """Throws a draft away. Raises OutOfReach, StaleEdit, Refusal('set_locked')."""
    with transaction.atomic():
        current = _draft(user, question_set)
        unchanged(current, expected_version, column=_EDIT)
        current.delete()
        _audit("question_set.discarded", current, Actor.person(user), now)


def load_sets(
    files: Iterable[tuple[dict[str, Any], QuestionSetFact]], *, actor: Actor, now: datetime
) -> list[str]:
    """Adds reference sets, each locked as it comes; words for each that is new. Each of `files`: the file's
    own content, and what it asks.

    Raises Refusal('set_differs') where a version that is here already asks something else, and the first
    fault of `rules.set_faults`. All or nothing.
    """
    added = []
    with transaction.atomic():
        for content, fact in sorted(files, key=lambda one: (one[1].code, one[1].version)):
            found = QuestionSet.objects.filter(code=fact.code, version=fact.version).first()
            name = f"{fact.code} version {fact.version}"
            if found is not None:
                if replace(question_set_fact(found), uid=fact.uid) != fact:
                    words = (
                        f"{name} is here already and differs from the file. A version is never changed: "
                        "give the file the next version number, and say under “changes” what differs"
                    )
                    raise Refusal("set_differs", words)
                continue
            made = QuestionSet(
                code=fact.code,
                version=fact.version,
                name=fact.name,
                intro=fact.intro,
                changes=content.get("changes", ""),
                source=content.get("source", ""),
                created_at=now,
            )
            for fault in rules.lock(fact, version_before(made), changes=made.changes):
                raise Refusal(fault.code, f"{name}: {fault.message}")
            made.save(force_insert=True)
            _store(made, fact)
            made.state, made.locked_at = QuestionSetState.LOCKED, now
            made.save(update_fields=["state", "locked_at"])
            _audit("question_set.loaded", made, actor, now)
            added.append(name)
    return added


def _change(
    user: User,
    question_set: QuestionSet,
    change: Callable[[QuestionSetFact], QuestionSetFact],
    expected_version: int,
    now: datetime,
    *,
    what: str,
) -> QuestionSet:
    with transaction.atomic():
        current = _draft(user, question_set)
        unchanged(current, expected_version, column=_EDIT)
        fact = change(question_set_fact(current))
        for fault in rules.broken_conditions(fact):
            raise fault
        _store(current, fact)
        write(current, column=_EDIT)
        _audit("question_set.changed", current, Actor.person(user), now, what=what)
    return current


def _draft(user: User, question_set: QuestionSet) -> QuestionSet:
    need(user, Action.EDIT, Thing.QUESTION_SET)
    current = QuestionSet.objects.select_for_update().filter(pk=question_set.pk).first()
    if current is None:
        raise Refusal("set_discarded", "This draft has been thrown away meanwhile")
    rules.draft_only(current.state)
    return current


def _store(question_set: QuestionSet, fact: QuestionSetFact) -> None:
    question_set.sections.all().delete()
    for place, section in enumerate(fact.sections, 1):
        row = Section.objects.create(
            question_set=question_set,
            position=place,
            code=section.code,
            title=section.title,
            guidance=section.guidance,
            theme=section.theme,
        )
        Question.objects.bulk_create(
            Question(section=row, position=number, **question_columns(question))
            for number, question in enumerate(section.questions, 1)
        )


def question_columns(question: QuestionFact) -> dict[str, Any]:
    """A question as its columns hold it: the reverse of `selectors.questions.question_fact`."""
    condition = question.condition
    return {
        "code": question.code,
        "kind": question.kind,
        "text": question.text,
        "help": question.help,
        "unit": question.unit,
        "required": question.required,
        "lowest": question.lowest,
        "highest": question.highest,
        "options": [vars(option) for option in question.options],
        "table": {
            "rows": [vars(row) for row in question.rows],
            "columns": [
                {**vars(column), "options": [vars(option) for option in column.options]}
                for column in question.columns
            ],
        }
        if question.rows or question.columns
        else {},
        "condition": {"question": condition.question, "one_of": list(condition.one_of)} if condition else {},
        "concern_rules": [
            {"when": _when(rule), "severity": rule.severity, "title": rule.title}
            for rule in question.concern_rules
        ],
        "evidence_asked": question.evidence_asked,
        "series_break": question.series_break,
    }


def _when(rule: Any) -> dict[str, Any]:
    when: dict[str, Any] = {"column": rule.column} if rule.column else {}
    if rule.one_of:
        return when | {"one_of": list(rule.one_of)}
    if rule.at_least is not None:
        return when | {"at_least": plain(rule.at_least)}
    return when | {"at_most": plain(rule.at_most)}


def _draft_exists() -> Refusal:
    return Refusal("draft_exists", "There is a draft of this set already. Edit that one, or throw it away")


def _audit(action: str, row: QuestionSet, actor: Actor, now: datetime, **detail: Any) -> None:
    detail |= {"code": row.code, "version": row.version}
    record(action, actor=actor, at=now, object_kind="question_set", object_uid=row.uid, detail=detail)
