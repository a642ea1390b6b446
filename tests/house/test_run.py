"""`make run`, whole: from a copy of the project to a page that answers, through a death and a Ctrl-C."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import ports, processes
from tools.paths import ROOT

_START_SECONDS = 240
_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "var", "staticfiles", "node_modules", "__pycache__", ".*_cache"
)
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _Run:
    """`make run` in a folder of its own; `output` grows line by line."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.address = f"http://127.0.0.1:{port}"
        # Nothing of this test run's settings may reach it.
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("PATH", "HOME", "LANG", "PIP_"))
        }
        self.process = subprocess.Popen(
            ["make", "run", f"PYTHON={sys.executable}"],
            cwd=folder,
            env={**kept, "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""

    def until(self, text: str) -> None:
        assert self.process.stdout
        deadline = time.monotonic() + _START_SECONDS
        while text not in self.output:
            line = self.process.stdout.readline()
            assert line, f"ended without {text!r}:\n{self.output}"
            assert time.monotonic() < deadline, self.output
            self.output += line

    def pid(self, name: str) -> int:
        return int((self.folder / "var" / "run" / f"{name}.pid").read_text())

    def ask(self, path: str) -> str:
        with _OPENER.open(self.address + path, timeout=20) as answer:
            return answer.read().decode()

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        self.output += rest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh clone, but for the packages, which are those of this test run."""
    copy = tmp_path / "clone"
    shutil.copytree(ROOT, copy, ignore=_NOT_COPIED)
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[int], _Run]]:
    """Start `make run` on a port. Whatever a failed test leaves running is killed."""
    runs: list[_Run] = []
    yield lambda port: runs.append(_Run(folder, port)) or runs[-1]
    for run in runs:
        processes.kill_group(run.process)
        run.process.communicate()
    for left in (folder / "var" / "run").glob("*.pid"):
        if str(folder) in processes.command_line(int(left.read_text())):
            os.killpg(int(left.read_text()), signal.SIGKILL)


@pytest.mark.slow
def test_from_a_fresh_clone_to_a_page_and_back(folder: Path, start: Callable[[int], _Run]) -> None:
    port = ports.free_port()
    run = start(port)
    run.until("Press Ctrl-C to stop.")
    assert f"{run.address}/" in run.output
    assert len(re.findall(r"[\w.]+@[\w.-]+", run.output)) >= 5, "one sign-in per role"

    page = run.ask("/")  # the sign-in page, to which a stranger is sent
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert sheet, page
    assert "govuk" in run.ask(sheet[1])

    second = subprocess.run(
        ["make", "run", f"PYTHON={sys.executable}", f"PORT={port + 1}"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert f"already running from this folder, at {run.address}/" in second.stderr

    worker = run.pid("worker")
    os.kill(worker, signal.SIGKILL)
    run.until("worker ended (exit code -9) and was started again")
    assert run.pid("worker") != worker

    family = [run.pid(name) for name in ("web", "worker", "beat", "valkey")]
    run.press_ctrl_c()
    assert [processes.command_line(pid) for pid in family] == [""] * 4
    assert ports.is_free(port)

    kept = (folder / "var" / "secrets.env").read_text()
    began = time.monotonic()
    again = start(port)
    again.until("Press Ctrl-C to stop.")
    assert time.monotonic() - began < 30
    assert "The database is empty" in run.output
    assert "The database is empty" not in again.output
    assert (folder / "var" / "secrets.env").read_text() == kept
    again.press_ctrl_c()
