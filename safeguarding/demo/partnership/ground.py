"""What the partnership of the demonstration stands on: its moment, its keys and its calendar."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings

from partners.constants import Duty, QuestionSetState
from partners.facts.questions import QuestionSetFact
from partners.rules.calendar import Period
from partners.selectors.questions import question_set_fact
from safeguarding.demo import people

_SEED = 20200406
DAY = timedelta(days=1)
# The partners that answer on every cycle, by their keys; health changed hands in 2022.
PARTNERS = ("council", "county", "city", "icb", "hospitals", "police", "schools", "probation")
ICB_FROM = date(2022, 7, 1)
COORDINATOR, OFFICER = "Tobias Lindqvist", "Meredith Osgathorpe"
CHAIR = "Jocelyn Thackray"


def model(name: str) -> Any:
    return apps.get_model(f"partners.{name}")


def write(kind: Any, rows: list[Any]) -> list[Any]:
    return kind._default_manager.bulk_create(rows)


def rng_for(*key: object) -> Random:
    """The same choices in every load."""
    return Random(f"{_SEED}/{'/'.join(map(str, key))}")


def uid(*key: object) -> UUID:
    return UUID(int=rng_for("uid", *key).getrandbits(128), version=4)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


@cache
def read(name: str) -> Any:
    path = Path(settings.BASE_DIR) / "fixtures" / "demo" / "partnership" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass
class Round:
    """A cycle of the demonstration. `pk` is set when it is written."""

    number: int
    period: Period
    closes_at: datetime
    # The one that is open on the as-of day.
    live: bool = False
    pk: int = 0

    @property
    def due_at(self) -> datetime:
        return self.period.dates.due_at


@dataclass
class Ground:
    """Nothing later than `at` has happened. Users by e-mail, organisations by key; values are keys."""

    as_of: date
    at: datetime
    users: dict[str, int]
    organisations: dict[str, int]
    sets: dict[str, QuestionSetFact] = field(default_factory=dict)
    # Keys of question sets by code, of questions by (set, question).
    set_keys: dict[str, int] = field(default_factory=dict)
    question_keys: dict[tuple[str, str], int] = field(default_factory=dict)
    # First period of the present run of returns; None: the first run still goes on.
    resumed_on: date | None = None
    rounds: list[Round] = field(default_factory=list)

    def find_question_sets(self) -> None:
        """The newest locked version of each set."""
        rows = model("QuestionSet")._default_manager.filter(state=QuestionSetState.LOCKED)
        for row in rows.order_by("code", "version"):
            self.sets[row.code] = question_set_fact(row)
            self.set_keys[row.code] = row.pk
        names = {key: code for code, key in self.set_keys.items()}
        questions = model("Question")._default_manager.filter(section__question_set__in=names)
        for of_set, code, key in questions.values_list("section__question_set", "code", "pk"):
            self.question_keys[names[of_set], code] = key

    def person(self, name: str) -> int:
        return self.users[_email_of(name)]

    @property
    def coordinator(self) -> int:
        return self.person(COORDINATOR)

    def organisation(self, key: str, day: date) -> int:
        """Key of the row: "icb" is the clinical commissioning group until it was replaced."""
        return self.organisations["ccg" if key == "icb" and day < ICB_FROM else key]

    def answering(self, key: str, day: date, duty: str = Duty.LEAD) -> list[int]:
        """Who answers for a partner on a day, in this duty."""
        actual = "ccg" if key == "icb" and day < ICB_FROM else key
        return [
            self.users[person.email]
            for person in people.everybody()
            for each in person.represents
            if each.organisation == actual
            and each.duty == duty
            and each.from_date <= day
            and (each.until_date is None or day < each.until_date)
        ]

    def lead(self, key: str, day: date) -> int:
        return self.answering(key, day)[0]

    def ago(self, days: int) -> date:
        return self.as_of - days * DAY

    @property
    def live(self) -> Round | None:
        return next((one for one in reversed(self.rounds) if one.live), None)


@cache
def _email_of(name: str) -> str:
    return next(person.email for person in people.everybody() if person.name == name)
