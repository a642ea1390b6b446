"""What the board's part of the demonstration stands on: the partnership's ground, people and organisations as
records, and a history that is written at once."""

import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings

from safeguarding.demo.partnership import ground as partnership
from safeguarding.demo.partnership.concerns import day_of
from safeguarding.demo.partnership.ground import CHAIR, COORDINATOR, Ground, moment, rng_for
from safeguarding.kernel.snapshots import fields_of

__all__ = ["CHAIR", "COORDINATOR", "Desk", "model", "read", "rng_for", "uid", "write"]

_DAY = timedelta(days=1)


def model(name: str) -> Any:
    return apps.get_model(f"riskregister.{name}")


def write(name: str, rows: list[Any]) -> list[Any]:
    return model(name)._default_manager.bulk_create(rows, batch_size=500)


def uid(*key: object) -> UUID:
    return partnership.uid("board", *key)


@cache
def read(name: str) -> Any:
    path = Path(settings.BASE_DIR) / "fixtures" / "demo" / "board" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


class Desk:
    """The ground with people and organisations as records. Nothing later than `at` has happened."""

    # Where snapshots are kept.
    histories = "riskregister.History"

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.as_of, self.at = ground.as_of, ground.at
        users = apps.get_model("accounts.User")._default_manager.filter(pk__in=ground.users.values())
        self._people = {one.pk: one for one in users}
        organisations = apps.get_model("partners.Organisation")._default_manager.all()
        self._organisations = {one.pk: one for one in organisations}
        self._histories: list[Any] = []
        self._numbers: dict[tuple[str, UUID], int] = defaultdict(int)

    def person(self, name: str | None) -> Any:
        """None: nobody, or a rule."""
        return self._people[self.ground.person(name)] if name else None

    def organisation(self, key: str, day: date) -> Any:
        return self._organisations[self.ground.organisation(key, day)] if key else None

    def lead(self, key: str, day: date) -> Any:
        return self._people[self.ground.lead(key, day)]

    def day(self, text: str) -> date:
        """A day, or so many days from the as-of day."""
        return day_of(self.ground, text)

    def moment(self, text: str, *key: object) -> datetime:
        """Within office hours of a day; of the same `key` always the same."""
        rng = rng_for("board moment", text, *key)
        return moment(self.day(text), rng.randrange(9, 16), rng.randrange(60))

    def now(self, text: str | None) -> bool:
        """Whether something of the present belongs here: with days that count from the as-of day, only where
        returns are asked for again."""
        relative = text is not None and text[0] in "+-"
        return not relative or self.ground.resumed_on is not None

    def keep(self, record: Any, thing: str, at: datetime, by: Any, reason: str = "") -> None:
        """A snapshot, to be written by `write_history`."""
        self._numbers[thing, record.uid] += 1
        self._histories.append(
            apps.get_model(self.histories)(
                thing=thing,
                uid=record.uid,
                number=self._numbers[thing, record.uid],
                fields=fields_of(record),
                reason=reason,
                at=at,
                by=by,
            )
        )

    def follow(self, thing: str, uid: UUID, kept: int) -> None:
        """So many snapshots of this record were written before."""
        self._numbers[thing, uid] = kept

    def write_history(self) -> int:
        rows = apps.get_model(self.histories)._default_manager
        return len(rows.bulk_create(self._histories, batch_size=500))
