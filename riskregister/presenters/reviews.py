"""Words of the pages of the monthly review."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from operations.constants import JobState
from operations.facts import Run
from riskregister.constants import ReviewState, SignAct
from riskregister.facts.published import ReviewRecord, Signed
from riskregister.models import BoardReview, Comment
from riskregister.presenters.base import moment_words, on_moment
from riskregister.selectors.reviews import Step
from safeguarding.kernel.periods import Month

_COLOURS = {
    ReviewState.DRAFT: "grey",
    ReviewState.IN_REVIEW: "blue",
    ReviewState.APPROVED: "yellow",
    ReviewState.PUBLISHED: "green",
}
_RUN_COLOURS = {
    JobState.WAITING: "grey",
    JobState.RUNNING: "blue",
    JobState.DONE: "green",
    JobState.FAILED: "red",
}
# Of each act: what its button says, and its page.
_STEPS = {
    SignAct.SUBMITTED: ("Put it before the board", "submit_review"),
    SignAct.APPROVED: ("Approve it", "approve_review"),
    SignAct.PUBLISHED: ("Publish it", "publish_review"),
    SignAct.RETURNED: ("Send it back", "send_back_review"),
}


def state_tag(state: str) -> dict[str, str]:
    return {"text": str(ReviewState(state).label), "colour": _COLOURS[ReviewState(state)]}


def name_of(review: BoardReview) -> str:
    """'June 2020' or 'June 2020, version 2'."""
    version = f", version {review.version}" if review.version > 1 else ""
    return f"{Month.of(review.month).name}{version}"


def reviews_table(rows: Iterable[BoardReview], *, empty: str) -> dict[str, Any]:
    return {
        "caption": "Reviews by month",
        "columns": [
            {"text": "Month"},
            {"text": "Version", "numeric": True},
            {"text": "State"},
            {"text": "Compiled"},
            {"text": "Published"},
        ],
        "rows": [
            [
                {
                    "text": Month.of(one.month).name,
                    "href": reverse("review", args=[one.uid]),
                    "hidden": f"version {one.version}",
                },
                one.version,
                {"text": state_tag(one.state)["text"], "tag": state_tag(one.state)["colour"]},
                on_moment(one.compiled_at) if one.compiled_at else "Not yet",
                on_moment(one.published_at) if one.published_at else "–",
            ]
            for one in rows
        ],
        "empty": empty,
    }


def facts_rows(review: BoardReview, *, run_href: str) -> list[dict[str, Any]]:
    """The summary list: as compiled on, by whom, on which cut-off, and its seal."""
    rows: list[dict[str, Any]] = [
        {"key": "As known on", "value": moment_words(review.cut_off)},
        {"key": "Version", "value": str(review.version)},
    ]
    if review.compiled_at:
        row: dict[str, Any] = {"key": "As compiled on", "value": _by(review.compiled_at, _compiler(review))}
        if run_href:
            row |= {"href": run_href, "action": "Run", "hidden": "record of the compilation"}
        rows.append(row)
    if review.correction_reason:
        rows.append({"key": "Corrects", "value": review.correction_reason})
    if review.digest:
        rows.append({"key": "Digest (SHA-256)", "value": review.digest})
    if review.seal:
        rows.append({"key": "Seal", "value": review.seal})
        rows.append({"key": "Place in the chain", "value": str(review.place)})
    return rows


def _compiler(review: BoardReview) -> str:
    return review.compiled_by.name if review.compiled_by else "the system"


def _by(at: datetime, who: str) -> str:
    return f"{moment_words(at)}, by {who}"


def signatures(signed: Iterable[Signed]) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest first."""
    return [
        {
            "title": str(SignAct(one.act).label),
            "when": on_moment(one.at),
            "datetime": one.at.isoformat(),
            "by": f"{one.by} (chair)" if one.chair else one.by,
            "text": one.words,
        }
        for one in reversed(list(signed))
    ]


def panel(review: BoardReview, steps: Iterable[Step]) -> list[dict[str, str]]:
    """What may be done now: a button, or why this reader may not."""
    found = []
    for step in sorted(steps, key=lambda one: one.act is SignAct.RETURNED):
        words, name = _STEPS[step.act]
        found.append(
            {
                "text": words,
                "href": reverse(name, args=[review.uid]) if step.may else "",
                "refusal": step.refusal,
                "kind": "secondary" if step.act is SignAct.RETURNED else "primary",
            }
        )
    return found


def sections(record: ReviewRecord, comments: Iterable[Comment], *, writes: bool) -> list[dict[str, Any]]:
    """Sections in reading order, with what stands beside each."""
    said: dict[str, list[Comment]] = {}
    for one in comments:
        said.setdefault(one.section, []).append(one)
    beside = {one.section: one for one in record.beside}
    return [
        {
            "code": section.code,
            "title": section.title,
            "missing": section.missing,
            "blocks": section.blocks,
            "beside": beside.get(section.code),
            "comments": said.get(section.code, []),
            "writes": writes,
        }
        for section in record.content.sections
    ]


def progress(run: Run) -> dict[str, Any]:
    """Of components/progress.html."""
    state = JobState(run.state)
    return {
        "label": "Compilation of the review",
        "done": run.done_steps,
        "total": run.all_steps,
        "state_text": str(state.label),
        "colour": _RUN_COLOURS[state],
        "note": run.outcome or run.step,
    }


def run_rows(run: Run) -> list[dict[str, str]]:
    moments = (
        ("Asked for", run.asked_at),
        ("Started", run.started_at),
        ("Last sign of life", run.heartbeat_at),
        ("Ended", run.finished_at),
    )
    rows = [{"key": key, "value": moment_words(at)} for key, at in moments if at]
    rows.append({"key": "Asked for by", "value": run.asked_by})
    rows.append({"key": "Method version", "value": run.method_version})
    if "month" in run.inputs:
        rows.append({"key": "Month", "value": Month.parse(run.inputs["month"]).name})
    for key, words in (("sections", "Sections"), ("checks", "Found by checks"), ("findings", "Key findings")):
        if key in run.counts:
            rows.append({"key": words, "value": f"{run.counts[key]:,}"})
    return rows
