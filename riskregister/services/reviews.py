"""Compiling the monthly review. What is published is never touched."""

from datetime import datetime

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import ask_for_run, fail_run, finish_run, lock, progress, start_run
from riskregister.constants import METHOD_VERSION, ReviewState
from riskregister.models import BoardReview
from riskregister.review.canonical import canonical, digest
from riskregister.review.compile import compile_content
from riskregister.review.gather import evidence
from riskregister.rules import reviews as rules
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

RUN_KIND = "board_review"


def compile_review(
    *, month: Month, actor: Actor, now: datetime, user: User | None = None, reason: str = ""
) -> BoardReview:
    """Compiles the draft of `month`, or compiles it again, from what was recorded by its cut-off.

    The run is on record with what came of it, also where it was refused or broke off. `user`: who asked for
    it on a page. Raises Refusal('month_not_over' | 'sealed' | 'before_the_board' | 'no_data').
    """
    run = ask_for_run(RUN_KIND, actor=actor, now=now, inputs={"month": str(month)})
    start_run(run, now=now, method_version=METHOD_VERSION)
    try:
        with transaction.atomic():
            # Of two who compile at once, one waits here and then finds the same evidence.
            lock(f"board-review-{month}", now=now)
            review = _draft_of(month, now)
            found = evidence(month, review.cut_off, version=review.version)
            progress(run, done=1, of=2, step="What was recorded by the cut-off is read", now=now)
            content = canonical(compile_content(found, version=review.version))
            changed = digest(content) != review.digest
            review.content, review.digest = content, digest(content)
            review.method_version = METHOD_VERSION
            review.compiled_at, review.compiled_by = now, user
            review.compiled_by_label, review.run_uid = actor.label, run.uid
            review.edit_version += 1
            review.save()
            record(
                "board_review.compiled",
                actor=actor,
                at=now,
                object_kind="board_review",
                object_uid=review.uid,
                detail={"month": str(month), "version": review.version, "digest": review.digest},
            )
    except Refusal as refusal:
        fail_run(run, now=now, outcome=refusal.message)
        raise
    except Exception:
        fail_run(
            run, now=now, outcome="The compilation broke off; nothing was changed. See the server's log."
        )
        raise
    outcome = "compiled" if changed else "compiled again: nothing differed"
    finish_run(
        run,
        now=now,
        outcome=f"The review of {month.name}, version {review.version}, was {outcome}.",
        counts={"sections": len(content), "changed": int(changed)},
    )
    return review


def _draft_of(month: Month, now: datetime) -> BoardReview:
    """The open version of the month, locked; a first one is made."""
    versions = list(
        BoardReview.objects.select_for_update(of=("self",)).filter(month=month.first_day).order_by("version")
    )
    sealed = [one for one in versions if one.state == ReviewState.PUBLISHED]
    opened = [one for one in versions if one.state != ReviewState.PUBLISHED]
    state = ReviewState(opened[0].state) if opened else None
    rules.may_compile(month, state=state, sealed=bool(sealed), now=now)
    if opened:
        return opened[0]
    return BoardReview.objects.create(
        month=month.first_day,
        version=1,
        cut_off=rules.cut_off(month),
        method_version=METHOD_VERSION,
    )
