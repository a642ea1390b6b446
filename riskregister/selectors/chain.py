"""Whether what is published is still what was sealed, by its own chain and by the audit trail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from accounts.selectors import recorded
from riskregister.constants import SignAct
from riskregister.models import BoardReview, PublicRelease
from riskregister.review.canonical import canonical, digest
from riskregister.review.reading import read
from riskregister.review.seal import START, Sealed, seal
from safeguarding.kernel.periods import Month


@dataclass(frozen=True)
class Broken:
    """A published review that is not as it was sealed, and how that shows."""

    month: str
    version: int
    place: int
    words: str


def published_before(month: Month) -> BoardReview | None:
    """What a review of `month` is compared with: the latest version of the latest earlier month that is
    published."""
    rows = BoardReview.objects.published().filter(month__lt=month.first_day)
    return rows.order_by("-month", "-version").first()


def broken_seals() -> tuple[int, list[Broken]]:
    """How many published reviews there are, and what is wrong with any of them."""
    found: list[Broken] = []
    seals: dict[UUID, str] = {}
    events = {one.object_uid: one.detail for one in recorded("board_review.published")}
    previous, place = START, 0
    for review in BoardReview.objects.published().order_by("place").iterator():
        words = [*_in_itself(review), *_in_the_chain(review, previous, place)]
        words += _in_the_trail(review, events.get(review.uid))
        month = f"{review.month:%Y-%m}"
        found += [Broken(month, review.version, review.place or 0, one) for one in words]
        seals[review.uid] = review.seal
        previous, place = review.seal, review.place or 0
    for uid, detail in events.items():
        if uid not in seals:
            gone = "it was published by the audit trail, and is not there or not published any more"
            found.append(Broken(detail["month"], detail["version"], detail["place"], gone))
    return len(seals), found


def broken_releases() -> tuple[int, list[Broken]]:
    """How many public versions there are, and which are not what was prepared, by themselves and by the audit
    trail. `place`: that of their review in the chain."""
    prepared = {one.object_uid: one.detail for one in recorded("public_release.prepared")}
    found: list[Broken] = []
    there = set()
    for release in PublicRelease.objects.select_related("review").order_by("pk").iterator():
        there.add(release.uid)
        detail = prepared.get(release.uid)
        words = []
        if digest(release.content) != release.digest:
            words.append(f"its public version {release.number} is not what was prepared: the digest differs")
        if detail is None:
            words.append(f"the audit trail does not know of its public version {release.number}")
        elif detail["digest"] != release.digest:
            words.append(f"its public version {release.number} is not the one in the audit trail")
        review = release.review
        month = f"{review.month:%Y-%m}"
        found += [Broken(month, review.version, review.place or 0, one) for one in words]
    for uid, detail in prepared.items():
        if uid not in there:
            gone = f"its public version {detail['number']} was prepared by the audit trail, and is not there"
            found.append(Broken(detail["month"], detail["version"], 0, gone))
    return len(there), found


def _in_itself(review: BoardReview) -> Iterator[str]:
    if digest(review.content) != review.digest:
        yield "its content is not what was approved: the digest differs"
    elif not _reads_back(review.content):
        yield "its content cannot be read back as it was written"
    if seal(sealed_of(review)) != review.seal:
        yield "its seal does not fit its content, month, version, cut-off, signatures or narrative"
    signed = dict(review.signatures.order_by("at", "pk").values_list("act", "digest"))
    if {signed.get(SignAct.APPROVED), signed.get(SignAct.PUBLISHED)} != {review.digest}:
        yield "its last signatures are on another content"

    if not _row_as_signed(review):
        yield "who approved or published it, or when, is not what was signed"
    if not _stands_beside(review):
        yield "its signatures, narrative or reason of correction are not those that were sealed"


def _row_as_signed(review: BoardReview) -> bool:
    """Whether the row tells of the same people and moments as the last signatures, which no seal covers."""
    rows = review.signatures.order_by("at", "pk").values_list("act", "by", "at")
    last = {act: (by, at) for act, by, at in rows}
    return last.get(SignAct.APPROVED) == (review.approved_by_id, review.approved_at) and last.get(
        SignAct.PUBLISHED
    ) == (review.published_by_id, review.published_at)


def _stands_beside(review: BoardReview) -> bool:
    """Whether the rows beside the content are those of the sealed extras; names of people may change."""
    try:
        sealed = json.loads(review.sealed_extras)
        signatures = [(one["act"], one["at"], one["words"], one["chair"]) for one in sealed["signatures"]]
        narratives = {one["section"]: one["text"] for one in sealed["narratives"]}
        reason = sealed["correction_reason"]
    except (ValueError, KeyError, TypeError):
        return False
    rows = review.signatures.order_by("at", "pk").values_list("act", "at", "words", "chair")
    texts = dict(review.narratives.order_by("number").values_list("section", "text"))
    return (
        signatures == [(act, at.astimezone(UTC).isoformat(), words, chair) for act, at, words, chair in rows]
        and narratives == {section: text for section, text in texts.items() if text}
        and reason == review.correction_reason
    )


def _reads_back(content: str) -> bool:
    try:
        return canonical(read(content)) == content
    except (ValueError, KeyError, TypeError):
        return False


def _in_the_chain(review: BoardReview, previous: str, place: int) -> Iterator[str]:
    if review.place != place + 1:
        yield f"its place in the chain is {review.place}, after {place}: a review is missing before it"
    if review.previous_seal != previous:
        yield "it does not follow the seal of the review before it"


def _in_the_trail(review: BoardReview, detail: dict | None) -> Iterator[str]:
    """Whoever can rewrite the whole chain cannot rewrite the audit trail, which is sealed with a key."""
    if detail is None:
        yield "the audit trail does not know of its publication"
    elif detail.get("seal") != review.seal:
        yield "its seal is not the one that the audit trail recorded at its publication"


def sealed_of(review: BoardReview) -> Sealed:
    """What the seal of a review covers, from its row."""
    return Sealed(
        place=review.place or 0,
        month=f"{review.month:%Y-%m}",
        version=review.version,
        cut_off=review.cut_off.astimezone(UTC).isoformat(),
        content=review.content,
        extras=review.sealed_extras,
        previous_seal=review.previous_seal,
    )
