"""What is saved now beside what somebody typed into a form that is out of date."""

from datetime import date
from typing import Any

from django.db.models import Model

from safeguarding.kernel.texts import in_words


def theirs_yours(saved: Model, form: Any) -> list[dict[str, str]]:
    """Each question of the form whose answer is another than what is saved, and every text that was typed
    for something that the record has no column for."""
    found = []
    for name, field in form.fields.items():
        if name in ("version", "token", "names_no_child"):
            continue
        yours = _words(form.cleaned_data.get(name), field)
        theirs = _words(getattr(saved, name, ""), field)
        if yours and yours != theirs:
            found.append({"field": str(field.label), "theirs": theirs or "–", "yours": yours})
    return found


def _words(value: Any, field: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, int):
        return f"G{value}"
    choices = dict(getattr(field, "choices", ()))
    if isinstance(value, list):
        return "; ".join(str(choices.get(code, code)) for code in value)
    if isinstance(value, Model):
        # A person among those offered, or another piece of guidance.
        return str(choices.get(str(getattr(value, "uid", "")), value))
    return str(choices.get(value, value))
