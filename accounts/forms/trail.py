"""The filter of the audit trail."""

import uuid
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from accounts.trail import Filters
from safeguarding.kernel.govuk import GovukDateField, GovukForm


class TrailForm(GovukForm):
    who = forms.CharField(label="Who", max_length=120, required=False, help_text="Name or email address")
    action = forms.ChoiceField(label="What", required=False)
    reference = forms.CharField(
        label="Record", max_length=36, required=False, help_text="The reference in the address of its page"
    )
    from_day = GovukDateField(label="From", required=False, subject="from date")
    until_day = GovukDateField(label="Until", required=False, subject="until date")

    def __init__(self, *args, actions: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        what: forms.ChoiceField = self.fields["action"]  # type: ignore[assignment]
        what.choices = [("", "Everything"), *actions]

    def clean_reference(self) -> uuid.UUID | None:
        text = self.cleaned_data["reference"]
        if not text:
            return None
        try:
            return uuid.UUID(text)
        except ValueError:
            raise ValidationError("Enter a reference like 0d9f6c1e-8a54-4f0a-9a43-2f6d1c2b3a4e") from None

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_day"), cleaned.get("until_day")
        if first and last and last < first:
            self.add_error("until_day", "Until date must be the same as or after the from date")
        if any(day and not date(1900, 1, 1) <= day <= date(2999, 12, 31) for day in (first, last)):
            self.add_error(None, "Enter dates between 1900 and 2999")
        return cleaned

    def filters(self) -> Filters:
        """What a valid form asks for; everything where nothing was filled in."""
        return Filters(**self.cleaned_data) if self.is_bound else Filters()
