"""Who opens the pages of question sets. Those of a draft name its parts by their code; asked for without,
a part that is there to remove is missing: 404."""

from partners.models import Question, QuestionSet, Section
from tests.house.access import Row

_SET = {"ids": {"uid": "question set draft"}}
_READERS = "BM PR CO AU"

ROWS = {
    "question_sets": Row(_READERS),
    "question_set": Row(_READERS, **_SET),
    "add_question_set": Row("CO", "CO"),
    "new_question_set_version": Row(None, "CO", **_SET),
    "edit_question_set": Row("CO", "CO", **_SET),
    "edit_section": Row("CO", "CO", **_SET),
    "edit_question": Row("CO", "CO", **_SET),
    "move_in_question_set": Row(None, "CO", **_SET),
    "remove_from_question_set": Row("CO", "CO", **_SET),
    "lock_question_set": Row("CO", "CO", **_SET),
    "discard_question_set": Row("CO", "CO", **_SET),
}


def ids(people, own, other, at):
    draft = QuestionSet.objects.create(code="access-draft", version=1, name="Draft", created_at=at)
    section = Section.objects.create(
        question_set=draft, position=1, code="services", title="Services", theme="services"
    )
    Question.objects.create(section=section, position=1, code="what", kind="text", text="What?")
    return {"question set draft": draft.uid}
