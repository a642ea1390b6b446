"""Forms of surveys: the one that makes a survey, and the one that practitioners fill in."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms

from partners.constants import Theme
from partners.forms.base import OnceForm, version_field
from partners.models import Survey
from partners.rules.surveys import (
    INTRO_LENGTH,
    MAX_QUESTIONS,
    QUESTION_LENGTH,
    SCALES,
    TITLE_LENGTH,
    QuestionDraft,
    SurveyDraft,
    SurveyQuestion,
)
from partners.selectors.surveys import questions_of
from safeguarding.kernel.govuk import Fieldset, GovukDateField, Layout, LongTextField, Radios, Select

_NO_NAMES = "Do not write children’s names, dates of birth or references."
_THEMES = [("", "Select what it is about"), *Theme.choices]
_SCALES = [
    ("", "Select the answers"),
    *(
        (code, f"{name}: {', '.join(one.label for one in options)}")
        for code, (name, options) in SCALES.items()
    ),
]


class SurveyForm(OnceForm):
    """A survey as `SurveyDraft`: up to twelve questions with what each is about and its answers."""

    title = forms.CharField(label="Title", max_length=TITLE_LENGTH)
    intro = LongTextField(
        label="What practitioners should know first (optional)",
        max_length=INTRO_LENGTH,
        rows=3,
        required=False,
        help_text=f"The page already says that replies are anonymous. {_NO_NAMES}",
    )
    opens_on = GovukDateField(label="First day", hint="For example, 27 3 2020")
    closes_on = GovukDateField(label="Last day", hint="Results are shown after this day")
    version = version_field()
    subjects = {"title": "the title", "opens_on": "first day", "closes_on": "last day"}

    def __init__(self, *args: Any, survey: Survey | None = None, **kwargs: Any) -> None:
        initial = {"version": survey.version if survey else 0}
        if survey:
            initial |= _initial(survey)
        kwargs["initial"] = {**initial, **kwargs.get("initial", {})}
        # Before the form copies its fields, so that the layout finds them.
        self.base_fields = dict(type(self).base_fields)  # type: ignore[misc]
        for number in range(1, MAX_QUESTIONS + 1):
            self.base_fields.update(_question_fields(number))
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        questions = [
            Fieldset(
                f"Question {number}{'' if number == 1 else ' (optional)'}",
                f"text_{number}",
                Select(f"theme_{number}"),
                Select(f"scale_{number}"),
            )
            for number in range(1, MAX_QUESTIONS + 1)
        ]
        return Layout("title", "intro", "opens_on", "closes_on", *questions, "version", "token")

    def draft(self) -> SurveyDraft:
        """Of a form that is valid. Empty questions are left out; what lies behind one moves up."""
        said = self.cleaned_data
        return SurveyDraft(
            title=said["title"],
            intro=said["intro"],
            opens_on=said["opens_on"],
            closes_on=said["closes_on"],
            questions=tuple(QuestionDraft(*self._line(number)) for number in self._filled()),
        )

    def field_of(self, field: str | None) -> str | None:
        """Where a fault of the draft belongs, which counts only the questions that were filled in."""
        name, _, number = (field or "").rpartition("_")
        filled = self._filled()
        if name in ("text", "theme", "scale") and int(number) <= len(filled):
            return f"{name}_{filled[int(number) - 1]}"
        return field

    def _line(self, number: int) -> tuple[str, str, str]:
        said = self.cleaned_data
        return said[f"text_{number}"], said[f"theme_{number}"], said[f"scale_{number}"]

    def _filled(self) -> list[int]:
        return [number for number in range(1, MAX_QUESTIONS + 1) if any(self._line(number))]


def _question_fields(number: int) -> dict[str, forms.Field]:
    return {
        f"text_{number}": forms.CharField(label="Question", required=False, max_length=QUESTION_LENGTH),
        f"theme_{number}": forms.ChoiceField(label="What is it about?", required=False, choices=_THEMES),
        f"scale_{number}": forms.ChoiceField(label="Answers", required=False, choices=_SCALES),
    }


def _initial(survey: Survey) -> dict[str, Any]:
    initial: dict[str, Any] = {
        name: getattr(survey, name) for name in ("title", "intro", "opens_on", "closes_on")
    }
    scales = {tuple(one.value for one in options): code for code, (_name, options) in SCALES.items()}
    for number, question in enumerate(questions_of(survey), 1):
        initial[f"text_{number}"] = question.text
        initial[f"theme_{number}"] = question.theme
        initial[f"scale_{number}"] = scales.get(tuple(one.value for one in question.options), "")
    return initial


class ReplyForm(OnceForm):
    """The questions of one survey, each to be answered once."""

    organisation = forms.ChoiceField(
        label="Which organisation do you work for? (optional)",
        required=False,
        help_text="Shown only where so many of its people reply that nobody can be told apart",
    )

    def __init__(
        self,
        *args: Any,
        questions: Sequence[SurveyQuestion],
        organisations: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        self.questions = questions
        self.base_fields = dict(type(self).base_fields)  # type: ignore[misc]
        for question in questions:
            self.base_fields[question.code] = forms.ChoiceField(
                label=question.text,
                widget=forms.RadioSelect,
                choices=[(option.value, option.label) for option in question.options],
                error_messages={"required": f"Select an answer to “{question.text}”"},
            )
        super().__init__(*args, **kwargs)
        chosen = cast(forms.ChoiceField, self.fields["organisation"])
        chosen.choices = [("", "I would rather not say"), *organisations]

    def build_layout(self) -> Layout:
        return Layout(*(Radios(one.code) for one in self.questions), "organisation", "token")

    def answers(self) -> dict[str, str]:
        return {question.code: self.cleaned_data[question.code] for question in self.questions}

    def chosen(self) -> UUID | None:
        value = self.cleaned_data["organisation"]
        return UUID(value) if value else None
