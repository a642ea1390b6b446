"""Sections: the board's reading order, what each shows of full evidence, and what it says of none."""

from dataclasses import replace

import pytest

from riskregister.constants import ReviewSection
from riskregister.facts.content import REF_KINDS, Figures, HeatMap, Table, Trend
from riskregister.review.canonical import canonical
from riskregister.review.compile import compile_content
from riskregister.review.sections.changed import moved
from riskregister.rules.ratings import Direction
from safeguarding.kernel.periods import Month
from tests.riskregister.review_world import (
    CUT_OFF,
    DAY,
    LAST,
    acceptance,
    action,
    backlog,
    evidence,
    full,
    rate,
    rating,
    risk,
    uid,
)

FULL = compile_content(full(), version=1)
EMPTY = compile_content(evidence(), version=1)


def section(content, code):
    return next(one for one in content.sections if one.code == code)


def table(content, code, title) -> list[list[str]]:
    found = next(
        one for one in section(content, code).blocks if isinstance(one, Table) and one.title == title
    )
    return [[cell.text for cell in row.cells] for row in found.rows]


def figures(content, code) -> dict[str, str]:
    found = next(one for one in section(content, code).blocks if isinstance(one, Figures))
    return {label: value for label, value, _ in found.items}


def test_the_boards_reading_order_whatever_there_is():
    assert [one.code for one in FULL.sections] == ReviewSection.values
    assert [one.code for one in EMPTY.sections] == ReviewSection.values
    assert [one.title for one in FULL.sections] == ReviewSection.labels


@pytest.mark.parametrize("content", [FULL, EMPTY], ids=["full", "empty"])
def test_every_section_says_something_and_every_figure_has_its_source(content):
    marks = {one.mark for one in content.sources}
    for one in content.sections:
        assert one.blocks or one.missing
        for block in one.blocks:
            if isinstance(block, Table | Figures | HeatMap | Trend):
                assert block.source in marks
            if isinstance(block, Table):
                assert all(len(row.cells) == len(block.columns) for row in block.rows)
                assert block.rows or block.empty


def test_sources_are_numbered_in_the_order_of_reading_and_say_as_at():
    assert [one.mark for one in FULL.sources] == [str(place + 1) for place in range(len(FULL.sources))]
    assert {one.as_at for one in FULL.sources} == {"30 June 2020"}


def test_every_row_names_kinds_that_pages_know():
    assert "kind" in canonical(FULL)
    for one in FULL.sections:
        for block in one.blocks:
            rows = [
                *getattr(block, "refs", ()),
                *(ref for row in getattr(block, "rows", ()) for ref in row.refs),
            ]
            assert {ref.kind for ref in rows} <= REF_KINDS


def test_apps_that_are_not_there_say_so():
    for code in ("demand", "quality"):
        assert "not in use yet" in section(FULL, code).missing


def test_what_changed_since_the_last_board():
    moves = table(FULL, "changed", "Risks that moved, came or went")
    assert [row[3] for row in moves] == [
        "Higher than at the last board",
        "New since the last board",
        "New since the last board",
        "New since the last board",
        "Closed since the last board",
    ]
    assert moves[0] == [
        "R-001 Children are not seen",
        "9",
        "12",
        "Higher than at the last board",
        "Schools closed. Recorded after the last cut-off, and dated before it.",
        "Ada Lovelace",
    ]
    assert moves[1][0] == "R-003 Too few carers"
    assert moves[2][0] == "R-002 Officers off sick (Police)"
    assert moves[-1][2] == "–" and moves[-1][4] == "Schools reopened"
    assert table(FULL, "changed", "Returns late or not received")[0][3] == "Nothing received"
    assert len(table(FULL, "changed", "Decisions that the board was to look at again")) == 1


def test_the_first_review_says_that_there_is_none_before():
    assert "no published review before this one" in section(EMPTY, "changed").blocks[0].text


@pytest.mark.parametrize(
    ("was", "now", "way"),
    [
        (None, risk(1), Direction.NEW),
        (None, risk(1, None), Direction.NEW),
        ({"score": 9, "state": "open"}, risk(1), Direction.UP),
        ({"score": 12, "state": "open"}, risk(1), Direction.SAME),
        ({"score": 20, "state": "open"}, risk(1), Direction.DOWN),
        ({"score": 9, "state": "open"}, risk(1, state="closed"), Direction.CLOSED),
        ({"score": 9, "state": "closed"}, risk(1), Direction.NEW),
        ({"score": 9, "state": "closed"}, risk(1, state="closed"), None),
        (None, risk(1, state="closed"), None),
    ],
)
def test_direction_against_the_last_published_review(was, now, way):
    before = {str(now.uid): {"label": "R-001", "band": "amber", **was}} if was else {}
    assert moved(now, evidence(previous_ratings=before)) is way


def test_counts_and_heat_map_show_the_partnerships_open_risks():
    assert figures(FULL, "risks") == {
        "Red": "1",
        "Amber": "1",
        "Yellow": "0",
        "Green": "0",
        "Not rated yet": "1",
    }
    heat = next(one for one in section(FULL, "risks").blocks if isinstance(one, HeatMap))
    assert len(heat.cells) == 25
    assert (heat.cells[0].likelihood, heat.cells[0].impact) == (5, 1)
    assert {cell.risks for cell in heat.cells if cell.risks} == {("R-001",), ("R-003",)}
    assert next(cell.label for cell in heat.cells if "R-003" in cell.risks) == "Very high"


def test_without_a_matrix_there_is_no_heat_map():
    bare = evidence(matrix=replace(evidence().matrix, bands=()))
    content = compile_content(bare, version=1)
    assert not [one for one in section(content, "risks").blocks if isinstance(one, HeatMap)]


def test_partners_own_ratings_stand_beside_the_partnerships():
    rows = table(FULL, "risks", "Partners’ own ratings beside the partnership’s")
    assert rows == [
        ["R-001 Children are not seen", "12", "16, the worst of the partners' ratings", "Police 16"]
    ]


def test_what_is_outside_appetite_and_what_lapses_soon():
    assert table(FULL, "risks", "Outside appetite") == [["R-001 Children are not seen", "12", "9"]]
    assert table(FULL, "risks", "Accepted as they are")[0][1:] == [
        "10 July 2020",
        "Weekly figures. Lapses within a month.",
    ]
    lapsed = compile_content(evidence(risks=(risk(1, acceptance=acceptance(-1)),)), version=1)
    assert table(lapsed, "risks", "Accepted as they are") == []


def test_a_trend_holds_the_last_rating_of_each_month():
    history = tuple(
        rating(likelihood, 4, recorded_at=CUT_OFF - days * DAY, reason=f"Reason {days}")
        for likelihood, days in ((2, 70), (5, 69), (3, 40), (4, 5))
    )
    content = compile_content(evidence(risks=(risk(1, history=history),)), version=1)
    trend = next(one for one in section(content, "risks").blocks if isinstance(one, Trend))
    assert [(point.month, point.score) for point in trend.points] == [
        ("2020-04", 20),
        ("2020-05", 12),
        ("2020-06", 16),
    ]
    assert trend.points[0].reason == "Reason 69"


def test_a_partner_that_sent_nothing_is_shown_as_such():
    assert table(FULL, "partners", "Returns of the month’s cycles")[1] == [
        "Schools",
        "1",
        "0",
        "0",
        "0",
        "0 of 0",
    ]
    grid = table(FULL, "partners", "What partners say, by theme")
    assert set(grid[1][1:]) == {"Nothing received"}
    assert grid[0][4:6] == ["Of concern", "Assured"]


def test_services_backlogs_and_scenarios():
    assert [row[1] for row in table(FULL, "partners", "Services not at their normal level")] == [
        "Health visiting"
    ]
    assert table(FULL, "partners", "Backlogs")[1][2:5] == ["Not counted", "–", "–"]
    assert table(FULL, "partners", "Demand that partners plan for")[0][2] == "10%, 30%"
    nothing = compile_content(evidence(backlogs=(backlog(stock=0),)), version=1)
    assert section(nothing, "partners").missing


def test_escalations_and_actions():
    counts = figures(FULL, "escalations")
    assert counts["Before the board, unanswered"] == "1"
    assert counts["From raise to answer, median"] == "10 days"
    actions = figures(FULL, "actions")
    assert actions == {
        "Open": "2",
        "Overdue": "1",
        "Done in the month": "1",
        "Open and moved to a later day": "1",
    }
    assert table(FULL, "actions", "Overdue")[0][-1] == "1"
    edge = compile_content(evidence(actions=(action(due_on=LAST),)), version=1)
    assert figures(edge, "actions")["Overdue"] == "0"


def test_visits_stand_beside_their_comparators_and_small_numbers_do_not_show():
    rows = table(FULL, "visits", "Child protection plans")
    assert [row[0] for row in rows] == ["March 2019", "June 2019", "June 2020"]
    assert rows[0][5] == "Not collected"
    small = rate(total=None, children=None, why="suppressed", face_to_face=None, alternative=None)
    shown = table(
        compile_content(
            evidence(visit_rates=(replace(small, face_to_face_rate=None, alternative_rate=None),)), version=1
        ),
        "visits",
        "Child protection plans",
    )
    assert shown == [["June 2020", "c", "c", "c", "c", "c", "c"]]
    assert table(FULL, "oversight", "Management oversight")[0][1] == "c"


def test_checks_stand_beside_those_of_the_last_board():
    block = section(FULL, "checks").blocks[0]
    assert {note for _, _, note in block.items} == {"0 at the last board"}
    first = compile_content(replace(full(), previous_month=None), version=1)
    assert {note for _, _, note in section(first, "checks").blocks[0].items} == {""}


def test_what_the_next_review_compares_with():
    assert FULL.ratings[str(uid("R-001"))] == {
        "label": "R-001",
        "score": 12,
        "band": "amber",
        "state": "open",
        "restricted": False,
    }
    assert FULL.ratings[str(uid("R-004"))]["score"] == 0
    assert (FULL.previous_month, FULL.previous_version) == ("2020-05", 1)


def test_recommendations_and_summary():
    assert len(FULL.recommendations) == 4
    assert "answers 1 escalation" in FULL.recommendations[2]
    assert FULL.recommendations[-1].endswith(".")
    assert len(EMPTY.recommendations) == 2
    assert "June 2020 as it was known on 30 June 2020" in FULL.summary
    assert "3 open partnership risks, 1 of them red; 1 of 2 assurance returns received" in FULL.summary


def test_the_same_evidence_gives_the_same_bytes():
    assert canonical(compile_content(full(), version=1)) == canonical(FULL)
    other = replace(full(), month=Month.parse("2020-07"))
    assert canonical(compile_content(other, version=1)) != canonical(FULL)
