"""Forms of the monthly review."""

from typing import Any

from django import forms

from riskregister.constants import NARRATIVE_LENGTH, ReviewSection
from riskregister.forms.base import NO_NAMES, OnceForm, offer
from safeguarding.kernel.govuk import GovukForm, LongTextField
from safeguarding.kernel.periods import Month

_STALE = {
    "required": "Open the review again and read it anew",
    "invalid": "Open the review again and read it anew",
}


class CompileForm(GovukForm):
    """Which month is compiled."""

    month = forms.ChoiceField(label="Month", help_text="Months that are over and not published")
    subjects = {"month": "a month"}

    def __init__(self, *args: Any, months: list[Month], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "month", [(str(one), one.name) for one in months])


class SignForm(GovukForm):
    """An act on exactly the content that the person read."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages=_STALE)
    words = LongTextField(
        label="Is there anything to put on record with it?",
        max_length=NARRATIVE_LENGTH,
        required=False,
        rows=3,
        help_text=f"It is sealed with the review. {NO_NAMES}",
    )


class SendBackForm(GovukForm):
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages=_STALE)
    words = LongTextField(
        label="Why do you send it back?", max_length=NARRATIVE_LENGTH, rows=3, help_text=NO_NAMES
    )
    subjects = {"words": "why you send it back"}


class CorrectForm(GovukForm):
    reason = LongTextField(
        label="What is corrected, and why?",
        max_length=NARRATIVE_LENGTH,
        help_text=f"It stands on the corrected review. {NO_NAMES}",
    )
    subjects = {"reason": "what is corrected, and why"}


class NarrativeForm(GovukForm):
    """The coordinator's words beside a section; emptied, they are taken away."""

    section = forms.CharField(max_length=12, widget=forms.HiddenInput, error_messages=_STALE)
    number = forms.IntegerField(min_value=0, widget=forms.HiddenInput, error_messages=_STALE)
    text = LongTextField(
        label="Your comment beside this section",
        max_length=NARRATIVE_LENGTH,
        required=False,
        help_text=f"It is marked as the coordinator’s, and never changes what was worked out. {NO_NAMES}",
    )


class CommentForm(OnceForm):
    section = forms.ChoiceField(label="Section", choices=ReviewSection.choices)
    text = LongTextField(label="Your comment", max_length=NARRATIVE_LENGTH, help_text=NO_NAMES)
    subjects = {"section": "a section", "text": "your comment"}
