"""The form of a rating: on the matrix in force, with a reason."""

from typing import Any

from django import forms

from riskregister.constants import Confidence, RatingKind
from riskregister.forms.base import NO_NAMES, OnceForm, VersionForm, offer
from riskregister.models import Matrix
from riskregister.rules.register import REASON_WORDS, TEXT_LENGTH, RatingDraft
from safeguarding.kernel.govuk import GovukDateField, Layout, LongTextField, Radios


class RateForm(VersionForm, OnceForm):
    kind = forms.ChoiceField(
        label="Which rating do you give?",
        widget=forms.RadioSelect,
        choices=RatingKind.choices,
        initial=RatingKind.CURRENT,
    )
    likelihood = forms.ChoiceField(label="How likely is it?", widget=forms.RadioSelect)
    impact = forms.ChoiceField(label="How much would it harm children?", widget=forms.RadioSelect)
    reason = LongTextField(
        label="Why this rating?",
        max_length=TEXT_LENGTH,
        help_text=f"At least {REASON_WORDS} words. It stays with the rating for good. {NO_NAMES}",
    )
    evidence = LongTextField(
        label="What shows it? (optional)",
        rows=3,
        max_length=TEXT_LENGTH,
        required=False,
        help_text=f"Figures, an audit, a return. {NO_NAMES}",
    )
    confidence = forms.ChoiceField(
        label="How sure are you of it?", widget=forms.RadioSelect, choices=Confidence.choices
    )
    dated_on = GovukDateField(
        label="From which day does it hold?",
        hint="For example, 27 3 2020. A day before the last board shows in the next review, marked late",
    )
    subjects = {
        "kind": "which rating you give",
        "likelihood": "how likely it is",
        "impact": "how much it would harm children",
        "reason": "why this rating",
        "confidence": "how sure you are of it",
        "dated_on": "day from which it holds",
    }

    def __init__(self, *args: Any, matrix: Matrix, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {}
        for name, rows in (("likelihood", matrix.likelihoods), ("impact", matrix.impacts)):
            offer(self, name, [(place, f"{place}. {row['name']}") for place, row in enumerate(rows, 1)])
            hints[name] = {str(place): row["words"] for place, row in enumerate(rows, 1)}
        self.helper.layout = Layout(
            Radios("kind"),
            Radios("likelihood", hints=hints["likelihood"]),
            Radios("impact", hints=hints["impact"]),
            "reason",
            "evidence",
            Radios("confidence"),
            "dated_on",
            "version",
            "token",
        )

    def draft(self) -> RatingDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return RatingDraft(
            kind=answers["kind"],
            likelihood=int(answers["likelihood"]),
            impact=int(answers["impact"]),
            reason=answers["reason"],
            evidence=answers["evidence"],
            confidence=answers["confidence"],
            dated_on=answers["dated_on"],
        )
