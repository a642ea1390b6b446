"""Filling a return: answers, confirmations, who fills which section, and how long it took."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.selectors import User
from partners.facts.questions import GivenAnswer
from partners.models import Answer, AnswerRevision, Question, Return, SectionAssignment, WorkSpell
from partners.rules import returns as rules
from partners.rules.answers import checked, same
from partners.rules.burden import worked
from partners.rules.cycles import open_for
from partners.rules.returns import Move
from partners.selectors.questions import question_fact
from partners.selectors.return_work import people_of, working_copy
from partners.selectors.returns import duty_of, given
from partners.services.base import write
from partners.services.return_base import StaleAnswers, audit, go, own
from safeguarding.kernel.errors import Refusal


def save_answers(
    *,
    user: User,
    return_: Return,
    changes: Mapping[str, GivenAnswer | None],
    expected: Mapping[str, int],
    now: datetime,
) -> dict[str, int]:
    """Saves what differs, by question code; None takes an answer back. Returns the versions of the answers
    of `changes` as they are now (0: there is none).

    `expected`: the versions that the person saw, 0 or nothing for none. Where another person has saved
    something else since, that stays, the rest is saved, and StaleAnswers names the questions.
    An answer that repeats what the last return said counts as the same since then.
    Raises OutOfReach, Refusal('cycle_closed' | 'not_now' | 'unknown_question') or one of `rules.answers`.
    """
    with transaction.atomic():
        current = _to_fill(return_, user, now)
        questions = _questions(current)
        rows = {row.question.code: row for row in current.answers.select_related("question")}
        wanted = {code: _checked(questions, code, said) for code, said in changes.items()}
        differing = {code: said for code, said in wanted.items() if not _says(rows.get(code), said)}
        conflicts = tuple(code for code in differing if _version(rows.get(code)) != expected.get(code, 0))
        to_save = {code: said for code, said in differing.items() if code not in conflicts}
        if to_save:
            brought = working_copy(current).brought
            for code, said in to_save.items():
                _put(current, questions[code], rows, _dated(said, brought.get(code)), user, now)
            _filled(current, user, now, "return.answers_saved", sorted(to_save))
        versions = {code: _version(rows.get(code)) for code in changes}
    if conflicts:
        code = conflicts[0]
        raise StaleAnswers(conflicts, versions[code], expected.get(code, 0))
    return versions


def confirm_unchanged(
    *, user: User, return_: Return, codes: Collection[str] | None = None, now: datetime
) -> tuple[str, ...]:
    """`user` signs that these answers (None: all that can be) are still as the last return said. What is to
    be answered anew, or has been meanwhile, is left alone. Returns the codes that were confirmed.

    Raises OutOfReach, Refusal('cycle_closed' | 'not_now' | 'nothing_to_confirm').
    """
    with transaction.atomic():
        current = _to_fill(return_, user, now)
        copy = working_copy(current)
        chosen = tuple(code for code in copy.confirmable if codes is None or code in codes)
        if not chosen:
            words = "There is nothing to confirm: every answer is given or must be given anew"
            raise Refusal("nothing_to_confirm", words)
        questions = _questions(current)
        for code in chosen:
            _put(current, questions[code], {}, copy.brought[code], user, now)
        _filled(current, user, now, "return.confirmed_unchanged", sorted(chosen))
    return chosen


def assign_section(
    *, user: User, return_: Return, section: str, assignee: User | None, now: datetime
) -> None:
    """A lead or deputy says who of the organisation fills a section (a code); None: nobody in particular.

    Raises OutOfReach, Refusal('cycle_closed' | 'not_now' | 'lead_assigns' | 'unknown_section' |
    'not_of_the_organisation').
    """
    with transaction.atomic():
        current = _to_fill(return_, user, now)
        try:
            rules.sending(duty_of(user, current.organisation, now))
        except Refusal:
            words = "Only your organisation’s lead or deputy says who fills which section"
            raise Refusal("lead_assigns", words) from None
        found = current.question_set.sections.filter(code=section).first()
        if found is None:
            raise Refusal("unknown_section", "This return has no such section", section)
        if assignee is None:
            SectionAssignment.objects.filter(of_return=current, section=found).delete()
        elif assignee not in people_of(current.organisation, now):
            raise Refusal(
                "not_of_the_organisation", "Select somebody who answers for your organisation", section
            )
        else:
            SectionAssignment.objects.update_or_create(
                of_return=current,
                section=found,
                defaults={"user": assignee, "assigned_at": now, "assigned_by": user},
            )
        detail = {"section": section, "to": str(assignee.uid) if assignee else None}
        audit("return.section_assigned", current, user, now, detail)


def touch(return_: Return, user: User, now: datetime) -> None:
    """`user` has the return under their hands: counts the time since their last touch, at most five
    minutes of it."""
    with transaction.atomic():
        spell, is_first = WorkSpell.objects.select_for_update().get_or_create(
            of_return=return_, user=user, defaults={"last_touch_at": now}
        )
        if not is_first and now > spell.last_touch_at:
            spell.seconds += worked(spell.last_touch_at, now)
            spell.last_touch_at = now
            spell.save(update_fields=["seconds", "last_touch_at"])


def _to_fill(return_: Return, user: User, now: datetime) -> Return:
    current = own(return_, user, now)
    open_for(current.cycle, current, now)
    rules.moved(current.state, Move.FILL)
    return current


def _questions(return_: Return) -> dict[str, Question]:
    rows = Question.objects.filter(section__question_set=return_.question_set_id)
    return {row.code: row for row in rows}


def _checked(questions: dict[str, Question], code: str, said: GivenAnswer | None) -> GivenAnswer | None:
    if code not in questions:
        raise Refusal("unknown_question", "This return does not ask this question", code)
    return None if said is None else checked(question_fact(questions[code]), said)


def _says(row: Answer | None, said: GivenAnswer | None) -> bool:
    """Whether the answer on record already says this."""
    if row is None or said is None:
        return row is None and said is None
    return same(given(row), said)


def _version(row: Answer | None) -> int:
    return row.version if row else 0


def _dated(said: GivenAnswer | None, brought: GivenAnswer | None) -> GivenAnswer | None:
    if said is not None and brought is not None and same(said, brought):
        return brought
    return said


def _put(
    return_: Return,
    question: Question,
    rows: dict[str, Answer],
    said: GivenAnswer | None,
    user: User,
    now: datetime,
) -> None:
    """Writes one answer over what was there, which stays as a revision; `rows` follows."""
    row = rows.pop(question.code, None)
    if row is not None:
        AnswerRevision.objects.create(
            of_return=return_,
            question=question,
            before={**asdict(given(row)), "by": row.answered_by_id, "at": row.answered_at.isoformat()},
            changed_at=now,
            changed_by=user,
        )
    if said is None:
        if row is not None:
            row.delete()
        return
    fields: dict[str, Any] = {**asdict(said), "answered_at": now, "answered_by": user}
    if row is None:
        # Counted on past an answer that was taken back: a version never comes twice.
        number = AnswerRevision.objects.filter(of_return=return_, question=question).count() + 1
        row = Answer.objects.create(of_return=return_, question=question, version=number, **fields)
    else:
        write(row, **fields)
    rows[question.code] = row


def _filled(return_: Return, user: User, now: datetime, action: str, codes: list[str]) -> None:
    to_state = rules.moved(return_.state, Move.FILL)
    if to_state != return_.state:
        go(return_, to_state, user, now, started_at=now)
    else:
        # Who is about to send the return is told that it has changed.
        write(return_)
    audit(action, return_, user, now, {"questions": codes})
