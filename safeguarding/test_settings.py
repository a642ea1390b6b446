"""Settings for tests: nothing of the machine's .env, quick password hashes, test servers only.

DATABASE_URL and REDIS_URL in the environment name the servers (`make test` starts both). Without
them, as in a plain `pytest tests/...`, the database is an SQLite file of this process and Redis a
private Valkey that tests/conftest.py starts on the port chosen here.
"""

import os
import secrets
import tempfile
from itertools import count
from pathlib import Path

from tools.ports import LOOPBACK, free_port

# One run's mark: keeps two runs that share a machine or a Redis server apart. Worker processes inherit it.
# Of several processes that share out one run's tests, each is a run of its own.
RUN = os.environ.setdefault("TEST_RUN", f"{os.getpid()}") + os.environ.get("PYTEST_XDIST_WORKER", "")
_FOLDER = Path(tempfile.gettempdir()) / f"safeguarding-tests-{RUN}"

OWN_VALKEY = "REDIS_URL" not in os.environ
if OWN_VALKEY:
    os.environ["REDIS_URL"] = f"redis://:{secrets.token_hex(16)}@{LOOPBACK}:{free_port()}/0"
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_FOLDER}-unused.sqlite3")
os.environ |= {
    "SECRET_KEY": "only-for-tests-" + "s" * 50,
    "AUDIT_KEY": "only-for-tests-" + "a" * 50,
    "DEBUG": "false",
    "DEMO": "false",
    "HTTPS": "false",
    "PROXY_COUNT": "0",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "CSRF_TRUSTED_ORIGINS": "",
    "MEDIA_ROOT": f"{_FOLDER}-files",
    "EMAIL_URL": "memorymail://",
    "SESSION_IDLE_SECONDS": "1200",
}

from safeguarding.settings import *  # noqa: E402, F403
from safeguarding.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_DATABASE = DATABASES["default"]
ON_SQLITE = _DATABASE["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    # A file, not memory: threads and worker processes meet there as they do in service.
    _DATABASE["TEST"] = {"NAME": f"{_FOLDER}.sqlite3"}
    _DATABASE["OPTIONS"]["init_command"] = _DATABASE["OPTIONS"]["init_command"].replace(
        "synchronous=FULL", "synchronous=OFF"
    )
else:
    _DATABASE["TEST"] = {"NAME": f"test_safeguarding_{RUN}"}
    # A connection kept open by a thread of the live server would keep the database from being dropped.
    _DATABASE["CONN_MAX_AGE"] = 0
if "TEST_DATABASE_NAME" in os.environ:
    # A worker process that works on the test database of the process that started it.
    _DATABASE["NAME"] = os.environ["TEST_DATABASE_NAME"]

CELERY_BROKER_TRANSPORT_OPTIONS |= {
    "global_keyprefix": f"test-{RUN}-",  # type: ignore[dict-item]
    # A killed worker's message comes back while a test can still wait for it.
    "visibility_timeout": 5,
}
CELERY_VISIBILITY_TIMEOUT = 5

_cache_generation = count()
cache_generation = [next(_cache_generation)]


def forget_cache() -> None:
    """Start the next test with an empty cache, without emptying a server that others may use."""
    cache_generation[0] = next(_cache_generation)


def make_cache_key(key: str, key_prefix: str, version: int) -> str:
    return f"test-{RUN}-{cache_generation[0]}:{key_prefix}:{version}:{key}"


CACHES["default"]["KEY_FUNCTION"] = "safeguarding.test_settings.make_cache_key"

# Without a manifest there is nothing to collect before a page can be asked for.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
