"""Counts as one reader may see them."""

from dashboards.figures.outcomes import Table, of_caseload
from dashboards.readers import Reader
from safeguarding.kernel.periods import Month
from visits.facts import CaseloadCounts, TeamCounts

APRIL = Month.parse("2020-04")
NORTH = {1: "North", 2: "North", 3: "South"}


def reader(own=(), *, sees_all=False):
    return Reader(
        own_teams=frozenset(own),
        sees_all=sees_all,
        has_caseload=False,
        may_open_children=False,
        may_download=False,
    )


def counts(team_id, face_to_face, alternative, not_visited):
    cohort = face_to_face + (alternative or 0) + not_visited
    return TeamCounts(APRIL.index, "CP", team_id, cohort, face_to_face, alternative, "v1")


ROWS = [counts(1, 20, 3, 9), counts(2, 30, 8, 11), counts(3, 40, 20, 15)]


def numbers(outcomes):
    return (
        outcomes.children,
        outcomes.face_to_face,
        outcomes.alternative,
        outcomes.not_visited,
        outcomes.seen,
    )


def test_the_whole_is_the_sum_of_the_teams():
    whole = Table(APRIL, "CP", ROWS, NORTH, reader()).whole()
    assert numbers(whole) == (156, 90, 31, 35, 121)
    assert str(whole.rate("seen")) == "77.6"


def test_a_board_member_does_not_see_a_small_number_nor_what_gives_it_away():
    table = Table(APRIL, "CP", ROWS, NORTH, reader())
    assert table.team(1).alternative is None and table.team(1).rate("alternative") is None
    assert table.team(2).alternative is None, "North less team 2 is team 1"
    assert table.locality("South").alternative == 20


def test_a_manager_sees_own_teams_whole_and_cannot_find_the_neighbour_by_subtraction():
    table = Table(APRIL, "CP", [counts(1, 20, 3, 9), counts(2, 30, 2, 11), ROWS[2]], NORTH, reader([1]))
    assert numbers(table.team(1)) == (32, 20, 3, 9, 23) == numbers(table.own())
    assert table.team(2).alternative is None
    assert table.locality("North").alternative is None


def test_the_head_of_service_sees_every_number():
    table = Table(APRIL, "CP", ROWS, NORTH, reader(sees_all=True))
    assert numbers(table.team(1)) == (32, 20, 3, 9, 23)


def test_where_alternatives_were_not_collected_the_total_is_face_to_face():
    table = Table(APRIL, "CP", [counts(1, 20, None, 9), counts(2, 30, None, 12)], NORTH, reader())
    whole = table.whole()
    assert (whole.collected, whole.alternative, whole.seen, whole.face_to_face) == (False, None, 50, 50)
    assert whole.rate("alternative") is None


def test_nobody_is_no_rate():
    nobody = Table(APRIL, "CP", [], {}, reader()).whole()
    assert nobody.nobody and nobody.rate("seen") is None and nobody.children == 0


def test_a_hidden_cohort_hides_every_rate():
    table = Table(APRIL, "CP", [counts(1, 1, 1, 1)], NORTH, reader())
    outcomes = table.whole()
    assert numbers(outcomes) == (None,) * 5
    assert not outcomes.nobody
    assert [outcomes.rate(part) for part in ("face_to_face", "alternative", "seen", "not_visited")] == [
        None
    ] * 4


def test_a_caseload_is_counted_whole():
    rows = [
        CaseloadCounts(APRIL.index, "CP", outcome, children) for outcome, children in ((0, 2), (1, 1), (2, 4))
    ]
    assert numbers(of_caseload(APRIL, "CP", rows, collected=True)) == (7, 4, 1, 2, 5)
    assert of_caseload(APRIL, "CIC", rows, collected=True).nobody
