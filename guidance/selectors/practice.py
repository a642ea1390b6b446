"""Whether practice shows what guidance asks for: told, or shown."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from guidance.constants import LIVE_STATES, AckAnswer, GuidanceLinkKind
from guidance.facts.acknowledgement import Party
from guidance.facts.links import PracticeRow
from guidance.facts.register import AcknowledgedFact, ShownFact
from guidance.history import as_at
from guidance.models import GuidanceItem, GuidanceLink, GuidanceVersion
from guidance.rules import practice as rules
from guidance.selectors.acknowledgements import acknowledged_at, of_item, organisations
from partners.facts.answers import SaidAnswer
from partners.selectors.answers import said_since
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class _Issued:
    """The newest issued version of an item, as it stood then."""

    item_uid: UUID
    number: int
    title: str
    issued_at: datetime
    audiences: Collection[str]
    # Of what was closed by then: the partners whose answers showed it.
    closed_by: tuple[str, ...] = ()


def shown_at(moment: datetime) -> tuple[ShownFact, ...]:
    """Every piece of guidance that held or was to hold at `moment`, by its newest version issued by then, by
    number. The number of queries does not depend on how many there are."""
    issued = _issued(moment)
    asked = _asked(moment)
    exempt = _exempt(acknowledged_at(moment))
    partners = organisations(day_of(moment))
    said = _said(issued, asked, moment)
    return tuple(
        _fact(one, asked.get(one.item_uid, ()), _partners(one, partners, exempt), said) for one in issued
    )


def evidence(version: GuidanceVersion, moment: datetime) -> tuple[tuple[str, ...], list[PracticeRow]]:
    """The questions linked to a version's item, and what the partners whom it is for said to them since this
    version was issued."""
    asked = _asked(moment, GuidanceLink.objects.filter(item=version.item_id)).get(version.item.uid, ())
    if version.issued_at is None:
        return asked, []
    item = version.item
    sums = of_item(item.pk, moment)
    spared = frozenset(
        one.party.name
        for one in (sums.partners if sums else ())
        if one.answer and one.answer.answer == AckAnswer.NOT_APPLICABLE
    )
    one = _Issued(item.uid, item.number, version.title, version.issued_at, item.audiences)
    partners = _partners(one, organisations(day_of(moment)), {item.uid: spared})
    said = said_since(asked, version.issued_at, moment)
    return asked, rules.rows(partners, asked, said, version.issued_at)


def newest_issued(item: GuidanceItem) -> GuidanceVersion | None:
    return item.versions.filter(state__in=LIVE_STATES).select_related("item").order_by("-number").first()


def _fact(
    one: _Issued, questions: tuple[str, ...], partners: list[str], said: Collection[SaidAnswer]
) -> ShownFact:
    if one.closed_by:
        return ShownFact(
            one.item_uid, f"G{one.number}", one.title, one.issued_at, questions, one.closed_by, ()
        )
    good, missing = rules.shown(rules.rows(partners, questions, said, one.issued_at))
    return ShownFact(one.item_uid, f"G{one.number}", one.title, one.issued_at, questions, good, missing)


def _issued(moment: datetime) -> list[_Issued]:
    day = day_of(moment)
    items = as_at("item", moment)
    found: dict[UUID, _Issued] = {}
    rows = GuidanceVersion.objects.filter(issued_at__lte=moment).order_by("item__number", "number")
    columns = ("item__uid", "item__number", "title", "issued_at", "effective_until", "closed_at", "shown_by")
    for item_uid, number, title, issued_at, until, closed_at, shown_by in rows.values_list(*columns):
        found.pop(item_uid, None)
        item = items.get(item_uid)
        if item and _holds(until, item.fields["replaced_from"], day):
            closed = shown_by if closed_at and closed_at <= moment else []
            names = tuple(dict.fromkeys(str(row["organisation"]) for row in closed))
            audiences = item.fields["audiences"]
            found[item_uid] = _Issued(item_uid, number, title, issued_at, audiences, names)
    return list(found.values())


def _holds(until: date | None, replaced_from: str | None, day: date) -> bool:
    replaced = bool(replaced_from) and date.fromisoformat(str(replaced_from)) <= day
    return not replaced and not (until and until <= day)


def _asked(moment: datetime, links: QuerySet[GuidanceLink] | None = None) -> dict[UUID, tuple[str, ...]]:
    """Codes of the questions linked at `moment`, by the item's uid."""
    rows = (GuidanceLink.objects.all() if links is None else links).filter(
        Q(removed_at=None) | Q(removed_at__gt=moment), kind=GuidanceLinkKind.QUESTION, made_at__lte=moment
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for item, code in rows.order_by("target").values_list("item__uid", "target"):
        found[item].append(code)
    return {item: tuple(codes) for item, codes in found.items()}


def _said(
    issued: Collection[_Issued], asked: dict[UUID, tuple[str, ...]], moment: datetime
) -> list[SaidAnswer]:
    since = min((one.issued_at for one in issued if asked.get(one.item_uid)), default=None)
    if since is None:
        return []
    return said_since({code for codes in asked.values() for code in codes}, since, moment)


def _exempt(acknowledged: Collection[AcknowledgedFact]) -> dict[UUID, frozenset[str]]:
    """Names of the partners to whom a piece of guidance does not apply, as they said."""
    return {one.item_uid: frozenset(one.not_applicable) for one in acknowledged}


def _partners(one: _Issued, parties: Collection[Party], exempt: dict[UUID, frozenset[str]]) -> list[str]:
    """Names of the partners that have to show it."""
    spared = exempt.get(one.item_uid, frozenset())
    return [
        party.name
        for party in parties
        if party.name not in spared and party.audiences.intersection(one.audiences)
    ]
