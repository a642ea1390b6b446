"""Forms that escalations, challenges, decisions and threats share."""

from typing import Any

from django import forms

from riskregister.constants import PracticeChanged
from riskregister.forms.base import NO_NAMES, VersionForm, offer
from riskregister.rules.board_work import LATEST_ANSWER, REASON_LENGTH, TEXT_LENGTH
from safeguarding.kernel.govuk import GovukDateField, GovukForm, LongTextField


def answer_day(label: str) -> GovukDateField:
    """The day by which somebody must answer."""
    return GovukDateField(label=label, hint=f"Within {LATEST_ANSWER.days} days. For example, 27 3 2021")


class ReasonForm(VersionForm):
    """Why a step is taken."""

    reason = LongTextField(label="Why?", rows=3, max_length=REASON_LENGTH, help_text=NO_NAMES)
    subjects = {"reason": "why"}


class ConfirmForm(VersionForm):
    """A step that needs no words."""


class ChangedForm(VersionForm):
    """Ninety days later: what changed for children?"""

    changed = forms.ChoiceField(
        label="Did something change for children?", widget=forms.RadioSelect, choices=PracticeChanged.choices
    )
    how = LongTextField(
        label="What changed, and how do you know?",
        max_length=TEXT_LENGTH,
        help_text=f"If nothing changed, say why. {NO_NAMES}",
    )
    subjects = {
        "changed": "whether something changed for children",
        "how": "what changed and how you know",
    }


class StateForm(GovukForm):
    """What narrows a list. Codes only: it travels in the address."""

    state = forms.ChoiceField(label="Show", required=False)

    def __init__(self, *args: Any, states: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "state", states)

    def chosen(self) -> str:
        """The code; of an address that was tampered with: empty."""
        return self.cleaned_data["state"] if self.is_bound and self.is_valid() else ""
