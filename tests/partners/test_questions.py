"""Question sets: the rules, a draft's life, what is typed as lines, the pages and the reference files."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import AuditEvent
from partners.constants import QuestionSetState
from partners.facts.questions import ConditionFact, QuestionFact, SectionFact
from partners.management.commands import load_question_sets
from partners.models import Question, QuestionSet
from partners.rules import question_lines as lines
from partners.rules import questions as rules
from partners.selectors.question_sets import version_before
from partners.selectors.questions import question_set_fact
from partners.services import questions as services
from partners.services.base import OutOfReach
from partners.services.questions import SetWords
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.partners.factories import make_question_set
from tests.partners.test_cycles_pages import as_, text_of
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def coordinator():
    return person("CO")


@pytest.fixture
def draft(coordinator) -> QuestionSet:
    return services.new_version(user=coordinator, question_set=make_question_set(), now=NOW)


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def one(**fields) -> QuestionFact:
    return replace(
        QuestionFact(code="more", kind="text", text="What more?"),
        **fields,
    )


def read(**text) -> dict:
    """Fields of a question, from lines as they are typed."""
    parsers = {
        "options": lines.parse_options,
        "rows": lines.parse_rows,
        "columns": lines.parse_columns,
        "concern_rules": lines.parse_concern_rules,
    }
    found = {}
    for name, typed in text.items():
        found[name], faults = parsers[name](typed)
        assert faults == []
    return found


def save(user, draft, question: QuestionFact, *, code=None, section="services", version=0) -> QuestionSet:
    return services.save_question(
        user=user,
        question_set=draft,
        section=section,
        question=question,
        code=code,
        expected_version=version or draft.edit_version,
        now=NOW,
    )


class TestLines:
    @pytest.mark.parametrize(
        ("parse", "write", "text"),
        [
            (lines.parse_options, lines.write_options, "yes | Yes | assured\nno | No | concern\nna | Other"),
            (lines.parse_rows, lines.write_rows, "a | Family courts\nb_2 | Therapy"),
            (
                lines.parse_columns,
                lines.write_columns,
                "w | Waiting | number | children\nok | Ready? | choice | yes=Yes=assured; no=No",
            ),
            (
                lines.parse_concern_rules,
                lines.write_concern_rules,
                "one of paused, reduced | high | A service is paused\nat least 12.5 | low | Many\n"
                "column waiting at most 100 | medium | Few",
            ),
        ],
    )
    def test_what_is_read_is_written_as_it_was(self, parse, write, text):
        read, faults = parse(text)
        assert (write(read), faults) == (text, [])

    @pytest.mark.parametrize(
        ("parse", "text", "words"),
        [
            (lines.parse_options, "yes | Yes\nno", "Line 2: write 2 to 3 parts with | between them"),
            (lines.parse_options, "yes | Yes\n\nyes | Again", "Line 3: “yes” is the value of line 1 already"),
            (lines.parse_options, "Yes! | Yes", "Line 1: “Yes!” is no value"),
            (lines.parse_options, "yes | Yes | great", "Line 1: “great” is no reading. Use assured, partly"),
            (lines.parse_options, "yes | ", "Line 1: write the words that people see"),
            (lines.parse_columns, "w | Waiting | money", "Line 1: “money” is no kind of column"),
            (
                lines.parse_columns,
                "w | Ready | choice | yes=Yes",
                "Line 1: a column of the kind choice",
            ),
            (lines.parse_concern_rules, "if bad | high | Bad", "Line 1: “if bad” is no condition"),
            (lines.parse_concern_rules, "at least x | high | Bad", "Line 1: “x” is no number"),
            (lines.parse_concern_rules, "at least 1 | dire | Bad", "Line 1: “dire” is no severity"),
            (lines.parse_concern_rules, "at least 1 | high", "Line 1: write 3 parts"),
        ],
    )
    def test_a_fault_names_its_line_and_what_to_do(self, parse, text, words):
        _, faults = parse(text)
        assert [fault.message[: len(words)] for fault in faults] == [words]

    def test_every_line_is_looked_at(self):
        read, faults = lines.parse_options("yes | Yes\nNO | No\nmaybe | \nna | Does not apply")
        assert [option.value for option in read] == ["yes", "na"]
        assert [fault.message.partition(":")[0] for fault in faults] == ["Line 2", "Line 3"]


CHOICE = "a | A\nb | B"
FAULTS = {
    "text_missing": {"text": " "},
    "unknown_kind": {"kind": "song"},
    "too_few_options": {"kind": "choice"} | read(options="a | A"),
    "options_of_no_choice": read(options=CHOICE),
    "no_rows": {"kind": "matrix"} | read(columns="w | Waiting"),
    "no_columns": {"kind": "matrix"} | read(rows="a | A"),
    "table_of_no_table": read(rows="a | A"),
    "limits_crossed": {"kind": "number", "lowest": 5, "highest": 4},
}
RULES_THAT_DO_NOT_FIT = [
    ({"kind": "text"}, "at least 1 | high | Bad"),
    ({"kind": "date"}, "one of a | high | Bad"),
    ({"kind": "number"}, "one of a | high | Bad"),
    ({"kind": "choice"} | read(options=CHOICE), "one of c | high | Bad"),
    ({"kind": "choice"} | read(options=CHOICE), "at least 1 | high | Bad"),
    ({"kind": "number"}, "column w at least 1 | high | Bad"),
    ({"kind": "matrix"} | read(rows="r | R", columns="w | W"), "at least 1 | high | Bad"),
    ({"kind": "matrix"} | read(rows="r | R", columns="w | W"), "column x at least 1 | high | Bad"),
    ({"kind": "matrix"} | read(rows="r | R", columns="w | W"), "column w one of a | high | Bad"),
]


class TestRules:
    @pytest.mark.parametrize("code", FAULTS)
    def test_shapes(self, code):
        found = [fault.code for fault in rules.question_faults(one(**FAULTS[code]), [], None)]
        assert code in found

    @pytest.mark.parametrize(("fields", "text"), RULES_THAT_DO_NOT_FIT)
    def test_rules_that_do_not_fit_name_their_line(self, fields, text):
        question = one(**fields, **read(concern_rules=text))
        [fault] = rules.question_faults(question, [], None)
        assert (fault.code, fault.message[:8], fault.field) == (
            "rule_does_not_fit",
            "Line 1: ",
            "concern_rules",
        )

    @pytest.mark.parametrize(
        ("asked", "values", "code"),
        [
            ("level", ("paused",), None),
            ("level", ("gone",), "condition_value"),
            ("level", (), "condition_value"),
            ("waiting", ("1",), "condition_unknown"),
            ("nothing", ("x",), "condition_unknown"),
            ("more", ("x",), "condition_unknown"),
        ],
    )
    def test_conditions(self, asked, values, code):
        before = question_set_fact(make_question_set()).questions
        question = one(condition=ConditionFact(asked, values))
        found = [fault.code for fault in rules.question_faults(question, before, None)]
        assert found == ([code] if code else [])

    def test_an_answer_of_another_kind_is_not_brought_forward(self):
        before = one(kind="number")
        assert [fault.code for fault in rules.question_faults(one(), [], before)] == ["kind_changed"]
        assert not list(rules.question_faults(one(series_break=True), [], before))
        assert not list(rules.question_faults(one(text="Other words?"), [], one()))


class TestDraft:
    def test_a_copy_of_the_newest_is_the_same_but_for_breaks(self, coordinator, draft):
        source = QuestionSet.objects.get(version=1)
        assert draft.version == 2
        copied = question_set_fact(draft)
        assert copied.sections == question_set_fact(source).sections
        assert code_of(services.new_version, user=coordinator, question_set=source, now=NOW) == "draft_exists"

    def test_a_question_is_added_changed_moved_and_removed(self, coordinator, draft):
        number = {"kind": "number", "unit": "children"} | read(concern_rules="at least 20 | high | Many")
        draft = save(coordinator, draft, one(**number))
        draft = save(coordinator, draft, one(**number, code="others", text="How many?"), code="more")
        saved = Question.objects.get(code="others")
        assert (saved.unit, saved.concern_rules[0]["when"]) == ("children", {"at_least": "20"})
        for up in (True, True, False):
            draft = services.move(
                user=coordinator,
                question_set=draft,
                kind="question",
                code="others",
                up=up,
                expected_version=draft.edit_version,
                now=NOW,
            )
        codes = [question.code for question in question_set_fact(draft).questions]
        assert codes == ["level", "why_paused", "staff_away", "waiting", "others", "next_review"]
        draft = services.remove(
            user=coordinator,
            question_set=draft,
            kind="question",
            code="others",
            expected_version=draft.edit_version,
            now=NOW,
        )
        assert "others" not in [question.code for question in question_set_fact(draft).questions]

    @pytest.mark.parametrize("move", ["up", "removed", "renamed value"])
    def test_what_others_depend_on_stays_before_them(self, coordinator, draft, move):
        act = {"user": coordinator, "question_set": draft, "expected_version": draft.edit_version, "now": NOW}
        if move == "up":
            code = code_of(services.move, **act, kind="question", code="why_paused", up=True)
        elif move == "removed":
            code = code_of(services.remove, **act, kind="question", code="level")
        else:
            level = question_set_fact(draft).questions[0]
            changed = replace(level, concern_rules=(), **read(options=CHOICE))
            code = code_of(save, coordinator, draft, changed, code="level")
        assert code == "condition_broken"

    def test_a_condition_follows_a_code_that_changes(self, coordinator, draft):
        level = question_set_fact(draft).questions[0]
        save(coordinator, draft, replace(level, code="how"), code="level")
        assert question_set_fact(draft).questions[1].condition.question == "how"

    @pytest.mark.parametrize("code", ["level", "Level", "1st", "a b", ""])
    def test_codes(self, coordinator, draft, code):
        found = code_of(save, coordinator, draft, one(code=code))
        assert found == ("code_taken" if code == "level" else "bad_code")

    def test_a_lost_update_is_told(self, coordinator, draft):
        save(coordinator, draft, one())
        with pytest.raises(StaleEdit):
            save(coordinator, draft, one(code="other"), version=1)

    def test_sections_keep_their_questions(self, coordinator, draft):
        section = SectionFact("services", "Our services", "", "recovery", ())
        services.save_section(
            user=coordinator,
            question_set=draft,
            section=section,
            code="services",
            expected_version=1,
            now=NOW,
        )
        [found] = question_set_fact(draft).sections
        assert (found.title, found.theme, len(found.questions)) == ("Our services", "recovery", 5)

    @pytest.mark.parametrize("role", ["PR", "BM", "AU", "AD"])
    def test_only_a_coordinator(self, role, draft):
        with pytest.raises(OutOfReach):
            save(person(role), draft, one())


def lock(user, draft) -> QuestionSet:
    return services.lock_set(user=user, question_set=draft, expected_version=draft.edit_version, now=NOW)


class TestLocking:
    def say(self, user, draft, changes="Nothing but the date") -> QuestionSet:
        words = SetWords("Basics", changes=changes)
        return services.edit_words(
            user=user, question_set=draft, words=words, expected_version=draft.edit_version, now=NOW
        )

    def test_changes_in_words_first_then_locked_for_good(self, coordinator, draft):
        assert code_of(lock, coordinator, draft) == "changes_missing"
        locked = lock(coordinator, self.say(coordinator, draft))
        assert (locked.state, locked.locked_at) == (QuestionSetState.LOCKED, NOW)
        assert AuditEvent.objects.filter(action="question_set.locked").count() == 1
        act = {
            "user": coordinator,
            "question_set": locked,
            "expected_version": locked.edit_version,
            "now": NOW,
        }
        for again in (
            lambda: lock(coordinator, locked),
            lambda: save(coordinator, locked, one()),
            lambda: services.discard(**act),
            lambda: services.remove(**act, kind="section", code="services"),
            lambda: services.move(**act, kind="section", code="services", up=True),
            lambda: self.say(coordinator, locked),
        ):
            assert code_of(again) == "set_locked"

    def test_an_empty_section_or_set_is_not_locked(self, coordinator):
        made = services.create_set(
            user=coordinator, code="new", words=SetWords("New"), token=uuid4(), now=NOW
        )
        assert code_of(lock, coordinator, made) == "no_sections"
        section = SectionFact("one", "One", "", "services", ())
        made = services.save_section(
            user=coordinator, question_set=made, section=section, code=None, expected_version=1, now=NOW
        )
        assert code_of(lock, coordinator, made) == "empty_section"
        assert version_before(made) is None
        made = save(coordinator, made, one(), section="one")
        lock(coordinator, made)

    def test_a_draft_is_thrown_away(self, coordinator, draft):
        services.discard(user=coordinator, question_set=draft, expected_version=1, now=NOW)
        assert QuestionSet.objects.get().version == 1
        assert Question.objects.count() == 5


class TestPages:
    def test_read_as_partners_see_it(self):
        made = make_question_set()
        shown = text_of(as_(person("PR")).get(reverse("question_set", args=[made.uid])))
        assert "1. How do your services to children run?" in shown
        assert "Paused Of concern" in shown
        assert (
            "Proposes the concern “A service to children is paused” (high) if the answer is “Paused”."
            in shown
        )
        asked = "Asked only if “How do your services to children run?” was answered “Paused”."
        assert asked in shown
        assert "Percentage, from 0 to 100" in shown
        assert "Number of children, from 0" in shown
        assert "Make a new version" not in shown

    def test_from_a_new_version_to_locked(self, coordinator):
        made = make_question_set()
        client = as_(coordinator)
        copied = client.post(reverse("new_question_set_version", args=[made.uid]), follow=True)
        assert "Version 2 is a draft." in text_of(copied)
        draft = QuestionSet.objects.get(version=2)
        assert "It cannot be locked yet" in text_of(
            client.get(reverse("lock_question_set", args=[draft.uid]))
        )
        words = {"name": "Basics", "intro": "", "source": "", "changes": "One question more", "version": "1"}
        client.post(reverse("edit_question_set", args=[draft.uid]), words)
        typed = {
            "text": "Is there enough equipment?",
            "code": "equipment",
            "kind": "choice",
            "options": "yes | Yes | assured\nno | No | concern",
            "required": "yes",
            "concern_rules": "one of no | high | Equipment is short",
            "version": "2",
        }
        url = reverse("edit_question", args=[draft.uid])
        saved = client.post(f"{url}?section=services", typed, follow=True)
        assert "Question saved." in text_of(saved)
        locked = client.post(reverse("lock_question_set", args=[draft.uid]), {"version": "3"}, follow=True)
        assert "Locked. The next cycle that opens asks this version." in text_of(locked)
        listed = text_of(client.get(reverse("question_sets")))
        assert "Basics, version 2 basics Locked, asked now One question more" in listed
        assert "Basics, version 1 basics Locked, earlier" in listed

    def test_faults_of_lines_stand_beside_their_box_and_nothing_is_lost(self, coordinator, draft):
        typed = {
            "text": "Which?",
            "code": "which",
            "kind": "choice",
            "options": "yes | Yes\nNO",
            "version": "1",
        }
        url = reverse("edit_question", args=[draft.uid])
        response = as_(coordinator).post(f"{url}?section=services", typed | {"required": "yes"})
        errors = response.context["form"].errors
        assert errors["options"][0].startswith("Line 2: write 2 to 3 parts")
        assert "yes | Yes\nNO" in response.content.decode()

    def test_a_question_is_offered_as_it_is_and_saved_again(self, coordinator, draft):
        url = f"{reverse('edit_question', args=[draft.uid])}?question=level"
        client = as_(coordinator)
        form = client.get(url).context["form"]
        typed = {name: form[name].value() for name in form.fields}
        typed = {name: value for name, value in typed.items() if value not in (None, False)}
        before = question_set_fact(draft).sections
        client.post(url, typed)
        assert question_set_fact(draft).sections == before
        assert QuestionSet.objects.get(pk=draft.pk).edit_version == 2

    def test_a_stale_form_is_told_with_both_texts(self, coordinator, draft):
        save(coordinator, draft, one())
        url = f"{reverse('edit_question', args=[draft.uid])}?question=why_paused"
        typed = {
            "text": "Which one?",
            "code": "why_paused",
            "kind": "text",
            "required": "yes",
            "version": "1",
        }
        response = as_(coordinator).post(url, typed)
        assert response.status_code == 409
        assert "Which service is paused, and why?" in response.content.decode()
        assert "Which one?" in response.content.decode()

    def test_moved_and_removed_without_a_script(self, coordinator, draft):
        client = as_(coordinator)
        move = {"kind": "question", "code": "next_review", "up": "on", "version": "1"}
        client.post(reverse("move_in_question_set", args=[draft.uid]), move)
        codes = [question.code for question in question_set_fact(draft).questions]
        assert codes[-2:] == ["next_review", "waiting"]
        url = f"{reverse('remove_from_question_set', args=[draft.uid])}?question=waiting"
        assert "“Children waiting” goes." in text_of(client.get(url))
        client.post(url, {"version": "2"})
        assert len(question_set_fact(draft).questions) == 4


class TestFiles:
    def test_loaded_once_and_ready_for_use(self, capsys):
        call_command("load_question_sets")
        assert "covid19-partners version 1" in capsys.readouterr().out
        assert not QuestionSet.objects.exclude(state=QuestionSetState.LOCKED).exists()
        call_command("load_question_sets")
        assert capsys.readouterr().out == "Question sets: nothing new.\n"

    def test_a_locked_version_that_differs_from_its_file_is_refused(self, tmp_path, monkeypatch):
        content = {
            "code": "small",
            "version": 1,
            "name": "Small",
            "sections": [
                {
                    "code": "one",
                    "title": "One",
                    "theme": "services",
                    "questions": [{"code": "q", "kind": "number", "text": "How many?", "lowest": 0}],
                }
            ],
        }
        file = tmp_path / "small.json"
        monkeypatch.setattr(load_question_sets, "FOLDER", tmp_path)
        file.write_text(json.dumps(content))
        call_command("load_question_sets")
        content["sections"][0]["questions"][0]["text"] = "How many now?"
        file.write_text(json.dumps(content))
        with pytest.raises(CommandError, match="give the file the next version number"):
            call_command("load_question_sets")
        file.write_text(json.dumps(content | {"version": 2}))
        with pytest.raises(CommandError, match="Say what differs from the version before"):
            call_command("load_question_sets")
        file.write_text(json.dumps(content | {"version": 2, "changes": "Asked of now"}))
        call_command("load_question_sets")
        assert list(QuestionSet.objects.values_list("version", flat=True)) == [2, 1]
        assert Question.objects.filter(text="How many now?").count() == 1
