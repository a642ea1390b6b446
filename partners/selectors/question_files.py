"""A question set as a file has it: the columns of the models, in sections."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from partners.facts.questions import QuestionSetFact, SectionFact
from partners.models import Question
from partners.selectors.questions import question_fact

# A file's set has no row yet.
NO_UID = UUID(int=0)


def set_of_file(content: dict[str, Any]) -> QuestionSetFact:
    """{"code", "version", "name", "intro", "changes", "source", "sections": [{"code", "title", "guidance",
    "theme", "questions": [{columns of partners.models.Question}]}]}. Raises KeyError or TypeError where the
    file has another shape."""
    return QuestionSetFact(
        uid=NO_UID,
        code=content["code"],
        version=content["version"],
        name=content["name"],
        intro=content.get("intro", ""),
        sections=tuple(
            SectionFact(
                section["code"],
                section["title"],
                section.get("guidance", ""),
                section["theme"],
                tuple(question_fact(_row(columns)) for columns in section["questions"]),
            )
            for section in content["sections"]
        ),
    )


def _row(columns: dict[str, Any]) -> Question:
    """A row that is never saved; limits as the database gives them back."""
    limits = {
        name: None if columns.get(name) is None else Decimal(str(columns[name]))
        for name in ("lowest", "highest")
    }
    return Question(**{**columns, **limits})
