"""Lists of guidance that were pasted or sent, and what of them is on the register already."""

from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.facts.lists import KnownItem, LineFault, ListDefaults, ListLine, Twin
from guidance.models import GuidanceItem, GuidanceList, GuidanceVersion
from guidance.rules.duplicates import twins


def lists(user: User) -> QuerySet[GuidanceList]:
    """For who keeps the register; nobody else has any."""
    keeps = Scope.ALL in scopes(user.roles, Action.CREATE, Thing.GUIDANCE)
    return GuidanceList.objects.all() if keeps else GuidanceList.objects.none()


def lines_of(listed: GuidanceList) -> list[ListLine]:
    return [
        ListLine(
            line=row["line"],
            cells=row["cells"],
            fields=row["fields"],
            faults=tuple(LineFault(fault["field"], fault["words"]) for fault in row["faults"]),
        )
        for row in listed.rows
    ]


def defaults_of(listed: GuidanceList, today: date) -> ListDefaults:
    """What was chosen for the whole list."""
    kept = listed.outcome.get("defaults", {})
    return ListDefaults(
        received_on=date.fromisoformat(kept["received_on"]) if "received_on" in kept else today,
        issuer=kept.get("issuer", ""),
        kind=kept.get("kind", "new"),
        force=kept.get("force", "should"),
        audiences=tuple(kept.get("audiences", ())),
        topics=tuple(kept.get("topics", ())),
    )


def twins_of(lines: list[ListLine]) -> dict[int, Twin]:
    """What each line seems to be again, as the register stands now. One query."""
    return twins(lines, known_items())


def known_items() -> list[KnownItem]:
    """Every item, the newest first."""
    newest = GuidanceVersion.objects.filter(item=OuterRef("pk")).order_by("-number")
    rows = GuidanceItem.objects.order_by("-number").annotate(
        newest_published=Subquery(newest.values("published_on")[:1])
    )
    columns = ("uid", "number", "title", "issuer", "reference", "url_key", "newest_published", "version")
    return [
        KnownItem(uid, f"G{number}", title, issuer, reference, url_key, published, version)
        for uid, number, title, issuer, reference, url_key, published, version in rows.values_list(*columns)
    ]
