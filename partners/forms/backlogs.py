"""Forms of backlogs and their counts."""

from decimal import Decimal

from django import forms

from partners.constants import BacklogKind
from partners.forms.base import OnceForm, VersionForm
from partners.forms.plans import NO_CHILDREN
from partners.rules.backlogs import LARGEST, NAME_LENGTH, UNIT_LENGTH, CountDraft
from partners.rules.plans import WORDS_LENGTH
from safeguarding.kernel.govuk import (
    GovukDateField,
    GovukForm,
    Layout,
    LongTextField,
    Text,
)


class AddBacklogForm(OnceForm):
    kind = forms.ChoiceField(
        label="What kind of backlog is it?", widget=forms.RadioSelect, choices=BacklogKind.choices
    )
    name = forms.CharField(
        label="What is it called?",
        max_length=NAME_LENGTH,
        help_text="For example, care proceedings that wait for a hearing",
    )
    unit = forms.CharField(
        label="What is counted?", max_length=UNIT_LENGTH, help_text="For example, cases, children or reviews"
    )
    national = forms.ChoiceField(
        label="Can the partnership clear it by itself?",
        widget=forms.RadioSelect,
        choices=(
            ("local", "Yes, it is local"),
            ("national", "No, it hangs on something national"),
        ),
    )
    subjects = {
        "kind": "what kind of backlog it is",
        "name": "what the backlog is called",
        "unit": "what is counted",
        "national": "whether the partnership can clear it",
    }
    field_order = ("kind", "name", "unit", "national", "token")


def _number(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=LARGEST)


class CountForm(OnceForm):
    period_start = GovukDateField(label="First day of the period", hint="For example, 27 3 2020")
    period_end = GovukDateField(label="Last day of the period")
    before = _number("How many waited at the start?")
    came_in = _number("How many came in?")
    went_out = _number("How many were cleared?")
    stock = _number("How many wait at the end?")
    correction_reason = LongTextField(
        label="If this corrects an earlier count, why? (optional)",
        rows=2,
        max_length=WORDS_LENGTH,
        required=False,
        help_text=NO_CHILDREN,
    )
    subjects = {
        "period_start": "first day of the period",
        "period_end": "last day of the period",
        "before": "how many waited at the start",
        "came_in": "how many came in",
        "went_out": "how many were cleared",
        "stock": "how many wait at the end",
        "correction_reason": "why the count is corrected",
    }

    def build_layout(self) -> Layout:
        numbers = [Text(name, width=5) for name in ("before", "came_in", "went_out", "stock")]
        return Layout("period_start", "period_end", *numbers, "correction_reason", "token")

    def draft(self) -> CountDraft:
        """Of a form that is valid."""
        names = ("period_start", "period_end", "before", "came_in", "went_out", "stock", "correction_reason")
        return CountDraft(**{name: self.cleaned_data[name] for name in names})


class CloseBacklogForm(VersionForm):
    reason = LongTextField(
        label="Why is the backlog closed?",
        rows=3,
        max_length=WORDS_LENGTH,
        help_text="For example, cleared, or counted with another one from now on",
        error_messages={"required": "Enter why the backlog is closed"},
    )
    field_order = ("reason", "version")


class BaselineForm(GovukForm):
    """A baseline, to read what each scenario makes of it."""

    baseline = forms.DecimalField(
        label="Usual demand, in any unit",
        help_text="For example, 240 referrals a month: enter 240",
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        required=False,
    )
    subjects = {"baseline": "usual demand"}

    def build_layout(self) -> Layout:
        return Layout(Text("baseline", width=10))
