"""All that is kept of what happened to one risk, by a moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.selectors import User
from partners.selectors.belonging import names_of
from riskregister.history import Snapshot, stories
from riskregister.models import Contribution, Risk, RiskLook

States = dict[UUID, list[Snapshot]]


@dataclass(frozen=True)
class RiskStory:
    risk: list[Snapshot]
    controls: States
    acceptances: States
    links: States
    contributions: States
    # (at, by, note), oldest first.
    looks: list[tuple[datetime, str, str]]
    # Of people and organisations that states name, by uid.
    names: dict[UUID, str]


def risk_story(risk: Risk, *, until: datetime) -> RiskStory:
    """A fixed number of queries."""
    contributions = Contribution.objects.filter(Q(risk=risk) | Q(to=risk)).values("uid")
    states = stories("risk", [risk.uid], until=until).get(risk.uid, [])
    controls = stories("control", risk.controls.values("uid"), until=until)
    looks = RiskLook.objects.filter(risk=risk, at__lte=until).select_related("by").order_by("at", "pk")
    fields = [one.fields for one in (*states, *(one for group in controls.values() for one in group))]
    people = {UUID(one["owner"]) for one in fields if one.get("owner")}
    organisations = {
        UUID(one[name]) for one in fields for name in ("owner_organisation", "organisation") if one.get(name)
    }
    names = dict(User.objects.filter(uid__in=people).values_list("uid", "name")) | names_of(organisations)
    return RiskStory(
        risk=states,
        controls=controls,
        acceptances=stories("acceptance", risk.acceptances.values("uid"), until=until),
        links=stories("link", risk.links.values("uid"), until=until),
        contributions=stories("contribution", contributions, until=until),
        looks=[(one.at, one.by.name if one.by else "", one.note) for one in looks],
        names=names,
    )
