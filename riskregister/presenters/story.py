"""What happened to a risk, as sentences in the order of time."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from riskregister.constants import (
    Assurance,
    ControlState,
    LinkKind,
    Response,
    RiskState,
    RiskTheme,
    Rollup,
)
from riskregister.facts.evidence import RatingFact
from riskregister.history import Snapshot
from riskregister.presenters.base import listed, lowered, moment_words, on_day
from riskregister.selectors.risks import end_of

_WORDS = {
    "title": "The title",
    "cause": "The cause",
    "event": "The event",
    "consequence": "The consequence",
    "theme": "What it is about",
    "functions": "The functions that it touches",
    "owner": "Who answers for it",
    "owner_organisation": "The organisation that answers for it",
    "response": "The response",
    "restricted": "Whether it is published",
    "rollup": "The rule for partners’ ratings",
    "text": "The text",
    "organisation": "Who runs it",
    "state": "Whether it is in place",
    "assurance": "How it is known that it works",
    "proof": "What shows that it works",
    "proof_on": "When that was last seen",
}
_LONG = frozenset({"cause", "event", "consequence", "text", "proof"})
_CODES: dict[str, Any] = {"theme": RiskTheme, "response": Response, "rollup": Rollup, "assurance": Assurance}

Entry = dict[str, Any]


def entry(at: datetime, title: str, by: str = "", text: str = "") -> Entry:
    return {
        "title": title,
        "when": moment_words(at),
        "datetime": at.isoformat(),
        "by": by,
        "text": text,
        "at": at,
    }


def of_risk(states: list[Snapshot], names: Mapping[UUID, str]) -> Iterable[Entry]:
    """`names`: of people and organisations by uid."""
    before: dict[str, Any] = {}
    for one in states:
        title, text = _risk_step(before, one, names)
        if title:
            yield entry(one.at, title, one.by, text)
        before = one.fields


def _risk_step(before: dict[str, Any], one: Snapshot, names: Mapping[UUID, str]) -> tuple[str, str]:
    now = one.fields
    if not before:
        title = "Written down" if now["state"] == RiskState.DRAFT else "Put on the register"
        return (f"{title}, copied from the library" if now["copied_from"] else title), now["title"]
    if before["state"] != now["state"]:
        if now["state"] == RiskState.CLOSED:
            return "Closed", f"{now['closed_reason']}\nWhat is different for children: " + now[
                "changed_for_children"
            ]
        opened = before["state"] == RiskState.CLOSED
        return ("Opened again" if opened else "Put on the register"), one.reason
    changes = list(_changes(before, now, names))
    return ("Changed", "\n".join(changes)) if changes else ("", "")


def _changes(before: dict[str, Any], now: dict[str, Any], names: Mapping[UUID, str]) -> Iterable[str]:
    for name, words in _WORDS.items():
        if name in now and before.get(name) != now[name]:
            was, is_ = _value(name, before.get(name), names), _value(name, now[name], names)
            if name in _LONG:
                yield f"{words} was: “{was}”. It now is: “{is_}”."
            else:
                yield f"{words}: {was} became {is_}."


def _value(name: str, value: Any, names: Mapping[UUID, str]) -> str:
    if value in (None, ""):
        return "nothing"
    if name in ("owner", "owner_organisation", "organisation"):
        return names.get(UUID(value), "somebody who is no longer known")
    if name == "state":
        return lowered(str(ControlState(value).label))
    if name in _CODES:
        return lowered(str(_CODES[name](value).label))
    if name == "functions":
        return listed(value)
    if name == "restricted":
        return "left out of what is published" if value else "published"
    if name == "proof_on":
        return on_day(date.fromisoformat(value))
    return str(value)


def of_ratings(ratings: Iterable[tuple[str, RatingFact]]) -> Iterable[Entry]:
    """`ratings`: (kind, rating), oldest first."""
    last: dict[str, int] = {}
    for kind, one in ratings:
        was = last.get(kind)
        moved = f"from {was} to {one.score}" if was is not None else f"set to {one.score}"
        last[kind] = one.score
        held = (
            f" It is said to hold from {on_day(one.dated_on)}."
            if one.dated_on < one.recorded_at.date()
            else ""
        )
        yield entry(one.recorded_at, f"{kind.capitalize()} rating {moved}", one.by, f"{one.reason}{held}")


def of_looks(looks: Iterable[tuple[datetime, str, str]]) -> Iterable[Entry]:
    """`looks`: (at, by, note)."""
    for at, by, note in looks:
        yield entry(at, "Looked at again: the rating holds", by, note)


def of_controls(found: Mapping[UUID, list[Snapshot]], names: Mapping[UUID, str]) -> Iterable[Entry]:
    for states in found.values():
        before: dict[str, Any] = {}
        for one in states:
            if not before:
                yield entry(one.at, "Control added", one.by, one.fields["text"])
            else:
                changes = [f"Of the control “{one.fields['text']}”:", *_changes(before, one.fields, names)]
                if len(changes) > 1:
                    yield entry(one.at, "Control changed", one.by, "\n".join(changes))
            before = one.fields


def of_acceptances(found: Mapping[UUID, list[Snapshot]], until: datetime) -> Iterable[Entry]:
    """Also the moment at which one lapsed by itself, if that was before `until`."""
    for states in found.values():
        for one in states:
            fields = one.fields
            day = on_day(date.fromisoformat(fields["expires_on"]))
            if fields["ended_at"] and fields["approved_at"]:
                yield entry(one.at, "Acceptance gave way to another", one.by)
            elif fields["ended_at"]:
                yield entry(one.at, "Nobody decided about the acceptance in time", one.by)
            elif fields["refused_at"]:
                yield entry(one.at, "The board did not accept it", one.by, fields["refused_reason"])
            elif fields["approved_at"]:
                text = f"Until {day}. Conditions: {fields['conditions']}"
                yield entry(one.at, "The board accepted it as it is", one.by, text)
            else:
                yield entry(one.at, f"The board was asked to accept it until {day}", one.by, fields["reason"])
        fields = states[-1].fields
        over = end_of(date.fromisoformat(fields["expires_on"]))
        if fields["approved_at"] and not fields["ended_at"] and over < until:
            yield entry(over, "The acceptance lapsed")


def of_links(found: Mapping[UUID, list[Snapshot]]) -> Iterable[Entry]:
    for states in found.values():
        for one in states:
            kind = lowered(str(LinkKind(one.fields["kind"]).label))
            verb = "Link removed" if one.fields["removed_at"] else "Linked"
            yield entry(one.at, f"{verb}: {kind}", one.by)


def of_contributions(
    found: Mapping[UUID, list[Snapshot]], risk: UUID, labels: Mapping[str, str]
) -> Iterable[Entry]:
    """`labels`: of risks that the reader reaches, by uid as text."""
    for states in found.values():
        for one in states:
            inward = one.fields["to"] == str(risk)
            other = labels.get(one.fields["risk" if inward else "to"], "another risk")
            verb = "no longer contributes" if one.fields["ended_at"] else "contributes"
            words = f"{other} {verb} to it" if inward else f"It {verb} to {other}"
            yield entry(one.at, words, one.by)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Entries of components/timeline.html, the latest first."""
    return sorted(entries, key=lambda one: one["at"], reverse=True)
