"""Threats, escalations, challenges and decisions, as they stood at a moment."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from partners.selectors.belonging import names_of
from riskregister.facts.content import Ref
from riskregister.facts.evidence import ChallengeFact, DecisionFact, EscalationFact, SignalFact
from riskregister.history import Snapshot, as_at
from riskregister.models import Risk
from riskregister.selectors.as_at import label_of
from riskregister.selectors.board_waiting import waiting_for

__all__ = ["challenges_at", "decisions_at", "escalations_at", "shortened", "signals_at", "waiting_for"]

_SHORT = 80


def signals_at(moment: datetime) -> tuple[SignalFact, ...]:
    """Every threat that somebody had raised by `moment`, the oldest first."""
    found = as_at("signal", moment)
    risks = {
        one.fields["signal"]: label_of(one.fields["number"])
        for one in as_at("risk", moment).values()
        if one.fields["signal"]
    }
    return tuple(
        SignalFact(
            uid=one.uid,
            title=one.fields["title"],
            source=one.fields["source"],
            confidence=one.fields["confidence"],
            state=one.fields["state"],
            raised_at=_moment(one.fields["raised_at"]),
            risk=risks.get(str(one.uid), ""),
            ref=Ref("signal", str(one.uid), one.fields["title"]),
        )
        for one in _sorted(found, "raised_at")
    )


def escalations_at(moment: datetime) -> tuple[EscalationFact, ...]:
    """Every escalation by a person or a rule, the oldest first; partners' concerns are not among them. What
    a rule proposed and nobody took up (or somebody declined) is told with its state."""
    rows = list(_sorted(as_at("escalation", moment), "raised_at"))
    whose = _organisations_of_sources(rows)
    names = names_of({uid for uid in whose.values() if uid})
    return tuple(
        EscalationFact(
            uid=one.uid,
            source=one.fields["source"],
            title=one.fields["title"],
            state=one.fields["state"],
            raised_at=_moment(one.fields["raised_at"]),
            answer_due_on=_date(one.fields["answer_due_on"]),
            answered_at=_maybe(one.fields["answered_at"]),
            organisation=_name(names, whose.get(one.uid)),
            risk_uid=UUID(one.fields["risk"]) if one.fields["risk"] else None,
            changed=one.fields["changed"],
            ref=Ref("escalation", str(one.uid), one.fields["title"]),
        )
        for one in rows
    )


def challenges_at(moment: datetime) -> tuple[ChallengeFact, ...]:
    """Every challenge that had been asked, the oldest first."""
    rows = list(_sorted(as_at("challenge", moment), "asked_at"))
    names = names_of({UUID(one.fields["asked_of"]) for one in rows})
    return tuple(
        ChallengeFact(
            uid=one.uid,
            question=one.fields["question"],
            asked_of=_name(names, UUID(one.fields["asked_of"])),
            state=one.fields["state"],
            asked_at=_moment(one.fields["asked_at"]),
            answer_due_on=date.fromisoformat(one.fields["answer_due_on"]),
            answered_at=_maybe(one.fields["answered_at"]),
            changed=one.fields["changed"],
            ref=Ref("challenge", str(one.uid), shortened(one.fields["question"])),
        )
        for one in rows
    )


def decisions_at(moment: datetime) -> tuple[DecisionFact, ...]:
    """Every decision that had been recorded, by the day of the decision."""
    return tuple(
        DecisionFact(
            uid=one.uid,
            title=one.fields["title"],
            kind=one.fields["kind"],
            decided_on=date.fromisoformat(one.fields["decided_on"]),
            reason=one.fields["reason"],
            dissent=one.fields["dissent"],
            look_again_on=date.fromisoformat(one.fields["look_again_on"]),
            retrospective=one.fields["retrospective"],
            confirmed=one.fields["confirmed_at"] is not None,
            changed=one.fields["changed"],
            ref=Ref("decision", str(one.uid), one.fields["title"]),
        )
        for one in _sorted(as_at("decision", moment), "decided_on", "recorded_at")
    )


def shortened(text: str, length: int = _SHORT) -> str:
    """The first line of a text, cut between words, for a list or a link."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rsplit(' ', 1)[0]}…"


def _sorted(found: Mapping[UUID, Snapshot], *columns: str) -> Iterable[Snapshot]:
    """By the columns (days and moments in ISO, which sort as text), then the uid: equal at every reading."""
    return sorted(found.values(), key=lambda one: (*(one.fields[name] for name in columns), str(one.uid)))


def _organisations_of_sources(rows: list[Snapshot]) -> dict[UUID, UUID | None]:
    """Whose the risk of each escalation is: a risk keeps its organisation for good."""
    named = {UUID(one.fields["risk"]) for one in rows if one.fields["risk"]}
    of_risk = dict(Risk.objects.filter(uid__in=named).values_list("uid", "organisation__uid"))
    return {one.uid: of_risk.get(UUID(one.fields["risk"])) for one in rows if one.fields["risk"]}


def _name(names: Mapping[UUID | None, str], uid: UUID | None) -> str:
    return names.get(uid, "") if uid else ""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
