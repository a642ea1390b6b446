"""Forms of emerging threats."""

from typing import Any

from django import forms

from riskregister.constants import Confidence, RiskTheme, SystemFunction
from riskregister.forms.base import NO_NAMES, OnceForm, VersionForm, offer
from riskregister.rules.board_work import (
    REASON_LENGTH,
    SOURCE_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    SignalDraft,
)
from riskregister.rules.register import RiskDraft
from safeguarding.kernel.govuk import GovukDateField, LongTextField


class RaiseSignalForm(OnceForm):
    organisation = forms.ChoiceField(label="Whose observation is it?")
    title = forms.CharField(label="In a few words", max_length=TITLE_LENGTH)
    what = LongTextField(
        label="What have you noticed?",
        max_length=TEXT_LENGTH,
        help_text=f"Since when, where, and what it may mean for children. {NO_NAMES}",
    )
    source = forms.CharField(
        label="How did you notice it?",
        max_length=SOURCE_LENGTH,
        help_text="For example, a rise in referrals, a report, what practitioners say",
    )
    evidence = LongTextField(
        label="What supports it?", max_length=TEXT_LENGTH, required=False, rows=3, help_text=NO_NAMES
    )
    confidence = forms.ChoiceField(
        label="How sure are you?", widget=forms.RadioSelect, choices=Confidence.choices
    )
    theme = forms.ChoiceField(label="What is it about?", choices=[("", "Select one"), *RiskTheme.choices])
    subjects = {
        "organisation": "the organisation",
        "title": "a short title",
        "what": "what you have noticed",
        "source": "how you noticed it",
        "confidence": "how sure you are",
        "theme": "what it is about",
    }

    def __init__(
        self, *args: Any, organisations: list[tuple[Any, str]], must_name: bool, **kwargs: Any
    ) -> None:
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

    def draft(self) -> SignalDraft:
        """Of a form that is valid."""
        names = ("title", "what", "source", "evidence", "confidence", "theme")
        return SignalDraft(**{name: self.cleaned_data[name] for name in names})


class WatchForm(VersionForm):
    reason = LongTextField(
        label="Why is it watched, and for what sign?", rows=3, max_length=REASON_LENGTH, help_text=NO_NAMES
    )
    look_again_on = GovukDateField(label="When do you look again?", hint="For example, 27 3 2021")
    subjects = {"reason": "why it is watched", "look_again_on": "day to look again"}


class PromoteForm(OnceForm, VersionForm):
    title = forms.CharField(label="The risk in a few words", max_length=TITLE_LENGTH)
    cause = LongTextField(label="Cause: what makes it possible?", rows=4, max_length=TEXT_LENGTH)
    event = LongTextField(label="Event: what may happen?", rows=3, max_length=TEXT_LENGTH)
    consequence = LongTextField(
        label="Consequence: what would it mean for children?",
        rows=3,
        max_length=TEXT_LENGTH,
        help_text=NO_NAMES,
    )
    theme = forms.ChoiceField(label="What is it about?", choices=[("", "Select one"), *RiskTheme.choices])
    functions = forms.MultipleChoiceField(
        label="Which functions of the local system does it touch?",
        widget=forms.CheckboxSelectMultiple,
        choices=SystemFunction.choices,
    )
    owner_organisation = forms.ChoiceField(label="Which organisation answers for it?", required=False)
    subjects = {
        "title": "a short title",
        "cause": "what makes it possible",
        "event": "what may happen",
        "consequence": "what it would mean for children",
        "theme": "what it is about",
        "functions": "at least one function that the risk touches",
    }

    def __init__(self, *args: Any, organisations: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner_organisation", organisations, "Not decided yet")

    def draft(self) -> RiskDraft:
        """Of a form that is valid."""
        names = ("title", "cause", "event", "consequence", "theme")
        answers = {name: self.cleaned_data[name] for name in names}
        return RiskDraft(**answers, functions=tuple(self.cleaned_data["functions"]))
