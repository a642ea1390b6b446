"""Which hazard flags stand on a day, as lists and counts ask the database."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from visits.models import HazardFlag


def stands_on(day: date) -> Q:
    """Neither ended nor cleared; a flag past its review still stands."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))


def live_on(day: date) -> Q:
    return stands_on(day) & Q(cleared_at=None)


def standing_flags(children: Iterable[int], *, on: date) -> dict[int, list[tuple[str, str]]]:
    """Child key -> (code, name) of the flags that stand on that day, by name; one past its review says so."""
    standing = HazardFlag.objects.filter(live_on(on), child__in=list(children))
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = standing.order_by("kind__name", "pk").values_list("child", "kind__code", "kind__name", "review_on")
    for child, code, name, review_on in rows:
        found[child].append((code, name if review_on >= on else f"{name}, past its review"))
    return found
