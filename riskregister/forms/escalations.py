"""Forms of escalations."""

from typing import Any

from django import forms

from riskregister.forms.base import NO_NAMES, OnceForm, VersionForm, offer
from riskregister.forms.board_work import answer_day
from riskregister.rules.board_work import TEXT_LENGTH, TITLE_LENGTH
from safeguarding.kernel.govuk import LongTextField


class EscalateForm(OnceForm):
    about = forms.ChoiceField(label="What is it about?")
    title = forms.CharField(label="In a few words", max_length=TITLE_LENGTH)
    reason = LongTextField(
        label="What is the board asked, and why now?", max_length=TEXT_LENGTH, help_text=NO_NAMES
    )
    answer_due_on = answer_day("By which day must the board answer?")
    subjects = {
        "about": "what it is about",
        "title": "a short title",
        "reason": "what the board is asked",
        "answer_due_on": "day by which the board must answer",
    }

    def __init__(self, *args: Any, about: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "about", about, "Select one")


class TakeUpForm(VersionForm):
    answer_due_on = answer_day("By which day must the board answer?")
    subjects = {"answer_due_on": "day by which the board must answer"}


class AnswerForm(VersionForm):
    answer = LongTextField(
        label="What does the board answer?",
        max_length=TEXT_LENGTH,
        help_text=f"What is done, by whom and by when. If nothing is done, say why. {NO_NAMES}",
    )
    subjects = {"answer": "what the board answers"}
