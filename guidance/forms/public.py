"""What narrows the public list."""

from django import forms

from guidance.constants import Audience
from safeguarding.kernel.govuk import GovukForm


class PublicGuidanceForm(GovukForm):
    audience = forms.ChoiceField(label="For", required=False, choices=[("", "Everybody"), *Audience.choices])

    def chosen(self) -> str:
        """A code of Audience; "" for everybody, and of an address that was tampered with."""
        return self.cleaned_data["audience"] if self.is_bound and self.is_valid() else ""
