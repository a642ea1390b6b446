"""Leases: one writer at a time, also across killed processes, on any database."""

from datetime import datetime, timedelta

from operations.facts import Held
from operations.models import Lease
from safeguarding.kernel.errors import Refusal


class LeaseBusy(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__("lease_busy", f"Another process is writing {name} now.")


class LeaseLost(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            "lease_lost", f"Another process took over writing {name}; this one's work was dropped."
        )


def lock(name: str, *, now: datetime) -> Lease:
    """Locks the lease row until the transaction ends, for work that is done within it.

    Raises LeaseBusy where somebody holds it for longer work. A holder whose time is up is
    shut out: the fence rises.
    """
    Lease.objects.get_or_create(name=name)
    lease = Lease.objects.select_for_update().get(name=name)
    if lease.expires_at and lease.expires_at > now:
        raise LeaseBusy(name)
    if lease.owner:
        Lease.objects.filter(name=name).update(owner="", expires_at=None, fence=lease.fence + 1)
    return lease


def take(name: str, owner: str, *, now: datetime, seconds: int) -> Held:
    """Takes the lease for work that spans transactions. Commit it before the work starts."""
    fence = lock(name, now=now).fence + 2
    expires_at = now + timedelta(seconds=seconds)
    Lease.objects.filter(name=name).update(owner=owner, expires_at=expires_at, fence=fence)
    return Held(name, owner, fence, expires_at)


def extend(held: Held, *, now: datetime, seconds: int) -> None:
    """A sign of life. Raises LeaseLost if somebody else has taken over."""
    changed = Lease.objects.filter(name=held.name, fence=held.fence).update(
        expires_at=now + timedelta(seconds=seconds)
    )
    if not changed:
        raise LeaseLost(held.name)


def confirm(held: Held) -> None:
    """Locks the row and checks the fence: what is written after it, in the same transaction,
    is written by the holder alone. Raises LeaseLost."""
    if not Lease.objects.select_for_update().filter(name=held.name, fence=held.fence).exists():
        raise LeaseLost(held.name)


def release(held: Held) -> None:
    Lease.objects.filter(name=held.name, fence=held.fence).update(owner="", expires_at=None)
