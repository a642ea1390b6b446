"""Series of the demonstration's meetings: rhythms, pauses and members, and the meetings that the service's
own rule makes of them."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from partners.constants import MeetingState as State
from partners.rules.cadence import Cadence, Pause, PlannedDay, dates
from partners.rules.texts import in_words
from safeguarding.demo.partnership.ground import DAY, ICB_FROM, Ground, model, moment, read, uid, write

# As the service plans ahead.
_AHEAD = timedelta(days=60)
# A meeting of this series, by number, that did not take place.
CANCELLED = {("resilience", 13): "The chair was ill, and nothing was urgent."}


@dataclass
class Held:
    """A meeting as it is laid out."""

    series: dict[str, Any]
    number: int
    day: PlannedDay
    before: "Held | None"
    state: str
    # Kind, title and source of each.
    items: list[tuple[str, str, Any]] = field(default_factory=list)
    row: Any = None

    @property
    def uid(self):
        return uid("meeting", self.series["key"], self.number)

    @property
    def label(self) -> str:
        return f"{self.series['name']}, {in_words(self.day.on)}"


def store(ground: Ground) -> tuple[dict[str, int], list[Held]]:
    """The keys of the series, and their meetings, not written yet."""
    kind, rows = model("MeetingSeries"), read("meetings")["series"]
    made = write(kind, [_series(ground, kind, row) for row in rows])
    held: list[Held] = []
    for row, one in zip(rows, made, strict=True):
        held += _of_series(ground, row, one.pk)
        _members(ground, row, one.pk)
    return {row["key"]: one.pk for row, one in zip(rows, made, strict=True)}, held


def _series(ground: Ground, kind: Any, row: dict) -> Any:
    ended = row.get("ended")
    return kind(
        uid=uid("series", row["key"]),
        name=row["name"],
        kind=row["kind"],
        purpose=row["purpose"],
        ended_on=date.fromisoformat(ended) if ended and date.fromisoformat(ended) <= ground.as_of else None,
    )


def _when(ground: Ground, text: str) -> date | None:
    if not text:
        return None
    return ground.resumed_on if text == "resumed" else date.fromisoformat(text)


def _of_series(ground: Ground, row: dict, series: int) -> list[Held]:
    """Writes the rules and pauses; the meetings that follow from them."""
    cadence, pause = model("CadenceRule"), model("SeriesPause")
    begun = [(_when(ground, one[0]), one) for one in row["cadences"]]
    rules = [(day, one) for day, one in begun if day is not None and day <= ground.as_of]
    write(
        cadence,
        [
            cadence(
                series_id=series,
                effective_from=day,
                frequency=one[1],
                weekdays=one[2],
                which_week=one[3],
                starts_at=time.fromisoformat(one[4]),
                reason=one[5],
                set_at=moment(day - 12 * DAY, 15, 30),
                set_by_id=ground.coordinator,
            )
            for day, one in rules
        ],
    )
    pauses = [(date.fromisoformat(one[0]), _when(ground, one[1]), one[2]) for one in row["pauses"]]
    pauses = [one for one in pauses if one[0] <= ground.as_of]
    write(
        pause,
        [
            pause(
                series_id=series,
                from_date=first,
                until_date=until,
                reason=why,
                set_at=moment(first - 3 * DAY, 12),
                set_by_id=ground.coordinator,
                resumed_at=moment(until - DAY, 12) if until else None,
                resumed_by_id=ground.coordinator if until else None,
            )
            for first, until, why in pauses
        ],
    )
    days = dates(
        [Cadence(day, one[1], tuple(one[2]), time.fromisoformat(one[4]), one[3]) for day, one in rules],
        [Pause(first, until) for first, until, _ in pauses],
        rules[0][0],
        ground.as_of + _AHEAD,
    )
    found: list[Held] = []
    for number, day in enumerate(days, 1):
        state = State.HELD if day.starts_at < ground.at else State.PLANNED
        if (row["key"], number) in CANCELLED and state == State.HELD:
            state = State.CANCELLED
        before = next((one for one in reversed(found) if one.state == State.HELD), None)
        found.append(Held(row, number, day, before, state))
    return found


def _members(ground: Ground, row: dict, series: int) -> None:
    kind = model("SeriesMember")
    first = date.fromisoformat(row["cadences"][0][0])
    replaced = ground.as_of >= ICB_FROM
    rows = []
    for key in row["members"]:
        if key != "icb":
            rows.append(kind(series_id=series, organisation_id=ground.organisations[key], from_date=first))
            continue
        ccg, icb = ground.organisations["ccg"], ground.organisations["icb"]
        until = ICB_FROM if replaced else None
        rows.append(kind(series_id=series, organisation_id=ccg, from_date=first, until_date=until))
        if replaced:
            rows.append(kind(series_id=series, organisation_id=icb, from_date=ICB_FROM))
    write(kind, rows)
