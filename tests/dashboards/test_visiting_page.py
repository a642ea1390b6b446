"""The visiting dashboard as its readers meet it."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.constants import Permission, Role
from accounts.models import AuditEvent
from tests.dashboards import worlds
from tests.people import person, sign_in
from tests.visits import factories
from visits.models import AccessBlock, Allocation, VisitCell, VisitCut

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(client):
    return sign_in(client, person(Role.BOARD_MEMBER))


def words_of(response) -> str:
    """The page as it is read: no markup, no drawing, single spaces."""
    bare = re.sub(r"<(script|svg).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def rows_of(response, caption: str) -> list[list[str]]:
    """The cells of the table with this caption."""
    html = response.content.decode()
    table = next(
        part
        for part in re.findall(r"<table.*?</table>", html, flags=re.DOTALL)
        if f">{caption}</caption>" in part
    )
    found = []
    for row in re.findall(r"<tr.*?</tr>", table, flags=re.DOTALL)[1:]:
        cells = re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.DOTALL)
        plain = [re.sub(r'<span class="govuk-visually-hidden">.*?</span>', "", cell) for cell in cells]
        found.append([re.sub(r"<[^>]+>", "", cell).strip() for cell in plain])
    return found


@pytest.fixture
def april():
    north, south = (
        factories.make_team(name="North", locality="Upper"),
        factories.make_team(name="South", locality="Lower"),
    )
    worlds.published_april(north, south)
    worlds.worked_out("2019-01", "2020-04")
    return north, south


def test_the_sentence_and_the_numbers(board, april):
    response = board.get("/visiting/", {"type": "CP"})
    text = words_of(response)
    # 182 of 252 against 224 of 300: 72.2 and 74.7.
    assert (
        "72.2% of children on a child protection plan were seen in April 2020, 2.5 points below March 2019."
        in text
    )
    assert (
        "A smaller share of children on a child protection plan was seen in April 2020 than in March 2019"
        in text
    )
    assert rows_of(response, "Child protection plan, April 2020, by team") == [
        ["North", "93", "47 (50.5%)", "20 (21.5%)", "67 (72.0%)", "26 (28.0%)"],
        ["South", "159", "105 (66.0%)", "10 (6.3%)", "115 (72.3%)", "44 (27.7%)"],
        ["All of these", "252", "152 (60.3%)", "30 (11.9%)", "182 (72.2%)", "70 (27.8%)"],
    ]


def test_months_without_children_or_before_alternatives_say_so(board, april):
    response = board.get(
        "/visiting/", {"type": "CP", "first": "2019-02", "last": "2019-03", "compare": "none"}
    )
    assert rows_of(response, "Child protection plan, all children, by month") == [
        ["February 2019", "no children", "–", "–", "–", "–"],
        ["March 2019", "300", "224 (74.7%)", "not collected", "224 (74.7%)", "76 (25.3%)"],
    ]
    assert "not zero" in words_of(response)


def test_one_locality_and_one_team_can_be_chosen(board, april):
    north, _ = april
    by_locality = board.get(
        "/visiting/", {"type": "CP", "scope": "locality:Lower", "first": "2020-04", "by": "locality"}
    )
    assert rows_of(by_locality, "Child protection plan, Lower, by month")[-1][:2] == ["April 2020", "159"]
    by_team = board.get("/visiting/", {"type": "CP", "scope": f"team:{north.uid}", "first": "2020-04"})
    assert rows_of(by_team, "Child protection plan, North, by month")[-1][:2] == ["April 2020", "93"]


def test_three_plans_are_three_charts(board, april):
    assert (
        len(re.findall(r'data-plotly="visiting-\w+-figure"', board.get("/visiting/").content.decode())) == 3
    )


def test_an_address_that_names_some_choices_means_the_rest_as_usual(board, april):
    response = board.get("/visiting/", {"scope": "locality:Lower"})
    assert "There is a problem" not in words_of(response)
    assert len(re.findall(r'data-plotly="visiting-', response.content.decode())) == 3


def test_where_nothing_is_worked_out_the_page_says_so(board):
    response = board.get("/visiting/")
    assert response.status_code == 200
    assert "No figures yet" in words_of(response) and "not been worked out yet" in words_of(response)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"first": "soon"}, "Select a first month from the list"),
        ({"last": "2199-12"}, "Select a last month from the list"),
        (
            {"first": "2020-04", "last": "2020-01"},
            "The last month must be the same as or after the first month",
        ),
        ({"type": "XX"}, "Select plans from the list"),
        ({"scope": "team:nobody"}, "Select whose children to show from the list"),
        ({"compare": "\x00"}, "Select a month to compare with from the list"),
        ({"by": "colour"}, "Select team or locality"),
        (
            {"scope": "all", "first": "2020-01", "last": "2020-04", "compare": "none", "by": "team"},
            "Select at least one kind of plan",
        ),
    ],
)
def test_a_wrong_choice_is_named_and_the_page_goes_on(board, april, asked, message):
    response = board.get("/visiting/", asked)
    assert response.status_code == 200
    text = words_of(response)
    assert "There is a problem" in text and message in text
    assert 'data-plotly="visiting-cp-figure"' in response.content.decode()


# --- Age ---------------------------------------------------------------------------------------


@pytest.fixture
def up_to_date(april):
    # To this month, as if it were over: the test must hold on any day.
    worlds.worked_out("2020-04", str(worlds.Month.of(timezone.localdate())), at=timezone.now())


def test_the_page_says_how_old_the_figures_are(board, up_to_date):
    text = words_of(board.get("/visiting/"))
    assert "Figures brought up to date 2 minutes ago" in text and "out of date" not in text


def test_changes_that_wait_a_moment_are_mentioned_and_those_that_wait_long_are_a_warning(board, up_to_date):
    worlds.waiting(since=timezone.now() - timedelta(minutes=1))
    text = words_of(board.get("/visiting/"))
    assert "1 change to the records will be counted in a moment" in text and "out of date" not in text
    worlds.waiting(since=timezone.now() - timedelta(minutes=16))
    text = words_of(board.get("/visiting/"))
    assert "out of date. 2 changes to the records waited for more than 15 minutes" in text


# --- Who sees what -------------------------------------------------------------------------------


@pytest.fixture
def small():
    """A team with three alternatives, its neighbour with eight, a team elsewhere."""
    teams = [
        factories.make_team(name=name, locality=place)
        for name, place in (("North", "Upper"), ("East", "Upper"), ("South", "Lower"))
    ]
    worlds.rate("2020-04", "CP", teams[0], 41, 3, 9)
    worlds.rate("2020-04", "CP", teams[1], 30, 8, 11)
    worlds.rate("2020-04", "CP", teams[2], 43, 20, 15)
    worlds.worked_out("2020-04", "2020-04")
    return teams


@pytest.mark.parametrize("role", [Role.BOARD_MEMBER, Role.COORDINATOR, Role.AUDITOR, Role.SOCIAL_WORKER])
def test_outside_the_team_small_numbers_are_hidden_wherever_they_could_be_read(client, small, role):
    sign_in(client, person(role))
    response = client.get("/visiting/", {"type": "CP", "first": "2020-04"})
    rows = {row[0]: row for row in rows_of(response, "Child protection plan, April 2020, by team")}
    assert rows["North"][3] == rows["East"][3] == "c"
    assert rows["South"][3] == "20 (25.6%)"
    # The chart of the team itself: 3 of 53 is 5.7%, in no number, no bar and no drawing.
    team = client.get("/visiting/", {"type": "CP", "first": "2020-04", "scope": f"team:{small[0].uid}"})
    assert "5.7" not in team.content.decode()
    assert rows_of(team, "Child protection plan, North, by month")[0][3] == "c"


def test_a_manager_sees_the_own_team_whole_and_no_other(client, small):
    sign_in(client, worlds.manager_of(small[0]))
    response = client.get("/visiting/", {"type": "CP", "first": "2020-04", "scope": "mine"})
    assert rows_of(response, "Child protection plan, my teams, by month")[0][3] == "3 (5.7%)"
    other = client.get("/visiting/", {"type": "CP", "first": "2020-04"})
    rows = {row[0]: row for row in rows_of(other, "Child protection plan, April 2020, by team")}
    assert rows["North"][3] == "3 (5.7%)" and rows["East"][3] == "8 (16.3%)"


def test_my_teams_are_broken_down_by_team_as_they_are_no_whole_localities(client, small):
    sign_in(client, worlds.manager_of(small[0], small[2]))
    asked = {"type": "CP", "first": "2020-04", "scope": "mine", "by": "locality"}
    rows = rows_of(client.get("/visiting/", asked), "Child protection plan, April 2020, by team")
    assert [row[:2] for row in rows] == [["North", "53"], ["South", "78"], ["All of these", "131"]]
    exported = {
        (row["breakdown"], row["place"]) for row in file_of(client.get("/visiting/export.csv", asked))
    }
    assert exported == {("all", "my teams"), ("team", "North"), ("team", "South")}


def test_a_manager_cannot_find_the_neighbours_small_number_from_the_localitys(client, small):
    sign_in(client, worlds.manager_of(small[1]))
    response = client.get("/visiting/", {"type": "CP", "first": "2020-04", "by": "locality"})
    rows = {row[0]: row for row in rows_of(response, "Child protection plan, April 2020, by locality")}
    assert rows["Upper"][3] == "c", "11 less the manager's own 8 would be North's 3"


def test_the_head_of_service_sees_every_number(client, small):
    sign_in(client, person(Role.MANAGER, Permission.HEAD_OF_SERVICE))
    response = client.get("/visiting/", {"type": "CP", "first": "2020-04"})
    assert not any("c" in row for row in rows_of(response, "Child protection plan, April 2020, by team"))


def test_only_managers_have_my_teams_and_only_social_workers_my_caseload(client, small):
    sign_in(client, person(Role.BOARD_MEMBER))
    for scope in ("mine", "caseload"):
        assert "There is a problem" in words_of(client.get("/visiting/", {"type": "CP", "scope": scope}))


def test_an_administrator_and_a_stranger_do_not_get_in(client, small):
    assert client.get("/visiting/").status_code == 302
    sign_in(client, person(Role.ADMINISTRATOR))
    for name in ("visiting", "visiting_export", "visiting_method", "visiting_children"):
        assert client.get(reverse(name)).status_code == 403


NASTY = "<img src=x onerror=alert(1)></script>=cmd|' /C calc'!A0"


def test_no_name_is_live_markup(board):
    team = factories.make_team(name=NASTY, locality=NASTY[:60])
    worlds.rate("2020-04", "CP", team, 20, 20, 20)
    worlds.worked_out("2020-04", "2020-04")
    for asked in ({}, {"scope": f"team:{team.uid}", "type": "CP"}, {"by": "locality", "type": "CP"}):
        html = board.get("/visiting/", asked).content.decode()
        assert "<img" not in html and "</script>=" not in html


# --- The file --------------------------------------------------------------------------------------


def file_of(response):
    text = b"".join(response.streaming_content)
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def test_the_file_holds_what_the_page_shows_and_is_logged(board, small):
    response = board.get("/visiting/export.csv", {"type": "CP", "first": "2020-04"})
    rows = {(row["breakdown"], row["place"]): row for row in file_of(response)}
    assert rows["team", "North"]["alternative"] == rows["team", "North"]["alternative_pct"] == "c"
    assert rows["all", "all children"]["seen_pct"] == "80.6"
    assert "no-store" in response["Cache-Control"] and "attachment" in response["Content-Disposition"]
    event = AuditEvent.objects.get(action="visit_rates.exported")
    assert event.detail["type"] == ["CP"] and event.detail["rows"] == len(rows)


def test_no_cell_of_the_file_starts_a_formula(board):
    for name in ("=1+1", "+1", "-1", "@x", " =2"):
        worlds.rate("2020-04", "CP", factories.make_team(name=name, locality="L"), 20, 20, 20)
    worlds.worked_out("2020-04", "2020-04")
    cells = [
        cell for row in file_of(board.get("/visiting/export.csv", {"type": "CP"})) for cell in row.values()
    ]
    assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in cells


def test_a_partner_reads_visiting_in_published_reviews_only(client, small):
    sign_in(client, person(Role.PARTNER))
    for path in ("/visiting/", "/visiting/export.csv", "/visiting/method/"):
        assert client.get(path).status_code == 403
    assert "Visiting" not in words_of(client.get("/"))


# --- The children behind a figure ------------------------------------------------------------------


@pytest.fixture
def cells(small):
    """Children behind North's and East's April, references CANARY-0 …"""
    made = []
    for number, (team, outcome) in enumerate([(small[0], 1)] * 3 + [(small[0], 0)] * 9 + [(small[1], 1)] * 8):
        child = factories.make_child(f"CANARY-{number:02d}")
        plan = factories.make_plan(child, team=team)
        VisitCell.objects.create(
            child=child,
            month=worlds.Month.parse("2020-04").index,
            plan_type="CP",
            plan=plan,
            team=team,
            outcome=outcome,
        )
        made.append(child)
    return made


POINT = {"month": "2020-04", "type": "CP", "outcome": "alternative"}


def listed(response) -> set[str]:
    return set(re.findall(r"CANARY-\d\d", response.content.decode()))


def test_a_manager_opens_the_children_of_own_teams_only_and_it_is_logged(client, small, cells):
    sign_in(client, worlds.manager_of(small[0]))
    response = client.get("/visiting/children/", POINT)
    assert listed(response) == {"CANARY-00", "CANARY-01", "CANARY-02"}
    event = AuditEvent.objects.get(action="visit_rates.drilled")
    assert event.detail == {
        "month": "2020-04",
        "plan_type": "CP",
        "outcome": "alternative",
        "scope": "all",
        "page": 1,
        "shown": 3,
        "found": 3,
    }
    elsewhere = client.get("/visiting/children/", POINT | {"scope": f"team:{small[1].uid}"})
    assert listed(elsewhere) == set()


def test_how_many_are_not_shown_is_told_only_to_who_may_know_the_number(client, small, cells):
    head = person(Role.MANAGER, Permission.HEAD_OF_SERVICE)
    AccessBlock.objects.create(child=cells[0], user=head, set_at=worlds.NOW, set_by=person())
    sign_in(client, head)
    text = words_of(client.get("/visiting/children/", POINT | {"scope": f"team:{small[0].uid}"}))
    assert "2 of 3 shown" in text
    worker = person(Role.SOCIAL_WORKER)
    Allocation.objects.create(child=cells[1], user=worker, from_date="2020-01-01")
    sign_in(client, worker)
    text = words_of(client.get("/visiting/children/", POINT | {"scope": f"team:{small[0].uid}"}))
    assert "of 3" not in text and "1 child whose record you may open" in text


def test_a_social_worker_sees_the_own_caseload(client, small, cells):
    worker = person(Role.SOCIAL_WORKER)
    for child in cells[:2] + cells[3:4]:
        Allocation.objects.create(child=child, user=worker, from_date="2020-01-01")
    sign_in(client, worker)
    VisitCut.objects.create(
        plan_type="CP",
        month=worlds.Month.parse("2020-04").index,
        regime="standard",
        month_end="2020-04-30",
        open_cut="2020-04-16",
        seen_cut="2020-04-16",
        anniversary_cut="2019-04-30",
        alternatives_collected=True,
    )
    page = client.get("/visiting/", {"type": "CP", "scope": "caseload", "first": "2020-04"})
    assert rows_of(page, "Child protection plan, my caseload, by month") == [
        ["April 2020", "3", "0 (0.0%)", "2 (66.7%)", "2 (66.7%)", "1 (33.3%)"]
    ]
    link = re.search(r'href="(/visiting/children/\?[^"]*outcome=alternative[^"]*)"', page.content.decode())[1]
    assert listed(client.get(link.replace("&amp;", "&"))) == {"CANARY-00", "CANARY-01"}


def test_a_caseload_is_the_own_one_in_every_role(client, small, cells):
    """An auditor who carries a case may open every record, but has one child to visit."""
    both = person(Role.SOCIAL_WORKER, Role.AUDITOR)
    Allocation.objects.create(child=cells[3], user=both, from_date="2020-01-01")
    sign_in(client, both)
    VisitCut.objects.create(
        plan_type="CP",
        month=worlds.Month.parse("2020-04").index,
        regime="standard",
        month_end="2020-04-30",
        open_cut="2020-04-16",
        seen_cut="2020-04-16",
        anniversary_cut="2019-04-30",
        alternatives_collected=True,
    )
    page = client.get("/visiting/", {"type": "CP", "scope": "caseload", "first": "2020-04"})
    assert rows_of(page, "Child protection plan, my caseload, by month")[0][1] == "1"
    asked = POINT | {"scope": "caseload", "outcome": "children"}
    text = words_of(client.get("/visiting/children/", asked))
    assert "1 child whose record you may open" in text


def test_a_hidden_figure_is_not_said_to_differ_from_a_published_one(board):
    worlds.published()
    worlds.rate("2020-04", "CP", factories.make_team(), 3, 1, 1)
    worlds.worked_out("2020-04", "2020-04")
    found = rows_of(
        board.get("/visiting/method/"), "Published figures, and the same worked out from the records here"
    )
    assert ["Child protection plan", "April 2020", "Total", "72.2%", "c", "Nothing to compare"] in found


def test_a_plan_named_twice_is_shown_once(board, april):
    twice = {"type": ["CIC", "CP", "CP"], "first": "2020-04", "last": "2020-04"}
    assert board.get("/visiting/", twice).content.decode().count('id="visiting-cp-figure"') == 1
    lines = b"".join(board.get("/visiting/export.csv", twice).streaming_content).decode().splitlines()
    assert len(lines) == len(set(lines)) > 2


def test_an_auditor_gets_codes_and_no_reference(client, cells):
    sign_in(client, person(Role.AUDITOR))
    response = client.get("/visiting/children/", POINT)
    assert response.status_code == 200 and listed(response) == set()
    assert len(set(re.findall(r"AC-\w{4}-\w{4}", response.content.decode()))) == 11


@pytest.mark.parametrize("role", [Role.BOARD_MEMBER, Role.PARTNER, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_who_has_no_children_gets_no_list_and_no_links_to_one(client, cells, role):
    sign_in(client, person(role))
    assert client.get("/visiting/children/", POINT).status_code == 403
    pages = [
        client.get(address) for address in ("/visiting/", "/visiting/export.csv", "/visiting/method/", "/")
    ]
    for page in pages:
        body = b"".join(page.streaming_content) if page.streaming else page.content
        assert b"CANARY" not in body and b"/visiting/children/" not in body
    assert not AuditEvent.objects.filter(action="visit_rates.drilled").exists()


@pytest.mark.parametrize(
    "asked",
    [{}, {"month": "2020-04"}, POINT | {"month": "x"}, POINT | {"page": "0"}, POINT | {"scope": "\x00"}],
)
def test_an_address_that_names_no_figure_is_answered_plainly(client, small, cells, asked):
    sign_in(client, worlds.manager_of(small[0]))
    assert client.get("/visiting/children/", asked).status_code == 400
    assert client.get("/visiting/children/", POINT | {"page": "99"}).status_code == 404


def test_long_lists_come_in_pages_of_50(client, small):
    month = worlds.Month.parse("2020-04").index
    for number in range(53):
        child = factories.make_child(f"CANARY-{number:02d}")
        plan = factories.make_plan(child, team=small[0])
        VisitCell.objects.create(
            child=child, month=month, plan_type="CP", plan=plan, team=small[0], outcome=2
        )
    sign_in(client, worlds.manager_of(small[0]))
    asked = POINT | {"outcome": "seen"}
    assert len(listed(client.get("/visiting/children/", asked))) == 50
    assert listed(client.get("/visiting/children/", asked | {"page": "2"})) == {
        "CANARY-50",
        "CANARY-51",
        "CANARY-52",
    }


# --- Speed ----------------------------------------------------------------------------------------


def test_five_years_of_fourteen_teams_take_few_queries(board, django_assert_max_num_queries):
    worlds.a_service(months=60)
    worlds.lockdowns()
    asked = {"type": ["CP", "CIN", "CIC"], "first": "2015-07", "last": "2020-06", "compare": "2019-03"}
    with django_assert_max_num_queries(10):
        response = board.get("/visiting/", asked)
    assert len(rows_of(response, "Child in care (looked after), all children, by month")) == 60


def test_the_method_page_shows_rules_published_figures_and_the_claim(
    board, april, django_assert_max_num_queries
):
    factories.make_rules()
    worlds.published()
    with django_assert_max_num_queries(12):
        response = board.get("/visiting/method/")
    text = words_of(response)
    assert "10 working days" in text and "91 calendar days" in text
    rows = {
        tuple(row[:3]): row[3:]
        for row in rows_of(response, "Published figures, and the same worked out from the records here")
    }
    assert rows["Child protection plan", "April 2020", "Total"] == ["72.2%", "72.2%", "Agrees"]
    assert rows["Child protection plan", "April 2020", "Face to face"] == ["52.3%", "60.3%", "Differs"]
    assert rows["Child protection plan", "June 2020", "Total"] == [
        "84.6%",
        "not worked out",
        "Nothing to compare",
    ]
    assert "does not hold in 2 of 3 cases" in text
    assert "Select a month from the list" in words_of(board.get("/visiting/method/", {"month": "2031-13"}))
