"""Loopback ports: which is free, which is taken, and whether a named server answers."""

import socket
from urllib.parse import urlsplit

from tools.say import Stop

LOOPBACK = "127.0.0.1"
_DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "postgres": 5432, "postgresql": 5432, "pgsql": 5432}


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As gunicorn does: a port in TIME_WAIT after an earlier run is not a taken port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError as error:
            raise Stop(f"port {port} may only be used by root; choose one above 1023 with PORT.") from error
        except OSError:
            return False
        return True


def parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Stop(f"PORT must be a number from 1 to 65535; it is {text!r}.")
    return int(text)


def require_answer(variable: str, url: str) -> None:
    """Stop unless something listens where a server URL points. Sockets and files are not tried."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    try:
        socket.create_connection((parts.hostname, port), timeout=5).close()
    except OSError as error:
        raise Stop(
            f"nothing answers at {parts.hostname}:{port}, which {variable} names ({error}). "
            f"Start that server, correct {variable}, or unset it to use a private one."
        ) from error
