"""Concerns and successes of the demonstration: what answers propose, what people raise, and what became of
each, step by step. Only steps before the as-of morning are written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from partners.constants import Breadth, ConcernKind
from partners.constants import ConcernState as State
from partners.facts.questions import SubmittedReturn
from partners.rules.concerns import answer_due_at, noon
from partners.rules.proposals import proposals
from safeguarding.demo import people
from safeguarding.demo.partnership.ground import (
    COORDINATOR,
    DAY,
    Ground,
    model,
    moment,
    read,
    rng_for,
    uid,
    write,
)
from safeguarding.demo.partnership.timeline import Course
from safeguarding.kernel.working_days import working_days_after

_OPEN = {State.PROPOSED, State.RAISED, State.TRIAGED, State.ESCALATED, State.ANSWERED}


@dataclass(frozen=True)
class Step:
    at: datetime
    to: str
    # Key of a person; None: a rule.
    by: int | None
    reason: str = ""
    # What the step sets, by field of the concern.
    sets: dict[str, Any] = field(default_factory=dict)


@dataclass
class Story:
    key: str
    # Fields that no step changes.
    fixed: dict[str, Any]
    steps: list[Step]

    def state_at(self, at: datetime) -> str:
        return [step.to for step in self.steps if step.at <= at][-1]


def store(ground: Ground, courses: list[Course]) -> list[Story]:
    stories = [*_proposed(ground, courses), *_raised(ground)]
    for story in stories:
        story.steps = sorted((one for one in story.steps if one.at < ground.at), key=lambda one: one.at)
    stories = [story for story in stories if story.steps]
    kind, move = model("Concern"), model("ConcernMove")
    made = write(kind, [_row(kind, story) for story in stories])
    users = {key: str(people.uid("person", email)) for email, key in ground.users.items()}
    write(
        move,
        [
            move(
                concern=row,
                from_state=was,
                to_state=step.to,
                reason=step.reason,
                fields=_fields(step, users),
                at=step.at,
                by_id=step.by,
            )
            for row, story in zip(made, stories, strict=True)
            for was, step in zip(["", *(one.to for one in story.steps)], story.steps, strict=False)
        ],
    )
    return stories


def _row(kind: Any, story: Story) -> Any:
    values = dict(story.fixed)
    for step in story.steps:
        values |= step.sets
    return kind(uid=uid("concern", story.key), state=story.steps[-1].to, version=len(story.steps), **values)


_NOT_TOLD = ("_at", "_by_id")


def _fields(step: Step, users: dict[int, str]) -> dict[str, str]:
    """As the service keeps them: moments in ISO, people by uid; when and by whom is the move's own."""
    told = {}
    for name, value in step.sets.items():
        if name.endswith(_NOT_TOLD) and name != "answer_due_at":
            continue
        if name == "owner_id":
            told["owner"] = users[value]
        elif value is None:
            told[name] = ""
        else:
            told[name] = value.isoformat() if isinstance(value, datetime) else str(value)
    return told


def _first(at: datetime, to: str, by: int | None, severity: str, breadth: str) -> Step:
    due = answer_due_at(severity, at)
    return Step(at, to, by, sets={"severity": severity, "breadth": breadth, "answer_due_at": due})


def _answered(at: datetime, by: int, words: str) -> Step:
    sets = {"answer": words, "answered_at": at, "answered_by_id": by}
    return Step(at, State.ANSWERED, by, words, sets)


def _closed(at: datetime, by: int, words: str, evidence: str) -> Step:
    sets = {"changed_for_children": words, "evidence_kind": evidence, "closed_at": at, "closed_by_id": by}
    return Step(at, State.CLOSED, by, words, sets)


def _escalated(at: datetime, by: int, words: str, answer_by: date) -> Step:
    sets = {"answer_due_at": noon(answer_by), "escalated_at": at, "escalated_by_id": by}
    sets |= {"answer": "", "answered_at": None, "answered_by_id": None}
    return Step(at, State.ESCALATED, by, words, sets)


# --- Proposed by answers --------------------------------------------------------------------


def _proposed(ground: Ground, courses: list[Course]) -> Iterator[Story]:
    """One story for as long as an organisation's returns go on saying the same thing."""
    running: dict[tuple[str, str, str], Story] = {}
    for course in courses:
        for number, sent in enumerate(course.sent):
            given = SubmittedReturn(
                course.uid, course.partner, course.uid, course.round.number, course.question_set, sent.answers
            )
            found = {(course.partner, one.question, one.title): one for one in _of(given)}
            for key, one in found.items():
                story = running.get(key)
                if story is None:
                    running[key] = _new(ground, course, one, sent.at)
                elif number == 0:
                    words = f"Again in the return of cycle {course.round.number}: {one.what}"
                    story.steps.append(Step(sent.at, "", None, words))
            for key in [key for key in running if key[0] == course.partner and key not in found]:
                yield _over(ground, running.pop(key), key, sent.at)
    yield from (_ordered(story) for story in running.values())


def _of(given: SubmittedReturn) -> tuple:
    return proposals(given.question_set, given.answers)


def _new(ground: Ground, course: Course, one: Any, at: datetime) -> Story:
    owner = ground.lead(course.partner, at.date())
    fixed = {
        "kind": ConcernKind.CONCERN,
        "title": one.title,
        "what": one.what,
        "theme": one.theme,
        "organisation_id": ground.organisation(course.partner, at.date()),
        "of_return_id": course.pk,
        "question_id": ground.question_keys[course.question_set.code, one.question],
        "raised_at": at,
    }
    key = f"{course.partner}/{course.round.number}/{one.question}/{one.title}"
    story = Story(key, fixed, [_first(at, State.PROPOSED, None, one.severity, Breadth.PARTNER)])
    if course.round.live:
        # Waits for triage.
        return story
    coordinator = ground.person(COORDINATOR)
    rng = rng_for("concern", key)
    taken_up = moment(working_days_after(at.date(), 1), 10, rng.randrange(60))
    triage = {"breadth": Breadth.PARTNER, "severity": one.severity, "owner_id": owner}
    triage["answer_due_at"] = answer_due_at(one.severity, at)
    story.steps.append(Step(taken_up, State.TRIAGED, coordinator, sets=triage))
    words = read("concerns")["by_question"][one.question][0]
    before_board = read("concerns")["escalated"].get(f"{course.partner}/{one.question}")
    if before_board:
        escalated = taken_up + timedelta(hours=3)
        decided = moment(working_days_after(at.date(), 4), 15)
        story.steps.append(
            _escalated(escalated, coordinator, before_board["reason"], decided.date() + 5 * DAY)
        )
        story.steps.append(_answered(decided, ground.person(before_board["by"]), before_board["answer"]))
    else:
        late = rng.random() < 0.12
        answered = working_days_after(at.date(), 8 if late else 2)
        story.steps.append(_answered(moment(answered, 11, rng.randrange(60)), owner, words))
    return story


def _over(ground: Ground, story: Story, key: tuple[str, str, str], at: datetime) -> Story:
    """The return says it no longer: closed once it was answered, two working days later."""
    _, changed, evidence = read("concerns")["by_question"][key[1]]
    last = max([at, *(step.at for step in story.steps)])
    closed = moment(working_days_after(last.date(), 2), 14, 10)
    story.steps.append(_closed(closed, ground.person(COORDINATOR), changed, evidence))
    return _ordered(story)


def _ordered(story: Story) -> Story:
    """Its steps in order of time; one that only says that it came again leaves the state as it was."""
    state, ordered = "", []
    for step in sorted(story.steps, key=lambda one: one.at):
        state = step.to or state
        ordered.append(Step(step.at, state, step.by, step.reason, step.sets))
    story.steps = ordered
    return story


# --- Raised by people -----------------------------------------------------------------------


def _raised(ground: Ground) -> Iterator[Story]:
    for written in read("concerns")["raised"]:
        rng = rng_for("raised", written["key"])
        raised_at = moment(day_of(ground, written["on"]), 8, rng.randrange(60))
        by, severity = ground.person(written["by"]), written.get("severity", "")
        organisation = written["organisation"]
        fixed = {name: written[name] for name in ("kind", "title", "what", "theme")} | {
            "raised_at": raised_at,
            "raised_by_id": by,
            "organisation_id": ground.organisation(organisation, raised_at.date()) if organisation else None,
        }
        steps = [_first(raised_at, State.RAISED, by, severity, written["breadth"])]
        steps += [
            _step(ground, written, step, raised_at, hour=9 + number)
            for number, step in enumerate(written["steps"])
        ]
        yield Story(written["key"], fixed, steps)


def _step(ground: Ground, written: dict, step: list, raised_at: datetime, *, hour: int) -> Step:
    day, to, name, words, more = step
    at, by = moment(day_of(ground, day), hour, 25), ground.person(name)
    if to == State.ESCALATED:
        return _escalated(at, by, words, day_of(ground, more["answer_by"]))
    if to == State.ANSWERED:
        return _answered(at, by, words)
    if to == State.CLOSED:
        return _closed(at, by, words, more["evidence"])
    if to == State.DECLINED:
        return Step(at, to, by, words)
    severity = written.get("severity", "")
    if more.get("again"):
        cleared: dict[str, Any] = dict.fromkeys(("answer", "changed_for_children", "evidence_kind"), "")
        cleared |= dict.fromkeys(("answered_at", "answered_by_id", "closed_at", "closed_by_id"))
        return Step(at, to, by, words, {"answer_due_at": answer_due_at(severity, at), **cleared})
    triage: dict[str, Any] = {"breadth": written["breadth"], "severity": severity}
    if "owner" in more:
        triage["owner_id"] = ground.person(more["owner"])
    triage["answer_due_at"] = answer_due_at(severity, raised_at)
    return Step(at, to, by, sets=triage)


def day_of(ground: Ground, text: str) -> date:
    """A day, or so many days from the as-of day."""
    if text[0] in "+-":
        return ground.as_of + int(text) * DAY
    return date.fromisoformat(text)
