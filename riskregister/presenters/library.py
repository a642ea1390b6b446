"""Words of the library."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from riskregister.constants import RiskTheme, SystemFunction
from riskregister.models import LibraryRisk


def groups(found: Iterable[tuple[str, list[LibraryRisk]]], *, may_copy: bool) -> list[dict[str, Any]]:
    return [
        {"name": name, "entries": [entry(one, may_copy=may_copy) for one in rows]} for name, rows in found
    ]


def entry(one: LibraryRisk, *, may_copy: bool) -> dict[str, Any]:
    copy = reverse("copy_risk") + "?" + urlencode({"of": one.code})
    return {
        "title": one.title,
        "theme": str(RiskTheme(one.theme).label),
        "rows": rows_of(one),
        "copy": copy if may_copy else "",
    }


def rows_of(one: LibraryRisk) -> list[dict[str, str]]:
    return [
        {"key": "Cause", "value": one.cause},
        {"key": "Event", "value": one.event},
        {"key": "Consequence", "value": one.consequence},
        {"key": "About", "value": str(RiskTheme(one.theme).label)},
        {
            "key": "Functions of the system",
            "value": "\n".join(f"{code}. {SystemFunction(code).label}" for code in one.functions),
        },
        {"key": "Controls that others have used", "value": "\n".join(one.controls) or "None"},
        {"key": "Source", "value": one.source},
    ]
