"""What each organisation says on each cycle, out of fixtures/demo/partnership."""

from datetime import date, timedelta
from typing import Any

from partners.constants import NonAnswer
from partners.facts.questions import Answers, GivenAnswer, QuestionFact, QuestionSetFact
from partners.rules.answers import asked, checked
from safeguarding.demo.partnership import backlogs
from safeguarding.demo.partnership.ground import Ground, Round, read, rng_for
from safeguarding.demo.partnership.rounds import STOOD_DOWN_ON

# Said once, and not again unless it is written for a later cycle.
_SAID_ONCE = {"concerns", "successes"}


def said(ground: Ground, partner: str, one: Round, question_set: QuestionSetFact) -> Answers:
    """The whole return as it stands on that cycle: every question that is asked, in one spelling."""
    written = read("returns")[partner]["answers"]
    found: Answers = {}
    for question in question_set.questions:
        raw = _series(written.get(question.code, {}), one.number, once=question.code in _SAID_ONCE)
        if raw is None:
            raw = _computed(ground, partner, one, question)
        if raw is not None:
            found[question.code] = checked(question, _given(ground, question, raw))
    codes = {question.code for question in asked(question_set, found)}
    return {code: given for code, given in found.items() if code in codes}


def _series(written: Any, number: int, *, once: bool) -> Any:
    """A list goes cycle by cycle; else what was written for the latest cycle up to this one."""
    if isinstance(written, list):
        return written[min(number, len(written)) - 1]
    begun = [int(cycle) for cycle in written if int(cycle) <= number]
    if not begun:
        return None
    latest = max(begun)
    raw = written[str(latest)]
    answered_later = isinstance(raw, dict) and raw.get("non_answer") == NonAnswer.LATER
    return None if (once or answered_later) and latest != number else raw


def _given(ground: Ground, question: QuestionFact, raw: Any) -> GivenAnswer:
    if isinstance(raw, dict) and "non_answer" in raw:
        return GivenAnswer(non_answer=raw["non_answer"], non_answer_reason=raw["reason"])
    if question.kind == "date" and raw.startswith("+"):
        since: date = ground.resumed_on or STOOD_DOWN_ON
        raw = (since + timedelta(days=int(raw))).isoformat()
    if isinstance(raw, dict):
        [column] = question.columns if len(question.columns) == 1 else [None]
        table = {row: {column.value: cell} if column else cell for row, cell in raw.items()}
        return GivenAnswer(value=table)
    return GivenAnswer(value=f"{raw:g}" if isinstance(raw, float) else raw)


def _computed(ground: Ground, partner: str, one: Round, question: QuestionFact) -> Any:
    """Figures, which follow from what is laid out elsewhere."""
    figures = read("figures")
    if question.code == "children_contact" and partner in figures["children"]:
        return {
            row: _children(partner, row, one.number, *about)
            for row, about in figures["children"][partner].items()
        }
    if question.code == "contact" and partner == "harbour":
        return {row: _people(row, one.number, about) for row, about in figures["contact"].items()}
    if question.code not in ("backlog", "backlog_sizes"):
        return None
    counts = backlogs.in_round(ground, partner, one.number)
    waiting = {kind: count for kind, count in counts.items() if count.stock or count.before}
    if question.code == "backlog_sizes":
        return {
            kind: {"before": c.before, "came_in": c.came_in, "went_out": c.went_out, "stock": c.stock}
            for kind, c in waiting.items()
        } or None
    if not waiting:
        return "no"
    difference = sum(count.stock - count.before for count in waiting.values())
    return "growing" if difference > 0 else "shrinking" if difference < 0 else "steady"


def _children(partner: str, row: str, number: int, first: int, percent: int) -> dict[str, int]:
    rng = rng_for("children", partner, row, number)
    children = round(first * (1 + 0.004 * (number - 1))) + rng.randint(-4, 4)
    # More of them are reached as the months go on.
    reached = percent + min(number - 1, 6) * 0.5 + rng.uniform(-0.8, 0.8)
    return {"children": children, "in_contact": round(children * reached / 100)}


def _people(row: str, number: int, first: int) -> dict[str, int]:
    """Contact with all service users is kept, and the risk of all is assessed."""
    caseload = round(first * (1 + 0.012 * (number - 1))) + rng_for("people", row, number).randint(-3, 3)
    return {"caseload": caseload, "in_contact": caseload, "assessed": caseload}
