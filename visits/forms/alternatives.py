"""Forms of contacts that were not face to face."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms

from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios
from visits.constants import REASON_LENGTH
from visits.constants.oversight import Quality, SeenAlone, WhyNotFaceToFace
from visits.forms.records import STALE_FORM, VersionForm, as_error
from visits.models import AlternativeRecord, Visit
from visits.rules import alternatives as alternative_rules
from visits.rules.alternatives import (
    LEARNED_LENGTH,
    MODES,
    PRIVATE_LENGTH,
    WHO_LENGTH,
    WHY_LENGTH,
    AlternativeDraft,
)

# A period in the list and the file reaches over so many days at most.
PERIOD_MOST = 366


class _AlternativeFields(GovukForm):
    """The questions about an alternative, answered as `AlternativeDraft`."""

    visit_date = GovukDateField(label="Date of the contact", hint="For example, 27 3 2020")
    method = forms.ChoiceField(
        label="How was the contact made?",
        widget=forms.RadioSelect,
        choices=[(mode, mode.label) for mode in MODES],
    )
    why = forms.ChoiceField(
        label="Why was the child not visited face to face?",
        widget=forms.RadioSelect,
        choices=WhyNotFaceToFace.choices,
    )
    why_more = LongTextField(
        label="More about the reason (optional)",
        required=False,
        rows=2,
        max_length=WHY_LENGTH,
        help_text="Needed for another reason. No names, addresses or health details of one person.",
    )
    who = forms.CharField(
        label="Who took part?",
        required=False,
        max_length=WHO_LENGTH,
        help_text="By relation to the child, never by name. For example, the child, mother, older brother",
    )
    quality = forms.ChoiceField(
        label="Was the child seen and heard?", widget=forms.RadioSelect, choices=Quality.choices
    )
    seen_alone = forms.ChoiceField(
        label="Did you speak to the child in private?",
        widget=forms.RadioSelect,
        choices=SeenAlone.choices,
        help_text="Regulation 29 asks for it at each visit, and names these three reasons for not doing so.",
    )
    private = forms.CharField(
        label="Could others hear or see?",
        required=False,
        max_length=PRIVATE_LENGTH,
        help_text="For example, the child wore headphones and the door was closed",
    )
    learned = LongTextField(
        label="What did you learn?",
        required=False,
        max_length=LEARNED_LENGTH,
        help_text="Do not write names, addresses or dates of birth. They stay in the case system.",
    )
    next_contact_on = GovukDateField(label="Date of the next contact", hint="For example, 6 4 2020")
    subjects = {
        "visit_date": "date of the contact",
        "method": "how the contact was made",
        "why": "why the child was not visited face to face",
        "why_more": "the reason",
        "who": "who took part",
        "quality": "whether the child was seen and heard",
        "seen_alone": "whether you spoke to the child in private",
        "private": "whether others could hear or see",
        "learned": "what you learned",
        "next_contact_on": "date of the next contact",
    }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def questions(self) -> list[Any]:
        return [
            "visit_date",
            Radios("method", hints={"doorstep": "In person, outside the home"}),
            Radios("why"),
            "why_more",
            "who",
            Radios("quality"),
            Radios("seen_alone"),
            "private",
            "learned",
            "next_contact_on",
        ]

    def draft(self) -> AlternativeDraft:
        """What was answered, of a form that is valid."""
        return AlternativeDraft(
            **{name: self.cleaned_data[name] for name in AlternativeDraft.__dataclass_fields__}
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # With the dates or choices open the other faults are told all the same.
        given: dict[str, Any] = {
            name: "" if cleaned.get(name) is None else cleaned[name]
            for name in AlternativeDraft.__dataclass_fields__
        }
        for name in ("visit_date", "next_contact_on"):
            given[name] = given[name] or self.today
        # Whether the law of the day asks for words the service knows, which reads the child's plans.
        faults = alternative_rules.alternative_faults(
            AlternativeDraft(**given), today=self.today, reason_in_words=False
        )
        for fault in faults:
            if fault.field not in self.errors:
                as_error(self, fault)
        return cleaned


class RecordAlternativeForm(_AlternativeFields):
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        return Layout(*self.questions(), "token")


class WriteAlternativeForm(_AlternativeFields, VersionForm):
    """The record of a visit that is there already: to complete, or to correct."""

    reason = LongTextField(
        label="Why are you changing this record?",
        required=False,
        rows=3,
        max_length=REASON_LENGTH,
        help_text="What was there before is kept and shown with this reason.",
    )

    def __init__(
        self, *args: Any, visit: Visit, record: AlternativeRecord | None, reason_asked: bool, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {
            "visit_date": visit.visit_date,
            "method": visit.method,
            "version": visit.version,
            # What an import or the plan had to say is not lost when the record is written.
            "learned": visit.note,
        }
        if record:
            initial |= {name: getattr(record, name) for name in alternative_rules.DETAILS}
        kwargs["initial"] = initial
        self.reason_asked = reason_asked
        super().__init__(*args, **kwargs)
        if not reason_asked:
            self.fields["reason"].label = "Why are you changing this record? (optional)"

    def build_layout(self) -> Layout:
        return Layout(*self.questions(), *(["reason"] if self.reason_asked else []), "version")


class PeriodForm(GovukForm):
    """The days of a list or a file, both included."""

    first = GovukDateField(label="From", subject="first day", required=False)
    last = GovukDateField(label="To", subject="last day", required=False)

    def __init__(self, *args: Any, default: tuple[date, date], **kwargs: Any) -> None:
        self.default = default
        kwargs["initial"] = dict(zip(("first", "last"), default, strict=True))
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if "first" in self.errors or "last" in self.errors:
            return cleaned
        if (first is None) != (last is None):
            self.add_error("last" if first else "first", "Enter both days, or neither")
        elif first and last and last < first:
            self.add_error("last", "The last day must be on or after the first day")
        elif first and last and last - first > timedelta(days=PERIOD_MOST):
            self.add_error("last", "The last day must be within a year of the first day")
        return cleaned

    def days(self) -> tuple[date, date]:
        """The days asked for; the default where there are none, or none that make sense."""
        if self.is_bound and self.is_valid() and self.cleaned_data.get("first"):
            return self.cleaned_data["first"], self.cleaned_data["last"]
        return self.default
