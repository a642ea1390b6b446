"""A real Celery worker in a process of its own, for tests that watch or kill it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from tools.paths import ROOT
from tools.processes import dies_with_parent, end, kill_group

_START_SECONDS = 40


class WorkerProcess:
    """Works on the test database of this process, with the messages of this test run."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen | None = None
        _forget_messages()

    def start(self) -> None:
        """Start a worker and wait until it takes tasks."""
        before = self._times_ready()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "safeguarding.test_settings",
            "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        }
        environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "safeguarding", "worker"]
        command += ["--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        deadline = time.monotonic() + _START_SECONDS
        while self._times_ready() == before:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """As the power cut does: worker and pool at once, nothing finished, nothing said."""
        kill_group(self.process)

    def stop(self) -> None:
        """End it in order; a task at work is finished first."""
        if self.process:
            end(self.process, signal.SIGTERM, grace=10)

    def _times_ready(self) -> int:
        return self.log.read_text().count(" ready.") if self.log.exists() else 0


def _forget_messages() -> None:
    """Remove what earlier tests left in the queues of this run, and nothing else of the server's."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        for key in server.scan_iter(match=f"{prefix}*"):
            server.delete(key)
