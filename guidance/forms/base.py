"""What the forms of guidance share: the version that was seen, a token that works once, and the box to stand
by a text that only looks as if it named a child."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

from django import forms

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import GovukForm, Layout

NO_NAMES = "Do not write children’s names, dates of birth or references."
_STALE = {
    "required": "Open this page again and fill it in anew",
    "invalid": "Open this page again and fill it in anew",
}


class VersionForm(GovukForm):
    """Carries the version of the record that the person saw."""

    version = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, error_messages=_STALE
    )


class OnceForm(GovukForm):
    """Makes something new: sent twice, it makes it once."""

    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=_STALE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class ScreenedForm(GovukForm):
    """A form whose texts are screened. The box appears only once a text has been refused."""

    names_no_child = forms.BooleanField(
        required=False,
        label="It names no child",
        help_text="Select this only if you have read the text again. That you did is kept.",
    )

    def build_layout(self) -> Layout:
        return self.with_box(*(name for name in self.fields if name != "names_no_child"))

    def with_box(self, *questions: Any) -> Layout:
        """The questions, and the box last where it was asked for before."""
        asked = self.is_bound and "names_no_child" in self.data
        return Layout(*questions, "names_no_child") if asked else Layout(*questions)

    def ask_for_the_box(self) -> None:
        """A text was refused: from now on the box is shown."""
        if not self.asks_for_the_box:
            self.helper.layout.fields.append("names_no_child")

    @property
    def asks_for_the_box(self) -> bool:
        return any(field == "names_no_child" for field in self.helper.layout.fields)


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]], empty: str = "") -> None:
    """Sets the choices of a list; `empty`: what its first, empty line says."""
    first = [("", empty)] if empty else []
    cast(forms.ChoiceField, form.fields[name]).choices = [
        *first,
        *((str(code), label) for code, label in choices),
    ]


def as_error(form: forms.BaseForm, refusal: Refusal) -> None:
    """Puts a rule's refusal beside its question; above the form where the form does not ask it."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
