"""How guidance is told: how long a text may be on its channel, what counts as sent, and what a newsletter may
hold. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from accounts.constants import Role
from guidance.constants import (
    KINDS_OF,
    LENGTH_OF,
    LIVE_STATES,
    ROLES_OF,
    Audience,
    Channel,
    DispatchState,
    NewsletterState,
    ProofKind,
    VersionState,
)
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import check_text, in_words

PROOF_LENGTH = 500
REASON_LENGTH = 400
TITLE_LENGTH = 200
INTRO_LENGTH = 2000
# A newsletter is of a fortnight; after a long silence of a quarter.
LONGEST_PERIOD = timedelta(days=92)
MOST_REACHED = 10_000_000
# More than this nobody reads; and each has two questions on the page where it is changed.
ENTRIES_AT_MOST = 300

# What Twitter counts for a link, whatever its length (t.co).
LINK_COUNTS = 23
_LINK = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
# Signs that end a sentence, not the link before them.
_AFTER_LINK = ".,;:!?)”’\"'"
# twitter-text, configuration 3: signs of these ranges count once, all others (emoji, Chinese) twice.
_COUNT_ONCE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

# Who is told by newsletter: those who acknowledge, and the board.
_TOLD_ROLES: dict[str, tuple[Role, ...]] = {**ROLES_OF, Audience.BOARD: (Role.BOARD_MEMBER,)}


def length_on(channel: str, text: str) -> int:
    """How many characters the channel counts. Twitter: a link is 23 and an emoji 2, on all others each
    character is one."""
    if channel != Channel.TWITTER:
        return len(text)
    links = [found.group().rstrip(_AFTER_LINK) for found in _LINK.finditer(text)]
    return LINK_COUNTS * len(links) + _weight(text) - sum(_weight(link) for link in links)


def _weight(text: str) -> int:
    signs = map(ord, unicodedata.normalize("NFC", text))
    return sum(1 if any(low <= sign <= high for low, high in _COUNT_ONCE) else 2 for sign in signs)


def text_for(channel: str, text: str) -> str:
    """The text in one spelling. Raises Refusal('text_missing' | 'text_too_long' | 'odd_characters')."""
    most = LENGTH_OF[Channel(channel)]
    # A text with long links may be longer than what Twitter counts of it.
    room = most * 20 if channel == Channel.TWITTER else most
    clean = check_text(text, field="text", length=room, missing="Enter the text")
    counted = length_on(channel, clean)
    if counted > most:
        name = Channel(channel).label
        words = f"The text must be {most:,} characters or fewer on {name}. It counts as {counted:,}"
        raise Refusal("text_too_long", words, "text")
    return clean


def check_channel(channel: str) -> str:
    if channel not in Channel.values:
        raise Refusal("unknown_channel", "Select how it is sent", "channel")
    return channel


def in_order(audiences: Iterable[str]) -> list[str]:
    """Codes of Audience in the order of the list. Raises Refusal('audience_missing' | 'unknown_audience')."""
    chosen = set(audiences)
    if not chosen:
        raise Refusal("audience_missing", "Select whom it is sent to", "audiences")
    if not chosen <= set(Audience.values):
        raise Refusal("unknown_audience", "Select whom it is sent to from the list", "audiences")
    return [code for code in Audience.values if code in chosen]


def check_may_plan(state: str) -> None:
    """A text is written once it is approved what the guidance means here. Raises Refusal('not_approved')."""
    if state != VersionState.APPROVED and state not in LIVE_STATES:
        raise Refusal("not_approved", "This is not approved yet. Texts are planned once it is.")


def check_planned(state: str) -> None:
    """What was sent, or not sent for a reason, is fixed. Raises Refusal('already_sent' | 'dropped')."""
    if state == DispatchState.SENT:
        raise Refusal("already_sent", "This has been sent. What was sent is not changed.")
    if state == DispatchState.DROPPED:
        raise Refusal("dropped", "It was decided not to send this. Plan another one instead.")


def check_sent_at(sent_at: datetime, *, issued_at: datetime | None, now: datetime) -> datetime:
    """Raises Refusal('not_issued' | 'sent_before_issue' | 'sent_in_future')."""
    if issued_at is None:
        raise Refusal("not_issued", "This is not issued yet. Nothing is sent before.", "sent_at")
    if sent_at > now:
        raise Refusal("sent_in_future", "The time it was sent must be in the past", "sent_at")
    # People say the minute.
    if sent_at < issued_at.replace(second=0, microsecond=0):
        raise Refusal(
            "sent_before_issue", "The time it was sent must be after the guidance was issued", "sent_at"
        )
    return sent_at


def check_proof(kind: str, proof: str) -> str:
    """Raises Refusal('proof_kind_missing' | 'proof_not_a_link' | 'text_missing' | …)."""
    if kind not in ProofKind.values:
        raise Refusal("proof_kind_missing", "Select what shows that it was sent", "proof_kind")
    missing = {
        ProofKind.LINK: "Enter the link to it",
        ProofKind.REFERENCE: "Enter the number or reference",
        ProofKind.WITNESS: "Enter who saw it, and where",
    }[ProofKind(kind)]
    clean = check_text(proof, field="proof", length=PROOF_LENGTH, missing=missing)
    if kind == ProofKind.LINK and not _is_link(clean):
        raise Refusal("proof_not_a_link", "Enter a link that begins with https:// or http://", "proof")
    return clean


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)


def check_reach(reach: int | None) -> int | None:
    if reach is not None and not 0 <= reach <= MOST_REACHED:
        words = f"How many it reached must be between 0 and {MOST_REACHED:,}"
        raise Refusal("reach_impossible", words, "reach")
    return reach


def dropped_reason(text: str) -> str:
    return check_text(text, field="reason", length=REASON_LENGTH, missing="Enter why it is not sent")


def suggested(channel: str, *, title: str, meaning: str, to_do: str, link: str) -> str:
    """A first text for a channel, at its length: what it is, what to do, and where to read it."""
    most = LENGTH_OF[Channel(channel)]
    if channel == Channel.TWITTER:
        # With the link and a line's end; each sign may count twice.
        room = most - LINK_COUNTS - 1
        head = shortened(title, room)
        while _weight(head) > room:
            head = shortened(head, len(head) * 3 // 4)
        return f"{head}\n{link}"
    tail = f"\n\nRead it: {link}"
    return shortened(f"{title}\n\n{meaning}\n\nWhat to do: {to_do}", most - len(tail)) + tail


def not_reached(audiences: Iterable[str], reached: Collection[str]) -> tuple[str, ...]:
    """Audiences that no text sent was for, in the order of the list."""
    for_whom = set(audiences)
    return tuple(code for code in Audience.values if code in for_whom and code not in reached)


# -- newsletters -------------------------------------------------------------------------------------------


def check_period(first: date, last: date, *, today: date) -> None:
    """Both days included. Raises Refusal('period_reversed' | 'period_in_future' | 'period_too_long')."""
    if last < first:
        raise Refusal("period_reversed", "The last day must be the same as or after the first", "until_date")
    if last > today:
        raise Refusal("period_in_future", "The last day must be today or in the past", "until_date")
    if last - first > LONGEST_PERIOD:
        days = LONGEST_PERIOD.days
        raise Refusal("period_too_long", f"The days must be within {days} days of each other", "until_date")


def newsletter_title(text: str) -> str:
    clean = check_text(text, field="title", length=TITLE_LENGTH, missing="Enter the title")
    # It is a mail's subject.
    return " ".join(clean.split())


def newsletter_intro(text: str) -> str:
    return check_text(text, field="intro", length=INTRO_LENGTH)


def check_draft(state: str) -> None:
    if state != NewsletterState.DRAFT:
        raise Refusal("already_sent", "This newsletter has been sent. What was sent is not changed.")


def check_entries(chosen: Sequence[str]) -> None:
    """Raises Refusal('nothing_in_it' | 'twice_in_it')."""
    if not chosen:
        raise Refusal("nothing_in_it", "Keep at least one piece of guidance in the newsletter")
    if len(set(chosen)) != len(chosen):
        raise Refusal("twice_in_it", "Each piece of guidance is in the newsletter once only")


def check_size(count: int) -> None:
    """Raises Refusal('too_many_in_it')."""
    if count > ENTRIES_AT_MOST:
        words = (
            f"{count:,} pieces of guidance were issued in these days. A newsletter holds {ENTRIES_AT_MOST}. "
        )
        raise Refusal("too_many_in_it", words + "Choose fewer days", "until_date")


def nothing_issued(first: date, last: date) -> Refusal:
    words = (
        f"Nothing was issued from {in_words(first)} to {in_words(last)} that was not in a newsletter. "
        "Choose other days"
    )
    return Refusal("nothing_issued", words, "from_date")


def followed(labels: Sequence[str]) -> Refusal:
    """What is not told any more: a later version was issued since the newsletter was composed."""
    *first, last = labels
    names = f"{', '.join(first)} and {last}" if first else last
    words = (
        f"A later version of {names} was issued since. Leave out the earlier one: the later one goes into a "
        "newsletter of its own days"
    )
    return Refusal("followed", words)


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut between words, with an ellipsis where something is left out."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    within_word = not text[most - 1].isspace() and not head[-1:].isspace()
    cut = head.rsplit(None, 1)[0] if within_word and re.search(r"\s", head) else head
    return cut.rstrip(" ,;:–-") + "…"


def told_roles(audiences: Iterable[str]) -> frozenset[Role]:
    """Roles of the people who get a newsletter for these audiences."""
    return frozenset(role for code in audiences for role in _TOLD_ROLES.get(code, ()))


def told_kinds(audiences: Iterable[str]) -> frozenset[str]:
    """Kinds of the organisations whose people and mailboxes get a newsletter for these audiences."""
    return frozenset(str(kind) for code in audiences for kind in KINDS_OF.get(code, ()))


def told_by_newsletter(audiences: Iterable[str]) -> list[str]:
    """Those of the audiences that a newsletter reaches: with people or organisations to send it to."""
    chosen = set(audiences)
    return [
        code for code in Audience.values if code in chosen and (_TOLD_ROLES.get(code) or KINDS_OF.get(code))
    ]
