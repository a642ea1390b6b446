"""Forms of assessments before visits: the answers, and what the worker will do after reading the result."""

from typing import Any
from uuid import uuid4

from django import forms
from django.forms import BoundField

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import Checkboxes, GovukForm, Layout, LongTextField, Radios, Text
from visits.constants import REASON_LENGTH
from visits.constants.oversight import AssessmentResult, Household, Ppe, Urgency, VisitPurpose
from visits.forms.records import STALE_FORM, as_error
from visits.rules import assessments as assessment_rules
from visits.rules.assessments import (
    ALTERNATIVES_LENGTH,
    LONE_WORKING_LENGTH,
    PPE_MOST,
    PURPOSE_LENGTH,
    Answers,
)

PPE_FIELDS = [f"ppe_{what}_{kind}" for kind in Ppe for what in ("needed", "available")]
_YES_NO = (("yes", "Yes"), ("no", "No"))


def _number(label: str) -> forms.IntegerField:
    words = f"{label} must be a whole number between 0 and {PPE_MOST}"
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=PPE_MOST,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
    )


class AssessmentForm(GovukForm):
    """The answers, and a token. The second step (`ResultForm`) carries all of them along."""

    household = forms.MultipleChoiceField(
        label="Is any of this true of the household?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Household.choices,
        help_text="Ask by telephone before you go. Select all that apply.",
    )
    purpose_kind = forms.ChoiceField(
        label="What is the visit for?", widget=forms.RadioSelect, choices=VisitPurpose.choices
    )
    purpose = forms.CharField(label="What for, in a few words", required=False, max_length=PURPOSE_LENGTH)
    urgency = forms.ChoiceField(label="How urgent is it?", widget=forms.RadioSelect, choices=Urgency.choices)
    lone_working = forms.ChoiceField(label="Will you be alone?", widget=forms.RadioSelect, choices=_YES_NO)
    lone_working_plan = forms.CharField(
        label="Who knows where you are, and when will you tell them that you are safe?",
        required=False,
        max_length=LONE_WORKING_LENGTH,
    )
    ppe = forms.ChoiceField(
        label="Will you need protective equipment (PPE)?", widget=forms.RadioSelect, choices=_YES_NO
    )
    ppe_needed_mask = _number("Face masks you need")
    ppe_available_mask = _number("Face masks you have")
    ppe_needed_gloves = _number("Pairs of gloves you need")
    ppe_available_gloves = _number("Pairs of gloves you have")
    ppe_needed_apron = _number("Aprons you need")
    ppe_available_apron = _number("Aprons you have")
    ppe_needed_eye = _number("Eye protection you need")
    ppe_available_eye = _number("Eye protection you have")
    alternatives_considered = LongTextField(
        label="Which alternatives to a visit did you consider?",
        required=False,
        rows=2,
        max_length=ALTERNATIVES_LENGTH,
        help_text="For example, a video call: the family has no camera. No names or addresses.",
    )
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)
    subjects = {
        "purpose_kind": "what the visit is for",
        "urgency": "how urgent the visit is",
        "lone_working": "whether you will be alone",
        "ppe": "whether you will need protective equipment",
        "purpose": "what the visit is for",
        "lone_working_plan": "who knows where you are",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        return Layout(
            Checkboxes("household"),
            Radios("purpose_kind", reveal={VisitPurpose.OTHER: ["purpose"]}),
            Radios("urgency"),
            Radios("lone_working", reveal={"yes": ["lone_working_plan"]}),
            Radios("ppe", reveal={"yes": [Text(name, width=2) for name in PPE_FIELDS]}),
            "alternatives_considered",
            "token",
        )

    def _items(self, start: str) -> dict[str, int]:
        if self.cleaned_data.get("ppe") != "yes":
            return {}
        found = {str(kind): self.cleaned_data.get(f"{start}_{kind}") or 0 for kind in Ppe}
        return {kind: number for kind, number in found.items() if number}

    def answers(self) -> Answers:
        """What was answered; a hidden answer of an earlier choice is not an answer."""
        given = self.cleaned_data
        alone = given.get("lone_working") == "yes"
        other = given.get("purpose_kind") == VisitPurpose.OTHER
        return Answers(
            household=frozenset(given.get("household") or ()),
            purpose_kind=given.get("purpose_kind") or "",
            purpose=(given.get("purpose") or "") if other else "",
            urgency=given.get("urgency") or "",
            lone_working=alone,
            lone_working_plan=(given.get("lone_working_plan") or "") if alone else "",
            ppe_needed=self._items("ppe_needed"),
            ppe_available=self._items("ppe_available"),
            alternatives_considered=given.get("alternatives_considered") or "",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for fault in assessment_rules.answer_faults(self.answers()):
            # A field that is faulty by itself has its message.
            if fault.field not in self.errors:
                as_error(self, fault)
        if cleaned.get("ppe") == "yes" and not self._items("ppe_needed") and not self._wrong_numbers():
            self.add_error(f"ppe_needed_{Ppe.MASK}", "Enter how many items you need of at least one kind")
        return cleaned

    def _wrong_numbers(self) -> bool:
        return any(name in self.errors for name in PPE_FIELDS)

    def carried(self) -> list[BoundField]:
        """The answers, to be carried along unseen."""
        return [self[name] for name in self.fields]


class ResultForm(GovukForm):
    """What the worker will do, having read what the answers lead to."""

    result = forms.ChoiceField(
        label="What will you do?", widget=forms.RadioSelect, choices=AssessmentResult.choices
    )
    result_reason = LongTextField(
        label="If you choose another result, why?", required=False, rows=3, max_length=REASON_LENGTH
    )
    # The proposal that the worker read.
    read = forms.ChoiceField(widget=forms.HiddenInput, choices=AssessmentResult.choices)
    subjects = {"result": "what you will do"}

    def __init__(self, *args: Any, proposed: str, **kwargs: Any) -> None:
        self.proposed = proposed
        kwargs["initial"] = {"result": proposed, "read": proposed}
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        return Layout(
            Radios("result", hints={self.proposed: "This is what your answers lead to"}),
            "result_reason",
            "read",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "result" in cleaned and "result_reason" in cleaned:
            try:
                assessment_rules.chosen(self.proposed, cleaned["result"], cleaned["result_reason"])
            except Refusal as refusal:
                as_error(self, refusal)
        return cleaned


class PpeWeeksForm(GovukForm):
    """How many weeks the table of protective equipment reaches back."""

    weeks = forms.ChoiceField(
        label="Weeks",
        required=False,
        choices=(("4", "The last 4 weeks"), ("13", "The last 13 weeks"), ("52", "The last 52 weeks")),
    )

    def chosen(self) -> int:
        """4 where the address asks for what is not offered."""
        return int(self.cleaned_data["weeks"] or 4) if self.is_bound and self.is_valid() else 4
