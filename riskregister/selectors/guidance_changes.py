"""Risks that rest on guidance which has changed since somebody last looked at them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Min, Q

from accounts.selectors import User
from guidance.selectors.links import changed_at
from guidance.selectors.reach import named
from riskregister.constants import LinkKind, RatingKind, RiskState
from riskregister.models import History, Risk, RiskLink


@dataclass(frozen=True)
class Changed:
    """A piece of guidance that changed after the risk was linked to it, opened, rated and looked at last."""

    risk_uid: UUID
    guidance_uid: UUID
    at: datetime


def changed_since(risks: Collection[int] | None = None) -> list[Changed]:
    """Of open risks (those of these keys; None: all of them), by risk and moment. Five queries at most."""
    rows = RiskLink.objects.filter(kind=LinkKind.GUIDANCE, removed_at=None, risk__state=RiskState.OPEN)
    if risks is not None:
        rows = rows.filter(risk__in=risks)
    links = list(rows.values_list("uid", "target", "risk", "risk__uid", "risk__opened_at"))
    changes = changed_at({UUID(target) for _, target, *_ in links})
    if not changes:
        return []
    made = dict(
        History.objects.filter(thing="link", uid__in=[link for link, *_ in links])
        .order_by()
        .values_list("uid")
        .annotate(first=Min("at"))
    )
    looked = _looked({key for _, _, key, _, _ in links})
    found = []
    for link, target, key, risk_uid, opened_at in links:
        at = changes.get(UUID(target))
        seen = [one for one in (made.get(link), looked.get(key), opened_at) if one]
        if at and all(at > one for one in seen):
            found.append(Changed(risk_uid, UUID(target), at))
    return sorted(found, key=lambda one: (str(one.risk_uid), one.at))


def _looked(risks: Collection[int]) -> dict[int, datetime]:
    """By key of the risk: when it was last looked at, or rated anew."""
    current = Q(ratings__kind=RatingKind.CURRENT)
    rows = Risk.objects.filter(pk__in=risks).order_by()
    looks = dict(rows.values_list("pk").annotate(last=Max("looks__at")))
    ratings = dict(rows.values_list("pk").annotate(last=Max("ratings__at", filter=current)))
    found = {key: [one for one in (looks.get(key), ratings.get(key)) if one] for key in risks}
    return {key: max(moments) for key, moments in found.items() if moments}


def of_risk(risk: Risk, user: User, *, at: datetime) -> list[tuple[str, UUID, datetime]]:
    """What of guidance changed for a risk, as far as `user` may open it: ("G12 Title", uid, when)."""
    changes = changed_since([risk.pk])
    if not changes:
        return []
    names = named([one.guidance_uid for one in changes], user, at=at)
    return [
        (names[one.guidance_uid], one.guidance_uid, one.at) for one in changes if one.guidance_uid in names
    ]
