"""What is typed about cycles and their calendar, cleaned."""

from datetime import datetime
from typing import Any

from django import forms

from partners.constants import CYCLE_DAYS, DUE_TIME
from partners.forms.base import OnceForm, VersionForm
from partners.rules.calendar import CalendarRule, london
from partners.rules.cycles import PauseDraft
from partners.rules.reasons import REASON_LENGTH
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Text


class _PreviewForm(OnceForm):
    """Shows what it would do before it does it: `seen` holds what was shown."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def digest(self) -> str:
        """Of a form that is valid: what the preview was worked out from."""
        names = [name for name in self.fields if name not in ("seen", "token", "reason")]
        return "|".join(str(self.cleaned_data[name]) for name in names)

    def was_shown(self) -> bool:
        return bool(self.cleaned_data["seen"] == self.digest())


class CycleRuleForm(_PreviewForm):
    first_period_start = GovukDateField(
        label="First day of the first period",
        hint="For example, 6 4 2020. Earlier periods keep the calendar that they have",
    )
    every_days = forms.IntegerField(label="A new period starts every", initial=CYCLE_DAYS)
    period_days = forms.IntegerField(
        label="Each period looks back over",
        initial=CYCLE_DAYS,
        help_text="May be longer than the step between periods; periods then overlap",
    )
    snapshot_after_days = forms.IntegerField(
        label="Figures are taken so many days after the period’s last day", initial=0, help_text="0: on it"
    )
    due_after_days = forms.IntegerField(
        label="The return is due so many days after the period’s last day",
        initial=5,
        help_text="At noon. From a weekend or bank holiday it moves to the next working day",
    )
    reason = LongTextField(label="Why is the calendar set so?", rows=2, max_length=REASON_LENGTH)
    subjects = {
        "every_days": "days from one period to the next",
        "period_days": "days of a period",
        "snapshot_after_days": "days until the figures are taken",
        "due_after_days": "days until the return is due",
        "reason": "why the calendar is set so",
    }

    def build_layout(self) -> Layout:
        days = ("every_days", "period_days", "snapshot_after_days", "due_after_days")
        boxes = [Text(name, width=3, suffix="days") for name in days]
        return Layout("first_period_start", *boxes, "reason", "seen", "token")

    def rule(self) -> CalendarRule:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return CalendarRule(
            answers["first_period_start"],
            answers["first_period_start"],
            answers["every_days"],
            answers["period_days"],
            answers["snapshot_after_days"],
            answers["due_after_days"],
        )


class CyclePauseForm(_PreviewForm):
    first_day = GovukDateField(
        label="First day of the pause", hint="No period that starts in the pause is asked for"
    )
    last_day = GovukDateField(label="Last day of the pause", hint="For example, 31 8 2020")
    reason = LongTextField(label="Why do the cycles pause?", rows=2, max_length=REASON_LENGTH)
    subjects = {"reason": "why the cycles pause"}
    field_order = ("first_day", "last_day", "reason", "seen", "token")

    def draft(self) -> PauseDraft:
        """Of a form that is valid."""
        return PauseDraft(self.cleaned_data["first_day"], self.cleaned_data["last_day"])


class ReopenCycleForm(VersionForm):
    reason = LongTextField(
        label="Why do you reopen this cycle?",
        rows=2,
        max_length=REASON_LENGTH,
        error_messages={"required": "Enter why you reopen this cycle"},
    )
    field_order = ("reason", "version")


class ExtendReturnForm(VersionForm):
    until = GovukDateField(
        label="New due date", hint="For example, 3 4 2020. The return may be sent until noon on that day"
    )
    reason = LongTextField(
        label="Why does the partner get more time?",
        rows=2,
        max_length=REASON_LENGTH,
        help_text="The partner sees this reason. Do not write children’s names, dates of birth or references",
        error_messages={"required": "Enter why the partner gets more time"},
    )
    field_order = ("until", "reason", "version")

    def moment(self) -> datetime:
        """Of a form that is valid: noon of the day in London."""
        return london(self.cleaned_data["until"], DUE_TIME)


class RemoveRuleForm(GovukForm):
    effective_from = forms.DateField(widget=forms.HiddenInput)


class ShowForm(GovukForm):
    """Which cycles a list holds."""

    state = forms.ChoiceField(
        label="Show", required=False, choices=[("", "All cycles"), ("open", "Open"), ("closed", "Closed")]
    )

    def chosen(self) -> str:
        return str(self.cleaned_data.get("state") or "") if self.is_bound and self.is_valid() else ""


def shown_again(form: Any) -> dict[str, Any]:
    """The answers of a form that is valid, with the mark that its preview was shown."""
    data = form.data.copy()
    data["seen"] = form.digest()
    return data
