"""Forms of the board's decisions."""

from collections.abc import Mapping
from typing import Any

from django import forms

from riskregister.constants import DecisionKind
from riskregister.forms.base import NO_NAMES, OnceForm, VersionForm, offer
from riskregister.rules.board_work import TEXT_LENGTH, TITLE_LENGTH, DecisionDraft
from safeguarding.kernel.govuk import GovukDateField, GovukForm, LongTextField

LINKS = ("risk", "escalation", "review", "meeting")


class DecisionForm(GovukForm):
    """What the board decided, and what it belongs to."""

    title = forms.CharField(label="What was decided?", max_length=TITLE_LENGTH)
    kind = forms.ChoiceField(
        label="What did the board do?", widget=forms.RadioSelect, choices=DecisionKind.choices
    )
    decided_on = GovukDateField(label="When was it decided?", hint="For example, 27 3 2021")
    options = LongTextField(
        label="Which options were considered?",
        max_length=TEXT_LENGTH,
        help_text="Also to do nothing, if that was one",
    )
    reason = LongTextField(label="Why did the board decide so?", max_length=TEXT_LENGTH, help_text=NO_NAMES)
    dissent = LongTextField(
        label="Who differed, and why?",
        max_length=TEXT_LENGTH,
        required=False,
        rows=3,
        help_text="Leave empty if nobody did",
    )
    childrens_rights = LongTextField(
        label="What does it mean for children’s rights, and for those least heard?", max_length=TEXT_LENGTH
    )
    look_again_on = GovukDateField(
        label="When does the board look again?",
        hint="Within a year. The board then says what changed for children",
    )
    risk = forms.ChoiceField(label="Risk", required=False)
    escalation = forms.ChoiceField(label="Escalation", required=False)
    review = forms.ChoiceField(label="Monthly review", required=False)
    meeting = forms.ChoiceField(label="Meeting", required=False)
    subjects = {
        "title": "what was decided",
        "kind": "what the board did",
        "decided_on": "day of the decision",
        "options": "the options that were considered",
        "reason": "why the board decided so",
        "childrens_rights": "what it means for children’s rights",
        "look_again_on": "day to look again",
    }

    def __init__(self, *args: Any, links: Mapping[str, list[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LINKS:
            offer(self, name, links[name], "None")

    def draft(self) -> DecisionDraft:
        """Of a form that is valid."""
        return DecisionDraft(**{name: self.cleaned_data[name] for name in DecisionDraft.__dataclass_fields__})


class RecordDecisionForm(DecisionForm, OnceForm):
    pass


class EditDecisionForm(DecisionForm, VersionForm):
    pass
