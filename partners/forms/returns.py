"""The form of a section of a return, made from its questions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from partners.constants import ANSWER_TEXT_LENGTH, COMMENT_LENGTH, NonAnswer, QuestionKind
from partners.facts.questions import Answers, ColumnFact, GivenAnswer, OptionFact, QuestionFact
from partners.facts.returns import Line
from partners.forms.base import version_field
from partners.rules.answers import NON_ANSWER_REASON_LENGTH, checked, parse, same
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import GovukDateField, GovukForm, LongTextField

NO_NAMES = "Do not write children’s names, dates of birth or references."
# Of the radios beside a question: it is answered after all.
CAN_ANSWER = "answer"
_CANNOT = (*NonAnswer.choices, (CAN_ANSWER, "We can answer this"))


class AnswersForm(GovukForm):
    """One field or more for each line: `a-<code>` the answer (of a table `a-<code>.<row>.<column>`),
    `n-<code>` why it cannot be answered, `r-<code>` the reason, `c-<code>` a comment, `v-<code>` the version
    that was seen.

    After `is_valid`, whatever it said: `given` holds what is fit to be saved, by question code (None: the
    answer is taken back). A question that is not asked, given these answers, is left alone.
    """

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        lines: Sequence[Line],
        effective: Answers,
        versions: Mapping[str, int],
        touched: frozenset[str] | None = None,
        finishing: bool = True,
    ) -> None:
        """`effective`: what the whole return says now. `touched`: only these questions count (None: all).
        `finishing`: also what was brought forward and left as it is counts as given, and what is missing is
        a fault; without, only what somebody typed is looked at."""
        super().__init__(data)
        self.lines, self.effective, self.finishing = lines, effective, finishing
        self.touched = touched
        self.given: dict[str, GivenAnswer | None] = {}
        # Of each box of a table, its row and column in words.
        self.rows: dict[str, str] = {}
        for line in lines:
            self._add(line, versions.get(line.question.code, 0))
        for name, field in self.fields.items():
            self._speak_plainly(name, field)

    def _add(self, line: Line, version: int) -> None:
        question, said = line.question, line.draft or line.brought or GivenAnswer()
        code = question.code
        if question.kind == QuestionKind.MATRIX:
            table = said.value if isinstance(said.value, dict) else {}
            for row in question.rows:
                for column in question.columns:
                    value = table.get(row.value, {}).get(column.value)
                    name = f"a-{code}.{row.value}.{column.value}"
                    self.rows[name] = f"{row.label}, {column.label}"
                    self._put(name, _cell_field(column), value)
        else:
            self._put(f"a-{code}", _field(question), said.value)
        cannot = forms.ChoiceField(
            label="Why can you not answer?", choices=_CANNOT, required=False, widget=forms.RadioSelect
        )
        self._put(f"n-{code}", cannot, said.non_answer or None)
        reason = forms.CharField(
            label="Reason",
            required=False,
            max_length=NON_ANSWER_REASON_LENGTH,
            help_text="For example, the figures come on Friday",
        )
        self._put(f"r-{code}", reason, said.non_answer_reason)
        comment = LongTextField(
            label="Comment (optional)", required=False, max_length=COMMENT_LENGTH, rows=2, help_text=NO_NAMES
        )
        self._put(f"c-{code}", comment, said.comment)
        self._put(f"v-{code}", version_field(), version)
        self.fields[f"v-{code}"].required = False

    def _put(self, name: str, field: forms.Field, initial: Any) -> None:
        self.fields[name] = field
        self.initial[name] = initial

    def clean(self) -> dict[str, Any]:
        said = dict(self.effective)
        for line in self.lines:
            code = line.question.code
            if self.touched is not None and code not in self.touched:
                self._forget_faults(code)
                continue
            if not _is_asked(line.question, said):
                self._forget_faults(code)
                continue
            answer = self._answer(line)
            if self._wrong(code):
                continue
            if not self.finishing and line.draft is None and _untouched(answer, line.brought):
                continue
            self.given[code] = answer
            if answer is None:
                said.pop(code, None)
            else:
                said[code] = answer
        return self.cleaned_data

    def _answer(self, line: Line) -> GivenAnswer | None:
        question, code = line.question, line.question.code
        cannot = self.cleaned_data.get(f"n-{code}") or ""
        cannot = "" if cannot == CAN_ANSWER else cannot
        comment = self.cleaned_data.get(f"c-{code}") or ""
        value = None
        try:
            value = parse(question, self._typed(question))
        except Refusal as fault:
            if not cannot:
                self._refuse(fault)
                return None
        if cannot:
            # What stood there from before, or a choice that cannot be unmade, gives way to the non-answer.
            shown = (line.draft or line.brought or GivenAnswer()).value
            gives_way = value == shown or question.kind == QuestionKind.CHOICE
            answer = GivenAnswer(
                value=None if gives_way else value,
                non_answer=cannot,
                non_answer_reason=self.cleaned_data.get(f"r-{code}") or "",
                comment=comment,
            )
        elif value is None:
            if self.finishing and question.required:
                words = f"Answer “{question.text}”, or say why you cannot"
                self._refuse(Refusal("missing", words, code))
            elif comment.strip() and comment != (line.draft or line.brought or GivenAnswer()).comment:
                self._refuse(Refusal("comment_alone", "Give an answer beside the comment", code))
            return None
        else:
            answer = GivenAnswer(value=value, comment=comment)
        try:
            return checked(question, answer)
        except Refusal as fault:
            if fault.code == "non_answer_reason_missing":
                self.add_error(f"r-{code}", fault.message)
            else:
                self._refuse(fault)
            return None

    def _typed(self, question: QuestionFact) -> str | dict[str, dict[str, str]]:
        if question.kind == QuestionKind.MATRIX:
            return {
                row.value: {
                    column.value: str(
                        self.cleaned_data.get(f"a-{question.code}.{row.value}.{column.value}") or ""
                    )
                    for column in question.columns
                }
                for row in question.rows
            }
        typed = self.cleaned_data.get(f"a-{question.code}")
        return typed.isoformat() if isinstance(typed, date) else str(typed or "")

    def _refuse(self, fault: Refusal) -> None:
        name, words = f"a-{fault.field}", fault.message
        if "." in name and name in self.fields:
            # Many boxes are called alike: in the summary the row says which is meant.
            words = f"{self.rows[name]}: {words}"
        elif name not in self.fields:
            # Of a table as a whole: beside its first box.
            name = next(field for field in self.fields if field.startswith(f"{name}."))
        self.add_error(name, words)

    def _names(self, code: str) -> list[str]:
        own = {f"{part}-{code}" for part in "anrcv"}
        return [name for name in self.fields if name in own or name.startswith(f"a-{code}.")]

    def _wrong(self, code: str) -> bool:
        return any(name in self.errors for name in self._names(code))

    def _forget_faults(self, code: str) -> None:
        for name in self._names(code):
            self.errors.pop(name, None)

    def seen_versions(self) -> dict[str, int]:
        """By question code: which version of each answer the person had before them."""
        codes = [line.question.code for line in self.lines]
        return {code: self.cleaned_data.get(f"v-{code}") or 0 for code in codes}

    def see_versions(self, versions: Mapping[str, int]) -> None:
        """The page is shown again after a part was saved: it has seen what it saved."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            for code, version in versions.items():
                data[f"v-{code}"] = str(version)
            self.data = data

    def faults(self) -> dict[str, str]:
        """The first fault of each question, by code."""
        found = {}
        for line in self.lines:
            for name in self._names(line.question.code):
                if name in self.errors:
                    found.setdefault(line.question.code, str(self.errors[name][0]))
        return found

    def block(self, line: Line) -> dict[str, Any]:
        """The fields of one question for a template: {main} or {rows: [{label, cells}]}, and the rest."""
        code, question = line.question.code, line.question
        parts: dict[str, Any] = {
            "cannot": self[f"n-{code}"],
            "reason": self[f"r-{code}"],
            "comment": self[f"c-{code}"],
            "version": self[f"v-{code}"],
            "open": bool(self._errors_beside(code) or self[f"n-{code}"].value()),
        }
        if question.kind != QuestionKind.MATRIX:
            return {**parts, "main": self[f"a-{code}"]}
        return {
            **parts,
            "rows": [
                {
                    "label": row.label,
                    "cells": [
                        {
                            "column": column,
                            "field": self[f"a-{code}.{row.value}.{column.value}"],
                        }
                        for column in question.columns
                    ],
                }
                for row in question.rows
            ],
        }

    def _errors_beside(self, code: str) -> bool:
        return self.is_bound and any(self[f"{part}-{code}"].errors for part in "nrc")


def _field(question: QuestionFact) -> forms.Field:
    label = question.text if question.required else f"{question.text} (optional)"
    common: dict[str, Any] = {"label": label, "help_text": question.help, "required": False}
    if question.kind == QuestionKind.CHOICE:
        return forms.ChoiceField(**common, choices=_choices(question.options), widget=forms.RadioSelect)
    if question.kind == QuestionKind.TEXT:
        hint = question.help if _warns(question.help) else f"{question.help} {NO_NAMES}".strip()
        return LongTextField(**{**common, "help_text": hint}, max_length=ANSWER_TEXT_LENGTH, rows=4)
    if question.kind == QuestionKind.DATE:
        return GovukDateField(label=label, hint=question.help, required=False, subject="date")
    if question.unit and question.unit.lower() not in question.text.lower():
        # The unit behind the box is not read out.
        common["help_text"] = f"{question.help} Answer in {question.unit}.".strip()
    return forms.CharField(**common, widget=_number_box(question.kind))


def _warns(help_text: str) -> bool:
    """The question's own help says it already, with whichever apostrophe."""
    return NO_NAMES in help_text.replace("'", "’")


def _cell_field(column: ColumnFact) -> forms.Field:
    label = f"{column.label} ({column.unit})" if column.unit else column.label
    if column.kind == QuestionKind.CHOICE:
        return forms.ChoiceField(
            label=label, required=False, choices=[("", "Choose"), *_choices(column.options)]
        )
    return forms.CharField(label=label, required=False, widget=_number_box(column.kind))


def _number_box(kind: str) -> forms.TextInput:
    modes = {QuestionKind.NUMBER: "numeric", QuestionKind.PERCENTAGE: "decimal"}
    mode = modes.get(QuestionKind(kind))
    return forms.TextInput(attrs={"inputmode": mode} if mode else {})


def _choices(options: Sequence[OptionFact]) -> list[tuple[str, str]]:
    return [(option.value, option.label) for option in options]


def _is_asked(question: QuestionFact, said: Answers) -> bool:
    """As `rules.answers.asked` has it, for one question; its own condition's question stands before it."""
    if question.condition is None:
        return True
    given = said.get(question.condition.question)
    return given is not None and given.value is not None and str(given.value) in question.condition.one_of


def _untouched(answer: GivenAnswer | None, brought: GivenAnswer | None) -> bool:
    if answer is None or brought is None:
        return answer is brought
    return same(answer, brought)
