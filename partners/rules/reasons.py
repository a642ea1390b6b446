"""A reason somebody gives for what they do. Pure."""

from partners.rules.texts import check_text
from safeguarding.kernel.errors import Refusal

REASON_LENGTH = 400
REASON_WORDS = 3


def reason_given(
    reason: str, *, field: str = "reason", asked: str = "Enter why", length: int = REASON_LENGTH
) -> str:
    """The reason in one spelling. Raises Refusal('reason_missing' | 'reason_too_short') and as check_text."""
    clean = check_text(reason, field=field, length=length)
    if not clean:
        raise Refusal("reason_missing", asked, field)
    if sum(any(letter.isalnum() for letter in word) for word in clean.split()) < REASON_WORDS:
        raise Refusal("reason_too_short", f"The reason must have at least {REASON_WORDS} words", field)
    return clean
