"""Pages of GOV.UK by its content API: which address to ask for, and what the answer says. Pure.

The API gives JSON (https://content-api.publishing.service.gov.uk): title, description, first_published_at,
public_updated_at, links.organisations, withdrawn_notice, and in details a body or parts (HTML) and the
change_history. What of it is not as expected is left out or refused, never guessed."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from guidance.constants import PARAGRAPHS_AT_MOST
from guidance.facts.sources import SourcePage
from guidance.rules.entries import NOTE_LENGTH, SUMMARY_LENGTH, TEXT_LENGTH, TITLE_LENGTH
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

API = "https://www.gov.uk/api/content"
_HOSTS = ("www.gov.uk", "gov.uk")
_PATH = re.compile(r"(/[a-z0-9][a-z0-9._-]*)+", re.IGNORECASE)
# No pages of content: assets, the API itself, search.
_NO_CONTENT = ("/api", "/assets", "/search", "/government/uploads", "/email", "/sign-in")
_BLOCKS = frozenset(
    (
        "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "dt", "dd", "pre", "address",
        "figcaption", "summary", "div", "section", "ul", "ol", "table",
    )
)  # fmt: skip
_WITHDRAWN = "Withdrawn"
_UNREAD = frozenset({"script", "style", "svg", "template", "noscript"})
# Control signs but line ends, and halves of pairs: what a database or a page cannot take.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def api_url(url: str) -> str | None:
    """The address of the page's content; None where it is no page of GOV.UK."""
    try:
        parts = urlsplit(url.strip())
        if parts.port not in (None, 80, 443):
            return None
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https") or parts.hostname not in _HOSTS or parts.username:
        return None
    if not _PATH.fullmatch(path) or ".." in path:
        return None
    if any(path == one or path.startswith(f"{one}/") for one in _NO_CONTENT):
        return None
    return f"{API}{path}"


def read_page(content: bytes) -> SourcePage:
    """Raises Refusal('page_unreadable') with what is not as it should be."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise _unreadable("it is no JSON") from None
    if not isinstance(said, dict):
        raise _unreadable("it is no page")
    title = _line(said.get("title"))[:TITLE_LENGTH]
    updated = _moment(said.get("public_updated_at")) or _moment(said.get("first_published_at"))
    if not title:
        raise _unreadable("it has no title")
    if updated is None:
        raise _unreadable("it does not say when it was updated")
    details = _dict(said.get("details"))
    withdrawn = _dict(said.get("withdrawn_notice"))
    paragraphs = [text for text in _paragraphs(details) if text]
    first = _moment(said.get("first_published_at"))
    kept = _within(paragraphs)
    return SourcePage(
        title=title,
        summary=_line(said.get("description"))[:SUMMARY_LENGTH],
        organisations=_organisations(_dict(said.get("links"))),
        first_published_on=day_of(first) if first else None,
        public_updated_at=updated,
        note=_note(details, withdrawn)[:NOTE_LENGTH],
        withdrawn=bool(withdrawn),
        paragraphs=tuple(kept),
        cut=len(kept) < len(paragraphs),
    )


def _within(paragraphs: list[str]) -> list[str]:
    kept, length = [], 0
    for text in paragraphs[:PARAGRAPHS_AT_MOST]:
        length += len(text) + 2
        if length > TEXT_LENGTH:
            break
        kept.append(text)
    return kept


def _paragraphs(details: dict[str, Any]) -> Iterator[str]:
    yield from _of_html(details.get("body"))
    parts = details.get("parts")
    for part in parts if isinstance(parts, list) else ():
        yield _line(_dict(part).get("title"))
        yield from _of_html(_dict(part).get("body"))


def _of_html(body: Any) -> list[str]:
    if isinstance(body, list):
        # Some kinds of page give the text in several formats.
        html = next((one for one in body if _dict(one).get("content_type") == "text/html"), None)
        body = _dict(html).get("content")
    if not isinstance(body, str):
        return []
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return reader.paragraphs()


class _Reader(HTMLParser):
    """The text of HTML by its blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = [""]
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self.unread += 1
        elif tag in _BLOCKS:
            self.blocks.append("")
        elif tag in ("td", "th", "br"):
            # Cells of a row stand beside one another.
            self.blocks[-1] += " | " if tag != "br" and self.blocks[-1].strip() else " "

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self.unread = max(0, self.unread - 1)
        elif tag in _BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.blocks[-1] += data

    def paragraphs(self) -> list[str]:
        return [text for text in map(_line, self.blocks) if text]


def _organisations(links: dict[str, Any]) -> tuple[str, ...]:
    """The one that publishes it first."""
    names: list[str] = []
    for kind in ("primary_publishing_organisation", "organisations"):
        rows = links.get(kind)
        for row in rows if isinstance(rows, list) else ():
            name = _line(_dict(row).get("title"))
            if name and name not in names:
                names.append(name)
    return tuple(names)


def says_withdrawn(note: str) -> bool:
    """Whether a note of `read_page` is that of a page that was withdrawn. A change that is called so
    ("Withdrawn the annex on testing") is not."""
    return note == _WITHDRAWN or note.startswith(f"{_WITHDRAWN}\n\n")


def _note(details: dict[str, Any], withdrawn: dict[str, Any]) -> str:
    if withdrawn:
        reader = _Reader()
        reader.feed(str(withdrawn.get("explanation") or ""))
        reader.close()
        return "\n\n".join([_WITHDRAWN, *reader.paragraphs()])
    history = details.get("change_history")
    found = [
        (moment, _line(row.get("note")))
        for row in (history if isinstance(history, list) else ())
        if isinstance(row, dict) and (moment := _moment(row.get("public_timestamp")))
    ]
    return max(found)[1] if found else _line(details.get("change_note"))


def _moment(said: Any) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _line(said: Any) -> str:
    return " ".join(_ODD.sub("", said).split()) if isinstance(said, str) else ""


def _dict(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _unreadable(why: str) -> Refusal:
    return Refusal("page_unreadable", f"GOV.UK’s answer cannot be read: {why}", "url")
