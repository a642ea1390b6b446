"""The risk register in a browser: from a risk of the library to its acceptance by the board, what goes wrong
on the way, on paper, and axe at the widths of a telephone and of a desk."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from partners.constants import Priority
from riskregister.constants import (
    Assurance,
    Band,
    Confidence,
    LinkKind,
    RatingKind,
    Response,
    RiskState,
)
from riskregister.models import (
    Acceptance,
    Appetite,
    BoardReview,
    Control,
    LibraryRisk,
    RatingChange,
    Risk,
    RiskLink,
)
from riskregister.review.canonical import canonical, digest
from riskregister.review.compile import compile_content
from riskregister.services.library import copy_risk
from riskregister.services.register_rules import propose_appetite, propose_cadence, propose_matrix
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.partners.concerns_world import action_row
from tests.partners.factories import make_question_set
from tests.riskregister.board_world import World, make_world
from tests.riskregister.factories import (
    make_acceptance,
    make_appetite,
    make_cadence,
    make_contribution,
    make_control,
    make_look,
    make_matrix,
    make_rating,
    make_risk,
)
from tests.riskregister.review_world import full
from tests.riskregister.reviews_world import make_board

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
REASON = "Referrals from schools fell by half in four weeks"


@pytest.fixture
def world(live_server) -> World:
    made = make_world()
    make_matrix()
    make_cadence()
    return made


def test_from_the_library_to_the_acceptance_of_the_board(live_server, page: Page, world: World):
    today = timezone.localdate()
    call_command("load_risk_library", verbosity=0)
    make_question_set()

    open_as(page, live_server, world.coordinator, reverse("risks"))
    page.get_by_role("link", name="Copy one from the library").click()
    expect(page.get_by_role("heading", name="Library of starting risks")).to_be_visible()
    page.get_by_text("Hidden harm", exact=True).click()
    page.get_by_role("link", name=re.compile("Copy into a draft ?: Hidden harm")).click()
    expect(page.get_by_label("The partnership’s")).to_be_checked()
    page.get_by_role("button", name="Copy into a draft").click()
    expect(page.get_by_text("A draft. Give it a current rating")).to_be_visible()
    risk = Risk.objects.get(title="Hidden harm")

    page.get_by_role("button", name="Rate it").click()
    page.get_by_label("4. Likely").check()
    page.get_by_label("5. Severe").check()
    page.get_by_label("Why this rating?").fill(REASON)
    page.get_by_label("What shows it?").fill("Weekly figures of the front door")
    page.get_by_label("Low: mostly judgement").check()
    page.get_by_role("button", name="Save this rating").click()
    expect(page.get_by_text("Rating saved with its reason.")).to_be_visible()
    page.get_by_role("button", name="Put it on the register").click()
    expect(page.get_by_role("heading", name="Put this risk on the register")).to_be_visible()
    page.get_by_role("button", name="Put it on the register").click()
    expect(page.get_by_text("The risk is on the register.")).to_be_visible()

    page.get_by_role("link", name="Add a control").click()
    page.get_by_label("What is the control?").fill("A call each week to every family gone quiet")
    page.get_by_label("Shown by figures or a check").check()
    page.get_by_label("What shows that it works?").fill("Nine of ten families answered")
    fill_date(page, "When was that last seen?", today - 2 * DAY)
    page.get_by_role("button", name="Add this control").click()
    expect(page.get_by_text("Control added.")).to_be_visible()
    page.get_by_role("link", name="Link it to something").click()
    page.get_by_role("radio", name="Question of the assurance return").check()
    page.get_by_label("Which question of the assurance return?").select_option("level")
    page.get_by_role("button", name="Link it").click()
    expect(page.get_by_text("Linked.", exact=True)).to_be_visible()
    expect(page.get_by_text("How do your services to children run?").first).to_be_visible()

    # Only a risk that is to be borne goes before the board.
    expect(page.get_by_role("link", name="Ask the board to accept it")).to_have_count(0)
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Tolerate").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Ask the board to accept it").click()
    page.get_by_label("Why should the board bear this risk as it is?").fill("Schools stay closed")
    page.get_by_label("On what conditions?").fill("Figures each week")
    fill_date(page, "Until which day?", today + 60 * DAY)
    page.get_by_role("button", name="Ask the board").click()
    expect(page.get_by_text("The board is asked. A board member decides.")).to_be_visible()

    open_as(page, live_server, world.board, reverse("risks"))
    page.get_by_role("link", name="To accept").click()
    page.get_by_role("link", name="Hidden harm").click()
    expect(page.get_by_text("Figures each week")).to_be_visible()
    page.get_by_label("Yes, on these conditions and until that day").check()
    page.get_by_role("button", name="Save the board’s decision").click()
    expect(page.get_by_text("Decision saved.")).to_be_visible()
    accepted = page.get_by_role("region", name="Acceptance by the board")
    expect(accepted.get_by_text("Accepted", exact=True)).to_be_visible()
    expect(accepted.get_by_text("Conditions: Figures each week")).to_be_visible()
    assert "Hidden" not in page.url + page.title()

    risk.refresh_from_db()
    rating = RatingChange.objects.get(risk=risk)
    assert (risk.state, rating.likelihood, rating.impact, rating.reason) == (RiskState.OPEN, 4, 5, REASON)
    assert Control.objects.get(risk=risk, assurance=Assurance.SHOWN).proof == "Nine of ten families answered"
    assert RiskLink.objects.get(risk=risk).target == "level"
    assert Acceptance.objects.get(risk=risk).approved_by == world.board


def refused(page: Page, question: Locator, message: str, *, first: Locator | None = None) -> None:
    """The fault is told above, leads to its question (`first`: of several boxes), and stands beside it."""
    page.get_by_role("alert").get_by_role("link", name=message).click()
    expect(first or question).to_be_focused()
    expect(question).to_have_accessible_description(re.compile(re.escape(message)))


def test_what_is_wrong_stands_beside_its_question_and_nothing_is_lost(live_server, page: Page, world: World):
    today = timezone.localdate()
    open_as(page, live_server, world.coordinator, reverse("add_risk"))
    page.get_by_label("Cause", exact=True).fill("Schools are closed")
    page.get_by_label("Tolerate").check()
    page.get_by_role("button", name="Save as a draft").click()
    expect(page).to_have_title("Error: Add a risk – Safeguarding Oversight")
    refused(page, page.get_by_label("Title", exact=True), "Enter a short title")
    functions = page.get_by_role("group", name="Which functions of the local system does it touch?")
    first = functions.get_by_role("checkbox").first
    refused(page, functions, "Select at least one function that the risk touches", first=first)
    expect(page.get_by_label("Cause", exact=True)).to_have_value("Schools are closed")
    expect(page.get_by_label("Tolerate")).to_be_checked()
    look(page, "add_risk refused")

    risk = make_risk(at=timezone.now() - 60 * DAY, response=Response.TOLERATE)
    make_rating(risk, at=timezone.now() - 60 * DAY)
    open_as(page, live_server, world.coordinator, reverse("rate_risk", args=[risk.uid]))
    page.get_by_label("5. Almost certain").check()
    page.get_by_label("5. Severe").check()
    page.get_by_label("Why this rating?").fill("It got worse")
    page.get_by_label("High: rests on current evidence").check()
    fill_date(page, "From which day does it hold?", today)
    page.get_by_role("button", name="Save this rating").click()
    why = page.get_by_label("Why this rating?")
    refused(page, why, "Enter the reason for this rating, in at least 5 words")
    expect(why).to_have_value("It got worse")
    expect(page.get_by_label("5. Almost certain")).to_be_checked()
    expect(page.get_by_label("High: rests on current evidence")).to_be_checked()
    look(page, "rate_risk refused")
    why.fill(REASON)
    fill_date(page, "From which day does it hold?", today + 2 * DAY)
    page.get_by_role("button", name="Save this rating").click()
    day = page.get_by_role("group", name="From which day does it hold?")
    refused(page, day, "The day must be today or in the past", first=day.get_by_label("Day", exact=True))
    expect(why).to_have_value(REASON)

    page.goto(live_server.url + reverse("add_control", args=[risk.uid]))
    page.get_by_label("What is the control?").fill("Weekly calls")
    page.get_by_label("Tested by somebody else").check()
    page.get_by_role("button", name="Add this control").click()
    refused(page, page.get_by_label("What shows that it works?"), "Enter what shows that the control works")
    expect(page.get_by_label("What is the control?")).to_have_value("Weekly calls")
    expect(page.get_by_label("Tested by somebody else")).to_be_checked()
    look(page, "add_control refused")

    asked = make_acceptance(risk, asked_by=world.coordinator, at=timezone.now())
    open_as(page, live_server, world.board, reverse("decide_acceptance", args=[asked.uid]))
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save the board’s decision").click()
    refused(page, page.get_by_label("Why not?"), "Enter why the board does not bear this risk")
    expect(page.get_by_label("No", exact=True)).to_be_checked()
    look(page, "decide_acceptance refused")
    asked.refresh_from_db()
    assert (asked.approved_at, asked.refused_at, risk.ratings.count()) == (None, None, 1)


def test_it_works_without_javascript(live_server, browser, world: World):
    make_question_set()
    risk = make_risk(at=timezone.now() - 60 * DAY, response=Response.TOLERATE)
    make_rating(risk, at=timezone.now() - 60 * DAY)
    asked = make_acceptance(risk, asked_by=world.coordinator, at=timezone.now())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_as(page, live_server, world.coordinator, reverse("link_risk", args=[risk.uid]))
    page.get_by_label("Question of the assurance return", exact=True).check()
    page.get_by_role("button", name="Link it").click()
    expect(page.get_by_role("link", name="Select what the risk is linked to")).to_be_visible()
    page.get_by_label("Which question of the assurance return?").select_option("level")
    page.get_by_role("button", name="Link it").click()
    expect(page.get_by_text("Linked.", exact=True)).to_be_visible()
    day = (timezone.localdate() - 90 * DAY).isoformat()
    page.get_by_label("Show it as at the end of a past day").fill(day)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Not on the register then")).to_be_visible()

    open_as(page, live_server, world.board, reverse("decide_acceptance", args=[asked.uid]))
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Why not?").fill("Schools open next week")
    page.get_by_role("button", name="Save the board’s decision").click()
    expect(page.get_by_text("Decision saved.")).to_be_visible()
    expect(page.get_by_text("Bea Board: Schools open next week")).to_be_visible()
    context.close()


@dataclass
class Register:
    """Risks in each state; the first has everything that a risk can have."""

    ours: Risk
    draft: Risk
    closed: Risk
    control: Control
    asked: Acceptance


def filled(world: World) -> Register:
    now = timezone.now()
    past = now - 120 * DAY
    if not Appetite.objects.exists():
        make_appetite(highest_score=9)
    make_question_set()
    ours = make_risk("A long title " * 15, at=past, by=world.coordinator, response=Response.TOLERATE)
    for kind, rating, at in (
        (RatingKind.INHERENT, (5, 5), past),
        (RatingKind.CURRENT, (4, 5), past),
        (RatingKind.CURRENT, (3, 5), now - 60 * DAY),
        (RatingKind.TARGET, (2, 3), now - 60 * DAY),
    ):
        make_rating(ours, *rating, kind=kind, at=at, by=world.coordinator, confidence=Confidence.LOW)
    control = make_control(
        ours,
        "A call each week to every family gone quiet",
        at=past,
        organisation=world.police,
        state="in_place",
        assurance=Assurance.SHOWN,
        proof="Nine of ten families answered",
        proof_on=(now - 300 * DAY).date(),
    )
    make_look(ours, at=now - 30 * DAY, by=world.coordinator)
    RiskLink.objects.create(
        risk=ours,
        kind=LinkKind.QUESTION,
        target="level",
        label="How do your services to children run?",
    )
    make_rating(world.own_risk, 5, 4, at=past, by=world.lead)
    make_contribution(world.own_risk, ours, at=past)
    make_acceptance(
        ours,
        asked_by=world.coordinator,
        approved_by=world.board,
        at=past,
        expires_on=(now - 5 * DAY).date(),
    )
    action_row(
        world.police,
        world.coordinator,
        owner=world.lead,
        priority=Priority.HIGH,
        source_kind="risk",
        source_uid=ours.uid,
        source_label=f"R-{ours.number:03} {ours.title[:60]}",
        now=now - 30 * DAY,
    )
    draft = make_risk("Only thought of", state=RiskState.DRAFT, at=now)
    closed = make_risk("Gone", state=RiskState.CLOSED, at=past)
    other = make_risk("Too few carers", at=past, response=Response.MONITOR)
    make_rating(other, 5, 5, at=past)
    asked = make_acceptance(other, asked_by=world.coordinator, at=now - DAY)
    return Register(ours, draft, closed, control, asked)


def test_on_paper_a_risk_is_whole_and_has_nothing_to_press(live_server, page: Page, world: World):
    risk = filled(world).ours
    open_as(page, live_server, world.coordinator, reverse("risk", args=[risk.uid]))
    expect(page.get_by_role("button", name="Rate it")).to_be_visible()
    page.emulate_media(media="print")
    for name in ("Ratings", "How the current rating moved", "Partners’ own ratings", "Controls",
                 "Acceptance by the board"):  # fmt: skip
        expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    for text in (
        "A long title",
        risk.cause,
        risk.consequence,
        "Outside appetite",
        "Nine of ten families answered",
        "Officers are off sick",
        "Say how many babies wait",
        "Conditions: Weekly figures",
        "nobody has accepted this risk",
        "Question of the assurance return: How do your services to children run?",
        "It still holds",
    ):
        expect(page.get_by_text(text).first).to_be_visible()
    for hidden in page.get_by_role("button").all() + page.get_by_role("navigation").all():
        expect(hidden).to_be_hidden()
    for name in ("Back to the risk register", "Change it", "Add a control", "Link it to something"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    expect(page.get_by_label("Show it as at the end of a past day")).to_be_hidden()


def test_on_paper_a_review_is_whole_and_has_nothing_to_press(live_server, page: Page):
    board = make_board()
    review = board.compile()
    content = compile_content(full(previous_seal=""), version=1)
    text = canonical(content)
    BoardReview.objects.filter(pk=review.pk).update(content=text, digest=digest(text))
    board.submit(review)
    open_as(page, live_server, board.chair, reverse("review", args=[review.uid]))
    expect(page.get_by_role("heading", name="2. Risks")).to_be_visible()
    headings = page.get_by_role("main").get_by_role("heading", level=2)
    on_screen, rows = headings.all_inner_texts(), page.get_by_role("row").count()
    page.emulate_media(media="print")
    # Of the words only what one presses is gone: the sign-off and the list of sections.
    assert set(on_screen) - set(headings.all_inner_texts()) == {"Sign-off", "Sections"}
    assert page.get_by_role("row").count() == rows
    expect(page.get_by_text("The largest movement is R-001")).to_be_visible()
    expect(page.get_by_role("heading", name="Sources")).to_be_visible()
    expect(page.get_by_role("heading", name="Signatures")).to_be_visible()
    for hidden in page.get_by_role("button").all() + page.get_by_role("navigation").all():
        expect(hidden).to_be_hidden()
    expect(page.get_by_role("link", name="Comment on this section")).to_have_count(0)
    expect(page.get_by_role("link", name="Back to board reviews")).to_have_count(0)


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of risks, at the widths of a telephone and of a desk."""
    call_command("load_risk_library", verbosity=0)
    made = filled(world)
    copied = copy_risk(
        user=world.coordinator,
        of=LibraryRisk.objects.get(code="covid-hidden-harm"),
        organisation_id=None,
        token=uuid4(),
        now=timezone.now(),
    )
    LibraryRisk.objects.update(cause="Schools are open to some children only")
    day = (timezone.localdate() - 90 * DAY).isoformat()
    ours, own = made.ours.uid, world.own_risk.uid
    pages: dict[User, tuple[str, ...]] = {
        world.coordinator: (
            reverse("risks"),
            reverse("risks") + f"?on={day}&state=all",
            reverse("risks") + "?theme=ppe",
            reverse("risk_matrix"),
            reverse("risk_matrix") + "?on=2019-01-01",
            reverse("risk_library"),
            reverse("copy_risk") + "?of=covid-hidden-harm",
            reverse("add_risk"),
            reverse("risk", args=[ours]),
            reverse("risk", args=[ours]) + f"?on={day}",
            reverse("risk", args=[ours]) + "?on=2019-01-01",
            reverse("risk", args=[made.draft.uid]),
            reverse("risk", args=[made.closed.uid]),
            reverse("open_risk", args=[made.draft.uid]),
            reverse("reopen_risk", args=[made.closed.uid]),
            *(reverse(name, args=[ours]) for name in STEPS),
            reverse("edit_control", args=[made.control.uid]),
        ),
        world.board: (
            reverse("risks"),
            reverse("risk", args=[ours]),
            reverse("look_again_at_risk", args=[ours]),
            reverse("acceptances"),
            reverse("decide_acceptance", args=[made.asked.uid]),
        ),
        world.lead: (reverse("risk", args=[own]), reverse("contribute_risk", args=[own])),
        world.auditor: (reverse("risks"), reverse("risk", args=[ours]), reverse("risk_library")),
    }
    for user, addresses in pages.items():
        for address in addresses:
            open_as(page, live_server, user, address)
            look(page, address)
    open_as(page, live_server, world.coordinator, reverse("risk", args=[copied.uid]))
    page.get_by_text("The library has changed since this was copied").click()
    expect(page.get_by_text("Schools are open to some children only")).to_be_visible()
    look(page, "what the library says now")


STEPS = ("edit_risk", "rate_risk", "close_risk", "add_control", "link_risk", "contribute_risk",
         "ask_acceptance", "add_risk_action")  # fmt: skip


def test_nothing_stands_in_the_way_of_the_rules(live_server, page: Page, world: World):
    """axe on the pages of the register's rules: in force, proposed, decided."""
    now = timezone.now()
    soon = {"effective_from": (now + 30 * DAY).date(), "token": uuid4(), "now": now}
    kept = make_matrix()
    matrix = propose_matrix(
        user=world.coordinator,
        matrix={
            "likelihoods": kept.likelihoods,
            "impacts": kept.impacts,
            "bands": kept.bands,
            "source": "Another partnership",
            "reason": "The words were unclear",
        },
        **soon,
    )
    rows = {band.value: (30, ["CO", "BM"]) for band in Band}
    cadence = propose_cadence(
        user=world.coordinator, rows=rows, source="The board asked", **soon | {"token": uuid4()}
    )
    appetite = propose_appetite(
        user=world.coordinator, theme="sight", highest_score=6, words="Cautious", **soon | {"token": uuid4()}
    )
    for user, addresses in (
        (world.coordinator, [reverse(name) for name in ("register_rules", "propose_matrix",
                                                        "propose_cadence", "propose_appetite")]),
        (world.board, [reverse("rules_proposal", args=[uid]) for uid in (matrix.uid, cadence, appetite)]),
        (world.auditor, [reverse("register_rules"), reverse("rules_proposal", args=[appetite])]),
    ):  # fmt: skip
        for address in addresses:
            open_as(page, live_server, user, address)
            look(page, address)
    open_as(page, live_server, world.board, reverse("rules_proposal", args=[appetite]))
    page.get_by_label("Confirm it: it holds from its day on").check()
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("Decision saved.")).to_be_visible()
    assert Appetite.objects.get().confirmed_by == world.board
