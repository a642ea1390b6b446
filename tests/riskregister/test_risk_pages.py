"""Pages of the register: who opens and does what, what they say, and what they keep to themselves."""

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from partners.models import Action
from partners.selectors.actions import actions_of
from riskregister.constants import RatingKind, Response, RiskState
from riskregister.models import Acceptance, Control, Matrix, RatingChange, Risk, RiskLink
from tests.house.access import risks as access
from tests.partners.factories import make_organisation
from tests.people import person, sign_in
from tests.riskregister.factories import (
    make_acceptance,
    make_appetite,
    make_cadence,
    make_contribution,
    make_control,
    make_matrix,
    make_rating,
    make_risk,
)

pytestmark = pytest.mark.django_db
ROLES = ("BM", "MG", "SW", "PR", "CO", "AU", "AD")
DAY = timedelta(days=1)


@pytest.fixture
def world():
    people = {role: person(role) for role in ROLES}
    other_lead = person("PR", name="Other lead")
    made = SimpleNamespace(
        people=people,
        own=make_organisation("Moor Police", lead=people["PR"]),
        other=make_organisation("Vale NHS", lead=other_lead),
        other_lead=other_lead,
        now=timezone.now(),
    )
    make_matrix()
    make_cadence()
    return made


def client_of(world, role: str) -> Client:
    return sign_in(Client(), world.people[role])


def page(world, role: str, name: str, *args, **query) -> str:
    response = client_of(world, role).get(reverse(name, args=args), query)
    assert response.status_code == 200, response
    return response.content.decode()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_each_role_gets_what_the_rows_say(world):
    ids = access.ids(world.people, world.own, world.other, world.now)
    wrong = {}
    for role in ROLES:
        client = client_of(world, role)
        for name, row in access.ROWS.items():
            url = reverse(name, kwargs={key: ids[value] for key, value in row.ids.items()})
            got = client.get(url).status_code
            # Without ?of= the copy goes back to the library; the other one leads to the list, filtered.
            inside = 302 if name in ("copy_risk", "risks_guidance_changed") else 200
            wanted = {inside} if role in (row.get or "").split() else {403} if row.get else {403, 405}
            if got not in wanted:
                wrong[f"get {name} as {role}"] = got
            if row.post and role not in row.post.split() and client.post(url).status_code != 403:
                wrong[f"post {name} as {role}"] = "let in"
    assert wrong == {}


def test_another_partners_record_is_not_there(world):
    ids = access.ids(world.people, world.own, world.other, world.now)
    wrong = {}
    for name, row in access.ROWS.items():
        if row.beyond:
            url = reverse(name, kwargs={key: ids[value] for key, value in row.beyond.items()})
            for role in ((row.get or "") + " " + (row.post or "")).split():
                if role not in row.all_rows.split():
                    client = client_of(world, role)
                    for method in ("get",) if row.get else ("post",):
                        got = getattr(client, method)(url).status_code
                        if got != 404:
                            wrong[f"{name} as {role}"] = got
    assert wrong == {}


STEPS = ("edit_risk", "rate_risk", "open_risk", "close_risk", "add_control", "link_risk", "contribute_risk",
         "ask_acceptance", "add_risk_action")  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_a_partnership_risk_is_changed_by_the_coordinator_alone(world, name):
    risk = make_risk(response=Response.TOLERATE)
    make_rating(risk)
    found = {role: client_of(world, role).get(reverse(name, args=[risk.uid])).status_code for role in ROLES}
    assert found == {role: 200 if role == "CO" else 403 for role in ROLES}


@pytest.mark.parametrize("name", STEPS)
def test_a_partners_own_risk_is_changed_by_that_partner_alone(world, name):
    risk = make_risk(organisation=world.other, response=Response.TOLERATE)
    make_rating(risk)
    found = {role: client_of(world, role).get(reverse(name, args=[risk.uid])).status_code for role in ROLES}
    assert found == {role: 404 if role == "PR" else 403 for role in ROLES}
    assert sign_in(Client(), world.other_lead).get(reverse(name, args=[risk.uid])).status_code == 200


def test_a_review_needs_the_authority_of_the_level(world):
    red, amber = make_risk("Red"), make_risk("Amber")
    make_rating(red, 5, 5)
    make_rating(amber, 3, 3)
    status = {
        (risk.title, role): client_of(world, role)
        .get(reverse("look_again_at_risk", args=[risk.uid]))
        .status_code
        for risk in (red, amber)
        for role in ("BM", "CO", "PR", "AU")
    }
    assert {key for key, code in status.items() if code == 200} == {("Red", "BM"), ("Amber", "CO")}


class TestDrafts:
    def test_a_draft_is_its_owners_alone(self, world):
        mine = make_risk("Mine", organisation=world.own, state=RiskState.DRAFT)
        ours = make_risk("Ours", state=RiskState.DRAFT)
        seen = {
            (risk.title, role): client_of(world, role).get(reverse("risk", args=[risk.uid])).status_code
            for risk in (mine, ours)
            for role in ("BM", "PR", "CO", "AU")
        }
        assert {key for key, code in seen.items() if code == 200} == {("Mine", "PR"), ("Ours", "CO")}
        assert "Mine" not in page(world, "CO", "risks", state="all")
        assert "Mine" in page(world, "PR", "risks", state="all")

    def test_what_was_a_draft_then_stays_unseen_as_at_then(self, world):
        at = datetime(2020, 4, 1, 9, tzinfo=UTC)
        risk = make_risk("Later opened", organisation=world.own, state=RiskState.DRAFT, at=at)
        from riskregister.history import keep

        risk.state, risk.opened_at = RiskState.OPEN, at + 30 * DAY
        risk.save()
        keep(risk, thing="risk", at=at + 30 * DAY, by=None)
        early = {"state": "all", "on": "2020-04-10"}
        assert "Later opened" not in page(world, "BM", "risks", **early)
        assert "Later opened" in page(world, "PR", "risks", **early)
        assert "Not on the register then" in page(world, "BM", "risk", risk.uid, on="2020-04-10")


def test_from_the_library_to_the_register(world):
    call_command("load_risk_library")
    client = client_of(world, "CO")
    url = reverse("copy_risk") + "?of=covid-hidden-harm"
    token = uuid4()
    answers = {"whose": "partnership", "token": str(token)}
    response = client.post(url, answers)
    risk = Risk.objects.get()
    assert response["Location"] == reverse("risk", args=[risk.uid])
    client.post(url, answers)
    assert Risk.objects.count() == 1
    assert risk.copied_from.code == "covid-hidden-harm"
    assert set(Control.objects.values_list("state", flat=True)) == {"planned"}

    rating = {"kind": "current", "likelihood": "4", "impact": "5", "reason": "Referrals fell by a third here",
              "confidence": "medium", "evidence": "", "version": "1", "token": str(uuid4()),
              "dated_on_day": "1", "dated_on_month": "6", "dated_on_year": "2020"}  # fmt: skip
    client.post(reverse("rate_risk", args=[risk.uid]), rating)
    assert RatingChange.objects.get().words
    client.post(reverse("open_risk", args=[risk.uid]), {"version": "2"})
    risk.refresh_from_db()
    assert risk.state == RiskState.OPEN
    html = page(world, "BM", "risk", risk.uid)
    assert "20 Red" in html
    text = text_of(html)
    assert "Written down, copied from the library" in text
    assert "Current rating set to 20" in text
    assert "Referrals fell by a third here" in text


def test_the_page_says_what_is_wrong(world):
    risk = make_risk(response=Response.TOLERATE)
    make_rating(risk, 5, 5, kind=RatingKind.INHERENT)
    make_rating(risk, 2, 2)
    make_rating(risk, 4, 4, at=datetime(2020, 5, 1, tzinfo=UTC), confidence="low")
    make_appetite("sight", 8)
    make_control(risk, "Calls each week", assurance="shown", proof="Audit", proof_on=date(2020, 3, 1))
    make_acceptance(risk, asked_by=world.people["CO"], approved_by=world.people["BM"])
    html = page(world, "AU", "risk", risk.uid)
    text = text_of(html)
    for words in ("Outside appetite", "Review overdue", "Acceptance lapsed", "Low confidence", "Lapsed",
                  "For ", "nobody has accepted this risk", "Calls each week", "Over half a year ago",
                  "The acceptance lapsed", "Current rating from 4 to 16",
                  "At this level it is reviewed by: board member"):  # fmt: skip
        assert words in text, words
    assert "<svg" in html
    assert "style=" not in html.partition("<main")[2]


def test_as_at_a_past_day_shows_what_was_known_and_offers_no_step(world):
    risk = make_risk("First words")
    make_rating(risk, 2, 2)
    make_rating(risk, 5, 5, at=datetime(2020, 7, 1, tzinfo=UTC), dated_on=date(2020, 4, 10))
    html = page(world, "CO", "risk", risk.uid, on="2020-06-30")
    assert "As it was known at the end of 30 June 2020" in html
    assert "4 Yellow" in html
    assert "25 Red" not in html
    assert reverse("rate_risk", args=[risk.uid]) not in html
    assert reverse("rate_risk", args=[risk.uid]) in page(world, "CO", "risk", risk.uid)


def test_partners_ratings_stand_beside_with_who_sways_them(world):
    ours = make_risk("Ours")
    make_rating(ours, 2, 4)
    for organisation, rating in ((world.own, (5, 4)), (world.other, (2, 2))):
        theirs = make_risk("Theirs", organisation=organisation)
        make_rating(theirs, *rating)
        make_contribution(theirs, ours)
    text = text_of(page(world, "BM", "risk", ours.uid))
    assert "It comes to 20." in text
    assert "The agreed rating of the partnership is 8, below it." in text
    assert "It hangs on the rating of Moor Police (R-002)" in text
    assert "Vale NHS" not in text_of(page(world, "PR", "risk", ours.uid))


def test_filters_and_map_agree(world):
    for likelihood, impact in ((5, 5), (5, 5), (1, 1)):
        make_rating(make_risk(f"Risk {likelihood}"), likelihood, impact)
    make_risk("Unrated")
    html = page(world, "BM", "risk_matrix")
    assert "2 risks" in html
    assert "?cell=5x5" in html
    assert "Not on the map because not rated: 1" in text_of(html)
    listed = text_of(page(world, "BM", "risks", cell="5x5"))
    assert listed.count("Risk 5") == 2
    assert "Risk 1" not in listed
    assert "Unrated" in page(world, "BM", "risks", band="unrated")
    assert "Risk 1" not in text_of(page(world, "BM", "risks", band="red"))


@pytest.mark.parametrize("name", ["risks", "risk_matrix"])
def test_who_narrows_a_past_day_stays_on_it(world, name):
    day = (world.now - 3 * DAY).date().isoformat()
    html = page(world, "BM", name, on=day, whose="partners")
    assert "As it was known at the end of" in html
    assert f'<input type="date" name="on" value="{day}"' in html
    assert "As it was known at the end of" not in page(world, "BM", name, on="soon", whose="partners")


def test_the_map_shows_every_open_risk_whatever_the_list_was_narrowed_to(world):
    make_rating(make_risk(), 5, 5)
    html = page(world, "BM", "risk_matrix", state="closed", cell="1x1")
    assert "1 risk<" in html
    assert 'name="state"' not in html


def test_the_list_asks_no_more_for_more_risks(world, django_assert_max_num_queries):
    client = client_of(world, "BM")

    def fill(count):
        for _ in range(count):
            risk = make_risk(owner_organisation=world.own)
            make_rating(risk)
            make_control(risk)

    fill(2)
    client.get(reverse("risks"))
    with django_assert_max_num_queries(100) as few:
        client.get(reverse("risks"))
    fill(20)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("risks"))


def test_the_file_has_the_scope_of_the_list_and_is_on_the_trail(world):
    make_risk("=cmd()")
    make_risk("Of another", organisation=world.other)
    response = client_of(world, "PR").get(reverse("risks_export"))
    body = b"".join(response.streaming_content).decode()
    assert "'=cmd()" in body
    assert "Of another" not in body
    assert AuditEvent.objects.filter(action="risk.exported").count() == 1


def test_an_action_comes_from_its_risk(world):
    risk = make_risk("Ours")
    due = world.now.date() + 10 * DAY
    answers = {"title": "Call them", "organisation": str(world.own.uid), "priority": "normal", "owner": "",
               "due_on_day": due.day, "due_on_month": due.month, "due_on_year": due.year, "what": "",
               "token": str(uuid4())}  # fmt: skip
    client_of(world, "CO").post(reverse("add_risk_action", args=[risk.uid]), answers)
    (fact,) = actions_of("risk", risk.uid, world.people["CO"], world.now)
    assert fact.source.label == "R-001 Ours"
    assert "Call them" in page(world, "BM", "risk", risk.uid)
    answers = {"version": risk.version, "reason": "Done", "changed": "They are seen"}
    response = client_of(world, "CO").post(reverse("close_risk", args=[risk.uid]), answers)
    assert "still open" in response.content.decode()
    assert Action.objects.count() == 1


def test_who_comes_second_loses_nothing(world):
    risk = make_risk()
    make_rating(risk)
    client = client_of(world, "CO")
    url = reverse("close_risk", args=[risk.uid])
    Risk.objects.filter(pk=risk.pk).update(version=7)
    response = client.post(url, {"version": "1", "reason": "Gone", "changed": "They are seen again"})
    assert response.status_code == 409
    assert "They are seen again" in response.content.decode()


def test_links_name_only_what_the_reader_may_open(world):
    from partners.models import Concern

    risk = make_risk()
    concern = Concern.objects.create(
        kind="concern", title="Secret concern", what="x", theme="services", breadth="partner",
        state="raised", severity="high",
        organisation=world.other, raised_at=world.now, raised_by=world.other_lead,
    )  # fmt: skip
    client = client_of(world, "CO")
    client.post(
        reverse("link_risk", args=[risk.uid]), {"kind": "concern", "target_concern": str(concern.uid)}
    )
    assert RiskLink.objects.count() == 1
    assert "Secret concern" in page(world, "CO", "risk", risk.uid)
    seen = page(world, "PR", "risk", risk.uid)
    assert "Secret concern" not in seen
    assert "You may not open this" in seen


def test_the_board_decides_and_not_who_asked(world):
    both = person("BM", "CO", name="Both")
    risk = make_risk(response=Response.TOLERATE)
    asked = make_acceptance(risk, asked_by=both, at=world.now, expires_on=world.now.date() + 9 * DAY)
    url = reverse("decide_acceptance", args=[asked.uid])
    assert sign_in(Client(), both).get(url).status_code == 403
    assert "Decide" in page(world, "BM", "risk", risk.uid)
    client_of(world, "BM").post(url, {"answer": "accept", "reason": "", "version": "1"})
    assert Acceptance.objects.get().approved_by == world.people["BM"]


def test_rules_are_proposed_and_confirmed_by_another(world):
    from riskregister.forms.register_rules import matrix_as_form

    day = world.now.date() + 30 * DAY
    answers = matrix_as_form(Matrix.objects.get()) | {
        "likelihood_1_name": "Hardly ever", "source": "Ours", "reason": "Clearer words",
        "effective_from_day": day.day, "effective_from_month": day.month, "effective_from_year": day.year,
        "token": str(uuid4()),
    }  # fmt: skip
    answers.pop("red_to")
    response = client_of(world, "CO").post(reverse("propose_matrix"), answers)
    assert response.status_code == 302, text_of(response.content.decode())[:2000]
    made = Matrix.objects.get(version=2)
    url = reverse("rules_proposal", args=[made.uid])
    assert "Hardly ever" in page(world, "PR", "rules_proposal", made.uid)
    client_of(world, "CO").post(url, {"answer": "confirm", "reason": ""})
    made.refresh_from_db()
    assert made.confirmed_at is None
    client_of(world, "BM").post(url, {"answer": "confirm", "reason": ""})
    made.refresh_from_db()
    assert made.confirmed_by == world.people["BM"]
    assert "Version 2" in page(world, "BM", "register_rules")
