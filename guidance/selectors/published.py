"""What anybody may read: the newest issued version of each piece of guidance, where its interpretation is
public. Nothing here depends on who reads it, and no name of a person leaves it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from guidance.constants import Audience, ChangeSize, Force, GuidanceKind, InterpretationState, Topic
from guidance.models import GuidanceVersion, Interpretation

FEED_LENGTH = 50


@dataclass(frozen=True)
class PublicGuidance:
    uid: UUID
    version_uid: UUID
    label: str
    title: str
    issuer: str
    reference: str
    url: str
    kind: str
    force: str
    # "" of the first version.
    size: str
    change_note: str
    for_whom: tuple[str, ...]
    topics: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    issued_at: datetime
    meaning: str
    to_do: str
    withdrawn: bool
    # Of what took its place, if that is public: title and uid; and from when.
    replaced_from: date | None = None
    replaced_by: str = ""
    replaced_by_uid: UUID | None = None


def _public() -> QuerySet[GuidanceVersion]:
    said = Interpretation.objects.filter(
        of=OuterRef("pk"), state=InterpretationState.APPROVED, is_public=True
    )
    return GuidanceVersion.objects.latest_issued().filter(Exists(said))


def public_versions(today: date, *, audience: str = "") -> QuerySet[GuidanceVersion]:
    """What holds on `today` or will hold, the newest first."""
    over = Q(effective_until__isnull=False, effective_until__lte=today)
    replaced = Q(item__replaced_from__isnull=False, item__replaced_from__lte=today)
    withdrawn = Q(kind=GuidanceKind.WITHDRAWN, effective_from__lte=today)
    rows = _public().exclude(over).exclude(replaced).exclude(withdrawn)
    if audience in Audience.values:
        # Codes hold no quotes: the list as text holds the code between two, on every database.
        rows = rows.filter(item__audiences__icontains=f'"{audience}"')
    return rows.select_related("item").order_by("-issued_at", "-pk")


def public_item(uid: UUID) -> PublicGuidance | None:
    """The item, also where it is over or withdrawn. Three queries."""
    version = _public().select_related("item__replaced_by").filter(item__uid=uid).first()
    if version is None:
        return None
    by = version.item.replaced_by
    # By the title that is public: the item has that of its newest version, issued or not.
    title = _public().filter(item=by).values_list("title", flat=True).first() if by else None
    return told([version], replaced_by=(title, by.uid) if by and title else None)[0]


def for_feed() -> list[PublicGuidance]:
    """What was issued last, also withdrawals: who follows has to stop doing it. Two queries."""
    rows = _public().select_related("item").order_by("-issued_at", "-pk")
    return told(rows[:FEED_LENGTH])


def told(
    versions: Iterable[GuidanceVersion], *, replaced_by: tuple[str, UUID] | None = None
) -> list[PublicGuidance]:
    """These versions as anybody reads them; one query, and that of `versions`."""
    rows = list(versions)
    words = {
        row.of_id: row
        for row in Interpretation.objects.filter(
            of__in=[version.pk for version in rows], state=InterpretationState.APPROVED, is_public=True
        ).order_by("number")
    }
    title, uid = replaced_by or ("", None)
    return [
        PublicGuidance(
            uid=version.item.uid,
            version_uid=version.uid,
            label=version.item.label,
            title=version.title,
            issuer=version.item.issuer,
            reference=version.item.reference,
            url=version.item.url,
            kind=GuidanceKind(version.kind).label,
            force=Force(version.force).label,
            size=ChangeSize(version.size).label if version.number > 1 else "",
            change_note=version.change_note,
            for_whom=tuple(_labels(Audience, version.item.audiences)),
            topics=tuple(_labels(Topic, version.item.topics)),
            effective_from=version.effective_from,
            effective_until=version.effective_until,
            issued_at=version.issued_at,
            meaning=words[version.pk].meaning,
            to_do=words[version.pk].to_do,
            withdrawn=version.kind == GuidanceKind.WITHDRAWN,
            replaced_from=version.item.replaced_from,
            replaced_by=title,
            replaced_by_uid=uid,
        )
        for version in rows
        if version.pk in words and version.issued_at
    ]


def _labels(choices: type[Audience] | type[Topic], codes: list[str]) -> list[str]:
    return [str(choices(code).label) for code in codes if code in choices.values]
