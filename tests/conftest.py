"""What every test stands on: the servers, the browser, the worker process, and the fences.

Fences: no connection leaves this machine; browser tests come last; what touches the database is
marked `database` and so runs on both databases.
"""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page
from pytest_django.plugin import DjangoDbBlocker

from safeguarding import test_settings
from tests.flush import let_flush_pass_the_guard
from tests.worker_process import WorkerProcess
from tools import chromium, valkey

_DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "live_server",
    "client",
    "admin_client",
}
_LOOPBACK = {"127.0.0.1", "::1", "localhost", ""}
_CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_configure(config: pytest.Config) -> None:
    """Start the private Valkey on the port that the settings chose, unless a server was named."""
    if test_settings.OWN_VALKEY:
        log = Path(tempfile.gettempdir()) / f"safeguarding-tests-{test_settings.RUN}-valkey.log"
        chosen = urlsplit(settings.REDIS_URL)
        server = valkey.start(None, log, port=chosen.port, password=chosen.password)
        config.add_cleanup(lambda: (server.stop(), log.unlink(missing_ok=True)))
    _fence_sockets()
    let_flush_pass_the_guard()
    config.pluginmanager.register(_Order())


def _fence_sockets() -> None:
    """Refuse every connection of this process that would leave the machine."""
    named = {urlsplit(os.environ[name]).hostname for name in ("DATABASE_URL", "REDIS_URL")}
    connect = socket.socket.connect

    def fenced(self: socket.socket, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOOPBACK | named:
            raise AssertionError(f"a test tried to reach {address[0]}:{address[1]}")
        return connect(self, address)

    socket.socket.connect = fenced


class _Order:
    """Runs after every plugin's own ordering."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # A browser's event loop stays in this thread once started: nothing else may come after it.
        items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, before -m chooses by that mark."""
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or uses & _DATABASE_FIXTURES:
            item.add_marker(pytest.mark.database)
        if item.get_closest_marker("postgres") and test_settings.ON_SQLITE:
            item.add_marker(pytest.mark.skip(reason="only means something on PostgreSQL"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Ends what still holds the test database before it is dropped.

    PostgreSQL drops none that anybody is connected to, and a thread of the live server may be at work on a
    request that its browser gave up, after the last test.
    """
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND usename = current_user AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Counters of one test (sign-in attempts, say) are not those of the next."""
    test_settings.forget_cache()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium, quiet and offline. Playwright's own download is never used."""
    executable = chromium.find()
    if executable is None:
        pytest.fail("the browser tests need Chromium (on Debian: apt-get install chromium), or run make test")
    # Playwright keeps an event loop in this thread; Django would refuse every query under it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [*_CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": executable, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/London"}


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that must stay clean: no script error, no breach of the content policy, no foreign request."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on(
        "console",
        lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None,
    )
    page.on(
        "request",
        lambda request: (
            faults.append(f"request to {request.url}")
            if urlsplit(request.url).scheme in ("http", "https", "ws", "wss")
            and urlsplit(request.url).hostname not in _LOOPBACK
            else None
        ),
    )
    yield page
    assert faults == [], f"on {page.url}"


@pytest.fixture
def worker_process(transactional_db: None, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A real Celery worker process on this test's database; `kill()` it, `start()` it again.

    Messages left by earlier tests are gone; use it with `live_server` for a page whose change the
    worker must follow.
    """
    process = WorkerProcess(tmp_path / "worker.log")
    process.start()
    yield process
    process.stop()
