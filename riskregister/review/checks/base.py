"""What a check is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from riskregister.constants import CheckSeverity
from riskregister.facts.content import Ref
from riskregister.facts.evidence import Evidence


@dataclass(frozen=True)
class Hit:
    """One contradiction or gap: a sentence, the rows, and the page where it is put right."""

    text: str
    refs: tuple[Ref, ...] = ()
    fix_url: str = ""
    fix_args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    code: str
    severity: CheckSeverity
    # What it looks for, for the list of checks.
    title: str
    run: Callable[[Evidence], Iterable[Hit]]


def refs(*found: Ref | None) -> tuple[Ref, ...]:
    return tuple(ref for ref in found if ref)
