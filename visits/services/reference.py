"""Reference data of visiting: the rules of visits and of oversight, the kinds of hazard flag, since when
alternatives are recorded, lockdowns, and figures that others published. Loaded again and again; nothing is
ever deleted, and what a partnership set itself stands."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from accounts.audit import Actor, record
from safeguarding.kernel.periods import Month
from visits.models import (
    AlternativeRecording,
    HazardFlagKind,
    OversightRule,
    PublishedRate,
    RemoteVisitRule,
    Restriction,
    VisitRule,
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Standing:
    """Rows that stand as the partnership set them, once they are there."""

    model: type[models.Model]
    name: str
    # What names a row.
    key: tuple[str, ...]
    # What a partnership may have set another way.
    terms: tuple[str, ...]
    # The day from which the row no longer holds, set from the file where it is still open.
    ends: str = ""


_VISIT_RULES = _Standing(
    VisitRule,
    "visit rule",
    ("plan_type", "regime", "effective_from"),
    ("interval", "unit"),
    "effective_until",
)
_OVERSIGHT_RULES = _Standing(OversightRule, "oversight rule", ("code", "effective_from"), ("value", "unit"))
_REMOTE_VISIT_RULES = _Standing(
    RemoteVisitRule,
    "remote visit rule",
    ("plan_type", "effective_from"),
    ("allowed", "needs_reason", "needs_record"),
    "effective_until",
)
_FLAG_KINDS = _Standing(
    HazardFlagKind,
    "hazard flag kind",
    ("code",),
    ("name", "lasts_days", "review_days", "needs_agreement"),
    "retired_on",
)


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
    oversight_rules: Sequence[Row],
    remote_visit_rules: Sequence[Row],
    flag_kinds: Sequence[Row],
    alternatives: Sequence[Row],
    restrictions: Sequence[Row],
    published: Sequence[Row],
    actor: Actor,
    now: datetime,
) -> Loaded:
    """Adds what is missing. A rule that stands under the same name and first day is left as it is,
    and so is a kind of flag, except that it ends where the file says that it has ended; the setting for
    alternatives is only made where there is none. Restrictions and published figures follow the file.
    Everything written is on the trail; loading the same again writes nothing.
    """
    loaded = Loaded()
    with transaction.atomic():
        for rows, standing in (
            (rules, _VISIT_RULES),
            (oversight_rules, _OVERSIGHT_RULES),
            (remote_visit_rules, _REMOTE_VISIT_RULES),
            (flag_kinds, _FLAG_KINDS),
        ):
            for row in rows:
                _add_or_leave(row, standing, loaded)
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


def _add_or_leave(row: Row, standing: _Standing, loaded: Loaded) -> None:
    values = _typed(standing.model, row)
    key = {name: values[name] for name in standing.key}
    found = standing.model._default_manager.select_for_update().filter(**key).first()
    if found is None:
        standing.model._default_manager.create(**values)
        loaded.added[standing.name] += 1
        return
    if standing.ends and values[standing.ends] and getattr(found, standing.ends) is None:
        setattr(found, standing.ends, values[standing.ends])
        found.save(update_fields=[standing.ends])
        loaded.retired[standing.name] += 1
    own = {name: getattr(found, name) for name in standing.terms if getattr(found, name) != values[name]}
    if own:
        named = " ".join(f"from {value}" if isinstance(value, date) else str(value) for value in key.values())
        loaded.kept.append(f"{named}: {_told(own)}, where the file has {_told(values, own)}")


def _told(values: Mapping[str, Any], names: Iterable[str] = ()) -> str:
    """'interval 15, unit days'."""
    return ", ".join(f"{name.replace('_', ' ')} {values[name]}" for name in names or values)


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
