"""Worlds of the demonstration, made once for all tests."""

import io
from datetime import UTC, date, datetime, time

import pytest
from django.core.management import call_command

from safeguarding.demo import board, guidance, loading, partnership, people, population
from safeguarding.demo.rows import World

PAPER_DAY = date(2020, 7, 20)
# Years later, with returns of the present.
TODAY = date(2026, 11, 22)


def build(as_of: date) -> World:
    return population.build(as_of, [team.workers for team in people.teams()], list(people.notes()))


@pytest.fixture(scope="session")
def paper_world() -> World:
    """As on the day of the published paper."""
    return build(PAPER_DAY)


@pytest.fixture(scope="session")
def later_world() -> World:
    return build(date(2022, 8, 3))


def load_partnership(as_of: date) -> tuple[dict[str, int], datetime]:
    """People, organisations and the partnership without any children: what was written, counted, and nine
    o'clock of that day."""
    now = datetime.combine(as_of, time(9), UTC)
    for command in ("load_question_sets", "load_scenario_sets"):
        call_command(command, stdout=io.StringIO())
    users = loading._people(now)
    return partnership.load(as_of, users, loading._organisations(users)), now


def load_board(as_of: date) -> datetime:
    """As `load_partnership`, with the board on top; nine o'clock of that day."""
    now = datetime.combine(as_of, time(9), UTC)
    for command in ("load_question_sets", "load_scenario_sets", "load_risk_library"):
        call_command(command, stdout=io.StringIO())
    users = loading._people(now)
    _, ground, meetings = partnership.lay_down(as_of, users, loading._organisations(users))
    board.load(ground, meetings)
    return now


def load_guidance(as_of: date) -> datetime:
    """As `load_partnership`, with the register of guidance on top; nine o'clock of that day."""
    now = datetime.combine(as_of, time(9), UTC)
    for command in ("load_question_sets", "load_scenario_sets", "load_easements"):
        call_command(command, stdout=io.StringIO())
    users = loading._people(now)
    _, ground, _ = partnership.lay_down(as_of, users, loading._organisations(users))
    guidance.load(ground)
    return now
