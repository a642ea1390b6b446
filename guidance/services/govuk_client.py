"""The one place that asks GOV.UK: its content API and nothing else, one page at a time, with limits on time
and size."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

from guidance.rules.govuk_pages import API

_CONNECT_SECONDS = 10
_WHOLE_SECONDS = 30
_MAX_BYTES = 4 * 1024 * 1024
_PIECE = 64 * 1024
_REDIRECTS = 2
_AGENT = "safeguarding-oversight (register of guidance)"


@dataclass(frozen=True)
class Answer:
    """`status` 0: nothing came, and `fault` says why."""

    status: int
    body: bytes = b""
    etag: str = ""
    # Seconds that the server asks to wait.
    retry_after: int = 0
    fault: str = ""


Fetch = Callable[[str, str], Answer]


class _Stay(HTTPRedirectHandler):
    """A redirect is looked at before it is followed."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        return None


def fetch(url: str, etag: str = "") -> Answer:
    """The answer to one page of the content API; redirects only within it. Raises ValueError for any other
    address: that is a mistake of ours."""
    for _ in range(_REDIRECTS + 1):
        if not url.startswith(f"{API}/"):
            raise ValueError("only the content API is asked")
        answer, to = _once(url, etag)
        if not to:
            return answer
        url = urljoin(url, to)
        if not url.startswith(f"{API}/"):
            return Answer(answer.status, fault="It leads to a page outside GOV.UK’s content")
    return Answer(0, fault="It leads from page to page")


def _once(url: str, etag: str) -> tuple[Answer, str]:
    """The answer, and where a redirect leads."""
    headers = {"Accept": "application/json", "User-Agent": _AGENT}
    if etag:
        headers["If-None-Match"] = etag
    # The address begins with that of the API; see `fetch`.
    request = Request(url, headers=headers)  # noqa: S310
    deadline = time.monotonic() + _WHOLE_SECONDS
    try:
        with build_opener(_Stay).open(request, timeout=_CONNECT_SECONDS) as response:
            body = _body(response, deadline)
            if body is None:
                return Answer(0, fault="The answer is too large or took too long"), ""
            return Answer(response.status, body, response.headers.get("ETag") or ""), ""
    except HTTPError as error:
        with error:
            to = error.headers.get("Location") or "" if 300 <= error.code < 304 or error.code > 306 else ""
            wait = error.headers.get("Retry-After") or ""
        redirected = to if 300 <= error.code < 400 else ""
        seconds = int(wait) if wait.isascii() and wait.isdigit() else 0
        return Answer(error.code, retry_after=seconds), redirected
    except (URLError, HTTPException, OSError, ValueError) as error:
        # Its own words may hold addresses of the network here.
        return Answer(0, fault=f"It was not reached ({type(error).__name__})"), ""


def _body(response: Any, deadline: float) -> bytes | None:
    pieces, size = [], 0
    while piece := response.read(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > _MAX_BYTES or time.monotonic() > deadline:
            return None
    return b"".join(pieces)
