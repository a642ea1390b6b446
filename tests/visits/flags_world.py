"""Kinds of flag, and rows of flags, school decisions and family contacts as they stand in their tables."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from accounts.models import User
from tests.visits.records_world import NOW, World
from visits.models import Child, FamilyContact, HazardFlag, HazardFlagKind, OversightRule, SchoolDecision
from visits.rules.flags import FlagDraft
from visits.services import flags

TODAY = NOW.date()
DAY = timedelta(days=1)
KINDS = (
    ("most_vulnerable", "Most vulnerable", None, 28, True),
    ("self_isolating", "Household self-isolating", 14, 14, True),
    ("shielding", "Shielding", None, 30, True),
    ("told_only", "For information", None, 28, False),
)


def make_kinds() -> None:
    for code, name, lasts, review, agreement in KINDS:
        HazardFlagKind.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "lasts_days": lasts,
                "review_days": review,
                "needs_agreement": agreement,
                "source": "test",
            },
        )
    OversightRule.objects.get_or_create(
        code="school_review_longest_days",
        effective_from=date(2000, 1, 1),
        defaults={"value": 42, "unit": "days", "source": "test"},
    )


def draft(**other) -> FlagDraft:
    fields = {
        "reason": "Nobody outside sees the child",
        "source": "Telephone call with the mother",
        "starts_on": TODAY,
        "told_family": True,
        "told_family_how": "By telephone",
    }
    return FlagDraft(**fields | other)


def raise_flag(world: World, *, kind: str = "most_vulnerable", **other) -> HazardFlag:
    """The world's worker flags the world's child."""
    who = {"user": world.worker, "child": world.child, "token": uuid4(), "now": NOW}
    given = {name: other.pop(name) for name in tuple(other) if name in who}
    return flags.raise_flag(**who | given, kind=kind, draft=draft(**other))


def flag_row(
    child: Child, user: User, at: datetime = NOW, *, kind: str = "most_vulnerable", **other
) -> HazardFlag:
    make_kinds()
    fields = {
        "child": child,
        "kind": HazardFlagKind.objects.get(code=kind),
        "reason": "Nobody outside sees the child",
        "source": "Telephone call",
        "starts_on": at.date(),
        "review_on": at.date() + 28 * DAY,
        "told_family": True,
        "told_family_how": "By telephone",
        "raised_at": at,
        "raised_by": user,
    }
    return HazardFlag.objects.create(**fields | other)


def school_row(child: Child, user: User, at: datetime = NOW, **other) -> SchoolDecision:
    fields = {
        "child": child,
        "decided_on": at.date(),
        "took_part": ["school", "social_care"],
        "outcome": "safe",
        "reason": "The school has a place and the family agrees",
        "review_on": at.date() + 28 * DAY,
        "recorded_at": at,
        "recorded_by": user,
    }
    return SchoolDecision.objects.create(**fields | other)


def contact_row(child: Child, user: User, at: datetime = NOW, **other) -> FamilyContact:
    fields = {
        "child": child,
        "with_whom": "Mother",
        "method": "video",
        "planned_on": at.date(),
        "recorded_at": at,
        "recorded_by": user,
    }
    return FamilyContact.objects.create(**fields | other)
