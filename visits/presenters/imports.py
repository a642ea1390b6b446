"""Words and tables of the import pages."""

from typing import Any

from operations.constants import JobState
from operations.facts import Run
from visits.imports.refusals import read_refusals
from visits.services import imports

_SHOWN = 50
_STATES = {
    JobState.WAITING: ("Waiting", "grey"),
    JobState.RUNNING: ("At work", "blue"),
    JobState.DONE: ("Done", "green"),
    JobState.FAILED: ("Failed", "red"),
}


def run_page(run: Run) -> dict[str, Any]:
    """What the page of a check or a load shows."""
    checking = run.kind == imports.CHECK_RUN
    title = f"{'Check' if checking else 'Load'} of a {run.inputs['file']} file"
    state, colour = _STATES[JobState(run.state)]
    unfinished = run.state in (JobState.WAITING, JobState.RUNNING)
    details = imports.details_of(run)
    refusals = imports.refusals_of(run) if run.counts.get("refused") else None
    return {
        "title": title,
        "run": run,
        "checking": checking,
        "unfinished": unfinished,
        "job": {
            "label": "State",
            "state_text": state,
            "colour": colour,
            "done": run.done_steps,
            "total": run.all_steps if unfinished else 0,
            "note": run.outcome or run.step,
        },
        "rows": _counts(run),
        "reasons": _reasons(details),
        "extra_columns": details.get("extra_columns", []),
        "may_load": imports.may_load(run),
        "refusals": _table(refusals, run) if refusals else None,
    }


def _counts(run: Run) -> list[dict[str, str]]:
    words = {
        "rows": "Rows read",
        "new": "New",
        "changed": "Changed",
        "unchanged": "As they are on record",
        "repeated": "Said again in the file",
        "refused": "Refused",
    }
    return [{"key": words[name], "value": f"{run.counts[name]:,}"} for name in words if name in run.counts]


def _reasons(details: dict[str, Any]) -> dict[str, Any] | None:
    if not details.get("reasons"):
        return None
    return {
        "caption": "Why rows were refused",
        "columns": [{"text": "Column"}, {"text": "Reason"}, {"text": "Times", "numeric": True}],
        "rows": [[column or "The row", reason, f"{count:,}"] for column, reason, count in details["reasons"]],
    }


def _table(path: Any, run: Run) -> dict[str, Any]:
    refused = list(read_refusals(path, _SHOWN))
    more = run.counts["refused"] > len(refused)
    return {
        "caption": f"The first {len(refused)} refusals" if more else "Refused rows",
        "columns": [
            {"text": "Line"},
            {"text": "Column"},
            {"text": "Value"},
            {"text": "Reason"},
        ],
        "rows": [[row["line"], row["column"] or "The row", row["value"], row["reason"]] for row in refused],
    }
