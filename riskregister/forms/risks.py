"""Forms of risks: what they say, their steps, and what narrows the list."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from partners.constants import Priority
from riskregister.constants import Band, Response, RiskState, RiskTheme, Rollup, SystemFunction
from riskregister.forms.base import NO_NAMES, OnceForm, VersionForm, offer
from riskregister.rules.register import TEXT_LENGTH, TITLE_LENGTH, RiskDraft
from riskregister.selectors.risks import Chosen
from safeguarding.kernel.govuk import (
    Checkboxes,
    GovukDateField,
    GovukForm,
    Layout,
    LongTextField,
    Radios,
    Text,
)

Named = Iterable[tuple[Any, str]]
OURS = "partnership"


class RiskForm(GovukForm):
    """The questions about a risk, answered as a `RiskDraft`."""

    title = forms.CharField(label="Title", max_length=TITLE_LENGTH, help_text=f"A few words. {NO_NAMES}")
    cause = LongTextField(
        label="Cause", rows=3, max_length=TEXT_LENGTH, help_text="What makes it possible, or more likely?"
    )
    event = LongTextField(label="Event", rows=3, max_length=TEXT_LENGTH, help_text="What may happen?")
    consequence = LongTextField(
        label="Consequence", rows=3, max_length=TEXT_LENGTH, help_text="What would it mean for children?"
    )
    theme = forms.ChoiceField(label="What is it about?", choices=[("", "Select one"), *RiskTheme.choices])
    functions = forms.MultipleChoiceField(
        label="Which functions of the local system does it touch?",
        widget=forms.CheckboxSelectMultiple,
        choices=[(code, f"{code}. {label}") for code, label in SystemFunction.choices],
        help_text="Working Together to Safeguard Children (2018), chapter 3. Select all that apply",
    )
    response = forms.ChoiceField(
        label="How does the partnership respond to it?",
        widget=forms.RadioSelect,
        choices=Response.choices,
        initial=Response.TREAT,
    )
    owner = forms.ChoiceField(label="Who answers for it? (optional)", required=False)
    owner_organisation = forms.ChoiceField(
        label="Which organisation answers for it? (optional)", required=False
    )
    rollup = forms.ChoiceField(
        label="How are partners’ own ratings put beside this one?",
        widget=forms.RadioSelect,
        choices=Rollup.choices,
        initial=Rollup.WORST,
    )
    restricted = forms.BooleanField(
        label="Leave this risk out of what is published",
        required=False,
        help_text="The board sees it. The public version of a review does not hold it",
    )
    subjects = {
        "title": "a short title",
        "cause": "the cause: what makes it possible",
        "event": "the event: what may happen",
        "consequence": "the consequence: what it would mean for children",
        "theme": "what the risk is about",
        "functions": "at least one function that the risk touches",
        "response": "how the partnership responds",
        "rollup": "how partners’ ratings are put beside it",
    }

    def __init__(self, *args: Any, people: Named, organisations: Named, ours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", people, "Nobody yet")
        offer(self, "owner_organisation", organisations, "None in particular")
        if not ours:
            del self.fields["rollup"]
        self.helper.layout = self.build_layout()

    def build_layout(self) -> Layout:
        hints = {
            Response.TREAT: "Do something so that it is less likely or hurts less",
            Response.TOLERATE: "Bear it as it is. The board must accept it",
            Response.TRANSFER: "Another organisation or register takes it on",
            Response.TERMINATE: "Stop doing what brings it about",
            Response.MONITOR: "Nothing more can be done locally. The board must accept it",
        }
        names = [name for name in ("title", "cause", "event", "consequence", "theme") if name in self.fields]
        rollup = [Radios("rollup")] if "rollup" in self.fields else []
        last = [name for name in ("whose", "version", "token") if name in self.fields and name != "whose"]
        whose = [Radios("whose")] if "whose" in self.fields else []
        return Layout(
            *whose,
            *names,
            Checkboxes("functions"),
            Radios("response", hints=hints),
            "owner",
            "owner_organisation",
            *rollup,
            "restricted",
            *last,
        )

    def draft(self) -> RiskDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return RiskDraft(
            title=answers["title"],
            cause=answers["cause"],
            event=answers["event"],
            consequence=answers["consequence"],
            theme=answers["theme"],
            functions=tuple(answers["functions"]),
            response=answers["response"],
            rollup=answers.get("rollup") or Rollup.WORST,
            restricted=answers["restricted"],
        )


class AddRiskForm(RiskForm, OnceForm):
    whose = forms.ChoiceField(label="Whose risk is it?", widget=forms.RadioSelect)
    subjects = {**RiskForm.subjects, "whose": "whose risk it is"}

    def __init__(self, *args: Any, whose: list[tuple[str, str]], **kwargs: Any) -> None:
        if len(whose) == 1:
            kwargs["initial"] = {"whose": whose[0][0], **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        offer(self, "whose", whose)


class EditRiskForm(RiskForm, VersionForm):
    pass


class CopyRiskForm(OnceForm):
    whose = forms.ChoiceField(label="Whose risk is it?", widget=forms.RadioSelect)
    subjects = {"whose": "whose risk it is"}

    def __init__(self, *args: Any, whose: list[tuple[str, str]], **kwargs: Any) -> None:
        if len(whose) == 1:
            kwargs["initial"] = {"whose": whose[0][0], **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        offer(self, "whose", whose)
        self.helper.layout = Layout(Radios("whose"), "token")


class OpenForm(VersionForm):
    """Nothing to fill in."""


class CloseForm(VersionForm):
    reason = LongTextField(
        label="Why is this risk closed?", rows=3, max_length=TEXT_LENGTH, help_text=NO_NAMES
    )
    changed = LongTextField(
        label="What is different for children, and how do we know?",
        max_length=TEXT_LENGTH,
        help_text=f"If nothing is, say so, and why it can be closed all the same. {NO_NAMES}",
    )
    subjects = {"reason": "why the risk is closed", "changed": "what is different for children"}
    field_order = ("reason", "changed", "version")


class ReopenForm(VersionForm):
    reason = LongTextField(
        label="Why is this risk opened again?", rows=3, max_length=TEXT_LENGTH, help_text=NO_NAMES
    )
    subjects = {"reason": "why the risk is opened again"}
    field_order = ("reason", "version")


class LookForm(VersionForm):
    note = LongTextField(
        label="What did you look at, and why does the rating still hold?",
        max_length=TEXT_LENGTH,
        help_text=f"If it no longer holds, change the rating instead. {NO_NAMES}",
    )
    subjects = {"note": "what you looked at and why the rating still holds"}
    field_order = ("note", "version")


class LinkForm(GovukForm):
    """One thing that the risk has to do with: its kind, then which."""

    kind = forms.ChoiceField(label="What is it linked to?", widget=forms.RadioSelect)
    subjects = {"kind": "what the risk is linked to"}

    def __init__(self, *args: Any, targets: dict[str, tuple[str, list[tuple[str, str]]]], **kwargs: Any):
        """`targets`: by kind, its words and what of it may be linked."""
        super().__init__(*args, **kwargs)
        offer(self, "kind", [(kind, label) for kind, (label, _) in targets.items()])
        for kind, (label, choices) in targets.items():
            field = forms.ChoiceField(label=f"Which {label[0].lower()}{label[1:]}?", required=False)
            self.fields[_target(kind)] = field
            offer(self, _target(kind), choices, "Select one")
        reveal = {kind: [_target(kind)] for kind in targets}
        self.helper.layout = Layout(Radios("kind", reveal=reveal))

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        kind = answers.get("kind")
        if kind and not answers.get(_target(kind)):
            self.add_error(_target(kind), "Select what the risk is linked to")
        return answers

    def target(self) -> tuple[str, str, str]:
        """Kind, target and words of a form that is valid."""
        kind = self.cleaned_data["kind"]
        chosen = self.cleaned_data[_target(kind)]
        words = dict(self.fields[_target(kind)].choices)[chosen]  # type: ignore[attr-defined]
        return kind, chosen, words


def _target(kind: str) -> str:
    return f"target_{kind}"


class ContributeForm(GovukForm):
    other = forms.ChoiceField(label="")
    subjects = {"other": "the other risk"}

    def __init__(self, *args: Any, label: str, choices: Named, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].label = label
        offer(self, "other", choices, "Select one")


class AddActionForm(OnceForm):
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
    names_no_child = forms.BooleanField(
        required=False, label="These texts name no child", help_text="Select this once you have read them"
    )
    subjects = {
        "title": "what is to be done",
        "organisation": "the organisation",
        "priority": "the priority",
        "due_on": "day by which it is to be done",
    }
    field_order = ("title", "what", "organisation", "owner", "priority", "due_on", "names_no_child", "token")

    def __init__(self, *args: Any, organisations: Named, owners: Named, **kwargs: Any) -> None:
        organisations = list(organisations)
        if len(organisations) == 1:
            kwargs["initial"] = {"organisation": str(organisations[0][0]), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations, "Select one")
        offer(self, "owner", owners, "Nobody yet: the organisation’s lead is asked")

    def owner_uid(self) -> UUID | None:
        chosen = self.cleaned_data["owner"]
        return UUID(chosen) if chosen else None


class RisksForm(GovukForm):
    """What narrows the register. Codes only: it travels in the address."""

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Open"), *((code, label) for code, label in RiskState.choices if code != "open"),
                 ("all", "All")],
    )  # fmt: skip
    whose = forms.ChoiceField(
        label="Whose",
        required=False,
        choices=[("", "Everybody’s"), (OURS, "The partnership’s"), ("partners", "Partners’ own")],
    )
    theme = forms.ChoiceField(label="About", required=False, choices=[("", "Anything"), *RiskTheme.choices])
    band = forms.ChoiceField(
        label="Rating",
        required=False,
        choices=[("", "Any"), *reversed(Band.choices), ("unrated", "Not rated")],
    )
    owner = forms.ChoiceField(label="Organisation", required=False)
    only = forms.ChoiceField(
        label="Only",
        required=False,
        choices=[
            ("", "All of them"),
            ("overdue", "Past the review date"),
            ("outside", "Outside appetite"),
            ("guidance", "Guidance changed since"),
        ],
    )
    on = forms.CharField(
        label="At the end of a past day", required=False, widget=forms.TextInput(attrs={"type": "date"})
    )
    cell = forms.RegexField(regex=r"^[1-5]x[1-5]$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisations: Named, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", organisations, "Any")

    def build_layout(self) -> Layout:
        names = [name for name in self.fields if name not in ("on", "cell")]
        return Layout(*names, Text("on", width=10), *(["cell"] if "cell" in self.fields else []))

    def chosen(self) -> Chosen:
        """What was chosen; of an address that was tampered with: nothing."""
        if not self.is_bound or not self.is_valid():
            return Chosen()
        answers = {name: value for name, value in self.cleaned_data.items() if name != "on"}
        return Chosen(**answers | {"state": answers.get("state") or RiskState.OPEN})


class MapForm(RisksForm):
    """What narrows the map: it shows open risks alone, and every cell."""

    state = None  # type: ignore[assignment]
    cell = None  # type: ignore[assignment]
