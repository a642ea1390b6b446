"""Forms of what guidance reaches, and of actions that come from it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from guidance.forms.base import NO_NAMES, OnceForm, ScreenedForm, VersionForm, offer
from guidance.rules.practice import LOOK_LENGTH
from partners.constants import Priority
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios

Named = Iterable[tuple[Any, str]]
_TITLE_LENGTH = 200
_TEXT_LENGTH = 4000


class LinkForm(GovukForm):
    """One thing that the guidance reaches: its kind, then which."""

    kind = forms.ChoiceField(label="What does it reach?", widget=forms.RadioSelect)
    subjects = {"kind": "what it reaches"}

    def __init__(self, *args: Any, targets: dict[str, tuple[str, list[tuple[str, str]]]], **kwargs: Any):
        """`targets`: by kind, its words and what of it may be linked."""
        super().__init__(*args, **kwargs)
        offer(self, "kind", [(kind, label) for kind, (label, _) in targets.items()])
        for kind, (label, choices) in targets.items():
            field = forms.ChoiceField(label=f"Which {label[0].lower()}{label[1:]}?", required=False)
            self.fields[f"target_{kind}"] = field
            offer(self, f"target_{kind}", choices, "Select one")
        reveal = {kind: [f"target_{kind}"] for kind in targets}
        self.helper.layout = Layout(Radios("kind", reveal=reveal))

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        kind = answers.get("kind")
        if kind and not answers.get(f"target_{kind}"):
            self.add_error(f"target_{kind}", "Select what it reaches")
        return answers

    def target(self) -> tuple[str, str]:
        """Kind and target of a form that is valid."""
        kind = self.cleaned_data["kind"]
        return kind, self.cleaned_data[f"target_{kind}"]


class LookForm(ScreenedForm):
    words = LongTextField(
        label="What did you find?",
        rows=4,
        max_length=LOOK_LENGTH,
        help_text=f"What was changed, or why nothing has to be. {NO_NAMES}",
    )
    subjects = {"words": "what you found"}
    field_order = ("words", "names_no_child")


class CloseForm(VersionForm):
    """Nothing is asked: what shows it stands on the page."""


class ActionForm(ScreenedForm, OnceForm):
    title = forms.CharField(label="What is to be done, in a few words", max_length=_TITLE_LENGTH)
    what = LongTextField(
        label="More about it (optional)",
        required=False,
        rows=3,
        max_length=_TEXT_LENGTH,
        help_text=f"How will one see that it is done? {NO_NAMES}",
    )
    organisation = forms.ChoiceField(label="Which organisation does it?")
    owner = forms.ChoiceField(label="Who owns it?", required=False)
    priority = forms.ChoiceField(
        label="Priority", widget=forms.RadioSelect, choices=Priority.choices, initial=Priority.NORMAL
    )
    due_on = GovukDateField(label="By which day?", hint="For example, 27 3 2021")
    subjects = {
        "title": "what is to be done",
        "organisation": "the organisation",
        "priority": "the priority",
        "due_on": "day by which it is to be done",
    }
    field_order = ("title", "what", "organisation", "owner", "priority", "due_on", "token", "names_no_child")

    def __init__(self, *args: Any, organisations: Named, owners: Named, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations, "Select one")
        offer(self, "owner", owners, "Nobody yet: the organisation’s lead is asked")

    def owner_uid(self) -> UUID | None:
        chosen = self.cleaned_data["owner"]
        return UUID(chosen) if chosen else None


class PracticeForm(GovukForm):
    """What narrows the list of what was told. Codes only: it travels in the address."""

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "Told, not shown"),
            ("unasked", "No question asks about it"),
            ("shown", "Shown"),
            ("all", "All that was issued"),
        ],
    )

    def chosen(self) -> str:
        """What was chosen; of an address that was tampered with: nothing."""
        return self.cleaned_data["show"] if self.is_bound and self.is_valid() else ""
