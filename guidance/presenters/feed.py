"""The Atom feed of issued guidance (RFC 4287)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks

from guidance.selectors.newsletters import full_address
from guidance.selectors.published import PublicGuidance

CONTENT_TYPE = Atom1Feed.content_type
TITLE = "Guidance for people who work with children"
_SUBTITLE = "What the safeguarding children partnership has issued, and what it means here."
# Of a feed in which nothing is yet: an element that must be there, and that must not move by itself.
_BEFORE_ALL = datetime(2020, 1, 1, tzinfo=UTC)
_NOT_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=_BEFORE_ALL)


def atom(told: Iterable[PublicGuidance]) -> str:
    """The feed as XML. Ids are for ever: the feed's is made of its address, an entry's is the version's."""
    own = full_address(reverse("guidance_feed"))
    feed = _Feed(
        title=TITLE,
        link=full_address(reverse("public_guidance")),
        description=_SUBTITLE,
        subtitle=_SUBTITLE,
        language="en-GB",
        author_name="Safeguarding children partnership",
        feed_url=own,
        feed_guid=f"urn:uuid:{uuid5(NAMESPACE_URL, own)}",
    )
    for one in told:
        feed.add_item(
            title=_clean(f"Withdrawn: {one.title}" if one.withdrawn else one.title),
            link=full_address(reverse("public_guidance_item", args=[one.uid])),
            description=_words(one),
            unique_id=f"urn:uuid:{one.version_uid}",
            pubdate=one.issued_at,
            updateddate=one.issued_at,
            categories=one.topics,
        )
    return feed.writeString("utf-8")


def _words(one: PublicGuidance) -> str:
    """The summary as HTML, which is the type that the generator gives it."""
    first = f"{one.force}. For: {'; '.join(one.for_whom)}." if one.for_whom else f"{one.force}."
    return linebreaks(_clean("\n\n".join([first, one.meaning, f"What to do: {one.to_do}"])), autoescape=True)


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold: one of them in one text would take the feed away."""
    return _NOT_XML.sub(" ", text)
