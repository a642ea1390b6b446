"""Forms of the interpretation of guidance."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from guidance.constants import Force, Topic, VersionState
from guidance.forms.base import NO_NAMES, ScreenedForm, VersionForm, offer
from guidance.rules.interpretation import MEANING_LENGTH, NOTE_LENGTH, REASON_LENGTH, TO_DO_LENGTH
from guidance.services.drafts import Notes
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios

_FORCES = [("", "As its words say"), *((code, label.partition(":")[0]) for code, label in Force.choices)]


class InterpretationForm(ScreenedForm, VersionForm):
    """The draft, with a note for each of `positions` (of the paragraphs on the page)."""

    meaning = LongTextField(
        label="What does it mean here?",
        max_length=MEANING_LENGTH,
        rows=6,
        required=False,
        help_text=f"In a few plain sentences. {NO_NAMES}",
    )
    to_do = LongTextField(
        label="What do people have to do now?",
        max_length=TO_DO_LENGTH,
        rows=6,
        required=False,
        help_text=f"Start each line with what to do. {NO_NAMES}",
    )
    valid_until = GovukDateField(
        label="When is it to be looked at again at the latest?",
        hint="Leave it empty if it holds as long as the guidance does. For example, 27 9 2020",
        required=False,
        subject="day",
    )
    is_public = forms.BooleanField(
        label="Show it on the public page and in its feed once it is issued", required=False
    )

    def __init__(self, *args: Any, positions: Sequence[int], **kwargs: Any) -> None:
        self._positions = positions
        super().__init__(*args, **kwargs)
        for position in positions:
            force = forms.ChoiceField(
                label=f"How binding is paragraph {position} here?", choices=_FORCES, required=False
            )
            text = LongTextField(
                label=f"What does paragraph {position} mean here?",
                max_length=NOTE_LENGTH,
                rows=3,
                required=False,
            )
            for name, field in ((f"force_{position}", force), (f"note_{position}", text)):
                self.fields[name] = field
                self._speak_plainly(name, field)

    def notes(self) -> Notes:
        """Of a form that is valid, for the paragraphs on the page."""
        answers = self.cleaned_data
        return {one: (answers[f"force_{one}"], answers[f"note_{one}"]) for one in self._positions}

    def beside(self, position: int) -> dict[str, forms.BoundField]:
        """The questions beside one paragraph."""
        return {"force_here": self[f"force_{position}"], "note": self[f"note_{position}"]}

    @staticmethod
    def initial_notes(notes: Notes) -> dict[str, str]:
        return {
            f"{name}_{position}": value
            for position, note in notes.items()
            for name, value in zip(("force", "note"), note, strict=True)
        }


class AssessForm(ScreenedForm, VersionForm):
    matters = forms.ChoiceField(
        label="Does it matter here?",
        widget=forms.RadioSelect,
        choices=[("yes", "Yes: interpret it"), ("no", "No: set it aside")],
    )
    reason = LongTextField(
        label="Why not?", rows=3, max_length=REASON_LENGTH, required=False, help_text=NO_NAMES
    )
    subjects = {"matters": "whether it matters here", "reason": "why it does not matter here"}
    field_order = ("matters", "reason", "version", "names_no_child")

    def build_layout(self) -> Layout:
        return self.with_box(Radios("matters", reveal={"no": ["reason"]}), "version")


class ReasonForm(ScreenedForm, VersionForm):
    reason = LongTextField(label="Why?", rows=3, max_length=REASON_LENGTH, help_text=NO_NAMES)
    subjects = {"reason": "why"}
    field_order = ("reason", "version", "names_no_child")


class ReviewForm(ScreenedForm, VersionForm):
    decision = forms.ChoiceField(
        label="Do you approve it?",
        widget=forms.RadioSelect,
        choices=[("approve", "Yes: it may be issued as it is"), ("send_back", "No: send it back")],
    )
    words = LongTextField(
        label="What has to change, or what do you want to say?",
        rows=3,
        max_length=REASON_LENGTH,
        required=False,
        help_text=f"You must say what has to change if you send it back. {NO_NAMES}",
    )
    subjects = {"decision": "whether you approve it", "words": "what has to change"}
    field_order = ("decision", "words", "version", "names_no_child")


class WorkForm(GovukForm):
    """What narrows the list. Codes only: it travels in the address."""

    state = forms.ChoiceField(label="State", required=False)
    whose = forms.ChoiceField(
        label="Whose",
        required=False,
        choices=[("", "Everybody’s"), ("mine", "Mine"), ("approve", "That I can approve")],
    )
    due = forms.ChoiceField(label="Due", required=False, choices=[("", "Any day"), ("overdue", "Overdue")])

    def __init__(self, *args: Any, keeps: bool, states: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "state", ((state, VersionState(state).label) for state in states), "All that wait")
        if not keeps:
            del self.fields["whose"]
            self.helper.layout = self.build_layout()

    def chosen(self) -> Mapping[str, str]:
        """What was chosen; of an address that was tampered with: nothing."""
        return self.cleaned_data if self.is_bound and self.is_valid() else {}


class TopicOwnerForm(GovukForm):
    topic = forms.ChoiceField(label="Topic", choices=[("", "Select one"), *Topic.choices])
    owner = forms.ChoiceField(label="Who sees to it?", required=False)
    from_date = GovukDateField(label="From which day?", hint="For example, 27 4 2020", subject="day")
    subjects = {"topic": "a topic"}

    def __init__(self, *args: Any, owners: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", owners, "Nobody in particular: who records it")
