"""What the forms of the partnership share: the version that was seen, and a token that works once."""

from typing import Any
from uuid import uuid4

from django import forms

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import GovukForm

STALE_FORM = {
    "required": "Open this page again and fill it in anew",
    "invalid": "Open this page again and fill it in anew",
}


def version_field() -> forms.IntegerField:
    """The version of the record that the person saw."""
    return forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, error_messages=STALE_FORM
    )


def token_field() -> forms.UUIDField:
    return forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)


class VersionForm(GovukForm):
    """Carries the version of the record that the person saw."""

    version = version_field()


class OnceForm(GovukForm):
    """Makes something new: sent twice, it makes it once."""

    token = token_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


def as_error(form: forms.BaseForm, refusal: Refusal) -> None:
    """Puts a rule's refusal beside its question; above the form where the form does not ask it."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
