"""The library of starting risks, and what has changed in it since a risk was copied."""

from dataclasses import dataclass
from itertools import groupby

from riskregister.constants import RiskTheme, SystemFunction
from riskregister.history import story
from riskregister.models import LibraryRisk, Risk

_TEXTS = {"title": "Title", "cause": "Cause", "event": "Event", "consequence": "Consequence"}


@dataclass(frozen=True)
class Difference:
    """One text: in the library when it was copied, in the library now, and in the copy now."""

    field: str
    copied: str
    library: str
    ours: str


def emergencies() -> list[tuple[str, str]]:
    """(code, name), by name."""
    rows = LibraryRisk.objects.order_by("emergency_name").values_list("emergency", "emergency_name")
    return list(dict.fromkeys(rows))


def entries(emergency: str = "", theme: str = "") -> list[tuple[str, list[LibraryRisk]]]:
    """Starting risks by name of the emergency."""
    rows = LibraryRisk.objects.order_by("emergency_name", "title")
    if emergency:
        rows = rows.filter(emergency=emergency)
    if theme:
        rows = rows.filter(theme=theme)
    return [(name, list(found)) for name, found in groupby(rows, key=lambda one: one.emergency_name)]


def entry(code: str) -> LibraryRisk | None:
    return LibraryRisk.objects.filter(code=code).first()


def update_of(risk: Risk) -> list[Difference]:
    """What the library says otherwise than when the risk was copied; nothing for one that was not."""
    if risk.copied_from_id is None or risk.copied_from is None:
        return []
    library = risk.copied_from
    copied = story("risk", risk.uid)[0].fields
    found = [
        Difference(words, copied[name], getattr(library, name), getattr(risk, name))
        for name, words in _TEXTS.items()
        if copied[name] != getattr(library, name)
    ]
    if copied["theme"] != library.theme:
        themes = [str(RiskTheme(one).label) for one in (copied["theme"], library.theme, risk.theme)]
        found.append(Difference("What it is about", *themes))
    if sorted(copied["functions"]) != sorted(library.functions):
        lists = [_functions(one) for one in (copied["functions"], library.functions, risk.functions)]
        found.append(Difference("Functions", *lists))
    return found


def _functions(codes: list[str]) -> str:
    return "\n".join(f"{code}. {SystemFunction(code).label}" for code in sorted(codes))
