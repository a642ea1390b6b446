"""What the guidance of the demonstration stands on: its records, its words, and who keeps the register."""

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings

from safeguarding.demo.board import ground as board
from safeguarding.demo.partnership import ground as partnership
from safeguarding.demo.partnership.ground import COORDINATOR, OFFICER, rng_for
from safeguarding.kernel.working_days import is_working_day

__all__ = ["COORDINATOR", "KEEPERS", "OFFICER", "Desk", "model", "other", "read", "rng_for", "uid", "write"]

# As the fixture shortens them.
KEEPERS = {"T": COORDINATOR, "M": OFFICER}
_DAY = timedelta(days=1)


def model(name: str) -> Any:
    return apps.get_model(f"guidance.{name}")


def write(name: str, rows: list[Any]) -> list[Any]:
    return model(name)._default_manager.bulk_create(rows, batch_size=500)


def uid(*key: object) -> UUID:
    return partnership.uid("guidance", *key)


def other(keeper: str) -> str:
    """Who approves what this keeper writes."""
    return OFFICER if keeper == COORDINATOR else COORDINATOR


@cache
def read(name: str) -> Any:
    path = Path(settings.BASE_DIR) / "fixtures" / "demo" / "guidance" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


class Desk(board.Desk):
    """As the board's, with the history of guidance; a day that counts from the as-of day is a working day."""

    histories = "guidance.History"

    def working_day(self, text: str) -> date:
        """The day, or where it counts from the as-of day the last working day by then."""
        day = self.day(text)
        while text[0] in "+-" and not is_working_day(day):
            day -= _DAY
        return day
