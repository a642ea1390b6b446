"""Two who compile, sign or publish at once, on PostgreSQL. A control beside each promise shows the loss that
it keeps off."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError

from operations.models import JobRun
from riskregister.constants import ReviewState, SignAct
from riskregister.models import BoardReview, Signature
from riskregister.selectors.chain import broken_seals
from riskregister.services import reviews, signing
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.riskregister.reviews_world import AFTER, HOUR, JULY, JUNE, Board, make_board
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]


@pytest.fixture
def board() -> Board:
    return make_board()


def refusals(results) -> list[str]:
    return [one.code for one in results if isinstance(one, Refusal)]


def test_two_who_compile_at_once_make_one_draft(board):
    results = at_once(*[board.compile for _ in range(3)])
    assert refusals(results) == []
    assert len({one.digest for one in results}) == 1
    assert BoardReview.objects.count() == 1
    assert JobRun.objects.filter(state="done").count() == 3


def both_look_first(board: Board, monkeypatch, patience: float) -> list[object]:
    """Two compile; who has looked for a draft waits `patience` seconds for the other to look, then writes."""
    look, both_looked = reviews._draft_of, Barrier(2)

    def look_together(month, now):
        found = look(month, now)
        with suppress(BrokenBarrierError):
            both_looked.wait(timeout=patience)
        return found

    monkeypatch.setattr(reviews, "_draft_of", look_together)

    def compiled():
        try:
            return board.compile()
        except IntegrityError as error:
            return error

    return at_once(compiled, compiled)


def test_nobody_looks_for_a_draft_while_another_writes_one(board, monkeypatch):
    one, other = both_look_first(board, monkeypatch, patience=1)
    assert one == other == BoardReview.objects.get()


def test_control_without_the_lock_the_second_breaks_off(board, monkeypatch):
    monkeypatch.setattr(reviews, "lock", lambda *args, **fields: None)
    found = both_look_first(board, monkeypatch, patience=20)
    assert sum(isinstance(one, IntegrityError) for one in found) == 1


def approved(board: Board, month) -> BoardReview:
    review = board.compile(month)
    board.submit(review)
    board.approve(review)
    return review


def publishing(board: Board, review: BoardReview, user):
    return lambda: signing.sign(
        user=user,
        review=review,
        act=SignAct.PUBLISHED,
        expected_digest=review.digest,
        now=AFTER[JULY] + HOUR,
    )


def test_two_who_publish_at_once_publish_once(board):
    review = approved(board, JUNE)
    results = at_once(publishing(board, review, board.member), publishing(board, review, board.other))
    assert refusals(results) == ["wrong_state"]
    assert Signature.objects.filter(act=SignAct.PUBLISHED).count() == 1
    assert broken_seals() == (1, [])


def test_two_months_published_at_once_stand_in_one_chain(board):
    """One of them, where the later was compared with what stood before the earlier."""
    june, july = approved(board, JUNE), approved(board, JULY)
    results = at_once(publishing(board, june, board.member), publishing(board, july, board.other))
    assert refusals(results) in ([], ["older_comparison"])
    places = BoardReview.objects.published().order_by("place").values_list("place", flat=True)
    assert list(places) == list(range(1, len(places) + 1))
    assert broken_seals() == (len(places), [])


def test_compiled_and_put_before_the_board_at_once(board):
    """What was put before the board is what its signature names."""
    review = board.compile()
    submit = lambda: signing.sign(  # noqa: E731
        user=board.coordinator,
        review=review,
        act=SignAct.SUBMITTED,
        expected_digest=review.digest,
        now=AFTER[JUNE],
    )
    results = at_once(submit, board.compile)
    assert refusals(results) in ([], ["before_the_board"])
    review.refresh_from_db()
    assert review.state == ReviewState.IN_REVIEW
    assert review.signatures.get().digest == review.digest


def test_two_write_beside_the_same_section(board):
    review = board.compile()

    def write(text):
        return lambda: signing.write_narrative(
            user=board.coordinator,
            review=review,
            section="risks",
            text=text,
            expected_number=0,
            now=AFTER[JUNE],
        )

    results = at_once(write("One"), write("Two"), write("Three"))
    assert sum(isinstance(one, StaleEdit) for one in results) == 2
    assert review.narratives.count() == 1


def test_two_corrections_begun_at_once(board):
    review = board.published(JUNE)
    begin = lambda: signing.start_correction(  # noqa: E731
        user=board.coordinator, review=review, reason="Misread", now=AFTER[JULY]
    )
    assert refusals(at_once(begin, begin)) == ["already_open"]
    assert BoardReview.objects.count() == 2
