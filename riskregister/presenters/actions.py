"""Actions beside what they come from."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from partners.constants import ActionState
from partners.facts.actions import ActionFact
from riskregister.presenters.base import address, counted, on_day

_COLOURS = {
    ActionState.OPEN: "blue",
    ActionState.DONE: "yellow",
    ActionState.VERIFIED: "green",
    ActionState.WITHDRAWN: "grey",
}


def actions_table(
    facts: Iterable[ActionFact],
    today: date,
    *,
    caption: str = "Actions",
    empty: str = "No action has been added.",
) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [{"text": "Action", "wide": True}, {"text": "Due"}, {"text": "State"}, {"text": "Who"}],
        "rows": [_row(fact, today) for fact in facts],
        "empty": empty,
    }


def _row(fact: ActionFact, today: date) -> list[Any]:
    late = fact.days_late(today)
    moved = f"Moved {counted(fact.slips, 'time')}, first due on {on_day(fact.original_due_on)}"
    state = ActionState(fact.state)
    return [
        {"text": fact.title, "href": address("action", fact.uid)},
        {
            "text": on_day(fact.due_on),
            "note": moved if fact.slips else "",
            "tags": [{"text": f"{counted(late, 'day')} overdue", "colour": "red"}] if late else [],
        },
        {"text": str(state.label), "tag": _COLOURS[state]},
        {"text": fact.owner or "Nobody yet: the lead is asked", "note": fact.organisation},
    ]
