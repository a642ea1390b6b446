"""Two questions that a machine asks: is the process alive (/healthz), and can it serve (/readyz)?

The answers hold names of parts, never data.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from accounts.access import public
from operations import selectors as operations
from visits.selectors.rates import freshness

log = logging.getLogger(__name__)

# A change waits for seconds, a swept one for a minute or two, a job behind a rebuild for longer.
_CHANGE_MAY_WAIT = timedelta(minutes=5)
_JOB_MAY_WAIT = timedelta(minutes=30)


@public
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where every part is well, else 503 with the names of those that are not."""
    now = timezone.now()
    ill = [name for name, is_well in _PARTS.items() if not _asked(name, is_well, now)]
    return JsonResponse({"ready": not ill, "ill": ill}, status=503 if ill else 200)


def _asked(name: str, is_well: Callable[[datetime], bool], now: datetime) -> bool:
    try:
        return is_well(now)
    except (DatabaseError, RedisError, OSError) as error:
        log.warning("not ready: %s: %s", name, type(error).__name__)
        return False


def _database(now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _migrations(now: datetime) -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker(now: datetime) -> bool:
    with Redis.from_url(settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_timeout=1) as broker:
        return bool(broker.ping())


def _work(now: datetime) -> bool:
    """Nothing has waited for too long: no saved change, no job."""
    change = freshness().oldest_change_at
    job = operations.oldest_waiting_since()
    return (change is None or now - change < _CHANGE_MAY_WAIT) and (job is None or now - job < _JOB_MAY_WAIT)


def _recompute(now: datetime) -> bool:
    """The figures have been worked out at least once, unless there is nothing to work out."""
    state = freshness()
    return state.current_at is not None or not state.changes_waiting


_PARTS: dict[str, Callable[[datetime], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "waiting work": _work,
    "last recompute": _recompute,
}
