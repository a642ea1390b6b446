"""A list of guidance as it is read: any form that people send, and what is said of bad ones."""

from contextlib import suppress
from datetime import date, timedelta
from time import process_time
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.facts.lists import Choice, KnownItem, ListDefaults, ListLine, Twin
from guidance.rules.duplicates import suggested, twins
from guidance.rules.list_cells import read_code, read_codes, read_day, read_url
from guidance.rules.list_files import text_of
from guidance.rules.lists import MAX_LENGTH, MAX_LINES, cells_of_text, entry_of, read_list, written_again
from safeguarding.kernel.errors import Refusal

TODAY = date(2020, 9, 1)
DEFAULTS = ListDefaults(received_on=date(2020, 4, 1), issuer="Department for Education")


def read(text: str, *, is_file: bool = False, defaults: ListDefaults = DEFAULTS):
    return read_list(cells_of_text(text, is_file=is_file), defaults, today=TODAY)


def refused(text: str, **options) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(text, **options)
    return caught.value


def faults(text: str, **options) -> list[tuple[int, str, str]]:
    return [
        (line.line, fault.field, fault.words) for line in read(text, **options).lines for fault in line.faults
    ]


class TestDays:
    @pytest.mark.parametrize(
        "typed",
        [
            "2020-03-27", "2020/3/27", "27/3/2020", "27/03/20", "27.3.2020", "27-3-2020", "27 3 2020",
            "27 March 2020", "27 Mar 2020", "27-Mar-20", "27th March 2020", "Friday 27 March 2020",
            "Fri, 27 March 2020", "March 27, 2020", "2020-03-27 00:00:00", "2020-03-27T00:00:00Z", "43917",
            " 27  march, 2020 ",
        ],
    )  # fmt: skip
    def test_in_any_form(self, typed):
        assert read_day(typed, field="published_on") == date(2020, 3, 27)

    def test_the_ninth_month_has_three_names(self):
        for month in ("Sep", "Sept", "September"):
            assert read_day(f"1 {month} 2020", field="x") == date(2020, 9, 1)

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("31/02/2020", "no_such_day"),
            ("3/27/2020", "no_such_day"),
            ("29 February 2021", "no_such_day"),
            ("0/0/2020", "no_such_day"),
            ("March 2020", "not_a_date"),
            ("soon", "not_a_date"),
            ("27/3", "not_a_date"),
            ("27/3/2020/1", "not_a_date"),
            ("27/3/202", "not_a_date"),
            ("٢٧/٣/٢٠٢٠", "not_a_date"),
            ("1 March 1066", "day_out_of_range"),
            ("1 March 9999", "day_out_of_range"),
        ],
    )
    def test_what_is_none_says_so(self, typed, code):
        with pytest.raises(Refusal) as caught:
            read_day(typed, field="published_on")
        assert caught.value.code == code

    @given(st.text(max_size=40))
    def test_nothing_typed_breaks_it(self, typed):
        with suppress(Refusal):
            read_day(typed, field="x")

    @given(st.dates(date(1980, 1, 1), date(2099, 12, 31)))
    def test_every_day_is_read_as_itself(self, day):
        for typed in (day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day} {day:%B} {day.year}"):
            assert read_day(typed, field="x") == day


class TestWords:
    @pytest.mark.parametrize(
        ("field", "typed", "code"),
        [
            ("kind", "New", "new"),
            ("kind", "Updated", "amended"),
            ("kind", "Easement with an end date", "easement"),
            ("kind", "LEGISLATION", "statutory"),
            ("force", "MUST", "must"),
            ("force", "Should: expected unless there is a good reason", "should"),
            ("audiences", "Police", "police"),
            ("topics", "child_protection", "child_protection"),
        ],
    )
    def test_a_code_its_label_or_what_people_say(self, field, typed, code):
        assert read_code(typed, field=field) == code

    def test_several_also_where_labels_have_commas(self):
        typed = "Hospitals, GPs and mental health services, Police; dsl"
        assert read_codes(typed, field="audiences") == ["health_providers", "police", "dsl"]

    def test_each_once(self):
        assert read_codes("police; Police | POLICE", field="audiences") == ["police"]

    def test_an_unknown_one_is_named_with_what_there_is(self):
        with pytest.raises(Refusal) as caught:
            read_codes("police, teachers", field="audiences")
        assert "“teachers” is not an audience. Use: Social workers;" in caught.value.message

    @pytest.mark.parametrize(
        ("typed", "url"),
        [
            ("https://www.gov.uk/a", "https://www.gov.uk/a"),
            ("www.gov.uk/a", "https://www.gov.uk/a"),
            ("<https://www.gov.uk/a>", "https://www.gov.uk/a"),
        ],
    )
    def test_addresses(self, typed, url):
        assert read_url(typed, field="url") == url

    @pytest.mark.parametrize(
        "typed",
        [
            "javascript:alert(1)", "ftp://gov.uk/x", "not an address", "https://", "https://a", "http://[::1",
            "https://user:secret@www.gov.uk/a", "https://www.gov.uk/" + "a" * 500, "file:///etc/passwd",
        ],
    )  # fmt: skip
    def test_what_is_no_address_of_the_web(self, typed):
        with pytest.raises(Refusal):
            read_url(typed, field="url")


class TestReading:
    def test_a_title_on_each_line_keeps_its_commas(self):
        listed = read("Schools, colleges and local authorities\n\nSecond one https://www.gov.uk/second\n")
        assert [(line.line, line.text("title"), line.text("url")) for line in listed.lines] == [
            (1, "Schools, colleges and local authorities", ""),
            (3, "Second one", "https://www.gov.uk/second"),
        ]

    @pytest.mark.parametrize("sign", ["\t", ",", ";"])
    def test_rows_with_headings(self, sign):
        text = f"Document title{sign}Publisher{sign}Date published\nOne{sign}PHE{sign}27/3/2020\n"
        line = read(text).lines[0]
        assert (line.text("title"), line.text("issuer"), line.text("published_on")) == (
            "One",
            "PHE",
            "2020-03-27",
        )
        assert not line.faults

    def test_headings_stand_below_a_title_and_it_is_said(self):
        listed = read("Appendix 1\tJune 2020\n\nTitle\tIssuer\tColour\nOne\tPHE\tred")
        assert [line.line for line in listed.lines] == [4]
        assert listed.notes == (
            "Columns that were left out: Colour.",
            "What stands above line 3 with the headings was left out.",
        )

    def test_without_headings_by_what_the_cells_look_like(self):
        text = "1\tThe longest words are titles\tPHE\thttps://www.gov.uk/a\t1/4/2020\n" * 3
        line = read(text).lines[0]
        assert line.text("title") == "The longest words are titles"
        assert (line.text("issuer"), line.text("url")) == ("PHE", "https://www.gov.uk/a")
        assert line.text("published_on") == "2020-04-01"

    def test_of_two_words_for_one_thing_the_more_usual(self):
        listed = read("Title\tLast updated\tPublished\nOne\t1/5/2020\t1/4/2020")
        assert listed.lines[0].text("published_on") == "2020-04-01"
        assert "Last updated" in listed.notes[0]

    def test_a_cell_with_lines_of_its_own_and_the_number_of_the_next(self):
        listed = read('Title\tSummary\n"One\nin two lines"\tx\nTwo\ty')
        assert [(line.line, line.text("title")) for line in listed.lines] == [
            (2, "One in two lines"),
            (4, "Two"),
        ]

    def test_pasted_titles_may_begin_with_a_quotation_mark(self):
        listed = read('Title\tIssuer\n"Safe" at home\tPHE\n"Open\tPHE')
        assert [line.text("title") for line in listed.lines] == ['"Safe" at home', '"Open']

    def test_what_the_line_leaves_open_is_of_the_whole_list(self):
        defaults = ListDefaults(
            date(2020, 4, 2), "PHE", "additional", "must", audiences=("police",), topics=("ppe",)
        )
        entry = entry_of(read("Title\tIssuer\nOne\t\nTwo\tDfE", defaults=defaults).lines[0])
        assert (entry.issuer, entry.version.kind, entry.version.force) == ("PHE", "additional", "must")
        assert (entry.audiences, entry.topics) == (("police",), ("ppe",))
        assert entry.version.received_on == entry.version.effective_from == date(2020, 4, 2)

    def test_a_cell_that_is_wrong_is_not_filled_from_the_whole_list(self):
        line = read(
            "Title\tFor whom\nOne\tteachers", defaults=ListDefaults(TODAY, "x", audiences=("police",))
        ).lines[0]
        assert [fault.field for fault in line.faults] == ["audiences"]
        assert not line.codes("audiences")

    def test_every_fault_of_every_line(self):
        text = (
            "Title\tIssuer\tPublished\tIn force from\tIn force until\tKind\tLink\n"
            "\tPHE\t31/02/2020\t\t\tnews\tx y\n"
            "Good\tPHE\t1/4/2020\t\t\t\t\n"
            "Turned\tPHE\t1/4/2020\t1/5/2020\t1/4/2020\t\t\n"
            "Eased\tPHE\t1/4/2020\t\t\teasement\t\n"
            "Early\tPHE\t1/4/2031\t\t\t\t\n"
            "=1+1\tPHE\t\t\t\t\t"
        )
        found = faults(text, defaults=ListDefaults(date(2020, 4, 1)))
        assert [(line, field) for line, field, _words in found] == [
            (2, "url"), (2, "published_on"), (2, "kind"), (2, "title"),
            (4, "effective_until"), (5, "effective_until"), (6, "published_on"), (7, "title"),
        ]  # fmt: skip
        assert "31/02/2020" in found[1][2] and "formula" in found[-1][2]

    def test_an_issuer_is_asked_for(self):
        assert faults("One", defaults=ListDefaults(TODAY))[0][1] == "issuer"

    def test_what_the_register_would_refuse_is_a_fault(self):
        defaults = ListDefaults(TODAY + timedelta(days=1), "PHE")
        assert [field for _line, field, _words in faults("One", defaults=defaults)] == ["received_on"]

    def test_too_long_and_odd_texts(self):
        found = faults("Title\tReference\n" + "x" * 301 + "\t" + "y" * 81 + "\nA\u202eB\tz")
        assert [(line, field) for line, field, _words in found] == [
            (2, "title"),
            (2, "reference"),
            (3, "title"),
        ]

    def test_signs_that_no_database_takes_are_faults_and_are_not_kept(self):
        line = read("Title\tIssuer\nA\0B\tPHE").lines[0]
        assert line.faults and line.cells["title"] == "A\ufffdB"

    def test_written_again_it_reads_the_same(self):
        text = 'Title\tIssuer\tPublished\tSummary\n"One\nmore"\tPHE\t31/02/2020\t"a ""b"""\nTwo\t\t1/4/2020\t'
        first = read(text)
        again = read(written_again(first.lines))
        assert [(line.cells, line.fields, line.faults) for line in again.lines] == [
            (line.cells, line.fields, line.faults) for line in first.lines
        ]

    def test_titles_alone_are_written_again_as_such(self):
        assert written_again(read("One, two\nThree").lines) == "One, two\nThree"


class TestBadLists:
    @pytest.mark.parametrize(
        ("text", "code", "says"),
        [
            ("", "list_empty", "empty"),
            (" \n\t\n ", "list_empty", "empty"),
            ("Title\tIssuer\n", "list_empty", "no lines below"),
            ("Issuer\tPublished\nPHE\t1/4/2020", "no_title", "Line 1 has headings"),
            ("Title\tIssuer\tTITLE\nA\tB\tC", "heading_twice", "Line 1: two columns are headed “TITLE”"),
            ("x\n" * (MAX_LINES + 2), "too_many_lines", "more than 500 lines (line 502"),
            ("x\n" * 5000, "too_many_lines", "more than 500 lines"),
            ("x" * (MAX_LENGTH + 1), "list_too_long", "1,000,000 characters"),
            ("Title,Link\n" + "," * 100, "list_empty", "no lines"),
            ("Title,Link\nA" + "," * 100, "too_many_columns", "Line 2 has more than 60 columns"),
            ('Title,Link\nA,b\n"C,d\ne,f', "list_damaged", "Line 3 cannot be read"),
            ('Title,Link\n"A"b,c', "list_damaged", "Line 2 cannot be read"),
            ("1\t2\n3\t4", "no_title", "No column of the list holds titles"),
        ],
    )
    def test_refused_with_what_to_do(self, text, code, says):
        refusal = refused(text)
        assert (refusal.code, says in refusal.message) == (code, True), refusal.message

    @settings(max_examples=300, deadline=None)
    @given(st.text(alphabet=st.characters(codec=None), max_size=300), st.booleans())
    def test_nothing_sent_breaks_it(self, text, is_file):
        with suppress(Refusal):
            listed = read(text, is_file=is_file)
            assert all(line.faults or entry_of(line) for line in listed.lines)
            # What is kept can be stored.
            assert all(cell.encode() for line in listed.lines for cell in line.cells.values())

    @settings(max_examples=300, deadline=None)
    @given(st.text(alphabet='Title,;\t\n"=0123456789/ Issuerpblhd', max_size=200), st.booleans())
    def test_nor_does_what_looks_like_a_list(self, text, is_file):
        with suppress(Refusal):
            read("Title\tIssuer\tPublished\n" + text, is_file=is_file)


class TestFiles:
    TEXT = "Title,Issuer\nChildren’s visits – “now”,PHE\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
    def test_whatever_program_wrote_it(self, encoding):
        assert text_of(self.TEXT.encode(encoding)) == self.TEXT

    @pytest.mark.parametrize(
        "content",
        [b"%PDF-1.4 x", b"\x89PNG\r\n\x1a\n\0\0\0", b"a\x81b\xff", b"\x00" * 50, b"<html><body>", b"{\\rtf1",
         b"\xff\xfe\x00", b"PK\x03\x04\x14\x00"],
    )  # fmt: skip
    def test_what_is_no_text(self, content):
        with pytest.raises(Refusal) as caught:
            text_of(content)
        assert caught.value.code == "not_text"

    @given(st.binary(max_size=500))
    def test_no_bytes_break_it(self, content):
        with suppress(Refusal):
            text_of(content)


def known(number: int = 1, **other) -> KnownItem:
    right = {
        "title": "Vulnerable children and young people",
        "issuer": "Department for Education",
        "reference": "",
        "url_key": "",
        "published_on": date(2020, 3, 27),
        "version": 4,
    }
    return KnownItem(uid=uuid4(), label=f"G{number}", **right | other)


def line(number: int = 2, **fields: str) -> ListLine:
    right = {"title": "Something else altogether", "issuer": "PHE", "published_on": "2020-05-01"}
    return ListLine(number, {}, right | fields)


class TestTwins:
    @pytest.mark.parametrize(
        ("item", "fields", "by"),
        [
            ({"url_key": "gov.uk/a"}, {"url": "https://www.gov.uk/a/#top"}, "address"),
            ({"url_key": "gov.uk/A"}, {"url": "http://gov.uk/a"}, "address"),
            ({"reference": "SI 2020/445", "issuer": "PHE"}, {"reference": "si  2020/445"}, "reference"),
            (
                {},
                {"title": "Vulnerable Children and young  people", "published_on": "2020-03-27"},
                "title_and_date",
            ),
            ({}, {"title": "Coronavirus (COVID-19): vulnerable childen and young people"}, "near_title"),
            ({"title": "Visits"}, {"title": "COVID-19: visits"}, "near_title"),
        ],
    )
    def test_what_is_there_already(self, item, fields, by):
        one = known(**item)
        assert twins([line(**fields)], [known(2, title="Quite another thing"), one])[2].item == one
        assert twins([line(**fields)], [one])[2].by == by

    @pytest.mark.parametrize(
        ("item", "fields"),
        [
            ({"reference": "SI 2020/445"}, {"reference": "SI 2020/445", "issuer": "Ofsted"}),
            ({"title": "Circular, part 1"}, {"title": "Circular, part 2"}),
            ({"title": "Guidance for schools"}, {"title": "Guidance for prisons"}),
            ({"url_key": "gov.uk/a"}, {"url": "https://gov.uk/a/b"}),
            ({}, {"title": "Coronavirus (COVID-19)"}),
        ],
    )
    def test_what_is_something_else(self, item, fields):
        assert twins([line(**fields)], [known(**item)]) == {}

    def test_the_surest_sign_counts(self):
        by_title, by_address = known(1), known(2, title="Renamed", url_key="gov.uk/a")
        fields = {"title": by_title.title, "published_on": "2020-03-27", "url": "https://gov.uk/a"}
        assert twins([line(**fields)], [by_title, by_address])[2].item == by_address

    def test_within_the_list(self):
        found = twins(
            [line(2), line(3, published_on="2020-05-01"), line(4, title="Something else alltogether")], []
        )
        assert {number: (twin.by, twin.line) for number, twin in found.items()} == {
            3: ("title_and_date", 2),
            4: ("near_title", 2),
        }

    @pytest.mark.parametrize(
        ("twin", "act"),
        [
            (Twin("address", item=known()), "leave_out"),
            (Twin("address", item=known(), later=True), "version"),
            (Twin("title_and_date", line=3), "leave_out"),
            (Twin("near_title", item=known(), later=True), None),
            (Twin("near_title", line=3), None),
        ],
    )
    def test_what_is_proposed(self, twin, act):
        said = suggested(twin)
        assert (said.act if said else None) == act
        if act == "version":
            assert said == Choice("version", twin.item.uid, 4)

    def test_220_lines_beside_2000_items_are_quick(self):
        words = [
            "children",
            "schools",
            "guidance",
            "visits",
            "health",
            "care",
            "safeguarding",
            "police",
            "courts",
            "local",
            "early",
            "years",
        ]
        titles = [
            f"Coronavirus (COVID-19): {words[n % 12]} and {words[n // 12 % 12]} {words[n // 144 % 12]} "
            f"in area {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}"
            for n in range(2000)
        ]
        there = [known(n, title=title) for n, title in enumerate(titles)]
        lines = [line(n, title=titles[n * 9] + ("" if n % 2 else " x")) for n in range(220)]
        start = process_time()
        found = twins(lines, there)
        assert process_time() - start < 3
        assert len(found) > 100
