"""The seal covers everything that is published, and the seal before it."""

from dataclasses import replace

import pytest

from riskregister.review.seal import START, Sealed, seal

PUBLISHED = Sealed(1, "2020-06", 1, "2020-06-30T22:59:59.999999+00:00", '{"a":1}', "{}", START)


def test_the_same_has_the_same_seal():
    assert seal(PUBLISHED) == seal(replace(PUBLISHED))
    assert len(seal(PUBLISHED)) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"place": 2},
        {"month": "2020-07"},
        {"version": 2},
        {"cut_off": "2020-06-30T22:59:59.999998+00:00"},
        {"content": '{"a":2}'},
        {"extras": '{"narratives":[]}'},
        {"previous_seal": "1" * 64},
    ],
)
def test_any_change_breaks_it(change):
    assert seal(replace(PUBLISHED, **change)) != seal(PUBLISHED)


def test_content_and_extras_cannot_change_places():
    assert seal(replace(PUBLISHED, content="{}", extras='{"a":1}')) != seal(PUBLISHED)
