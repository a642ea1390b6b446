"""Guidance of a review for tests: each fact with only what the test says."""

from datetime import timedelta
from typing import Any

from guidance.facts.register import (
    AcknowledgedFact,
    CoverageFact,
    EasementFact,
    GuidanceFact,
    ShownFact,
)
from tests.riskregister.review_world import CUT_OFF, DAY, LAST, uid

_MONTH = timedelta(days=40)


def guidance(number: int = 1, state: str = "issued", **fields: Any) -> GuidanceFact:
    """Issued in time; with another `state`, on its way and due tomorrow."""
    values = {
        "uid": uid(f"G{number}"),
        "label": f"G{number}",
        "issuer": "Department for Education",
        "reference": "",
        "title": "Children’s social care services",
        "url": "",
        "audiences": ("police",),
        "topics": (),
        "duties": (),
        "origin": "",
        "owner": "Cora Denny",
        "recorded_at": CUT_OFF - _MONTH,
        "version_uid": uid(f"G{number} 1"),
        "version_number": 1,
        "kind": "new",
        "size": "major",
        "force": "should",
        "state": state,
        "published_on": LAST - _MONTH,
        "received_on": LAST - _MONTH,
        "effective_from": LAST - _MONTH,
        "effective_until": None,
        "due_on": LAST + DAY,
        "version_recorded_at": CUT_OFF - _MONTH,
        **fields,
    }
    return GuidanceFact(**values)


def told(number: int = 1, **fields: Any) -> CoverageFact:
    values = {
        "item_uid": uid(f"G{number}"),
        "label": f"G{number}",
        "title": "Children’s social care services",
        "version_number": 1,
        "issued_at": CUT_OFF - _MONTH,
        "channels": ("newsletter",),
        "audiences_reached": ("police",),
        "audiences_not_reached": (),
        **fields,
    }
    return CoverageFact(**values)


def answered(*partners: str, owed: tuple[str, ...] = ("NHS", "Police"), **fields: Any) -> AcknowledgedFact:
    values = {
        "item_uid": uid("G1"),
        "label": "G1",
        "title": "Children’s social care services",
        "version_number": 1,
        "acknowledge_by": LAST - DAY,
        "owed_by": owed,
        "answered": partners,
        "in_practice": (),
        "not_applicable": (),
        **fields,
    }
    return AcknowledgedFact(**values)


def practice(*shown: str, not_shown: tuple[str, ...] = (), days_ago: int = 61, **fields: Any) -> ShownFact:
    values = {
        "item_uid": uid("G1"),
        "label": "G1",
        "title": "Children’s social care services",
        "issued_at": CUT_OFF - days_ago * DAY,
        "questions": ("visits",),
        "shown": shown,
        "not_shown": not_shown,
        **fields,
    }
    return ShownFact(**values)


def easement(**fields: Any) -> EasementFact:
    values = {
        "uid": uid("easement"),
        "title": "Visits by video",
        "instrument": "SI 2020/445",
        "provision": "regulation 8",
        "duty": "visits_care",
        "what_changes": "A visit may be made by video.",
        "normally": "A visit is made in person.",
        "effective_from": LAST - _MONTH,
        "effective_until": LAST + 90 * DAY,
        "rule": "",
        "terms": "",
        "local_decision": "used",
        **fields,
    }
    return EasementFact(**values)
