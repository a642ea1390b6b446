"""Organisations, teams and people of the world, out of fixtures/demo. All invented; every e-mail
address ends in .example, which nobody can own."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from accounts.constants import Role
from partners.constants import Duty

# Published on purpose: it opens invented records only, and only while DEMO is on.
DEMO_PASSWORD = "lantern-harbour-bridge-20"
_FOLDER = Path(settings.BASE_DIR) / "fixtures" / "demo"
_IN_POST_SINCE = date(2016, 9, 1)
# They belong to their organisation without answering for it. A scrutineer belongs to none.
_BELONG = {Role.BOARD_MEMBER, Role.COORDINATOR, Role.MANAGER}


@dataclass(frozen=True)
class Organisation:
    key: str
    name: str
    kind: str
    domain: str
    short_name: str = ""
    areas: tuple[str, ...] = ()
    # The organisation whose duties it took over, by its key.
    predecessor: str = ""


@dataclass(frozen=True)
class Team:
    ref: str
    name: str
    service: str
    locality: str
    workers: int


@dataclass(frozen=True)
class Represents:
    organisation: str
    from_date: date
    until_date: date | None
    duty: str = Duty.LEAD


@dataclass(frozen=True)
class Person:
    """`rights` holds roles and permissions by their codes; `look_at` is said beside the sign-in."""

    name: str
    job_title: str
    email: str
    rights: tuple[str, ...]
    manages: tuple[str, ...] = ()
    works_in: str = ""
    represents: tuple[Represents, ...] = ()
    look_at: str = ""


def uid(kind: str, key: str) -> UUID:
    """The same identifier in every load."""
    return uuid5(NAMESPACE_URL, f"https://halverton.example/{kind}/{key}")


@cache
def organisations() -> tuple[Organisation, ...]:
    rows = _read("organisations")
    return tuple(Organisation(**{**row, "areas": tuple(row.get("areas", ()))}) for row in rows)


@cache
def localities() -> tuple[str, ...]:
    return tuple(_read("teams")["localities"])


@cache
def teams() -> tuple[Team, ...]:
    return tuple(Team(**row) for row in _read("teams")["teams"])


@cache
def notes() -> tuple[str, ...]:
    return tuple(_read("notes"))


@cache
def shown() -> tuple[Person, ...]:
    """One person for each role, the first to try."""
    return tuple(_person(row) for row in _read("people")["shown"])


@cache
def others() -> tuple[Person, ...]:
    return tuple(_person(row) for row in _read("people")["more"])


@cache
def workers() -> tuple[Person, ...]:
    """Social workers, team by team in the order of `teams`; those shown are among them."""
    bank = _read("people")["workers"]
    named = {person.works_in: [person] for person in shown() if person.works_in}
    everybody = []
    for team in teams():
        in_team = named.get(team.ref, [])
        while len(in_team) < team.workers:
            number = len(everybody) + len(in_team)
            # 33 first and 31 last names: no pair comes twice.
            name = " ".join(
                bank[part][number * step % len(bank[part])]
                for part, step in (("first_names", 5), ("last_names", 3))
            )
            in_team.append(
                Person(name, f"Social worker, {team.name}", _email(name, "trust"), ("SW",), works_in=team.ref)
            )
        everybody += in_team
    return tuple(everybody)


def everybody() -> tuple[Person, ...]:
    people = {person.email: person for person in (*shown(), *others(), *workers())}
    return tuple(people.values())


def in_post_since() -> date:
    return _IN_POST_SINCE


def _person(row: dict[str, Any]) -> Person:
    represents = tuple(_represents(text) for text in row.get("represents", ()))
    if not represents and _BELONG & set(row["rights"]):
        represents = (Represents(row["organisation"], _IN_POST_SINCE, None, Duty.STAFF),)
    return Person(
        row["name"],
        row["job_title"],
        _email(row["name"], row["organisation"]),
        tuple(row["rights"]),
        tuple(row.get("manages", ())),
        row.get("works_in", ""),
        represents,
        row.get("look_at", ""),
    )


def _represents(text: str) -> Represents:
    """'ccg until 2022-07-01', 'police as deputy' and the like."""
    organisation, *rest = text.split()
    said = dict(zip(rest[::2], rest[1::2], strict=True))
    until = said.get("until")
    return Represents(
        organisation,
        date.fromisoformat(said.get("from", str(_IN_POST_SINCE))),
        date.fromisoformat(until) if until else None,
        said.get("as", Duty.LEAD),
    )


def _email(name: str, organisation: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    domain = next(row.domain for row in organisations() if row.key == organisation)
    return f"{'.'.join(plain.removeprefix('superintendent ').split())}@{domain}"


def _read(name: str) -> Any:
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
