"""Forms of public versions."""

from django import forms

from riskregister.rules.releases import REASON_LENGTH
from safeguarding.kernel.govuk import GovukForm, LongTextField


class ReleaseForm(GovukForm):
    """The one who releases says what they have done."""

    read = forms.BooleanField(
        label="I have read the public version to its end",
        error_messages={"required": "Read the public version to its end, then say so"},
    )


class ReasonForm(GovukForm):
    reason = LongTextField(
        label="Why?",
        max_length=REASON_LENGTH,
        rows=4,
        help_text="Do not write children’s names, dates of birth or references.",
        error_messages={"required": "Enter the reason"},
    )
