"""Backlogs of the demonstration, counted period by period; returns say the same numbers."""

from dataclasses import dataclass
from datetime import date

from safeguarding.demo.partnership.ground import DAY, Ground, Round, model, moment, read, uid, write
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
            found.append(_while_stood_down(ground, row, stock))
            stock = found[-1].stock
        place = min(one.number, len(row["in"])) - 1
        came_in = row["in"][place]
        went_out = min(row["out"][place], stock + came_in)
        found.append(Count(one.period.start, one.period.dates.period_end, stock, came_in, went_out, one))
        stock = found[-1].stock
    return found


def _while_stood_down(ground: Ground, row: dict, stock: int) -> Count:
    last = ground.resumed_on - DAY
    fortnights = (last - STOOD_DOWN_ON).days // 14
    came_in = fortnights * row["in"][9]
    return Count(STOOD_DOWN_ON, last, stock, came_in, stock + came_in - row["after_pause"], None)


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
    rows, numbers = read("figures")["backlogs"], []
    first = ground.rounds[0].period.dates.period_end
    made = write(
        kind,
        [
            kind(
                uid=uid("backlog", row["partner"], row["name"]),
                organisation_id=ground.organisation(row["partner"], ground.as_of),
                kind=row["kind"],
                name=row["name"],
                unit=row["unit"],
                national=row["national"],
                created_at=moment(first + DAY, 9),
                created_by_id=ground.lead(row["partner"], first),
            )
            for row in rows
        ],
    )
    for row, backlog in zip(rows, made, strict=True):
        for count in counts(ground, row):
            at = moment(count.last + DAY, 9, 30)
            if at >= ground.at:
                continue
            numbers.append(
                counted(
                    backlog=backlog,
                    period_start=count.first,
                    period_end=count.last,
                    before=count.before,
                    came_in=count.came_in,
                    went_out=count.went_out,
                    stock=count.stock,
                    at=at,
                    by_id=ground.lead(row["partner"], count.last),
                )
            )
    write(counted, numbers)
    return len(made)
