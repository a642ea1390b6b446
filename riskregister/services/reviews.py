"""Compiling the monthly review. What is published is never touched."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import ask_for_run, fail_run, finish_run, lock, progress, start_run
from riskregister.constants import METHOD_VERSION, ReviewState
from riskregister.facts.content import ReviewContent
from riskregister.models import BoardReview, History
from riskregister.review.canonical import canonical, digest
from riskregister.review.compile import compile_content
from riskregister.review.gather import evidence
from riskregister.rules import reviews as rules
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of, last_complete_month

RUN_KIND = "board_review"
_STEPS = 3
# Months that a bell which was silent for long catches up with.
_AT_MOST = 3


def compile_review(*, month: Month, actor: Actor, now: datetime, user: User | None = None) -> BoardReview:
    """Compiles the draft of `month`, or compiles it again, from what was recorded by its cut-off.

    The run is on record with what came of it, also where it was refused or broke off. `user`: who asked for
    it on a page. Raises Refusal('month_not_over' | 'sealed' | 'before_the_board' | 'no_data' |
    'changed_meanwhile').
    """
    run = ask_for_run(RUN_KIND, actor=actor, now=now, inputs={"month": str(month)})
    start_run(run, now=now, method_version=METHOD_VERSION)
    try:
        step = partial(progress, run, of=_STEPS, now=now)
        review, counts = _compile(month, run.uid, step, actor, now, user)
    except Refusal as refusal:
        fail_run(run, now=now, outcome=refusal.message)
        raise
    except Exception:
        fail_run(
            run, now=now, outcome="The compilation broke off; nothing was changed. See the server's log."
        )
        raise
    outcome = "compiled" if counts["changed"] else "compiled again: nothing differed"
    words = f"The review of {month.name}, version {review.version}, was {outcome}."
    finish_run(run, now=now, outcome=words, counts=counts)
    return review


def _compile(
    month: Month, run: UUID, step: Callable[..., None], actor: Actor, now: datetime, user: User | None
) -> tuple[BoardReview, dict[str, int]]:
    """Reads and works out without holding anybody up, and writes in one transaction: a worker that is killed
    leaves what was there. What is recorded meanwhile lies behind the cut-off."""
    version = _version(month, now)
    step(done=0, step="Reading what was recorded by the cut-off")
    found = evidence(month, rules.cut_off(month), version=version)
    step(done=1, step="Working out sections, checks and findings")
    content = compile_content(found, version=version)
    step(done=2, step="Writing the draft")
    with transaction.atomic():
        # Of two who compile at once, one waits here, and writes what the other wrote.
        lock(f"board-review-{month}", now=now)
        review = _draft_of(month, now)
        if review.version != version:
            raise Refusal(
                "changed_meanwhile",
                f"A correction of {month.name} was begun while this was compiled. Compile it again.",
            )
        changed = _write(review, canonical(content), run, actor, now, user)
    step(done=_STEPS, step="")
    return review, _counts(content) | {"changed": int(changed)}


def _write(
    review: BoardReview, content: str, run: UUID, actor: Actor, now: datetime, user: User | None
) -> bool:
    """Puts the content on the draft; whether it differs from what was there."""
    before, review.content, review.digest = review.digest, content, digest(content)
    review.method_version, review.run_uid = METHOD_VERSION, run
    review.compiled_at, review.compiled_by, review.compiled_by_label = now, user, actor.label
    review.edit_version += 1
    review.save()
    record(
        "board_review.compiled",
        actor=actor,
        at=now,
        object_kind="board_review",
        object_uid=review.uid,
        detail={"month": f"{review.month:%Y-%m}", "version": review.version, "digest": review.digest},
    )
    return review.digest != before


def _counts(content: ReviewContent) -> dict[str, int]:
    kinds = Counter(block.type for section in content.sections for block in section.blocks)
    return {"sections": len(content.sections), "checks": kinds["check"], "findings": kinds["finding"]}


def _versions(month: Month) -> tuple[BoardReview | None, bool]:
    """The version that is not published, and whether another is."""
    rows = list(BoardReview.objects.filter(month=month.first_day))
    opened = next((one for one in rows if one.state != ReviewState.PUBLISHED), None)
    return opened, any(one.state == ReviewState.PUBLISHED for one in rows)


def _version(month: Month, now: datetime) -> int:
    """Which version would be compiled. Raises Refusal of `rules.may_compile`."""
    opened, sealed = _versions(month)
    rules.may_compile(month, state=ReviewState(opened.state) if opened else None, sealed=sealed, now=now)
    return opened.version if opened else 1


def _draft_of(month: Month, now: datetime) -> BoardReview:
    """The open version of the month, locked; a first one is made, to be saved with its content."""
    _version(month, now)
    opened, _ = _versions(month)
    if opened:
        # Somebody may have put it before the board while this waited for the row.
        locked = BoardReview.objects.select_for_update(no_key=True).get(pk=opened.pk)
        sealed = locked.state == ReviewState.PUBLISHED
        rules.may_compile(month, state=None if sealed else ReviewState(locked.state), sealed=sealed, now=now)
        return locked
    return BoardReview(month=month.first_day, version=1, cut_off=rules.cut_off(month))


def owed_months(now: datetime) -> list[Month]:
    """Months that are over and have no compiled review: since the latest that has one, three at most; of a
    partnership without any, the last one, once its register holds something."""
    last = last_complete_month(day_of(now))
    if rules.cut_off(last) >= now:
        last = last.plus(-1)
    compiled = BoardReview.objects.exclude(content="").order_by("-month").first()
    if compiled:
        return list(max(Month.of(compiled.month), last.plus(-_AT_MOST)).plus(1).until(last))
    begun = History.objects.filter(thing="risk", at__lte=rules.cut_off(last)).exists()
    return [last] if begun else []


def compile_owed(*, now: datetime, actor: Actor) -> list[BoardReview]:
    """Compiles what is owed; asked again, it does nothing. What was refused is on record with its run."""
    made = []
    for month in owed_months(now):
        with suppress(Refusal):
            made.append(compile_review(month=month, actor=actor, now=now))
    return made
