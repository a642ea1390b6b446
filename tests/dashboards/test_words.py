"""What the figures say in words."""

import pytest

from dashboards.figures import words
from dashboards.figures.outcomes import Outcomes
from safeguarding.kernel.periods import Month

APRIL, MARCH = Month.parse("2020-04"), Month.parse("2019-03")


def outcomes(face_to_face, alternative, not_visited, /, *, month=APRIL, plan_type="CP", **hidden):
    counts = {
        "children": face_to_face + (alternative or 0) + not_visited,
        "face_to_face": face_to_face,
        "alternative": alternative,
        "not_visited": not_visited,
        "seen": face_to_face + (alternative or 0),
    }
    return Outcomes(month=month, plan_type=plan_type, collected=alternative is not None, **counts | hidden)


BEFORE = outcomes(74_7, None, 25_3, month=MARCH)


@pytest.mark.parametrize(
    ("now", "then", "then_month", "said"),
    [
        (
            outcomes(52_3, 19_9, 27_8),
            BEFORE,
            MARCH,
            "72.2% of children on a child protection plan were seen in April 2020, "
            "2.5 points below March 2019.",
        ),
        (
            outcomes(80_0, 4_6, 15_4, plan_type="CIC"),
            BEFORE,
            MARCH,
            "84.6% of children in care were seen in April 2020, 9.9 points above March 2019.",
        ),
        (
            outcomes(74_7, 0, 25_3, plan_type="CIN"),
            BEFORE,
            MARCH,
            "74.7% of children on a child in need plan were seen in April 2020, the same as in March 2019.",
        ),
        (
            outcomes(50, 0, 50),
            None,
            None,
            "50.0% of children on a child protection plan were seen in April 2020.",
        ),
        (
            outcomes(50, 0, 50),
            None,
            MARCH,
            "50.0% of children on a child protection plan were seen in April 2020. "
            "There are no figures for March 2019 to compare with.",
        ),
        (
            outcomes(50, 0, 50),
            outcomes(0, None, 0, month=MARCH),
            MARCH,
            "50.0% of children on a child protection plan were seen in April 2020. "
            "There were no such children in March 2019 to compare with.",
        ),
        (
            outcomes(50, 0, 50),
            outcomes(50, None, 3, month=MARCH, seen=None, children=None),
            MARCH,
            "50.0% of children on a child protection plan were seen in April 2020. "
            "The numbers for March 2019 are too small to compare with.",
        ),
        (
            outcomes(0, 0, 0),
            BEFORE,
            MARCH,
            "There were no children on a child protection plan due to have been visited "
            "by the end of April 2020.",
        ),
        (
            outcomes(4, 0, 50, seen=None),
            BEFORE,
            MARCH,
            "The numbers of children on a child protection plan in April 2020 are too small to show.",
        ),
    ],
)
def test_the_sentence(now, then, then_month, said):
    assert words.sentence(now, then, then_month) == said


def test_the_sentence_never_says_0_percent_of_nobody():
    assert "%" not in words.sentence(outcomes(0, 0, 0), None, None)
    assert "%" not in words.headline(outcomes(0, 0, 0), None, None)


@pytest.mark.parametrize(
    ("seen", "headline"),
    [
        (
            50,
            "A smaller share of children on a child protection plan was seen "
            "in April 2020 than in March 2019",
        ),
        (
            90,
            "A larger share of children on a child protection plan was seen in April 2020 than in March 2019",
        ),
    ],
)
def test_the_headline_is_the_finding(seen, headline):
    assert words.headline(outcomes(seen, 0, 100 - seen), BEFORE, MARCH) == headline


def test_the_parts_come_with_their_numbers():
    said = words.parts(outcomes(523, 199, 278))
    assert said == (
        "722 of 1,000 children were seen: 523 face to face (52.3%) "
        "and 199 by an authorised alternative (19.9%)."
    )


def test_parts_that_do_not_add_up_because_of_rounding_say_so():
    # 1/3 + 1/3 = 2/3: 33.3 + 33.3 is 66.6, and 2/3 is 66.7.
    assert words.parts(outcomes(10, 10, 10)).endswith(
        "Each share is rounded by itself, so the parts add up to 66.6%, not 66.7%."
    )
    assert words.rounding(outcomes(523, 199, 278)) == ""


def test_not_collected_is_said_and_is_no_number():
    assert words.parts(outcomes(74, None, 26, month=MARCH)) == (
        "74 of 100 children were seen: 74 face to face (74.0%); alternatives to a visit were not collected."
    )


def test_hidden_numbers_leave_no_trace_in_words():
    hidden = outcomes(17, 3, 20, face_to_face=None, alternative=None)
    assert words.parts(hidden) == "20 of 40 children were seen."
    assert words.parts(outcomes(17, 3, 2, seen=None, alternative=None)) == "17 face to face (77.3%)."
