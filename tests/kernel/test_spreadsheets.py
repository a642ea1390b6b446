"""Files that open in a spreadsheet."""

import csv
import io

import pytest

from safeguarding.kernel.spreadsheets import csv_lines, plain_cell


def test_a_file_starts_with_its_mark_and_reads_back_whole():
    rows = [["Łódź, “north”", 1, None], ["two\nlines", 0, "x"]]
    text = b"".join(csv_lines(["name", "count", "note"], rows))
    assert text.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))) == [
        ["name", "count", "note"],
        ["Łódź, “north”", "1", ""],
        ["two\nlines", "0", "x"],
    ]


def test_lines_are_made_as_they_are_asked_for():
    def rows():
        yield ["first"]
        raise AssertionError("nobody asked for the second row")

    lines = csv_lines(["name"], rows())
    assert [next(lines) for _ in range(3)] == [b"\xef\xbb\xbf", b"name\r\n", b"first\r\n"]


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@x", "\t=1", "\r=1", "  =1+1", "\n=1"])
def test_text_that_would_run_is_shown_instead(text):
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["North", "a=b", "", 0, -3, 2.5])
def test_other_values_stay_as_they_are(value):
    assert plain_cell(value) == value
