"""Reviews in the database as they are once compiled or published, without the steps between."""

from datetime import timedelta

from riskregister.models import BoardReview, Signature
from riskregister.review.canonical import canonical, digest
from riskregister.review.seal import START, seal
from riskregister.selectors.chain import sealed_of
from safeguarding.kernel.periods import Month
from tests.people import person
from tests.riskregister import content_samples as samples


def drafted(content=None, **fields) -> BoardReview:
    """A compiled draft."""
    content = content or samples.by_hand()
    text = canonical(content)
    values = {
        "month": Month.parse(content.month).first_day,
        "version": content.version,
        "cut_off": samples.CUT_OFF,
        "content": text,
        "digest": digest(text),
        "method_version": "1",
    }
    return BoardReview.objects.create(**values | fields)


def published(content=None, *, at=samples.PUBLISHED_AT, place=None, **fields) -> BoardReview:
    """Approved and published by two, and sealed as the next of the chain."""
    content = content or samples.by_hand()
    last = BoardReview.objects.published().order_by("-place").first()
    text = canonical(content)
    review = BoardReview(
        month=Month.parse(content.month).first_day,
        version=content.version,
        cut_off=samples.CUT_OFF,
        state="published",
        content=text,
        digest=digest(text),
        method_version="1",
        approved_at=at - timedelta(days=1),
        approved_by=person("BM", name="Berit Moss"),
        published_at=at,
        published_by=person("BM", "chair", name="Chidi Ames"),
        place=place or (last.place if last else 0) + 1,
        previous_seal=last.seal if last else START,
        **fields,
    )
    review.sealed_extras = canonical(
        {
            "narratives": [
                {
                    "section": "risks",
                    "text": f"Ask about {samples.SECRET_TITLE}.",
                    "by": "Cora Denny, Coordinator",
                    "at": samples.CUT_OFF.isoformat(),
                }
            ],
            "signatures": [
                {"act": act, "by": by, "chair": act == "published", "at": at.isoformat(), "words": ""}
                for act, by in (
                    ("submitted", "Cora Denny"),
                    ("approved", "Berit Moss"),
                    ("published", "Chidi Ames"),
                )
            ],
            "correction_reason": review.correction_reason,
        }
    )
    review.seal = seal(sealed_of(review))
    review.save()
    for act, by in (("approved", review.approved_by), ("published", review.published_by)):
        Signature.objects.create(review=review, act=act, digest=review.digest, at=at, by=by)
    return review
