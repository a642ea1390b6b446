"""Question sets, read."""

from collections.abc import Iterable
from decimal import Decimal

from partners.facts.questions import (
    ColumnFact,
    ConcernRuleFact,
    ConditionFact,
    OptionFact,
    QuestionFact,
    QuestionSetFact,
    RowFact,
    SectionFact,
)
from partners.models import Question, QuestionSet


def question_set_fact(question_set: QuestionSet) -> QuestionSetFact:
    """The whole set in order; two queries."""
    sections = question_set.sections.prefetch_related("questions")
    return QuestionSetFact(
        uid=question_set.uid,
        code=question_set.code,
        version=question_set.version,
        name=question_set.name,
        intro=question_set.intro,
        sections=tuple(
            SectionFact(
                section.code,
                section.title,
                section.guidance,
                section.theme,
                tuple(question_fact(question) for question in section.questions.all()),
            )
            for section in sections
        ),
    )


def question_fact(question: Question) -> QuestionFact:
    condition = question.condition
    return QuestionFact(
        code=question.code,
        kind=question.kind,
        text=question.text,
        help=question.help,
        unit=question.unit,
        required=question.required,
        lowest=question.lowest,
        highest=question.highest,
        options=_options(question.options),
        rows=tuple(RowFact(**row) for row in question.table.get("rows", ())),
        columns=tuple(
            ColumnFact(
                column["value"],
                column["label"],
                column.get("kind", "number"),
                column.get("unit", ""),
                _options(column.get("options", ())),
            )
            for column in question.table.get("columns", ())
        ),
        condition=ConditionFact(condition["question"], tuple(condition["one_of"])) if condition else None,
        concern_rules=tuple(_concern_rule(rule) for rule in question.concern_rules),
        evidence_asked=question.evidence_asked,
        series_break=question.series_break,
    )


def _options(rows: Iterable[dict]) -> tuple[OptionFact, ...]:
    return tuple(OptionFact(row["value"], row["label"], row.get("reading", "")) for row in rows)


def _concern_rule(rule: dict) -> ConcernRuleFact:
    when = rule["when"]

    def number(name: str) -> Decimal | None:
        return Decimal(str(when[name])) if name in when else None

    return ConcernRuleFact(
        title=rule["title"],
        severity=rule["severity"],
        one_of=tuple(when.get("one_of", ())),
        at_least=number("at_least"),
        at_most=number("at_most"),
        column=when.get("column", ""),
    )
