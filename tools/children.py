"""The processes of one run: started with a log each, watched, restarted, and all stopped together."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.paths import LOGS, ROOT, RUN, make_private
from tools.processes import command_line, dies_with_parent, kill_group
from tools.say import Stop, say, tail

_LOG_LIMIT = 5_000_000
_QUICK_DEATH_SECONDS = 10
_QUICK_DEATHS_ALLOWED = 4
_GRACE_SECONDS = 10


@dataclass
class Child:
    """A process to keep. `restart`: start it again when it dies; otherwise its death ends the run."""

    name: str
    command: list[str]
    restart: bool
    process: subprocess.Popen | None = None
    started: float = 0.0
    quick_deaths: int = field(default=0)

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"


class Children:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.all: list[Child] = []

    def start(self, name: str, command: list[str], *, restart: bool) -> Child:
        child = Child(name, command, restart)
        self.all.append(child)
        self._launch(child)
        return child

    def _launch(self, child: Child) -> None:
        with open(child.log, "ab") as out:
            child.process = subprocess.Popen(
                child.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        child.started = time.monotonic()
        remember(child.name, child.process.pid)

    def check(self) -> None:
        """Restart what died; raise Stop when it may not be restarted or dies again and again."""
        for child in self.all:
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            kill_group(child.process)
            if not child.restart:
                raise Stop(
                    f"{child.name} ended (exit code {code}). Its log is {child.log}:\n{tail(child.log)}"
                )
            lived = time.monotonic() - child.started
            child.quick_deaths = child.quick_deaths + 1 if lived < _QUICK_DEATH_SECONDS else 0
            if child.quick_deaths > _QUICK_DEATHS_ALLOWED:
                raise Stop(
                    f"{child.name} keeps ending (code {code}). Its log is {child.log}:\n{tail(child.log)}"
                )
            self._launch(child)
            say(f"{child.name} ended (exit code {code}) and was started again. Its log is {child.log}.")

    def stop(self) -> None:
        """End all: everybody is asked at once, and whoever has not gone after the grace is killed."""
        running = [(child, child.process) for child in self.all if child.process]
        for _, process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for child, process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            kill_group(process)
            forget(child.name)


def open_logs() -> None:
    """Make the log folder, and put a log aside that has grown large."""
    make_private(LOGS)
    for log in LOGS.glob("*.log"):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def remember(name: str, pid: int) -> None:
    (make_private(RUN) / f"{name}.pid").write_text(str(pid))


def forget(name: str) -> None:
    (RUN / f"{name}.pid").unlink(missing_ok=True)


def end_forgotten() -> None:
    """End what an earlier run left behind when it was killed. Only call while holding the run's lock.

    A number in a pid file may belong to somebody else by now, so the command line must name this folder.
    """
    for path in sorted(make_private(RUN).glob("*.pid")):
        try:
            pid = int(path.read_text())
        except ValueError:
            pid = 0
        if pid > 1 and str(ROOT) in command_line(pid):
            say(f"Ending the {path.stem} that an earlier run left behind (process {pid}).")
            _end_pid(pid)
        path.unlink(missing_ok=True)


def _end_pid(pid: int) -> None:
    for how, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
        try:
            (os.killpg if how is signal.SIGKILL else os.kill)(pid, how)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not command_line(pid):
                return
            time.sleep(0.05)
