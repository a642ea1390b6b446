"""The virtual environment: made once, filled from the pins, and left alone while they stand."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from tools import apt
from tools.paths import ROOT, VAR, VENV, make_private, venv_program
from tools.say import Stop, say

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
_PIN_FILES = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
_NO_NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "ConnectTimeoutError",
    "ProxyError",
    "Connection refused",
    "(from versions: none)",
)


def ensure(requirements: str) -> None:
    """Make .venv hold what `requirements` (a file name) pins. A current environment costs no time."""
    with _only_one_at_a_time():
        if not _usable():
            _create()
        wanted = _fingerprint(requirements)
        # The development set holds the runtime set, so its stamp serves for both.
        if any(_stamped(name) == _fingerprint(name) for name in {requirements, DEVELOPMENT}):
            return
        say(f"Installing packages from {requirements} (about a minute the first time)...")
        _install(requirements)
        _stamp_path(requirements).write_text(wanted)


def _usable() -> bool:
    python = venv_program("python")
    if not os.path.exists(python):
        return False
    probe = [python, "-c", "import sys, pip; print(sys.version_info[:2] == %r)" % (sys.version_info[:2],)]
    answer = subprocess.run(probe, capture_output=True, text=True, check=False)
    return answer.stdout.strip() == "True"


def _create() -> None:
    say(f"Making the virtual environment in {VENV.name}/ ...")
    made = _make()
    if made.returncode and "ensurepip" in made.stdout:
        # Debian and Ubuntu keep this part of Python in a package of its own.
        package = f"python3.{sys.version_info[1]}-venv"
        if not (apt.may_install() and apt.install(package)):
            raise Stop(f"this Python ({sys.executable}) cannot make environments; apt-get install {package}")
        made = _make()
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stop(f"the virtual environment could not be made:\n{made.stdout}")


def _make() -> subprocess.CompletedProcess[str]:
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def _install(requirements: str) -> None:
    command = [venv_program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--retries", "2", "-r", requirements]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode == 0:
        return
    end = "\n".join(done.stdout.splitlines()[-15:])
    if any(sign in done.stdout for sign in _NO_NETWORK_SIGNS):
        raise Stop(
            "the packages could not be fetched: no network, or no package index within reach. "
            "Connect, or point pip at a mirror (PIP_INDEX_URL), and try again.\n" + end
        )
    if "No space left on device" in done.stdout:
        raise Stop("the disk is full; the packages need about 1 GB.\n" + end)
    raise Stop(f"pip could not install {requirements}:\n{end}")


def _fingerprint(requirements: str) -> str:
    digest = hashlib.sha256(f"{requirements} {sys.version_info[:2]}".encode())
    for name in _PIN_FILES:
        # What only the development set lists does not make the runtime set stale.
        if not (requirements == RUNTIME and name == DEVELOPMENT):
            digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _stamp_path(requirements: str):
    return VENV / f".installed-{requirements}"


def _stamped(requirements: str) -> str:
    try:
        return _stamp_path(requirements).read_text()
    except FileNotFoundError:
        return ""


@contextlib.contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    """`make run` and `make test` started together must not fill one folder at once."""
    with open(make_private(VAR) / "venv.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command that is installing packages...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
