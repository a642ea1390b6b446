"""Forms of acceptances."""

from typing import Any

from django import forms

from riskregister.forms.base import NO_NAMES, VersionForm
from riskregister.rules.register import TEXT_LENGTH
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios

ACCEPT, REFUSE = "accept", "refuse"


class AskAcceptanceForm(GovukForm):
    reason = LongTextField(
        label="Why should the board bear this risk as it is?", max_length=TEXT_LENGTH, help_text=NO_NAMES
    )
    conditions = LongTextField(
        label="On what conditions?",
        rows=3,
        max_length=TEXT_LENGTH,
        help_text=f"What must be watched or kept up while it is borne. {NO_NAMES}",
    )
    expires_on = GovukDateField(
        label="Until which day?",
        hint="A year at most. It lapses by itself after that day. For example, 27 3 2021",
    )
    subjects = {
        "reason": "why the board should bear this risk",
        "conditions": "the conditions on which it is borne",
        "expires_on": "last day of the acceptance",
    }


class DecideAcceptanceForm(VersionForm):
    answer = forms.ChoiceField(
        label="Does the board bear this risk?",
        widget=forms.RadioSelect,
        choices=((ACCEPT, "Yes, on these conditions and until that day"), (REFUSE, "No")),
    )
    reason = LongTextField(
        label="Why not?", rows=3, max_length=TEXT_LENGTH, required=False, help_text=NO_NAMES
    )
    subjects = {"answer": "whether the board bears this risk"}

    def build_layout(self) -> Layout:
        return Layout(Radios("answer", reveal={REFUSE: ["reason"]}), "version")

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("answer") == REFUSE and not answers.get("reason"):
            self.add_error("reason", "Enter why the board does not bear this risk")
        return answers
