"""Backlogs of the demonstration, counted period by period; returns say the same numbers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from safeguarding.demo.partnership.ground import DAY, ICB_FROM, Ground, Round, model, moment, read, uid, write
from safeguarding.demo.partnership.rounds import STOOD_DOWN_ON


@dataclass(frozen=True)
class Count:
    first: date
    last: date
    before: int
    came_in: int
    went_out: int
    # None: counted once for all the time in which no returns were asked for.
    round: Round | None

    @property
    def stock(self) -> int:
        return self.before + self.came_in - self.went_out


def of_partner(partner: str) -> list[dict]:
    return [row for row in read("figures")["backlogs"] if row["partner"] == partner]


def counts(ground: Ground, row: dict) -> list[Count]:
    """Each period's stock is the last one's with what came in, less what went out."""
    found: list[Count] = []
    stock = row["start"]
    for one in ground.rounds:
        if one.period.start == ground.resumed_on:
            found += _while_stood_down(row, stock, one.period.start - DAY)
            stock = found[-1].stock
        place = min(one.number, len(row["in"])) - 1
        came_in = row["in"][place]
        went_out = min(row["out"][place], stock + came_in)
        found.append(Count(one.period.start, one.period.dates.period_end, stock, came_in, went_out, one))
        stock = found[-1].stock
    return found


def _while_stood_down(row: dict, stock: int, last: date) -> list[Count]:
    """Counted once for the whole time; of health once by each of the two that had it."""
    first, found = STOOD_DOWN_ON, []
    ends = [ICB_FROM - DAY, last] if row["partner"] == "icb" and first < ICB_FROM < last else [last]
    for end in ends:
        came_in = (end - first).days // 14 * row["in"][9]
        left = row["after_pause"]
        found.append(Count(first, end, stock, came_in, stock + came_in - left, None))
        first, stock = end + DAY, left
    return found


def in_round(ground: Ground, partner: str, number: int) -> dict[str, Count]:
    """Of each kind of backlog that the partner has, the count of one cycle."""
    return {
        row["kind"]: count
        for row in of_partner(partner)
        for count in counts(ground, row)
        if count.round and count.round.number == number
    }


def store(ground: Ground) -> int:
    kind, counted = model("Backlog"), model("BacklogCount")
    rows, numbers = [], []
    for row in read("figures")["backlogs"]:
        known = [count for count in counts(ground, row) if _counted_at(count) < ground.at]
        for owner, of_owner in _by_owner(row["partner"], known):
            rows.append(_row(ground, row, owner, of_owner))
            numbers.append((row["partner"], of_owner))
    made = write(kind, rows)
    write(
        counted,
        [
            counted(
                backlog=backlog,
                period_start=count.first,
                period_end=count.last,
                before=count.before,
                came_in=count.came_in,
                went_out=count.went_out,
                stock=count.stock,
                at=_counted_at(count),
                by_id=ground.lead(partner, count.last),
            )
            for backlog, (partner, of_owner) in zip(made, numbers, strict=True)
            for count in of_owner
        ],
    )
    return len(made)


def _counted_at(count: Count) -> datetime:
    return moment(count.last + DAY, 9, 30)


def _by_owner(partner: str, known: list[Count]) -> list[tuple[str, list[Count]]]:
    if partner != "icb":
        return [(partner, known)]
    before = [count for count in known if count.last < ICB_FROM]
    after = [count for count in known if count.last >= ICB_FROM]
    return [(owner, part) for owner, part in (("ccg", before), ("icb", after)) if part]


def _row(ground: Ground, row: dict, owner: str, known: list[Count]) -> Any:
    first = known[0].first
    handed_over = owner == "ccg" and known[-1].last == ICB_FROM - DAY
    return model("Backlog")(
        uid=uid("backlog", owner, row["name"]),
        organisation_id=ground.organisations[owner],
        kind=row["kind"],
        name=row["name"],
        unit=row["unit"],
        national=row["national"],
        created_at=moment(first, 12),
        created_by_id=ground.lead(row["partner"], first),
        closed_on=ICB_FROM if handed_over else None,
    )
