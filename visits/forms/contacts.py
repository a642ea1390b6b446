"""Forms of virtual contact with the family."""

from typing import Any
from uuid import uuid4

from django import forms

from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios
from visits.constants import REASON_LENGTH
from visits.constants.oversight import ContactHeld
from visits.forms.records import STALE_FORM, VersionForm
from visits.rules.contacts import VIRTUAL, WITH_WHOM_LENGTH, ContactDraft


class ArrangeContactForm(GovukForm):
    with_whom = forms.CharField(
        label="With whom?",
        max_length=WITH_WHOM_LENGTH,
        help_text="The relation to the child, never a name. For example, mother and grandmother",
        error_messages={"required": "Enter with whom, by their relation to the child"},
    )
    method = forms.ChoiceField(
        label="How?", widget=forms.RadioSelect, choices=[(method.value, method.label) for method in VIRTUAL]
    )
    planned_on = GovukDateField(label="Planned date", hint="For example, 27 3 2020")
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)
    subjects = {"method": "how the contact is to be held", "planned_on": "planned date"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        return Layout("with_whom", Radios("method", inline=True), "planned_on", "token")

    def draft(self) -> ContactDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return ContactDraft(answers["with_whom"], answers["method"], answers["planned_on"])


class ContactOutcomeForm(VersionForm):
    held = forms.ChoiceField(
        label="What became of it?",
        widget=forms.RadioSelect,
        choices=[choice for choice in ContactHeld.choices if choice[0] != ContactHeld.ARRANGED],
    )
    why_not = LongTextField(
        label="If it was held in part or not held, why?",
        required=False,
        rows=3,
        max_length=REASON_LENGTH,
        help_text="For example, the connection failed, or the child did not want to. Do not write names",
    )
    subjects = {"held": "what became of the contact", "why_not": "why"}
    field_order = ("held", "why_not", "version")

    def build_layout(self) -> Layout:
        return Layout(Radios("held"), "why_not", "version")
