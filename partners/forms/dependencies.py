"""Forms of dependencies between organisations."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from partners.constants import DependencyState
from partners.forms.base import OnceForm, VersionForm
from partners.forms.plans import NO_CHILDREN
from partners.models import Organisation
from partners.rules.plans import WORDS_LENGTH, DependencyDraft
from safeguarding.kernel.govuk import GovukDateField, LongTextField


class AskForm(OnceForm):
    on_organisation = forms.ChoiceField(label="Whom does the plan rely on?")
    what = LongTextField(
        label="What does it rely on them for?", rows=3, max_length=WORDS_LENGTH, help_text=NO_CHILDREN
    )
    needed_by = GovukDateField(
        label="By when is it needed? (optional)", hint="For example, 27 9 2020", required=False
    )
    subjects = {
        "on_organisation": "whom the plan relies on",
        "what": "what the plan relies on",
        "needed_by": "day by which it is needed",
    }
    field_order = ("on_organisation", "what", "needed_by", "token")

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        self.organisations = {str(one.uid): one for one in organisations}
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["on_organisation"])
        field.choices = [
            ("", "Select an organisation"),
            *((uid, one.name) for uid, one in self.organisations.items()),
        ]

    def organisation(self) -> Organisation:
        """Of a form that is valid."""
        return self.organisations[self.cleaned_data["on_organisation"]]

    def draft(self) -> DependencyDraft:
        """Of a form that is valid."""
        return DependencyDraft(self.cleaned_data["what"], self.cleaned_data["needed_by"])


class AnswerForm(VersionForm):
    state = forms.ChoiceField(
        label="Can your organisation meet this?",
        widget=forms.RadioSelect,
        choices=(
            (DependencyState.CONFIRMED, "Yes, we confirm it"),
            (DependencyState.REFUSED, "No, it cannot be met"),
        ),
    )
    answer = LongTextField(
        label="What do you say to them? (needed where it cannot be met)",
        rows=3,
        max_length=WORDS_LENGTH,
        required=False,
        help_text=NO_CHILDREN,
    )
    subjects = {"state": "whether your organisation can meet this", "answer": "why it cannot be met"}
    field_order = ("state", "answer", "version")
