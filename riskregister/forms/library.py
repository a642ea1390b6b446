"""What narrows the library."""

from typing import Any

from django import forms

from riskregister.constants import RiskTheme
from riskregister.forms.base import offer
from safeguarding.kernel.govuk import GovukForm


class LibraryForm(GovukForm):
    emergency = forms.ChoiceField(label="Emergency", required=False)
    theme = forms.ChoiceField(label="About", required=False, choices=[("", "Anything"), *RiskTheme.choices])

    def __init__(self, *args: Any, emergencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "emergency", emergencies, "Any")

    def chosen(self) -> dict[str, str]:
        """What was chosen; of an address that was tampered with: nothing."""
        return self.cleaned_data if self.is_bound and self.is_valid() else {"emergency": "", "theme": ""}
