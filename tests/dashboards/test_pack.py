"""The board's paper: every form shows everything that is sealed, and equal reviews give equal bytes."""

import html as html_module
import re
import shutil
import subprocess
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from zipfile import ZipFile

import docx as word
import pptx as slides
import pytest
from django.utils.html import strip_tags

from dashboards.pack import html, pdf
from dashboards.pack.blocks import elements_of
from dashboards.pack.docx import docx
from dashboards.pack.json_form import json_text
from dashboards.pack.model import letter, paper_of
from dashboards.pack.pptx import pptx
from dashboards.pack.yearly import months_of, yearly_paper
from riskregister.facts.content import (
    CheckResult,
    Figures,
    Finding,
    HeatMap,
    ReviewContent,
    Table,
    Text,
    Trend,
)
from riskregister.review.canonical import canonical, digest
from safeguarding.kernel.periods import Month
from tests.riskregister import content_samples as samples

CONTENTS = {"by hand": samples.by_hand, "compiled": samples.compiled}
needs_pdf = pytest.mark.skipif(not pdf.available(), reason="the PDF engine's system libraries are missing")


def said(content: ReviewContent) -> Iterator[str]:
    """Every text, figure, mark and label that the content holds, as a form must show it."""
    yield content.summary
    yield from content.recommendations
    for source in content.sources:
        yield from (f"[{source.mark}]", source.text, source.as_at)
    for section in content.sections:
        yield from (section.title, section.missing)
        for block in section.blocks:
            yield from _said_by(block)


def _said_by(block) -> Iterator[str]:
    yield from (ref.label for ref in getattr(block, "refs", ()))
    source = getattr(block, "source", "")
    if isinstance(block, Text | Finding | CheckResult):
        yield f"{block.text} [{source}]" if source and not isinstance(block, CheckResult) else block.text
        if isinstance(block, Finding):
            yield from (f"{block.letter}.", "Of concern" if block.concern else "")
        if isinstance(block, CheckResult):
            yield str(block.months_open) if block.months_open else "New"
        return
    yield f"{block.title} [{source}]"
    if isinstance(block, Figures):
        yield from (text for item in block.items for text in item)
    elif isinstance(block, Table):
        yield block.note
        yield "" if block.rows else block.empty
        if block.rows:
            yield from (one.text for one in block.columns)
        for row in block.rows:
            yield from (cell.text for cell in row.cells)
            yield from (ref.label for ref in row.refs)
    elif isinstance(block, HeatMap):
        yield from (*block.likelihoods, *block.impacts)
        for cell in block.cells:
            yield f"{cell.likelihood * cell.impact} {cell.label}"
            yield ", ".join(cell.risks)
    elif isinstance(block, Trend):
        yield block.risk
        for point in block.points:
            yield from (Month.parse(point.month).name, str(point.score), point.reason)
    else:
        raise AssertionError(f"a block of a new type: {block}")


def flat(text: str) -> str:
    return " ".join(text.split())


def seamless(text: str) -> str:
    """Without the spaces and hyphens that a line's end puts in or takes out."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


def words_of(markup: str) -> str:
    text = re.sub(r"<(style|title)>.*?</\1>|<svg.*?</svg>", " ", markup, flags=re.S)
    return flat(html_module.unescape(strip_tags(re.sub(r"</(?:t[hd]|p|caption|li|h\d)>|<br>", " ", text))))


def shown_by_html(review) -> str:
    return words_of(html.whole(paper_of(review)))


def shown_by_docx(review) -> str:
    return flat(" ".join(word_texts(word.Document(BytesIO(docx(paper_of(review)))))))


def word_texts(document) -> Iterator[str]:
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                for cell in row.cells:
                    yield from (one.text for one in cell.paragraphs)
        else:
            yield block.text


def test_the_samples_hold_every_type_of_block():
    types = {type(block) for one in samples.by_hand().sections for block in one.blocks}
    assert types == {CheckResult, Figures, Finding, HeatMap, Table, Text, Trend}


@pytest.mark.parametrize("make", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("form", [shown_by_html, shown_by_docx])
def test_a_form_shows_everything(form, make):
    content = make()
    shown = form(samples.record(content))
    assert [one for one in said(content) if flat(one) not in shown] == []


@needs_pdf
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="nothing here reads a PDF back")
@pytest.mark.parametrize("make", CONTENTS.values(), ids=CONTENTS)
def test_a_pdf_shows_everything(make):
    """Its words are read back; lines of cells mix with their neighbours, so each word counts."""
    content = make()
    read = subprocess.run(
        ["pdftotext", "-raw", "-", "-"],
        input=pdf.pdf(paper_of(samples.record(content))),
        stdout=subprocess.PIPE,
        check=True,
    )
    shown = seamless(read.stdout.decode())
    assert [one for one in said(content) if any(seamless(word) not in shown for word in one.split())] == []


@needs_pdf
def test_the_pdf_is_rendered_from_the_same_fragment(monkeypatch):
    paper = paper_of(samples.record())
    seen = []
    whole = html.whole
    monkeypatch.setattr(
        pdf, "whole", lambda *args, **options: seen.append(whole(*args, **options)) or seen[-1]
    )
    pdf.pdf(paper)
    assert len(seen) == 1
    assert html.fragment(paper) in seen[0]


@pytest.mark.parametrize("form", [shown_by_html, shown_by_docx])
def test_the_coordinators_words_stand_beside_and_are_marked(form):
    shown = form(samples.record())
    risks, partners = shown.index("2. Risks"), shown.index("3. Partner assurance")
    comment = shown.index("Coordinator’s comment")
    assert risks < comment < partners
    assert "Two partners asked for help. It came." in shown[comment:partners]
    assert comment > shown.rindex("Appendix 2", risks, partners)


@pytest.mark.parametrize("form", [shown_by_html, shown_by_docx])
def test_the_paper_has_the_form_of_a_committee_report(form):
    shown = form(samples.record())
    order = [
        "Monthly review of risk and recovery: June 2020",
        "9 July 2020",
        "The partnership’s coordinator: Cora Denny, Coordinator",
        "Exempt: it has parts that are not for the public",
        "Recommendations",
        "a. notes the position",
        "Summary",
        "Background",
        "Children Act 2004",
        "Key findings",
        "1. What changed since the last board",
        "8. Decisions",
        "Appendix 1: List of guidance",
        "G1 Children’s social care services",
        "Appendix 2: Full risk assessment",
        "Sources",
        "Seal, and how to check this paper",
        "check_reviews",
    ]
    places = [shown.index(one) for one in order]
    assert places == sorted(places)
    assert samples.record().digest in shown
    assert "a" * 64 in shown and "DRAFT" not in shown


def test_a_draft_says_so_in_every_form():
    review = samples.draft()
    paper = paper_of(review)
    assert "DRAFT: not published" in shown_by_html(review)
    assert 'content: "DRAFT"' in html.whole(paper, paged=True)
    document = word.Document(BytesIO(docx(paper)))
    assert document.sections[0].header.paragraphs[0].text == "DRAFT"
    deck = slides.Presentation(BytesIO(pptx(review)))
    assert all(
        "DRAFT" in [one.text_frame.text for one in slide.shapes if one.has_text_frame]
        for slide in deck.slides
    )
    assert '"draft":true' in json_text(review)


def test_the_word_document_is_built_of_real_parts():
    paper = paper_of(samples.record())
    document = word.Document(BytesIO(docx(paper)))
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [one.text for one in paper.headings()]
    with_header = [table for table in document.tables if "w:tblHeader" in table.rows[0]._tr.xml]
    changed = next(table for table in with_header if table.rows[0].cells[1].text == "Was")
    assert [cell.text for cell in changed.rows[1].cells][:3] == ["R-003 Hidden harm", "12", "16"]
    captions = [one.text for one in document.paragraphs if one.style.name == "Caption"]
    assert "Where the risks stand [1]" in captions
    of = document.core_properties
    assert (of.title, of.language, of.identifier) == (paper.title, "en-GB", samples.record().digest)
    assert of.created.isoformat() == "2020-07-09T09:30:00+00:00"
    assert 'w:val="en-GB"' in document.styles.element.xml


@needs_pdf
def test_the_pdf_is_tagged_and_says_its_language():
    body = pdf.pdf(paper_of(samples.record()))
    assert body.startswith(b"%PDF-1.7")
    packed = re.findall(rb"stream\n(.*?)\nendstream", body, flags=re.S)
    plain = b"".join(zlib.decompress(one) for one in packed if one.startswith(b"\x78"))
    assert b"/Lang(en-GB)" in plain.replace(b" ", b"")
    assert b"/MarkInfo" in plain and b"/Outlines" in plain and b"/StructTreeRoot" in plain
    assert re.search(rb"pdfuaid:part(?:>|=.)1", body + plain)


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda one: pdf.pdf(paper_of(one)), marks=needs_pdf, id="pdf"),
        pytest.param(lambda one: docx(paper_of(one)), id="docx"),
        pytest.param(pptx, id="pptx"),
        pytest.param(lambda one: html.whole(paper_of(one)).encode(), id="html"),
        pytest.param(lambda one: json_text(one).encode(), id="json"),
    ],
)
def test_equal_reviews_give_equal_bytes(write):
    first = write(samples.record())
    # Archives count in steps of two seconds.
    time.sleep(2.1)
    assert write(samples.record()) == first


def test_an_office_file_forgets_when_it_was_written():
    for body in (docx(paper_of(samples.record())), pptx(samples.record())):
        with ZipFile(BytesIO(body)) as archive:
            assert {one.date_time[0] for one in archive.infolist()} == {1980}


def test_the_json_carries_what_the_digest_is_of():
    import json

    review = samples.record()
    plain = json.loads(json_text(review))
    assert digest(canonical(plain["content"])) == review.digest == plain["digest"]
    assert plain["seal"] == {"place": 4, "previous_seal": "b" * 64, "seal": "a" * 64}


def test_the_web_page_asks_for_nothing_and_escapes():
    text = html.whole(paper_of(samples.record()))
    assert not re.search(r"(?:src|href)=\"(?!#)|@import|url\(", text)
    assert "Referrals &lt; half &amp; falling" in text
    assert "style=" not in html.fragment(paper_of(samples.record()))


def test_a_footer_cannot_leave_its_string():
    paper = replace(paper_of(samples.record()), footer='x"; } body { display: none } </style><script>')
    text = html.whole(paper, paged=True)
    assert "<script>" not in text and '"; } body' not in text


@needs_pdf
def test_the_pdf_engine_fetches_nothing():
    with pytest.raises(ValueError, match="nothing from outside"):
        pdf.refuse("https://example.org/picture.png")


def test_without_its_libraries_the_engine_says_what_to_install(monkeypatch):
    def missing(name):
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf, "import_module", missing)
    assert not pdf.available()
    with pytest.raises(pdf.PdfUnavailable, match="apt-get install libpango"):
        pdf.pdf(paper_of(samples.record()))


def deck_of(review):
    return slides.Presentation(BytesIO(pptx(review)))


def slide_text(slide) -> str:
    parts = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            parts.append(shape.text_frame.text)
        elif shape.has_table:
            parts += [cell.text for row in shape.table.rows for cell in row.cells]
    return flat(" ".join(parts))


def test_six_slides_tell_the_same():
    review = samples.record()
    deck = deck_of(review)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles == [
        "What changed",
        "Risks: Red 2, Green 1",
        "Partners",
        "Visits and management oversight",
        "Key findings",
        "Decisions asked",
    ]
    texts = [slide_text(slide) for slide in deck.slides]
    assert all(review.digest in text for text in texts)
    assert "R-003 Hidden harm 12 16 Up" in texts[0]
    assert "R-003, R-004" in texts[1] and "Almost certain" in texts[1]
    assert "Merrowshire Council 2 1 1" in texts[2]
    assert "Children in need 1,580 4 45.1% 93.4%" in texts[3] and "Flags past review 17" in texts[3]
    assert all(one.text in texts[4] for one in samples.by_hand().sections[7].blocks)
    assert all(one in texts[5] for one in samples.by_hand().recommendations)
    for slide in deck.slides:
        assert "June 2020" in slide.notes_slide.notes_text_frame.text
        tables = [one for one in slide.shapes if one.has_table]
        assert all(one._element.xpath(".//p:cNvPr/@descr")[0] for one in tables)


def many(content: ReviewContent) -> ReviewContent:
    """Far more than slides hold: rows, risks of a square, findings, recommendations; and very long words."""

    def block(one):
        if isinstance(one, Table):
            return replace(one, rows=tuple(row for row in one.rows for _ in range(40)))
        if isinstance(one, HeatMap):
            crowd = tuple(f"R-{number:03d}" for number in range(60))
            return replace(one, cells=tuple(replace(cell, risks=crowd) for cell in one.cells))
        if isinstance(one, Finding):
            return replace(one, text=one.text + " And so on, at length." * 60)
        return one

    sections = tuple(replace(one, blocks=tuple(map(block, one.blocks))) for one in content.sections)
    return replace(content, sections=sections, recommendations=content.recommendations * 20)


@pytest.mark.parametrize("content", [samples.by_hand(), samples.compiled(), many(samples.by_hand())])
def test_nothing_runs_over_a_slides_edge(content):
    deck = deck_of(samples.record(content))
    for slide in deck.slides:
        shapes = [one for one in slide.shapes if one.name not in ("Foot", "State")]
        for shape in shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= 7.0 * 914400, (slide.shapes.title.text_frame.text, shape.name)
        ordered = sorted(shapes, key=lambda one: one.top)
        for above, below in pairwise(ordered):
            assert above.top + above.height <= below.top + 10, (above.name, below.name)


def test_what_a_slide_leaves_out_it_says():
    texts = [slide_text(slide) for slide in deck_of(samples.record(many(samples.by_hand()))).slides]
    assert "And 112 more: see “1. What changed since the last board”." in texts[0]
    assert "R-000, R-001, R-002 and 57 more" in texts[1]
    assert "more: see “Key findings”" in texts[4] or "full text: see “Key findings”" in texts[4]
    assert "more: see “Recommendations”" in texts[5]


def test_letters_go_on_behind_z():
    assert [letter(place) for place in (0, 25, 26, 53)] == ["a", "z", "aa", "bb"]


def test_a_block_of_an_unknown_type_is_not_left_out_silently():
    with pytest.raises(TypeError):
        list(elements_of([object()]))  # type: ignore[list-item]


def test_a_year_is_put_together_from_its_months():
    june = samples.record()
    may = samples.record(replace(samples.by_hand(), month="2020-05"), seal="c" * 64)
    paper = yearly_paper(2020, (may, june))
    shown = words_of(html.fragment(paper))
    assert [str(one) for one in months_of(2020)][::11] == ["2020-04", "2021-03"]
    assert "2 of 12" in shown and "April 2020, July 2020" in shown
    assert shown.index("May 2020 This review") < shown.index("June 2020 This review")
    assert "All partners are into recovery planning." in shown
    assert "Meet monthly" in shown and "c" * 64 in shown
    assert "f. Information is shared effectively" in shown
    assert "[1]" not in shown
    red = re.search(r"Open partnership risks by rating Figure May 2020 Jun 2020 Red (\d) (\d)", shown)
    assert red and red.groups() == ("2", "2")
    assert docx(paper) == docx(yearly_paper(2020, (may, june)))
