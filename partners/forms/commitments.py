"""Forms of services and their levels."""

from django import forms

from partners.constants import ServiceLevel
from partners.forms.base import OnceForm, VersionForm
from partners.forms.plans import NO_CHILDREN
from partners.rules.plans import REASON_LENGTH, WORDS_LENGTH
from partners.rules.services import LEVEL_MOVES, NAME_LENGTH, NORMAL_LENGTH, LevelDraft
from safeguarding.kernel.govuk import GovukDateField, LongTextField

_REASON = "Why? (needed where it is reduced or paused)"


def _draft(answers: dict) -> LevelDraft:
    return LevelDraft(answers["level"], answers["from_date"], answers["reason"])


class AddServiceForm(OnceForm):
    name = forms.CharField(
        label="What is the service called?", max_length=NAME_LENGTH, help_text="For example, health visiting"
    )
    normal_level = LongTextField(
        label="What does it normally offer?",
        rows=3,
        max_length=NORMAL_LENGTH,
        help_text="For example, a visit to each new baby within 14 days",
    )
    level = forms.ChoiceField(
        label="How does it run now?",
        widget=forms.RadioSelect,
        choices=[(level.value, level.label) for level in ServiceLevel if level in LEVEL_MOVES[""]],
    )
    from_date = GovukDateField(label="Since which day?", hint="For example, 27 3 2020")
    reason = LongTextField(
        label=_REASON, rows=3, max_length=REASON_LENGTH, required=False, help_text=NO_CHILDREN
    )
    subjects = {
        "name": "what the service is called",
        "normal_level": "what it normally offers",
        "level": "how it runs now",
        "from_date": "day since when it runs so",
        "reason": "why",
    }
    field_order = ("name", "normal_level", "level", "from_date", "reason", "token")

    def draft(self) -> LevelDraft:
        """Of a form that is valid."""
        return _draft(self.cleaned_data)


class LevelForm(VersionForm):
    level = forms.ChoiceField(
        label="What does it change to?", widget=forms.RadioSelect, choices=ServiceLevel.choices
    )
    from_date = GovukDateField(
        label="From which day?", hint="For example, 27 3 2020. A day ahead is a planned change"
    )
    reason = LongTextField(
        label=_REASON, rows=3, max_length=REASON_LENGTH, required=False, help_text=NO_CHILDREN
    )
    subjects = {"level": "what it changes to", "from_date": "day of the change", "reason": "why"}
    field_order = ("level", "from_date", "reason", "version")

    def draft(self) -> LevelDraft:
        """Of a form that is valid."""
        return _draft(self.cleaned_data)


class TakeOffForm(VersionForm):
    reason = LongTextField(
        label="Why does it leave the register?",
        rows=3,
        max_length=WORDS_LENGTH,
        help_text="For example, entered twice, or part of another service now",
        error_messages={"required": "Enter why the service leaves the register"},
    )
    field_order = ("reason", "version")
