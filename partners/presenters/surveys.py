"""Words of the pages of surveys, and of the file of their results. Page and file say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from partners.constants import ANONYMITY_FLOOR, Reading, SurveyState, Theme
from partners.models import Survey
from partners.presenters.base import Tag, counted
from partners.rules.survey_results import (
    Category,
    QuestionResult,
    gap_words,
    leaders_reading,
    practitioners_reading,
)
from partners.rules.surveys import is_over
from partners.rules.texts import in_words

TOO_FEW = f"Fewer than {ANONYMITY_FLOOR} people replied, so nothing is shown: somebody could be told apart."
NOT_APART = "The answers are too alike, or too few of each, to be shown apart."
CSV_HEADER = ("question", "theme", "whose", "answers", "replies", "percent")


def state_tag(survey: Survey, today: date) -> Tag:
    if survey.state == SurveyState.DRAFT:
        return {"text": "Draft", "colour": "grey"}
    if is_over(survey.state, survey.closes_on, today):
        return {"text": "Closed", "colour": "blue"}
    if survey.opens_on > today:
        return {"text": "Opens later", "colour": "yellow"}
    return {"text": "Open", "colour": "green"}


def surveys_table(rows: Iterable[Survey], today: date) -> dict[str, Any]:
    return {
        "caption": "Surveys",
        "columns": [{"text": "Survey"}, {"text": "State"}, {"text": "Days"}, {"text": "Questions"}],
        "rows": [
            [
                {"text": survey.title, "href": reverse("survey", args=[survey.uid])},
                _cell_of(state_tag(survey, today)),
                f"{in_words(survey.opens_on)} to {in_words(survey.closes_on)}",
                str(len(survey.questions)),
            ]
            for survey in rows
        ],
        "empty": "No survey has been made yet.",
    }


def survey_rows(survey: Survey, today: date, *, enough: bool) -> list[dict[str, Any]]:
    replies = f"{ANONYMITY_FLOOR} or more" if enough else f"Fewer than {ANONYMITY_FLOOR}"
    return [
        {"key": "State", "tag": state_tag(survey, today)},
        {"key": "Days", "value": f"{in_words(survey.opens_on)} to {in_words(survey.closes_on)}"},
        {"key": "Questions", "value": counted(len(survey.questions), "question")},
        {"key": "Replies", "value": replies},
    ]


def result_blocks(
    results: Sequence[QuestionResult], leaders: Mapping[str, Counter[str]]
) -> list[dict[str, Any]]:
    """A block a question: what practitioners say, what leaders' returns say of the theme, and the gap."""
    return [
        {
            "heading": result.question.text,
            "theme": Theme(result.question.theme).label,
            "table": _result_table(result) if result.categories else None,
            "leaders": leaders_words(leaders.get(result.question.theme, Counter())),
            "gap": gap_words(
                practitioners_reading(result), leaders_reading(leaders.get(result.question.theme, Counter()))
            ),
        }
        for result in results
    ]


def leaders_words(counts: Mapping[str, int]) -> str:
    """'5 partners assured, 2 of concern'."""
    said = [
        f"{counted(counts[reading.value], 'partner')} {reading.label.lower()}"
        for reading in Reading
        if counts.get(reading.value)
    ]
    return ", ".join(said) or "No return that you may read says anything of this"


def csv_rows(results: Sequence[QuestionResult]) -> list[tuple[object, ...]]:
    """What the page shows, a line a category; nothing of what it does not show."""
    rows: list[tuple[object, ...]] = []
    for result in results:
        head = (result.question.text, Theme(result.question.theme).label)
        if not result.categories:
            rows.append((*head, "All replies", NOT_APART, "", ""))
        whole = [("All replies", [one.count for one in result.categories])] if result.categories else []
        for whose, counts in [*whole, *((one.organisation, one.counts) for one in result.splits)]:
            rows += [
                (*head, whose, category_words(category), count, share(count, sum(counts)))
                for category, count in zip(result.categories, counts, strict=True)
            ]
    return rows


def category_words(category: Category) -> str:
    """'Strongly agree', 'Disagree or strongly disagree'."""
    labels = [option.label for option in category.options]
    return " or ".join([labels[0], *(_lower(label) for label in labels[1:])])


def share(count: int, whole: int) -> int:
    return (200 * count + whole) // (2 * whole)


def _result_table(result: QuestionResult) -> dict[str, Any]:
    whole = sum(one.count for one in result.categories)
    rows = []
    for index, category in enumerate(result.categories):
        line: list[Any] = [category_words(category), _said(category.count, whole)]
        line += [_said(one.counts[index], sum(one.counts)) for one in result.splits]
        rows.append(line)
    return {
        "caption": "Practitioners’ answers",
        "caption_size": "s",
        "columns": [
            {"text": "Answer"},
            {"text": "All replies", "numeric": True},
            *({"text": one.organisation, "numeric": True} for one in result.splits),
        ],
        "rows": rows,
    }


def _said(count: int, whole: int) -> str:
    return f"{count:,} ({share(count, whole)}%)"


def _lower(label: str) -> str:
    # "I cannot say" keeps its I.
    return label if label.startswith("I ") else label[0].lower() + label[1:]


def _cell_of(tag: Tag) -> dict[str, str]:
    return {"text": tag["text"], "tag": tag["colour"]}
