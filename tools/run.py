"""`make run`: everything from a fresh clone to a page that answers, and one Ctrl-C to end it."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import NoReturn

from tools import children, environment, ports, valkey, venvs
from tools.paths import LOGS, ROOT, RUN, VAR, make_private, venv_program
from tools.say import Stop, run_main, say, tail

_HEALTH_SECONDS = 90
# Read by `python -m tools.manage`, so that a command by hand reaches the running server's broker.
RUNNING = RUN / "running.env"


def main(arguments: list[str]) -> int:
    if arguments:
        raise Stop(
            "make run takes no arguments; set PORT, DATABASE_URL, REDIS_URL or DEMO (see .env.example)."
        )
    env = environment.for_run(os.environ)
    port = ports.parse_port(env.get("PORT", "8000"))
    _end_on_signals()
    with _the_only_run(port), contextlib.ExitStack() as at_the_end:
        children.open_logs()
        children.end_forgotten()
        if not ports.is_free(port):
            raise Stop(f"port {port} is taken by another program. Choose another: make run PORT={port + 1}")
        for name in ("DATABASE_URL", "REDIS_URL"):
            ports.require_answer(name, env.get(name, ""))
        venvs.ensure(venvs.RUNTIME)
        own_valkey = None if "REDIS_URL" in env else _start_valkey(env, at_the_end)
        _prepare(env)
        environment.write_private(RUNNING, f"REDIS_URL={env['REDIS_URL']}\n")
        at_the_end.callback(RUNNING.unlink, missing_ok=True)
        family = children.Children(env)
        at_the_end.callback(_stop_loudly, family)
        _start(family, port)
        _wait_until_healthy(family, port)
        _greet(env, port)
        with contextlib.suppress(KeyboardInterrupt):
            _watch(family, own_valkey)
    return 0


def _start_valkey(env: dict[str, str], at_the_end: contextlib.ExitStack) -> valkey.Valkey:
    server = valkey.start(VAR / "valkey", LOGS / "valkey.log")
    at_the_end.callback(children.forget, "valkey")
    at_the_end.callback(server.stop)
    children.remember("valkey", server.process.pid)
    env["REDIS_URL"] = server.url
    return server


def _watch(family: children.Children, own_valkey: valkey.Valkey | None) -> NoReturn:
    """Keep the run whole until Ctrl-C, or until a part is gone that may not be replaced."""
    log = LOGS / "valkey.log"
    while True:
        time.sleep(0.5)
        family.check()
        if own_valkey and own_valkey.process.poll() is not None:
            raise Stop(f"the private Valkey ended. Its log is {log}:\n{tail(log)}")


def _end_on_signals() -> None:
    def interrupt(number, frame):
        raise KeyboardInterrupt

    # SIGINT too: a shell starts background jobs with it ignored.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)


@contextlib.contextmanager
def _the_only_run(port: int) -> Iterator[None]:
    """Two runs in one folder would share a database file, a message store and these pid files."""
    with open(make_private(VAR) / "run.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            address = lock.read().strip() or "an address it has not yet taken"
            raise Stop(
                f"make run is already running from this folder, at {address}. Stop it first."
            ) from None
        lock.truncate(0)
        lock.write(f"http://{ports.LOOPBACK}:{port}/")
        lock.flush()
        yield


def _prepare(env: Mapping[str, str]) -> None:
    say("Preparing the database...")
    manage(env, "migrate", "--no-input", "--verbosity", "0")
    if _is_empty(env):
        demo = environment.wants_demo(env)
        say(f"The database is empty: loading reference {'and demonstration ' if demo else ''}data (once)...")
        manage(env, "load_reference")
        if demo:
            manage(env, "load_demo")
    _collect_static(env)


def manage(env: Mapping[str, str], *arguments: str) -> str:
    """Run a management command and give what it printed; raise Stop with the end of it when it fails."""
    command = [venv_program("python"), "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    with open(LOGS / "setup.log", "a", encoding="utf-8") as log:
        log.write(f"$ manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    if done.returncode:
        end = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise Stop(
            f"manage.py {arguments[0]} failed (exit code {done.returncode}); log: {LOGS / 'setup.log'}\n{end}"
        )
    return done.stdout


def _is_empty(env: Mapping[str, str]) -> bool:
    """Nobody can sign in yet: a database in use always has people."""
    question = (
        "from django.contrib.auth import get_user_model; "
        "print('in use' if get_user_model().objects.exists() else 'empty')"
    )
    answer = manage(env, "shell", "--no-imports", "--verbosity", "0", "--command", question).split("\n")
    return "empty" in answer


def _collect_static(env: Mapping[str, str]) -> None:
    """Gather and compress static files, when any of them changed since the last time."""
    stamp, target = RUN / "static.stamp", ROOT / "staticfiles"
    now = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == now and (target / "staticfiles.json").exists():
        return
    say("Collecting static files...")
    stamp.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    manage(env, "collectstatic", "--no-input", "--verbosity", "0")
    stamp.write_text(now)


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for pins in (venvs.RUNTIME, "constraints.txt"):
        digest.update((ROOT / pins).read_bytes())
    for folder in sorted([ROOT / "static", *ROOT.glob("*/static")]):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                stat = path.stat()
                digest.update(f"{path.relative_to(ROOT)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _start(family: children.Children, port: int) -> None:
    celery = [venv_program("python"), "-m", "celery", "-A", "safeguarding"]
    web = [venv_program("python"), "-m", "gunicorn", "safeguarding.wsgi:application", "--no-control-socket"]
    web += [
        "--bind",
        f"{ports.LOOPBACK}:{port}",
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--threads",
        "4",
    ]
    family.start("web", web, restart=False)
    worker = [
        *celery,
        "worker",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "INFO",
    ]
    family.start("worker", worker, restart=True)
    family.start("beat", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], restart=True)


def _wait_until_healthy(family: children.Children, port: int) -> None:
    address = f"http://{ports.LOOPBACK}:{port}/healthz"
    # Never through a proxy that the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline, last = time.monotonic() + _HEALTH_SECONDS, "no answer"
    while time.monotonic() < deadline:
        family.check()
        try:
            with opener.open(address, timeout=5) as answer:
                if answer.status == 200:
                    return
                last = f"status {answer.status}"
        except urllib.error.HTTPError as error:
            last = f"status {error.code}"
        except OSError as error:
            last = str(error)
        time.sleep(0.2)
    log = LOGS / "web.log"
    raise Stop(f"{address} was not healthy after {_HEALTH_SECONDS} seconds ({last}). Log: {log}\n{tail(log)}")


def _greet(env: Mapping[str, str], port: int) -> None:
    say(f"\nSafeguarding Oversight is at http://{ports.LOOPBACK}:{port}/\n")
    if environment.wants_demo(env):
        try:
            say(manage(env, "demo_accounts").rstrip())
        except Stop:
            say("There are no demonstration accounts in this database; sign in with an account of yours.")
    else:
        say('Demonstration accounts are off. Commands by hand: make manage ARGS="help"')
    say(f"\nLogs are in {LOGS.relative_to(ROOT)}/. Press Ctrl-C to stop.")


def _stop_loudly(family: children.Children) -> None:
    say("\nStopping...")
    family.stop()


if __name__ == "__main__":
    run_main(main)
