"""Compiling: what may be, what is on record, what a crash leaves, and that equal inputs give equal bytes."""

from datetime import timedelta

import pytest

from operations.constants import SILENT_AFTER, JobState
from operations.models import JobRun
from operations.services import fail_silent_runs
from riskregister.constants import ReviewState, SignAct
from riskregister.models import BoardReview
from riskregister.review.reading import read
from riskregister.rules.reviews import cut_off
from riskregister.services import reviews as services
from riskregister.services.signing import start_correction
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month
from tests.riskregister.factories import make_rating, make_risk
from tests.riskregister.reviews_world import AFTER, BELL, HOUR, JULY, JUNE, MAY, Board, make_board

pytestmark = pytest.mark.django_db


@pytest.fixture
def board() -> Board:
    return make_board()


def refusal(call, *args, **fields) -> str:
    with pytest.raises(Refusal) as caught:
        call(*args, **fields)
    return caught.value.code


def test_the_cut_off_is_the_last_moment_of_the_month_in_london():
    assert cut_off(JUNE).isoformat() == "2020-06-30T22:59:59.999999+00:00"
    assert cut_off(Month.parse("2020-12")).isoformat() == "2020-12-31T23:59:59.999999+00:00"


def test_a_draft_with_its_run_on_record(board):
    review = board.compile(user=board.coordinator)
    assert (review.state, review.version, review.month) == (ReviewState.DRAFT, 1, JUNE.first_day)
    assert (review.compiled_by, review.compiled_by_label) == (board.coordinator, board.coordinator.email)
    run = JobRun.objects.get(uid=review.run_uid)
    assert (run.state, run.done_steps, run.all_steps) == (JobState.DONE, 3, 3)
    assert run.outcome == "The review of June 2020, version 1, was compiled."
    assert run.counts["sections"] == 13 and run.counts["changed"] == 1
    assert run.inputs == {"month": "2020-06"}


def test_unchanged_inputs_give_the_same_bytes(board):
    first = board.compile()
    text = first.content
    again = board.compile(now=AFTER[JUNE] + timedelta(days=200))
    assert again.pk == first.pk and again.content == text
    assert JobRun.objects.first().outcome.endswith("was compiled again: nothing differed.")


def test_nothing_of_the_moment_of_compiling_is_in_the_content(board):
    review = board.compile(now=AFTER[JUNE] + timedelta(days=200))
    assert "2021" not in review.content and "2020-07" not in review.content


def test_a_month_that_is_not_over(board):
    last = cut_off(JUNE)
    assert refusal(board.compile, JUNE, now=last) == "month_not_over"
    assert board.compile(JUNE, now=last + timedelta(microseconds=1)).state == ReviewState.DRAFT


def test_a_month_of_which_nothing_is_known(board):
    assert refusal(board.compile, Month.parse("2020-02"), now=AFTER[MAY]) == "no_data"
    assert not BoardReview.objects.exists()
    run = JobRun.objects.get()
    assert run.state == JobState.FAILED and "Nothing is on record for February 2020" in run.outcome


def test_before_the_board_and_sealed_it_is_not_touched(board):
    review = board.compile()
    board.submit(review)
    assert refusal(board.compile) == "before_the_board"
    board.approve(review)
    assert refusal(board.compile) == "before_the_board"
    board.sign(review, SignAct.PUBLISHED, board.member)
    assert refusal(board.compile) == "sealed"
    assert BoardReview.objects.count() == 1


def test_sent_back_it_may_be_compiled_again(board):
    review = board.compile()
    board.submit(review)
    board.sign(review, SignAct.RETURNED, board.member, words="A figure is wrong")
    assert board.compile().pk == review.pk


def test_a_correction_is_compiled_beside_what_is_published(board):
    published = board.published()
    made = start_correction(
        user=board.coordinator, review=published, reason="A return was misread", now=AFTER[JULY]
    )
    compiled = board.compile(now=AFTER[JULY])
    assert (compiled.pk, compiled.version) == (made.pk, 2)
    published.refresh_from_db()
    assert published.state == ReviewState.PUBLISHED
    assert read(compiled.content).version == 2


def test_what_came_after_the_cut_off_does_not_show(board):
    text = board.compile().content
    late = cut_off(JUNE) + timedelta(microseconds=1)
    make_rating(board.risk, 5, 5, at=late)
    make_risk("Another", at=late)
    assert board.compile(now=AFTER[JULY]).content == text
    make_rating(board.risk, 5, 5, at=cut_off(JUNE))
    assert board.compile(now=AFTER[JULY]).content != text


def test_a_change_dated_before_a_sealed_cut_off_goes_to_the_next_review_and_is_marked(board):
    june = board.published()
    make_rating(board.risk, 4, 5, at=AFTER[JUNE] + HOUR, dated_on=JUNE.first_day)
    july = read(board.compile(JULY).content)
    june.refresh_from_db()
    assert read(june.content).ratings[str(board.risk.uid)]["score"] == 12
    assert july.ratings[str(board.risk.uid)]["score"] == 20
    assert july.previous_seal == june.seal
    moves = july.sections[0].blocks[1].rows
    assert [cell.text for cell in moves[0].cells][1:4] == ["12", "20", "Higher than at the last board"]
    assert moves[0].cells[4].text.endswith("Recorded after the last cut-off, and dated before it.")
    codes = [getattr(block, "code", "") for section in july.sections for block in section.blocks]
    assert "rating_recorded_late" in codes


def test_a_worker_killed_while_compiling_leaves_no_half_review(board, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*args, **fields):
        raise Killed

    # After everything was worked out, within the transaction that writes.
    monkeypatch.setattr(services, "record", die)
    with pytest.raises(Killed):
        board.compile()
    monkeypatch.undo()
    assert not BoardReview.objects.exists()
    run = JobRun.objects.get()
    assert (run.state, run.done_steps) == (JobState.RUNNING, 2)
    fail_silent_runs(now=AFTER[JUNE] + SILENT_AFTER + HOUR)
    run.refresh_from_db()
    assert run.state == JobState.FAILED and "worker stopped" in run.outcome
    assert board.compile(now=AFTER[JUNE] + 2 * HOUR).content


def test_a_fault_leaves_the_draft_as_it_was_and_says_so(board, monkeypatch):
    before = board.compile()

    def fail(*args, **fields):
        raise RuntimeError("disk full")

    monkeypatch.setattr(services, "compile_content", fail)
    make_rating(board.risk, 5, 5, at=cut_off(JUNE))
    with pytest.raises(RuntimeError):
        board.compile()
    run = JobRun.objects.first()
    assert run.state == JobState.FAILED
    assert run.outcome == "The compilation broke off; nothing was changed. See the server's log."
    after = BoardReview.objects.get()
    assert (after.digest, after.edit_version) == (before.digest, before.edit_version)


def test_a_correction_begun_while_compiling(board, monkeypatch):
    real = services.compile_content

    def meanwhile(found, *, version):
        content = real(found, version=version)
        review = BoardReview.objects.create(month=JUNE.first_day, version=2, cut_off=cut_off(JUNE),
                                            correction_reason="Why", method_version="1")  # fmt: skip
        assert review.state == ReviewState.DRAFT
        return content

    monkeypatch.setattr(services, "compile_content", meanwhile)
    assert refusal(board.compile) == "changed_meanwhile"


def test_the_bell_compiles_what_is_owed_once(board):
    def ring(now):
        return [f"{one.month:%Y-%m}" for one in services.compile_owed(now=now, actor=BELL)]

    assert ring(AFTER[JUNE]) == ["2020-06"]
    assert ring(AFTER[JUNE] + HOUR) == []
    assert ring(AFTER[JULY]) == ["2020-07"]
    # Silent for two months: both are made up for.
    assert ring(AFTER[JULY] + timedelta(days=62)) == ["2020-08", "2020-09"]
    # Silent for a year: the last three.
    assert ring(AFTER[JULY] + timedelta(days=427)) == ["2021-07", "2021-08", "2021-09"]
    assert JobRun.objects.filter(state=JobState.FAILED).count() == 0


def test_the_bell_owes_nothing_to_an_empty_register(db):
    assert services.compile_owed(now=AFTER[JUNE], actor=BELL) == []
    assert not JobRun.objects.exists()
