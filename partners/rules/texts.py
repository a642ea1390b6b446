"""What people may write, whatever it is about. Pure."""

from safeguarding.kernel.texts import check_text, in_words

__all__ = ["check_text", "in_words"]
