"""Words of the pages of the training programme."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from partners.constants import EventState, TrainingLevel, TrainingMode
from partners.facts.training import AgencyLine, DemandLine, EventFact, TrainingFact
from partners.models import Booking
from partners.presenters.base import Tag, counted
from partners.rules.texts import in_words
from partners.rules.training import more_than_usual

EXPORT_COLUMNS = (
    "Organisation",
    "Places asked for",
    "Places booked",
    "Places of events with a record",
    "Came",
    "Gave feedback",
    "Found it useful",
)


def demand_sentence(fact: TrainingFact) -> str:
    """'More demand than would normally be expected: level 2 in April 2020 (130 places asked for, usually
    80).' It says so too where there is none, or nothing to hold demand against."""
    more = more_than_usual(fact.demand)
    if more:
        parts = [
            f"level {line.level} in {line.month.name} "
            f"({counted(line.asked, 'place')} asked for, usually {line.usual:,})"
            for line in more
        ]
        return f"More demand than would normally be expected: {'; '.join(parts)}."
    if all(line.usual is None for line in fact.demand):
        return "Nobody has said yet how much demand is usual, so there is nothing to hold it against."
    return f"No more demand than would normally be expected, {fact.first.name} to {fact.last.name}."


def demand_table(lines: Sequence[DemandLine]) -> dict[str, Any]:
    months = sorted({line.month for line in lines})
    by_level: dict[str, dict[Any, DemandLine]] = {}
    for line in lines:
        by_level.setdefault(line.level, {})[line.month] = line
    return {
        "caption": "Places asked for, by level and month",
        "columns": [{"text": "Level"}, *({"text": month.short_name, "numeric": True} for month in months)],
        "rows": [
            [TrainingLevel(level).label, *(_demand_cell(found[month]) for month in months)]
            for level, found in by_level.items()
        ],
        "empty": "No places have been asked for yet.",
    }


def _demand_cell(line: DemandLine) -> dict[str, Any]:
    if line.usual is None:
        return {"text": f"{line.asked:,}", "note": "usual not known"}
    percent = f", {line.percent}%" if line.percent is not None else ""
    cell: dict[str, Any] = {"text": f"{line.asked:,}", "note": f"usually {line.usual:,}{percent}"}
    if more_than_usual([line]):
        cell["tags"] = [{"text": "More than usual", "colour": "yellow"}]
    return cell


def agency_table(lines: Iterable[AgencyLine]) -> dict[str, Any]:
    return {
        "caption": "Places and attendance by organisation",
        "columns": [
            {"text": "Organisation"},
            {"text": "Asked for", "numeric": True},
            {"text": "Booked", "numeric": True},
            {"text": "Came", "numeric": True},
            {"text": "Found it useful", "numeric": True},
        ],
        "rows": [
            [
                one.organisation,
                f"{one.asked:,}",
                f"{one.booked:,}",
                _of(one.attended, one.expected, "Not recorded yet"),
                _of(one.useful, one.feedback_given, "No feedback yet"),
            ]
            for one in lines
        ],
        "empty": "No organisation has asked for places yet.",
    }


def _of(part: int, whole: int, nothing: str) -> str:
    return f"{part:,} of {whole:,} ({round(100 * part / whole)}%)" if whole else nothing


def export_rows(lines: Iterable[AgencyLine]) -> list[tuple[object, ...]]:
    return [
        (one.organisation, one.asked, one.booked, one.expected, one.attended, one.feedback_given, one.useful)
        for one in lines
    ]


def event_tag(state: str) -> Tag:
    colours = {EventState.PLANNED: "blue", EventState.HELD: "green", EventState.CANCELLED: "grey"}
    return {"text": EventState(state).label, "colour": colours[EventState(state)]}


def events_table(facts: Iterable[EventFact], *, caption: str, empty: str) -> dict[str, Any]:
    rows = []
    for one in facts:
        tag = event_tag(one.state)
        waiting = f"{one.waiting:,} more asked for" if one.waiting else ""
        rows.append(
            [
                {"text": one.course, "href": reverse("training_event", args=[one.uid]),
                 "hidden": f"on {in_words(one.held_on)}"},
                TrainingLevel(one.level).label,
                TrainingMode(one.mode).label,
                in_words(one.held_on),
                {"text": places_words(one.booked, one.places), "note": waiting},
                {"text": tag["text"], "tag": tag["colour"], "note": one.note},
            ]
        )  # fmt: skip
    columns = ["Course", "Level", "How", "Day", "Places booked", "State"]
    return {
        "caption": caption,
        "columns": [{"text": text, "wide": text == "State"} for text in columns],
        "rows": rows,
        "empty": empty,
    }


def places_words(booked: int, places: int | None) -> str:
    return f"{booked:,}, no limit" if places is None else f"{booked:,} of {places:,}"


def event_rows(fact: EventFact, about: str) -> list[dict[str, Any]]:
    rows = [
        {"key": "Level", "value": TrainingLevel(fact.level).label},
        {"key": "How it is held", "value": TrainingMode(fact.mode).label},
        {"key": "Day", "value": in_words(fact.held_on)},
        {"key": "Places booked", "value": places_words(fact.booked, fact.places)},
    ]
    if fact.waiting:
        rows.append({"key": "Asked for beyond", "value": counted(fact.waiting, "place")})
    if fact.note:
        rows.append({"key": "Note", "value": fact.note})
    if about:
        rows.insert(0, {"key": "About", "value": about})
    return rows


def bookings_table(bookings: Iterable[Booking], event: UUID, bookable: dict[int, str]) -> dict[str, Any]:
    """`bookable`: organisations (key, name) whose booking the reader may change."""
    rows = []
    for one in bookings:
        waits = one.asked_for - one.booked
        came = "Not recorded yet" if one.attended is None else f"{one.attended:,}"
        useful = "" if one.useful is None else f"{one.useful:,} of {one.feedback_given:,} found it useful"
        act: dict[str, Any] = {"text": ""}
        if one.organisation_id in bookable:
            href = reverse("book_training", args=[event, one.organisation.uid])
            act = {"text": "Change", "href": href, "hidden": f"the places of {one.organisation.name}"}
        rows.append(
            [
                one.organisation.name,
                {"text": f"{one.asked_for:,}"},
                {"text": f"{one.booked:,}", "note": f"waits for {waits:,} more" if waits else ""},
                {"text": came, "note": useful},
                act,
            ]
        )
    return {
        "caption": "Places by organisation",
        "columns": [
            {"text": "Organisation"},
            {"text": "Asked for", "numeric": True},
            {"text": "Booked", "numeric": True},
            {"text": "Came", "numeric": True},
            {"text": "What to do"},
        ],
        "rows": rows,
        "empty": "Nobody has asked for places yet.",
    }


def mode_words(fact: TrainingFact) -> str:
    """'3 events: 2 webinars, 1 classroom. 1 was cancelled.'"""
    parts = [f"{TrainingMode(mode).label.lower()} {count:,}" for mode, count in sorted(fact.by_mode.items())]
    held = f"Events by how they are held: {', '.join(parts)}." if parts else "No event is in the programme."
    return f"{held} Cancelled: {fact.cancelled:,}." if fact.cancelled else held
