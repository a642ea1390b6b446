"""The form on which a manager marks a team's week."""

from collections.abc import Sequence
from typing import Any

from django import forms

from safeguarding.kernel.govuk import GovukForm, Layout, Radios
from visits.selectors.check_ins import WorkerThisWeek

NOT_YET, SPOKEN, SUPPORT = "not_yet", "spoken", "support"
_MARKS = {NOT_YET: None, SPOKEN: False, SUPPORT: True}


def _code(mark: bool | None) -> str:
    return next(code for code, value in _MARKS.items() if value is mark)


class CheckInsForm(GovukForm):
    """One question for each worker of the team."""

    def __init__(self, *args: Any, workers: Sequence[WorkerThisWeek], **kwargs: Any) -> None:
        self.workers = {f"worker_{worker.id}": worker for worker in workers}
        super().__init__(*args, **kwargs)
        for name, worker in self.workers.items():
            self.fields[name] = forms.ChoiceField(
                label=worker.name,
                error_messages={"required": f"Select whether you spoke with {worker.name}"},
                widget=forms.RadioSelect,
                choices=(
                    (NOT_YET, "Not yet"),
                    (SPOKEN, "We spoke"),
                    (SUPPORT, "We spoke, and they asked for support"),
                ),
                initial=_code(worker.support_asked),
            )
        self.helper.layout = Layout(*(Radios(name, inline=True, small=True) for name in self.workers))

    def marks(self) -> dict[int, bool | None]:
        """Worker key -> what `services.mark_check_ins` takes."""
        return {worker.id: _MARKS[self.cleaned_data[name]] for name, worker in self.workers.items()}
