"""What a session remembers about its own limits."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

_BEGAN = "began_at"
_SEEN = "seen_at"
_SECOND_STEP = "second_step"
# A session is written at most so often for being used: it may end by so much early, never late.
_WRITE_EVERY_SECONDS = 30


def begin(session: SessionBase, now: datetime) -> None:
    session[_BEGAN] = session[_SEEN] = now.timestamp()


def seen(session: SessionBase, now: datetime, *, at_once: bool = False) -> None:
    """Activity: the idle limit counts from now."""
    if at_once or now.timestamp() - session[_SEEN] >= _WRITE_EVERY_SECONDS:
        session[_SEEN] = now.timestamp()


def why_ended(session: SessionBase, now: datetime) -> str | None:
    """What to tell the person, or None while the session holds."""
    moment = now.timestamp()
    # A session that does not say when it began is older than these limits.
    if moment - session.get(_BEGAN, 0) >= settings.SESSION_ABSOLUTE_SECONDS:
        return f"You were signed out after {_words(settings.SESSION_ABSOLUTE_SECONDS)}. Please sign in again."
    if moment - session.get(_SEEN, 0) >= settings.SESSION_IDLE_SECONDS:
        return f"You were signed out after {_words(settings.SESSION_IDLE_SECONDS)} without activity."
    return None


def _words(seconds: int) -> str:
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def pass_second_step(session: SessionBase) -> None:
    session[_SECOND_STEP] = True


def forget_second_step(session: SessionBase) -> None:
    if _SECOND_STEP in session:
        del session[_SECOND_STEP]


def passed_second_step(session: SessionBase) -> bool:
    return session.get(_SECOND_STEP, False)


def way_back(request: HttpRequest) -> str:
    """Where to go on after signing in again: the page that was asked for, or the page that a form
    was sent from."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referrer = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referrer)
    return parts.path + (f"?{parts.query}" if parts.query else "")
