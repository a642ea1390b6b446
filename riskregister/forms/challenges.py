"""Forms of challenges."""

from typing import Any

from django import forms

from riskregister.forms.base import NO_NAMES, OnceForm, VersionForm, offer
from riskregister.forms.board_work import answer_day
from riskregister.rules.board_work import REASON_LENGTH, TEXT_LENGTH
from safeguarding.kernel.govuk import LongTextField


class AskForm(OnceForm):
    asked_of = forms.ChoiceField(label="Which partner do you ask?")
    about = forms.ChoiceField(label="What is it about?", required=False)
    question = LongTextField(
        label="What is the partner to account for?", max_length=TEXT_LENGTH, help_text=NO_NAMES
    )
    answer_due_on = answer_day("By which day must they answer?")
    subjects = {
        "asked_of": "a partner",
        "question": "what the partner is to account for",
        "answer_due_on": "day by which they must answer",
    }

    def __init__(
        self, *args: Any, partners: list[tuple[Any, str]], about: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "asked_of", partners, "Select one")
        offer(self, "about", about, "Something else: the question says what")


class AnswerChallengeForm(VersionForm):
    answer = LongTextField(
        label="Your answer",
        max_length=TEXT_LENGTH,
        help_text=f"Say what you know, how you know it, and what you will do by when. {NO_NAMES}",
    )
    subjects = {"answer": "your answer"}


class ReopenForm(VersionForm):
    reason = LongTextField(
        label="What is missing from the answer?",
        rows=4,
        max_length=REASON_LENGTH,
        help_text=f"The partner reads this. {NO_NAMES}",
    )
    answer_due_on = answer_day("By which day must they answer again?")
    subjects = {
        "reason": "what is missing from the answer",
        "answer_due_on": "day by which they must answer",
    }
