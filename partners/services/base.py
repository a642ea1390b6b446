"""What the services of the partnership share: rights, and a change that nobody else's change gets under."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from partners.rules.free_texts import refuse_personal
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of


class OutOfReach(Refusal):
    """The record is not (or no longer) this person's to change: told as if it were not there."""

    def __init__(self) -> None:
        super().__init__("out_of_reach", "This record is not among yours.")


def need(user: User, action: Action, thing: Thing) -> None:
    """Raises OutOfReach where no role of `user` may do this to any row."""
    if not allows(user.roles, action, thing):
        raise OutOfReach


def screened(texts: Mapping[str, str], *, confirmed: bool, now: datetime) -> dict[str, Any]:
    """{'stood_by': what of the texts (by field) looks as if it were of one child}, to be kept, where the
    writer has `confirmed` that they name none; {} where nothing does. Raises Refusal('looks_personal')."""
    marks = refuse_personal(texts, today=day_of(now), confirmed=confirmed)
    return {"stood_by": list(marks)} if marks else {}


def unchanged(row: Model, expected_version: int, *, column: str = "version") -> None:
    """After the rules: who comes second to a record that was closed is told that, by name."""
    if getattr(row, column) != expected_version:
        raise StaleEdit(getattr(row, column), expected_version)


def write(row: Model, *, column: str = "version", **changes: Any) -> None:
    """Saves `changes` with the next version. The version in the filter holds even where no lock does
    (SQLite has no row locks). Raises StaleEdit."""
    was = getattr(row, column)
    rows = type(row)._default_manager.filter(**{"pk": row.pk, column: was})
    if not rows.update(**{column: was + 1}, **changes):
        raise StaleEdit(was + 1, was)
    for name, value in {**changes, column: was + 1}.items():
        setattr(row, name, value)
