"""What is live for an audience: the guidance in force, what it asks for here, and the easements beside it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from accounts.constants import Role
from accounts.selectors import User
from guidance.constants import Audience, Force, InterpretationState
from guidance.models import Easement, GuidanceVersion, Interpretation, SourceCheck
from guidance.rules.acknowledging import audiences_of_kind, audiences_of_roles
from partners.selectors.participants import organisations_of

_FORCES = list(Force.values)
_ALSO_ROLES = {Role.BOARD_MEMBER: Audience.BOARD}


@dataclass(frozen=True)
class LiveRow:
    """A version in force, as far as it takes to sort and to choose."""

    version: int
    item: int
    force: str
    audiences: frozenset[str]
    duties: frozenset[str]


@dataclass(frozen=True)
class LiveGuidance:
    """A version in force, as the page of a role shows it."""

    of: GuidanceVersion
    # What it asks for here.
    to_do: str
    # From this day it is to be looked at again; None: no day was set.
    valid_until: date | None
    # When somebody last looked at the issuer's page; None: never.
    checked_at: datetime | None


def live_rows(day: date) -> list[LiveRow]:
    """Everything in force on `day`: what is binding first, then what is new. One query."""
    rows = GuidanceVersion.objects.in_force(day).order_by("-effective_from", "-item__number")
    read = rows.values_list("pk", "item", "force", "item__audiences", "item__duties")
    found = [
        LiveRow(pk, item, force, frozenset(audiences), frozenset(duties))
        for pk, item, force, audiences, duties in read
    ]
    return sorted(found, key=lambda row: _FORCES.index(row.force))


def counts(rows: Iterable[LiveRow]) -> dict[str, int]:
    """How many pieces are live for each audience, by its code."""
    found = dict.fromkeys(Audience.values, 0)
    for row in rows:
        for audience in row.audiences & found.keys():
            found[audience] += 1
    return found


def shown(rows: Collection[LiveRow]) -> list[LiveGuidance]:
    """What a page of rows says, in their order. Three queries."""
    keys = [row.version for row in rows]
    versions = (
        GuidanceVersion.objects.select_related("item")
        .defer("item__search_text", "item__told_text")
        .in_bulk(keys)
    )
    told: dict[int, Interpretation] = {
        row.of_id: row
        for row in Interpretation.objects.filter(of__in=keys, state=InterpretationState.APPROVED).order_by(
            "number"
        )
    }
    checks = SourceCheck.objects.filter(item__in=[row.item for row in rows]).order_by()
    checked = dict(checks.values("item").annotate(last=Max("at")).values_list("item", "last"))
    return [
        LiveGuidance(
            of=versions[row.version],
            to_do=told[row.version].to_do if row.version in told else "",
            valid_until=told[row.version].valid_until if row.version in told else None,
            checked_at=checked.get(row.item),
        )
        for row in rows
    ]


def easements_beside(rows: Collection[LiveRow], day: date) -> list[Easement]:
    """Easements in force on `day` that guidance of `rows` brought, or that change a duty which it touches,
    the first to end first. One query."""
    duties = {duty for row in rows for duty in row.duties}
    in_force = Q(effective_from__lte=day) & (Q(effective_until=None) | Q(effective_until__gt=day))
    items = {row.item for row in rows}
    found = (
        Easement.objects.filter(in_force).select_related("item").defer("item__search_text", "item__told_text")
    )
    beside = [one for one in found if one.item_id in items or (one.item_id is None and one.duty in duties)]
    return sorted(beside, key=lambda one: (one.effective_until or date.max, one.title))


def own_audiences(user: User, *, at: datetime) -> frozenset[str]:
    """The audiences to which somebody belongs, by their roles and the organisations they answer for."""
    found = audiences_of_roles(user.roles)
    found |= {audience.value for role, audience in _ALSO_ROLES.items() if role in user.roles}
    for kind in organisations_of(user, at=at).values_list("kind", flat=True):
        found |= audiences_of_kind(kind)
    return frozenset(found)


def to_do_of(versions: Iterable[int]) -> dict[int, str]:
    """What each version asks for here, by its key; one query."""
    rows = Interpretation.objects.filter(of__in=list(versions), state=InterpretationState.APPROVED)
    return dict(rows.order_by("number").values_list("of", "to_do"))
