"""Words that the pages of threats, escalations, challenges and decisions share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from riskregister.constants import PracticeChanged
from riskregister.history import Snapshot
from riskregister.models import BoardReview, Risk
from riskregister.presenters.base import moment_words, on_day
from riskregister.rules.board_work import check_due, overdue
from riskregister.selectors.as_at import label_of
from safeguarding.kernel.periods import Month, day_of

Tag = dict[str, str]
Row = dict[str, Any]
OVERDUE: Tag = {"text": "Overdue", "colour": "red"}
CHANGED_COLOURS = {
    PracticeChanged.YES: "green",
    PracticeChanged.PARTLY: "yellow",
    PracticeChanged.NO: "red",
    PracticeChanged.TOO_EARLY: "grey",
}


def risk_name(risk: Risk) -> str:
    return f"{label_of(risk.number)}: {risk.title}"


def review_name(review: BoardReview) -> str:
    month = Month.of(review.month).name
    return month if review.version == 1 else f"{month}, version {review.version}"


def by_at(person: Any, moment: datetime, *, nobody: str = "A rule") -> str:
    return f"{person.name if person else nobody}, {moment_words(moment)}"


def linked(key: str, text: str, href: str, action: str = "Open") -> Row:
    """A row of the summary list that leads to another page, where there is one."""
    row: Row = {"key": key, "value": text}
    return row | {"href": href, "action": action} if href else row


def changed_rows(record: Any, due_on: date | None, today: date) -> list[Row]:
    """'What changed for children?' of a record that was answered or confirmed."""
    rows: list[Row] = []
    if record.changed and record.changed_at:
        words = PracticeChanged(record.changed).label
        rows.append(
            {
                "key": "What changed for children",
                "value": f"{words}\n{record.changed_how}\n{by_at(record.changed_by, record.changed_at)}",
            }
        )
    if due_on:
        asked = "Due since" if due_on < today else "To be said from"
        rows.append({"key": "Next look at what changed", "value": f"{asked} {on_day(due_on)}"})
    return rows


def changed_cell(changed: str) -> Any:
    if not changed:
        return {"text": "–", "hidden": "not said yet"}
    return {"text": PracticeChanged(changed).label, "tag": CHANGED_COLOURS[PracticeChanged(changed)]}


@dataclass(frozen=True)
class Clock:
    """How an answer that is owed stands: in words, and what is said of it where it is late."""

    words: str
    overdue: bool

    @property
    def tags(self) -> list[Tag]:
        return [OVERDUE] if self.overdue else []

    @property
    def warning(self) -> str:
        return self.words if self.overdue else ""


def clock(waits: bool, due_on: date | None, today: date) -> Clock:
    return Clock(clock_words(waits, due_on, today), overdue(waits, due_on, today))


def look_due_after(settled: bool, one: Any) -> date | None:
    """When the board says what changed after the answer; None until the answer is `settled`."""
    if not settled or not one.answered_at:
        return None
    return check_due(day_of(one.answered_at), one.changed, day_of(one.changed_at) if one.changed_at else None)


def clock_words(waits: bool, due_on: date | None, today: date) -> str:
    """'Overdue: an answer was owed by …', 'Answer owed by …', or nothing."""
    if not waits or due_on is None:
        return ""
    if due_on < today:
        return f"Overdue: an answer was owed by {on_day(due_on)}"
    return f"Answer owed by {on_day(due_on)}"


def state_cell(tag: Tag, note: str = "", *, overdue: bool = False) -> Row:
    cell: Row = {"text": tag["text"], "tag": tag["colour"], "note": note}
    if overdue:
        cell["tags"] = [OVERDUE]
    return cell


def timeline(
    story: Iterable[Snapshot], told: Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[str, str]]
) -> list[Row]:
    """Entries of components/timeline.html, the latest first. `told(before, after)`: the title and text of a
    step, from the columns before (empty of the first) and after it."""
    before: Mapping[str, Any] = {}
    entries = []
    for one in story:
        title, text = told(before, one.fields)
        entries.append(
            {
                "title": title,
                "when": moment_words(one.at),
                "datetime": one.at.isoformat(),
                "by": one.by or "by a rule",
                "text": text,
            }
        )
        before = one.fields
    return entries[::-1]


def told_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str] | None:
    """The step that said what changed for children, if it was that."""
    if not after["changed"] or after["changed_at"] == before.get("changed_at"):
        return None
    return "What changed for children", f"{PracticeChanged(after['changed']).label}\n{after['changed_how']}"


def day_in(fields: Mapping[str, Any], name: str) -> str:
    return on_day(date.fromisoformat(fields[name])) if fields.get(name) else ""
