"""Forms of what is done with a whole return: sending, sending back, unlocking, who fills what."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from accounts.selectors import User
from partners.constants import COMMENT_LENGTH
from partners.facts.questions import SectionFact
from partners.facts.returns import Change
from partners.forms.base import OnceForm, VersionForm, as_error, version_field
from partners.forms.returns import NO_NAMES
from partners.rules.answers import shown
from partners.rules.returns import REASON_LENGTH
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import GovukForm, LongTextField


class SubmitForm(OnceForm):
    version = version_field()


class SendBackForm(VersionForm):
    """Why, and a note beside each answer that is meant."""

    reason = LongTextField(
        label="Why do you send this return back?",
        max_length=REASON_LENGTH,
        rows=3,
        help_text=f"The partner reads this. {NO_NAMES}",
    )
    subjects = {"reason": "why you send the return back"}

    def __init__(self, *args: Any, changes: Sequence[Change], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [change.question.code for change in changes]
        for change in changes:
            field = LongTextField(
                label=f"{change.question.text} (optional)",
                help_text=f"Answer: {shown(change.question, change.now)}",
                required=False,
                max_length=COMMENT_LENGTH,
                rows=2,
            )
            self.fields[f"about-{change.question.code}"] = field
            self._speak_plainly("about", field)

    def about(self) -> dict[str, str]:
        return {code: self.cleaned_data.get(f"about-{code}") or "" for code in self.codes}

    def boxes(self) -> dict[str, BoundField]:
        return {code: self[f"about-{code}"] for code in self.codes}

    def refuse(self, refusal: Refusal) -> None:
        if refusal.field in self.codes:
            refusal.field = f"about-{refusal.field}"
        as_error(self, refusal)


class UnlockForm(VersionForm):
    reason = LongTextField(
        label="Why do you unlock this return?",
        max_length=REASON_LENGTH,
        rows=3,
        help_text=f"The partner reads this. {NO_NAMES}",
    )
    subjects = {"reason": "why you unlock the return"}


class AssignForm(GovukForm):
    """Who fills each section; nobody in particular where it is left."""

    def __init__(
        self,
        *args: Any,
        sections: Sequence[SectionFact],
        people: Sequence[User],
        assigned: Mapping[str, User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections, self.people = sections, {str(person.uid): person for person in people}
        names = [("", "Nobody in particular"), *((str(person.uid), person.name) for person in people)]
        for section in sections:
            holder = assigned.get(section.code)
            name = f"s-{section.code}"
            self.fields[name] = forms.ChoiceField(label=section.title, choices=names, required=False)
            self.initial[name] = str(holder.uid) if holder else ""
            self._speak_plainly(name, self.fields[name])
        self.helper.layout = self.build_layout()

    def chosen(self) -> dict[str, User | None]:
        """By section's code."""
        return {
            section.code: self.people.get(self.cleaned_data[f"s-{section.code}"]) for section in self.sections
        }
