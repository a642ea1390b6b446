"""Forms of recovery plans."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from partners.constants import PlanStage
from partners.forms.base import OnceForm, VersionForm
from partners.forms.screened import ScreenedForm
from partners.models import Organisation
from partners.rules.plans import REASON_LENGTH, REMIT_LENGTH, TITLE_LENGTH
from safeguarding.kernel.govuk import GovukDateField, GovukForm, LongTextField

NO_CHILDREN = "Do not write children’s names, dates of birth or references."
PARTNERSHIP = "partnership"
_TITLE = "What is the plan called?"
_REMIT = "What does it cover?"
_REMIT_HINT = f"Its remit: services, areas, who leads it, until when. {NO_CHILDREN}"


class AddPlanForm(ScreenedForm, OnceForm):
    organisation = forms.ChoiceField(label="Whose plan is it?", widget=forms.RadioSelect)
    title = forms.CharField(label=_TITLE, max_length=TITLE_LENGTH)
    remit = LongTextField(
        label="What does it cover? (optional until you submit it)",
        max_length=REMIT_LENGTH,
        required=False,
        help_text=_REMIT_HINT,
    )
    subjects = {"organisation": "whose plan it is", "title": "what the plan is called"}
    field_order = ("organisation", "title", "remit", "token", "names_no_child")

    def __init__(
        self, *args: Any, organisations: Iterable[Organisation], partnership: bool, **kwargs: Any
    ) -> None:
        self.organisations = {str(one.uid): one for one in organisations}
        super().__init__(*args, **kwargs)
        choices = [(uid, one.name) for uid, one in self.organisations.items()]
        if partnership:
            choices.append((PARTNERSHIP, "The partnership’s own"))
        cast(forms.ChoiceField, self.fields["organisation"]).choices = choices
        self.offered = len(choices)
        if len(choices) == 1:
            self.initial["organisation"] = choices[0][0]

    def chosen(self) -> Organisation | None:
        """Of a form that is valid; None: the partnership's own."""
        return self.organisations.get(self.cleaned_data["organisation"])


class EditPlanForm(ScreenedForm, VersionForm):
    title = forms.CharField(label=_TITLE, max_length=TITLE_LENGTH)
    remit = LongTextField(label=_REMIT, max_length=REMIT_LENGTH, required=False, help_text=_REMIT_HINT)
    subjects = {"title": "what the plan is called"}
    field_order = ("title", "remit", "version", "names_no_child")


class StageForm(VersionForm):
    stage = forms.ChoiceField(
        label="Which stage has the plan reached?", widget=forms.RadioSelect, choices=PlanStage.choices
    )
    from_date = GovukDateField(label="On which day did it reach it?", hint="For example, 27 3 2020")
    reason = LongTextField(
        label="Why? (optional; needed where the plan goes back a stage)",
        rows=3,
        max_length=REASON_LENGTH,
        required=False,
        help_text=NO_CHILDREN,
    )
    subjects = {"stage": "the stage", "from_date": "day on which it reached the stage", "reason": "why"}
    field_order = ("stage", "from_date", "reason", "version")


class AsAtForm(GovukForm):
    """A past day: the page then shows what was on record at its end."""

    day = GovukDateField(label="As at the end of", hint="Leave empty for now", required=False)
    subjects = {"day": "day"}
