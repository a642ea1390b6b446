"""Forms of acknowledging guidance."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from guidance.constants import AckAnswer
from guidance.forms.base import NO_NAMES, ScreenedForm, offer
from guidance.rules.acknowledging import REASON_LENGTH
from safeguarding.kernel.govuk import GovukForm, Layout, LongTextField, Radios

# In place of an organisation's uid.
ONESELF = "me"
BACK_TO_ITEM = "item"
_BACK = [("", ""), (BACK_TO_ITEM, BACK_TO_ITEM)]


class AcknowledgeForm(ScreenedForm):
    """What was done with a version. `parties`: (code, name) of those for whom this person answers."""

    party = forms.ChoiceField(label="Who answers?", widget=forms.RadioSelect)
    answer = forms.ChoiceField(
        label="What have you done with it?", widget=forms.RadioSelect, choices=AckAnswer.choices
    )
    reason = LongTextField(
        label="Why does it not apply?",
        max_length=REASON_LENGTH,
        rows=4,
        required=False,
        help_text=f"Coordinators, board members and auditors can read this. {NO_NAMES}",
    )
    back = forms.ChoiceField(choices=_BACK, required=False, widget=forms.HiddenInput)
    subjects = {"party": "who answers", "answer": "what you have done with this guidance"}

    def __init__(self, *args: Any, parties: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        self._parties = list(parties)
        super().__init__(*args, **kwargs)
        offer(self, "party", self._parties)
        if len(self._parties) == 1:
            self.fields["party"].widget = forms.HiddenInput()
            self.fields["party"].initial = self._parties[0][0]

    def build_layout(self) -> Layout:
        hints = {
            AckAnswer.READ: "You know what it asks for.",
            AckAnswer.IN_PRACTICE: "You work as it asks.",
            AckAnswer.NOT_APPLICABLE: "You say why. A later version that changes your duties asks again.",
        }
        return self.with_box(
            "party", "back", Radios("answer", hints=hints, reveal={AckAnswer.NOT_APPLICABLE: ["reason"]})
        )

    def organisation_uid(self) -> UUID | None:
        """None: for oneself."""
        code = self.cleaned_data["party"]
        return None if code == ONESELF else UUID(code)


class OutstandingForm(GovukForm):
    """Whose guidance is listed; without a choice: everybody's."""

    partner = forms.ChoiceField(label="Partner", required=False)

    def __init__(self, *args: Any, partners: Iterable[tuple[UUID | None, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "partner", partners, empty="All")

    def chosen(self) -> str:
        """The partner's uid; "" for all, also where the address holds something else."""
        return self.cleaned_data.get("partner", "") if self.is_bound and self.is_valid() else ""
