"""Processes that end when we do, whatever happens to us."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def dies_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """For Popen's preexec_fn: on Linux the child gets this signal when its parent is killed."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(how))


def end(process: subprocess.Popen, how: signal.Signals, grace: float) -> None:
    """Ask a process that leads its own group to end; after `grace` seconds kill the group.

    Only the leader is asked, so that Celery and gunicorn can finish what their children do.
    """
    try:
        if process.poll() is None:
            process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace)
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen) -> None:
    """Kill what is left of a process and of the group that it leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def command_line(pid: int) -> str:
    """The command line of a process; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        pass
    if shutil.which("ps") is None:
        return ""
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()
