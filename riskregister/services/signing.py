"""From a draft to a sealed review: put before the board, sent back, approved, published, corrected."""

import json
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import lock, once
from riskregister.constants import METHOD_VERSION, ReviewState, SignAct
from riskregister.models import BoardReview, Comment, Narrative, Signature
from riskregister.review.canonical import canonical
from riskregister.review.seal import START, seal
from riskregister.rules import reviews as rules
from riskregister.selectors.chain import published_before, sealed_of
from riskregister.selectors.reviews import facts_of, signer_of
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import Month

_CHAIN = "board-review-chain"


def sign(
    *,
    user: User,
    review: BoardReview,
    act: SignAct,
    expected_digest: str,
    words: str = "",
    now: datetime,
) -> BoardReview:
    """Moves a review, on the content that the person saw.

    Raises Refusal of `rules.move`, Refusal('content_changed') where it was compiled again meanwhile, or
    Refusal('older_comparison') where a review before it was published since it was compiled.
    """
    with transaction.atomic():
        if act is SignAct.PUBLISHED:
            # One publication at a time: the chain has one end.
            lock(_CHAIN, now=now)
        current = BoardReview.objects.select_for_update(no_key=True).get(pk=review.pk)
        signer = signer_of(user)
        following = rules.move(facts_of(current), act, signer, words=words)
        if current.digest != expected_digest:
            raise Refusal(
                "content_changed",
                "The review was compiled again since you opened it. Read it again, then sign.",
            )
        if act is not SignAct.RETURNED:
            _compared_with_the_last(current)
        Signature.objects.create(
            review=current,
            act=act,
            digest=current.digest,
            words=words.replace("\r\n", "\n").strip(),
            chair=signer.chair,
            at=now,
            by=user,
        )
        _write(current, act, following, user, now)
        record(
            f"board_review.{act.value}",
            actor=Actor.person(user),
            at=now,
            object_kind="board_review",
            object_uid=current.uid,
            detail={
                "month": f"{current.month:%Y-%m}",
                "version": current.version,
                "digest": current.digest,
                **({"place": current.place, "seal": current.seal} if act is SignAct.PUBLISHED else {}),
            },
        )
    return current


def _compared_with_the_last(review: BoardReview) -> None:
    """Raises Refusal('older_comparison')."""
    before = published_before(Month.of(review.month))
    if json.loads(review.content)["previous_seal"] != (before.seal if before else ""):
        raise Refusal(
            "older_comparison",
            "A review before this one was published since it was compiled, so its directions of travel are"
            " out of date. Send it back if it is before the board, and compile it again.",
        )


def _write(review: BoardReview, act: SignAct, following: ReviewState, user: User, now: datetime) -> None:
    review.state = following
    review.edit_version += 1
    if act is SignAct.SUBMITTED:
        review.submitted_at, review.submitted_by = now, user
    elif act is SignAct.RETURNED:
        review.submitted_at = review.submitted_by = None
        review.approved_at = review.approved_by = None
    elif act is SignAct.APPROVED:
        review.approved_at, review.approved_by = now, user
    else:
        review.published_at, review.published_by = now, user
        _seal(review)
    review.save()


def _seal(review: BoardReview) -> None:
    last = BoardReview.objects.published().order_by("-place").first()
    review.place = (last.place or 0) + 1 if last else 1
    review.previous_seal = last.seal if last else START
    review.sealed_extras = canonical(_extras(review))
    review.seal = seal(sealed_of(review))


def _extras(review: BoardReview) -> dict:
    """Narratives and signatures as they stand at publication; people by name and job, as in a paper."""
    latest: dict[str, Narrative] = {}
    for one in review.narratives.select_related("by").order_by("number"):
        latest[one.section] = one
    return {
        "narratives": [
            {
                "section": section,
                "text": one.text,
                "by": _named(one.by),
                "at": one.at.astimezone(UTC).isoformat(),
            }
            for section, one in sorted(latest.items())
            if one.text
        ],
        "signatures": [
            {
                "act": one.act,
                "by": _named(one.by),
                "chair": one.chair,
                "at": one.at.astimezone(UTC).isoformat(),
                "words": one.words,
            }
            for one in review.signatures.select_related("by").order_by("at", "pk")
        ],
        "correction_reason": review.correction_reason,
    }


def _named(user: User) -> str:
    return f"{user.name}, {user.job_title}" if user.job_title else user.name


def start_correction(*, user: User, review: BoardReview, reason: str, now: datetime) -> BoardReview:
    """A new version of a published month, to be compiled; both stay readable.

    Raises Refusal('words_missing' | 'already_open').
    """
    if not reason.strip():
        raise Refusal("words_missing", "Enter what is corrected, and why", "reason")
    with transaction.atomic():
        lock(f"board-review-{Month.of(review.month)}", now=now)
        versions = BoardReview.objects.filter(month=review.month)
        latest = max(versions, key=lambda one: one.version)
        if latest.state != ReviewState.PUBLISHED:
            raise Refusal("already_open", "A correction of this month is already under way.")
        made = BoardReview.objects.create(
            month=latest.month,
            version=latest.version + 1,
            cut_off=latest.cut_off,
            method_version=METHOD_VERSION,
            correction_reason=reason.replace("\r\n", "\n").strip(),
            corrects=latest,
        )
        record(
            "board_review.correction_started",
            actor=Actor.person(user),
            at=now,
            object_kind="board_review",
            object_uid=made.uid,
            detail={"month": f"{made.month:%Y-%m}", "version": made.version},
        )
    return made


def write_narrative(
    *, user: User, review: BoardReview, section: str, text: str, expected_number: int, now: datetime
) -> Narrative:
    """The coordinator's words beside a section, while the review is a draft: what the board signs does not
    change under its hands.

    Raises StaleEdit where somebody wrote since, Refusal('fixed' | 'too_long').
    """
    text = rules.narrative(text)
    with transaction.atomic():
        current = BoardReview.objects.select_for_update(no_key=True).get(pk=review.pk)
        if current.state != ReviewState.DRAFT:
            raise Refusal(
                "fixed",
                "This review is before the board, so what stands beside it can no longer be changed. Send it"
                " back first.",
            )
        last = current.narratives.filter(section=section).order_by("-number").first()
        number = last.number if last else 0
        if number != expected_number:
            raise StaleEdit(number, expected_number)
        made = Narrative.objects.create(
            review=current, section=section, number=number + 1, text=text, at=now, by=user
        )
        record(
            "board_review.narrative_written",
            actor=Actor.person(user),
            at=now,
            object_kind="board_review",
            object_uid=current.uid,
            detail={"section": section, "number": made.number},
        )
    return made


def comment(
    *, user: User, review: BoardReview, section: str, text: str, token: UUID, now: datetime
) -> Comment:
    """A board member's remark; of a published review too. Raises AlreadyDone(uid of the review),
    Refusal('words_missing' | 'too_long')."""
    text = rules.narrative(text)
    if not text:
        raise Refusal("words_missing", "Enter your comment", "text")
    with transaction.atomic():
        once(token=token, purpose="comment_on_review", user=user, outcome=str(review.uid), now=now)
        made = Comment.objects.create(review=review, section=section, text=text, at=now, by=user)
        record(
            "board_review.commented",
            actor=Actor.person(user),
            at=now,
            object_kind="board_review",
            object_uid=review.uid,
            detail={"section": section},
        )
    return made
