"""User and system time of this process and of the PostgreSQL process that serves it, on one machine."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds."""

    cpu: float
    wall: float


def measure(work: Callable[[], object]) -> Cost:
    server = _server_seconds()
    client, wall = time.process_time(), time.perf_counter()
    work()
    client, wall = time.process_time() - client, time.perf_counter() - wall
    return Cost(client + _server_seconds() - server, wall)


def medians(
    ways: dict[str, Callable[[], object]], runs: int, before: Callable[[str], None]
) -> dict[str, Cost]:
    """Each way `runs` times, interleaved so that neighbours on the machine trouble all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, work in ways.items():
            before(name)
            costs[name].append(measure(work))
    return {
        name: Cost(
            statistics.median(cost.cpu for cost in some), statistics.median(cost.wall for cost in some)
        )
        for name, some in costs.items()
    }


def _server_seconds() -> float:
    """Of the backend of Django's connection, in ticks of 10 ms: measure enough work at once."""
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.get_backend_pid()}/stat")
    try:
        fields = stat.read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        raise SystemExit(
            "The PostgreSQL server must run on this machine: its CPU time is part of the figure."
        ) from None
    return (int(fields[11]) + int(fields[12])) / _TICK
