"""Acceptances that wait for the board."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.selectors import User
from riskregister.models import Acceptance
from riskregister.presenters.base import moment_words, on_day
from riskregister.presenters.risk_page import acceptance_state
from riskregister.selectors.as_at import label_of
from riskregister.selectors.risks import may_decide


def acceptances_table(rows: Iterable[Acceptance], user: User, now: datetime) -> dict[str, Any]:
    return {
        "caption": "Waiting for the board",
        "columns": [{"text": "Risk", "wide": True}, {"text": "Why", "wide": True}, {"text": "Until"},
                    {"text": "Asked"}],
        "rows": [_row(one, user, now) for one in rows],
        "empty": "No risk waits for the board.",
    }  # fmt: skip


def _row(one: Acceptance, user: User, now: datetime) -> list[Any]:
    decides = may_decide(user, one)
    page = "decide_acceptance" if decides else "risk"
    text, colour, _ = acceptance_state(one, now)
    risk = {
        "text": f"{label_of(one.risk.number)} {one.risk.title}",
        "href": reverse(page, args=[one.uid if decides else one.risk.uid]),
        "note": one.risk.organisation.name if one.risk.organisation else "The partnership",
        "tags": [{"text": text, "colour": colour}],
    }
    asked = {"text": moment_words(one.asked_at), "note": one.asked_by.name if one.asked_by else ""}
    return [
        risk,
        {"text": one.reason, "note": f"Conditions: {one.conditions}"},
        on_day(one.expires_on),
        asked,
    ]


def asked_rows(one: Acceptance) -> list[dict[str, str]]:
    return [
        {"key": "Why", "value": one.reason},
        {"key": "Conditions", "value": one.conditions},
        {"key": "Until", "value": f"{on_day(one.expires_on)}. It lapses by itself after that day."},
        {
            "key": "Asked",
            "value": moment_words(one.asked_at) + (f", {one.asked_by.name}" if one.asked_by else ""),
        },
    ]
