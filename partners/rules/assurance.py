"""What answers say of assurance, theme by theme, and what changed since the cycle before. Pure."""

from collections.abc import Iterator, Sequence

from partners.constants import NonAnswer, Reading, ReturnState
from partners.facts.assurance import (
    JUDGING,
    UNREAD,
    AnswerChange,
    AssuranceGrid,
    Mark,
    Partner,
    Seen,
    ThemeCell,
    ThemeChange,
    Turn,
)
from partners.facts.questions import Answers, QuestionFact, QuestionSetFact
from partners.facts.tracker import Standing
from partners.rules.answers import asked, reading, shown

_OF_READING = {
    Reading.ASSURED: Mark.ASSURED,
    Reading.PARTLY: Mark.PARTLY,
    Reading.CONCERN: Mark.CONCERN,
    Reading.NOT_KNOWN: Mark.NOT_KNOWN,
}
_NOT_ANSWERED = "Not answered"


def themes(sets: Sequence[QuestionSetFact]) -> frozenset[str]:
    return frozenset(section.theme for one in sets for section in one.sections)


def theme_cell(question_set: QuestionSetFact, answers: Answers, theme: str) -> ThemeCell:
    """The worst of what the answers of a theme say."""
    here = {
        question.code
        for section in question_set.sections
        if section.theme == theme
        for question in section.questions
    }
    questions = [question for question in asked(question_set, answers) if question.code in here]
    if not questions:
        return ThemeCell(Mark.NOT_ASKED)
    found = []
    for question in questions:
        given = answers.get(question.code)
        said = reading(question, given)
        found.append(
            Seen(
                question.code,
                question.text,
                shown(question, given) if given else _NOT_ANSWERED,
                given.comment if given else "",
                _OF_READING[said] if said else None,
            )
        )
    return ThemeCell(_worst(found, questions, answers), tuple(found))


def _worst(found: Sequence[Seen], questions: Sequence[QuestionFact], answers: Answers) -> Mark:
    marks = {one.mark for one in found}
    for mark in JUDGING:
        if mark in marks:
            return mark
    given = [answers[question.code] for question in questions if question.code in answers]
    if not given:
        return Mark.NO_ANSWER
    if all(answer.non_answer == NonAnswer.DOES_NOT_APPLY for answer in given):
        return Mark.DOES_NOT_APPLY
    return Mark.ANSWERED if any(not answer.non_answer for answer in given) else Mark.NO_ANSWER


def unread(state: str, standing: Standing, *, may_read: bool, was_sent: bool) -> Mark | None:
    """What stands in place of a return's answers; None where they may be read.

    `was_sent`: there is a submission; a return that was sent back is read as it was sent.
    """
    if was_sent and may_read:
        return None
    if was_sent or state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED):
        return Mark.NOT_ACCEPTED
    return Mark.SILENT if standing is Standing.SILENT else Mark.NOT_SENT


def changes(now: AssuranceGrid, before: AssuranceGrid) -> tuple[ThemeChange, ...]:
    """What turned worse or better, the worse first. Only what could be read in both cycles is compared; a
    partner that fell silent, or is heard again, is one change."""
    known = {partner.uid for partner in before.partners}
    found = [
        change
        for partner in now.partners
        if partner.uid in known
        for change in _of_partner(partner, now, before)
    ]
    turns = list(Turn)
    return tuple(sorted(found, key=lambda change: turns.index(change.turn)))


def _of_partner(partner: Partner, now: AssuranceGrid, before: AssuranceGrid) -> Iterator[ThemeChange]:
    pairs = [
        (theme, before.cells[theme, partner.uid], now.cells[theme, partner.uid])
        for theme in now.themes
        if (theme, partner.uid) in before.cells
    ]
    was = {earlier.mark for _, earlier, _ in pairs} - {Mark.NOT_ASKED}
    is_now = {later.mark for _, _, later in pairs} - {Mark.NOT_ASKED}
    if is_now == {Mark.SILENT} and was and not was & UNREAD:
        yield ThemeChange(Turn.SILENCE, partner, "", _summary(was), Mark.SILENT)
    elif was == {Mark.SILENT} and is_now and not is_now & UNREAD:
        yield ThemeChange(Turn.HEARD, partner, "", Mark.SILENT, _summary(is_now))
    for theme, earlier, later in pairs:
        if earlier.mark in JUDGING and later.mark in JUDGING and earlier.mark is not later.mark:
            worse = JUDGING.index(later.mark) < JUDGING.index(earlier.mark)
            turn = Turn.WORSE if worse else Turn.BETTER
            yield ThemeChange(turn, partner, theme, earlier.mark, later.mark, _answers(earlier, later))


def _summary(marks: set[Mark]) -> Mark:
    return next((mark for mark in JUDGING if mark in marks), Mark.ANSWERED)


def _answers(before: ThemeCell, after: ThemeCell) -> tuple[AnswerChange, ...]:
    """Answers whose reading changed; one that was not asked then is told so."""
    earlier = {one.code: one for one in before.answers}
    found = []
    for one in after.answers:
        was = earlier.pop(one.code, None)
        if (was.mark if was else None) is not one.mark:
            found.append(AnswerChange(one.question, was.words if was else "Not asked", one.words))
    found += [
        AnswerChange(one.question, one.words, "Not asked") for one in earlier.values() if one.mark is not None
    ]
    return tuple(found)
