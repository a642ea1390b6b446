"""The form of a decision on attendance at school."""

from typing import Any
from uuid import uuid4

from django import forms

from safeguarding.kernel.govuk import Checkboxes, GovukDateField, GovukForm, Layout, LongTextField, Radios
from visits.constants.oversight import Agency, AttendanceOutcome
from visits.forms.records import STALE_FORM
from visits.rules.school import AGENCIES, REASON_LENGTH, SchoolDraft


class SchoolDecisionForm(GovukForm):
    decided_on = GovukDateField(label="Date of the decision", hint="For example, 27 3 2020")
    took_part = forms.MultipleChoiceField(
        label="Which agencies took part?",
        widget=forms.CheckboxSelectMultiple,
        choices=Agency.choices,
        help_text=f"Select at least {AGENCIES}",
        error_messages={"required": f"Select at least {AGENCIES} agencies: this is decided together"},
    )
    outcome = forms.ChoiceField(
        label="What was decided?", widget=forms.RadioSelect, choices=AttendanceOutcome.choices
    )
    reason = LongTextField(
        label="Why?",
        max_length=REASON_LENGTH,
        help_text="Do not write names, addresses or dates of birth. They stay in the case system.",
        error_messages={"required": "Enter why"},
    )
    review_on = GovukDateField(label="Review date", hint="When the agencies will look at it again")
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)
    subjects = {
        "decided_on": "date of the decision",
        "took_part": "the agencies that took part",
        "outcome": "what was decided",
        "review_on": "review date",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        return Layout(
            "decided_on", Checkboxes("took_part"), Radios("outcome"), "reason", "review_on", "token"
        )

    def draft(self) -> SchoolDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return SchoolDraft(
            decided_on=answers["decided_on"],
            took_part=tuple(answers["took_part"]),
            outcome=answers["outcome"],
            reason=answers["reason"],
            review_on=answers["review_on"],
        )
