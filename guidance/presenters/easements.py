"""Words of the pages of easements."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from guidance.constants import LocalDecision, RuleKey, RuleTerms, TouchedDuty
from guidance.facts.easements import Returning
from guidance.facts.register import EasementFact
from guidance.history import Snapshot
from guidance.models import Easement
from guidance.presenters.base import Tag, counted, days_words, moment_words
from guidance.rules.easements import Phase, days_left, phase
from safeguarding.kernel.texts import in_words

# Fewer days than this are told in yellow.
_SOON = 28
_DECISIONS = {
    LocalDecision.PENDING: "yellow",
    LocalDecision.USED: "green",
    LocalDecision.LIMITED: "blue",
    LocalDecision.NOT_USED: "grey",
}


def decision_tag(decision: str) -> Tag:
    code = LocalDecision(decision)
    return {"text": code.label, "colour": _DECISIONS[code]}


def countdown(easement: EasementFact, day: date) -> Tag:
    """'12 days left', 'Last day today', 'Ended', 'Starts in 3 days', 'No end is set'."""
    stands = phase(easement, day)
    if stands is Phase.COMING:
        return {
            "text": f"Starts in {counted((easement.effective_from - day).days, 'day')}", "colour": "blue",
        }  # fmt: skip
    if stands is Phase.ENDED:
        return {"text": "Ended", "colour": "grey"}
    left = days_left(easement, day)
    if left is None:
        return {"text": "No end is set", "colour": "grey"}
    if left == 1:
        return {"text": "Last day today", "colour": "red"}
    return {"text": f"{counted(left, 'day')} left", "colour": "yellow" if left < _SOON else "green"}


def ends_words(easement: EasementFact) -> str:
    """'25 September 2020': from then on it no longer holds."""
    return in_words(easement.effective_until) if easement.effective_until else "No end is set"


def tables(easements: Iterable[EasementFact], day: date) -> list[dict[str, Any]]:
    """In force, coming and ended, each as a table."""
    known = list(easements)
    by_end = sorted(known, key=lambda one: (one.effective_until or date.max, one.title))
    of = {stands: [one for one in by_end if phase(one, day) is stands] for stands in Phase}
    coming = sorted(of[Phase.COMING], key=lambda one: (one.effective_from, one.title))
    return [
        _table(of[Phase.IN_FORCE], day, "In force, the first to end first", "No easement is in force."),
        _table(coming, day, "Coming", "No easement is to come."),
        _table(of[Phase.ENDED][::-1], day, "Ended, the last first", "No easement has ended yet."),
    ]


def _table(easements: Iterable[EasementFact], day: date, caption: str, empty: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [
            {"text": "Easement", "wide": True},
            {"text": "What may be done", "wide": True},
            {"text": "From"},
            {"text": "Normal again on"},
            {"text": "Here"},
        ],
        "rows": [_row(one, day) for one in easements],
        "empty": empty,
    }


def _row(one: EasementFact, day: date) -> list[Any]:
    left, decision = countdown(one, day), decision_tag(one.local_decision)
    return [
        _name(one),
        one.what_changes,
        in_words(one.effective_from),
        {"text": ends_words(one), "tags": [left]},
        {"text": decision["text"], "tag": decision["colour"]},
    ]


def _name(one: EasementFact) -> dict[str, Any]:
    where = f"{one.instrument}, {one.provision}" if one.provision else one.instrument
    return {"text": one.title, "href": reverse("easement", args=[one.uid]), "note": where}


def rows(easement: Easement, one: EasementFact, *, item_href: str) -> list[dict[str, Any]]:
    """The summary list of one easement."""
    found: list[dict[str, Any]] = [
        {"key": "While it holds", "value": one.what_changes},
        {"key": "Normally", "value": one.normally},
        {"key": "Duty", "value": TouchedDuty(one.duty).label},
        {"key": "Instrument", "value": f"{one.instrument}\n{one.provision}".strip()},
        {"key": "Holds", "value": days_words(one.effective_from, one.effective_until)},
    ]
    if one.rule:
        terms = RuleTerms(one.terms).label.lower()
        found.append({"key": "Rule that follows it", "value": f"{RuleKey(one.rule).label}: {terms}"})
    if one.item_label:
        row: dict[str, Any] = {"key": "Guidance", "value": one.item_label}
        if item_href:
            row |= {"href": item_href, "action": "Read it", "hidden": one.item_label}
        found.append(row)
    found.append({"key": "Here", "value": _decided(easement), "tag": decision_tag(one.local_decision)})
    found.append({"key": "Source", "value": easement.source})
    return found


def _decided(easement: Easement) -> str:
    if not easement.decided_at:
        return ""
    by = f", {easement.decided_by.name}" if easement.decided_by else ""
    return f"{easement.local_words}\n{moment_words(easement.decided_at)}{by}"


def history(story: Iterable[Snapshot]) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest first."""
    found: list[dict[str, Any]] = []
    before: dict = {}
    for one in story:
        found.append(
            {
                "title": _step(one.fields, before),
                "when": moment_words(one.at),
                "datetime": one.at.isoformat(),
                "by": one.by or "with the product’s reference data",
                "text": _told(one, before),
            }
        )
        before = one.fields
    return found[::-1]


def _step(fields: dict, before: dict) -> str:
    if not before:
        return "Recorded"
    if fields["effective_until"] != before["effective_until"]:
        return "Its end changed"
    return str(LocalDecision(fields["local_decision"]).label)


def _told(one: Snapshot, before: dict) -> str:
    if not before:
        until = one.fields["effective_until"]
        return f"Normal again on {_day(until)}" if until else "No end is set"
    if one.fields["effective_until"] != before["effective_until"]:
        was, now = _day(before["effective_until"]), _day(one.fields["effective_until"])
        return f"Normal again on {now}, before: {was}\n{one.reason}".strip()
    return str(one.fields["local_words"])


def _day(text: str | None) -> str:
    return in_words(date.fromisoformat(text)) if text else "no day that is set"


def returning_tables(found: Returning) -> list[dict[str, Any]]:
    """What returns to normal on the day, what is still eased then, and what returned before."""
    on = in_words(found.on)
    columns = [
        {"text": "Easement that ends", "wide": True},
        {"text": "What is done again", "wide": True},
        {"text": "What may no longer be done", "wide": True},
    ]
    return [
        {
            "caption": f"Returns to normal on {on}",
            "columns": [*columns, {"text": "Here"}],
            "rows": [_back(one, found) for one in found.returns],
            "empty": f"Nothing returns to normal on {on}.",
        },
        _table(found.holds, found.on, f"Still eased on {on}", "Nothing is eased on that day."),
        {
            "caption": f"Back to normal before {on}",
            "columns": [{"text": "Easement that ended", "wide": True}, {"text": "Normal again since"}],
            "rows": [[_name(one), ends_words(one)] for one in found.ended],
            "empty": "No easement had ended by then.",
        },
    ]


def _back(one: EasementFact, found: Returning) -> list[Any]:
    after, beside = found.followed.get(one.uid), found.beside.get(one.uid)
    again: dict[str, str] = {"text": one.normally}
    if after:
        again = {
            "text": "Not everything: another easement follows",
            "note": f"{after.what_changes} {after.instrument}",
        }
    elif beside:
        names = "; ".join(other.title for other in beside)
        again["note"] = f"From this day also in force for the same duty: {names}"
    decision = decision_tag(one.local_decision)
    return [_name(one), again, one.what_changes, {"text": decision["text"], "tag": decision["colour"]}]


def end_links(ends: Iterable[date]) -> list[dict[str, str]]:
    return [
        {"text": in_words(day), "href": f"{reverse('returns_to_normal')}?on={day.isoformat()}"}
        for day in ends
    ]
