"""What rows of one plan in a file may say, and what becomes of its history of teams. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Place:
    """A team holds the plan from a day on, until the next place begins."""

    team_id: int
    from_date: date


@dataclass(frozen=True)
class Move:
    """A row's word on the plan's team; `from_date` None where the file leaves it empty."""

    line: int
    team_id: int
    from_date: date | None


class BadMove(Exception):
    """A row contradicts the plan or its history of teams; None for `line`: all rows of the plan do."""

    def __init__(self, line: int | None, column: str, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column
        self.reason = reason


def new_history(start: date, moves: Sequence[Move]) -> list[Place]:
    """The teams of a new plan. The first team holds from the plan's start, whatever its row says;
    it is that of the row without a date, or else the earliest."""
    ordered = sorted(moves, key=lambda move: move.from_date or start)
    for move in ordered:
        _not_before(start, move)
    first, *later = ordered
    history = [Place(first.team_id, start)]
    for move in later:
        history = _moved(history, move, move.from_date or start)
    return history


def changed_history(history: Sequence[Place], start: date, moves: Sequence[Move], today: date) -> list[Place]:
    """The teams of a plan on record after the file's rows. `start` is the plan's start as the file
    has it. A single row without a date means today; beside other rows it means the first team."""
    if start != history[0].from_date:
        if len(history) > 1 and start >= history[1].from_date:
            raise BadMove(None, "start_date", "is not before the move of the plan to its second team")
        history = [Place(history[0].team_id, start), *history[1:]]
    undated = start if len(moves) > 1 else max(today, start)
    after = list(history)
    for move in sorted(moves, key=lambda move: move.from_date or undated):
        _not_before(start, move)
        after = _moved(after, move, move.from_date or undated)
    return after


def _not_before(start: date, move: Move) -> None:
    if move.from_date and move.from_date < start:
        raise BadMove(move.line, "team_from", "is before the plan starts")


def _moved(history: list[Place], move: Move, day: date) -> list[Place]:
    """The history with the team from `day` on. A move on the day of the latest one corrects that."""
    *earlier, last = history
    if day < last.from_date:
        holder = [place for place in history if place.from_date <= day][-1]
        if holder.team_id == move.team_id:
            return history
        raise BadMove(move.line, "team_from", "puts another team before a later move that is on record")
    if last.team_id == move.team_id:
        return history
    if day > last.from_date:
        return [*history, Place(move.team_id, day)]
    if earlier and earlier[-1].team_id == move.team_id:
        return earlier
    return [*earlier, Place(move.team_id, day)]
