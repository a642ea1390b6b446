"""What the ladder of reminders of acknowledgement is worked out from, and what became of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from guidance.constants import GuidanceReminderStep
from guidance.facts.acknowledgement import Asking
from guidance.models import AcknowledgementReminder
from guidance.rules import acknowledging as rules
from guidance.selectors import acknowledgements as selectors
from partners.selectors.ladder import Owed, People, Rung, due_moment, ladder, morning_of, owed
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class Climb:
    """The ladder of one version and organisation that has not answered."""

    asking: Asking
    rungs: tuple[Rung, ...]
    # (step, recipient) of what was handled; recipient None: nobody was there.
    handled: frozenset[tuple[str, int | None]]


def owed_now(
    people: People, now: datetime, *, items: Collection[int] | None = None
) -> list[tuple[Climb, Owed]]:
    """Every step that has come due and was not handled yet. Four queries."""
    return [
        (climb, step)
        for climb in _climbs(now, items)
        for step in owed(climb.rungs, people.of(climb.asking.party.key), climb.handled, now)
    ]


def last_steps(asked: Iterable[Asking]) -> dict[tuple[int, int], tuple[str, datetime]]:
    """The last step that somebody was told of, and when, by keys of version and organisation."""
    versions = {one.of.key for one in asked}
    rows = AcknowledgementReminder.objects.filter(of__in=versions, recipient__isnull=False, passed_over=False)
    read = rows.values_list("of", "organisation", "step").annotate(at=Max("handled_at"))
    order = list(GuidanceReminderStep.values)
    found: dict[tuple[int, int], tuple[str, datetime]] = {}
    for of, organisation, step, at in sorted(read, key=lambda row: order.index(row[2])):
        found[(of, organisation)] = (step, at)
    return found


def _climbs(now: datetime, items: Collection[int] | None) -> list[Climb]:
    day = day_of(now)
    asked = rules.all_asking(
        selectors.asked_items(day, items=items),
        selectors.organisations(day),
        selectors.given(for_organisations=True, items=items),
    )
    silent = [one for one in asked if one.outstanding]
    handled: dict[tuple[int, int], set[tuple[str, int | None]]] = {}
    rows = AcknowledgementReminder.objects.all()
    if items is not None:
        rows = rows.filter(of__item__in=items)
    for of, organisation, step, recipient in rows.values_list("of", "organisation", "step", "recipient"):
        handled.setdefault((of, organisation), set()).add((step, recipient))
    return [
        Climb(
            one,
            ladder(due_moment(one.due), _since(one)),
            frozenset(handled.get((one.of.key, one.party.key), ())),
        )
        for one in silent
    ]


def _since(one: Asking) -> datetime:
    """Since when the organisation has had it: nobody is late with what was issued before they took part."""
    if one.party.since is None:
        return one.of.issued_at
    return max(one.of.issued_at, morning_of(one.party.since))
