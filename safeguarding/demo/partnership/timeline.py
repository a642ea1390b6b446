"""Who did what with each return, and when: the ordinary course, and what went otherwise."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from partners.constants import Duty
from partners.constants import ReturnState as State
from partners.facts.questions import Answers, GivenAnswer, QuestionSetFact, SubmittedReturn
from partners.rules.answers import asked, same
from partners.rules.returns import ask_first, brought_forward
from safeguarding.demo.partnership import answers
from safeguarding.demo.partnership.ground import (
    DAY,
    OFFICER,
    Ground,
    Round,
    moment,
    read,
    rng_for,
    uid,
)
from safeguarding.demo.partnership.taking_part import PARTNER_SET, SETS
from safeguarding.kernel.working_days import working_days_after

_TO_ACCEPT = timedelta(minutes=40)


@dataclass(frozen=True)
class Move:
    was: str
    became: str
    at: datetime
    by: int
    reason: str = ""
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    at: datetime
    by: int
    answers: Answers
    seconds: int


@dataclass
class Course:
    """What became of one return."""

    partner: str
    round: Round
    question_set: QuestionSetFact
    # As its organisation has it now.
    draft: Answers = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    # By whom each answer was given, and when the first one was.
    filled_by: dict[str, int] = field(default_factory=dict)
    started_at: datetime | None = None
    pk: int = 0

    @property
    def state(self) -> str:
        return self.moves[-1].became if self.moves else State.NOT_STARTED

    @property
    def uid(self):
        return uid("return", self.partner, self.round.number)


def partners_in(ground: Ground, one: Round) -> list[str]:
    written = read("returns")
    recent = ground.resumed_on is not None and one.period.start >= ground.resumed_on
    return [key for key in written if recent or not written[key].get("from_recent")]


def lay_out(ground: Ground) -> list[Course]:
    """The course of every return, the oldest cycle first."""
    last: dict[str, SubmittedReturn] = {}
    before_last: dict[str, SubmittedReturn] = {}
    courses = []
    for one in ground.rounds:
        for partner in partners_in(ground, one):
            course = Course(partner, one, ground.sets[SETS.get(partner, PARTNER_SET)])
            lasts = [row[partner] for row in (last, before_last) if partner in row]
            whole = _whole(ground, course, lasts)
            if one.live:
                _live(ground, course, whole)
            else:
                _over(ground, course, whole)
            courses.append(course)
            if course.sent:
                if partner in last:
                    before_last[partner] = last[partner]
                last[partner] = SubmittedReturn(
                    course.uid, partner, course.uid, one.number, course.question_set, course.sent[-1].answers
                )
    return courses


def _whole(ground: Ground, course: Course, lasts: list[SubmittedReturn]) -> Answers:
    """What the partner has to say; what did not change since the last return is confirmed, not said anew."""
    said = answers.said(ground, course.partner, course.round, course.question_set)
    brought = brought_forward(course.question_set, lasts[0] if lasts else None)
    again = ask_first(course.question_set, {}, brought, lasts)
    return {
        code: brought[code] if code in brought and code not in again and same(given, brought[code]) else given
        for code, given in said.items()
    }


def _incident(name: str, course: Course) -> list | None:
    key = [course.partner, course.round.number]
    return next((row for row in read("incidents")[name] if row[:2] == key), None)


def _over(ground: Ground, course: Course, whole: Answers) -> None:
    """A cycle that is closed: sent in time or late, and accepted; or never sent."""
    if _incident("silent", course):
        return
    dates = course.round.period.dates
    rng = rng_for("sent", course.partner, course.round.number)
    late = _incident("late", course)
    late_at = moment(working_days_after(dates.due_at.date(), late[2]), 10, 30) if late else None
    if late_at and late_at < course.round.closes_at - _TO_ACCEPT:
        sent_at = late_at
    else:
        first = dates.opens_at.date()
        days = [first + n * DAY for n in range((dates.due_at.date() - first).days)]
        sent_at = moment(rng.choice([day for day in days if day.isoweekday() < 6]), rng.randrange(9, 17))
        sent_at += timedelta(minutes=rng.randrange(60))
    lead = ground.lead(course.partner, dates.period_end)
    started = max(dates.opens_at + timedelta(hours=3), sent_at - timedelta(hours=rng.randrange(1, 26)))
    _start(ground, course, started, lead)
    back = _incident("sent_back", course)
    coordinator = ground.coordinator if course.round.number % 3 else ground.person(OFFICER)
    if back:
        _, _, code, why, wrong = back
        _send(course, sent_at, lead, _with_fault(whole, code, wrong), rng)
        sent_back = moment(working_days_after(sent_at.date(), 1), 11, 20)
        _move(course, State.SENT_BACK, sent_back, coordinator, "One answer needs a second look.", {code: why})
        sent_at = sent_back + timedelta(hours=3)
    _send(course, sent_at, lead, whole, rng)
    accepted = moment(working_days_after(sent_at.date(), 1), 9, rng.randrange(60))
    _move(course, State.ACCEPTED, min(accepted, course.round.closes_at - _TO_ACCEPT), coordinator)
    course.draft = whole


def _live(ground: Ground, course: Course, whole: Answers) -> None:
    """The cycle that is open: one of each state, so that everybody finds something to do."""
    wanted = read("incidents")["live"][course.partner]
    if wanted == State.NOT_STARTED:
        return
    opens = course.round.period.dates.opens_at
    span = ground.at - opens
    rng = rng_for("live", course.partner)
    lead = ground.lead(course.partner, ground.as_of)
    _start(ground, course, opens + span * 0.2, lead)
    if wanted == State.STARTED:
        course.draft = _begun(ground, course, whole)
        return
    _send(course, opens + span * 0.5, lead, whole, rng)
    course.draft = whole
    if wanted == State.SENT_BACK:
        code, why = read("incidents")["live_sent_back"]
        reason = "Nearly there: one answer needs more."
        _move(course, State.SENT_BACK, opens + span * 0.8, ground.coordinator, reason, {code: why})
    elif wanted == State.ACCEPTED:
        _move(course, State.ACCEPTED, opens + span * 0.8, ground.coordinator)


def _begun(ground: Ground, course: Course, whole: Answers) -> Answers:
    """A draft in progress: a contributor has filled what was given to them, nobody the rest."""
    themes = {"workforce", "testing"}
    sections = [section for section in course.question_set.sections if section.theme in themes]
    codes = [
        question.code for section in sections for question in section.questions if question.code in whole
    ]
    helper = ground.answering(course.partner, ground.as_of, Duty.CONTRIBUTOR)
    course.filled_by = {code: helper[0] for code in codes if helper}
    return {code: whole[code] for code in codes}


def _start(ground: Ground, course: Course, at: datetime, by: int) -> None:
    course.started_at = at
    helper = ground.answering(course.partner, course.round.period.dates.period_end, Duty.CONTRIBUTOR)
    for section in course.question_set.sections:
        person = helper[0] if helper and section.theme in ("workforce", "testing") else by
        course.filled_by |= {question.code: person for question in section.questions}
    _move(course, State.STARTED, at, course.filled_by.get("others_away", by))


def _send(course: Course, at: datetime, by: int, whole: Answers, rng) -> None:
    anew = sum(given.same_since_cycle is None for given in whole.values())
    first = len(asked(course.question_set, whole)) == anew
    # A first return takes half an hour; then a minute and a half, and half a minute for each change.
    seconds = rng.randrange(1500, 2400) if first else 70 + anew * 24 + rng.randrange(60)
    _move(course, State.SUBMITTED, at, by)
    course.sent.append(Sent(at, by, whole, seconds))


def _move(
    course: Course, to: str, at: datetime, by: int, reason: str = "", about: dict[str, str] | None = None
) -> None:
    course.moves.append(Move(course.state, to, at, by, reason, about or {}))


def _with_fault(whole: Answers, code: str, wrong: dict | None) -> Answers:
    """The return as it was sent first, with one table's row mistyped."""
    table = whole[code].value
    if not wrong or not isinstance(table, dict):
        return whole
    rows = {row: dict(zip(table[row], cells, strict=True)) for row, cells in wrong.items()}
    return whole | {code: GivenAnswer(value={**table, **rows})}
