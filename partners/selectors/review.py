"""The partnership's work as a past moment knew it, for the board's review."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from partners.constants import AttendanceState, MeetingKind, NonAnswer, ReturnState
from partners.facts.questions import QuestionSetFact, SubmittedReturn
from partners.facts.review import MissedMeetings, ReviewedAnswer, ReviewedReturn
from partners.models import Cycle, Meeting, Return, ReturnMove, Submission
from partners.rules.answers import age, asked, reading, shown
from partners.selectors.history import attendance_at
from partners.selectors.questions import question_set_fact
from partners.selectors.returns import submitted_fact
from safeguarding.kernel.periods import Month, day_of

# So many cycles are looked back over for answers that were not known running.
CYCLES_BACK = 6
_THERE = (AttendanceState.PRESENT, AttendanceState.DEPUTY)


def returns_of_month(month: Month, at: datetime) -> list[ReviewedReturn]:
    """Returns of the cycles that were due in the month (London), as sent and accepted by `at`; by partner
    and cycle. The number of queries depends on the question sets used alone."""
    cycles = [
        cycle
        for cycle in Cycle.objects.filter(opened_at__lte=at).order_by("number")
        if Month.of(day_of(cycle.due_at)) == month
    ]
    if not cycles:
        return []
    first = cycles[0].number - CYCLES_BACK
    rows = list(
        Return.objects.filter(cycle__number__range=(first, cycles[-1].number))
        .select_related("cycle", "organisation", "question_set")
        .order_by("organisation__name", "cycle__number")
    )
    sent, first_sent = _sent(rows, at)
    accepted = _accepted(rows, at)
    wanted = {cycle.pk for cycle in cycles}
    by_partner: dict[int, list[Return]] = defaultdict(list)
    for row in rows:
        by_partner[row.organisation_id].append(row)
    return [
        _reviewed(row, sent, first_sent.get(row.pk), accepted.get(row.pk), by_partner[row.organisation_id])
        for row in rows
        if row.cycle_id in wanted
    ]


def _sent(rows: list[Return], at: datetime) -> tuple[dict[int, SubmittedReturn], dict[int, datetime]]:
    """By key of the return: as last sent by `at`, and when it was sent first."""
    sets: dict[int, QuestionSetFact] = {}
    for row in rows:
        if row.question_set_id not in sets:
            sets[row.question_set_id] = question_set_fact(row.question_set)
    found: dict[int, SubmittedReturn] = {}
    first: dict[int, datetime] = {}
    submissions = Submission.objects.filter(of_return__in=rows, submitted_at__lte=at).select_related(
        "of_return__organisation", "of_return__cycle"
    )
    for one in submissions.order_by("number"):
        found[one.of_return_id] = submitted_fact(one, sets[one.of_return.question_set_id])
        first.setdefault(one.of_return_id, one.submitted_at)
    return found, first


def _accepted(rows: list[Return], at: datetime) -> dict[int, datetime]:
    """When each return that stood accepted at `at` was accepted, by its moves."""
    found: dict[int, datetime] = {}
    for move in ReturnMove.objects.filter(of_return__in=rows, at__lte=at).order_by("at", "pk"):
        if move.to_state == ReturnState.ACCEPTED:
            found[move.of_return_id] = move.at
        else:
            found.pop(move.of_return_id, None)
    return found


def _reviewed(
    row: Return,
    sent: dict[int, SubmittedReturn],
    first_sent: datetime | None,
    accepted_at: datetime | None,
    of_partner: list[Return],
) -> ReviewedReturn:
    late = (day_of(first_sent) - day_of(row.cycle.due_at)).days if first_sent else 0
    if first_sent and first_sent > row.cycle.due_at:
        late = max(late, 1)
    current = sent.get(row.pk)
    earlier = [sent[one.pk] for one in of_partner if one.cycle.number < row.cycle.number and one.pk in sent]
    return ReviewedReturn(
        uid=row.uid,
        organisation=row.organisation.name,
        organisation_uid=row.organisation.uid,
        cycle_number=row.cycle.number,
        due_at=row.cycle.due_at,
        submitted_at=first_sent,
        accepted_at=accepted_at,
        days_late=max(late, 0),
        answers=dict(_answers(current, earlier)) if current else {},
    )


def _answers(sent: SubmittedReturn, earlier: list[SubmittedReturn]) -> Iterable[tuple[str, ReviewedAnswer]]:
    themes = {
        question.code: section.theme
        for section in sent.question_set.sections
        for question in section.questions
    }
    for question in asked(sent.question_set, sent.answers):
        given = sent.answers.get(question.code)
        if given is None:
            continue
        reads = reading(question, given)
        yield (
            question.code,
            ReviewedAnswer(
                code=question.code,
                question=question.text,
                theme=themes[question.code],
                kind=question.kind,
                value=given.value,
                non_answer=given.non_answer,
                comment=given.comment,
                reading=reads.value if reads else "",
                shown=shown(question, given),
                unchanged_cycles=age(given, sent.cycle_number),
                not_known_cycles=_not_known(question.code, sent, earlier),
            ),
        )


def _not_known(code: str, sent: SubmittedReturn, earlier: list[SubmittedReturn]) -> int:
    count = 0
    for one in [sent, *reversed(earlier)]:
        given = one.answers.get(code)
        if given is None or given.non_answer != NonAnswer.DO_NOT_KNOW:
            break
        count += 1
    return count


def partners_meetings(month: Month, at: datetime) -> list[MissedMeetings]:
    """Of each organisation that was expected: its attendance at the partners' meetings held in the month, and
    how many it missed in a row up to `at`."""
    meetings = list(
        Meeting.objects.filter(series__kind=MeetingKind.PARTNERS, starts_at__lte=at).order_by("starts_at")
    )
    states: dict[UUID, dict[int, str]] = defaultdict(dict)
    # Meetings that were not on record as held by then have no entry.
    for (meeting, organisation), state in attendance_at(meetings, at).items():
        states[organisation][meeting] = state
    in_month = {one.pk for one in meetings if Month.of(day_of(one.starts_at)) == month}
    found = []
    for uid, by_meeting in sorted(states.items(), key=lambda pair: str(pair[0])):
        missed = 0
        for one in reversed(meetings):
            if one.pk in by_meeting:
                if by_meeting[one.pk] in _THERE:
                    break
                missed += 1
        expected = in_month & by_meeting.keys()
        attended = sum(1 for key in expected if by_meeting[key] in _THERE)
        found.append(MissedMeetings(uid, attended, len(expected), missed))
    return found
