"""Forms of controls."""

from collections.abc import Iterable
from typing import Any

from django import forms

from riskregister.constants import Assurance, ControlState
from riskregister.forms.base import NO_NAMES, OnceForm, VersionForm, offer
from riskregister.rules.register import TEXT_LENGTH
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios

CONTROL_LENGTH = 400


class ControlForm(GovukForm):
    text = LongTextField(
        label="What is the control?",
        rows=2,
        max_length=CONTROL_LENGTH,
        help_text=f"What makes the risk less likely, or the harm less. {NO_NAMES}",
    )
    organisation = forms.ChoiceField(label="Who runs it? (optional)", required=False)
    state = forms.ChoiceField(
        label="Is it in place?",
        widget=forms.RadioSelect,
        choices=ControlState.choices,
        initial=ControlState.IN_PLACE,
    )
    assurance = forms.ChoiceField(
        label="How is it known that it works?", widget=forms.RadioSelect, choices=Assurance.choices
    )
    proof = LongTextField(
        label="What shows that it works?",
        rows=3,
        max_length=TEXT_LENGTH,
        required=False,
        help_text=f"Needed where it is shown or tested. {NO_NAMES}",
    )
    proof_on = GovukDateField(label="When was that last seen?", hint="For example, 27 3 2020", required=False)
    subjects = {
        "text": "what the control is",
        "state": "whether it is in place",
        "assurance": "how it is known that it works",
        "proof": "what shows that it works",
        "proof_on": "day on which that was last seen",
    }

    def __init__(self, *args: Any, organisations: Iterable[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations, "Nobody in particular")

    def build_layout(self) -> Layout:
        last = [name for name in ("version", "token") if name in self.fields]
        return Layout(
            "text", "organisation", Radios("state"), Radios("assurance"), "proof", "proof_on", *last
        )

    def values(self) -> dict[str, Any]:
        """As services.register.save_control takes them, but for the organisation."""
        return {name: self.cleaned_data[name] for name in ("text", "state", "assurance", "proof", "proof_on")}


class AddControlForm(ControlForm, OnceForm):
    pass


class EditControlForm(ControlForm, VersionForm):
    pass
