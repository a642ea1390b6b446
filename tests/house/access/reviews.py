"""Who opens the pages of the board's monthly review."""

from operations.models import JobRun
from riskregister.constants import ReviewState
from riskregister.models import BoardReview
from riskregister.review.canonical import canonical, digest
from riskregister.review.compile import compile_content
from riskregister.rules.reviews import cut_off
from safeguarding.kernel.periods import Month
from tests.house.access import Row
from tests.riskregister.review_world import evidence

# The coordinator reaches every review.
_ANY = {"ids": {"uid": "published_review"}, "beyond": {"uid": "draft_review"}, "all_rows": "CO"}
_BOARD = {"ids": {"uid": "review before board"}, "beyond": {"uid": "draft_review"}, "all_rows": "CO"}

ROWS = {
    "reviews": Row("BM MG SW PR CO AU AD"),
    "review": Row("BM MG SW PR CO AU AD", **_ANY),
    "review_run": Row("BM CO", **_BOARD),
    "compile_review": Row(None, "CO"),
    "submit_review": Row("CO", "CO", ids={"uid": "draft_review"}),
    "send_back_review": Row("BM CO", "BM CO", **_BOARD),
    "approve_review": Row("BM", "BM", ids={"uid": "review before board"}, beyond={"uid": "draft_review"}),
    "publish_review": Row("BM", "BM", ids={"uid": "review before board"}, beyond={"uid": "draft_review"}),
    "correct_review": Row("CO", "CO", ids={"uid": "published_review"}),
    "write_narrative": Row("CO", "CO", ids={"uid": "draft_review"}),
    "comment_on_review": Row("BM", "BM", ids={"uid": "review before board"}, beyond={"uid": "draft_review"}),
}


def ids(people, own, other, at):
    text = canonical(compile_content(evidence(), version=1))
    run = JobRun.objects.create(kind="board_review", asked_at=at, asked_by_label="job:compile-reviews")

    def made(month: str, state: ReviewState, **fields) -> BoardReview:
        day = Month.parse(month)
        return BoardReview.objects.create(
            month=day.first_day,
            cut_off=cut_off(day),
            state=state,
            content=text,
            digest=digest(text),
            method_version="1",
            run_uid=run.uid,
            **fields,
        )

    gone = {"submitted_at": at, "submitted_by": people["CO"]}
    signed = {
        "approved_at": at,
        "approved_by": people["BM"],
        "published_at": at,
        "published_by": people["AU"],
        # Other subjects publish reviews too.
        "place": 901,
        "seal": "1" * 64,
    }
    return {
        "draft_review": made("2020-07", ReviewState.DRAFT).uid,
        "review before board": made("2020-06", ReviewState.IN_REVIEW, **gone).uid,
        "published_review": made("2020-05", ReviewState.PUBLISHED, **gone, **signed).uid,
    }
