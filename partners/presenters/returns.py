"""Returns in words: states, ages, answers as rows, what changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.selectors import User
from partners.constants import ReturnState
from partners.facts.questions import GivenAnswer, QuestionFact, QuestionSetFact
from partners.facts.returns import Burden, Change, Hand, Line, SectionLines, Standing, Why
from partners.models import Return, ReturnMove
from partners.presenters.base import Tag, counted, moment_words
from partners.rules.answers import shown
from partners.rules.cycles import due_at
from partners.rules.returns import FILLABLE
from partners.rules.texts import in_words

_COLOURS = {
    ReturnState.NOT_STARTED: "grey",
    ReturnState.STARTED: "blue",
    ReturnState.SUBMITTED: "teal",
    ReturnState.SENT_BACK: "orange",
    ReturnState.ACCEPTED: "green",
}
_STANDINGS = {Standing.NOT_STARTED: "grey", Standing.IN_PROGRESS: "blue", Standing.COMPLETE: "green"}


# Weeks from which an answer's age is told in years: nobody pictures 343 weeks.
_YEARS_FROM = 106


def state_tag(state: str) -> Tag:
    return {"text": ReturnState(state).label, "colour": _COLOURS[ReturnState(state)]}


def standing_tag(standing: Standing) -> Tag:
    return {"text": standing.value, "colour": _STANDINGS[standing]}


def due_words(return_: Return, now: datetime) -> str:
    """'Due 3 April 2020 at noon', 'Was due …, and is late', 'Sent …, late: it was due …'."""
    due = due_at(return_.cycle, return_)
    if return_.state in FILLABLE:
        late = return_.submitted_at is None and due < now
        return f"Was due {moment_words(due)}, and is late" if late else f"Due {moment_words(due)}"
    sent = f"Sent {moment_words(return_.submitted_at)}" if return_.submitted_at else ""
    late = return_.submitted_at is not None and return_.submitted_at > due
    return f"{sent}, late: it was due {moment_words(due)}" if late else sent


def period_words(return_: Return) -> str:
    cycle = return_.cycle
    return f"{in_words(cycle.period_start)} to {in_words(cycle.period_end)}"


def about_rows(return_: Return, now: datetime) -> list[dict[str, Any]]:
    """The head of a return: its period, the day of its figures, when it is due or was sent."""
    rows = [
        {"key": "Period", "value": period_words(return_)},
        {"key": "Figures as on", "value": in_words(return_.cycle.snapshot_on)},
        {"key": "When", "value": due_words(return_, now)},
    ]
    if return_.state not in FILLABLE and return_.submitted_by:
        rows.append({"key": "Sent by", "value": return_.submitted_by.name})
    if return_.accepted_at and return_.accepted_by:
        words = f"{return_.accepted_by.name}, {moment_words(return_.accepted_at)}"
        rows.append({"key": "Accepted by", "value": words})
    return rows


def returns_table(
    returns: Iterable[Return], now: datetime, *, caption: str, empty: str, with_organisation: bool
) -> dict[str, Any]:
    columns = [{"text": "Return"}, {"text": "State"}, {"text": "When"}]
    rows = []
    for return_ in returns:
        name = f"Cycle {return_.cycle.number}: {period_words(return_)}"
        link = {
            "text": f"{return_.organisation.name}, cycle {return_.cycle.number}"
            if with_organisation
            else name,
            "href": reverse("return", args=[return_.uid]),
            "note": period_words(return_) if with_organisation else "",
        }
        state = state_tag(return_.state)
        rows.append([link, {"text": state["text"], "tag": state["colour"]}, due_words(return_, now)])
    return {"caption": caption, "columns": columns, "rows": rows, "empty": empty}


def age_words(said: GivenAnswer, cycle_number: int, starts: Mapping[int, date]) -> str:
    """'Same since cycle 3, 8 weeks'; '' for an answer of this cycle."""
    since = said.same_since_cycle
    if since is None or since == cycle_number:
        return ""
    if since not in starts or cycle_number not in starts:
        return f"Same since cycle {since}"
    weeks = (starts[cycle_number] - starts[since]).days // 7
    if weeks >= _YEARS_FROM:
        return f"Same since cycle {since}, over {counted(weeks // 52, 'year')}"
    return f"Same since cycle {since}, {counted(weeks, 'week')}"


def first_rows(question_set: QuestionSetFact, first: Mapping[str, Why]) -> list[dict[str, str]]:
    return [
        {"text": question.text, "why": first[question.code].value}
        for question in question_set.questions
        if question.code in first
    ]


def overview_sections(
    sections: Sequence[SectionLines],
    return_: Return,
    starts: Mapping[int, date],
    assigned: Mapping[str, User],
    hands: Mapping[str, Hand],
) -> list[dict[str, Any]]:
    """Each section with what it says, how old that is, who fills it, and what a tick would confirm."""
    found = []
    for section in sections:
        holder = assigned.get(section.section.code)
        found.append(
            {
                "code": section.section.code,
                "title": section.section.title,
                "href": answers_url(return_, section.section.code),
                "tag": standing_tag(section.standing),
                "who": holder.name if holder else "",
                "confirmable": len(section.confirmable),
                "count_words": counted(len(section.confirmable), "answer"),
                "rows": [_overview_row(line, return_.cycle.number, starts, hands) for line in section.lines],
            }
        )
    return found


def _overview_row(
    line: Line, cycle_number: int, starts: Mapping[int, date], hands: Mapping[str, Hand]
) -> dict[str, str]:
    said = line.draft or (None if line.first else line.brought)
    if line.draft:
        confirmed = line.draft.same_since_cycle is not None
        by = hands[line.question.code].name
        age = age_words(line.draft, cycle_number, starts)
        note = f"Confirmed by {by}. {age}" if confirmed else f"Answered anew by {by}"
    elif line.first:
        note = f"Asked first. {line.first.value}"
    elif line.brought:
        note = age_words(line.brought, cycle_number, starts)
    else:
        note = ""
    comment = said.comment if said else ""
    return {
        "question": line.question.text,
        "answer": shown(line.question, said),
        "note": note,
        "comment": comment,
    }


def task_items(sections: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "text": section["title"],
            "href": section["href"],
            "tag": section["tag"],
            "hint": f"{section['who']} fills this section" if section["who"] else "",
        }
        for section in sections
    ]


def answers_url(return_: Return, section: str = "") -> str:
    """The form of a section; without one, of what is asked first."""
    url = reverse("return_answers", args=[return_.uid])
    return f"{url}?section={section}" if section else url


def condition_words(question: QuestionFact, question_set: QuestionSetFact) -> str:
    """'Only if you answered “Paused” to “How do…”', for who sees the question without its condition."""
    condition = question.condition
    if condition is None:
        return ""
    asked = next((one for one in question_set.questions if one.code == condition.question), None)
    if asked is None:
        return ""
    labels = {option.value: option.label for option in asked.options}
    values = " or ".join(f"“{labels.get(value, value)}”" for value in condition.one_of)
    return f"Only if you answered {values} to “{asked.text}”"


def change_words(change: Change, cycle_number: int, starts: Mapping[int, date]) -> str:
    """What happened to an answer since the one before, in words; beside the tag of `_change_tag`."""
    if change.is_new:
        return ""
    if change.changed:
        return f"Before: {shown(change.question, change.before)}"
    if change.now is not None and change.now.same_since_cycle is not None:
        return f"Confirmed unchanged. {age_words(change.now, cycle_number, starts)}".rstrip()
    return "Unchanged" if change.before is not None else ""


def change_sections(
    question_set: QuestionSetFact,
    changes: Iterable[Change],
    cycle_number: int,
    starts: Mapping[int, date],
    about: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """By section, each question with its answer, what changed, and (sent back) what is wrong with it."""
    by_code = {change.question.code: change for change in changes}
    found = []
    for section in question_set.sections:
        rows = [
            {
                "code": question.code,
                "question": question.text,
                "answer": shown(question, by_code[question.code].now),
                "comment": _comment(by_code[question.code].now),
                "earlier_comment": _earlier_comment(by_code[question.code]),
                "tag": _change_tag(by_code[question.code]),
                "words": change_words(by_code[question.code], cycle_number, starts),
                "about": (about or {}).get(question.code, ""),
            }
            for question in section.questions
            if question.code in by_code
        ]
        if rows:
            found.append({"code": section.code, "title": section.title, "rows": rows})
    return found


def _comment(said: GivenAnswer | None) -> str:
    return said.comment if said else ""


def _earlier_comment(change: Change) -> str:
    """The earlier comment, where it differs."""
    was = _comment(change.before)
    return was if change.changed and was != _comment(change.now) else ""


def _change_tag(change: Change) -> Tag | None:
    if change.is_new:
        return {"text": "New question", "colour": "purple"}
    return {"text": "Changed", "colour": "yellow"} if change.changed else None


def counts_words(changes: Sequence[Change]) -> str:
    """'2 answers changed, 1 new question, 9 as before.'"""
    changed = sum(change.changed for change in changes)
    new = sum(change.is_new for change in changes)
    rest = len(changes) - changed - new
    return f"{counted(changed, 'answer')} changed, {counted(new, 'new question')}, {rest} as before."


_MOVES = {
    ReturnState.STARTED: "Started",
    ReturnState.SUBMITTED: "Sent",
    ReturnState.SENT_BACK: "Sent back",
    ReturnState.ACCEPTED: "Accepted",
    ReturnState.NOT_STARTED: "Changed its date",
}


def move_entries(moves: Iterable[ReturnMove]) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest first."""
    return [
        {
            "title": _move_title(move),
            "when": moment_words(move.at),
            "datetime": move.at.isoformat(),
            "by": move.by.name if move.by else "",
            "text": move.reason,
        }
        for move in sorted(moves, key=lambda move: (move.at, move.pk), reverse=True)
    ]


def _move_title(move: ReturnMove) -> str:
    if move.from_state == move.to_state:
        return "Given more time"
    if move.from_state == ReturnState.ACCEPTED:
        return "Unlocked"
    return _MOVES[ReturnState(move.to_state)]


def burden_stat(burden: Burden, cycles: int) -> dict[str, str]:
    """The figure for components/stat.html."""
    value = "No returns yet" if burden.minutes is None else counted(burden.minutes, "minute")
    if burden.minutes == 0:
        value = "Under 1 minute"
    note = f"Median over {counted(burden.returns, 'return')} of the last {counted(cycles, 'cycle')}"
    return {"label": "Time to complete a return", "value": value, "note": note}
