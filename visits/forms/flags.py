"""Forms of hazard flags."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms

from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios
from safeguarding.kernel.periods import Month
from visits.constants import REASON_LENGTH
from visits.facts.flags import FlagKindFact
from visits.forms.records import STALE_FORM, VersionForm
from visits.rules.flags import SOURCE_LENGTH, TOLD_LENGTH, FlagDates, FlagDraft

# Eight years: far enough back for the first months of the pandemic.
_MONTHS_OFFERED = 96
_NO_NAMES = "Do not write names, addresses or dates of birth. They stay in the case system."
_MONTHS_SHOWN = 6


def kind_hint(kind: FlagKindFact) -> str:
    """What of the days follows from the kind, and whether a manager must agree."""
    ends = f"Ends by itself after {kind.lasts_days} days. " if kind.lasts_days is not None else ""
    agrees = " Needs a manager’s agreement." if kind.needs_agreement else ""
    return f"{ends}Reviewed within {kind.review_days} days.{agrees}"


class RaiseFlagForm(GovukForm):
    """The questions about a new flag, answered as a kind's code and a `FlagDraft`."""

    kind = forms.ChoiceField(label="What does the flag say?", widget=forms.RadioSelect)
    reason = LongTextField(
        label="Why do you raise it?", rows=3, max_length=REASON_LENGTH, help_text=_NO_NAMES
    )
    source = forms.CharField(
        label="Where do you know this from?",
        max_length=SOURCE_LENGTH,
        help_text="For example, telephone call with the mother, or letter from the NHS",
    )
    starts_on = GovukDateField(label="From which day does it hold?", hint="For example, 27 3 2020")
    review_on = GovukDateField(
        label="Review date (optional)",
        hint="Leave empty for the latest day that the kind allows",
        required=False,
    )
    ends_on = GovukDateField(
        label="First day on which it no longer holds (optional)",
        hint="Leave empty for the kind’s own end. A flag without an end stands until a manager removes it",
        required=False,
    )
    told_family = forms.ChoiceField(
        label="Has the family been told?",
        widget=forms.RadioSelect,
        choices=(("yes", "Yes"), ("no", "Not yet")),
    )
    told_how = forms.CharField(label="How were they told?", required=False, max_length=TOLD_LENGTH)
    why_not_told = forms.CharField(label="Why not yet?", required=False, max_length=TOLD_LENGTH)
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)
    subjects = {
        "kind": "what the flag says",
        "reason": "why you raise the flag",
        "source": "where you know this from",
        "starts_on": "day from which it holds",
        "review_on": "review date",
        "ends_on": "day on which it no longer holds",
        "told_family": "whether the family has been told",
        "told_how": "how the family was told",
        "why_not_told": "why the family is not told yet",
    }

    def __init__(self, *args: Any, kinds: Sequence[FlagKindFact], **kwargs: Any) -> None:
        self.kinds = kinds
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["kind"])
        field.choices = [(kind.code, kind.name) for kind in kinds]

    def build_layout(self) -> Layout:
        hints = {kind.code: kind_hint(kind) for kind in self.kinds}
        reveal = {"yes": ["told_how"], "no": ["why_not_told"]}
        return Layout(
            Radios("kind", hints=hints),
            "reason",
            "source",
            "starts_on",
            "review_on",
            "ends_on",
            Radios("told_family", reveal=reveal),
            "token",
        )

    def draft(self) -> FlagDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        told = answers["told_family"] == "yes"
        return FlagDraft(
            reason=answers["reason"],
            source=answers["source"],
            starts_on=answers["starts_on"],
            told_family=told,
            # A hidden answer of an earlier choice is not an answer.
            told_family_how=answers["told_how" if told else "why_not_told"],
            review_on=answers["review_on"],
            ends_on=answers["ends_on"],
        )

    def field_of(self, name: str | None) -> str | None:
        """The question that a refusal about a draft's field belongs beside."""
        if name != "told_family_how":
            return name
        return "told_how" if self.cleaned_data.get("told_family") == "yes" else "why_not_told"


class ReviewFlagForm(VersionForm):
    reason = LongTextField(
        label="Why does the flag still stand?",
        rows=3,
        max_length=REASON_LENGTH,
        help_text=_NO_NAMES,
        error_messages={"required": "Enter why the flag still stands"},
    )
    review_on = GovukDateField(label="Next review date", hint="For example, 27 3 2020")
    ends_on = GovukDateField(
        label="First day on which it no longer holds (optional)",
        hint="Leave empty if it stands until a manager removes it",
        required=False,
    )
    told_family_how = forms.CharField(
        label="If the family has been told since, how? (optional)", required=False, max_length=TOLD_LENGTH
    )
    subjects = {
        "review_on": "next review date",
        "ends_on": "day on which it no longer holds",
        "told_family_how": "how the family was told",
    }
    field_order = ("reason", "review_on", "ends_on", "told_family_how", "version")

    def __init__(
        self, *args: Any, version: int, days: FlagDates, told: bool, must_end: bool, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"review_on": days.review_on, "ends_on": days.ends_on, "version": version}
        super().__init__(*args, **kwargs)
        if told:
            del self.fields["told_family_how"]
        if must_end:
            end = self.fields["ends_on"]
            end.required, end.label = True, "First day on which it no longer holds"
            end.help_text = "For example, 27 3 2020"
        self.helper.layout = self.build_layout()

    def dates(self) -> FlagDates:
        """Of a form that is valid."""
        return FlagDates(self.cleaned_data["review_on"], self.cleaned_data["ends_on"])


class ClearFlagForm(VersionForm):
    reason = LongTextField(
        label="Why do you remove this flag?",
        rows=3,
        max_length=REASON_LENGTH,
        help_text=_NO_NAMES,
        error_messages={"required": "Enter why you remove this flag"},
    )
    field_order = ("reason", "version")


class LastMonthForm(GovukForm):
    """The last of the months that a table of counts shows."""

    month = forms.ChoiceField(label="Months up to", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.latest = Month.of(today)
        recent = [self.latest.plus(-back) for back in range(_MONTHS_OFFERED)]
        field = cast(forms.ChoiceField, self.fields["month"])
        field.choices = [(str(month), month.name) for month in recent]

    def months(self) -> tuple[Month, Month]:
        """First and last; the latest ones where the address names none that is offered."""
        chosen = self.cleaned_data.get("month") if self.is_bound and self.is_valid() else ""
        last = Month.parse(chosen) if chosen else self.latest
        return last.plus(1 - _MONTHS_SHOWN), last
