"""The text of a file that somebody sent, whatever program wrote it. Pure."""

import codecs
import unicodedata

from safeguarding.kernel.errors import Refusal

# What a list may come in, by the ending of the file's name.
TEXT_ENDINGS = ("csv", "tsv", "txt")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of these first bytes the half are noughts where text is in UTF-16 without a mark.
_LOOKED_AT = 400


def text_of(content: bytes) -> str:
    """UTF-8, UTF-16 or what older programs on Windows write. Raises Refusal('not_text'), field 'file'."""
    refusal = Refusal(
        "not_text", "The file is not a list in plain text. Save it as .xlsx or as .csv (UTF-8)", "file"
    )
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError:
        raise refusal from None
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n\f" for sign in text):
        raise refusal
    if text.lstrip().startswith(("%PDF-", "{\\rtf")) or text.lstrip()[:9].lower().startswith(
        ("<!doctype", "<html")
    ):
        raise refusal
    return text


def _encoding(content: bytes) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    start = content[:_LOOKED_AT]
    if start.count(0) * 3 > len(start):
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
