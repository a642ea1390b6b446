"""Pages of the monthly review: reading order, links that a reader may open, who signs, what errors keep."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from riskregister.constants import ReviewState
from riskregister.facts.content import REF_KINDS, Ref
from riskregister.models import BoardReview, Comment, Narrative
from riskregister.review.canonical import canonical, digest
from riskregister.review.checks import run_checks
from riskregister.review.compile import compile_content
from riskregister.selectors.row_links import REF_URLS, Links
from riskregister.services.signing import write_narrative
from tests.partners.factories import make_organisation
from tests.people import person, sign_in
from tests.riskregister.factories import make_control, make_rating, make_risk
from tests.riskregister.review_world import evidence, full
from tests.riskregister.reviews_world import AFTER, JUNE, Board, make_board
from tests.riskregister.test_checks import CASES
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
NOW = AFTER[JUNE]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def board() -> Board:
    return make_board()


@pytest.fixture
def review(board) -> BoardReview:
    return board.compile()


def as_(user) -> Client:
    return sign_in(Client(), user, proven=True)


def page(user, name, *args) -> str:
    response = as_(user).get(reverse(name, args=args))
    assert response.status_code == 200
    return text_of(response)


def filled(board, content) -> BoardReview:
    """A review that holds this content, before the board."""
    review = board.compile()
    text = canonical(content)
    BoardReview.objects.filter(pk=review.pk).update(
        content=text,
        digest=digest(text),
        state=ReviewState.IN_REVIEW,
        submitted_at=NOW,
        submitted_by=board.coordinator,
    )
    review.refresh_from_db()
    return review


def test_every_section_of_a_full_review_is_shown(board):
    review = filled(board, compile_content(full(), version=1))
    text = page(board.chair, "review", review.uid)
    content = compile_content(full(), version=1)
    for section in content.sections:
        assert section.title in text
        assert section.missing in text
        for block in section.blocks:
            for words in (getattr(block, "title", ""), getattr(block, "text", "")):
                assert " ".join(words.split()) in text
            for row in getattr(block, "rows", ()):
                assert all(cell.text in text for cell in row.cells)
            for _, value, note in getattr(block, "items", ()):
                assert value in text and note in text
    assert "Very high" in text and "R-003" in text
    assert review.digest in text
    assert "As compiled on" in text


def test_an_empty_review_says_so(board):
    review = filled(board, compile_content(evidence(), version=1))
    text = page(board.chair, "review", review.uid)
    assert "There is not enough on record for a key finding." in text
    assert "The register holds no open partnership risk." in text


def test_the_page_keeps_its_queries_whatever_its_size(board):
    def queries(review) -> int:
        client = as_(board.chair)
        client.get(reverse("review", args=[review.uid]))
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("review", args=[review.uid])).status_code == 200
        return len(found)

    review = filled(board, compile_content(full(), version=1))
    small = queries(review)
    many = []
    for number in range(60):
        risk = make_risk(f"Risk {number}", at=NOW - timedelta(days=20))
        make_rating(risk, 1 + number % 5, 4, at=NOW - timedelta(days=19))
        make_rating(risk, 1 + number % 4, 5, at=NOW - timedelta(days=9))
        make_control(risk, at=NOW - timedelta(days=19))
        many.append(risk)
    BoardReview.objects.filter(pk=review.pk).update(
        state=ReviewState.DRAFT, submitted_at=None, submitted_by=None
    )
    board.compile()
    BoardReview.objects.filter(pk=review.pk).update(
        state=ReviewState.IN_REVIEW, submitted_at=NOW, submitted_by=board.coordinator
    )
    assert queries(review) <= max(small, 20) <= 20


def test_every_kind_of_row_with_a_page_has_its_address():
    assert set(REF_URLS) <= REF_KINDS
    # Rows that are shown on their risk's or their review's page alone.
    assert REF_KINDS - set(REF_URLS) == {"acceptance", "check", "control", "meeting", "rating"}
    for name, by_uid in REF_URLS.values():
        assert reverse(name, args=[uuid4()] if by_uid else [])


def test_every_fix_of_a_check_is_a_page():
    found = [one for case in CASES for one in run_checks(case[1])]
    for one in found:
        assert reverse(one.fix_url, args=one.fix_args), one.code


def test_links_are_only_for_who_may_open_them(board):
    own = make_organisation("Police", lead=(lead := person("PR", name="Lead")))
    mine, other = make_risk("Mine", organisation=own), make_risk("Other", organisation=make_organisation())
    refs = [Ref("risk", str(one.uid), "R") for one in (board.risk, mine, other)]

    def opens(user) -> list[bool]:
        links = Links(user, at=NOW)
        return [bool(links.of(ref).href) for ref in refs]

    assert opens(board.coordinator) == opens(board.chair) == [True, True, True]
    assert opens(lead) == [True, True, False]
    assert opens(person("MG")) == [False, False, False]
    assert opens(None) == [False, False, False]
    assert Links(board.chair, at=NOW).of(Ref("rating", str(uuid4()), "R")).href == ""
    for user in (board.chair, lead, person("MG")):
        for ref, may in zip(refs, opens(user), strict=True):
            response = as_(user).get(reverse("risk", args=[ref.uid]))
            assert (response.status_code == 200) is may


def test_a_partner_follows_no_link_out_of_reach(board):
    review = board.published()
    lead = person("PR", name="Lead")
    make_organisation("Police", lead=lead)
    html = as_(lead).get(reverse("review", args=[review.uid])).content.decode()
    assert reverse("risk", args=[board.risk.uid]) in html
    assert reverse("risk", args=[uuid4()]) not in html
    assert "Sign-off" not in html


def test_who_sees_which_review(board):
    draft = board.compile()
    assert as_(board.coordinator).get(reverse("review", args=[draft.uid])).status_code == 200
    assert as_(board.chair).get(reverse("review", args=[draft.uid])).status_code == 404
    board.submit(draft)
    assert as_(board.chair).get(reverse("review", args=[draft.uid])).status_code == 200
    lead = person("PR", name="Lead")
    assert as_(lead).get(reverse("review", args=[draft.uid])).status_code == 404
    assert "No review is published yet." in page(lead, "reviews")
    board.approve(draft)


def test_the_list_offers_months_and_compiles_one(board):
    client = as_(board.coordinator)
    assert "June 2020" in text_of(client.get(reverse("reviews")))
    answer = client.post(reverse("compile_review"), {"month": "2020-06"}, follow=True)
    assert "The review of June 2020 is compiled." in text_of(answer)
    assert BoardReview.objects.get().compiled_by == board.coordinator
    again = client.post(reverse("compile_review"), {"month": "2020-07"}, follow=True)
    assert "Select a month that is over and not published." in text_of(again)
    empty = client.post(reverse("compile_review"), {"month": "2019-01"}, follow=True)
    assert "Nothing is on record for January 2019" in text_of(empty)
    assert "June 2020" in page(board.coordinator, "reviews")


def test_the_run_of_a_compilation_is_on_record(board, review):
    text = page(board.coordinator, "review_run", review.uid)
    assert "The review of June 2020, version 1, was compiled." in text
    assert "Found by checks" in text and "job:compile-reviews" in text


def sent(user, name, review, **answers):
    review.refresh_from_db()
    values = {"digest": review.digest} | answers
    return as_(user).post(reverse(name, args=[review.uid]), values, follow=True)


def test_from_draft_to_sealed_on_pages(board, review):
    assert "The review is before the board." in text_of(sent(board.coordinator, "submit_review", review))
    assert "Approved. Another" in text_of(sent(board.chair, "approve_review", review, words="Read it twice"))
    answer = text_of(sent(board.member, "publish_review", review))
    review.refresh_from_db()
    assert review.state == ReviewState.PUBLISHED
    assert "Published and sealed." in answer
    assert review.seal in answer and "Read it twice" in answer and "(chair)" in answer


def test_the_panel_says_who_may_and_why_not(board, review):
    board.submit(review)
    assert "Approve it" in page(board.chair, "review", review.uid)
    text = page(board.coordinator, "review", review.uid)
    assert "Approve it: not by you. Board members sign a review off." in text
    board.approve(review, board.member)
    text = page(board.member, "review", review.uid)
    assert "Publish it: not by you. You approved this review" in text
    text = page(board.other, "review", review.uid)
    assert "Publish it: not by you. One of the two who sign a review off must be the chair." in text


def test_a_step_that_may_not_be_done_is_said_on_the_review(board, review):
    board.submit(review)
    board.approve(review, board.member)
    answer = as_(board.other).get(reverse("publish_review", args=[review.uid]), follow=True)
    assert "must be the chair" in text_of(answer)
    refused = sent(board.other, "publish_review", review)
    assert "must be the chair" in text_of(refused)
    review.refresh_from_db()
    assert review.state == ReviewState.APPROVED


def test_signing_what_was_compiled_again_meanwhile(board, review):
    board.submit(review)
    answer = sent(board.chair, "approve_review", review, digest="0" * 64, words="My words")
    assert "was compiled again since you opened it" in text_of(answer)
    assert "My words" in answer.content.decode()


@pytest.mark.parametrize("name", ["approve_review", "publish_review"])
def test_signing_off_needs_fresh_proof(board, review, name):
    board.submit(review)
    client = sign_in(Client(), board.chair)
    answer = client.post(reverse(name, args=[review.uid]), {"digest": review.digest})
    assert answer.status_code == 302 and answer["Location"].startswith("/account/confirm/")
    review.refresh_from_db()
    assert review.state == ReviewState.IN_REVIEW


def test_sent_back_with_words(board, review):
    board.submit(review)
    bare = sent(board.chair, "send_back_review", review, words=" ")
    assert "Enter why you send it back" in text_of(bare)
    assert "The review is a draft again." in text_of(
        sent(board.coordinator, "send_back_review", review, words="A return came in")
    )


def test_a_correction_is_a_new_version_and_each_names_the_other(board):
    review = board.published()
    answer = sent(board.coordinator, "correct_review", review, reason="A return was misread")
    assert "Version 2 is begun. Compile it." in text_of(answer)
    assert "begun and not compiled yet" in text_of(answer)
    made = BoardReview.objects.get(version=2)
    compiled = as_(board.coordinator).post(reverse("compile_review"), {"month": "2020-06"}, follow=True)
    assert "A return was misread" in text_of(compiled)
    assert reverse("review", args=[review.uid]) in compiled.content.decode()
    assert (
        reverse("review", args=[made.uid])
        in as_(board.coordinator).get(reverse("review", args=[review.uid])).content.decode()
    )
    # The board reads the published one; the draft is not theirs yet.
    assert (
        reverse("review", args=[made.uid])
        not in as_(board.chair).get(reverse("review", args=[review.uid])).content.decode()
    )


def test_the_coordinators_words_stand_beside_and_are_marked(board, review):
    url = reverse("write_narrative", args=[review.uid]) + "?section=risks"
    client = as_(board.coordinator)
    client.post(url, {"section": "risks", "number": 0, "text": "Read this <b>with</b> May’s."})
    html = client.get(reverse("review", args=[review.uid])).content.decode()
    assert "Coordinator’s comment" in html
    assert escape("Read this <b>with</b> May’s.") in html
    assert Narrative.objects.get().text == "Read this <b>with</b> May’s."
    stale = client.post(url, {"section": "risks", "number": 0, "text": "Mine"})
    assert stale.status_code == 409
    assert "Mine" in text_of(stale) and "&lt;b&gt;with&lt;/b&gt; May’s" in stale.content.decode()
    assert client.get(reverse("write_narrative", args=[review.uid]) + "?section=risks").status_code == 200
    assert "What changed" in text_of(client.get(url.replace("risks", "nothing")))
    assert as_(board.chair).get(url).status_code == 403


def test_words_beside_are_fixed_once_before_the_board(board, review):
    board.submit(review)
    url = reverse("write_narrative", args=[review.uid]) + "?section=risks"
    answer = as_(board.coordinator).post(url, {"section": "risks", "number": 0, "text": "Too late"})
    assert "can no longer be changed" in text_of(answer) and "Too late" in answer.content.decode()
    assert not Narrative.objects.exists()
    with pytest.raises(Exception, match="before the board"):
        write_narrative(
            user=board.coordinator, review=review, section="risks", text="x", expected_number=0, now=NOW
        )


def test_board_members_comment_once_and_partners_do_not_read_it(board, review):
    board.submit(review)
    url = reverse("comment_on_review", args=[review.uid])
    answers = {"section": "visits", "text": "Why is this so low?", "token": str(uuid4())}
    client = as_(board.member)
    for _ in range(2):
        client.post(url, answers)
    assert Comment.objects.count() == 1
    assert "Why is this so low?" in page(board.coordinator, "review", review.uid)
    bad = client.post(url, answers | {"section": "nothing", "text": "", "token": str(uuid4())})
    assert "Enter your comment" in text_of(bad)
    board.approve(review)
    sent(board.member, "publish_review", review)
    text = page(person("PR", name="Lead"), "review", review.uid)
    assert "Why is this so low?" not in text
    assert client.get(f"{url}?section=visits").context["form"].initial["section"] == "visits"


def test_a_table_without_a_reader_has_no_links():
    assert Links(None, at=NOW).to("risks") == ""
