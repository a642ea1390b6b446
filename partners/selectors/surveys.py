"""Surveys of practitioners, read: never a single reply."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.policy import Action as Act
from accounts.policy import Thing, allows
from accounts.selectors import User
from partners.constants import ANONYMITY_FLOOR, Reading, SurveyState
from partners.facts.questions import OptionFact, SubmittedReturn
from partners.facts.waiting import Waiting
from partners.models import Cycle, Organisation, Return, Survey, SurveyResponse
from partners.rules.answers import asked, reading
from partners.rules.survey_results import QuestionResult, results
from partners.rules.surveys import SurveyQuestion, takes_replies
from partners.selectors.returns import submissions_at
from safeguarding.kernel.periods import day_of

__all__ = [
    "enough_replies",
    "leaders_readings",
    "open_survey_by_key",
    "organisations_to_choose",
    "questions_of",
    "results_of",
    "surveys",
    "waiting_for",
]

_WORST_FIRST = (Reading.CONCERN, Reading.PARTLY, Reading.ASSURED, Reading.NOT_KNOWN)


def surveys() -> QuerySet[Survey]:
    return Survey.objects.order_by("-opens_on", "-pk")


def open_survey_by_key(key: UUID, *, today: date) -> Survey | None:
    """The survey behind a public address; None where it takes no replies today, or never was."""
    survey = Survey.objects.filter(link_key=key).first()
    if survey is None or not takes_replies(survey.state, survey.opens_on, survey.closes_on, today):
        return None
    return survey


def questions_of(survey: Survey) -> list[SurveyQuestion]:
    return [
        SurveyQuestion(
            one["code"], one["theme"], one["text"], tuple(OptionFact(**option) for option in one["options"])
        )
        for one in survey.questions
    ]


def organisations_to_choose(day: date) -> list[tuple[str, str]]:
    """(uid, name) of the organisations in force."""
    rows = Organisation.objects.in_force(day).order_by("name").values_list("uid", "name")
    return [(str(uid), name) for uid, name in rows]


def enough_replies(survey: Survey) -> bool:
    return survey.responses.count() >= ANONYMITY_FLOOR


def results_of(survey: Survey) -> list[QuestionResult] | None:
    """What may be shown, to anybody and in any file. None: fewer than ten replies."""
    rows = SurveyResponse.objects.filter(survey=survey).order_by("token")
    replies = [(name or "", answers) for name, answers in rows.values_list("organisation__name", "answers")]
    return results(questions_of(survey), replies)


def leaders_readings(user: User, *, at: datetime) -> tuple[int | None, dict[str, Counter[str]]]:
    """What the latest returns that `user` may read say, by theme: how many partners have which reading, each
    counted once by its worst. With the cycle's number; None where nothing has been sent."""
    sent = Return.objects.visible_to(user, at=at).filter(submitted_at__lte=at)
    cycle = Cycle.objects.filter(returns__in=sent).order_by("-number").first()
    if cycle is None:
        return None, {}
    within_reach = set(sent.filter(cycle=cycle).values_list("uid", flat=True))
    themes: dict[str, Counter[str]] = {}
    for submitted in submissions_at(cycle, at):
        if submitted.return_uid in within_reach:
            for theme, found in _theme_readings(submitted).items():
                themes.setdefault(theme, Counter())[found.value] += 1
    return cycle.number, themes


def _theme_readings(submitted: SubmittedReturn) -> dict[str, Reading]:
    on_list = {question.code for question in asked(submitted.question_set, submitted.answers)}
    found: dict[str, Reading] = {}
    for section in submitted.question_set.sections:
        said = {
            reading(question, submitted.answers.get(question.code))
            for question in section.questions
            if question.code in on_list
        } | {found.get(section.theme)}
        worst = next((one for one in _WORST_FIRST if one in said), None)
        if worst is not None:
            found[section.theme] = worst
    return found


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """For who closes surveys: those that are past their last day."""
    if not allows(user.roles, Act.DECIDE, Thing.SURVEY):
        return []
    past = Survey.objects.filter(state=SurveyState.OPEN, closes_on__lt=day_of(at)).count()
    if not past:
        return []
    words = "1 survey is past its last day" if past == 1 else f"{past} surveys are past their last day"
    return [Waiting(past, words, "surveys", overdue=True)]
