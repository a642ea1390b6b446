"""A question set that is locked is locked: the database refuses every way of changing it."""

import pytest
from django.db import DatabaseError, transaction

from partners.models import Question, QuestionSet, Section
from tests.partners.factories import make_question_set

pytestmark = pytest.mark.django_db


def refused(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        return "locked question set" in str(error)
    return False


CHANGES = {
    "renamed": lambda made: QuestionSet.objects.filter(pk=made.pk).update(name="Another"),
    "unlocked": lambda made: QuestionSet.objects.filter(pk=made.pk).update(state="draft", locked_at=None),
    "removed": lambda made: QuestionSet.objects.filter(pk=made.pk).delete(),
    "section changed": lambda made: made.sections.update(title="Another"),
    "section added": lambda made: Section.objects.create(
        question_set=made, position=2, code="more", title="More", theme="general"
    ),
    "section moved in": lambda made: Section.objects.filter(question_set__code="draft").update(
        question_set=made
    ),
    "question changed": lambda made: Question.objects.filter(section__question_set=made).update(text="?"),
    "question added": lambda made: Question.objects.create(
        section=made.sections.get(), position=9, code="more", kind="text", text="More?"
    ),
    "question removed": lambda made: Question.objects.filter(section__question_set=made).first().delete(),
    "question moved in": lambda made: Question.objects.filter(section__question_set__code="draft").update(
        section=made.sections.get()
    ),
    "question moved out": lambda made: Question.objects.filter(section__question_set=made).update(
        section=Section.objects.get(question_set__code="draft")
    ),
}


@pytest.fixture
def draft() -> QuestionSet:
    made = QuestionSet.objects.create(
        code="draft", version=1, name="Draft", created_at="2020-01-02T00:00:00Z"
    )
    section = Section.objects.create(question_set=made, position=1, code="one", title="One", theme="general")
    Question.objects.create(section=section, position=1, code="q", kind="text", text="What?")
    return made


@pytest.mark.parametrize("change", CHANGES)
def test_a_locked_set_stays_as_it_is(change, draft):
    made = make_question_set()
    assert refused(lambda: CHANGES[change](made))


def test_a_draft_may_be_changed_and_thrown_away(draft):
    section = draft.sections.get()
    Question.objects.filter(section=section).update(text="Why?")
    Section.objects.filter(pk=section.pk).update(title="Two")
    Question.objects.create(section=section, position=2, code="q2", kind="text", text="More?")
    QuestionSet.objects.filter(pk=draft.pk).update(name="Another")
    draft.delete()
    assert not Section.objects.filter(question_set__code="draft").exists()
