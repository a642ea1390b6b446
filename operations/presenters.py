"""Words of the job pages and of notifications."""

import json
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.utils.timezone import get_current_timezone

from operations.constants import JobState, MailState
from operations.facts import Note, Run

_COLOURS = {
    JobState.WAITING: "grey",
    JobState.RUNNING: "blue",
    JobState.DONE: "green",
    JobState.FAILED: "red",
}
UNFINISHED = frozenset({JobState.WAITING, JobState.RUNNING})


def kind_words(kind: str) -> str:
    return kind.replace("_", " ").replace("-", " ").capitalize()


def kind_links(kinds: list[str], *, chosen: str) -> list[dict]:
    """What the list can be narrowed to; the choice in force has no address."""
    links = [{"text": "Every kind", "query": "", "current": not chosen}]
    return links + [
        {"text": kind_words(kind), "query": urlencode({"kind": kind}), "current": kind == chosen}
        for kind in kinds
    ]


def moment(at: datetime | None) -> str:
    if at is None:
        return "Not yet"
    local = at.astimezone(get_current_timezone())
    return f"{local.day} {local:%B %Y}, {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def runs_table(runs: list[Run], href: Callable[[UUID], str]) -> dict:
    return {
        "caption": "Latest jobs",
        "columns": [
            {"text": "Job"},
            {"text": "State"},
            {"text": "Asked for"},
            {"text": "Ended"},
            {"text": "Outcome", "wide": True},
        ],
        "rows": [
            [
                {"text": kind_words(run.kind), "href": href(run.uid)},
                {"text": JobState(run.state).label, "tag": _COLOURS[JobState(run.state)]},
                f"{moment(run.asked_at)} by {run.asked_by}",
                moment(run.finished_at),
                run.outcome or run.step,
            ]
            for run in runs
        ],
        "empty": "No job has run yet.",
    }


def progress(run: Run) -> dict:
    return {
        "label": kind_words(run.kind),
        "done": run.done_steps,
        "total": run.all_steps,
        "state_text": JobState(run.state).label,
        "colour": _COLOURS[JobState(run.state)],
        "note": run.outcome or run.step,
    }


def run_rows(run: Run) -> list[dict]:
    """Key and value of everything on record but the progress."""
    rows = [
        ("Asked for", f"{moment(run.asked_at)} by {run.asked_by}"),
        ("Started", moment(run.started_at)),
        ("Last sign of life", moment(run.heartbeat_at)),
        ("Ended", moment(run.finished_at)),
        ("Took", _took(run)),
        ("Method version", run.method_version),
        *((kind_words(key), _plain(value)) for key, value in {**run.inputs, **run.counts}.items()),
    ]
    return [{"key": key, "value": value} for key, value in rows if value != ""]


def _took(run: Run) -> str:
    if not (run.started_at and run.finished_at):
        return ""
    seconds = (run.finished_at - run.started_at).total_seconds()
    return f"{seconds:.1f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _plain(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def note(note: Note) -> dict:
    """A notification on its reader's own page."""
    return {
        "uid": note.uid,
        "title": note.title,
        "text": note.text,
        "href": note.href,
        "when": moment(note.created_at),
        "datetime": note.created_at.isoformat(),
        "unread": note.read_at is None,
        "urgent": note.urgent,
        "mail": mail_words(note),
    }


def mail_words(note: Note) -> str:
    """What became of the copy by mail."""
    return {
        MailState.WAITING: "The mail has not been sent yet",
        MailState.SENT: "Also sent to you by mail",
        MailState.FAILED: "The mail could not be delivered",
        MailState.NONE: "Not sent by mail",
    }[MailState(note.mail_state)]
