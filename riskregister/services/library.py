"""The library of starting risks: loaded from files, copied into drafts; and the first rules."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from riskregister.constants import ControlState
from riskregister.history import keep
from riskregister.models import Appetite, Control, LibraryRisk, Matrix, ReviewCadence, Risk
from riskregister.rules import register_rules as rules
from riskregister.rules.register import RiskDraft
from riskregister.services.register import add_risk

Rows = Iterable[Mapping[str, Any]]


def copy_risk(
    *, user: User, of: LibraryRisk, organisation_id: int | None, token: UUID, now: datetime
) -> Risk:
    """A draft with the library's words, and its controls as planned ones. Raises AlreadyDone(uid)."""
    with transaction.atomic():
        risk = add_risk(
            user=user,
            draft=RiskDraft(
                title=of.title,
                cause=of.cause,
                event=of.event,
                consequence=of.consequence,
                theme=of.theme,
                functions=tuple(of.functions),
            ),
            organisation_id=organisation_id,
            owner=None,
            owner_organisation_id=organisation_id,
            token=token,
            now=now,
            copied_from=of,
        )
        for text in of.controls:
            control = Control.objects.create(
                uid=uuid.uuid4(), risk=risk, text=text, state=ControlState.PLANNED
            )
            keep(control, thing="control", at=now, by=user)
    return risk


def load_library(files: Iterable[Mapping[str, Any]], *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Adds and updates starting risks by their code; how many were added and changed. What was copied from
    them stays as it is. `files`: {"emergency", "name", "risks": [...]}. Raises Refusal."""
    added = changed = 0
    with transaction.atomic():
        for content in files:
            for row in content["risks"]:
                values = rules.library_row(row) | {
                    "emergency": content["emergency"],
                    "emergency_name": content["name"],
                }
                found = LibraryRisk.objects.filter(code=row["code"]).first()
                if found is None:
                    LibraryRisk.objects.create(code=row["code"], **values)
                    added += 1
                elif any(getattr(found, name) != value for name, value in values.items()):
                    for name, value in values.items():
                        setattr(found, name, value)
                    found.save(update_fields=list(values))
                    changed += 1
        if added or changed:
            record(
                "risk_library.loaded", actor=actor, at=now, object_kind="risk_library",
                detail={"added": added, "changed": changed},
            )  # fmt: skip
    return added, changed


def load_rules(content: Mapping[str, Rows], *, actor: Actor, now: datetime) -> int:
    """Matrices, cadence and appetite that come with the product, in force at once; how many rows were added.
    A row of a version or day that is here already is never changed. Raises Refusal."""
    added = 0
    with transaction.atomic():
        for row in content["matrices"]:
            if not Matrix.objects.filter(version=row["version"]).exists():
                rules.check_matrix(row)
                values = {name: row[name] for name in _MATRIX} | {"cells": row.get("cells", {})}
                day = date.fromisoformat(row["effective_from"])
                Matrix.objects.create(**values, effective_from=day, set_at=now, confirmed_at=now)
                added += 1
        for row in content["cadence"]:
            rules.check_cadence(row["band"], row["days"], row["authority"])
            values = {"days": row["days"], "authority": row["authority"], "source": row["source"]}
            added += _once(ReviewCadence, {"band": row["band"]}, row, values, now)
        for row in content["appetite"]:
            rules.check_appetite(row["theme"], row["highest_score"], row["words"])
            values = {"highest_score": row["highest_score"], "words": row["words"]}
            added += _once(Appetite, {"theme": row["theme"]}, row, values, now)
        if added:
            record(
                "risk_rules.loaded", actor=actor, at=now, object_kind="risk_rules", detail={"added": added}
            )
    return added


_MATRIX = ("version", "likelihoods", "impacts", "bands", "source", "reason")


def _once(model: type, key: dict[str, str], row: Mapping[str, Any], values: dict, now: datetime) -> int:
    day = date.fromisoformat(row["effective_from"])
    _, made = model._default_manager.get_or_create(  # type: ignore[attr-defined]
        **key,
        effective_from=day,
        declined_at=None,
        defaults={**values, "set_at": now, "confirmed_at": now},
    )
    return int(made)
