"""What may be entered on the register, and how the issuer's text is taken in. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from guidance.constants import (
    PARAGRAPHS_AT_MOST,
    Audience,
    ChangeSize,
    Force,
    GuidanceKind,
    Topic,
    TouchedDuty,
)
from guidance.facts.entry import ItemEntry, VersionEntry
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import check_text

ISSUER_LENGTH = 120
REFERENCE_LENGTH = 80
TITLE_LENGTH = 300
URL_LENGTH = 500
ORIGIN_LENGTH = 200
SUMMARY_LENGTH = 2000
NOTE_LENGTH = 2000
TEXT_LENGTH = 200_000
CHECK_LENGTH = 400

# "3.", "12)", "(a)", "b)"; a number of several parts also without a sign, where a sentence follows:
# "3.4 Schools must", and not "3.5 million".
_LABEL = re.compile(
    r"^(?:(\d{1,3}(?:\.\d{1,3}){0,3})[.)]|\(?([a-z]|[ivx]{2,4})\)|(\d{1,3}(?:\.\d{1,3}){1,3})(?=\s+[A-Z“\"]))\s+"
)
_BULLET = re.compile(r"^[-*•–]\s+")
# By their strength; the strongest that a paragraph holds counts. "May" with a capital is a month.
_WORDS = (
    (
        Force.MUST,
        re.compile(r"\b(must|shall|(?:is|are) required to|(?:legal|statutory) duty)\b", re.IGNORECASE),
    ),
    (Force.SHOULD, re.compile(r"\b(should|(?:is|are) expected to|we expect|ought to)\b", re.IGNORECASE)),
    (Force.MAY, re.compile(r"\b(may|can choose to)\b")),
)


@dataclass(frozen=True)
class ParagraphEntry:
    """A paragraph of the issuer's text; `label` without its full stop or brackets."""

    label: str
    text: str
    force: str


def url_key(url: str) -> str:
    """The address as duplicates are found by it: without scheme, "www.", fragment and closing slash."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"[:URL_LENGTH] if host else ""


def paragraphs(text: str) -> list[ParagraphEntry]:
    """The text by its empty lines. Raises Refusal('text_too_long' | 'odd_characters' |
    'too_many_paragraphs')."""
    clean = check_text(text, field="text", length=TEXT_LENGTH)
    found = [_paragraph(block) for block in re.split(r"\n[ \t]*\n", clean) if block.strip()]
    if len(found) > PARAGRAPHS_AT_MOST:
        words = f"This text has {len(found):,} paragraphs. Take in {PARAGRAPHS_AT_MOST} at most"
        raise Refusal("too_many_paragraphs", words, "text")
    return found


def force_by_words(text: str) -> str:
    """Must, should or may by the strongest word; "" where none of them is there."""
    return next((force.value for force, words in _WORDS if words.search(text)), "")


def checked_version(entry: VersionEntry, *, first: bool, today: date) -> VersionEntry:
    """The entry in one spelling. Raises the first fault, beside its field."""
    title = check_text(entry.title, field="title", length=TITLE_LENGTH, missing="Enter the title")
    _known(entry.kind, GuidanceKind.values, "kind", "Select what kind of guidance it is")
    _known(entry.force, Force.values, "force", "Select how binding it is")
    _check_days(entry, today)
    note = check_text(entry.change_note, field="change_note", length=NOTE_LENGTH)
    size = entry.size
    if first:
        size = ChangeSize.MAJOR.value
    else:
        _known(size, ChangeSize.values, "size", "Select how large the change is")
        if not note:
            raise Refusal("change_missing", "Enter what is different from the version before", "change_note")
    affected = codes(entry.audiences_affected, Audience.values, "audiences_affected")
    if not first and size == ChangeSize.MAJOR and not affected:
        raise Refusal("affected_missing", "Select whose duties change", "audiences_affected")
    return replace(
        entry,
        title=_one_line(title),
        size=size,
        change_note=note,
        summary=check_text(entry.summary, field="summary", length=SUMMARY_LENGTH),
        audiences_affected=affected,
        duties_changed=codes(entry.duties_changed, TouchedDuty.values, "duties_changed"),
    )


def checked_item(entry: ItemEntry, *, today: date) -> ItemEntry:
    """The entry in one spelling, with its first version's. Raises the first fault, beside its field."""
    version = checked_version(entry.version, first=True, today=today)
    return replace(
        entry,
        version=version,
        issuer=issuer(entry.issuer),
        reference=reference(entry.reference),
        url=address(entry.url),
        audiences=codes(entry.audiences, Audience.values, "audiences"),
        topics=codes(entry.topics, Topic.values, "topics"),
        duties=codes(entry.duties, TouchedDuty.values, "duties"),
        origin=_one_line(check_text(entry.origin, field="origin", length=ORIGIN_LENGTH)),
    )


def issuer(words: str) -> str:
    """Raises Refusal('text_missing' | 'text_too_long' | …)."""
    return _one_line(check_text(words, field="issuer", length=ISSUER_LENGTH, missing="Enter who issued it"))


def reference(words: str) -> str:
    """The issuer's own, or "". Raises Refusal('text_too_long' | …)."""
    return _one_line(check_text(words, field="reference", length=REFERENCE_LENGTH))


def address(url: str) -> str:
    """A web address, or "". Raises Refusal('address_not_web' | 'text_too_long' | …)."""
    clean = check_text(url, field="url", length=URL_LENGTH)
    if not clean:
        return ""
    fault = Refusal("address_not_web", "Enter an address that starts with https://", "url")
    try:
        parts = urlsplit(clean)
    except ValueError:
        raise fault from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", clean):
        raise fault
    if parts.username or parts.password:
        raise Refusal("address_with_password", "Enter the address without a name or password", "url")
    return clean


def codes(given: Iterable[str], known: Iterable[str], field: str) -> tuple[str, ...]:
    """The codes, each once, in the order of the list. Raises Refusal('unknown_code')."""
    wanted, offered = set(given), list(known)
    if wanted - set(offered):
        raise Refusal("unknown_code", "Select from the list", field)
    return tuple(code for code in offered if code in wanted)


def check_words(words: str) -> str:
    """What somebody found at the source."""
    return check_text(words, field="words", length=CHECK_LENGTH)


def check_replacement(chain: Iterable[int], number: int) -> None:
    """`chain`: the numbers of the item that takes the place, of the one that took its place, and so on.
    Raises Refusal('replaced_in_a_circle')."""
    if number in set(chain):
        words = f"G{number} took its place, directly or by others. Guidance is not replaced in a circle"
        raise Refusal("replaced_in_a_circle", words, "by")


def _paragraph(block: str) -> ParagraphEntry:
    text = _joined(block)
    match = _LABEL.match(text)
    label = next((part for part in match.groups() if part), "") if match else ""
    text = text[match.end() :] if match else text
    return ParagraphEntry(label, text, force_by_words(text))


def _joined(block: str) -> str:
    """Lines that were broken for width are one line again; points of a list keep theirs."""
    lines: list[str] = []
    for line in (" ".join(line.split()) for line in block.splitlines()):
        if not line:
            continue
        if lines and not _BULLET.match(line):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _check_days(entry: VersionEntry, today: date) -> None:
    if entry.received_on > today:
        raise Refusal(
            "received_later", "The day on which it was received must be today or in the past", "received_on"
        )
    if entry.published_on and entry.published_on > today:
        raise Refusal(
            "published_later",
            "The day on which it was published must be today or in the past",
            "published_on",
        )
    until = entry.effective_until
    if until and until <= entry.effective_from:
        words = "The first day on which it no longer holds must be after the day from which it holds"
        raise Refusal("ends_before_it_starts", words, "effective_until")
    if entry.kind == GuidanceKind.EASEMENT and not until:
        words = "Enter the first day on which the easement no longer holds"
        raise Refusal("easement_without_end", words, "effective_until")


def _known(code: str, known: Iterable[str], field: str, words: str) -> None:
    if code not in set(known):
        raise Refusal("unknown_code", words, field)


def _one_line(text: str) -> str:
    return " ".join(text.split())
