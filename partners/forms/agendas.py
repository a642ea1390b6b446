"""Forms of agendas, notes and minutes."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from partners.forms.base import OnceForm, VersionForm
from partners.forms.screened import ScreenedForm
from partners.models import Meeting, Organisation
from partners.presenters.base import moment_words
from partners.rules import meetings as rules
from partners.services.agendas import ItemDraft
from safeguarding.kernel.govuk import GovukForm, Layout, LongTextField, Radios

_NO_NAMES = f"{rules.NO_NAMES} Others read this"


class _ItemFields(GovukForm):
    title = forms.CharField(label="Item", max_length=rules.TITLE_LENGTH, help_text=_NO_NAMES)
    restricted = forms.ChoiceField(
        label="Who may read it?",
        widget=forms.RadioSelect,
        choices=(("no", "Everybody who reads the agenda"), ("yes", "Only some organisations")),
        initial="no",
    )
    restricted_to = forms.MultipleChoiceField(
        label="Which organisations?",
        help_text="For all others the item is not there at all",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    subjects = {"title": "the item", "restricted": "who may read it"}

    def offer(self, organisations: Sequence[Organisation]) -> None:
        field = cast(forms.MultipleChoiceField, self.fields["restricted_to"])
        field.choices = [(str(one.uid), one.name) for one in organisations]
        self.by_uid = {str(one.uid): one for one in organisations}

    def item_layout(self) -> list[Any]:
        return ["title", Radios("restricted", reveal={"yes": ["restricted_to"]})]

    def draft(self) -> ItemDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        restricted = answers["restricted"] == "yes"
        chosen = tuple(self.by_uid[uid] for uid in answers["restricted_to"]) if restricted else ()
        return ItemDraft(answers["title"], restricted, chosen)


class AddItemForm(_ItemFields, OnceForm):
    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(organisations)

    def build_layout(self) -> Layout:
        return Layout(*self.item_layout(), "token")


class ChangeItemForm(_ItemFields, VersionForm):
    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(organisations)

    def build_layout(self) -> Layout:
        return Layout(*self.item_layout(), "version")


class NotesForm(ScreenedForm, VersionForm):
    notes = LongTextField(
        label="What was said? (optional)",
        help_text=_NO_NAMES,
        max_length=rules.NOTES_LENGTH,
        required=False,
    )
    decision = LongTextField(
        label="What was decided? (optional)", max_length=rules.NOTES_LENGTH, rows=3, required=False
    )
    field_order = ("notes", "decision", "version", "names_no_child")


class MinutesForm(ScreenedForm, VersionForm):
    minutes = LongTextField(
        label="Minutes",
        help_text=rules.NO_NAMES,
        max_length=rules.MINUTES_LENGTH,
        rows=18,
        error_messages={"required": "Enter the minutes"},
    )
    field_order = ("minutes", "version", "names_no_child")


class _AtMeeting(GovukForm):
    at_meeting = forms.ChoiceField(
        label="At which meeting?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select the later meeting of the series"},
    )

    def offer(self, meetings: Sequence[Meeting]) -> None:
        field = cast(forms.ChoiceField, self.fields["at_meeting"])
        field.choices = [
            (str(one.uid), f"Meeting {one.number}, {moment_words(one.starts_at)}") for one in meetings
        ]


class AgreeForm(_AtMeeting, VersionForm):
    field_order = ("at_meeting", "version")

    def __init__(self, *args: Any, meetings: Sequence[Meeting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(meetings)


class CorrectionForm(_AtMeeting):
    words = LongTextField(
        label="What is to be corrected?",
        help_text=rules.NO_NAMES,
        max_length=rules.NOTES_LENGTH,
        error_messages={"required": "Enter what is to be corrected"},
    )

    def __init__(self, *args: Any, meetings: Sequence[Meeting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(meetings)
