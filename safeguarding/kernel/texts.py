"""What people may write, whatever it is about. Pure."""

import unicodedata
from datetime import date

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

_UNPRINTED = frozenset({"Cc", "Cs", "Cn", "Co"})
_DIRECTION_SIGNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def check_text(text: str, *, field: str, length: int, missing: str = "") -> str:
    """The text in one spelling (NFC, outer spaces gone).

    Raises Refusal('text_too_long' | 'odd_characters'), and Refusal('text_missing') with the words of
    `missing`, if given, where nothing is left.
    """
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if missing and not clean:
        raise Refusal("text_missing", missing, field)
    if len(clean) > length:
        raise Refusal("text_too_long", f"Use {length:,} characters or fewer. You used {len(clean):,}", field)
    for sign in clean:
        if (unicodedata.category(sign) in _UNPRINTED and sign not in "\n\t") or sign in _DIRECTION_SIGNS:
            words = f"Delete the character that cannot be shown (U+{ord(sign):04X}), or type the text anew"
            raise Refusal("odd_characters", words, field)
    return clean


def in_words(day: date) -> str:
    """2 March 2020, whatever the server's locale."""
    return f"{day.day} {Month.of(day).name}"
