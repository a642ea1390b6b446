"""The oversight dashboard as its readers meet it: every count against a slow statement of what it means."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.constants import Role
from accounts.models import AuditEvent
from dashboards.figures import oversight as figures
from dashboards.figures import oversight_counts as counts
from safeguarding.kernel.periods import Month
from tests.dashboards import oversight_world as world
from tests.dashboards.test_visiting_page import rows_of, words_of
from tests.dashboards.worlds import manager_of
from tests.people import person, sign_in
from tests.visits import factories
from visits.facts import AlternativeMonth, Concern, ConcernCount
from visits.models import AccessBlock, ManagementDecision, PlanTeam, Visit
from visits.selectors import due_plans, oversight

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)


@pytest.fixture
def teams():
    return world.build()


def head(client):
    return sign_in(client, person(Role.MANAGER, "head_of_service"))


def board(client):
    return sign_in(client, person(Role.BOARD_MEMBER))


# --- Counts ---------------------------------------------------------------------------------


def test_every_child_is_where_the_slow_statement_puts_it(teams):
    slow = {one.child.pk: one for one in world.slow_children()}
    found = oversight.oversight_now(world.TODAY).children
    assert {one.child for one in found} == slow.keys()
    for one in found:
        other = slow[one.child]
        assert (one.flagged, one.decision, one.alternative) == other.cell, other.child
        assert one.team == other.team.pk
        assert one.most_vulnerable == other.most_vulnerable
        assert (one.last_face_to_face, one.last_contact) == (other.last_face, other.last_any)
        assert {plan.plan_type for plan in one.plans} == other.types
    # The world has what the statement tells apart.
    assert {one.decision for one in slow.values()} == {"live", "lapsed", "none"}
    assert len({one.cell for one in slow.values()}) >= 8


def test_not_seen_in_time_is_what_the_rule_of_due_dates_says(teams):
    late = due_plans.plans_due(
        world.Child.objects.all(), by=world.TODAY - timedelta(days=1), today=world.TODAY, face_to_face=True
    )
    found = {one.child for one in oversight.oversight_now(world.TODAY).children if one.overdue_face_to_face}
    assert found == {plan.child for plan in late} != set()


def test_the_matrix_adds_up_to_the_children(client, teams):
    slow = world.slow_children()
    response = head(client).get("/oversight/")
    rows = rows_of(response, "By team")
    assert sum(int(row[-1]) for row in rows if row[0].startswith("All of these")) == len(slow)
    assert sum(int(row[-1]) for row in rows if row[0].startswith("Team")) == len(slow)
    cells = [(kind, last) for kind in ("live", "lapsed", "none") for last in (True, False)]
    expected = Counter((one.team.name, *one.cell) for one in slow)
    for row in rows:
        name, flag = row[0].split(", ")
        if not name.startswith("All"):
            assert [int(text) for text in row[1:-1]] == [
                expected[name, flag == "flagged", *cell] for cell in cells
            ]


def test_by_manager_counts_the_children_of_all_their_teams(client, teams):
    manager_of(teams[0], teams[1])
    response = head(client).get("/oversight/")
    rows = rows_of(response, "By accountable manager")
    theirs = sum(int(row[-1]) for row in rows if not row[0].startswith(("No manager", "All")))
    assert theirs == sum(one.team in teams[:2] for one in world.slow_children())


def test_days_since_last_seen(client, teams):
    ends = (7, 14, 28, 42, 91)

    def band(last: date | None) -> int:
        if last is None:
            return 6
        return sum((world.TODAY - last).days > end for end in ends)

    slow = world.slow_children()
    response = head(client).get("/oversight/")
    for kind, label in (("CP", "Child protection plan"), ("CIN", "Child in need plan")):
        some = [one for one in slow if kind in one.types]
        face, other = (
            Counter(band(one.last_face) for one in some),
            Counter(band(one.last_any) for one in some),
        )
        rows = rows_of(response, f"{label}: days since last seen")
        assert [[int(text) for text in row[1:]] for row in rows[:-1]] == [
            [face[place], other[place]] for place in range(7)
        ]
        assert rows[-1][1:] == [str(len(some))] * 2


def test_decisions_are_counted(teams):
    found = oversight.oversight_now(world.TODAY).decisions()
    children = {one.child.pk: one for one in world.slow_children()}
    rows = [one for one in ManagementDecision.objects.filter(state="authorised") if one.child_id in children]
    assert found.authorised == len(
        [one for one in rows if world.TODAY - timedelta(days=365) < one.decided_at.date() <= world.TODAY]
    )
    assert found.live == sum(one.covers_from <= world.TODAY <= one.review_on for one in rows)
    assert 0 < found.retrospective < found.authorised
    assert 0 < found.renewals < found.authorised
    lapsed = {pk for pk, one in children.items() if one.decision == "lapsed"}
    assert found.lapsed >= len(lapsed) > 0


@pytest.mark.parametrize("some", [False, True])
def test_alternatives_month_by_month(teams, some):
    first, last = Month.parse("2020-03"), Month.parse("2020-07")
    scope = {teams[0].pk, teams[1].pk} if some else None
    expected = {month.index: [0, 0] for month in first.until(last)}
    for visit in Visit.objects.exclude(method="face_to_face").filter(status="completed"):
        day = visit.visit_date
        places = PlanTeam.objects.filter(plan__child=visit.child, team__in=scope or [])
        held = any(
            place.from_date <= day
            and (place.until_date is None or day < place.until_date)
            and (place.plan.end_date is None or day < place.plan.end_date)
            for place in places
        )
        if Month.of(day).index in expected and (scope is None or held):
            decisions = ManagementDecision.objects.filter(child=visit.child, state="authorised")
            covered = any(one.covers_from <= day <= one.review_on for one in decisions)
            expected[Month.of(day).index][0] += 1
            expected[Month.of(day).index][1] += covered
    found = oversight.alternatives_by_month(first, last, teams=scope)
    assert found == [AlternativeMonth(month, *numbers) for month, numbers in expected.items()]
    assert sum(row.under_decision for row in found) > 0


# --- Readers --------------------------------------------------------------------------------


def test_a_manager_sees_own_teams_whole_and_the_others_without_small_numbers(client, teams):
    manager = sign_in(client, manager_of(teams[0]))
    response = manager.get("/oversight/")
    slow = [one for one in world.slow_children() if one.team == teams[0]]
    rows = rows_of(response, "By team")
    assert {row[0].split(",")[0] for row in rows} == {teams[0].name}
    assert sum(int(row[-1]) for row in rows) == len(slow)
    others = rows_of(response, "All teams")
    assert any(row[0].startswith(teams[1].name) and "c" in row for row in others)
    assert all("c" not in row for row in others if row[0].startswith(teams[0].name))


def test_the_board_sees_no_small_number_and_no_child(client, teams):
    response = board(client).get("/oversight/")
    html = response.content.decode()
    assert "/oversight/children/" not in html
    assert "/children/" not in html
    for table in re.findall(r"<table.*?</table>", html, flags=re.DOTALL):
        for cell in re.findall(r"<td[^>]*numeric[^>]*>(.*?)</td>", table, flags=re.DOTALL):
            assert not re.fullmatch(r"[1-5]", cell.strip()), table
    assert not re.search(r"K-\d{4}", html)


def test_small_numbers_of_the_matrix_cannot_be_worked_out(teams):
    found = counts.matrix(oversight.oversight_now(world.TODAY).children, lambda child: child.team)
    shown = counts.shown_matrix(found)
    for flagged in (True, False):
        rows = [row for (_, flag), row in shown.by_team.items() if flag is flagged]
        for part in counts.PARTS:
            hidden = [row for row in rows if getattr(row, part) is None]
            total = getattr(shown.by_flag[flagged], part)
            assert len(hidden) != 1 or total is None
        for row in rows:
            cells = [getattr(row, part) for part in counts.PARTS]
            assert cells.count(None) != 1 or row.children is None
            assert all(cell is None or cell == 0 or cell > 5 for cell in cells)


def test_bands_and_totals_of_the_board_do_not_give_a_hidden_count_away(teams):
    children = oversight.oversight_now(world.TODAY).children
    for one in counts.distributions(children, world.TODAY, plain=False):
        for measure in counts.MEASURES:
            cells = one.bands[measure]
            assert all(cell is None or cell == 0 or cell > 5 for cell in cells)
            assert cells.count(None) != 1 or one.children is None
            if one.children is None:
                assert set(cells) == {None}


ENDED = {Concern.DECISION_LAPSED: 6, Concern.DECISION_PAST_REVIEW: 7}


@pytest.mark.parametrize(
    ("counted", "part", "hidden"),
    [
        # Eight lapsed decisions stand on the page: six of one kind would give two of the other away.
        (ENDED | {Concern.DECISION_PAST_REVIEW: 2}, 9, set(ENDED)),
        (ENDED, 9, set()),
        # The share hides its part where the rest is small.
        ({Concern.MOST_VULNERABLE_NOT_SEEN: 9}, None, {Concern.MOST_VULNERABLE_NOT_SEEN}),
        ({Concern.MOST_VULNERABLE_NOT_SEEN: 9}, 9, set()),
    ],
)
def test_exceptions_by_kind_give_no_other_figure_away(counted, part, hidden):
    rows = [ConcernCount(code, "A", None, number, number) for code, number in counted.items()]
    vulnerable = counts.Share(part, part and 20)
    table = figures.exceptions_table(rows, vulnerable=vulnerable, plain=False, href=lambda code: None)
    assert {row[0] for row in table["rows"] if row[1]["text"] == row[2] == "c"} == {
        code.label for code in hidden
    }
    whole = figures.exceptions_table(rows, vulnerable=counts.Share(9, 20), plain=True, href=lambda code: None)
    assert [row[2] for row in whole["rows"]] == [str(number) for number in counted.values()]


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.PARTNER, Role.ADMINISTRATOR])
def test_others_do_not_come_in(client, role):
    assert sign_in(client, person(role)).get("/oversight/").status_code == 403


# --- The children behind a figure -----------------------------------------------------------


def test_a_number_leads_to_as_many_children(client, teams):
    manager = sign_in(client, manager_of(*teams))
    html = manager.get("/oversight/").content.decode()
    links = re.findall(r'href="(/oversight/children/\?[^"]+)">(\d+)', html)
    assert len(links) > 20
    for address, number in links:
        response = manager.get(address.replace("&amp;", "&"))
        assert response.context["found"] == int(number), address
    event = AuditEvent.objects.filter(action="oversight.drilled").latest("pk")
    assert event.detail["found"] == response.context["found"]


def test_a_child_kept_from_the_manager_is_counted_and_not_listed(client, teams):
    user = manager_of(*teams)
    kept = world.slow_children()[0].child
    AccessBlock.objects.create(child=kept, user=user, set_at=world.NOW, set_by=person(Role.MANAGER))
    response = sign_in(client, user).get("/oversight/children/")
    assert response.context["found"] == len(world.slow_children()) - 1
    assert "the records of the rest are not yours to open" in words_of(response)
    assert kept.child_ref not in words_of(response)


def test_a_list_of_another_team_is_no_address(client, teams):
    manager = sign_in(client, manager_of(teams[0]))
    assert manager.get("/oversight/children/", {"team": str(teams[1].uid)}).status_code == 400
    assert manager.get("/oversight/children/", {"decision": "perhaps"}).status_code == 400
    assert manager.get("/oversight/children/", {"page": "9"}).status_code == 404


def test_one_team_can_be_chosen(client, teams):
    manager = sign_in(client, manager_of(teams[0], teams[1]))
    response = manager.get("/oversight/", {"team": str(teams[1].uid)})
    assert {row[0].split(",")[0] for row in rows_of(response, "By team")} == {teams[1].name}
    wrong = manager.get("/oversight/", {"team": str(teams[2].uid)})
    assert "Select a team from the list" in words_of(wrong)
    assert teams[2].name not in {row[0].split(",")[0] for row in rows_of(wrong, "By team")}


# --- Words, empty places, cost --------------------------------------------------------------


def test_a_service_without_children_says_so(client):
    factories.make_team(name="Empty")
    for reader in (head(client), board(client)):
        text = words_of(reader.get("/oversight/"))
        assert "No child has an open plan" in text
        assert "No child is flagged as most vulnerable" in text


def test_the_finding_names_alternatives_without_a_live_decision(client, teams):
    slow = [one for one in world.slow_children() if one.alternative]
    without = [one for one in slow if one.decision != "live"]
    text = words_of(head(client).get("/oversight/"))
    finding = f"{len(without)} of {len(slow)} children whose latest contact was an alternative"
    assert f"{finding} have no live decision" in text


def test_the_definitions_are_on_the_page(client, teams):
    text = words_of(board(client).get("/oversight/"))
    for word in ("As at now", "As at month end", "Live decision", "Decision lapsed", "Retrospective"):
        assert word in text


@pytest.mark.parametrize("role", ["board", "manager", "head"])
def test_the_number_of_queries_does_not_grow(client, role):
    teams = world.build(children=20)
    users = {
        "board": person(Role.BOARD_MEMBER),
        "manager": manager_of(teams[0], teams[1]),
        "head": person(Role.MANAGER, "head_of_service"),
    }
    reader = sign_in(client, users[role])
    reader.get("/oversight/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        reader.get("/oversight/")
    for number in range(60):
        child = factories.make_child(f"M-{number}")
        factories.make_plan(child, "CIN", team=teams[number % 4])
        factories.make_visit(child, world.TODAY - timedelta(days=number), "video")
    with CaptureQueriesContext(connection) as many:
        reader.get("/oversight/")
    assert len(many) == len(few) <= 40
