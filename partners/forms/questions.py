"""What is typed about question sets, cleaned."""

from typing import Any, cast

from django import forms

from partners.constants import QuestionKind, Theme
from partners.facts.questions import ConditionFact, QuestionFact, SectionFact
from partners.forms.base import OnceForm, as_error, version_field
from partners.rules import question_lines as lines
from partners.rules import questions as rules
from partners.services.questions import SetWords
from safeguarding.kernel.govuk import GovukForm, Layout, LongTextField, Radios, Text

_CODE_HINT = "Small letters, digits and underscores. It stays the same through all versions"


class _WordsForm(GovukForm):
    name = forms.CharField(label="Name", max_length=120)
    intro = LongTextField(
        label="Introduction (optional)",
        required=False,
        max_length=rules.INTRO_LENGTH,
        help_text="Stands above the questions",
    )
    source = forms.CharField(
        label="Where do the questions come from? (optional)", required=False, max_length=400
    )
    subjects = {"source": "where the questions come from"}

    def words(self) -> SetWords:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return SetWords(answers["name"], answers["intro"], answers.get("changes", ""), answers["source"])


class NewSetForm(_WordsForm, OnceForm):
    code = forms.CharField(label="Code", max_length=40, help_text=_CODE_HINT)
    field_order = ("name", "code", "intro", "source", "token")


class SetWordsForm(_WordsForm):
    changes = LongTextField(
        label="What differs from the version before?",
        required=False,
        rows=4,
        max_length=rules.CHANGES_LENGTH,
        help_text="In plain words, for the people who answer. Needed before a second version can be locked",
    )
    version = version_field()
    field_order = ("name", "intro", "changes", "source", "version")


class SectionForm(GovukForm):
    title = forms.CharField(label="Title", max_length=120)
    code = forms.CharField(label="Code", max_length=40, help_text=_CODE_HINT)
    theme = forms.ChoiceField(
        label="Theme",
        choices=[("", "Select a theme"), *Theme.choices],
        help_text="The row of the assurance grid that its answers count in",
    )
    guidance = LongTextField(label="Guidance (optional)", required=False, max_length=rules.HELP_LENGTH)
    version = version_field()

    def section(self) -> SectionFact:
        """Of a form that is valid; without questions."""
        answers = self.cleaned_data
        return SectionFact(answers["code"], answers["title"], answers["guidance"], answers["theme"], ())


class QuestionForm(GovukForm):
    text = forms.CharField(label="Question", max_length=rules.TEXT_LENGTH)
    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="Small letters, digits and underscores. Keep it for as long as the question asks the same: "
        "by it the last answer is brought forward",
    )
    help = LongTextField(label="Help (optional)", required=False, rows=2, max_length=rules.HELP_LENGTH)
    kind = forms.ChoiceField(
        label="How is it answered?", widget=forms.RadioSelect, choices=QuestionKind.choices
    )
    options = LongTextField(
        label="Answers",
        required=False,
        max_length=8000,
        help_text="One on each line: value | label | reading. The reading is assured, partly, concern or "
        "not_known, and may be left out. For example: paused | Paused | concern",
    )
    rows = LongTextField(
        label="Rows",
        required=False,
        rows=4,
        max_length=8000,
        help_text="One on each line: value | label. For example: courts | Family courts",
    )
    columns = LongTextField(
        label="Columns",
        required=False,
        rows=4,
        max_length=8000,
        help_text="One on each line: value | label | kind | unit. The kind is number, percentage, choice, "
        "text or date. For a choice: value | label | choice | yes=Yes=assured; no=No=concern",
    )
    unit = forms.CharField(
        label="Unit of a number (optional)", required=False, max_length=40, help_text="For example, children"
    )
    lowest = forms.DecimalField(
        label="Lowest answer that is allowed (optional)", required=False, max_digits=12, decimal_places=2
    )
    highest = forms.DecimalField(
        label="Highest answer that is allowed (optional)", required=False, max_digits=12, decimal_places=2
    )
    required = forms.ChoiceField(
        label="Must it be answered?",
        widget=forms.RadioSelect,
        choices=(("yes", "Yes, or say why not"), ("no", "No, it may be left empty")),
    )
    condition_question = forms.ChoiceField(label="Ask it only after an answer to", required=False)
    condition_values = LongTextField(
        label="Which answers?",
        required=False,
        rows=2,
        max_length=1000,
        help_text="Values of that question’s answers, one on each line. Leave empty if it is always asked",
    )
    concern_rules = LongTextField(
        label="Answers that propose a concern (optional)",
        required=False,
        rows=3,
        max_length=4000,
        help_text="One on each line: when | severity | title. The severity is high, medium or low. "
        "For example: one of paused | high | A service is paused. "
        "Or: at least 20 | medium | Many staff are away. "
        "For a table: column waiting at least 50 | medium | A long backlog",
    )
    evidence_asked = forms.CharField(
        label="Evidence to attach (optional)",
        required=False,
        max_length=200,
        help_text="Say what. Leave empty if none is asked for",
    )
    series_break = forms.BooleanField(
        label="It asks so differently that its figures cannot be compared with the last version",
        required=False,
    )
    version = version_field()
    subjects = {
        "text": "the question",
        "kind": "how it is answered",
        "required": "whether it must be answered",
        "condition_values": "which answers",
    }

    def __init__(self, *args: Any, earlier: list[QuestionFact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (one.code, f"{one.text} ({', '.join(option.value for option in one.options)})")
            for one in earlier
            if one.kind == QuestionKind.CHOICE
        ]
        field = cast(forms.ChoiceField, self.fields["condition_question"])
        field.choices = [("", "Always ask it"), *offered]

    def build_layout(self) -> Layout:
        reveal = {
            QuestionKind.CHOICE.value: ["options"],
            QuestionKind.MATRIX.value: ["rows", "columns"],
        }
        limits = [Text(name, width=10) for name in ("lowest", "highest")]
        return Layout(
            "text",
            "code",
            "help",
            Radios("kind", reveal=reveal),
            Text("unit", width=20),
            *limits,
            Radios("required"),
            "condition_question",
            "condition_values",
            "concern_rules",
            "evidence_asked",
            "series_break",
            "version",
        )

    def clean(self) -> dict[str, Any]:
        answers = cast(dict[str, Any], super().clean())
        kind = answers.get("kind", "")
        # Lines of a kind that was chosen before are no answer.
        if kind != QuestionKind.CHOICE:
            answers["options"] = ""
        if kind != QuestionKind.MATRIX:
            answers["rows"] = answers["columns"] = ""
        for name, parse in _PARSERS.items():
            parsed, faults = parse(answers.get(name) or "")
            answers[f"{name}_read"] = parsed
            for fault in faults:
                as_error(self, fault)
        return answers

    def question(self) -> QuestionFact:
        """Of a form that is valid."""
        answers = self.cleaned_data
        asked = answers["condition_question"]
        values = tuple(filter(None, (line.strip() for line in answers["condition_values"].splitlines())))
        return QuestionFact(
            code=answers["code"],
            kind=answers["kind"],
            text=answers["text"],
            help=answers["help"],
            unit=answers["unit"],
            required=answers["required"] == "yes",
            lowest=answers["lowest"],
            highest=answers["highest"],
            options=answers["options_read"],
            rows=answers["rows_read"],
            columns=answers["columns_read"],
            condition=ConditionFact(asked, values) if asked else None,
            concern_rules=answers["concern_rules_read"],
            evidence_asked=answers["evidence_asked"],
            series_break=answers["series_break"],
        )


_PARSERS: dict[str, Any] = {
    "options": lines.parse_options,
    "rows": lines.parse_rows,
    "columns": lines.parse_columns,
    "concern_rules": lines.parse_concern_rules,
}


def as_typed(question: QuestionFact) -> dict[str, Any]:
    """A question as the form shows it."""
    condition = question.condition
    return {
        "text": question.text,
        "code": question.code,
        "help": question.help,
        "kind": question.kind,
        "options": lines.write_options(question.options),
        "rows": lines.write_rows(question.rows),
        "columns": lines.write_columns(question.columns),
        "unit": question.unit,
        "lowest": None if question.lowest is None else lines.plain(question.lowest),
        "highest": None if question.highest is None else lines.plain(question.highest),
        "required": "yes" if question.required else "no",
        "condition_question": condition.question if condition else "",
        "condition_values": "\n".join(condition.one_of) if condition else "",
        "concern_rules": lines.write_concern_rules(question.concern_rules),
        "evidence_asked": question.evidence_asked,
        "series_break": question.series_break,
    }


class PartForm(GovukForm):
    """Which section or question a button is about."""

    kind = forms.ChoiceField(choices=[("section", "section"), ("question", "question")])
    code = forms.CharField(max_length=60)
    up = forms.BooleanField(required=False)
    version = version_field()
