"""The board's dashboard: the review in the board's reading order, as at any month, and two side by side."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.constants import Role
from dashboards.figures import board as figures
from riskregister.constants import ReviewSection, ReviewState
from riskregister.facts.content import ReviewContent
from riskregister.models import BoardReview
from riskregister.review.canonical import canonical, digest
from riskregister.rules.reviews import cut_off
from safeguarding.kernel.periods import Month
from tests.dashboards.test_visiting_page import rows_of, words_of
from tests.people import person, sign_in
from tests.riskregister.content_samples import compiled, evidence

JUNE = Month.parse("2020-06")


@cache
def content_of(month: Month) -> ReviewContent:
    return compiled(month)


def kept(month: Month, place: int | None, content: ReviewContent | None = None, **fields) -> BoardReview:
    """A review in the database: published where it has a place in the chain, else before the board."""
    text = canonical(content or content_of(month))
    at = datetime(month.plus(1).year, month.plus(1).number, 2, 9, tzinfo=UTC)
    values = {
        "month": month.first_day,
        "cut_off": cut_off(month),
        "content": text,
        "digest": digest(text),
        "method_version": "1",
        "compiled_at": at,
        "submitted_at": at,
        "submitted_by": fields.pop("by", None) or person("CO"),
        "state": ReviewState.IN_REVIEW,
    }
    if place:
        values |= {
            "state": ReviewState.PUBLISHED,
            "approved_at": at,
            "approved_by": person("BM"),
            "published_at": at,
            "published_by": person("BM", "chair"),
            "place": place,
            "seal": f"{place:064d}",
        }
    return BoardReview.objects.create(**values | fields)


@pytest.fixture
def board(client, db):
    return sign_in(client, person("BM"))


def test_the_first_page_is_what_changed_with_the_findings_and_the_months_to_choose_from(board):
    kept(JUNE.plus(-1), 1)
    shown = kept(JUNE, 2)
    response = board.get("/board/")
    text = words_of(response)
    assert "What changed since the last board" in text and "June 2020" in text
    assert "Key findings" in text
    findings = [one.text for one in response.context["findings"]]
    assert findings and all(one in text for one in findings)
    assert response.context["review"].uid == shown.uid
    assert [name for _, name in response.context["form"].fields["review"].choices] == [
        "June 2020",
        "May 2020",
    ]
    # Every section, in the board's reading order.
    assert [one["href"].split("section=")[1] for one in response.context["sections"]] == ReviewSection.values


@pytest.mark.parametrize("code", ReviewSection.values)
def test_each_section_shows_what_was_sealed(board, code):
    review = kept(JUNE, 1)
    response = board.get("/board/", {"review": review.uid, "section": code})
    text = words_of(response)
    section = next(one for one in content_of(JUNE).sections if one.code == code)
    assert section.title in text
    for block in section.blocks:
        words = getattr(block, "text", "") or block.title
        assert words in text
    if section.missing:
        assert section.missing in text


def test_a_past_month_shows_what_its_board_read_whatever_came_later(board):
    may = kept(JUNE.plus(-1), 1)
    kept(JUNE, 2, replace(content_of(JUNE), summary="June differs."))
    text = words_of(board.get("/board/", {"review": may.uid}))
    assert "May 2020" in text and "June differs." not in text


def test_a_review_before_the_board_comes_first_for_the_board_and_is_nothing_to_an_auditor(client, db):
    kept(JUNE.plus(-1), 1)
    waiting = kept(JUNE, None)
    response = sign_in(client, person("BM")).get("/board/")
    assert response.context["review"].uid == waiting.uid and "Before the board" in words_of(response)
    auditor = sign_in(client, person("AU"))
    response = auditor.get("/board/")
    assert response.context["review"].month == JUNE.plus(-1)
    # An address typed by hand falls back to what may be read.
    assert auditor.get("/board/", {"review": waiting.uid}).context["review"].month == JUNE.plus(-1)
    assert "June 2020" not in words_of(auditor.get("/board/compare/", {"first": waiting.uid}))


def test_nothing_published_yet_is_said_with_what_comes_next(board):
    assert "No review is before the board or published yet" in words_of(board.get("/board/"))
    assert "nothing to compare" in words_of(board.get("/board/compare/"))


@pytest.mark.parametrize("bad", ["", "not-a-uid", "00000000-0000-4000-8000-000000000000", "' OR 1=1"])
@pytest.mark.parametrize("section", ["", "nothing", "<script>"])
def test_bad_choices_show_the_latest_review_and_its_first_page(board, bad, section):
    review = kept(JUNE, 1)
    response = board.get("/board/", {"review": bad, "section": section})
    assert response.status_code == 200
    assert response.context["review"].uid == review.uid and response.context["first_page"]


def test_versions_of_a_month_are_told_apart(board):
    kept(JUNE, 1)
    second = kept(JUNE, 2, version=2, correction_reason="A return was counted twice.")
    response = board.get("/board/")
    assert response.context["review"].uid == second.uid
    assert "A return was counted twice." in words_of(response)
    names = [name for _, name in response.context["form"].fields["review"].choices]
    assert names == ["June 2020, version 2", "June 2020"]


def test_two_months_side_by_side_say_which_risks_moved(board):
    before, after = kept(JUNE.plus(-1), 1), JUNE
    ratings = {uid: dict(one) for uid, one in content_of(JUNE).ratings.items()}
    moved, closed = [uid for uid, one in ratings.items() if one["state"] == "open" and one["score"]][:2]
    earlier = content_of(JUNE.plus(-1)).ratings
    ratings[moved]["score"] = int(earlier[moved]["score"]) + 1
    ratings[closed]["state"] = "closed"
    later = kept(after, 2, replace(content_of(JUNE), ratings=ratings))
    response = board.get("/board/compare/", {"first": before.uid, "second": later.uid})
    rows = {row[0]: row[1:] for row in rows_of(response, "Risks that differ")}
    label = ratings[moved]["label"]
    assert rows[label] == [str(earlier[moved]["score"]), str(ratings[moved]["score"])]
    assert rows[ratings[closed]["label"]][1] == "Not open"
    assert "higher or new" in response.context["compared"].finding


def test_a_month_beside_itself_differs_in_nothing():
    same = content_of(JUNE)
    compared = figures.compare(same, same, names=("One", "Two"))
    assert compared.finding == "No risk is rated differently" and compared.risks["rows"] == []
    assert all(first == second for _, first, second in compared.bands["rows"])


def test_the_charts_say_more_or_fewer_and_hold_every_value_in_their_table():
    months = [(JUNE.plus(-1), {"red": 2, "green": 1}), (JUNE, {"red": 3})]
    chart = figures.risks_chart(months, source="Reviews")
    assert chart.title == "3 risks rated red in June 2020, more than in May 2020 (2)"
    assert chart.table["rows"] == [["May 2020", "2", "0", "0", "1"], ["June 2020", "3", "0", "0", "0"]]
    alone = figures.checks_chart([(JUNE, {"error": 1})], source="Reviews")
    assert alone.title == "1 finding of the gravest kind in June 2020"


@pytest.mark.parametrize("section", ["changed", "risks"])
def test_the_page_holds_its_budget_with_many_partners_risks_and_months(board, section):
    """30 partners, 300 risks, 24 published months: as many queries as with one of each."""
    last = JUNE.plus(23)
    few = kept(JUNE.plus(-1), 1)

    def queries(review: UUID) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert board.get("/board/", {"review": review, "section": section}).status_code == 200
        return len(caught)

    queries(few.uid)
    one = queries(few.uid)
    big = compiled_big(last)
    by = person("CO")
    for place in range(24):
        month = JUNE.plus(place)
        kept(month, place + 2, replace(big, month=str(month)), by=by)
    newest = BoardReview.objects.get(month=last.first_day)
    assert queries(newest.uid) <= one + 1 <= 30


@cache
def compiled_big(month: Month) -> ReviewContent:
    from riskregister.review.compile import compile_content

    return compile_content(evidence(month, risks=300, partners=30), version=1)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SOCIAL_WORKER, Role.PARTNER, Role.ADMINISTRATOR])
def test_others_have_no_board_page(client, db, role):
    assert sign_in(client, person(role)).get("/board/").status_code == 403


def test_an_open_risk_without_a_rating_is_open():
    first = content_of(JUNE)
    uid, one = next(
        (uid, one) for uid, one in first.ratings.items() if one["state"] == "open" and one["score"]
    )
    unrated = replace(first, ratings=first.ratings | {uid: one | {"score": 0, "band": ""}})
    compared = figures.compare(first, unrated, names=("One", "Two"))
    assert compared.risks["rows"] == [[one["label"], str(one["score"]), "Not rated"]]
