"""The form that takes a file of records."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat

from safeguarding.kernel.govuk import GovukForm, Layout, Radios

KINDS = (("visits", "Visits"), ("plans", "Plans"), ("teams", "Teams"))
_HINTS = {
    "visits": "Columns visit_ref, child_ref, visit_date, method, status, child_seen and authorised",
    "plans": "Columns plan_ref, child_ref, plan_type, start_date, end_date, long_term and team_ref, with "
    "team_from if you have it",
    "teams": "Columns team_ref, name, service and locality",
}


def limit_words() -> str:
    """'50 MB'."""
    return filesizeformat(settings.IMPORT_PAGE_MAX_BYTES).replace(".0", "")


class ImportForm(GovukForm):
    kind = forms.ChoiceField(label="What does the file hold?", widget=forms.RadioSelect, choices=KINDS)
    file = forms.FileField(label="Choose a CSV file")
    subjects = {"kind": "what the file holds", "file": "a CSV file"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = f"In UTF-8, up to {limit_words()}"

    def build_layout(self) -> Layout:
        return Layout(Radios("kind", hints=_HINTS), "file")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_PAGE_MAX_BYTES:
            raise forms.ValidationError(
                f"The file must be smaller than {limit_words()}. Split it into parts."
            )
        return file
