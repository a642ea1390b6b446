"""The review as JSON: what is sealed and what stands beside it, so that anybody can check the digest."""

import json

from riskregister.facts.published import ReviewRecord
from riskregister.selectors.published import plain_text


def json_text(review: ReviewRecord) -> str:
    """Canonical: equal reviews give equal bytes. `content` within it is what the digest is of."""
    return plain_text(
        {
            "format": "board-review-1",
            "status": "public version" if review.public else review.state,
            "draft": not review.published,
            "month": str(review.month),
            "version": review.version,
            "content": json.loads(review.content_text),
            "digest": review.digest,
            "beside": json.loads(review.extras_text) if review.extras_text else _beside(review),
            "seal": {
                "place": review.place,
                "previous_seal": review.previous_seal,
                "seal": review.seal,
            }
            if review.published
            else None,
        }
    )


def _beside(review: ReviewRecord) -> dict:
    """In the form in which it is sealed at publication."""
    return {
        "narratives": [
            {"section": one.section, "text": one.text, "by": one.by, "at": one.at.isoformat()}
            for one in review.beside
        ],
        "signatures": [
            {"act": one.act, "by": one.by, "chair": one.chair, "at": one.at.isoformat(), "words": one.words}
            for one in review.signed
        ],
        "correction_reason": review.correction_reason,
    }
