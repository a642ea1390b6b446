"""Forms of series of meetings, of one meeting, and of panels' audits."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms

from partners.constants import AttendanceState, Frequency, MeetingKind
from partners.forms.base import OnceForm, VersionForm
from partners.models import Organisation
from partners.rules import meetings as rules
from partners.rules.cadence import LAST_WEEK, Cadence
from partners.services.meetings import WHO_LENGTH, Came
from safeguarding.kernel.govuk import (
    Checkboxes,
    Fieldset,
    GovukDateField,
    GovukForm,
    Layout,
    LongTextField,
    Radios,
    Text,
)

_WEEKDAYS = tuple(
    enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), 1)
)
_WEEKS = ((1, "First"), (2, "Second"), (3, "Third"), (4, "Fourth"), (LAST_WEEK, "Last"))
_CLOCK = {"required": "Enter the time", "invalid": "Enter a time, for example 10:30"}
_WHERE = (("yes", "Online"), ("no", "In a room"))


class CadenceFields(GovukForm):
    """How often a series meets, answered as `Cadence`."""

    effective_from = GovukDateField(label="From which day?", hint="For example, 27 4 2020")
    frequency = forms.ChoiceField(
        label="How often does it meet?", widget=forms.RadioSelect, choices=Frequency.choices
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="On which day?",
        help_text="Several days only if it meets every week. A bank holiday moves to the next working day",
        widget=forms.CheckboxSelectMultiple,
        choices=_WEEKDAYS,
        coerce=int,
    )
    which_week = forms.TypedChoiceField(
        label="Which of these days in the month?",
        widget=forms.RadioSelect,
        choices=_WEEKS,
        coerce=int,
        empty_value=None,
        required=False,
    )
    which_week_quarter = forms.TypedChoiceField(
        label="Which of these days in the quarter’s first month?",
        widget=forms.RadioSelect,
        choices=_WEEKS,
        coerce=int,
        empty_value=None,
        required=False,
    )
    starts_at = forms.TimeField(
        label="At what time?",
        help_text="London time, for example 10:30",
        widget=forms.TextInput,
        error_messages=_CLOCK,
    )
    subjects = {
        "effective_from": "day from which it holds",
        "frequency": "how often the series meets",
        "weekdays": "the day of the week",
        "which_week": "which week of the month",
    }

    def cadence_layout(self) -> list[Any]:
        reveal = {Frequency.MONTHLY: ["which_week"], Frequency.QUARTERLY: ["which_week_quarter"]}
        return [
            "effective_from",
            Radios("frequency", reveal=reveal),
            Checkboxes("weekdays", small=True),
            Text("starts_at", width=5),
        ]

    def cadence(self) -> Cadence:
        """Of a form that is valid."""
        answers = self.cleaned_data
        # A hidden answer of an earlier choice is not an answer.
        week = {
            Frequency.MONTHLY: answers["which_week"],
            Frequency.QUARTERLY: answers["which_week_quarter"],
        }.get(answers["frequency"])
        return Cadence(
            answers["effective_from"],
            answers["frequency"],
            tuple(sorted(answers["weekdays"])),
            answers["starts_at"],
            week,
        )

    def field_of(self, name: str | None) -> str | None:
        """The question that a refusal about a cadence's field belongs beside."""
        quarterly = self.cleaned_data.get("frequency") == Frequency.QUARTERLY
        return "which_week_quarter" if name == "which_week" and quarterly else name


class _Members(GovukForm):
    members = forms.MultipleChoiceField(
        label="Which organisations are expected?", widget=forms.CheckboxSelectMultiple
    )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        field = cast(forms.MultipleChoiceField, self.fields["members"])
        field.choices = [(str(one.uid), one.name) for one in organisations]
        field.error_messages["required"] = "Select at least one organisation"
        self.by_uid = {str(one.uid): one for one in organisations}

    def chosen(self) -> list[Organisation]:
        """Of a form that is valid."""
        return [self.by_uid[uid] for uid in self.cleaned_data["members"]]


class SeriesForm(CadenceFields, _Members, OnceForm):
    name = forms.CharField(
        label="Name of the series",
        max_length=rules.NAME_LENGTH,
        help_text="For example, Fortnightly partners’ meeting",
    )
    kind = forms.ChoiceField(
        label="What kind of meeting is it?", widget=forms.RadioSelect, choices=MeetingKind.choices
    )
    purpose = LongTextField(label="What is it for? (optional)", max_length=1000, rows=3, required=False)
    subjects = {**CadenceFields.subjects, "name": "a name for the series", "kind": "the kind of meeting"}

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(organisations)

    def build_layout(self) -> Layout:
        return Layout("name", "kind", "purpose", "members", *self.cadence_layout(), "token")


class CadenceForm(CadenceFields, VersionForm):
    reason = forms.CharField(label="Why does the rhythm change?", max_length=rules.REASON_LENGTH)
    subjects = {**CadenceFields.subjects, "reason": "why the rhythm changes"}

    def build_layout(self) -> Layout:
        return Layout(*self.cadence_layout(), "reason", "version")


class MembersForm(_Members, VersionForm):
    from_date = GovukDateField(label="From which day?", hint="Earlier meetings keep who was expected then")

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(organisations)


class PauseForm(VersionForm):
    from_date = GovukDateField(label="From which day is the series paused?", hint="For example, 23 3 2020")
    reason = forms.CharField(label="Why is it paused?", max_length=rules.REASON_LENGTH)
    subjects = {"from_date": "day from which it is paused", "reason": "why the series is paused"}
    field_order = ("from_date", "reason", "version")


class ResumeForm(VersionForm):
    on = GovukDateField(label="From which day does it meet again?", hint="For example, 27 4 2020")
    subjects = {"on": "day from which it meets again"}
    field_order = ("on", "version")


class MoveForm(VersionForm):
    day = GovukDateField(label="New day", hint="For example, 27 4 2020")
    at = forms.TimeField(
        label="New time",
        help_text="London time, for example 10:30",
        widget=forms.TextInput,
        error_messages=_CLOCK,
    )
    online = forms.ChoiceField(label="Where is it?", widget=forms.RadioSelect, choices=_WHERE)
    place = forms.CharField(label="Room or link (optional)", max_length=rules.TITLE_LENGTH, required=False)
    reason = forms.CharField(label="Why is it moved?", max_length=rules.REASON_LENGTH)
    subjects = {"online": "where the meeting is", "reason": "why the meeting is moved"}

    def build_layout(self) -> Layout:
        return Layout("day", Text("at", width=5), "online", "place", "reason", "version")


class CancelForm(VersionForm):
    reason = forms.CharField(
        label="Why is it cancelled?",
        max_length=rules.REASON_LENGTH,
        error_messages={"required": "Enter why the meeting is cancelled"},
    )
    field_order = ("reason", "version")


class AttendanceForm(VersionForm):
    """Who came, by organisation; of a panel also how many cases it heard."""

    cases = forms.IntegerField(
        label="How many cases were heard? (optional)",
        help_text="A number only. Never write which",
        min_value=0,
        max_value=rules.MOST_CASES,
        required=False,
    )
    outcomes = LongTextField(
        label="What came of them? (optional)",
        help_text=rules.NO_NAMES,
        max_length=rules.NOTES_LENGTH,
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, expected: Sequence[Organisation], panel: bool, **kwargs: Any) -> None:
        self.expected = expected
        super().__init__(*args, **kwargs)
        if not panel:
            del self.fields["cases"], self.fields["outcomes"]
        for one in expected:
            self.fields[f"state_{one.uid.hex}"] = forms.ChoiceField(
                label="Was it there?",
                widget=forms.RadioSelect,
                choices=AttendanceState.choices,
                error_messages={"required": f"Select whether {one.name} was there"},
            )
            self.fields[f"who_{one.uid.hex}"] = forms.CharField(
                label="In which role? (optional)",
                help_text="For example, Head of public protection. A role, not a name",
                max_length=WHO_LENGTH,
                required=False,
            )
        groups = [
            Fieldset(one.name, Radios(f"state_{one.uid.hex}", small=True), f"who_{one.uid.hex}")
            for one in expected
        ]
        panel_fields = [Text("cases", width=4), "outcomes"] if panel else []
        self.helper.layout = Layout(*groups, *panel_fields, "version")

    def came(self) -> dict[UUID, Came]:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return {
            one.uid: Came(answers[f"state_{one.uid.hex}"], answers[f"who_{one.uid.hex}"])
            for one in self.expected
        }


class _AuditText(GovukForm):
    scope = forms.CharField(
        label="What is audited?", max_length=rules.REASON_LENGTH, help_text=rules.NO_NAMES
    )
    method = forms.CharField(
        label="How? (optional)",
        max_length=rules.REASON_LENGTH,
        required=False,
        help_text="For example, a sample of ten cases heard since April",
    )
    due_on = GovukDateField(label="By when?", hint="For example, 30 9 2020")


class PlanAuditForm(_AuditText, OnceForm):
    subjects = {"scope": "what is audited", "due_on": "day by which it is due"}
    field_order = ("scope", "method", "due_on", "token")


class FinishAuditForm(VersionForm):
    findings = LongTextField(
        label="What did the audit find?",
        help_text=rules.NO_NAMES,
        max_length=rules.NOTES_LENGTH,
        error_messages={"required": "Enter what the audit found"},
    )
    field_order = ("findings", "version")
