"""Forms that take a file."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from partners.forms.base import OnceForm
from partners.rules.files import KINDS_IN_WORDS
from safeguarding.kernel.govuk import GovukForm, Layout

NO_CHILDREN = "Do not send files with children’s names, dates of birth or references."
LIMIT_WORDS = "5 MB"


class EvidenceForm(OnceForm):
    """A file beside an answer of a return, or (without `questions`) beside an action."""

    question = forms.ChoiceField(label="Which question does the file belong to?")
    file = forms.FileField(
        label="Choose a file", help_text=f"{KINDS_IN_WORDS}, up to {LIMIT_WORDS}. {NO_CHILDREN}"
    )
    subjects = {"question": "the question", "file": "a file"}

    def __init__(self, *args: Any, questions: Sequence[tuple[str, str]] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if questions is None:
            del self.fields["question"]
        else:
            field = cast(forms.ChoiceField, self.fields["question"])
            field.choices = [("", "Select a question"), *questions]

    def build_layout(self) -> Layout:
        return Layout(*(["question"] if "question" in self.fields else []), "file", "token")


class WorkbookForm(GovukForm):
    file = forms.FileField(
        label="Choose the workbook that you have filled in",
        help_text=f"The Excel workbook of this return (.xlsx), up to {LIMIT_WORDS}. {NO_CHILDREN}",
    )
    subjects = {"file": "a workbook"}
