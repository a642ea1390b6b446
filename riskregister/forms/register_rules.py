"""Forms of the register's rules."""

from collections.abc import Mapping
from typing import Any

from django import forms

from riskregister.constants import Band, RiskTheme
from riskregister.forms.base import OnceForm
from riskregister.models import Matrix
from riskregister.rules import register_rules as rules
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

CONFIRM, DECLINE = "confirm", "decline"
_FROM = "It must be after the last day that a published review looks back on. For example, 27 3 2021"
_AXES = (("likelihood", "Likelihood"), ("impact", "Impact"))


def _from() -> GovukDateField:
    return GovukDateField(label="From which day?", hint=_FROM)


class MatrixForm(OnceForm):
    """Five names and meanings for each axis, and where each band ends."""

    effective_from = _from()
    source = LongTextField(label="Where does it come from?", rows=2, max_length=rules.WORDS_LENGTH)
    reason = LongTextField(label="Why is it needed?", rows=2, max_length=rules.WORDS_LENGTH)
    subjects = {
        "effective_from": "day from which it holds",
        "source": "where it comes from",
        "reason": "why it is needed",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis, _ in _AXES:
            for place in range(1, 6):
                name = forms.CharField(label=f"Name of {axis} {place}", max_length=rules.NAME_LENGTH)
                meaning = LongTextField(
                    label=f"What {axis} {place} means", rows=2, max_length=rules.WORDS_LENGTH
                )
                self._add(f"{axis}_{place}_name", name, f"Enter the name of {axis} {place}")
                self._add(f"{axis}_{place}_words", meaning, f"Enter what {axis} {place} means")
        for band in Band:
            label = forms.CharField(
                label=f"Name of the band {band.label.lower()}", max_length=rules.NAME_LENGTH
            )
            self._add(f"{band}_label", label, f"Enter the name of the band {band.label.lower()}")
            if band is not Band.RED:
                end = forms.IntegerField(
                    label=f"Highest score of {band.label.lower()}", min_value=1, max_value=24
                )
                self._add(f"{band}_to", end, f"Enter the highest score of {band.label.lower()}")
        self.helper.layout = self._in_groups()

    def _add(self, name: str, field: forms.Field, missing: str) -> None:
        field.error_messages["required"] = missing
        self.fields[name] = field

    def _in_groups(self) -> Layout:
        axes = [
            Fieldset(
                f"{words}, the lowest first",
                *(f"{axis}_{place}_{part}" for place in range(1, 6) for part in ("name", "words")),
            )
            for axis, words in _AXES
        ]
        bands: list[Any] = []
        for band in Band:
            bands.append(f"{band}_label")
            if band is not Band.RED:
                bands.append(Text(f"{band}_to", width=2))
        last = ("effective_from", "source", "reason", "token")
        return Layout(*axes, Fieldset("Bands, the lowest first", *bands), *last)

    def matrix(self) -> dict[str, Any]:
        """As rules.register_rules.check_matrix; of a form that is valid. Raises Refusal('bands_gap')."""
        answers = self.cleaned_data
        found: dict[str, Any] = {
            f"{axis}s": [
                {"name": answers[f"{axis}_{place}_name"], "words": answers[f"{axis}_{place}_words"]}
                for place in range(1, 6)
            ]
            for axis, _ in _AXES
        }
        ends = [answers[f"{band}_to"] if band is not Band.RED else 25 for band in Band]
        found["likelihoods"], found["impacts"] = found.pop("likelihoods"), found.pop("impacts")
        found["bands"] = rules.bands_up_to(ends, [answers[f"{band}_label"] for band in Band])
        return found | {"source": answers["source"], "reason": answers["reason"]}


def matrix_as_form(matrix: Matrix | None) -> dict[str, Any]:
    """What the form begins with: the matrix in force."""
    if matrix is None:
        return {}
    found: dict[str, Any] = {}
    for axis, rows in (("likelihood", matrix.likelihoods), ("impact", matrix.impacts)):
        for place, row in enumerate(rows, 1):
            found |= {f"{axis}_{place}_name": row["name"], f"{axis}_{place}_words": row["words"]}
    for band in matrix.bands:
        found |= {f"{band['band']}_label": band["label"], f"{band['band']}_to": band["to"]}
    return found


class CadenceForm(OnceForm):
    effective_from = _from()
    source = LongTextField(
        label="Where do these dates come from, or why are they needed?", rows=2, max_length=rules.WORDS_LENGTH
    )
    subjects = {
        "effective_from": "day from which they hold",
        "source": "where these dates come from, or why",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = []
        for band in reversed(Band):
            words = band.label.lower()
            days = forms.IntegerField(
                label=f"{band.label}: reviewed every how many days?",
                min_value=1,
                max_value=rules.LONGEST_CADENCE_DAYS,
            )
            days.error_messages["required"] = f"Enter how many days for {words}"
            who = forms.MultipleChoiceField(
                label=f"{band.label}: who may review it?",
                widget=forms.CheckboxSelectMultiple,
                choices=(("CO", "Coordinator"), ("BM", "Board member")),
            )
            who.error_messages["required"] = f"Select who may review a risk rated {words}"
            self.fields[f"{band}_days"], self.fields[f"{band}_authority"] = days, who
            groups += [Text(f"{band}_days", width=3), Checkboxes(f"{band}_authority")]
        self.helper.layout = Layout(*groups, "effective_from", "source", "token")

    def rows(self) -> Mapping[str, tuple[int, list[str]]]:
        answers = self.cleaned_data
        return {band.value: (answers[f"{band}_days"], answers[f"{band}_authority"]) for band in Band}


class AppetiteForm(OnceForm):
    theme = forms.ChoiceField(label="For which theme?", choices=[("", "Select one"), *RiskTheme.choices])
    highest_score = forms.IntegerField(
        label="The highest score that the board bears",
        min_value=0,
        max_value=25,
        help_text="Likelihood times impact, from 0 to 25. Above it an escalation is proposed",
    )
    words = LongTextField(
        label="In words: what does the board bear, and what not?", rows=3, max_length=rules.WORDS_LENGTH
    )
    effective_from = _from()
    subjects = {
        "theme": "a theme",
        "highest_score": "the highest score that the board bears",
        "words": "what the board bears, in words",
        "effective_from": "day from which it holds",
    }

    def build_layout(self) -> Layout:
        return Layout("theme", Text("highest_score", width=2), "words", "effective_from", "token")


class DecideForm(GovukForm):
    answer = forms.ChoiceField(label="What do you decide?", widget=forms.RadioSelect)
    reason = LongTextField(label="Why not?", rows=3, max_length=rules.WORDS_LENGTH, required=False)
    subjects = {"answer": "what you decide"}

    def __init__(self, *args: Any, may_confirm: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        confirm = [(CONFIRM, "Confirm it: it holds from its day on")] if may_confirm else []
        self.fields["answer"].choices = [*confirm, (DECLINE, "It is not to be used")]  # type: ignore[attr-defined]
        self.helper.layout = Layout(Radios("answer", reveal={DECLINE: ["reason"]}))
