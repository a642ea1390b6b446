"""Forms of the training programme."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms

from partners.constants import TrainingLevel, TrainingMode
from partners.forms.base import OnceForm, VersionForm, version_field
from partners.models import Booking, Course
from partners.rules import training as rules
from partners.services.training import EventDraft, Result
from safeguarding.kernel.govuk import Fieldset, GovukDateField, GovukForm, Layout, LongTextField, Radios, Text

_NOT_NAMES = "A number only. Never write who"


def _count(label: str, *, required: bool = True, hint: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=rules.MOST_PLACES, required=required, help_text=hint
    )


class CourseForm(OnceForm):
    title = forms.CharField(label="Title of the course", max_length=rules.TITLE_LENGTH)
    level = forms.ChoiceField(label="Level", widget=forms.RadioSelect, choices=TrainingLevel.choices)
    about = LongTextField(
        label="What is it about? (optional)", max_length=rules.ABOUT_LENGTH, rows=3, required=False
    )
    field_order = ("title", "level", "about", "token")


class UsualForm(GovukForm):
    level = forms.ChoiceField(label="Level", widget=forms.RadioSelect, choices=TrainingLevel.choices)
    effective_from = GovukDateField(label="From which day?", hint="For example, 1 4 2020")
    places = _count("How many places are usually asked for in a month?")
    source = forms.CharField(
        label="Where does this figure come from?",
        max_length=rules.NOTE_LENGTH,
        help_text="For example, average of the training year 2018 to 2019",
    )
    subjects = {
        "effective_from": "day from which it holds",
        "places": "how many places are usually asked for",
        "source": "where the figure comes from",
    }

    def build_layout(self) -> Layout:
        return Layout(Radios("level", inline=True), "effective_from", Text("places", width=5), "source")


class _EventFields(GovukForm):
    mode = forms.ChoiceField(label="How is it held?", widget=forms.RadioSelect, choices=TrainingMode.choices)
    held_on = GovukDateField(label="On which day?", hint="For example, 27 4 2020")
    places = forms.IntegerField(
        label="Places (optional)",
        help_text="Leave empty if there is no limit, for example e-learning",
        min_value=1,
        max_value=rules.MOST_PLACES,
        required=False,
    )
    subjects = {"mode": "how it is held", "held_on": "day of the event"}

    def event_layout(self) -> list[Any]:
        return ["mode", "held_on", Text("places", width=5)]

    def draft(self) -> EventDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return EventDraft(answers["mode"], answers["held_on"], answers["places"], answers.get("note", ""))


class AddEventForm(_EventFields, OnceForm):
    course = forms.ChoiceField(label="Course")
    subjects = {**_EventFields.subjects, "course": "a course"}

    def __init__(self, *args: Any, courses: Sequence[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["course"])
        field.choices = [("", "Select a course")] + [
            (str(one.uid), f"{one.title} ({TrainingLevel(one.level).label})") for one in courses
        ]

    def build_layout(self) -> Layout:
        return Layout("course", *self.event_layout(), "token")


class ChangeEventForm(_EventFields, VersionForm):
    note = forms.CharField(
        label="Why is it changed?",
        help_text="Needed if it is held in another way than before",
        max_length=rules.NOTE_LENGTH,
        required=False,
    )

    def build_layout(self) -> Layout:
        return Layout(*self.event_layout(), "note", "version")


class CancelEventForm(VersionForm):
    reason = forms.CharField(
        label="Why is it cancelled?",
        max_length=rules.NOTE_LENGTH,
        error_messages={"required": "Enter why the event is cancelled"},
    )
    field_order = ("reason", "version")


class BookForm(GovukForm):
    asked_for = _count(
        "How many places does your organisation ask for?",
        hint="Ask for as many as you need, also if fewer are free: it shows what is needed. 0 takes a "
        "booking back",
    )
    version = version_field()
    subjects = {"asked_for": "how many places you ask for"}

    def build_layout(self) -> Layout:
        return Layout(Text("asked_for", width=5), "version")


class ResultsForm(VersionForm):
    """How many came and what they said of it, by organisation."""

    def __init__(self, *args: Any, bookings: Sequence[Booking], **kwargs: Any) -> None:
        self.bookings = bookings
        super().__init__(*args, **kwargs)
        groups = []
        for one in bookings:
            key = one.organisation.uid.hex
            name = one.organisation.name
            self.fields[f"attended_{key}"] = self._field(
                "How many came?",
                f"Enter how many came from {name}",
                hint=f"{one.booked} booked. {_NOT_NAMES}",
            )
            self.fields[f"feedback_{key}"] = self._field("How many gave feedback? (optional)")
            self.fields[f"useful_{key}"] = self._field("How many of them found it useful? (optional)")
            names = (f"attended_{key}", f"feedback_{key}", f"useful_{key}")
            groups.append(Fieldset(name, *(Text(field, width=5) for field in names)))
        self.helper.layout = Layout(*groups, "version")

    def _field(self, label: str, missing: str = "", hint: str = "") -> forms.IntegerField:
        field = _count(label, required=bool(missing), hint=hint)
        whole = f"{label.removesuffix(' (optional)').removesuffix('?')}: enter a whole number"
        field.error_messages |= {"required": missing, "invalid": whole}
        return field

    def results(self) -> dict[UUID, Result]:
        """Of a form that is valid."""
        answers = self.cleaned_data
        found = {}
        for one in self.bookings:
            key = one.organisation.uid.hex
            found[one.organisation.uid] = Result(
                answers[f"attended_{key}"], answers[f"feedback_{key}"], answers[f"useful_{key}"]
            )
        return found
