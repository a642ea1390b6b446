"""What guidance puts on the agendas of meetings."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from guidance.constants import URGENT_KINDS, ChangeSize, Force
from guidance.models import Easement, GuidanceVersion
from partners.constants import AgendaKind
from partners.selectors.agendas import DueItem
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words

# Before a meeting that comes every fortnight, or every month.
_ENDS_WITHIN = timedelta(days=31)
_BINDING = Q(force=Force.MUST) | Q(kind__in=URGENT_KINDS)
_LONGEST = 200


def due_items(since: datetime | None, at: datetime) -> list[DueItem]:
    """What binds and was issued later than `since`, piece by piece; how much else was; easements that end
    within a month. Three queries."""
    issued = GuidanceVersion.objects.filter(issued_at__lte=at, size=ChangeSize.MAJOR)
    if since:
        issued = issued.filter(issued_at__gt=since)
    binding = issued.filter(_BINDING).select_related("item").order_by("issued_at", "pk")
    found = {one.item_id: _item(f"{one.item.label} {one.title}", one.item.uid) for one in binding}
    lines = list(found.values())
    others = issued.exclude(item__in=found).values("item").distinct().count()
    if others:
        pieces = "1 other piece" if others == 1 else f"{others:,} other pieces"
        lines.append(_item(f"{pieces} of guidance issued since the last meeting", None))
    today = day_of(at)
    ending = Easement.objects.filter(
        effective_from__lte=today, effective_until__gt=today, effective_until__lte=today + _ENDS_WITHIN
    ).order_by("effective_until", "pk")
    lines += [
        _item(f"No longer from {in_words(one.effective_until)}: {one.title}", one.uid)
        for one in ending
        if one.effective_until
    ]
    return lines


def _item(title: str, uid: UUID | None) -> DueItem:
    words = title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
    return DueItem(AgendaKind.GUIDANCE, words, uid)
