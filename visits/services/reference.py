"""Reference data of visiting: the rules, since when alternatives are recorded, lockdowns, and figures
that others published. Loaded again and again; nothing is ever deleted, and what a partnership set
itself stands."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from accounts.audit import Actor, record
from safeguarding.kernel.periods import Month
from visits.models import AlternativeRecording, PublishedRate, Restriction, VisitRule

Row = Mapping[str, Any]


@dataclass
class Loaded:
    """How many rows of each kind were added, changed, retired, and left as the partnership set them."""

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    retired: Counter[str] = field(default_factory=Counter)
    # Rules that differ from the file, in words.
    kept: list[str] = field(default_factory=list)


def load_reference(
    *,
    rules: Sequence[Row],
    alternatives: Sequence[Row],
    restrictions: Sequence[Row],
    published: Sequence[Row],
    actor: Actor,
    now: datetime,
) -> Loaded:
    """Adds what is missing. A rule that stands under the same type, regime and first day is left as it
    is, except that it ends where the file says that it has ended; the setting for alternatives is only
    made where there is none. Restrictions and published figures follow the file. Everything written is
    on the trail; loading the same again writes nothing.
    """
    loaded = Loaded()
    with transaction.atomic():
        for row in rules:
            _load_rule(row, loaded)
        if not AlternativeRecording.objects.exists():
            for row in alternatives:
                AlternativeRecording.objects.create(**_typed(AlternativeRecording, row))
                loaded.added["alternative recording"] += 1
        for row in restrictions:
            _follow(Restriction, row, ("name",), "restriction", loaded)
        for row in published:
            month = {"month": Month.parse(row["month"]).index}
            _follow(
                PublishedRate, {**row, **month}, ("month", "plan_type", "source"), "published rate", loaded
            )
        written = {name: dict(getattr(loaded, name)) for name in ("added", "changed", "retired")}
        if any(written.values()):
            record("reference.loaded", actor=actor, at=now, object_kind="reference", detail=written)
    return loaded


def _load_rule(row: Row, loaded: Loaded) -> None:
    values = _typed(VisitRule, row)
    key = {name: values[name] for name in ("plan_type", "regime", "effective_from")}
    rule = VisitRule.objects.select_for_update().filter(**key).first()
    if rule is None:
        VisitRule.objects.create(**values)
        loaded.added["visit rule"] += 1
        return
    until = values["effective_until"]
    if until and rule.effective_until is None:
        rule.effective_until = until
        rule.save(update_fields=["effective_until"])
        loaded.retired["visit rule"] += 1
    if (rule.interval, rule.unit) != (values["interval"], values["unit"]):
        loaded.kept.append(
            f"{rule.plan_type} {rule.regime} from {rule.effective_from}: {rule.interval} {rule.unit},"
            f" where the file has {values['interval']} {values['unit']}"
        )


def _follow(model: type[models.Model], row: Row, key: tuple[str, ...], name: str, loaded: Loaded) -> None:
    values = _typed(model, row)
    stored = model._default_manager.filter(**{field: values[field] for field in key})
    known = stored.first()
    if known is None:
        model._default_manager.create(**values)
        loaded.added[name] += 1
    elif any(getattr(known, field) != value for field, value in values.items()):
        stored.update(**values)
        loaded.changed[name] += 1


def _typed(model: type[models.Model], row: Row) -> dict[str, Any]:
    """The row with days and decimals for their texts."""
    turn: dict[type, Callable[[str], Any]] = {
        models.DateField: date.fromisoformat,
        models.DecimalField: Decimal,
    }
    return {
        name: turn[kind](value)
        if value is not None and (kind := type(model._meta.get_field(name))) in turn
        else value
        for name, value in row.items()
    }
