"""A return that is being filled, read for its own organisation."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.selectors import User
from partners.constants import ANSWERS_FOR
from partners.facts.questions import Answers, QuestionSetFact, SubmittedReturn
from partners.facts.returns import Hand, Line, SectionLines, Why
from partners.models import Cycle, Organisation, Question, Representative, Return, SectionAssignment
from partners.querysets import holds_on
from partners.rules import returns as rules
from partners.rules.answers import asked
from partners.selectors.questions import question_set_fact
from partners.selectors.returns import given, last_submissions
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class WorkingCopy:
    """The draft, what the last returns said, and what follows from both."""

    question_set: QuestionSetFact
    draft: Answers
    # Of the draft's answers: the version, and whose hand it is in.
    versions: dict[str, int]
    hands: dict[str, Hand]
    brought: Answers
    last: SubmittedReturn | None
    first: dict[str, Why]
    confirmable: tuple[str, ...]

    @property
    def effective(self) -> Answers:
        """What a page shows: the draft, and where it says nothing what is brought forward."""
        return {**self.brought, **self.draft}

    def lines(self, codes: frozenset[str] | None = None) -> tuple[Line, ...]:
        """Every question (or those of `codes`), asked or not, in order."""
        return tuple(
            Line(
                question,
                self.draft.get(question.code),
                self.brought.get(question.code),
                self.first.get(question.code),
            )
            for question in self.question_set.questions
            if codes is None or question.code in codes
        )

    def sections(self) -> tuple[SectionLines, ...]:
        """Each section with the questions that are asked as things stand."""
        now_asked = {question.code for question in asked(self.question_set, self.effective)}
        found = []
        for section in self.question_set.sections:
            codes = frozenset(question.code for question in section.questions)
            found.append(
                SectionLines(
                    section,
                    self.lines(codes & now_asked),
                    rules.standing(section, self.question_set, self.draft),
                    tuple(code for code in self.confirmable if code in codes),
                )
            )
        return tuple(found)


def working_copy(return_: Return) -> WorkingCopy:
    """At most nine queries, whatever the number of questions."""
    question_set = question_set_fact(return_.question_set)
    rows = list(return_.answers.select_related("question", "answered_by"))
    draft = {row.question.code: given(row) for row in rows}
    lasts = last_submissions(return_.organisation, return_.cycle, question_set.code, 2)
    last = lasts[0] if lasts else None
    broken = _broken_since(question_set, last)
    brought = rules.brought_forward(question_set, last, broken)
    first = rules.ask_first(question_set, draft, brought, lasts, broken)
    return WorkingCopy(
        question_set=question_set,
        draft=draft,
        versions={row.question.code: row.version for row in rows},
        hands={row.question.code: Hand(row.answered_by.name, row.answered_at) for row in rows},
        brought=brought,
        last=last,
        first=first,
        confirmable=rules.confirmable(question_set, draft, brought, first),
    )


def _broken_since(question_set: QuestionSetFact, last: SubmittedReturn | None) -> frozenset[str]:
    """Codes whose wording broke the series in a version after the last return's."""
    if last is None or last.question_set.version == question_set.version:
        return frozenset()
    rows = Question.objects.filter(
        section__question_set__code=question_set.code,
        section__question_set__version__gt=last.question_set.version,
        section__question_set__version__lte=question_set.version,
        series_break=True,
    )
    return frozenset(rows.values_list("code", flat=True))


def people_of(organisation: Organisation, at: datetime) -> list[User]:
    """Who fills the organisation's returns now, by name."""
    rows = Representative.objects.filter(
        holds_on(day_of(at)), organisation=organisation, duty__in=ANSWERS_FOR, user__is_active=True
    ).select_related("user")
    return sorted({row.user for row in rows}, key=lambda user: (user.name, user.pk))


def assignees(return_: Return) -> dict[str, User]:
    """Who fills which section, by the section's code."""
    rows = SectionAssignment.objects.filter(of_return=return_).select_related("section", "user")
    return {row.section.code: row.user for row in rows}


def cycle_starts(numbers: set[int]) -> dict[int, date]:
    """When the periods of these cycles began: how old an answer is in weeks."""
    return dict(Cycle.objects.filter(number__in=numbers).values_list("number", "period_start"))
