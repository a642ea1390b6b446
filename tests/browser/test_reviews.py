"""The monthly review in a browser: read, signed and published, at both widths and on paper."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from riskregister.models import BoardReview
from riskregister.review.canonical import canonical, digest
from riskregister.review.compile import compile_content
from riskregister.selectors.chain import broken_seals
from tests.browser.test_decisions import look
from tests.people import sign_in
from tests.riskregister.review_world import full
from tests.riskregister.reviews_world import Board, make_board

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_proven(page: Page, live_server, user, url: str) -> None:
    """As if the password had just been asked for again."""
    session = sign_in(Client(), user, proven=True).cookies["sessionid"].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(live_server.url + url)


@pytest.fixture
def board(live_server) -> Board:
    return make_board()


def test_a_review_from_the_board_to_its_seal(live_server, page: Page, board: Board):
    review = board.compile()
    # Everything that a review can hold, compared with no other.
    content = compile_content(full(previous_seal=""), version=1)
    text = canonical(content)
    BoardReview.objects.filter(pk=review.pk).update(content=text, digest=digest(text))
    board.submit(review)
    address = reverse("review", args=[review.uid])

    open_proven(page, live_server, board.chair, address)
    expect(page.get_by_role("heading", name="2. Risks")).to_be_visible()
    expect(page.get_by_text("The largest movement is R-001")).to_be_visible()
    look(page, "review")
    page.get_by_role("link", name="Comment on this section Visits").click()
    page.get_by_label("Your comment").fill("Why is this lower than in March 2019?")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Why is this lower than in March 2019?")).to_be_visible()
    page.get_by_role("button", name="Approve it").click()
    expect(page).to_have_url(live_server.url + reverse("approve_review", args=[review.uid]))
    look(page, "approve")
    page.get_by_role("button", name="Approve it").click()
    expect(page.get_by_text("Approved. Another board member publishes it.")).to_be_visible()

    open_proven(page, live_server, board.member, address)
    page.get_by_role("button", name="Publish it").click()
    page.get_by_role("button", name="Publish it").click()
    expect(page.get_by_text("Published and sealed.")).to_be_visible()
    assert broken_seals() == (1, [])
    look(page, "published review")
