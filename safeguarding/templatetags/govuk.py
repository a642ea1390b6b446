"""Tags that shape fields, buttons and errors in the GOV.UK manner; the HTML is in templates/govuk/."""

import copy
import datetime
import re
from collections.abc import Mapping
from typing import Any

from django import forms, template
from django.core.paginator import Paginator
from django.forms import BaseForm, BoundField
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

from safeguarding.kernel.govuk import PARTS, GovukDateInput

register = template.Library()

# The first kind that a widget is an instance of decides its template and its class.
KINDS: tuple[tuple[type[forms.Widget], str, str], ...] = (
    (GovukDateInput, "date", ""),
    (forms.CheckboxSelectMultiple, "checkboxes", ""),
    (forms.RadioSelect, "radios", ""),
    (forms.CheckboxInput, "checkbox", ""),
    (forms.Select, "select", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (forms.PasswordInput, "password", "govuk-input"),
)
BUTTON_CLASSES = {"primary": "", "secondary": "govuk-button--secondary", "warning": "govuk-button--warning",
                  "start": "govuk-button--start"}  # fmt: skip


def kind_of(field: BoundField) -> tuple[str, str]:
    """The template's name and the widget's CSS class for a field."""
    widget = field.field.widget
    for kind, name, css_class in KINDS:
        if isinstance(widget, kind):
            return name, css_class
    return "input", "govuk-input"


def first_input_id(field: BoundField) -> str:
    """The id of the first input of a field: where its error in the summary should lead."""
    kind, _ = kind_of(field)
    if kind in ("radios", "checkboxes"):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def wrong_parts(field: BoundField) -> tuple[str, ...]:
    """The boxes of a date that its errors are about; all of them where an error does not say."""
    parts: set[str] = set()
    for error in field.form.errors.get(field.name, forms.utils.ErrorList()).as_data():
        parts.update((error.params or {}).get("parts", PARTS))
    return tuple(part for part in PARTS if part in parts)


def character_limit(field: BoundField) -> int | None:
    """The longest text of a textarea, where it has a limit."""
    return getattr(field.field, "max_length", None)


def input_attributes(field: BoundField, kind: str, css_class: str, look: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a field's own element: class, description and keyboard."""
    own = field.field.widget.attrs
    classes = [css_class, own.get("class", "")]
    if field.errors and css_class:
        classes.append(f"{css_class}--error")
    if look.get("width"):
        classes.append(f"govuk-input--width-{look['width']}")
    described = []
    if kind == "textarea" and character_limit(field):
        classes.append("govuk-js-character-count")
        described.append(f"{field.auto_id}-info")
    if field.help_text:
        described.append(f"{field.auto_id}-hint")
    if field.errors:
        described.append(f"{field.auto_id}-error")
    attributes: dict[str, Any] = {"aria-describedby": " ".join(described) or None}
    if kind == "textarea":
        attributes["rows"] = own.get("rows", 5) if own.get("rows") != "10" else 5
        # Text past the limit must be typed, counted and answered, not cut off in silence.
        attributes |= {"cols": None, "maxlength": None}
    elif kind == "password":
        classes += ["govuk-password-input__input", "govuk-js-password-input-input"]
        attributes |= {"spellcheck": "false", "autocapitalize": "none"}
    elif kind == "input" and isinstance(field.field.widget, forms.NumberInput):
        whole = isinstance(field.field, forms.IntegerField) and not isinstance(
            field.field, forms.FloatField | forms.DecimalField
        )
        # A number box that scrolls and steps changes figures by accident.
        attributes |= {"inputmode": "numeric" if whole else "decimal", "min": None, "max": None, "step": None}
    elif kind == "input":
        attributes["maxlength"] = None
    attributes["class"] = " ".join(filter(None, classes))
    return attributes


def element(field: BoundField, attributes: dict[str, Any]) -> str:
    """The field's own element, with these attributes over the widget's own; None takes one away.

    Not `BoundField.as_widget`: it would add `aria-invalid` and describe the input by Django's own help text.
    """
    widget = copy.copy(field.field.widget)
    if isinstance(widget, forms.NumberInput):
        widget.input_type = "text"
    merged = {**widget.attrs, "id": field.auto_id, **attributes}
    widget.attrs = {}
    if field.field.disabled:
        merged["disabled"] = True
    shown = {name: value for name, value in merged.items() if value is not None}
    return widget.render(field.html_name, field.value(), attrs=shown, renderer=field.form.renderer)


def choices_of(field: BoundField, look: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The choices of radios or checkboxes with their ids, hints and what they reveal.

    A list with groups comes out flat: GOV.UK radios have none.
    """
    hints, reveal = look.get("hints", {}), look.get("reveal", {})
    choices = []
    for option in field.subwidgets:
        value = str(option.data["value"])
        if isinstance(field.field.widget, forms.RadioSelect) and value == "":
            continue  # "---------": an answer not given is no answer to offer
        choices.append(
            {
                "id": option.id_for_label,
                "name": option.data["name"],
                "value": value,
                "label": option.choice_label,
                "checked": option.data["selected"],
                "disabled": option.data["attrs"].get("disabled", False),
                "hint": hints.get(value),
                "reveal": reveal.get(value),
            }
        )
    # The summary links to the first choice; an id taken over by the empty choice would lead nowhere.
    if choices:
        choices[0]["id"] = first_input_id(field)
    return choices


@register.simple_tag(takes_context=True)
def govuk_field(context: template.Context, field: BoundField, **look: Any) -> str:
    """A whole question: label or legend, hint, error, input. `look` as the layout objects of kernel.govuk."""
    options = {**(context.get("look") or {}), **look}
    return render_question(field, options)


def render_question(field: BoundField, look: Mapping[str, Any]) -> str:
    if field.is_hidden:
        return field.as_widget()
    kind, css_class = kind_of(field)
    attributes = input_attributes(field, kind, css_class, look)
    question: dict[str, Any] = {
        "field": field,
        "id": field.auto_id,
        "look": look,
        "errors": field.errors,
        "described_by": attributes["aria-describedby"],
        "limit": character_limit(field) if kind == "textarea" else None,
    }
    if kind == "date":
        question["element"] = element(field, {"wrong_parts": wrong_parts(field)})
    elif kind in ("radios", "checkboxes"):
        question["choices"] = choices_of(field, look)
    elif kind == "checkbox":
        question["checked"] = bool(field.value())
    else:
        question["element"] = element(field, attributes)
    return get_template(f"govuk/fields/{kind}.html").render(question)


@register.inclusion_tag("govuk/error_summary.html", takes_context=True)
def govuk_error_summary(context: template.Context) -> dict[str, Any]:
    """Every error of the page's `form` or `error_forms`, each a link to the input it is about."""
    return {"errors": summary_errors(page_forms(context))}


def page_forms(context: template.Context) -> list[BaseForm]:
    candidates = [context.get("form"), *(context.get("error_forms") or [])]
    forms_found: list[BaseForm] = []
    for candidate in candidates:
        if isinstance(candidate, BaseForm) and candidate not in forms_found:
            forms_found.append(candidate)
    return forms_found


def summary_errors(page_forms: list[BaseForm]) -> list[dict[str, str]]:
    """[{text, href}]: the whole form's errors first (no href), then each field's in the order on the page."""
    found: list[dict[str, str]] = []
    for form in page_forms:
        if not form.is_bound or not form.errors:
            continue
        found += [{"text": str(text), "href": ""} for text in form.non_field_errors()]
        for field in form:
            href = "" if field.is_hidden else f"#{error_target(field)}"
            found += [{"text": str(text), "href": href} for text in field.errors]
    return found


def error_target(field: BoundField) -> str:
    """The first wrong box of a date, else the first input."""
    if isinstance(field.field.widget, GovukDateInput):
        parts = wrong_parts(field)
        return f"{field.auto_id}_{parts[0] if parts else 'day'}"
    return first_input_id(field)


@register.simple_tag(takes_context=True)
def govuk_title_prefix(context: template.Context) -> str:
    """The word Error before the title of a page whose form was refused, so that it is heard first."""
    return "Error: " if summary_errors(page_forms(context)) else ""


@register.inclusion_tag("govuk/button.html")
def govuk_button(
    text: str, href: str = "", kind: str = "primary", name: str = "", value: str = ""
) -> dict[str, Any]:
    """A button, or with `href` a link that looks like one; kinds: primary, secondary, warning, start."""
    return {
        "text": text,
        "href": href,
        "kind": kind,
        "css_class": BUTTON_CLASSES[kind],
        "name": name,
        "value": value,
    }


@register.simple_block_tag
def govuk_details(content: str, summary: str, open: bool = False) -> str:
    """HTML behind a summary that opens it."""
    return get_template("components/details.html").render({"summary": summary, "html": content, "open": open})


@register.simple_block_tag
def govuk_inset(content: str) -> str:
    """HTML set apart by a bar on its left."""
    return get_template("components/inset.html").render({"html": content})


@register.filter
def ago(then: datetime.datetime, now: datetime.datetime) -> str:
    """How long before `now`, in the largest unit only: "12 minutes ago", "less than a minute ago"."""
    if (now - then).total_seconds() < 60:
        return "less than a minute ago"
    return f"{timesince(then, now, depth=1)} ago"


@register.filter
def clock(moment: datetime.datetime) -> str:
    """The time of day in the site's time zone, as GOV.UK writes it: "9:42am", "midday", "midnight"."""
    local = moment.astimezone(timezone.get_current_timezone()) if timezone.is_aware(moment) else moment
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    return f"{local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"


@register.filter
def cell(value: Any) -> Mapping[str, Any]:
    """A table's cell in full, given as plain text or as {text, href, tag, hidden, numeric}."""
    return value if isinstance(value, Mapping) else {"text": value}


# A word longer than this (an address) may be broken, but only where a reader would break it.
_LONG_WORD = 24


@register.filter
def breakable(value: Any) -> Any:
    """Text whose long words (e-mail and web addresses) may break after a slash or an @, so that they
    do not push a table's other columns out of sight. Other values and short words as they are."""
    if not isinstance(value, str) or not any(len(word) > _LONG_WORD for word in value.split()):
        return value
    parts = re.split(r"(\s+)", str(escape(value)))
    return mark_safe("".join(_break(part) if len(part) > _LONG_WORD else part for part in parts))  # noqa: S308


def _break(word: str) -> SafeString:
    return mark_safe(re.sub(r"(?<=[/@?])(?=[^/])", "<wbr>", word))  # noqa: S308, escaped before


@register.filter
def at(row: list[Any], index: int) -> Any:
    """The entry of a list at an index; None past its end (a short row must not break the page)."""
    return row[index] if index < len(row) else None


@register.filter
def pages_around(paginator: Paginator, number: int) -> list[int | str]:
    """The page numbers to link to: the ends, the neighbours of `number`, and "…" for what is left out."""
    return list(paginator.get_elided_page_range(number, on_each_side=1, on_ends=1))
