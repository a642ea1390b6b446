"""A return's moves, what the last one brings forward, and what is asked first. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import Enum

from partners.constants import COMMENT_LENGTH, Duty, NonAnswer, ReturnState
from partners.facts.questions import (
    Answers,
    GivenAnswer,
    QuestionFact,
    QuestionSetFact,
    SectionFact,
    SubmittedReturn,
)
from partners.facts.returns import Change, Standing, Why
from partners.rules.answers import asked, checked, same, submit_faults
from partners.rules.texts import check_text
from safeguarding.kernel.errors import Refusal

REASON_LENGTH = 1000


class Move(Enum):
    FILL = "fill"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    UNLOCK = "unlock"


# Where a move leads from a state; what is not here is refused.
ALLOWED_MOVES: dict[tuple[str, Move], str] = {
    (ReturnState.NOT_STARTED, Move.FILL): ReturnState.STARTED,
    (ReturnState.STARTED, Move.FILL): ReturnState.STARTED,
    (ReturnState.SENT_BACK, Move.FILL): ReturnState.SENT_BACK,
    (ReturnState.STARTED, Move.SUBMIT): ReturnState.SUBMITTED,
    (ReturnState.SENT_BACK, Move.SUBMIT): ReturnState.SUBMITTED,
    (ReturnState.SUBMITTED, Move.SEND_BACK): ReturnState.SENT_BACK,
    (ReturnState.SUBMITTED, Move.ACCEPT): ReturnState.ACCEPTED,
    (ReturnState.ACCEPTED, Move.UNLOCK): ReturnState.SENT_BACK,
}
FILLABLE = frozenset(state for state, move in ALLOWED_MOVES if move is Move.FILL)
_WORDS = {
    ReturnState.NOT_STARTED: "Nothing has been answered in this return yet.",
    ReturnState.STARTED: "This return has not been sent yet.",
    ReturnState.SUBMITTED: "This return has been sent. Ask the coordinator to send it back to change it.",
    ReturnState.SENT_BACK: "This return was sent back and has not been sent again yet.",
    ReturnState.ACCEPTED: "This return has been accepted. The coordinator can unlock it to have it changed.",
}


def moved(state: str, move: Move) -> str:
    """The state that the move leads to. Raises Refusal('not_now') saying what the return is now."""
    try:
        return ALLOWED_MOVES[state, move]
    except KeyError:
        raise Refusal("not_now", _WORDS[ReturnState(state)]) from None


def sending(duty: str) -> None:
    """Raises Refusal('lead_or_deputy'): a contributor fills, a lead or deputy answers for it."""
    if duty not in (Duty.LEAD, Duty.DEPUTY):
        words = "Only your organisation’s lead or deputy can send the return. Tell them that it is ready."
        raise Refusal("lead_or_deputy", words)


def deciding(*, answers_for_it: bool) -> None:
    """Raises Refusal('own_return'): nobody accepts or sends back what is their own organisation's."""
    if answers_for_it:
        raise Refusal("own_return", "You answer for this organisation, so somebody else must look at it.")


def reason(text: str, *, asked_for: str) -> str:
    """Raises Refusal('reason_missing' with the words of `asked_for`), and as check_text."""
    clean = check_text(text, field="reason", length=REASON_LENGTH)
    if not any(sign.isalnum() for sign in clean):
        raise Refusal("reason_missing", asked_for, "reason")
    return clean


def about(words: dict[str, str], codes: Collection[str]) -> dict[str, str]:
    """Which questions are sent back, of `codes` (those that were asked), and what is wrong with each; empty
    notes mean that one is not meant.
    Raises Refusal('unknown_question'), and as check_text with the question's code as field."""
    for code in words:
        if code not in codes:
            raise Refusal("unknown_question", "This question was not part of what was sent", code)
    clean = {code: check_text(text, field=code, length=COMMENT_LENGTH) for code, text in words.items()}
    return {code: text for code, text in clean.items() if text}


def brought_forward(
    question_set: QuestionSetFact, last: SubmittedReturn | None, broken: Collection[str] = ()
) -> Answers:
    """What the last return said to questions that ask the same still, each with the cycle it is from.

    Left behind: "we will answer later"; a question whose kind changed; one of `broken` (codes whose series
    broke in a version since); an answer that is no longer offered.
    """
    if last is None:
        return {}
    before = {question.code: question for question in last.question_set.questions}
    found: Answers = {}
    for question in question_set.questions:
        given, was = last.answers.get(question.code), before.get(question.code)
        if given is None or was is None or was.kind != question.kind or question.code in broken:
            continue
        if given.non_answer == NonAnswer.LATER or not _fits(question, given):
            continue
        since = last.cycle_number if given.same_since_cycle is None else given.same_since_cycle
        found[question.code] = replace(given, same_since_cycle=since)
    return found


def _fits(question: QuestionFact, given: GivenAnswer) -> bool:
    try:
        return same(checked(question, given), given)
    except Refusal:
        return False


def ask_first(
    question_set: QuestionSetFact,
    draft: Answers,
    brought: Answers,
    lasts: Sequence[SubmittedReturn],
    broken: Collection[str] = (),
) -> dict[str, Why]:
    """Questions to be answered before the rest, with why: those that no tick of "nothing has changed" can
    answer. `lasts`: earlier submissions, the latest first; without any, nothing is first."""
    if not lasts:
        return {}
    last = lasts[0]
    known = {question.code: question for question in last.question_set.questions}
    found: dict[str, Why] = {}
    for question in asked(question_set, {**brought, **draft}):
        code, given = question.code, last.answers.get(question.code)
        if code in draft:
            continue
        if code in brought:
            if _twice_unknown(code, lasts):
                found[code] = Why.TWICE
        elif given is not None and given.non_answer == NonAnswer.LATER:
            found[code] = Why.LATER
        elif code not in known:
            found[code] = Why.NEW
        elif given is not None or code in broken or known[code].kind != question.kind:
            found[code] = Why.CHANGED
        elif question.required:
            found[code] = Why.NOT_ANSWERED
    return found


def _twice_unknown(code: str, lasts: Sequence[SubmittedReturn]) -> bool:
    last = lasts[0].answers[code]
    if last.non_answer != NonAnswer.DO_NOT_KNOW:
        return False
    if last.same_since_cycle is not None:
        return True
    before = lasts[1].answers.get(code) if len(lasts) > 1 else None
    return before is not None and before.non_answer == NonAnswer.DO_NOT_KNOW


def confirmable(
    question_set: QuestionSetFact, draft: Answers, brought: Answers, first: Collection[str]
) -> tuple[str, ...]:
    """Questions whose last answer may be confirmed as it is."""
    return tuple(
        question.code
        for question in asked(question_set, {**brought, **draft})
        if question.code in brought and question.code not in draft and question.code not in first
    )


def standing(section: SectionFact, question_set: QuestionSetFact, draft: Answers) -> Standing:
    """How far a section is by what this return says itself; what is brought forward counts only once it
    is confirmed."""
    here = {question.code for question in section.questions}
    if not any(code in draft for code in here):
        return Standing.NOT_STARTED
    faulty = any(fault.field in here for fault in submit_faults(question_set, draft))
    return Standing.IN_PROGRESS if faulty else Standing.COMPLETE


def counts(question_set: QuestionSetFact, answers: Answers) -> dict[str, int]:
    """Of the questions asked: answered anew, confirmed as unchanged, non-answers (whether or not
    confirmed), and optional ones without an answer."""
    found = {"asked": 0, "anew": 0, "confirmed": 0, "non_answers": 0, "empty": 0}
    for question in asked(question_set, answers):
        found["asked"] += 1
        given = answers.get(question.code)
        if given is None:
            found["empty"] += 1
        elif given.non_answer:
            found["non_answers"] += 1
        else:
            found["anew" if given.same_since_cycle is None else "confirmed"] += 1
    return found


def changes(
    question_set: QuestionSetFact, now: Answers, before: SubmittedReturn | None
) -> tuple[Change, ...]:
    """Every question asked, beside what `before` said to it."""
    known = {question.code: question for question in before.question_set.questions} if before else {}
    found = []
    for question in asked(question_set, now):
        was = known.get(question.code)
        is_new = before is not None and (was is None or was.kind != question.kind)
        given = now.get(question.code)
        earlier = before.answers.get(question.code) if before and not is_new else None
        differs = (given is None) != (earlier is None) or (
            given is not None and earlier is not None and not same(given, earlier)
        )
        changed = before is not None and not is_new and differs
        found.append(Change(question, given, earlier, is_new=is_new, changed=changed))
    return tuple(found)
