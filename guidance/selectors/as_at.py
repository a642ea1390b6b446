"""The register as it was known at a moment: from snapshots, so that what was recorded, corrected or issued
later does not show."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Max

from guidance.facts.register import GuidanceFact
from guidance.history import Snapshot, as_at
from guidance.models import SourceCheck


def register_at(moment: datetime) -> tuple[GuidanceFact, ...]:
    """Every piece of guidance recorded by `moment`, as it stood then, by number. Four queries."""
    items, versions = as_at("item", moment), _by_item(as_at("version", moment).values())
    names = dict(get_user_model().objects.values_list("uid", "name"))
    checked = dict(
        SourceCheck.objects.filter(at__lte=moment).values_list("item__uid").annotate(last=Max("at"))
    )
    numbers = {uid: item.fields["number"] for uid, item in items.items()}
    rows = sorted(items.values(), key=lambda item: item.fields["number"])
    return tuple(
        _fact(item, versions[item.uid], names, checked, numbers) for item in rows if item.uid in versions
    )


def _by_item(versions: Iterable[Snapshot]) -> dict[UUID, list[Snapshot]]:
    """The versions of each item, by number."""
    found: dict[UUID, list[Snapshot]] = {}
    for version in sorted(versions, key=lambda one: one.fields["number"]):
        found.setdefault(UUID(version.fields["item"]), []).append(version)
    return found


def _fact(
    item: Snapshot,
    versions: list[Snapshot],
    names: dict[UUID, str],
    checked: dict[UUID, datetime],
    numbers: dict[UUID, int],
) -> GuidanceFact:
    said, newest = item.fields, versions[-1]
    issued = next((one.fields for one in reversed(versions) if one.fields["issued_at"]), None)
    replaced_by = said["replaced_by"]
    return GuidanceFact(
        uid=item.uid,
        label=f"G{said['number']}",
        issuer=said["issuer"],
        reference=said["reference"],
        # The item's title is that of its newest version.
        title=newest.fields["title"],
        url=said["url"],
        audiences=tuple(said["audiences"]),
        topics=tuple(said["topics"]),
        duties=tuple(said["duties"]),
        origin=said["origin"],
        owner=names.get(UUID(said["owner"]), "") if said["owner"] else "",
        recorded_at=datetime.fromisoformat(said["recorded_at"]),
        version_uid=newest.uid,
        version_number=newest.fields["number"],
        kind=newest.fields["kind"],
        size=newest.fields["size"],
        force=newest.fields["force"],
        state=newest.fields["state"],
        published_on=_day(newest.fields["published_on"]),
        received_on=date.fromisoformat(newest.fields["received_on"]),
        effective_from=date.fromisoformat(newest.fields["effective_from"]),
        effective_until=_day(newest.fields["effective_until"]),
        due_on=date.fromisoformat(newest.fields["due_on"]),
        version_recorded_at=datetime.fromisoformat(newest.fields["recorded_at"]),
        issued_number=issued["number"] if issued else None,
        issued_at=datetime.fromisoformat(issued["issued_at"]) if issued else None,
        acknowledge_by=_day(issued["acknowledge_by"]) if issued else None,
        replaced_by=f"G{numbers[UUID(replaced_by)]}" if replaced_by else "",
        replaced_from=_day(said["replaced_from"]),
        checked_at=checked.get(item.uid),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
