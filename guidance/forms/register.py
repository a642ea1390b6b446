"""Forms of the register: what is recorded of guidance and of its versions."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from guidance.constants import (
    Audience,
    ChangeSize,
    CheckResult,
    Force,
    GuidanceKind,
    Topic,
    TouchedDuty,
    VersionState,
)
from guidance.facts.entry import ItemEntry, VersionEntry
from guidance.forms.base import NO_NAMES, OnceForm, ScreenedForm, VersionForm, offer
from guidance.models import GuidanceVersion
from guidance.rules import entries as rules
from guidance.selectors.register import Chosen
from safeguarding.kernel.govuk import Checkboxes, GovukDateField, GovukForm, Layout, LongTextField, Radios

_AUDIENCES = "For whom is it?"
_LIVE = (VersionState.ISSUED, VersionState.EMBEDDED)


def many(label: str, choices: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )


class WordsOfVersion(ScreenedForm):
    """What is recorded of every version, answered as a `VersionEntry`."""

    title = forms.CharField(label="Title", max_length=rules.TITLE_LENGTH)
    kind = forms.ChoiceField(label="What kind is it?", widget=forms.RadioSelect, choices=GuidanceKind.choices)
    force = forms.ChoiceField(
        label="How binding is it?",
        widget=forms.RadioSelect,
        choices=Force.choices,
        help_text="The strongest that it holds. It sets by when it is interpreted.",
    )
    published_on = GovukDateField(
        label="When was it published?",
        required=False,
        hint="For example, 27 3 2020. Leave it empty if the issuer does not say",
    )
    received_on = GovukDateField(label="When did it reach us?", subject="day on which it reached us")
    effective_from = GovukDateField(
        label="From which day does it hold?",
        required=False,
        subject="day from which it holds",
        hint="Leave it empty if it holds from the day on which it was published",
    )
    effective_until = GovukDateField(
        label="When does it end?",
        required=False,
        subject="first day on which it no longer holds",
        hint="The first day on which it no longer holds. An easement has one",
    )
    summary = LongTextField(
        label="What is it about?",
        rows=3,
        required=False,
        max_length=rules.SUMMARY_LENGTH,
        help_text=f"As the issuer says it, in a few sentences. {NO_NAMES}",
    )
    text = LongTextField(
        label="Text",
        rows=10,
        required=False,
        max_length=rules.TEXT_LENGTH,
        help_text="Paste the issuer’s words. Leave an empty line between paragraphs. "
        "Later versions are then compared with it, and it stands beside the interpretation.",
    )
    subjects = {
        "kind": "what kind it is",
        "force": "how binding it is",
        "size": "how large the change is",
        "change_note": "what is different from the version before",
        "issuer": "who issued it",
    }

    def entry(self) -> VersionEntry:
        """Of a form that is valid."""
        said = self.cleaned_data
        return VersionEntry(
            title=said["title"],
            kind=said["kind"],
            force=said["force"],
            received_on=said["received_on"],
            effective_from=said["effective_from"] or said["published_on"] or said["received_on"],
            effective_until=said["effective_until"],
            published_on=said["published_on"],
            summary=said["summary"],
            size=said.get("size", ChangeSize.MAJOR.value),
            change_note=said.get("change_note", ""),
            audiences_affected=tuple(said.get("audiences_affected", ())),
            duties_changed=tuple(said.get("duties_changed", ())),
            text=said.get("text", ""),
        )


class NewGuidanceForm(WordsOfVersion, OnceForm):
    """A new piece of guidance with its first version, answered as an `ItemEntry`."""

    issuer = forms.CharField(
        label="Who issued it?",
        max_length=rules.ISSUER_LENGTH,
        help_text="For example, Department for Education",
    )
    reference = forms.CharField(
        label="Issuer’s reference",
        required=False,
        max_length=rules.REFERENCE_LENGTH,
        help_text="For example, SI 2020/445",
    )
    url = forms.CharField(label="Address of its page", required=False, max_length=rules.URL_LENGTH)
    audiences = many(_AUDIENCES, Audience.choices)
    topics = many("What is it about, by topic?", Topic.choices)
    duties = many("Which duties does it touch?", TouchedDuty.choices)
    field_order = (
        "url", "title", "issuer", "reference", "kind", "force", "published_on", "received_on",
        "effective_from", "effective_until", "audiences", "topics", "duties", "summary", "text",
        "token", "names_no_child",
    )  # fmt: skip

    def build_layout(self) -> Layout:
        return self.with_box(*_questions(self))

    def item_entry(self) -> ItemEntry:
        """Of a form that is valid."""
        said = self.cleaned_data
        return ItemEntry(
            issuer=said["issuer"],
            version=self.entry(),
            reference=said["reference"],
            url=said["url"],
            audiences=tuple(said["audiences"]),
            topics=tuple(said["topics"]),
            duties=tuple(said["duties"]),
        )


class _ChangeForm(WordsOfVersion):
    """What a later version says of the change."""

    size = forms.ChoiceField(
        label="How large is the change?",
        widget=forms.RadioSelect,
        choices=ChangeSize.choices,
        help_text="A major change asks those whose duties change to acknowledge again.",
    )
    change_note = LongTextField(
        label="What is different from the version before?",
        rows=4,
        max_length=rules.NOTE_LENGTH,
        help_text=NO_NAMES,
    )
    audiences_affected = many("Whose duties change?", Audience.choices)
    duties_changed = many("Which duties change?", TouchedDuty.choices)
    field_order = (
        "title", "kind", "size", "change_note", "audiences_affected", "duties_changed", "force",
        "published_on", "received_on", "effective_from", "effective_until", "summary", "text",
        "token", "version", "names_no_child",
    )  # fmt: skip

    def build_layout(self) -> Layout:
        return self.with_box(*_questions(self))


class NewVersionForm(_ChangeForm, OnceForm, VersionForm):
    """The next version of an item."""


class CorrectVersionForm(_ChangeForm, VersionForm):
    """A version put right before it is approved; of the first one nothing of a change is asked."""

    def __init__(self, *args: Any, first: bool, has_text: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            for name in ("size", "change_note", "audiences_affected", "duties_changed"):
                del self.fields[name]
        if has_text:
            # The text of a version is never changed.
            del self.fields["text"]
        self.helper.layout = self.build_layout()


class EditItemForm(VersionForm):
    """What holds for all versions."""

    issuer = forms.CharField(label="Who issued it?", max_length=rules.ISSUER_LENGTH)
    reference = forms.CharField(label="Issuer’s reference", required=False, max_length=rules.REFERENCE_LENGTH)
    url = forms.CharField(label="Address of its page", required=False, max_length=rules.URL_LENGTH)
    audiences = many(_AUDIENCES, Audience.choices)
    topics = many("What is it about, by topic?", Topic.choices)
    duties = many("Which duties does it touch?", TouchedDuty.choices)
    owner = forms.ChoiceField(label="Who sees to its interpretation?", required=False)
    subjects = {"issuer": "who issued it"}
    field_order = ("issuer", "reference", "url", "owner", "audiences", "topics", "duties", "version")

    def __init__(self, *args: Any, people: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", people, "Nobody")

    def build_layout(self) -> Layout:
        return Layout(*_questions(self))


class ReplaceForm(VersionForm):
    by = forms.CharField(
        label="Number of the guidance that takes its place",
        required=False,
        max_length=12,
        help_text="For example, G12. Leave it empty if nothing takes its place after all.",
    )
    from_date = GovukDateField(
        label="From which day?",
        required=False,
        subject="day from which it is replaced",
        hint="The first day on which the other one holds in its place. For example, 1 9 2020",
    )
    field_order = ("by", "from_date", "version")

    def clean_by(self) -> int | None:
        typed = self.cleaned_data["by"].strip().upper().removeprefix("G").strip()
        if not typed:
            return None
        if not typed.isascii() or not typed.isdigit():
            raise forms.ValidationError("Enter a number like G12")
        return int(typed)


class CheckForm(ScreenedForm):
    """Somebody looked at the issuer's page."""

    result = forms.ChoiceField(
        label="What did you find?", widget=forms.RadioSelect, choices=CheckResult.choices
    )
    words = forms.CharField(
        label="In a few words", required=False, max_length=rules.CHECK_LENGTH, help_text=NO_NAMES
    )
    subjects = {"result": "what you found"}
    field_order = ("result", "words", "names_no_child")


class RegisterForm(GovukForm):
    """What narrows the register. Words and codes travel in the address."""

    words = forms.CharField(label="Search", required=False, max_length=100)
    show = forms.ChoiceField(label="Show", required=False)
    topic = forms.ChoiceField(label="Topic", required=False, choices=[("", "Any topic"), *Topic.choices])
    audience = forms.ChoiceField(label="For", required=False, choices=[("", "Anybody"), *Audience.choices])
    issuer = forms.ChoiceField(label="Issued by", required=False)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Any kind"), *GuidanceKind.choices])
    force = forms.ChoiceField(label="How binding", required=False, choices=[("", "Any"), *Force.choices])

    def __init__(self, *args: Any, issuers: Iterable[str], sees_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [state for state in VersionState if sees_all or state in _LIVE]
        work = [("awaiting", "Not issued yet"), ("overdue", "Overdue")] if sees_all else []
        shown = [("in_force", "In force today"), ("new", "New since you last looked"), *work]
        shown += [(state.value, state.label) for state in states] + [("replaced", "Replaced")]
        offer(self, "show", shown, "All")
        offer(self, "issuer", ((name, name) for name in issuers), "Anybody")

    def chosen(self) -> Chosen:
        """What was chosen; of an address that was tampered with: nothing."""
        if not self.is_bound or not self.is_valid():
            return Chosen()
        return Chosen(**self.cleaned_data)


class AsAtForm(GovukForm):
    as_at = GovukDateField(
        label="As it was known at the end of", required=False, hint="For example, 1 6 2020"
    )


def initial_of(version: GuidanceVersion) -> dict[str, Any]:
    """What a form about this version starts from."""
    return {
        "title": version.title,
        "kind": version.kind,
        "force": version.force,
        "size": version.size,
        "change_note": version.change_note,
        "audiences_affected": version.audiences_affected,
        "duties_changed": version.duties_changed,
        "published_on": version.published_on,
        "received_on": version.received_on,
        "effective_from": version.effective_from,
        "effective_until": version.effective_until,
        "summary": version.summary,
    }


def initial_of_next(version: GuidanceVersion, today: date) -> dict[str, Any]:
    """What the form of the version after this one starts from."""
    return {
        "title": version.title,
        "kind": GuidanceKind.AMENDED,
        "force": version.force,
        "received_on": today,
        "effective_until": version.effective_until,
    }


def _questions(form: forms.Form) -> list[Any]:
    """The fields in order; lists of boxes small, for they are long."""
    found: list[Any] = []
    for name, field in form.fields.items():
        if name == "names_no_child":
            continue
        if isinstance(field, forms.MultipleChoiceField):
            found.append(Checkboxes(name, small=True))
        elif isinstance(field.widget, forms.RadioSelect):
            found.append(Radios(name))
        else:
            found.append(name)
    return found
