"""Forms of concerns and successes."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django import forms

from partners.constants import Breadth, ConcernKind, ConcernState, EvidenceKind, Severity, Theme
from partners.facts.concerns import ConcernDraft
from partners.forms.base import OnceForm, VersionForm
from partners.forms.screened import NO_NAMES, ScreenedForm
from partners.rules.concerns import CLOCK_WORKING_DAYS, REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios

Named = Iterable[tuple[UUID, str]]
_CLOCKS = {code: f"An answer is owed within {days} working days" for code, days in CLOCK_WORKING_DAYS.items()}


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]], empty: str = "") -> None:
    """Sets the choices of a list; `empty`: what its first, empty line says."""
    first = [("", empty)] if empty else []
    cast(forms.ChoiceField, form.fields[name]).choices = [
        *first,
        *((str(code), label) for code, label in choices),
    ]


class RaiseConcernForm(ScreenedForm, OnceForm):
    """The questions about a concern or success, answered as a `ConcernDraft`."""

    kind = forms.ChoiceField(
        label="What do you raise?", widget=forms.RadioSelect, choices=ConcernKind.choices
    )
    severity = forms.ChoiceField(
        label="How serious is it?", required=False, widget=forms.RadioSelect, choices=Severity.choices
    )
    organisation = forms.ChoiceField(label="Whose is it?")
    title = forms.CharField(label="In a few words", max_length=TITLE_LENGTH)
    what = LongTextField(
        label="What do you see?",
        max_length=TEXT_LENGTH,
        help_text=f"Where, since when, and what it means for children. {NO_NAMES}",
    )
    theme = forms.ChoiceField(label="What is it about?", choices=[("", "Select one"), *Theme.choices])
    breadth = forms.ChoiceField(
        label="How far does it reach?", widget=forms.RadioSelect, choices=Breadth.choices
    )
    subjects = {
        "kind": "whether it is a concern or a success",
        "organisation": "the organisation",
        "title": "a short title",
        "what": "what you see",
        "theme": "what it is about",
        "breadth": "how far it reaches",
        "severity": "how serious it is",
    }
    field_order = (
        "kind", "severity", "organisation", "title", "what", "theme", "breadth", "token", "names_no_child",
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Named, must_name: bool, **kwargs: Any) -> None:
        organisations = list(organisations)
        if len(organisations) == 1 and must_name:
            kwargs["initial"] = {"organisation": str(organisations[0][0]), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if not organisations:
            del self.fields["organisation"]
            self.helper.layout = self.build_layout()
            return
        self.fields["organisation"].required = must_name
        empty = "Select one" if must_name else "No organisation in particular"
        offer(self, "organisation", organisations, empty)

    def build_layout(self) -> Layout:
        concern = Radios(
            "kind",
            hints={
                ConcernKind.CONCERN: "Something that may harm children or stop work with them",
                ConcernKind.SUCCESS: "Something that works and that others could do too",
            },
            reveal={ConcernKind.CONCERN: [Radios("severity", hints=_CLOCKS)]},
        )
        organisation = ["organisation"] if "organisation" in self.fields else []
        return self.with_box(concern, *organisation, "title", "what", "theme", Radios("breadth"), "token")

    def draft(self) -> ConcernDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        organisation = answers.get("organisation")
        return ConcernDraft(
            kind=answers["kind"],
            title=answers["title"],
            what=answers["what"],
            theme=answers["theme"],
            breadth=answers["breadth"],
            severity=answers["severity"],
            organisation=UUID(organisation) if organisation else None,
        )


class TriageForm(VersionForm):
    breadth = forms.ChoiceField(
        label="How far does it reach?", widget=forms.RadioSelect, choices=Breadth.choices
    )
    severity = forms.ChoiceField(
        label="How serious is it?", widget=forms.RadioSelect, choices=Severity.choices
    )
    owner = forms.ChoiceField(label="Who looks into it?")
    subjects = {
        "breadth": "how far it reaches",
        "severity": "how serious it is",
        "owner": "who looks into it",
    }

    def __init__(self, *args: Any, is_concern: bool, owners: Named, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_concern:
            offer(self, "owner", owners, "Select one")
        else:
            del self.fields["severity"], self.fields["owner"]
        self.helper.layout = self.build_layout()

    def build_layout(self) -> Layout:
        severity = [Radios("severity", hints=_CLOCKS)] if "severity" in self.fields else []
        owner = ["owner"] if "owner" in self.fields else []
        return Layout(Radios("breadth"), *severity, *owner, "version")


class ReasonForm(VersionForm):
    """A reason for declining or reopening."""

    reason = LongTextField(label="Why?", rows=3, max_length=REASON_LENGTH, help_text=NO_NAMES)
    subjects = {"reason": "why"}
    field_order = ("reason", "version")


class EscalateForm(ScreenedForm, VersionForm):
    reason = LongTextField(
        label="What is the board asked, and why now?", rows=4, max_length=REASON_LENGTH, help_text=NO_NAMES
    )
    answer_by = GovukDateField(
        label="By which day must the board answer?", hint="By noon of that day. For example, 27 3 2021"
    )
    subjects = {"reason": "what the board is asked", "answer_by": "day by which the board must answer"}
    field_order = ("reason", "answer_by", "version", "names_no_child")


class AnswerForm(ScreenedForm, VersionForm):
    answer = LongTextField(
        label="What is done about it?",
        max_length=TEXT_LENGTH,
        help_text=f"If nothing is done, say why. {NO_NAMES}",
    )
    subjects = {"answer": "what is done about it"}
    field_order = ("answer", "version", "names_no_child")


class CloseForm(ScreenedForm, VersionForm):
    changed_for_children = LongTextField(
        label="What is different for children?",
        max_length=TEXT_LENGTH,
        help_text=f"If nothing is, say so and why it can be closed. {NO_NAMES}",
    )
    evidence_kind = forms.ChoiceField(
        label="How do you know?", widget=forms.RadioSelect, choices=EvidenceKind.choices
    )
    subjects = {"changed_for_children": "what is different for children", "evidence_kind": "how you know"}
    field_order = ("changed_for_children", "evidence_kind", "version", "names_no_child")


class ConcernsForm(GovukForm):
    """What narrows the list. Codes only: it travels in the address."""

    kind = forms.ChoiceField(
        label="Show", required=False, choices=[("", "Concerns and successes"), *ConcernKind.choices]
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[
            ("", "All that are open"),
            ("overdue", "Overdue"),
            ("all", "All, also closed"),
            *ConcernState.choices,
        ],
    )
    theme = forms.ChoiceField(label="About", required=False, choices=[("", "Anything"), *Theme.choices])

    def chosen(self) -> dict[str, str]:
        """What was chosen; of an address that was tampered with: nothing."""
        if not self.is_bound or not self.is_valid():
            return {"kind": "", "state": "", "theme": ""}
        return self.cleaned_data
