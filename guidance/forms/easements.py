"""Forms of easements."""

from typing import Any

from django import forms

from guidance.constants import LocalDecision, RuleKey, RuleTerms, TouchedDuty
from guidance.facts.easements import EasementEntry
from guidance.forms.base import NO_NAMES, OnceForm, ScreenedForm, VersionForm
from guidance.rules import easements as rules
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios

_FIRST_DAY_AFTER = "The first day on which it no longer holds. For example, 25 9 2020"


class EasementForm(ScreenedForm, OnceForm):
    """What is recorded of an easement, answered as an `EasementEntry`."""

    title = forms.CharField(label="What is it called here?", max_length=rules.TITLE_LENGTH)
    instrument = forms.CharField(
        label="Which regulations, notice or Act is it in?",
        max_length=rules.INSTRUMENT_LENGTH,
        help_text="For example, SI 2020/445",
    )
    provision = forms.CharField(
        label="Which part of it?", required=False, max_length=rules.INSTRUMENT_LENGTH,
        help_text="For example, regulation 8",
    )  # fmt: skip
    duty = forms.ChoiceField(
        label="Which duty does it ease?", choices=[("", "Select one"), *TouchedDuty.choices]
    )
    what_changes = LongTextField(
        label="What may be done while it holds?", rows=4, max_length=rules.TEXT_LENGTH, help_text=NO_NAMES
    )
    normally = LongTextField(
        label="What is done when it does not hold?", rows=4, max_length=rules.TEXT_LENGTH, help_text=NO_NAMES
    )
    effective_from = GovukDateField(label="From which day does it hold?", hint="For example, 24 4 2020")
    effective_until = GovukDateField(
        label="When does it end?", required=False,
        hint=f"{_FIRST_DAY_AFTER}. Leave it empty if no end is set",
    )  # fmt: skip
    rule = forms.ChoiceField(
        label="Which rule of this service does it change?",
        required=False,
        choices=[("", "None"), *RuleKey.choices],
        help_text="Whether such a visit was lawful then follows this easement, by the day of the visit",
    )
    terms = forms.ChoiceField(
        label="How does it change that rule?",
        required=False,
        widget=forms.RadioSelect,
        choices=RuleTerms.choices,
        help_text="Only where it changes a rule",
    )
    source = forms.CharField(label="Where can this be read?", max_length=rules.SOURCE_LENGTH)
    subjects = {
        "title": "what it is called here",
        "instrument": "the regulations, notice or Act",
        "duty": "the duty that it eases",
        "what_changes": "what may be done while it holds",
        "normally": "what is done when it does not hold",
        "effective_from": "day from which it holds",
        "effective_until": "first day on which it no longer holds",
        "source": "where this can be read",
    }
    field_order = (
        "title", "instrument", "provision", "duty", "what_changes", "normally", "effective_from",
        "effective_until", "rule", "terms", "source", "token", "names_no_child",
    )  # fmt: skip

    def entry(self) -> EasementEntry:
        """Of a form that is valid."""
        return EasementEntry(**{name: self.cleaned_data[name] for name in EasementEntry.__dataclass_fields__})


class AmendForm(VersionForm):
    effective_until = GovukDateField(
        label="When does it end?", required=False,
        hint=f"{_FIRST_DAY_AFTER}. Leave it empty if no end is set",
    )  # fmt: skip
    reason = LongTextField(
        label="Why?", rows=3, max_length=rules.REASON_LENGTH,
        help_text="For example, it was extended, and by what. " + NO_NAMES,
    )  # fmt: skip
    subjects = {"reason": "why its end changes", "effective_until": "first day on which it no longer holds"}
    field_order = ("effective_until", "reason", "version")


class DecideForm(ScreenedForm, VersionForm):
    decision = forms.ChoiceField(
        label="Is it used here?",
        widget=forms.RadioSelect,
        choices=[one for one in LocalDecision.choices if one[0] != LocalDecision.PENDING],
    )
    words = LongTextField(
        label="Why, and within which limits?", rows=4, max_length=rules.TEXT_LENGTH, help_text=NO_NAMES
    )
    subjects = {"decision": "whether it is used here", "words": "why, and within which limits"}

    def build_layout(self) -> Layout:
        hints = {LocalDecision.LIMITED: "Say below within which limits"}
        return self.with_box(Radios("decision", hints=hints), "words", "version")


class OnForm(GovukForm):
    """The day that is looked at. It travels in the address."""

    on = forms.DateField(
        label="What returns to normal on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def chosen(self) -> Any:
        """The day; None where none, or no day, was asked for."""
        return self.cleaned_data["on"] if self.is_bound and self.is_valid() else None
