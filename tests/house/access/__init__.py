"""What a row of the access matrix's test says, and the rows of each subject.

A module of this package holds, for the pages of a subject: `ROWS`, and (where addresses hold records)
`ids(people, own, other, at)`, which makes them: `own` is the organisation that the partner of `people`
answers for, `other` another partner's.
"""

import importlib
import pkgutil
from dataclasses import dataclass, field
from types import ModuleType

ROLES = ("BM", "MG", "SW", "PR", "CO", "AU", "AD")
SIGNED_IN = " ".join(ROLES)
ANYBODY = f"nobody {SIGNED_IN}"


@dataclass(frozen=True)
class Row:
    get: str | None
    post: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    beyond: dict[str, str] = field(default_factory=dict)
    all_rows: str = ""
    refused: int = 403
    # Roles that may open others of the kind, but for whom this one is not there.
    out_of_reach: str = ""


def subjects() -> list[ModuleType]:
    return [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
