"""Forms of lists of guidance."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from guidance.constants import Audience, Force, GuidanceKind, Topic
from guidance.facts.lists import Choice, ListDefaults
from guidance.rules.entries import ISSUER_LENGTH
from guidance.rules.lists import MAX_LENGTH, MAX_LINES
from guidance.services.lists import FILE_MAX_BYTES, NAME_LENGTH
from safeguarding.kernel.govuk import (
    CharacterCount,
    Checkboxes,
    Fieldset,
    GovukDateField,
    GovukForm,
    Layout,
    LongTextField,
    Radios,
)

LIMIT_WORDS = f"{FILE_MAX_BYTES // 1024**2} MB"
_VERSION = re.compile(r"version:([0-9a-f-]{36}):([0-9]{1,9})")


class ListForm(GovukForm):
    """A list, pasted or as a file, and what holds for each line that does not say otherwise."""

    name = forms.CharField(
        label="What is the list called?",
        required=False,
        max_length=NAME_LENGTH,
        help_text="For example, Appendix 1 of June 2020. If you leave it empty, it is called by its file",
    )
    text = LongTextField(
        label="Paste the list",
        required=False,
        # An empty first cell is a tab.
        strip=False,
        rows=12,
        max_length=MAX_LENGTH,
        help_text=(
            "One title on each line, or rows copied from a spreadsheet with their headings: Title, Issuer, "
            f"Reference, Link, Published, Kind… Up to {MAX_LINES} lines. "
            "Do not paste children’s names, dates of birth or references."
        ),
    )
    file = forms.FileField(
        label="Or choose a file",
        required=False,
        help_text=f"Excel (.xlsx) or CSV, up to {LIMIT_WORDS}",
    )
    issuer = forms.CharField(label="Issuer", required=False, max_length=ISSUER_LENGTH)
    received_on = GovukDateField(label="When did it reach us?", hint="For example, 27 3 2020")
    kind = forms.ChoiceField(label="Kind", choices=GuidanceKind.choices)
    force = forms.ChoiceField(label="How binding is it?", widget=forms.RadioSelect, choices=Force.choices)
    audiences = forms.MultipleChoiceField(
        label="Whom is it for?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Audience.choices,
    )
    topics = forms.MultipleChoiceField(
        label="What is it about?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Topic.choices,
    )
    subjects = {
        "received_on": "the day on which it reached us",
        "kind": "the kind",
        "force": "how binding it is",
        "text": "the list",
        "file": "a file",
    }

    def build_layout(self) -> Layout:
        return Layout(
            "name",
            CharacterCount("text", threshold=90),
            "file",
            Fieldset(
                "For each line that does not say otherwise",
                "issuer",
                "received_on",
                "kind",
                Radios("force", small=True),
                Checkboxes("audiences", small=True),
                Checkboxes("topics", small=True),
            ),
        )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if "text" in self.errors or "file" in self.errors:
            return answers
        text, file = answers.get("text"), answers.get("file")
        if not (text or "").strip() and not file:
            self.add_error("text", "Paste the list, or choose a file")
        elif (text or "").strip() and file:
            self.add_error("file", "Paste the list or choose a file, not both")
        return answers

    def defaults(self) -> ListDefaults:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return ListDefaults(
            received_on=answers["received_on"],
            issuer=answers["issuer"],
            kind=answers["kind"],
            force=answers["force"],
            audiences=tuple(answers["audiences"]),
            topics=tuple(answers["topics"]),
        )


class ChoicesForm(GovukForm):
    """What becomes of each line, as the boxes of the page say it: line-14=leave_out, add or
    version:<uid>:<number>. The page draws the boxes itself: they stand beside their lines."""

    # Lines that were shown as there already: "12,40".
    seen = forms.RegexField(r"\A[0-9,]{0,9000}\Z", required=False)

    def __init__(self, *args: Any, lines: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"line-{line}"] = forms.RegexField(
                r"\A(leave_out|add|version:[0-9a-f-]{36}:[0-9]{1,9})\Z", required=False
            )

    def choices(self) -> dict[int, Choice]:
        """Of what was posted; what is no answer counts as none."""
        self.is_valid()
        said = {line: self.cleaned_data.get(f"line-{line}") for line in self.lines}
        return {line: _choice(answer) for line, answer in said.items() if answer}

    def shown_as_twins(self) -> frozenset[int]:
        said = self.cleaned_data.get("seen") or ""
        return frozenset(int(line) for line in said.split(",") if line and len(line) < 10)


def _choice(answer: str) -> Choice:
    if not (match := _VERSION.fullmatch(answer)):
        return Choice(answer)
    try:
        return Choice("version", UUID(match[1]), int(match[2]))
    except ValueError:
        return Choice("version")
