"""The register as it is read: a row for each piece of guidance, one with its versions and what took its
place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import LIVE_STATES, VersionState
from guidance.models import GuidanceItem, GuidanceVersion, Paragraph, SeenUntil, SourceCheck, VersionMove
from guidance.rules.standing import Standing, standing
from guidance.selectors.search import found_by
from safeguarding.kernel.periods import day_of

AWAITS_ISSUE = (
    VersionState.RECEIVED,
    VersionState.ASSESSED,
    VersionState.INTERPRETED,
    VersionState.APPROVED,
)


@dataclass(frozen=True)
class Chosen:
    """What narrows the list; "" does not."""

    words: str = ""
    # "in_force", "awaiting", "overdue", "new", "replaced", or a code of VersionState.
    show: str = ""
    topic: str = ""
    audience: str = ""
    issuer: str = ""
    kind: str = ""
    force: str = ""


@dataclass(frozen=True)
class ChainStep:
    """A version in the story of a piece of guidance: its own, of what it replaced, or of what replaced it."""

    version: GuidanceVersion
    standing: Standing
    # The next version told, the day on which it was issued, and whether there is a text before to compare.
    followed_by: GuidanceVersion | None
    comparable: bool


def sees_all(user: User) -> bool:
    """Also what was not issued."""
    return Scope.ALL in scopes(user.roles, Action.VIEW, Thing.GUIDANCE)


def newest(user: User, *, at: datetime) -> QuerySet[GuidanceVersion]:
    """The newest version that `user` may see of each piece of guidance, the newest guidance first."""
    if sees_all(user):
        later = GuidanceVersion.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
        rows = GuidanceVersion.objects.filter(~Exists(later))
    else:
        rows = GuidanceVersion.objects.visible_to(user, at=at).latest_issued()
    return rows.select_related("item__owner", "item__replaced_by").order_by("-item__number")


def chosen(
    rows: QuerySet[GuidanceVersion], wanted: Chosen, *, user: User, at: datetime
) -> QuerySet[GuidanceVersion]:
    """Those of `rows` that are asked for."""
    today = day_of(at)
    if wanted.words:
        items = found_by(GuidanceItem.objects.order_by(), wanted.words, all_of_it=sees_all(user))
        rows = rows.filter(item__in=items)
    for field, code in (("audiences", wanted.audience), ("topics", wanted.topic)):
        if code:
            # Codes hold no quotes: the list as text holds the code between two, on every database.
            rows = rows.filter(**{f"item__{field}__icontains": f'"{code}"'})
    if wanted.issuer:
        rows = rows.filter(item__issuer=wanted.issuer)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.force:
        rows = rows.filter(force=wanted.force)
    if wanted.show in VersionState.values:
        return rows.filter(state=wanted.show)
    return _shown(rows, wanted.show, user, today)


def _shown(rows: QuerySet[GuidanceVersion], show: str, user: User, today: date) -> QuerySet[GuidanceVersion]:
    match show:
        case "in_force":
            holds = GuidanceVersion.objects.in_force(today).order_by()
            return rows.filter(item__in=holds.values("item"))
        case "awaiting":
            return rows.filter(state__in=AWAITS_ISSUE)
        case "overdue":
            return rows.filter(state__in=AWAITS_ISSUE, due_on__lt=today)
        case "replaced":
            return rows.filter(item__replaced_from__lte=today)
        case "new":
            return rows.filter(new_to(user))
        case _:
            return rows


def new_to(user: User) -> Q:
    """What came since `user` last said that they had seen what is there; everything, where they never did."""
    seen = seen_until(user)
    return Q(**{f"{'recorded_at' if sees_all(user) else 'issued_at'}__gt": seen}) if seen else Q()


def seen_until(user: User) -> datetime | None:
    return SeenUntil.objects.filter(user=user).values_list("at", flat=True).first()


def issuers(user: User, *, at: datetime) -> list[str]:
    """Everybody who issued something that `user` may see, by name."""
    rows = GuidanceItem.objects.visible_to(user, at=at).order_by("issuer")
    return list(rows.values_list("issuer", flat=True).distinct())


def issued_of(items: Iterable[int]) -> dict[int, GuidanceVersion]:
    """The newest issued version of these items (keys of the database), where there is one."""
    rows = GuidanceVersion.objects.latest_issued().filter(item__in=list(items))
    return {row.item_id: row for row in rows}


def versions_of(item: GuidanceItem, user: User, *, at: datetime) -> list[GuidanceVersion]:
    """Oldest first, with their item."""
    rows = GuidanceVersion.objects.visible_to(user, at=at).filter(item=item)
    return list(rows.select_related("item", "issued_by", "recorded_by").order_by("number"))


def version_before(version: GuidanceVersion, user: User, *, at: datetime) -> GuidanceVersion | None:
    """The one that `user` could read before it."""
    rows = GuidanceVersion.objects.visible_to(user, at=at)
    return rows.filter(item=version.item_id, number__lt=version.number).order_by("-number").first()


def chain_of(item: GuidanceItem, user: User, *, at: datetime) -> list[ChainStep]:
    """Every version, oldest first, of what this replaced, of itself and of what replaced it. The number of
    queries does not depend on the length."""
    items = _chain(item, user, at)
    versions = GuidanceVersion.objects.visible_to(user, at=at).filter(item__in=[one.pk for one in items])
    by_item: dict[int, list[GuidanceVersion]] = {}
    for version in versions.select_related("item__replaced_by").order_by("number"):
        by_item.setdefault(version.item_id, []).append(version)
    texts = set(
        Paragraph.objects.filter(version__in=[one.pk for rows in by_item.values() for one in rows])
        .order_by()
        .values_list("version_id", flat=True)
        .distinct()
    )
    return [
        _step(version, by_item[one.pk], place, texts, day_of(at))
        for one in items
        for place, version in enumerate(by_item.get(one.pk, []))
    ]


def standing_of(version: GuidanceVersion, later: Iterable[GuidanceVersion], day: date) -> Standing:
    """`later`: the item's versions after it; `version.item` is read."""
    return standing(
        state=version.state,
        kind=version.kind,
        effective_from=version.effective_from,
        effective_until=version.effective_until,
        superseded=any(one.state in LIVE_STATES and one.effective_from <= day for one in later),
        replaced_from=version.item.replaced_from,
        day=day,
    )


def moves_of(item: GuidanceItem) -> QuerySet[VersionMove]:
    """What became of all its versions, the latest first."""
    return VersionMove.objects.filter(of__item=item).select_related("of", "by").order_by("-at", "-pk")


def checks_of(item: GuidanceItem) -> QuerySet[SourceCheck]:
    """Every look at the issuer's page, the latest first."""
    return SourceCheck.objects.filter(item=item).select_related("by").order_by("-at", "-pk")


def _chain(item: GuidanceItem, user: User, at: datetime) -> list[GuidanceItem]:
    """In the order in which they took each other's place."""
    pairs = GuidanceItem.objects.filter(replaced_by__isnull=False).values_list("pk", "replaced_by")
    after = {old: new for old, new in pairs if new is not None}
    before: dict[int, list[int]] = {}
    for old, new in after.items():
        before.setdefault(new, []).append(old)
    found, ask = [item.pk], list(before.get(item.pk, []))
    while ask:
        found.insert(0, ask.pop())
        ask += before.get(found[0], [])
    last = item.pk
    while last in after and after[last] not in found:
        last = after[last]
        found.append(last)
    rows = GuidanceItem.objects.visible_to(user, at=at).filter(pk__in=found)
    return sorted(rows, key=lambda one: (one.replaced_from or date.max, one.number))


def _step(
    version: GuidanceVersion, versions: list[GuidanceVersion], place: int, texts: set[int], day: date
) -> ChainStep:
    later = versions[place + 1 :]
    told = next((one for one in later if one.state in LIVE_STATES), None)
    before = versions[place - 1] if place else None
    comparable = before is not None and version.pk in texts and before.pk in texts
    return ChainStep(version, standing_of(version, later, day), told, comparable)
