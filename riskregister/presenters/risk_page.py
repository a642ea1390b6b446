"""Parts of the page of one risk: links, contributions, acceptances, history."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from accounts.selectors import User
from riskregister.constants import LinkKind
from riskregister.facts.evidence import RiskFact
from riskregister.models import Acceptance, Risk
from riskregister.presenters import story as words
from riskregister.presenters.base import address, counted, moment_words, on_day
from riskregister.selectors.links import Linked
from riskregister.selectors.risks import may_decide
from riskregister.selectors.story import RiskStory
from safeguarding.kernel.periods import day_of


def link_rows(found: Iterable[Linked]) -> list[dict[str, str]]:
    """What a risk is linked to: [{kind, words, href, remove}]."""
    return [
        {
            "kind": str(LinkKind(one.link.kind).label),
            "words": one.words or "You may not open this",
            "href": address(one.page, one.link.target) if one.page else "",
            "remove": reverse("unlink_risk", args=[one.link.uid]),
            "remove_text": f"Remove the link to {one.words[:60] or 'this'}",
        }
        for one in found
    ]


def guidance_rows(changes: Iterable[tuple[str, UUID, datetime]]) -> list[dict[str, str]]:
    """Guidance that changed since somebody looked at the risk: [{words, href, when}]."""
    return [
        {"words": words, "href": reverse("guidance_item", args=[uid]), "when": moment_words(at)}
        for words, uid, at in changes
    ]


def contribution_rows(risk: Risk, facts: Iterable[RiskFact], *, now: datetime | None) -> list[dict[str, str]]:
    """Contributions from and to a risk that the reader reaches: [{words, href, end}]; none of a past day."""
    if now is None:
        return []
    by_uid = {one.uid: one for one in facts}
    rows = risk.contributes_to.model.objects.filter(Q(risk=risk) | Q(to=risk), ended_at=None)
    found = []
    for one in rows.select_related("risk", "to").order_by("pk"):
        other = by_uid.get(one.to.uid if one.risk_id == risk.pk else one.risk.uid)
        if other:
            found.append(
                {
                    "words": f"{other.label} {other.title}"
                    + (f", {other.organisation}" if other.organisation else ""),
                    "href": reverse("risk", args=[other.uid]),
                    "end": reverse("stop_contribution", args=[one.uid]),
                    "end_text": f"End the contribution: {other.label}",
                }
            )
    return found


def acceptance_rows(risk: Risk, user: User, moment: datetime) -> dict[str, Any]:
    """Acceptances asked for by `moment`, the latest first."""
    rows = risk.acceptances.filter(asked_at__lte=moment).order_by("-asked_at")
    found = rows.select_related("asked_by", "approved_by", "refused_by")
    return {
        "caption": "Acceptance by the board",
        "columns": [
            {"text": "State"},
            {"text": "Until"},
            {"text": "Why, and on what conditions", "wide": True},
            {"text": "Asked"},
        ],
        "rows": [_acceptance(one, user, moment) for one in found],
        "empty": "The board has not been asked to accept this risk.",
    }


def _acceptance(one: Acceptance, user: User, moment: datetime) -> list[Any]:
    text, colour, by = acceptance_state(one, moment)
    state: dict[str, Any] = {"text": text, "tag": colour, "note": by}
    if may_decide(user, one):
        state = {"text": "Decide", "hidden": "about this acceptance", "note": text,
                 "href": reverse("decide_acceptance", args=[one.uid])}  # fmt: skip
    asked = {"text": moment_words(one.asked_at), "note": one.asked_by.name if one.asked_by else ""}
    return [
        state,
        on_day(one.expires_on),
        {"text": one.reason, "note": f"Conditions: {one.conditions}"},
        asked,
    ]


def acceptance_state(one: Acceptance, moment: datetime) -> tuple[str, str, str]:
    """Its words, colour and who decided, as at a moment."""
    if one.refused_at and one.refused_at <= moment:
        return "Not accepted", "grey", f"{_name(one.refused_by)}: {one.refused_reason}"
    ended = one.ended_at is not None and one.ended_at <= moment
    if one.approved_at and one.approved_at <= moment:
        if day_of(moment) > one.expires_on:
            return "Lapsed", "red", _name(one.approved_by)
        return ("Replaced", "grey", "") if ended else ("Accepted", "green", _name(one.approved_by))
    if ended or day_of(moment) > one.expires_on:
        return "Not decided in time", "red", ""
    return "Waits for the board", "yellow", ""


def _name(person: User | None) -> str:
    return person.name if person else ""


def gap_words(fact: RiskFact) -> str:
    """For how long the risk has been borne without anybody's acceptance; "" where that is not so."""
    if not fact.acceptance_gap_days or not fact.acceptance:
        return ""
    return (
        f"The acceptance lapsed after {on_day(fact.acceptance.expires_on)}. For "
        f"{counted(fact.acceptance_gap_days, 'day')} nobody has accepted this risk. Ask the board again, or "
        "treat the risk."
    )


def story_entries(
    found: RiskStory, fact: RiskFact, facts: Iterable[RiskFact], moment: datetime
) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest first."""
    labels = {
        str(one.uid): one.label + (f" of {one.organisation}" if one.organisation else "") for one in facts
    }
    return words.in_order(
        [
            *words.of_risk(found.risk, found.names),
            *words.of_ratings(fact.all_ratings),
            *words.of_looks(found.looks),
            *words.of_controls(found.controls, found.names),
            *words.of_acceptances(found.acceptances, moment),
            *words.of_links(found.links),
            *words.of_contributions(found.contributions, fact.uid, labels),
        ]
    )
