"""Forms in the shape of the GOV.UK Design System: base forms, a date, long text, layout objects.

The look is in templates/govuk/ (the crispy template pack) and safeguarding/templatetags/govuk.py.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field as CrispyField
from crispy_forms.layout import Fieldset, Layout
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

__all__ = [
    "CharacterCount",
    "Checkboxes",
    "Date",
    "DateParts",
    "Fieldset",
    "GovukDateField",
    "GovukDateInput",
    "GovukForm",
    "GovukModelForm",
    "Layout",
    "LongTextField",
    "Radios",
    "Select",
    "Text",
]

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
PARTS = ("day", "month", "year")
# The layout of text may use these; any other control character is a paste gone wrong or worse
# (null has a validator of Django's own).
ALLOWED_CONTROLS = "\t\n\r\0"
# Characters that turn the reading direction of what follows, on every page where the text is shown.
DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class DateParts(NamedTuple):
    """What was typed in the three boxes of a date, kept as typed."""

    day: str = ""
    month: str = ""
    year: str = ""


class GovukDateInput(forms.Widget):
    """Three text boxes for day, month and year; posted as <name>_day, <name>_month and <name>_year."""

    template_name = "govuk/widgets/date_input.html"
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> DateParts:
        return DateParts(*((data.get(f"{name}_{part}") or "").strip() for part in PARTS))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}_{part}" in data for part in PARTS)

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """The day's box: where a link to this question should take the reader."""
        return f"{id_}_day" if id_ else ""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """`attrs["wrong_parts"]` names the boxes to mark as wrong."""
        attrs = attrs or {}
        typed = parts_of(value)
        boxes = [
            {
                "part": part,
                "name": f"{name}_{part}",
                "value": getattr(typed, part),
                "width": 4 if part == "year" else 2,
                "wrong": part in attrs.get("wrong_parts", ()),
            }
            for part in PARTS
        ]
        return render_to_string(self.template_name, {"id": attrs.get("id", f"id_{name}"), "boxes": boxes})


def parts_of(value: Any) -> DateParts:
    """The boxes' text for a date, an ISO date as text, what was typed, or nothing."""
    if isinstance(value, DateParts):
        return value
    if isinstance(value, datetime.date):
        return DateParts(str(value.day), str(value.month), str(value.year))
    try:
        return parts_of(datetime.date.fromisoformat(value))
    except (TypeError, ValueError):
        return DateParts()


class GovukDateField(forms.Field):
    """A date typed in three boxes; gives `datetime.date`, or None when left empty and not required.

    `subject` is what its messages call it ("visit date"); by default the label, lower case.
    Months may be typed as numbers or as names. An error carries `params["parts"]`: the boxes it is about.
    """

    widget = GovukDateInput
    default_error_messages = {
        "required": "Enter the %(subject)s",
        "missing": "%(Subject)s must include a %(missing)s",
        "short_year": "Year must include 4 numbers",
        "not_real": "%(Subject)s must be a real date",
        "unlikely_year": "Year must be between 1900 and 2100",
    }

    def __init__(self, *, subject: str = "", hint: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", hint)
        super().__init__(**kwargs)
        self.subject = subject

    def to_python(self, value: Any) -> datetime.date | None:
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        typed = parts_of(value)
        missing = [part for part in PARTS if not getattr(typed, part)]
        if len(missing) == len(PARTS):
            return None
        if missing:
            raise self.refusal("missing", missing, missing=" and ".join(missing))
        day, month, year = number(typed.day), month_number(typed.month), number(typed.year)
        if day is None or month is None or year is None:
            found = zip(PARTS, (day, month, year), strict=True)
            raise self.refusal("not_real", [part for part, value in found if value is None])
        if len(typed.year) != 4:
            raise self.refusal("short_year", ["year"])
        # A slip of the finger that would otherwise stand as a plan for the year 9202.
        if not 1900 <= year <= 2100:
            raise self.refusal("unlikely_year", ["year"])
        try:
            return datetime.date(year, month, day)
        except ValueError as error:
            raise self.refusal("not_real", PARTS) from error

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise self.refusal("required", PARTS)

    def refusal(self, code: str, parts: Iterable[str], **words: str) -> ValidationError:
        subject = self.subject or lower_first(str(self.label or "date"))
        params = {"subject": subject, "Subject": upper_first(subject), "parts": tuple(parts), **words}
        return ValidationError(self.error_messages[code], code=code, params=params)


def number(text: str) -> int | None:
    """Up to four plain digits as a number, else None ("٣" and "1e3" are no days)."""
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else None


def month_number(text: str) -> int | None:
    """3 for "3", "03", "mar" or "March"; None for what is no month."""
    name = text.lower().rstrip(".")
    if len(name) >= 3:
        return next((index for index, month in enumerate(MONTHS, 1) if month.startswith(name)), None)
    return number(text)


class LongTextField(forms.CharField):
    """Text of several lines with a character count. A line break counts once, as in the counter on the page,
    though browsers send two characters for it."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str | None:
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(value)


def refuse_odd_characters(value: str) -> None:
    """Refuse control characters, and characters that turn the direction of the text around them."""
    for character in value:
        control = unicodedata.category(character) == "Cc" and character not in ALLOWED_CONTROLS
        if control or character in DIRECTION_CONTROLS:
            raise ValidationError("%(Subject)s must not include control characters", code="odd_characters")


def lower_first(text: str) -> str:
    """Lower case for "Visit date" ("visit date"), but not for "CP plan"."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


CHOICES = (forms.ChoiceField, forms.MultipleChoiceField, forms.TypedChoiceField, forms.ModelChoiceField)


def ask_for(field: forms.Field, label: str, subject: str) -> str:
    """What to say where nothing was answered: "Enter the notes", "Select a team"."""
    if isinstance(field, forms.BooleanField):
        return f"Select “{label}” to continue"
    verb = "Select" if isinstance(field, (*CHOICES, forms.FileField)) else "Enter"
    if subject:
        return f"{verb} {subject}"
    return f"Answer “{label}”" if label.endswith("?") else f"{verb} the {lower_first(label)}"


def messages_for(field: forms.Field, label: str, subject: str = "") -> dict[str, str]:
    """A field's messages in the GOV.UK manner, by error code, each saying what to do.

    `subject` names the thing with its article ("the child's reference"); empty: the label does.
    """
    ask = ask_for(field, label, subject)
    name = subject.removeprefix("the ").removeprefix("a ") or label.rstrip("?")
    start = upper_first(name).replace("%", "%%")
    limit = getattr(field, "max_length", None)
    longest = "%(limit_value)d" if limit is None else f"{limit:,}"
    messages = {
        "required": ask,
        "max_length": f"{start} must be {longest} characters or fewer",
        "min_length": f"{start} must be %(limit_value)d characters or more",
        "null_characters_not_allowed": f"{start} must not include control characters",
        "odd_characters": f"{start} must not include control characters",
        "min_value": f"{start} must be %(limit_value)s or more",
        "max_value": f"{start} must be %(limit_value)s or less",
    }
    if isinstance(field, CHOICES):
        messages |= {"invalid_choice": "Select one of the choices offered", "invalid_list": ask}
    elif isinstance(field, forms.FileField):
        messages |= {"empty": "The selected file is empty", "missing": ask, "invalid": ask}
    elif isinstance(field, forms.EmailField):
        messages["invalid"] = "Enter an email address in the correct format, like name@example.com"
    elif isinstance(field, forms.FloatField | forms.DecimalField):
        messages["invalid"] = f"{start} must be a number, like 12.5"
    elif isinstance(field, forms.IntegerField):
        messages["invalid"] = f"{start} must be a whole number, like 12"
    return messages


class GovukFormMixin:
    """Messages, character rules and the crispy layout of the house.

    `subjects` names a field in its messages, with an article where it needs one ({"team": "a team"}); by
    default "the" and the label in lower case. A message that the field itself states is left as it is.
    Override `build_layout` to group fields, show hints on choices or reveal one question by another's answer.
    """

    subjects: Mapping[str, str] = {}
    fields: dict[str, forms.Field]
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self._speak_plainly(name, field)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self.build_layout()

    def build_layout(self) -> Layout:
        """Every field, in order."""
        return Layout(*self.fields)

    def _speak_plainly(self, name: str, field: forms.Field) -> None:
        if isinstance(field, GovukDateField):
            field.subject = field.subject or self.subjects.get(name, "")
            return
        label = str(field.label or upper_first(name.replace("_", " ")))
        # Django's own texts for this kind of field; whatever differs was written on purpose.
        stock = {}
        for kind in reversed(type(field).__mro__):
            stock.update(getattr(kind, "default_error_messages", {}))
        for code, message in messages_for(field, label, self.subjects.get(name, "")).items():
            if code not in field.error_messages or field.error_messages[code] == stock.get(code):
                field.error_messages[code] = message
        if isinstance(field, forms.CharField) and not isinstance(field, forms.UUIDField):
            field.validators = [*field.validators, refuse_odd_characters]


class GovukForm(GovukFormMixin, forms.Form):
    """A form in the house's look."""


class GovukModelForm(GovukFormMixin, forms.ModelForm):
    """A model form in the house's look. Declare dates as `GovukDateField`, long text as `LongTextField`."""


class _Question(CrispyField):
    """One field of a layout with options for its look, read by the pack's field.html as `look`."""

    def __init__(self, name: str, **look: Any) -> None:
        super().__init__(name)
        self.look = look

    def render(
        self, form: Any, context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        look = dict(self.look)
        if "reveal" in look:
            look["reveal"] = {
                str(choice): self._fields(names, form, context, template_pack)
                for choice, names in look["reveal"].items()
            }
        return super().render(form, context, template_pack, extra_context={"look": look}, **kwargs)

    def _fields(self, names: Iterable[Any], form: Any, context: Any, template_pack: str) -> SafeString:
        return Layout(*names).render(form, context, template_pack)


class Radios(_Question):
    """Radio buttons: `inline`, `small`, `heading` (the legend is the page's h1), `hints` and `reveal`.

    The last two go by the choice's value: {"video": "Only if…"}, {"video": ["reason"]}; a revealed question
    is a field name or another layout object.
    """


class Checkboxes(Radios):
    """Checkboxes, with the same options as `Radios` but `inline`."""


class Text(_Question):
    """One line of text: `width` (2, 3, 4, 5, 10, 20 characters), `prefix`, `suffix`, `heading`."""


class Select(_Question):
    """A list to choose from: `heading`."""


class Date(_Question):
    """A date's three boxes: `heading`."""


class CharacterCount(_Question):
    """A textarea that counts; `threshold` (percent) keeps the count quiet until then."""
