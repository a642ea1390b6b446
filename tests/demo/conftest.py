"""Worlds of the demonstration, made once for all tests."""

from datetime import date

import pytest

from safeguarding.demo import people, population
from safeguarding.demo.rows import World

PAPER_DAY = date(2020, 7, 20)


def build(as_of: date) -> World:
    return population.build(as_of, [team.workers for team in people.teams()], list(people.notes()))


@pytest.fixture(scope="session")
def paper_world() -> World:
    """As on the day of the published paper."""
    return build(PAPER_DAY)


@pytest.fixture(scope="session")
def later_world() -> World:
    return build(date(2022, 8, 3))
