"""Who has acknowledged which guidance, read. A handful of queries, however much guidance there is."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from guidance.constants import LIVE_STATES, ROLES_OF, AckAnswer
from guidance.facts.acknowledgement import (
    Answered,
    AskedItem,
    Asking,
    IssuedVersion,
    ItemSum,
    Party,
    PartySum,
    RoleSum,
)
from guidance.facts.register import AcknowledgedFact
from guidance.history import as_at
from guidance.models import Acknowledgement, GuidanceVersion
from guidance.rules import acknowledging as rules
from partners.facts.waiting import Waiting
from partners.selectors.participants import organisations_of, participants
from safeguarding.kernel.periods import day_of

_ANSWERING_ROLES = tuple({role for roles in ROLES_OF.values() for role in roles})
_COLUMNS = (
    "item_id",
    "item__uid",
    "item__number",
    "item__audiences",
    "item__replaced_from",
    "title",
    "force",
    "effective_until",
    "closed_at",
    "pk",
    "uid",
    "number",
    "size",
    "audiences_affected",
    "issued_at",
    "acknowledge_by",
)
_Row = dict[str, Any]


@dataclass(frozen=True)
class Outstanding:
    """How far everybody is with what is live."""

    # Those with somebody who has not answered yet, what was due first first.
    items: list[ItemSum]
    partners: list[PartySum]
    roles: list[RoleSum]


def acknowledges(user: User) -> bool:
    """Whether somebody answers, for an organisation or for themselves."""
    return Scope.PUBLISHED in scopes(user.roles, Action.DECIDE, Thing.GUIDANCE)


def watches(user: User) -> bool:
    """Whether somebody sees how far the partners are: who reads the assurance that partners give."""
    return allows(user.roles, Action.VIEW, Thing.ASSURANCE)


def asked_items(day: date, *, items: Collection[int] | None = None) -> list[AskedItem]:
    """Guidance that was issued and holds on `day`, or will: not what has ended or was replaced by then. By
    number; one query. `items`: keys, of these only."""
    rows = GuidanceVersion.objects.filter(state__in=LIVE_STATES)
    if items is not None:
        rows = rows.filter(item__in=items)
    return [
        _item(versions)
        for versions in _by_item(rows.order_by("item__number", "number").values(*_COLUMNS))
        if _holds(versions[-1]["effective_until"], versions[-1]["item__replaced_from"], day)
    ]


def organisations(day: date) -> list[Party]:
    """All that take part; one query."""
    return [
        Party(one.key, one.name, rules.audiences_of_kind(one.kind), uid=one.uid, since=one.since)
        for one in participants(day)
    ]


def people() -> list[Party]:
    """Who answers for themselves, by name; a query for each role."""
    roles: dict[int, set[str]] = {}
    names: dict[int, str] = {}
    for role in _ANSWERING_ROLES:
        for key, name in get_user_model().objects.holding(role).values_list("pk", "name"):
            roles.setdefault(key, set()).add(role)
            names[key] = name
    return [_person(key, names[key], frozenset(roles[key])) for key in names]


def given(
    *,
    for_organisations: bool,
    items: Collection[int] | None = None,
    party: int | None = None,
    until: datetime | None = None,
) -> dict[rules.Pair, Answered]:
    """The last answer of each party to each piece of guidance, by keys of item and party; one query. `party`:
    of this one only."""
    rows = Acknowledgement.objects.filter(organisation__isnull=not for_organisations)
    column = "organisation" if for_organisations else "by"
    if items is not None:
        rows = rows.filter(of__item__in=items)
    if party is not None:
        rows = rows.filter(**{column: party})
    if until is not None:
        rows = rows.filter(at__lte=until)
    read = rows.order_by("at", "pk").values_list(
        "of__item", column, "of__number", "answer", "reason", "at", "by__name"
    )
    return {(item, key): Answered(*said) for item, key, *said in read.iterator()}


def mine(user: User, at: datetime, *, items: Collection[int] | None = None) -> list[Asking]:
    """Everything that is for somebody, or for the organisations they answer for: what is outstanding first,
    by when it is to be answered; then what was answered, the last first."""
    if not acknowledges(user):
        return []
    day = day_of(at)
    own = set(organisations_of(user, at=at).values_list("pk", flat=True))
    parties = [party for party in organisations(day) if party.key in own] if own else []
    oneself = _person(user.pk, user.name, frozenset(user.roles))
    if not parties and not oneself.audiences:
        return []
    asked = asked_items(day, items=items)
    found = rules.all_asking(asked, parties, given(for_organisations=True, items=items)) if parties else []
    if oneself.audiences:
        answers = given(for_organisations=False, items=items, party=user.pk)
        found += rules.all_asking(asked, [oneself], answers)
    return sorted(found, key=_outstanding_first)


def outstanding(at: datetime) -> Outstanding:
    """Seven queries."""
    day = day_of(at)
    items = asked_items(day)
    asked = rules.all_asking(items, organisations(day), given(for_organisations=True))
    counts = rules.count_people(items, people(), given(for_organisations=False))
    silent = [one for one in rules.by_item(items, asked, counts) if one.silent or one.people_missing > 0]
    silent.sort(key=lambda one: (_due_of(one), -one.item.newest.issued_at.timestamp()))
    sums = sorted(rules.sums(asked, day), key=lambda one: one.party.name)
    return Outstanding(silent, sums, rules.role_sums(counts))


def of_item(item: int, at: datetime) -> ItemSum | None:
    """How far everybody is with one piece of guidance; None: nobody is asked."""
    day = day_of(at)
    items = asked_items(day, items=[item])
    if not items:
        return None
    asked = rules.all_asking(items, organisations(day), given(for_organisations=True, items=[item]))
    counts = rules.count_people(items, people(), given(for_organisations=False, items=[item]))
    return next(iter(rules.by_item(items, asked, counts)), None)


def acknowledged_at(moment: datetime) -> tuple[AcknowledgedFact, ...]:
    """How far partners were at `moment` with each piece of guidance that was issued, held or was to hold
    then, and asked a partner; by number. What was closed by then is owed by nobody who had not answered.
    Four queries."""
    day = day_of(moment)
    then = as_at("item", moment)
    rows = GuidanceVersion.objects.filter(issued_at__lte=moment).order_by("item__number", "number")
    items = []
    for versions in _by_item(rows.values(*_COLUMNS)):
        item = then.get(versions[0]["item__uid"])
        said = item.fields if item else {}
        replaced = said.get("replaced_from")
        for row in versions:
            row["item__audiences"] = said.get("audiences", row["item__audiences"])
            row["closed_at"] = row["closed_at"] if row["closed_at"] and row["closed_at"] <= moment else None
        if _holds(versions[-1]["effective_until"], date.fromisoformat(replaced) if replaced else None, day):
            items.append(_item(versions))
    asked = rules.all_asking(items, organisations(day), given(for_organisations=True, until=moment))
    return tuple(_fact(one) for one in rules.by_item(items, asked, {}))


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    return [*_waiting_of_oneself(user, at), *_waiting_of_partners(user, at)]


def _waiting_of_oneself(user: User, at: datetime) -> list[Waiting]:
    open_ones = [one for one in mine(user, at) if one.outstanding]
    if not open_ones:
        return []
    count = len(open_ones)
    what = "1 piece of guidance is" if count == 1 else f"{count} pieces of guidance are"
    late = any(one.late(day_of(at)) for one in open_ones)
    return [Waiting(count, f"{what} to acknowledge", "my_guidance", overdue=late)]


def _waiting_of_partners(user: User, at: datetime) -> list[Waiting]:
    """For who keeps the register: partners that are late."""
    if Scope.ALL not in scopes(user.roles, Action.EDIT, Thing.GUIDANCE):
        return []
    day = day_of(at)
    asked = rules.all_asking(asked_items(day), organisations(day), given(for_organisations=True))
    late = len({one.party.key for one in asked if one.late(day)})
    if not late:
        return []
    who = "1 partner has" if late == 1 else f"{late} partners have"
    words = f"{who} not acknowledged guidance in time"
    return [Waiting(late, words, "guidance_outstanding", overdue=True)]


def _by_item(rows: QuerySet) -> Iterator[list[_Row]]:
    """The rows of each item; `rows` are in the order of items."""
    of_one: list[_Row] = []
    for row in rows.iterator():
        if of_one and of_one[0]["item_id"] != row["item_id"]:
            yield of_one
            of_one = []
        of_one.append(row)
    if of_one:
        yield of_one


def _holds(until: date | None, replaced_from: date | None, day: date) -> bool:
    return not (until and until <= day) and not (replaced_from and replaced_from <= day)


def _item(versions: list[_Row]) -> AskedItem:
    newest = versions[-1]
    return AskedItem(
        key=newest["item_id"],
        uid=newest["item__uid"],
        label=f"G{newest['item__number']}",
        title=newest["title"],
        force=newest["force"],
        audiences=frozenset(newest["item__audiences"]),
        issued=tuple(
            IssuedVersion(
                row["pk"],
                row["uid"],
                row["number"],
                row["size"],
                frozenset(row["audiences_affected"]),
                row["issued_at"],
                row["acknowledge_by"],
            )
            for row in versions
        ),
        closed=newest["closed_at"] is not None,
    )


def _person(key: int, name: str, roles: frozenset[str]) -> Party:
    return Party(key, name, rules.audiences_of_roles(roles), is_person=True, roles=roles)


def _outstanding_first(one: Asking) -> tuple:
    if one.answer is not None:
        return (2, -one.answer.at.timestamp())
    return (0 if one.outstanding else 1, one.due.toordinal(), one.item.key)


def _due_of(one: ItemSum) -> date:
    return min((asking.due for asking in one.silent), default=one.item.newest.acknowledge_by)


def _fact(one: ItemSum) -> AcknowledgedFact:
    answered = [asking for asking in one.partners if asking.answer is not None]

    def said(answer: AckAnswer) -> tuple[str, ...]:
        return tuple(
            asking.party.name for asking in answered if asking.answer and asking.answer.answer == answer
        )

    owing = [asking for asking in one.partners if asking.answer is not None or asking.outstanding]
    return AcknowledgedFact(
        item_uid=one.item.uid,
        label=one.item.label,
        title=one.item.title,
        version_number=one.item.newest.number,
        # Of those that are outstanding the first.
        acknowledge_by=_due_of(one),
        owed_by=tuple(asking.party.name for asking in owing),
        answered=tuple(asking.party.name for asking in answered),
        in_practice=said(AckAnswer.IN_PRACTICE),
        not_applicable=said(AckAnswer.NOT_APPLICABLE),
    )
