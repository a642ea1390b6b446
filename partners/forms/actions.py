"""Forms of actions."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from partners.constants import ActionState, EvidenceKind, Priority, SlipReason, SourceKind
from partners.forms.base import OnceForm, VersionForm
from partners.forms.concerns import offer
from partners.forms.screened import NO_NAMES, ScreenedForm
from partners.rules.actions import REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, Finish
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios

Named = Iterable[tuple[UUID, str]]
_LEAD = "Nobody yet: the organisation’s lead is asked"


class AddActionForm(ScreenedForm, OnceForm):
    title = forms.CharField(
        label="What is to be done, in a few words", max_length=TITLE_LENGTH, help_text=NO_NAMES
    )
    what = LongTextField(
        label="More about it (optional)",
        required=False,
        rows=3,
        max_length=TEXT_LENGTH,
        help_text="How will one see that it is done?",
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
        organisations = list(organisations)
        if len(organisations) == 1:
            kwargs["initial"] = {"organisation": str(organisations[0][0]), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations, "Select one")
        offer(self, "owner", owners, _LEAD)

    def build_layout(self) -> Layout:
        hints = {Priority.HIGH: "Somebody of another organisation must verify that it is done"}
        return self.with_box(
            "title", "what", "organisation", "owner", Radios("priority", hints=hints), "due_on", "token"
        )


class SlipForm(VersionForm):
    due_on = GovukDateField(label="New due date", hint="For example, 27 3 2021")
    reason_code = forms.ChoiceField(
        label="Why does the date move?", widget=forms.RadioSelect, choices=SlipReason.choices
    )
    reason = LongTextField(
        label="What happened, and what makes the new date hold?",
        rows=3,
        max_length=REASON_LENGTH,
        help_text=NO_NAMES,
    )
    subjects = {
        "due_on": "new due date",
        "reason_code": "why the date moves",
        "reason": "what happened",
    }
    field_order = ("due_on", "reason_code", "reason", "version")


class FinishForm(ScreenedForm, VersionForm):
    done_on = GovukDateField(label="When was it done?", hint="For example, 27 3 2021")
    evidence_text = LongTextField(
        label="What shows that it is done?",
        max_length=TEXT_LENGTH,
        help_text=f"Who looks at it must be able to find it. If a file shows it, say which. {NO_NAMES}",
    )
    changed_for_children = LongTextField(
        label="What is different for children?", rows=3, required=False, max_length=TEXT_LENGTH
    )
    evidence_kind = forms.ChoiceField(
        label="How do you know what is different?",
        required=False,
        widget=forms.RadioSelect,
        choices=EvidenceKind.choices,
    )
    subjects = {
        "done_on": "day on which it was done",
        "evidence_text": "what shows that it is done",
        "changed_for_children": "what is different for children",
        "evidence_kind": "how you know",
    }
    field_order = (
        "done_on", "evidence_text", "changed_for_children", "evidence_kind", "version", "names_no_child",
    )  # fmt: skip

    def __init__(self, *args: Any, high: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not high:
            for name in ("changed_for_children", "evidence_kind"):
                self.fields[name].label = f"{self.fields[name].label} (optional)"

    def given(self) -> dict[str, Any]:
        """Of a form that is valid: what the service takes."""
        answers = self.cleaned_data
        names = ("done_on", "evidence_text", "changed_for_children", "evidence_kind")
        return {
            "given": Finish(**{name: answers[name] for name in names}),
            "names_no_child": answers["names_no_child"],
        }


class ActionReasonForm(VersionForm):
    """A reason for opening again or withdrawing."""

    reason = LongTextField(label="Why?", rows=3, max_length=REASON_LENGTH, help_text=NO_NAMES)
    subjects = {"reason": "why"}
    field_order = ("reason", "version")


class ReassignForm(VersionForm):
    owner = forms.ChoiceField(label="Who takes it on?", required=False)
    reason = LongTextField(label="Why?", rows=3, max_length=REASON_LENGTH, help_text=NO_NAMES)
    subjects = {"owner": "who takes it on", "reason": "why somebody else takes it on"}
    field_order = ("owner", "reason", "version")

    def __init__(self, *args: Any, owners: Named, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", owners, _LEAD)


class ActionsForm(GovukForm):
    """What narrows the list of every action. Codes only: it travels in the address."""

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Open"), ("overdue", "Overdue"), ("all", "All"), *ActionState.choices[1:]],
    )
    source = forms.ChoiceField(
        label="Comes from", required=False, choices=[("", "Anything"), *SourceKind.choices]
    )
    organisation = forms.ChoiceField(label="Organisation", required=False)

    def __init__(self, *args: Any, organisations: Named, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations, "Every organisation")

    def chosen(self) -> dict[str, str]:
        """What was chosen; of an address that was tampered with: nothing."""
        if not self.is_bound or not self.is_valid():
            return {"state": "", "source": "", "organisation": ""}
        return self.cleaned_data
