"""Surveys of practitioners: what may be asked, when, and what of the replies may be shown.

Replies are shown in categories of at least ten: neighbouring answers of a scale are put together until each
category has so many. Nothing smaller is published anywhere, so that nothing smaller can be worked out from
what is published: neither by taking categories from a total, nor organisations from all replies.
Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from partners.constants import ANONYMITY_FLOOR, Reading, SurveyState, Theme
from partners.facts.questions import OptionFact
from partners.rules.texts import check_text
from safeguarding.kernel.errors import Refusal

MAX_QUESTIONS = 12
TITLE_LENGTH = 160
INTRO_LENGTH = 2_000
QUESTION_LENGTH = 300
LONGEST_DAYS = 92
# Replies from one address within an hour; a whole team may sit behind one.
REPLIES_AN_HOUR = 20

_A, _P, _C, _N = Reading.ASSURED.value, Reading.PARTLY.value, Reading.CONCERN.value, Reading.NOT_KNOWN.value
_CANNOT_SAY = OptionFact("cannot_say", "I cannot say", _N)
# From the best to the worst answer, so that neighbours may be put together.
SCALES: dict[str, tuple[str, tuple[OptionFact, ...]]] = {
    "agree": (
        "How far people agree",
        (
            OptionFact("strongly_agree", "Strongly agree", _A),
            OptionFact("agree", "Agree", _A),
            OptionFact("neither", "Neither agree nor disagree", _P),
            OptionFact("disagree", "Disagree", _C),
            OptionFact("strongly_disagree", "Strongly disagree", _C),
            _CANNOT_SAY,
        ),
    ),
    "extent": (
        "How much",
        (
            OptionFact("fully", "Fully", _A),
            OptionFact("mostly", "Mostly", _A),
            OptionFact("partly", "Partly", _P),
            OptionFact("not_at_all", "Not at all", _C),
            _CANNOT_SAY,
        ),
    ),
    "often": (
        "How often",
        (
            OptionFact("always", "Always", _A),
            OptionFact("usually", "Usually", _A),
            OptionFact("sometimes", "Sometimes", _P),
            OptionFact("never", "Never", _C),
            _CANNOT_SAY,
        ),
    ),
    "change": (
        "Better or worse",
        (
            OptionFact("better", "Better", _A),
            OptionFact("same", "About the same", _P),
            OptionFact("worse", "Worse", _C),
            _CANNOT_SAY,
        ),
    ),
}


class Move(Enum):
    EDIT = "edit"
    OPEN = "open"
    CLOSE = "close"


_MOVES = {
    (SurveyState.DRAFT, Move.EDIT): SurveyState.DRAFT,
    (SurveyState.DRAFT, Move.OPEN): SurveyState.OPEN,
    (SurveyState.OPEN, Move.CLOSE): SurveyState.CLOSED,
}
_WHY_NOT = {
    SurveyState.DRAFT: "This survey was not opened yet.",
    SurveyState.OPEN: "This survey is open: it can only be closed.",
    SurveyState.CLOSED: "This survey is closed, and stays so. Make a new one instead.",
}


@dataclass(frozen=True)
class QuestionDraft:
    text: str
    theme: str
    scale: str


@dataclass(frozen=True)
class SurveyDraft:
    title: str
    intro: str
    opens_on: date
    closes_on: date
    questions: tuple[QuestionDraft, ...]


@dataclass(frozen=True)
class SurveyQuestion:
    code: str
    theme: str
    text: str
    options: tuple[OptionFact, ...]


@dataclass(frozen=True)
class Category:
    """Neighbouring answers together, and how many replies gave one of them: at least ten."""

    options: tuple[OptionFact, ...]
    count: int

    @property
    def reading(self) -> str:
        """What all its answers say of assurance; '' where they differ."""
        found = {option.reading for option in self.options}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True)
class Split:
    """One organisation's replies in the same categories."""

    organisation: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class QuestionResult:
    question: SurveyQuestion
    # Empty: the answers cannot be shown apart.
    categories: tuple[Category, ...]
    splits: tuple[Split, ...] = ()


def moved(state: str, move: Move) -> SurveyState:
    """The state after `move`. Raises Refusal('not_now')."""
    found = _MOVES.get((SurveyState(state), move))
    if found is None:
        raise Refusal("not_now", _WHY_NOT[SurveyState(state)])
    return found


def takes_replies(state: str, opens_on: date, closes_on: date, today: date) -> bool:
    return state == SurveyState.OPEN and opens_on <= today <= closes_on


def is_over(state: str, closes_on: date, today: date) -> bool:
    """No reply can come any more: only then are results shown, else each new reply would stand out between
    one look and the next."""
    return state == SurveyState.CLOSED or (state == SurveyState.OPEN and closes_on < today)


def draft_faults(draft: SurveyDraft, *, today: date) -> list[Refusal]:
    """Everything that keeps the survey from being saved, each beside its field."""
    faults = []
    for name, length, missing in (
        ("title", TITLE_LENGTH, "Enter a title"),
        ("intro", INTRO_LENGTH, ""),
    ):
        try:
            check_text(getattr(draft, name), field=name, length=length, missing=missing)
        except Refusal as fault:
            faults.append(fault)
    if draft.closes_on < draft.opens_on:
        words = "The last day must not be before the first"
        faults.append(Refusal("closes_before_it_opens", words, "closes_on"))
    elif draft.closes_on < today:
        faults.append(Refusal("closes_in_past", "The last day must be today or later", "closes_on"))
    elif (draft.closes_on - draft.opens_on).days > LONGEST_DAYS:
        words = f"A survey can be open for {LONGEST_DAYS} days at most"
        faults.append(Refusal("open_too_long", words, "closes_on"))
    return faults + _question_faults(draft.questions)


def _question_faults(questions: Sequence[QuestionDraft]) -> list[Refusal]:
    if not questions:
        return [Refusal("no_questions", "Enter at least one question", "text_1")]
    if len(questions) > MAX_QUESTIONS:
        return [Refusal("too_many_questions", f"Ask at most {MAX_QUESTIONS} questions", "text_1")]
    faults = []
    for number, question in enumerate(questions, 1):
        try:
            words = f"Enter question {number}"
            check_text(question.text, field=f"text_{number}", length=QUESTION_LENGTH, missing=words)
        except Refusal as fault:
            faults.append(fault)
        if question.theme not in Theme.values:
            words = f"Select what question {number} is about"
            faults.append(Refusal("theme_missing", words, f"theme_{number}"))
        if question.scale not in SCALES:
            words = f"Select the answers of question {number}"
            faults.append(Refusal("scale_missing", words, f"scale_{number}"))
    return faults


def built(questions: Sequence[QuestionDraft]) -> list[SurveyQuestion]:
    return [
        SurveyQuestion(f"q{number}", one.theme, one.text.strip(), SCALES[one.scale][1])
        for number, one in enumerate(questions, 1)
    ]


def check_reply(questions: Sequence[SurveyQuestion], answers: Mapping[str, str]) -> None:
    """Raises Refusal (field: the question's code) for the first that is not answered as offered."""
    for question in questions:
        if answers.get(question.code) not in {option.value for option in question.options}:
            raise Refusal("not_offered", f"Select an answer to “{question.text}”", question.code)


def results(
    questions: Sequence[SurveyQuestion], replies: Sequence[tuple[str, Mapping[str, str]]]
) -> list[QuestionResult] | None:
    """`replies`: (organisation or '', answers). None where there are fewer than ten."""
    if len(replies) < ANONYMITY_FLOOR:
        return None
    found = []
    for question in questions:
        counts = _counts(question, [answers for _organisation, answers in replies])
        groups = _grouped(counts)
        categories = tuple(
            Category(tuple(question.options[index] for index in group), sum(counts[index] for index in group))
            for group in groups
        )
        splits = _splits(question, groups, replies) if groups else ()
        found.append(QuestionResult(question, categories, splits))
    return found


def _counts(question: SurveyQuestion, answers: Sequence[Mapping[str, str]]) -> list[int]:
    return [sum(one.get(question.code) == option.value for one in answers) for option in question.options]


def _grouped(counts: Sequence[int]) -> list[list[int]]:
    """Indexes of neighbours, each group with ten or more; empty where there would be one group only, which
    says of everybody the same, or nothing."""
    groups: list[list[int]] = []
    open_group: list[int] = []
    for index in range(len(counts)):
        open_group.append(index)
        # What nobody chose joins its neighbour before: that nobody did is not shown apart either.
        rest = sum(counts[index + 1 :])
        if sum(counts[one] for one in open_group) >= ANONYMITY_FLOOR and rest >= ANONYMITY_FLOOR:
            groups.append(open_group)
            open_group = []
    groups.append(open_group)
    return groups if len(groups) > 1 and sum(counts) >= ANONYMITY_FLOOR else []


def _splits(
    question: SurveyQuestion,
    groups: Sequence[Sequence[int]],
    replies: Sequence[tuple[str, Mapping[str, str]]],
) -> tuple[Split, ...]:
    """Organisations with ten or more replies in every category, as long as those of everybody else are so
    many too (or none): what is left over must not tell of a few."""

    def in_groups(answers: Sequence[Mapping[str, str]]) -> tuple[int, ...]:
        counts = _counts(question, answers)
        return tuple(sum(counts[index] for index in group) for group in groups)

    names = sorted({organisation for organisation, _answers in replies if organisation})
    all_rows = [
        Split(name, in_groups([answers for organisation, answers in replies if organisation == name]))
        for name in names
    ]
    shown = [row for row in all_rows if min(row.counts) >= ANONYMITY_FLOOR]
    total = in_groups([answers for _organisation, answers in replies])
    while shown and not _rest_is_safe(total, shown):
        shown.remove(min(shown, key=lambda row: sum(row.counts)))
    return tuple(shown)


def _rest_is_safe(total: tuple[int, ...], shown: Sequence[Split]) -> bool:
    rest = [whole - sum(row.counts[index] for row in shown) for index, whole in enumerate(total)]
    return not any(rest) or min(rest) >= ANONYMITY_FLOOR


_RANK = {Reading.ASSURED.value: 2, Reading.PARTLY.value: 1, Reading.CONCERN.value: 0}


def practitioners_reading(result: QuestionResult) -> str:
    """What the largest category says; '' where it says no one thing, or none is shown."""
    if not result.categories:
        return ""
    return max(result.categories, key=lambda one: one.count).reading


def leaders_reading(counts: Mapping[str, int]) -> str:
    """What most leaders' returns say of a theme; of equal ones the worse."""
    known = {reading: count for reading, count in counts.items() if reading in _RANK and count}
    return max(known, key=lambda one: (known[one], -_RANK[one])) if known else ""


def gap_words(practitioners: str, leaders: str) -> str:
    if practitioners not in _RANK or leaders not in _RANK:
        return "Cannot be compared"
    if _RANK[practitioners] == _RANK[leaders]:
        return "No gap: leaders and practitioners say the same"
    if _RANK[leaders] > _RANK[practitioners]:
        return "Gap: leaders are more assured than practitioners"
    return "Gap: practitioners are more assured than leaders"
