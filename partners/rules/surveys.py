"""Surveys of practitioners: what may be asked, when, and what a reply must say. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from partners.constants import Reading, SurveyState, Theme
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
