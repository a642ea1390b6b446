"""The rows of returns: as they stand, as they were sent, how they moved and what was reminded of."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from partners.constants import Duty
from partners.constants import ReturnState as State
from partners.rules.returns import counts
from safeguarding.demo.partnership.ground import Ground, model, write
from safeguarding.demo.partnership.timeline import Course, Sent


def store(ground: Ground, courses: list[Course]) -> int:
    kind = model("Return")
    made = write(kind, [_row(ground, kind, course) for course in courses])
    for course, row in zip(courses, made, strict=True):
        course.pk = row.pk
    move = model("ReturnMove")
    write(
        move,
        [
            move(
                of_return_id=course.pk,
                from_state=one.was,
                to_state=one.became,
                reason=one.reason,
                about=one.about,
                at=one.at,
                by_id=one.by,
            )
            for course in courses
            for one in course.moves
        ],
    )
    _answers(ground, courses)
    _submissions(courses)
    _spells(ground, courses)
    _sections_given_away(ground, courses)
    return len(made)


def _row(ground: Ground, kind: Any, course: Course) -> Any:
    sent = course.sent[-1] if course.sent else None
    accepted = course.moves[-1] if course.state == State.ACCEPTED else None
    return kind(
        uid=course.uid,
        cycle_id=course.round.pk,
        organisation_id=ground.organisation(course.partner, course.round.period.dates.opens_at.date()),
        question_set_id=ground.set_keys[course.question_set.code],
        state=course.state,
        started_at=course.started_at,
        submitted_at=sent and sent.at,
        submitted_by_id=sent and sent.by,
        accepted_at=accepted and accepted.at,
        accepted_by_id=accepted and accepted.by,
        version=1 + len(course.moves),
    )


def _answers(ground: Ground, courses: list[Course]) -> None:
    answer, revision = model("Answer"), model("AnswerRevision")
    rows, revisions = [], []
    for course in courses:
        if course.started_at is None:
            continue
        for code, given in course.draft.items():
            changed = [one for one in course.sent[:-1] if one.answers.get(code) != given]
            at = course.started_at + timedelta(minutes=4 + len(rows) % 9)
            if changed:
                at = course.moves[2].at + timedelta(hours=2)
            by = course.filled_by[code]
            question = ground.question_keys[course.question_set.code, code]
            rows.append(
                answer(
                    of_return_id=course.pk,
                    question_id=question,
                    answered_at=at,
                    answered_by_id=by,
                    version=1 + len(changed),
                    **asdict(given),
                )
            )
            revisions += [
                revision(
                    of_return_id=course.pk,
                    question_id=question,
                    before=asdict(one.answers[code]),
                    changed_at=at,
                    changed_by_id=by,
                )
                for one in changed
            ]
    write(answer, rows)
    write(revision, revisions)


def _submissions(courses: list[Course]) -> None:
    kind = model("Submission")
    write(
        kind,
        [
            kind(
                of_return_id=course.pk,
                number=number,
                submitted_at=one.at,
                submitted_by_id=one.by,
                answers={code: asdict(given) for code, given in one.answers.items()},
                counts=counts(course.question_set, one.answers),
                worked_seconds=one.seconds,
            )
            for course in courses
            for number, one in enumerate(course.sent, 1)
        ],
    )


def _spells(ground: Ground, courses: list[Course]) -> None:
    spell, rows = model("WorkSpell"), []
    for course in courses:
        if course.started_at is None:
            continue
        # Somebody who has begun has had it open for some minutes.
        sent = course.sent[-1] if course.sent else Sent(course.started_at, course.moves[0].by, {}, 240)
        helpers = {by for code, by in course.filled_by.items() if code in course.draft} - {sent.by}
        shares = dict.fromkeys(helpers, sent.seconds // 4) | {sent.by: sent.seconds}
        shares[sent.by] -= sum(shares[by] for by in helpers)
        rows += [
            spell(of_return_id=course.pk, user_id=by, last_touch_at=sent.at, seconds=seconds)
            for by, seconds in shares.items()
        ]
    write(spell, rows)


def _sections_given_away(ground: Ground, courses: list[Course]) -> None:
    assignment = model("SectionAssignment")
    sections = {(one.question_set_id, one.theme): one.pk for one in model("Section")._default_manager.all()}
    rows = []
    for course in courses:
        helper = ground.answering(course.partner, ground.as_of, Duty.CONTRIBUTOR)
        if course.round.live and helper:
            rows += [
                assignment(
                    of_return_id=course.pk,
                    section_id=sections[ground.set_keys[course.question_set.code], theme],
                    user_id=helper[0],
                    assigned_at=course.round.period.dates.opens_at + timedelta(hours=1),
                    assigned_by_id=ground.lead(course.partner, ground.as_of),
                )
                for theme in ("workforce", "testing")
            ]
    write(assignment, rows)
