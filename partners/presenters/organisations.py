"""Words of the pages of organisations."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from partners.constants import Duty, OrganisationKind, StatutoryRoleKind
from partners.models import Organisation, Participation, Representative, StatutoryRole
from partners.presenters.base import Tag, days_words
from partners.rules.texts import in_words
from partners.selectors.organisations import OrganisationLine


def standing_tag(withdrawn_on: date | None, today: date) -> Tag:
    if withdrawn_on is None:
        return {"text": "In force", "colour": "green"}
    if withdrawn_on <= today:
        return {"text": "Withdrawn", "colour": "grey"}
    return {"text": "Will be withdrawn", "colour": "yellow"}


def organisations_table(lines: Iterable[OrganisationLine], *, today: date) -> dict[str, Any]:
    return {
        "caption": "Organisations",
        "columns": [
            {"text": "Name"},
            {"text": "Kind"},
            {"text": "Statutory role today"},
            {"text": "Leads"},
            {"text": "Returns"},
        ],
        "rows": [_row(line, today) for line in lines],
        "empty": "There is no such organisation.",
    }


def _row(line: OrganisationLine, today: date) -> list[Any]:
    name: dict[str, Any] = {"text": line.name, "href": reverse("organisation", args=[line.uid])}
    if line.withdrawn_on:
        tag = standing_tag(line.withdrawn_on, today)
        name["tags"] = [tag]
    return [
        name,
        {"text": OrganisationKind(line.kind).label, "note": ", ".join(line.areas)},
        "; ".join(str(StatutoryRoleKind(role).label) for role in line.roles) or "None",
        ", ".join(line.leads) or "Nobody",
        "Takes part" if line.takes_part else "Does not take part",
    ]


def organisation_rows(
    organisation: Organisation, roles: Sequence[StatutoryRole], *, today: date
) -> list[dict[str, Any]]:
    """The summary list: what it is today."""
    now = [str(StatutoryRoleKind(role.role).label) for role in roles if _holds(role, today)]
    rows: list[dict[str, Any]] = [
        {"key": "Kind", "value": OrganisationKind(organisation.kind).label},
        {"key": f"Statutory role on {in_words(today)}", "value": "\n".join(now) or "None"},
        {"key": "Areas", "value": "\n".join(organisation.areas) or "None entered"},
    ]
    if organisation.short_name:
        rows.append({"key": "Short name", "value": organisation.short_name})
    if organisation.predecessor:
        rows.append({"key": "Took over from", "value": organisation.predecessor.name})
    successors = ", ".join(one.name for one in organisation.successors.all())
    if successors:
        rows.append({"key": "Taken over by", "value": successors})
    if organisation.withdrawn_on:
        rows.append({"key": "Withdrawn from", "value": in_words(organisation.withdrawn_on)})
    return rows


def contact_rows(organisation: Organisation) -> list[dict[str, Any]]:
    return [
        {"key": "E-mail address", "value": organisation.contact_email or "Not entered"},
        {"key": "Telephone", "value": organisation.contact_phone or "Not entered"},
        {"key": "When and how", "value": organisation.contact_note or "Not entered"},
    ]


def _holds(row: Any, today: date) -> bool:
    return bool(row.from_date <= today and (row.until_date is None or row.until_date > today))


def _state(row: Any, today: date) -> dict[str, str]:
    if _holds(row, today):
        return {"text": "Today", "tag": "green"}
    if row.from_date > today:
        return {"text": "Later", "tag": "blue"}
    return {"text": "Ended", "tag": "grey"}


def roles_table(roles: Iterable[StatutoryRole], *, today: date) -> dict[str, Any]:
    return {
        "caption": "Statutory roles, also earlier ones",
        "columns": [{"text": "Role"}, {"text": "Days"}, {"text": "Holds"}, {"text": "Source"}],
        "rows": [
            [
                StatutoryRoleKind(role.role).label,
                days_words(role.from_date, role.until_date),
                _state(role, today),
                role.source,
            ]
            for role in roles
        ],
        "empty": "The organisation has no statutory role.",
    }


def people_table(
    organisation: Organisation, people: Iterable[Representative], *, today: date, edits: bool
) -> dict[str, Any]:
    columns = [{"text": "Person"}, {"text": "Does"}, {"text": "Days"}, {"text": "Holds"}]
    return {
        "caption": "People of the organisation",
        "columns": [*columns, {"text": "Change"}] if edits else columns,
        "rows": [_person(organisation, one, today, edits) for one in people],
        "empty": "Nobody answers for this organisation yet.",
    }


def _person(organisation: Organisation, row: Representative, today: date, edits: bool) -> list[Any]:
    cells: list[Any] = [
        {"text": row.user.name, "note": "" if row.user.is_active else "The account is switched off"},
        Duty(row.duty).label,
        days_words(row.from_date, row.until_date),
        _state(row, today),
    ]
    if edits:
        href = reverse("end_representative", args=[organisation.uid, row.user.uid])
        cells.append("" if row.until_date else {"text": "End", "href": href, "hidden": row.user.name})
    return cells


def participation_table(
    rows: Iterable[Participation], names: dict[str, str], *, today: date
) -> dict[str, Any]:
    return {
        "caption": "Assurance returns",
        "columns": [{"text": "Questions"}, {"text": "Days"}, {"text": "Holds"}],
        "rows": [
            [
                names.get(row.question_set_code, row.question_set_code),
                days_words(row.from_date, row.until_date),
                _state(row, today),
            ]
            for row in rows
        ],
        "empty": "The organisation does not take part in the cycles of returns.",
    }


_FIELDS = {
    "name": "Name",
    "short_name": "Short name",
    "kind": "Kind of organisation",
    "areas": "Areas",
    "predecessor": "Took over from",
    "contact_email": "Contact e-mail address",
    "contact_phone": "Contact telephone",
    "contact_note": "When and how to reach the organisation",
    "withdrawn_on": "Withdrawn from",
}


def theirs_yours(current: Organisation, typed: dict[str, Any]) -> list[dict[str, str]]:
    """Both texts of every answer in which a stale form differs from what is saved now."""
    return [
        {"field": words, "theirs": _shown(getattr(current, name)), "yours": _shown(typed[name])}
        for name, words in _FIELDS.items()
        if name in typed and _shown(getattr(current, name)) != _shown(typed[name])
    ]


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, list | tuple):
        return "\n".join(value)
    return str(value or "")
