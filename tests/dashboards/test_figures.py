"""Charts: what is drawn is what is shown, and nothing else."""

import json
from datetime import date
from xml.etree import ElementTree

import pytest

from dashboards.figures import claims, visiting
from dashboards.figures.outcomes import Outcomes
from dashboards.figures.svg import Series, Shade, stacked_bars
from safeguarding.kernel.periods import Month
from visits.facts import PublishedRateFact, RestrictionFact

MONTHS = list(Month.parse("2020-02").until(Month.parse("2020-04")))


def outcomes(month, face_to_face, alternative, not_visited, /, **hidden):
    counts = {
        "children": face_to_face + (alternative or 0) + not_visited,
        "face_to_face": face_to_face,
        "alternative": alternative,
        "not_visited": not_visited,
        "seen": face_to_face + (alternative or 0),
    }
    return Outcomes(month=month, plan_type="CP", collected=alternative is not None, **counts | hidden)


SERIES = [
    outcomes(MONTHS[0], 74, None, 26),
    outcomes(MONTHS[1], 0, 0, 0),
    # 17 and 3 of 33 are hidden; 13 are not.
    outcomes(MONTHS[2], 17, 3, 13, face_to_face=None, alternative=None),
]


def chart(series=SERIES, links=lambda outcomes, part: None, shades=()):
    return visiting.chart(
        series,
        then=SERIES[0],
        then_month=MONTHS[0],
        shades=shades,
        place="all children",
        source="records",
        links=links,
    )


def bars(made):
    return {trace["name"]: trace["y"] for trace in made.figure["data"] if trace["type"] == "bar"}


def test_bars_are_the_shares_and_gaps_are_gaps():
    assert bars(chart()) == {
        "Face to face": [74.0, None, None],
        "Authorised alternative": [None, None, None],
        "Not visited": [26.0, None, 39.4],
    }


def test_a_hidden_number_is_nowhere_in_what_is_sent():
    made = chart()
    sent = json.dumps([made.figure, made.table, made.svg, made.title, made.summary, made.alt])
    for trace in ("51.5", "9.1", "17 of", '"3 of'):  # 17/33, 3/33
        assert trace not in sent
    assert made.table["rows"][2][2]["text"] == "c"


def test_no_children_and_not_collected_are_words_in_the_table():
    rows = [
        [cell["text"] if isinstance(cell, dict) else cell for cell in row] for row in chart().table["rows"]
    ]
    assert rows == [
        ["February 2020", "100", "74 (74.0%)", "not collected", "74 (74.0%)", "26 (26.0%)"],
        ["March 2020", "no children", "–", "–", "–", "–"],
        ["April 2020", "33", "c", "c", "20 (60.6%)", "13 (39.4%)"],
    ]


def test_the_comparator_is_a_line_at_its_total():
    line = next(trace for trace in chart().figure["data"] if trace["type"] == "scatter")
    assert (line["name"], line["y"]) == ("Seen in February 2020: 74.0%", [74.0] * 3)


def test_only_bars_and_lines_are_drawn_and_the_figure_carries_no_template():
    figure = chart().figure
    assert {trace["type"] for trace in figure["data"]} <= {"bar", "scatter"}
    assert figure["layout"].get("template", {}) in ({}, {"data": {}, "layout": {}}) or not figure["layout"][
        "template"
    ].get("layout")
    json.dumps(figure)


def test_points_and_numbers_lead_to_the_children_where_there_are_any():
    made = chart(links=lambda outcomes, part: f"/visiting/children/?month={outcomes.month}&outcome={part}")
    trace = next(trace for trace in made.figure["data"] if trace["name"] == "Not visited")
    assert trace["customdata"][0] == "/visiting/children/?month=2020-02&outcome=not_visited"
    cells = made.table["rows"][0]
    assert cells[2]["href"].endswith("month=2020-02&outcome=face_to_face")
    assert "href" not in cells[3], "nothing was collected, so nothing is behind it"
    assert "href" not in made.table["rows"][1][1], "nobody is behind a month without children"


def restriction(start, end, name="Lockdown"):
    return RestrictionFact(name, start, end, "source")


def test_lockdowns_are_marked_where_they_fall():
    marks = visiting.shades_of(
        [
            restriction(date(2019, 1, 1), date(2020, 1, 31), "before"),
            restriction(date(2020, 3, 1), date(2020, 3, 31), "March"),
            restriction(date(2020, 4, 16), None, "open"),
        ],
        MONTHS,
    )
    assert [(shade.start, shade.end, shade.mark, fact.name) for shade, fact in marks] == [
        (1.0, 2.0, "1", "March"),
        (2.5, 3.0, "2", "open"),
    ]
    figure = chart(shades=[shade for shade, _ in marks]).figure
    assert [(shape["x0"], shape["x1"]) for shape in figure["layout"]["shapes"]] == [
        (0.5, 1.5),
        (1.5 + 0.5, 2.5),
    ]


NASTY = "</script><img src=x onerror=alert(1)>&<b>"


def test_the_drawing_escapes_every_text_and_has_no_styles():
    drawing = stacked_bars(
        "one",
        [NASTY],
        [Series(NASTY, "#000000", "/", [50.0])],
        line=(NASTY, 40.0),
        shades=[Shade(0, 1, NASTY)],
        marks=[NASTY],
    )
    root = ElementTree.fromstring(drawing)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "defs", "pattern", "rect", "path", "line", "text"}
    assert not any("style" in element.attrib or "onerror" in element.attrib for element in root.iter())
    assert [element.text for element in root.iter() if element.tag.endswith("text")].count(NASTY) == 5


def test_plotly_gets_no_markup_in_names():
    assert visiting.markup_free(NASTY) == "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&lt;b&gt;"
    figure = chart(shades=[Shade(0, 1, NASTY)]).figure
    assert NASTY not in json.dumps(figure)


# --- What was published, and what was said of it ----------------------------------------------

PAPER = {
    "CP": {"2019-03": "74.7", "2020-03": "71.9", "2020-04": "72.2", "2020-05": "74.4", "2020-06": "84.6"},
    "CIN": {"2019-03": "73.2", "2020-03": "72.2", "2020-04": "79.5", "2020-05": "81.9", "2020-06": "78.8"},
    "CIC": {"2019-03": "92.8", "2020-03": "88.3", "2020-04": "90.1", "2020-05": "91.7", "2020-06": "90.0"},
}


def paper_checks():
    from decimal import Decimal

    rates = [
        (plan_type, Month.parse(month), Decimal(rate))
        for plan_type, months in PAPER.items()
        for month, rate in months.items()
    ]
    return claims.at_least_as_before(rates, Month.parse("2019-03"))


def test_the_papers_claim_fails_in_the_months_in_which_its_own_table_denies_it():
    failed = {
        (check.plan_type, str(check.month)): str(check.difference)
        for check in paper_checks()
        if not check.holds
    }
    assert failed == {
        ("CP", "2020-03"): "-2.8",
        ("CP", "2020-04"): "-2.5",
        ("CP", "2020-05"): "-0.3",
        ("CIN", "2020-03"): "-1.0",
        ("CIC", "2020-03"): "-4.5",
        ("CIC", "2020-04"): "-2.7",
        ("CIC", "2020-05"): "-1.1",
        ("CIC", "2020-06"): "-2.8",
    }


def test_the_claim_is_answered_in_a_sentence():
    from dashboards.presenters import claim_sentence

    assert claim_sentence(paper_checks()) == (
        "Against March 2019 the statement does not hold in 8 of 12 cases: "
        "for children on a child protection plan in March 2020, April 2020 and May 2020; "
        "for children on a child in need plan in March 2020; "
        "for children in care in March 2020, April 2020, May 2020 and June 2020."
    )


@pytest.mark.parametrize(
    ("ours", "agrees"),
    [
        (outcomes(Month.parse("2020-04"), 523, 199, 278), [True, True, True]),
        (outcomes(Month.parse("2020-04"), 524, 198, 278), [False, False, True]),
        (None, [False, False, False]),
        (outcomes(Month.parse("2020-04"), 0, 0, 0), [False, False, False]),
    ],
)
def test_published_figures_stand_beside_ours(ours, agrees):
    from decimal import Decimal

    row = PublishedRateFact(
        Month.parse("2020-04").index, "CP", Decimal("52.3"), Decimal("19.9"), Decimal("72.2"), "paper"
    )
    assert [one.agrees for one in claims.agreements([row], lambda month, plan_type: ours)] == agrees
