"""Reminders of the returns that were sent late or never, each as it went out, with its notification."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.urls import reverse

from accounts.constants import Role
from operations.constants import MailState
from partners.constants import ReminderStep
from partners.rules.reminders import DUTY_OF, Silent, board_words, ladder, words
from partners.selectors.reminders import board_subject, subject_of
from safeguarding.demo import people
from safeguarding.demo.partnership.ground import Ground, model, read, uid, write
from safeguarding.demo.partnership.timeline import Course

_SENT_AFTER, _READ_AFTER = timedelta(minutes=3), timedelta(hours=5)
_OF_THE_BOARD = {Role.COORDINATOR, Role.BOARD_MEMBER}


def store(ground: Ground, courses: list[Course]) -> None:
    reminder, notification = model("Reminder"), apps.get_model("operations.Notification")
    late = {tuple(row[:2]) for name in ("late", "silent") for row in read("incidents")[name]}
    rows, notes = [], []
    for course in courses:
        if course.round.live or (course.partner, course.round.number) not in late:
            continue
        sent = course.sent[0].at if course.sent else course.round.closes_at
        for rung in ladder(course.round.due_at, course.round.period.dates.opens_at):
            if rung.owed_since >= sent:
                break
            for person in _told(ground, course.partner, rung.step, rung.owed_since):
                handled = rung.owed_since + _SENT_AFTER
                rows.append(
                    reminder(
                        of_return_id=course.pk,
                        step=rung.step,
                        recipient_id=person,
                        owed_since=rung.owed_since,
                        handled_at=handled,
                        nobody=person is None,
                    )
                )
                if person is not None:
                    notes.append(_note(ground, notification, course, rung.step, person, handled))
    write(reminder, rows)
    write(notification, notes)


def _told(ground: Ground, partner: str, step: str, owed: datetime) -> list[int | None]:
    if step == ReminderStep.BOARD:
        return [ground.users[one.email] for one in people.everybody() if _OF_THE_BOARD & set(one.rights)]
    return list(ground.answering(partner, owed.date(), DUTY_OF[ReminderStep(step)])) or [None]


def _note(
    ground: Ground, kind: Any, course: Course, step: ReminderStep, person: int, handled: datetime
) -> Any:
    period = course.round.period
    key = ground.organisation(course.partner, period.start)
    names = {ground.organisations[row.key]: row.name for row in people.organisations()}
    silent = Silent(names[key], str(course.state), period.start, period.dates.period_end, course.round.due_at)
    if step == ReminderStep.BOARD:
        (title, text), subject = board_words([silent]), board_subject([course.uid])
        href = reverse("tracker_cycle", args=[uid("cycle", course.round.number)])
    else:
        (title, text), subject = words(step, silent, handled), subject_of(course.uid)
        href = reverse("return", args=[course.uid])
    return kind(
        uid=uid("notification", subject, step, person),
        recipient_id=person,
        subject=subject,
        step=step,
        title=title,
        text=text,
        href=href,
        urgent=handled >= course.round.due_at,
        created_at=handled,
        read_at=handled + _READ_AFTER,
        mail_state=MailState.SENT,
        mail_tries=1,
        mail_tried_at=handled + _SENT_AFTER,
    )
