"""The offline workbook: out and back without loss, and nothing in before somebody has looked at it."""

import io
import re
import stat
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.constants import NonAnswer
from partners.facts.questions import (
    ColumnFact,
    ConditionFact,
    GivenAnswer,
    OptionFact,
    QuestionFact,
    QuestionSetFact,
    RowFact,
    SectionFact,
)
from partners.models import Answer
from partners.presenters.workbook import sheet_names, spreadsheet
from partners.rules.answers import checked, same
from partners.rules.workbook import COLUMNS, Returned, answer_mark, book_mark, differences
from partners.selectors.questions import question_set_fact
from partners.selectors.workbook import BookFact
from partners.services import workbook as services
from partners.services.files import kept_upload
from partners.services.returns import save_answers
from safeguarding.kernel.errors import Refusal
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.people import person, sign_in

NOW = datetime(2020, 4, 21, 9, tzinfo=UTC)
UID = UUID("00000000-0000-4000-8000-000000000001")
LEVELS = (OptionFact("yes", "Yes, all"), OptionFact("some", "=Some; “most”"), OptionFact("no", "No"))
QUESTIONS = (
    QuestionFact("level", "choice", "How do services run?", options=LEVELS, help="Look\nat all"),
    QuestionFact("why", "text", "Why?", condition=ConditionFact("level", ("no",))),
    QuestionFact("away", "percentage", "Staff away", lowest=Decimal(0), highest=Decimal(100)),
    QuestionFact("waiting", "number", "Children waiting", unit="children", lowest=Decimal(0)),
    QuestionFact("review", "date", "Next review", required=False),
    QuestionFact(
        "table",
        "matrix",
        "By team",
        rows=(RowFact("north", "North"), RowFact("south", "South")),
        columns=(
            ColumnFact("open", "Open", "number", "cases"),
            ColumnFact("how", "How", "choice", options=LEVELS),
            ColumnFact("note", "Note", "text"),
        ),
    ),
)
SET = QuestionSetFact(
    UID, "basics", 1, "Basics", "", (
        SectionFact("services", "Services: [all] of / them?", "Say *how*", "services", QUESTIONS[:3]),
        SectionFact("rest", "The rest", "", "general", QUESTIONS[3:]),
    ),
)  # fmt: skip


def book(answers=None, *, versions=None, question_set=SET, uid=UID, **other) -> BookFact:
    return BookFact(
        return_uid=uid,
        organisation="North Force",
        cycle_number=4,
        period_start=date(2020, 4, 6),
        period_end=date(2020, 4, 19),
        due_at=NOW,
        question_set=question_set,
        answers=answers or {},
        versions=versions or {},
        **other,
    )


def read_back(content: bytes, question_set=SET, uid=UID) -> Returned:
    typed, faults = services._read_file(content, question_set, uid)
    returned = services.read_lines(question_set, typed)
    return Returned(returned.answers, returned.marks, (*faults, *returned.faults))


def edited(content: bytes, cells: dict[str, object], formats: dict[str, str] | None = None) -> bytes:
    """The workbook after somebody typed into these cells ('The rest!F5')."""
    opened = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        sheet, _, cell = place.rpartition("!")
        opened[sheet][cell] = value
        if isinstance(value, str) and not value.startswith("=") and value:
            opened[sheet][cell].data_type = "s"
    for place, number_format in (formats or {}).items():
        sheet, _, cell = place.rpartition("!")
        opened[sheet][cell].number_format = number_format
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


FIRST, REST = sheet_names(SET.sections).values()


def at(code: str, column: str = "answer") -> str:
    """Where a line's cell is."""
    from partners.rules.workbook import lines

    for section in SET.sections:
        codes = [line.code for question in section.questions for line in lines(question)]
        if code in codes:
            letter = chr(65 + list(COLUMNS).index(column))
            return f"{sheet_names(SET.sections)[section.code]}!{letter}{5 + codes.index(code)}"
    raise KeyError(code)


# What a person can type: anything that the rules of texts take, in the spelling in which they keep it.
_SIGNS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf"))
TEXTS = st.one_of(
    st.text(st.one_of(_SIGNS, st.sampled_from("\n=+-@'_x0041 \t")), min_size=1, max_size=60),
    st.sampled_from(
        ["=1+1", "=HYPERLINK(1)", "_x000D_", "_x0041_b", "a\nb", "'a", "12%", "007", "1e5", "TRUE", "#REF!",
         "2020-04-01", "{=1}", "http://a.example/x", "🙂 é", "<b>&amp;</b>", "00:00", " = 2"]
    ),
)  # fmt: skip
VALUES = {
    "level": st.sampled_from(["yes", "some", "no"]),
    "why": TEXTS,
    "away": st.decimals(0, 100, places=2).map(str),
    "waiting": st.integers(0, 999_999_999),
    "review": st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(str),
    "table": st.fixed_dictionaries({
        row: st.fixed_dictionaries({
            "open": st.none() | st.integers(0, 99_999),
            "how": st.none() | st.sampled_from(["yes", "some", "no"]),
            "note": st.none() | TEXTS,
        }) for row in ("north", "south")
    }),
}  # fmt: skip


@st.composite
def answer_sets(draw) -> dict[str, GivenAnswer]:
    found = {}
    for question in QUESTIONS:
        said = None
        kind = draw(st.sampled_from(["none", "value", "non_answer"]))
        comment = draw(st.just("") | TEXTS)
        if kind == "value":
            said = GivenAnswer(value=draw(VALUES[question.code]), comment=comment)
        elif kind == "non_answer":
            why = draw(TEXTS)
            said = GivenAnswer(
                non_answer=draw(st.sampled_from(NonAnswer.values)), non_answer_reason=why, comment=comment
            )
        if said is not None:
            try:
                found[question.code] = checked(question, said)
            except Refusal:
                # What may not be given at all is not in a return either.
                continue
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer_sets())
def test_what_goes_out_comes_back(answers):
    returned = read_back(spreadsheet(book(answers, last=answers, last_cycle=3)))
    assert returned.faults == ()
    assert returned.answers == answers
    assert differences(SET, answers, {}, returned) == []
    for code, given_answer in answers.items():
        assert same(returned.answers[code], given_answer)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer_sets())
def test_what_is_typed_into_an_empty_one_comes_in(answers):
    """By way of a second program that writes workbooks."""
    filled = openpyxl.load_workbook(io.BytesIO(spreadsheet(book(answers))))
    out = io.BytesIO()
    filled.save(out)
    returned = read_back(out.getvalue())
    assert returned.faults == ()
    found = {one.question.code: one.book for one in differences(SET, {}, {}, Returned(returned.answers, {}))}
    assert found == answers


class TestOut:
    def opened(self, **other):
        return openpyxl.load_workbook(io.BytesIO(spreadsheet(book(**other))))

    def test_nothing_is_hidden_and_nothing_a_formula(self):
        answers = {"why": GivenAnswer(value="=cmd()", comment="@x")}
        made = self.opened(answers=answers, last=answers)
        for sheet in made:
            assert sheet.sheet_state == "visible"
            assert not any(one.hidden for one in sheet.column_dimensions.values())
            assert not any(one.hidden for one in sheet.row_dimensions.values())
            assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
        assert made.defined_names == {}

    def test_the_marks_stand_on_the_first_sheet(self):
        words = [cell.value for row in self.opened()["Read me first"] for cell in row]
        assert str(UID) in words
        assert book_mark(SET, UID) in words
        assert "basics, version 1" in words

    def test_only_inputs_are_open_and_choices_drop_down(self):
        sheet = self.opened()[FIRST]
        assert sheet.protection.sheet
        head = [cell.value for cell in sheet[4]]
        open_titles = {
            title for title, cell in zip(head, sheet[5], strict=True) if not cell.protection.locked
        }
        assert open_titles == {
            "Your answer", "If you cannot answer, say so", "Why you cannot answer", "Comment (optional)"
        }  # fmt: skip
        assert {str(rule.sqref) for rule in sheet.data_validations.dataValidation} == {
            "F5", "G5", "G6", "G7"
        }  # fmt: skip

    def test_last_answers_with_their_age(self):
        last = {
            "level": GivenAnswer("no", same_since_cycle=1),
            "away": GivenAnswer(non_answer="later", non_answer_reason="Counting"),
        }
        sheet = self.opened(last=last, last_cycle=3)[FIRST]
        rows = {row[0].value: (row[3].value, row[4].value) for row in sheet.iter_rows(min_row=5)}
        assert rows["level"] == ("No", "Cycle 1, 3 cycles ago")
        assert rows["away"] == ("We will answer later: Counting", "Cycle 3, 1 cycle ago")
        assert rows["why"] == (None, None)

    def test_when_a_question_is_asked_is_said(self):
        assert "Only if the answer to “How do services run?” is “No”" in self.opened()[FIRST]["C6"].value

    def test_sections_of_one_name(self):
        sections = [SectionFact(code, "History" + "x" * 40, "", "services", ()) for code in "abc"]
        names = list(sheet_names(sections).values())
        assert len(set(names)) == 3
        assert max(map(len, names)) <= 31


class TestCells:
    @pytest.mark.parametrize(
        ("code", "typed", "number_format", "value"),
        [
            ("waiting", 12, "General", 12),
            ("waiting", 12.0, "General", 12),
            ("away", 0.125, "0.0%", "12.5"),
            ("away", 12.5, "General", "12.5"),
            ("away", "12 %", "@", "12"),
            ("review", datetime(2020, 3, 27), "dd/mm/yyyy", "2020-03-27"),
            ("review", "27 March 2020", "@", "2020-03-27"),
            ("level", "yes, ALL", "@", "yes"),
            ("why", 12, "General", "12"),
        ],
    )
    def test_what_other_programs_make_of_what_is_typed(self, code, typed, number_format, value):
        made = edited(spreadsheet(book()), {at(code): typed}, {at(code): number_format})
        returned = read_back(made)
        assert returned.faults == ()
        assert returned.answers == {code: GivenAnswer(value=value)}

    def test_every_fault_at_once_each_with_its_cell(self):
        made = edited(spreadsheet(book()), {
            at("level"): "Perhaps",
            at("away"): 120,
            at("waiting"): "a few",
            at("review", "reason"): "On holiday",
            at("why"): "Because",
            at("why", "non_answer"): "We will answer later",
            at("table.south.open"): "-1",
            at("table.north.how"): "Perhaps",
        })  # fmt: skip
        faults = {fault.place: fault.message for fault in read_back(made).faults}
        assert set(faults) == {
            at("level"), at("away"), at("waiting"), at("review", "non_answer"), at("why", "non_answer"),
            at("table.south.open"), at("table.north.how"),
        }  # fmt: skip
        assert faults[at("away")] == "Enter 100 or less"
        assert str(read_back(made).faults[0]).startswith(f"{FIRST}!F5: Select one of the answers offered")

    @pytest.mark.parametrize(
        ("cells", "place", "words"),
        [
            ({("level", "non_answer"): "Do not know at all"}, ("level", "non_answer"), "Select one of these"),
            ({("level", "non_answer"): "We will answer later"}, ("level", "reason"), "Enter why you cannot"),
            ({("level", "comment"): "So so"}, ("level", "answer"), "Enter an answer beside the comment"),
            (
                {("level", "answer"): "No", ("level", "comment"): "x" * 2001},
                ("level", "comment"),
                "Use 2,000 characters or fewer",
            ),
        ],
    )
    def test_non_answers_and_comments(self, cells, place, words):
        made = edited(spreadsheet(book()), {at(*where): value for where, value in cells.items()})
        (fault,) = read_back(made).faults
        assert fault.place == at(*place)
        assert fault.message.startswith(words)

    @pytest.mark.parametrize("column", ["answer", "comment", "question", "code"])
    def test_a_formula_is_refused_by_its_cell(self, column):
        made = edited(spreadsheet(book()), {at("waiting", column): "=1+1"})
        assert f"{at('waiting', column)}: This is a formula. Type its result instead" in [
            str(fault) for fault in read_back(made).faults
        ]

    def test_a_formula_with_a_result_is_refused_too(self):
        """A file may claim any result for a formula."""
        made = replaced(
            edited(spreadsheet(book()), {at("waiting"): "=1+1"}), "sheet3.xml", "<v/>", "<v>7</v>"
        )
        assert str(read_back(made).faults[0]).endswith("This is a formula. Type its result instead")

    def test_lines_that_are_gone_strange_or_there_twice(self):
        made = edited(spreadsheet(book()), {at("level", "code"): "waiting", at("why", "code"): "other"})
        messages = " ".join(map(str, read_back(made).faults))
        assert "“other” is not a question of this return" in messages
        assert "This line is there twice" in messages
        assert "A line of “How do services run?” is missing" in messages

    def test_moved_columns(self):
        opened = openpyxl.load_workbook(io.BytesIO(spreadsheet(book())))
        opened[REST].insert_cols(2)
        out = io.BytesIO()
        opened.save(out)
        assert "Columns were moved or renamed" in " ".join(map(str, read_back(out.getvalue()).faults))


def replaced(content: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", 8) as made:
        for name in source.namelist():
            text = source.read(name)
            made.writestr(name, text.replace(old.encode(), new.encode()) if name.endswith(part) else text)
    return out.getvalue()


class TestLimits:
    @pytest.mark.parametrize("row", [10_001, 1_048_576])
    def test_too_many_lines(self, row):
        made = edited(spreadsheet(book()), {f"{REST}!A{row}": "x"})
        assert f"{REST}: The sheet has more than 10,000 lines" in " ".join(map(str, read_back(made).faults))

    @pytest.mark.parametrize("cell", ["BI9", "XFD9"])
    def test_too_many_columns(self, cell):
        made = edited(spreadsheet(book()), {f"{REST}!{cell}": "x"})
        assert "Line 9 has more than 60 columns" in " ".join(map(str, read_back(made).faults))

    def test_too_many_sheets(self):
        opened = openpyxl.load_workbook(io.BytesIO(spreadsheet(book())))
        for number in range(60):
            opened.create_sheet(f"S{number}")
        out = io.BytesIO()
        opened.save(out)
        with pytest.raises(services.WorkbookFaults) as refusal:
            read_back(out.getvalue())
        assert "more than 60 sheets" in str(refusal.value.faults[0])


# Pages and services, on a database.


@pytest.fixture
def world(db, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=False):
        yield World()


class World:
    def __init__(self) -> None:
        self.lead, self.other_lead = person("PR", name="Lead"), person("PR", name="Other")
        self.colleague = person("PR", name="Colleague")
        self.coordinator = person("CO", name="Coordinator")
        self.own = make_organisation("North Force", lead=self.lead)
        from tests.partners.factories import represent

        represent(self.colleague, self.own, "deputy")
        self.other = make_organisation("Other", lead=self.other_lead)
        self.set = make_question_set(questions=WORLD_QUESTIONS)
        self.return_ = make_return(self.own, make_cycle(4), self.set)
        self.other_return = make_return(self.other, self.return_.cycle, self.set)

    def answer(self, **values: object) -> None:
        changes = {code: GivenAnswer(value=value) for code, value in values.items()}
        held = dict(Answer.objects.values_list("question__code", "version"))
        save_answers(user=self.colleague, return_=self.return_, changes=changes, expected=held, now=NOW)

    def out(self, return_=None, user=None) -> bytes:
        url = reverse("return_workbook_out", args=[(return_ or self.return_).uid])
        return as_(user or self.lead).get(url).content

    def send(self, content: bytes, name: str = "return.xlsx", user=None):
        url = reverse("return_workbook", args=[self.return_.uid])
        return as_(user or self.lead).post(url, {"file": SimpleUploadedFile(name, content)})

    def saved(self) -> dict[str, object]:
        return dict(Answer.objects.values_list("question__code", "value"))


WORLD_QUESTIONS = (
    {
        "code": "level", "kind": "choice", "text": "How do services run?",
        "options": [{"value": "yes", "label": "As usual"}, {"value": "no", "label": "Paused"}],
    },
    {
        "code": "why", "kind": "text", "text": "Why?",
        "condition": {"question": "level", "one_of": ["no"]},
    },
    {"code": "waiting", "kind": "number", "text": "Children waiting", "unit": "children"},
)  # fmt: skip
LEVEL, WHY, WAITING = "Services!F5", "Services!F6", "Services!F7"


def as_(user) -> Client:
    return sign_in(Client(), user)


def seen_of(response) -> str:
    return re.search(r'name="seen" value="([^"]*)"', response.content.decode())[1]


class TestIn:
    def test_seen_before_it_is_saved(self, world):
        world.answer(waiting=7)
        response = world.send(edited(world.out(), {LEVEL: "Paused", WHY: "“ill”\n=Staff", WAITING: "9"}))
        assert world.saved() == {"waiting": 7}
        client = as_(world.lead)
        page = client.get(response.url)
        shown = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
        assert "Children waiting 7 children 9 children" in shown
        assert "How do services run? Not given Paused" in shown
        saved = client.post(response.url, {"seen": seen_of(page)})
        assert saved.url == reverse("return", args=[world.return_.uid])
        assert world.saved() == {"level": "no", "why": "“ill”\n=Staff", "waiting": 9}
        assert client.get(response.url).status_code == 404

    def test_an_untouched_line_does_not_undo_what_a_colleague_saved(self, world):
        world.answer(waiting=7)
        taken = world.out()
        world.answer(waiting=8)
        response = world.send(edited(taken, {LEVEL: "As usual"}))
        client = as_(world.lead)
        client.post(response.url, {"seen": seen_of(client.get(response.url))})
        assert world.saved() == {"level": "yes", "waiting": 8}

    def test_a_line_that_both_changed_is_marked(self, world):
        world.answer(waiting=7)
        taken = world.out()
        world.answer(waiting=8)
        page = as_(world.lead).get(world.send(edited(taken, {WAITING: "9"})).url)
        assert "Also changed here since the workbook was made" in page.content.decode()

    def test_changed_while_one_looks_nothing_is_saved_and_it_is_named(self, world):
        response = world.send(edited(world.out(), {LEVEL: "As usual", WAITING: "9"}))
        client = as_(world.lead)
        seen = seen_of(client.get(response.url))
        world.answer(waiting=8)
        stale = client.post(response.url, {"seen": seen})
        assert stale.status_code == 409
        assert "Somebody changed “Children waiting” while you looked" in stale.content.decode()
        assert world.saved() == {"waiting": 8}
        assert client.post(response.url, {"seen": seen_of(stale)}).status_code == 302
        assert world.saved() == {"level": "yes", "waiting": 9}

    @pytest.mark.parametrize("seen", ["", "waiting:x", "waiting:0,level:0", "\x00"])
    def test_made_up_versions_save_nothing_over_an_answer(self, world, seen):
        world.answer(waiting=7)
        response = world.send(edited(world.out(), {WAITING: "9"}))
        assert as_(world.lead).post(response.url, {"seen": seen}).status_code == 409
        assert world.saved() == {"waiting": 7}

    def test_what_is_not_asked_is_left_out(self, world):
        response = world.send(edited(world.out(), {LEVEL: "As usual", WHY: "No reason"}))
        client = as_(world.lead)
        page = client.get(response.url)
        assert "Not asked with these answers: left out" in page.content.decode()
        client.post(response.url, {"seen": seen_of(page)})
        assert world.saved() == {"level": "yes"}

    def test_faults_stand_by_cell_and_nothing_waits(self, world, tmp_path):
        response = world.send(edited(world.out(), {LEVEL: "Perhaps", WAITING: "=1+1"}))
        page = response.content.decode()
        assert "Services!F5: Select one of the answers offered: As usual; Paused" in page
        assert "Services!F7: This is a formula. Type its result instead" in page
        assert not (tmp_path / "uploads").exists()

    def test_the_workbook_of_another_return(self, world):
        theirs = world.out(world.other_return, world.other_lead)
        assert "workbook of another return" in world.send(theirs).content.decode()

    def test_a_workbook_of_other_questions(self, world):
        mark = book_mark(question_set_fact(world.set), world.return_.uid)
        older = replaced(world.out(), "sharedStrings.xml", mark, "0" * 64)
        refusal = world.send(older).content.decode()
        assert "The questions have changed since this workbook was made" in refusal

    @pytest.mark.parametrize("cell", ["B6", "B8"])
    def test_marks_that_are_gone(self, world, cell):
        made = edited(world.out(), {f"Read me first!{cell}": None, f"Read me first!A{cell[1:]}": None})
        assert "not the workbook of a return" in world.send(made).content.decode()

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("a.xlsx", b"", "file is empty"),
            ("a.csv", b"a,b", "must be the Excel workbook"),
            ("a.xlsx", b"PK\x03\x04" + b"\0" * 40, "damaged"),
            ("a.xlsx", b"%PDF-1.4", "content is not"),
        ],
    )
    def test_other_files(self, world, name, content, words):
        assert words in world.send(content, name).content.decode()

    def test_a_workbook_of_somebody_else(self, world):
        out = io.BytesIO()
        openpyxl.Workbook().save(out)
        assert "not the workbook of a return" in world.send(out.getvalue()).content.decode()

    def test_entities_that_grow(self, world):
        laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        for part in ("sheet2.xml", "sharedStrings.xml", "xl/workbook.xml", "styles.xml"):
            made = replaced(world.out(), part, 'standalone="yes"?>\n', f'standalone="yes"?>\n{laughs}')
            assert laughs.encode() in zipfile.ZipFile(io.BytesIO(made)).read(
                next(name for name in zipfile.ZipFile(io.BytesIO(made)).namelist() if name.endswith(part))
            )
            assert "a part of it is damaged" in world.send(made).content.decode()

    def test_macros(self, world):
        out = io.BytesIO(world.out())
        with zipfile.ZipFile(out, "a") as made:
            made.writestr("xl/vbaProject.bin", b"x")
        assert "holds macros" in world.send(out.getvalue()).content.decode()

    def test_a_bomb(self, world):
        out = io.BytesIO(world.out())
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
            made.writestr("xl/media/big.xml", b"\0" * (21 * 1024 * 1024))
        assert "unpacks to more than 20 MB" in world.send(out.getvalue()).content.decode()

    def test_what_waits_is_one_persons_for_one_return(self, world):
        response = world.send(edited(world.out(), {WAITING: "9"}))
        uid = UUID(response.url.rstrip("/").rpartition("/")[2])
        assert stat.S_IMODE(kept_upload(uid).stat().st_mode) == 0o600
        assert as_(world.colleague).get(response.url).status_code == 404
        assert as_(world.other_lead).get(response.url).status_code == 404
        elsewhere = reverse("return_workbook_in", args=[world.other_return.uid, uid])
        assert as_(world.other_lead).get(elsewhere).status_code == 404
        assert (
            as_(world.lead).get(reverse("return_workbook_in", args=[world.return_.uid, uuid4()])).status_code
            == 404
        )

    def test_what_was_sent_is_changed_by_no_workbook(self, world):
        taken = edited(world.out(), {WAITING: "9"})
        response = world.send(taken)
        type(world.return_).objects.filter(pk=world.return_.pk).update(
            state="submitted", submitted_at=NOW, submitted_by=world.lead
        )
        client = as_(world.lead)
        assert client.post(response.url, {"seen": "waiting:0"}).status_code == 200
        assert world.saved() == {}
        assert "was sent" in world.send(taken).content.decode()

    def test_only_its_own_people(self, world):
        for user, status in ((world.other_lead, 404), (world.coordinator, 403), (person("BM"), 403)):
            for name in ("return_workbook", "return_workbook_out"):
                assert as_(user).get(reverse(name, args=[world.return_.uid])).status_code == status


def test_marks():
    given_answer = GivenAnswer("x")
    assert answer_mark(1, given_answer) == answer_mark(1, GivenAnswer("x", same_since_cycle=2))
    assert answer_mark(1, given_answer) != answer_mark(2, given_answer)
    assert answer_mark(1, given_answer) != answer_mark(1, GivenAnswer("y"))
    assert book_mark(SET, UID) != book_mark(SET, uuid4())


def test_uploads_go_after_a_day(world):
    from partners.services.files import sweep

    world.send(edited(world.out(), {WAITING: "9"}))
    assert sweep(NOW) == 0
    # Files carry the machine's own time, not the test's.
    assert sweep(datetime.now(UTC) + timedelta(days=3650)) == 1
