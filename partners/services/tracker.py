"""Reminders of returns that are owed. The schedule is a bell only: what is owed and not yet sent is read from
the records, so that a missed or doubled ring does no harm."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.audit import Actor, record
from operations.services import notify
from partners.constants import ReminderStep
from partners.models import Cycle, Reminder, Return
from partners.rules.reminders import Owed, Silent, board_words, owed, words
from partners.selectors import reminders as selectors
from partners.selectors.reminders import Ladder


def remind(*, now: datetime) -> dict[str, int]:
    """Handles every step that is owed by `now`: how many of each were sent, passed over or had nobody.

    A transaction for each cycle, with its unsent returns locked: a return that is sent meanwhile owes
    nothing, and of two schedulers the second finds the rows of the first.
    """
    counts: Counter[str] = Counter()
    people = selectors.People(now)
    for cycle in selectors.cycles_owing(now):
        with transaction.atomic():
            counts += _remind_of(cycle, people, now)
    return dict(counts)


def _remind_of(cycle: Cycle, people: selectors.People, now: datetime) -> Counter[str]:
    unsent = Return.objects.select_for_update(no_key=True, of=("self",)).filter(cycle=cycle)
    found = [
        (ladder, step)
        for ladder in selectors.ladders(unsent, now)
        for step in owed(ladder.rungs, people.of(ladder.organisation_id), ladder.handled, now)
    ]
    if not found:
        return Counter()
    _keep(found, now)
    _tell_partners(found, people, now)
    _tell_board(found, people, now)
    counts = Counter(
        "passed_over" if step.passed_over else "nobody" if step.recipient is None else str(step.step)
        for _, step in found
    )
    record(
        "returns.reminded",
        actor=Actor.job("reminders"),
        at=now,
        object_kind="cycle",
        object_uid=cycle.uid,
        detail=dict(counts),
    )
    return counts


def _keep(found: Iterable[tuple[Ladder, Owed]], now: datetime) -> None:
    """Where no row is locked (SQLite), the constraint is what keeps a step from being handled twice, and
    `notify` from being told twice."""
    Reminder.objects.bulk_create(
        [
            Reminder(
                of_return_id=ladder.return_id,
                step=step.step,
                recipient_id=step.recipient,
                owed_since=step.owed_since,
                handled_at=now,
                passed_over=step.passed_over,
                nobody=step.recipient is None,
            )
            for ladder, step in found
        ],
        ignore_conflicts=True,
    )


def _tell_partners(found: Iterable[tuple[Ladder, Owed]], people: selectors.People, now: datetime) -> None:
    for ladder, step in found:
        if step.recipient is None or step.passed_over or step.step == ReminderStep.BOARD:
            continue
        title, text = words(step.step, _silent(ladder), now)
        notify(
            recipient=people.person(step.recipient),
            subject=selectors.subject_of(ladder.return_uid),
            step=step.step,
            title=title,
            text=text,
            href=reverse("return", args=[ladder.return_uid]),
            urgent=now >= ladder.due_at,
            now=now,
        )


def _tell_board(found: Iterable[tuple[Ladder, Owed]], people: selectors.People, now: datetime) -> None:
    """Each person once for the cycle, with all of the partners, and not once for each partner."""
    of_person: dict[int, list[Ladder]] = {}
    for ladder, step in found:
        if step.step == ReminderStep.BOARD and step.recipient is not None and not step.passed_over:
            of_person.setdefault(step.recipient, []).append(ladder)
    for key, ladders in of_person.items():
        title, text = board_words([_silent(ladder) for ladder in ladders])
        notify(
            recipient=people.person(key),
            subject=selectors.board_subject([ladder.return_uid for ladder in ladders]),
            step=ReminderStep.BOARD,
            title=title,
            text=text,
            href=reverse("tracker_cycle", args=[ladders[0].cycle_uid]),
            urgent=True,
            now=now,
        )


def _silent(ladder: Ladder) -> Silent:
    return Silent(ladder.organisation, ladder.state, ladder.period_start, ladder.period_end, ladder.due_at)
