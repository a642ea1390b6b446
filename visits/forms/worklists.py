"""What narrows the worklists. Codes only: it travels in the address."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from safeguarding.kernel.govuk import GovukForm
from visits.facts.exceptions import Concern


class VisitsForm(GovukForm):
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=(("", "Overdue, or due within 7 days"), ("all", "All of my children")),
    )


class QueueForm(GovukForm):
    kind = forms.ChoiceField(label="What waits", required=False)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["kind"])
        # A kind of which nothing is left stays chosen.
        left = [] if kind in dict(choices) else [(kind, f"{Concern(kind).label} (0)")]
        field.choices = [*choices, *left]
