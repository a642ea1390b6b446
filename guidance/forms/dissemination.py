"""Forms of what is sent through which channel, and of newsletters."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from guidance.constants import LENGTH_OF, Audience, Channel, ProofKind
from guidance.facts.dissemination import EntryDraft
from guidance.forms.base import NO_NAMES, OnceForm, ScreenedForm, VersionForm, offer
from guidance.rules import dissemination as rules
from guidance.selectors.dissemination import EVERY, NO_CHANNEL, NOT_FULLY
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

_LONDON = ZoneInfo("Europe/London")
_TWITTER_HINT = (
    "A link counts as 23 characters on Twitter, however long it is, and an emoji as 2. "
    "The count below does not know that: the text is counted that way when you save."
)


class _TextForm(ScreenedForm):
    """Whom it is sent to, and the text, counted as its channel counts."""

    audiences = forms.MultipleChoiceField(
        label="Whom is it sent to?", widget=forms.CheckboxSelectMultiple, choices=Audience.choices
    )
    text = LongTextField(label="Text", rows=8, max_length=5600)
    subjects = {"audiences": "whom it is sent to", "text": "the text"}

    def __init__(self, *args: Any, channel: str, audiences: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whom the guidance is for stands first.
        ordered = sorted(Audience.choices, key=lambda choice: choice[0] not in audiences)
        offer(self, "audiences", ordered)
        field = cast(LongTextField, self.fields["text"])
        # What the page counts to; how long the text may be, the rules say as the channel counts.
        field.max_length = LENGTH_OF[Channel(channel)]
        hint = _TWITTER_HINT if channel == Channel.TWITTER else ""
        field.help_text = f"{hint} {NO_NAMES}".strip()


class PlanDispatchForm(_TextForm, OnceForm):
    field_order = ("audiences", "text", "token", "names_no_child")

    def build_layout(self) -> Layout:
        return self.with_box(Checkboxes("audiences", small=True), "text", "token")


class CorrectDispatchForm(_TextForm, VersionForm):
    field_order = ("audiences", "text", "version", "names_no_child")

    def build_layout(self) -> Layout:
        return self.with_box(Checkboxes("audiences", small=True), "text", "version")


class SentForm(VersionForm):
    """When it went out, and what shows it."""

    sent_on = GovukDateField(label="On which day was it sent?", hint="For example, 27 3 2020")
    sent_time = forms.TimeField(
        label="At what time?",
        help_text="London time, for example 10:30",
        error_messages={"required": "Enter the time", "invalid": "Enter a time, for example 10:30"},
    )
    proof_kind = forms.ChoiceField(
        label="What shows that it was sent?", widget=forms.RadioSelect, choices=ProofKind.choices
    )
    proof = forms.CharField(label="The link, the number, or who saw it", max_length=rules.PROOF_LENGTH)
    reach = forms.IntegerField(
        label="How many people did it reach? (optional)",
        help_text="As the channel says: followers, views or readers. Leave it empty if it is not known.",
        required=False,
        min_value=0,
        max_value=rules.MOST_REACHED,
    )
    subjects = {
        "sent_on": "the day it was sent",
        "proof_kind": "what shows that it was sent",
        "proof": "the link, the number, or who saw it",
        "reach": "how many people it reached",
    }
    field_order = ("sent_on", "sent_time", "proof_kind", "proof", "reach", "version")

    def build_layout(self) -> Layout:
        return Layout(
            "sent_on",
            Text("sent_time", width=5),
            Radios("proof_kind"),
            "proof",
            Text("reach", width=10),
            "version",
        )

    def sent_at(self) -> datetime:
        """Of a form that is valid."""
        return datetime.combine(self.cleaned_data["sent_on"], self.cleaned_data["sent_time"], _LONDON)


class DropForm(VersionForm):
    reason = LongTextField(label="Why is it not sent?", rows=3, max_length=rules.REASON_LENGTH)
    subjects = {"reason": "why it is not sent"}
    field_order = ("reason", "version")


class CoverageForm(GovukForm):
    """What narrows the list. Codes only: it travels in the address."""

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "Not told to everybody"),
            (NO_CHANNEL, "Told through no channel"),
            (EVERY, "All that is issued"),
        ],
    )
    audience = forms.ChoiceField(label="For", required=False, choices=[("", "Anybody"), *Audience.choices])

    def chosen(self) -> dict[str, str]:
        if not self.is_bound or not self.is_valid():
            return {"show": NOT_FULLY, "audience": ""}
        return {
            "show": self.cleaned_data["show"] or NOT_FULLY,
            "audience": self.cleaned_data["audience"],
        }


class ComposeForm(ScreenedForm, OnceForm):
    from_date = GovukDateField(label="From which day?", hint="The first day. For example, 27 3 2020")
    until_date = GovukDateField(label="Until which day?", hint="The last day, included")
    title = forms.CharField(
        label="Title", help_text="It is also the mail’s subject.", max_length=rules.TITLE_LENGTH
    )
    intro = LongTextField(
        label="Introduction (optional)", required=False, max_length=rules.INTRO_LENGTH, help_text=NO_NAMES
    )
    subjects = {"from_date": "the first day", "until_date": "the last day", "title": "the title"}
    field_order = ("from_date", "until_date", "title", "intro", "token", "names_no_child")

    @staticmethod
    def first_answers(today: date, last: date | None) -> dict[str, Any]:
        """The fortnight after the last newsletter, else the last fortnight."""
        first = last + timedelta(days=1) if last else today - timedelta(days=13)
        until = min(today, first + timedelta(days=13))
        return {"from_date": min(first, today), "until_date": max(until, min(first, today))}


class EditNewsletterForm(ScreenedForm, VersionForm):
    """Title, introduction, and for each entry its text, its place, and whether it is left out."""

    title = forms.CharField(
        label="Title", help_text="It is also the mail’s subject.", max_length=rules.TITLE_LENGTH
    )
    intro = LongTextField(
        label="Introduction (optional)", required=False, max_length=rules.INTRO_LENGTH, help_text=NO_NAMES
    )
    subjects = {"title": "the title"}

    def __init__(self, *args: Any, offered: Iterable[tuple[UUID, str, str]], **kwargs: Any) -> None:
        """`offered`: each version with its name and its text there; "" is not in the newsletter."""
        super().__init__(*args, **kwargs)
        # The questions of its entries come now.
        self.offered = list(offered)
        place_taken = 0
        for index, (_, _name, text) in enumerate(self.offered):
            place_taken += bool(text)
            # A box, not a list of places: of a long newsletter that would be each place for each entry.
            self.fields[f"place_{index}"] = forms.IntegerField(
                label="Place in the newsletter",
                help_text="Empty the box to leave it out.",
                required=False,
                min_value=1,
                max_value=999,
                initial=place_taken if text else None,
            )
            self.fields[f"text_{index}"] = LongTextField(
                label="Text",
                required=False,
                max_length=LENGTH_OF[Channel.NEWSLETTER],
                initial=text,
            )
        self.order_fields(["title", "intro", *self._asked(), "version", "names_no_child"])
        # The questions that came now are spoken of as the others are.
        for name in self._asked():
            self._speak_plainly(name, self.fields[name])
        self.helper.layout = self.build_layout()

    def build_layout(self) -> Layout:
        entries = [
            Fieldset(name, Text(f"place_{index}", width=3), f"text_{index}")
            for index, (_, name, _text) in enumerate(getattr(self, "offered", ()))
        ]
        return self.with_box("title", "intro", *entries, "version")

    def _asked(self) -> list[str]:
        return [f"{part}_{index}" for index in range(len(self.offered)) for part in ("place", "text")]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        taken: dict[int, int] = {}
        for index in range(len(self.offered)):
            place = answers.get(f"place_{index}")
            if not place:
                continue
            if place in taken:
                self.add_error(f"place_{index}", f"Place {place} is taken. Choose another one")
            taken[place] = index
            if f"text_{index}" not in self.errors and not answers.get(f"text_{index}"):
                self.add_error(f"text_{index}", "Enter the text, or leave it out of the newsletter")
        return answers

    def kept(self) -> list[int]:
        """Of a form that is valid: which of the offered are in it, in their order."""
        places = {
            index: self.cleaned_data[f"place_{index}"]
            for index in range(len(self.offered))
            if self.cleaned_data.get(f"place_{index}")
        }
        return sorted(places, key=places.__getitem__)

    def entries(self) -> list[EntryDraft]:
        return [
            EntryDraft(self.offered[index][0], self.cleaned_data[f"text_{index}"]) for index in self.kept()
        ]

    def field_of(self, refused: str | None) -> str | None:
        """The question that a refusal is about; a service counts the texts by their order."""
        head, _, place = (refused or "").partition("_")
        if head == "text" and place.isdecimal() and int(place) < len(self.kept()):
            return f"text_{self.kept()[int(place)]}"
        return refused

    def typed(self) -> str:
        """Of a form that is valid: its entries in words."""
        return "\n\n".join(
            f"{place}. {self.offered[index][1]}: {self.cleaned_data[f'text_{index}']}"
            for place, index in enumerate(self.kept(), 1)
        )
