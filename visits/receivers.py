"""From announcements to the worker. Only a bell: the database knows what is owed, and a sweep each
minute finds what was not rung for, so that a broker out of reach may cost neither a save nor a wait."""

import logging
import time
from typing import Any

from django.dispatch import receiver

from visits import tasks
from visits.signals import records_import_asked, visit_rates_rebuild_asked, visits_changed

logger = logging.getLogger(__name__)

# After a failure the bell is left alone so long: a broker that hangs would slow down every save.
_QUIET_SECONDS = 15
# The sweep has long been there by then.
_EXPIRES_SECONDS = 120
_quiet_until = 0.0


@receiver(visits_changed)
def enqueue_drain(**kwargs: Any) -> None:
    _ring(tasks.drain_visit_rates)


@receiver(visit_rates_rebuild_asked)
def enqueue_rebuild(run_uid: str, **kwargs: Any) -> None:
    _ring(tasks.rebuild_visit_rates, run_uid)


@receiver(records_import_asked)
def enqueue_import(run_uid: str, **kwargs: Any) -> None:
    _ring(tasks.run_imports, run_uid)


def _ring(task: Any, *args: str) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        task.apply_async(args, expires=_EXPIRES_SECONDS, retry=False)
    except Exception:  # the change is saved, whatever the broker says
        _quiet_until = time.monotonic() + _QUIET_SECONDS
        logger.warning("The job queue did not answer; the sweep will do %s.", task.name, exc_info=True)
