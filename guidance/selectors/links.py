"""What guidance reaches, for who may see it, and what is to be looked at since it changed."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import ChangeSize, GuidanceKind, GuidanceLinkKind
from guidance.facts.links import LinkFact
from guidance.models import GuidanceItem, GuidanceLink, GuidanceVersion, History, LinkLook
from partners.facts.waiting import Waiting
from partners.selectors import linkable

Named = list[tuple[str, str]]
# Pages of what is linked, where there is one.
PAGES = {
    GuidanceLinkKind.PLAN: "recovery_plan",
    GuidanceLinkKind.SERVICE: "service_commitment",
    GuidanceLinkKind.BACKLOG: "backlog",
}


def may_keep(user: User) -> bool:
    return Scope.ALL in scopes(user.roles, Act.EDIT, Thing.GUIDANCE)


def targets(kind: str, user: User, *, at: datetime) -> Named:
    """What of a kind (a code of GuidanceLinkKind) `user` may link to: (target, words). One query."""
    if kind == GuidanceLinkKind.QUESTION:
        return linkable.questions()
    of_partners = {
        GuidanceLinkKind.PLAN: linkable.plans,
        GuidanceLinkKind.SERVICE: linkable.services,
        GuidanceLinkKind.BACKLOG: linkable.backlogs,
    }
    read = of_partners.get(GuidanceLinkKind(kind)) if kind in GuidanceLinkKind.values else None
    return read(user, at) if read else []


def questions() -> dict[str, str]:
    """Every question of the return that is in use, by its code. One query."""
    return dict(linkable.questions())


def linkable_items(user: User, at: datetime) -> Named:
    """Guidance that other things may be linked to, for who may see it: (uid, "G12 Title"), the newest first.
    One query."""
    rows = GuidanceItem.objects.visible_to(user, at=at).titled_for(user).order_by("-number")
    return [
        (str(uid), f"G{number} {title}")
        for uid, number, title in rows.values_list("uid", "number", "shown_title")
    ]


def changed_at(uids: Iterable[UUID]) -> dict[UUID, datetime]:
    """By uid of the item: when people were last told something else. That is the last issue of a major
    version or of a withdrawal, or when it was recorded that another item took its place; an item of which
    nothing was issued is left out. Two queries."""
    wanted = list(uids)
    if not wanted:
        return {}
    rows = GuidanceVersion.objects.filter(item__uid__in=wanted, issued_at__isnull=False)
    told = rows.filter(Q(size=ChangeSize.MAJOR) | Q(kind=GuidanceKind.WITHDRAWN)).order_by()
    found = dict(told.values_list("item__uid").annotate(last=Max("issued_at")))
    for uid, at in _replaced_at(wanted).items():
        if uid in found:
            found[uid] = max(found[uid], at)
    return found


def _replaced_at(uids: Collection[UUID]) -> dict[UUID, datetime]:
    """When it was recorded that the items were replaced by what replaces them now."""
    replaced = GuidanceItem.objects.filter(uid__in=uids, replaced_by__isnull=False)
    now = dict(replaced.values_list("uid", "replaced_by__uid"))
    if not now:
        return {}
    found: dict[UUID, datetime] = {}
    rows = History.objects.filter(thing="item", uid__in=now).order_by("-number")
    still = set(now)
    for uid, fields, at in rows.values_list("uid", "fields", "at"):
        if uid in still and fields["replaced_by"] == str(now[uid]):
            found[uid] = at
        else:
            still.discard(uid)
    return found


def open_links() -> QuerySet[GuidanceLink]:
    return GuidanceLink.objects.filter(removed_at=None)


def links_of(rows: QuerySet[GuidanceLink], user: User, *, at: datetime) -> list[LinkFact]:
    """These links as `user` may see them, by the item's number and kind; the number of queries depends on
    how many kinds there are alone."""
    looks = LinkLook.objects.filter(link=OuterRef("pk")).order_by("-at", "-pk")
    found = list(
        rows.select_related("item")
        .annotate(
            last_at=Subquery(looks.values("at")[:1]),
            last_words=Subquery(looks.values("words")[:1]),
            last_by=Subquery(looks.values(name=F("by__name"))[:1]),
        )
        .order_by("item__number", "kind", "label", "pk")
    )
    known = {kind: dict(targets(kind, user, at=at)) for kind in {row.kind for row in found}}
    changes = changed_at({row.item.uid for row in found})
    return [_fact(row, known[row.kind], changes.get(row.item.uid)) for row in found]


def _fact(row: GuidanceLink, known: dict[str, str], changed: datetime | None) -> LinkFact:
    # A question that is no longer in use keeps the words it was linked by.
    coded = row.kind == GuidanceLinkKind.QUESTION
    page = PAGES.get(GuidanceLinkKind(row.kind), "") if row.target in known else ""
    return LinkFact(
        uid=row.uid,
        item_uid=row.item.uid,
        label=row.item.label,
        title=row.item.title,
        kind=row.kind,
        target=row.target,
        words=known.get(row.target) or (row.label if coded else ""),
        page=page,
        made_at=row.made_at,
        changed_at=changed,
        looked_at=row.last_at,  # type: ignore[attr-defined]
        looked_words=row.last_words or "",  # type: ignore[attr-defined]
        looked_by=row.last_by or "",  # type: ignore[attr-defined]
    )


def to_look_at() -> int:
    """How many links are to be looked at. Three queries at most."""
    looks = LinkLook.objects.filter(link=OuterRef("pk")).order_by("-at")
    rows = open_links().annotate(last_at=Subquery(looks.values("at")[:1]))
    found = list(rows.values_list("item__uid", "made_at", "last_at"))
    changes = changed_at({uid for uid, _, _ in found})
    return sum(uid in changes and changes[uid] > (last or made) for uid, made, last in found)


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """For who keeps the register: what is to be looked at since the guidance changed."""
    if not may_keep(user):
        return []
    count = to_look_at()
    what = "1 thing linked to guidance is" if count == 1 else f"{count} things linked to guidance are"
    return [Waiting(count, f"{what} to be looked at: the guidance changed", "guidance_reach")]
