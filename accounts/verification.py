"""Is the trail whole? Walks the chain from its first event to its head."""

from dataclasses import dataclass

from accounts.audit import START, area_of, seal
from accounts.models import AuditEvent, AuditHead


@dataclass(frozen=True)
class Verdict:
    """`fault` names the first thing that is wrong, or is empty."""

    events: int
    head: str
    fault: str = ""


def verify(*, known_head: str = "") -> Verdict:
    """Reads every event once, in bounded memory. `known_head` is the hash that an earlier check
    printed, kept elsewhere: it must be a link of this chain still. Events that are written while
    this runs are left to the next check."""
    head = AuditHead.objects.filter(pk=1).first()
    if head is None and AuditEvent.objects.exists():
        return Verdict(0, START, "the head is missing")
    head = head or AuditHead()
    previous, count, last = START, 0, 0
    found_known = not known_head or known_head == START
    for event in AuditEvent.objects.filter(pk__lte=head.event_id).order_by("pk").iterator(chunk_size=5000):
        if event.previous_hash != previous:
            fault = f"event {event.pk} does not follow event {last}: something was removed or put in between"
            return Verdict(count, previous, fault)
        if seal(event) != event.hash:
            return Verdict(count, previous, f"event {event.pk} was changed: its seal does not fit")
        if event.area != area_of(event.action):
            return Verdict(count, previous, f"event {event.pk} was changed: it stands in the wrong half")
        previous, last = event.hash, event.pk
        count += 1
        found_known = found_known or previous == known_head
    if last != head.event_id or previous != head.hash:
        fault = f"the trail ends with event {last}, but its head is event {head.event_id}"
        return Verdict(count, previous, fault)
    if not found_known:
        fault = "the head that was kept elsewhere is no link of this trail: it was rewritten"
        return Verdict(count, previous, fault)
    return Verdict(count, previous, _beyond())


def _beyond() -> str:
    """An event past the head was put in by hand. The newest event is read before the head, which
    moves with every event: whatever is written meanwhile is no stray."""
    newest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    head = AuditHead.objects.filter(pk=1).values_list("event_id", flat=True).first() or 0
    return f"event {newest} was added past the head" if newest > head else ""
