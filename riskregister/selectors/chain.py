"""Whether what is published is still what was sealed."""

from dataclasses import dataclass
from datetime import UTC

from riskregister.constants import SignAct
from riskregister.models import BoardReview
from riskregister.review.canonical import canonical, digest
from riskregister.review.reading import read
from riskregister.review.seal import START, Sealed, seal


@dataclass(frozen=True)
class Broken:
    """A published review that is not as it was sealed, and how that shows."""

    month: str
    version: int
    place: int
    words: str


def broken_seals() -> tuple[int, list[Broken]]:
    """How many published reviews there are, and what is wrong with any of them."""
    found: list[Broken] = []
    previous, place, count = START, 0, 0
    for review in BoardReview.objects.published().order_by("place").iterator():
        count += 1
        month = f"{review.month:%Y-%m}"

        def wrong(words: str, month: str = month, review: BoardReview = review) -> None:
            found.append(Broken(month, review.version, review.place or 0, words))

        if review.place != place + 1:
            wrong(f"its place in the chain is {review.place}, after {place}: a review is missing before it")
        if review.previous_seal != previous:
            wrong("it does not follow the seal of the review before it")
        if digest(review.content) != review.digest:
            wrong("its content is not what was approved: the digest differs")
        elif canonical(read(review.content)) != review.content:
            wrong("its content cannot be read back as it was written")
        if seal(sealed_of(review)) != review.seal:
            wrong("its seal does not fit its content, month, version, cut-off, signatures or narrative")
        signed = dict(review.signatures.order_by("at", "pk").values_list("act", "digest"))
        if {signed.get(SignAct.APPROVED), signed.get(SignAct.PUBLISHED)} != {review.digest}:
            wrong("its last signatures are on another content")
        previous, place = review.seal, review.place or 0
    return count, found


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
