"""The two servers that tests and measurements need: those named in the environment, else throw-away ones."""

import contextlib
from pathlib import Path

from tools import postgres, valkey
from tools.say import Stop


def give(env: dict[str, str], folder: Path, at_the_end: contextlib.ExitStack) -> None:
    """Set DATABASE_URL and REDIS_URL where the caller did not; ours end with `at_the_end`."""
    if not env.get("DATABASE_URL"):
        cluster = postgres.start(postgres.find_or_install())
        at_the_end.callback(cluster.stop)
        env["DATABASE_URL"] = cluster.url
    elif env["DATABASE_URL"].startswith("sqlite"):
        raise Stop("DATABASE_URL names SQLite; unset it, or name a PostgreSQL server.")
    if not env.get("REDIS_URL"):
        server = valkey.start(None, folder / "valkey.log")
        at_the_end.callback(server.stop)
        env["REDIS_URL"] = server.url
