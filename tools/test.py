"""`make test`: the whole suite on PostgreSQL and Redis, and what touches the database again on SQLite."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tools import chromium, ports, servers, venvs
from tools.paths import ROOT, venv_program
from tools.say import run_main, say

_NOTHING_COLLECTED = 5
_ON_SQLITE = "database and not browser and not postgres"
_LAST_WORDS_SECONDS = 30
# One process a core, each with a database of its own; a file's tests stay together, in their order. So do the
# files: xdist would put the longest first, and so other tests behind those in a browser (tests/conftest.py).
_CORES = len(os.sched_getaffinity(0))
_SHARED_OUT = (
    ["-n", str(min(_CORES, 4)), "--dist", "loadfile", "--no-loadscope-reorder"] if _CORES > 1 else []
)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, _terminate)
    began = time.monotonic()
    for name in ("DATABASE_URL", "REDIS_URL"):
        ports.require_answer(name, os.environ.get(name, ""))
    venvs.ensure(venvs.DEVELOPMENT)
    with contextlib.ExitStack() as at_the_end:
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="safeguarding-test-")))
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "safeguarding.test_settings"}
        env["CHROMIUM"] = chromium.find_or_install()
        servers.give(env, folder, at_the_end)
        totals: Counter[str] = Counter()
        whole = _suite("Whole suite, PostgreSQL and Redis", env, folder / "whole.xml", arguments, totals)
        if whole == 130:
            raise KeyboardInterrupt
        on_sqlite = {**env, "DATABASE_URL": f"sqlite:///{folder / 'app.sqlite3'}"}
        again = _suite(
            "What touches the database, SQLite",
            on_sqlite,
            folder / "sqlite.xml",
            ["-m", _ON_SQLITE, *arguments],
            totals,
        )
        if again == 130:
            raise KeyboardInterrupt
    passed = whole == 0 and again in (0, _NOTHING_COLLECTED)
    bad = totals["failures"] + totals["errors"]
    good = totals["tests"] - bad - totals["skipped"]
    say(f"\n{'PASSED' if passed else 'FAILED'}, both databases together:")
    say(f"{good} passed, {bad} failed, {totals['skipped']} skipped in {time.monotonic() - began:.0f} s")
    return 0 if passed else 1


def _suite(
    title: str, env: Mapping[str, str], report: Path, arguments: list[str], totals: Counter[str]
) -> int:
    """Run pytest once; add its counts to `totals` and give its exit code, 130 after Ctrl-C."""
    say(f"\n=== {title} ===")
    command = [venv_program("python"), "-m", "pytest", f"--junitxml={report}", *_SHARED_OUT, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(env))
    try:
        code = process.wait()
    except KeyboardInterrupt as interrupt:
        # Let pytest clear up. From the keyboard it has heard it too, and a second one would cut that short.
        if isinstance(interrupt, _Terminated):
            process.send_signal(signal.SIGINT)
        try:
            process.wait(_LAST_WORDS_SECONDS)
        finally:
            process.kill()
        return 130
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            totals.update(
                {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            )
    return 130 if code == 2 and not report.exists() else code


class _Terminated(KeyboardInterrupt):
    """Ended by `kill`, which the processes that we started have not heard of."""


def _terminate(number, frame):
    raise _Terminated


if __name__ == "__main__":
    run_main(main)
