"""Canonical JSON: one spelling of equal content, nothing inexact, and back again."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskregister.facts.content import (
    Cell,
    CheckResult,
    Column,
    Figures,
    Finding,
    HeatCell,
    HeatMap,
    Point,
    Ref,
    ReviewContent,
    Row,
    SectionContent,
    SourceMark,
    Table,
    Text,
    Trend,
)
from riskregister.review.canonical import NotCanonical, canonical, digest
from riskregister.review.compile import compile_content
from riskregister.review.reading import read
from tests.riskregister.review_world import evidence, full

_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
_TEXTS = st.text(max_size=12)
_REFS = st.lists(st.builds(Ref, _TEXTS, _TEXTS, _TEXTS), max_size=2).map(tuple)
_CELLS = st.builds(Cell, _TEXTS, st.booleans(), _TEXTS)


def _tuples(one, size=2):
    return st.lists(one, max_size=size).map(tuple)


_BLOCKS = st.one_of(
    st.builds(Text, _TEXTS, _REFS, st.booleans(), _TEXTS),
    st.builds(Figures, _TEXTS, _tuples(st.tuples(_TEXTS, _TEXTS, _TEXTS)), _TEXTS, _REFS),
    st.builds(
        Table,
        _TEXTS,
        _tuples(st.builds(Column, _TEXTS, st.booleans())),
        _tuples(st.builds(Row, _tuples(_CELLS), _REFS, st.booleans())),
        _TEXTS,
        _TEXTS,
        _TEXTS,
    ),
    st.builds(
        HeatMap,
        _TEXTS,
        _tuples(_TEXTS, 5),
        _tuples(_TEXTS, 5),
        _tuples(st.builds(HeatCell, st.integers(1, 5), st.integers(1, 5), _TEXTS, _TEXTS, _tuples(_TEXTS))),
        _TEXTS,
    ),
    st.builds(
        Trend,
        _TEXTS,
        _TEXTS,
        _tuples(st.builds(Point, _TEXTS, st.integers(0, 25), _TEXTS, _TEXTS)),
        _TEXTS,
        st.booleans(),
    ),
    st.builds(Finding, _TEXTS, _TEXTS, _TEXTS, _REFS, st.booleans(), _TEXTS),
    st.builds(CheckResult, _TEXTS, _TEXTS, _TEXTS, _REFS, _TEXTS, _tuples(_TEXTS), st.integers(0, 9)),
)
_REVIEWS = st.builds(
    ReviewContent,
    schema=st.integers(0, 9),
    method_version=_TEXTS,
    month=_TEXTS,
    cut_off=_TEXTS,
    version=st.integers(0, 9),
    previous_month=_TEXTS,
    previous_version=st.integers(0, 9),
    previous_seal=_TEXTS,
    matrix_version=st.integers(0, 9),
    sections=_tuples(st.builds(SectionContent, _TEXTS, _TEXTS, _tuples(_BLOCKS, 3), _TEXTS)),
    sources=_tuples(st.builds(SourceMark, _TEXTS, _TEXTS, _TEXTS)),
    ratings=st.dictionaries(_TEXTS, st.dictionaries(_TEXTS, _TEXTS | st.integers(), max_size=2), max_size=2),
    recommendations=_tuples(_TEXTS),
    summary=_TEXTS,
)


def test_the_order_of_keys_does_not_show():
    assert canonical({"b": 1, "a": [2, {"d": None, "c": True}]}) == '{"a":[2,{"c":true,"d":null}],"b":1}'
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_words_stay_readable():
    assert canonical({"who": "Zoë, “Löwe”"}) == '{"who":"Zoë, “Löwe”"}'


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), Decimal("1.5"), {1, 2}, object(), b"bytes", {"a": [0.1]}]
)
def test_what_is_not_exact_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical({"value": value})


def test_the_refusal_says_where():
    with pytest.raises(NotCanonical, match=r"content\.rows\[1\]\.rate: float cannot be sealed"):
        canonical({"rows": [{}, {"rate": 72.2}]})
    with pytest.raises(NotCanonical, match="the key 1 is no text"):
        canonical({1: "one"})


@given(_PLAIN)
def test_read_back_it_is_what_it_was(plain):
    text = canonical(plain)
    assert json.loads(text) == plain
    assert canonical(json.loads(text)) == text


def test_the_digest_is_sha256_of_the_bytes():
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("Zoë") != digest("Zoe")


@given(_REVIEWS)
def test_every_block_reads_back_as_it_was_written(content):
    text = canonical(content)
    assert read(text) == content
    assert canonical(read(text)) == text


def test_a_whole_review_and_an_empty_one_read_back():
    for month in (full(), evidence()):
        content = compile_content(month, version=1)
        assert read(canonical(content)) == content


def test_a_block_of_an_unknown_type_is_not_guessed_at():
    text = canonical(compile_content(evidence(), version=1)).replace('"type":"text"', '"type":"video"')
    with pytest.raises(ValueError, match="unknown type: video"):
        read(text)
