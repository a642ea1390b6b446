"""Reminders of guidance that partners have not acknowledged, on the ladder of returns. The schedule is a bell
only: what is owed and not yet sent is read from the records."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.audit import Actor, record
from guidance.facts.acknowledgement import Asking
from guidance.models import AcknowledgementReminder, GuidanceItem
from guidance.rules import acknowledging as rules
from guidance.selectors.acknowledgement_reminders import Climb, owed_now
from operations.services import notify
from partners.constants import ReminderStep
from partners.selectors.ladder import Owed, People, due_moment
from safeguarding.kernel.periods import day_of

_Found = list[tuple[Climb, Owed]]


def remind(*, now: datetime) -> dict[str, int]:
    """Handles every step that is owed by `now`: how many of each were sent, passed over or had nobody.

    One transaction, with the items of what is owed locked: what is answered meanwhile owes nothing, and of
    two schedulers the second finds the rows of the first. Each person hears once of all that has come to the
    same step for an organisation, not once of each piece.
    """
    people = People(now)
    items = {climb.asking.item.key for climb, _ in owed_now(people, now)}
    if not items:
        return {}
    with transaction.atomic():
        rows = GuidanceItem.objects.filter(pk__in=items).order_by("pk")
        held = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
        found = owed_now(people, now, items=held)
        if not found:
            return {}
        _keep(found, now)
        _tell_partners(found, people, now)
        _tell_board(found, people, now)
        counts = Counter(
            "passed_over" if step.passed_over else "nobody" if step.recipient is None else str(step.step)
            for _, step in found
        )
        record("guidance.reminded", actor=Actor.job("reminders"), at=now, detail=dict(counts))
    return dict(counts)


def _keep(found: _Found, now: datetime) -> None:
    """Where no row is locked (SQLite), the constraint is what keeps a step from being handled twice, and
    `notify` from being told twice."""
    AcknowledgementReminder.objects.bulk_create(
        [
            AcknowledgementReminder(
                of_id=climb.asking.of.key,
                organisation_id=climb.asking.party.key,
                step=step.step.value,
                recipient_id=step.recipient,
                owed_since=step.owed_since,
                handled_at=now,
                passed_over=step.passed_over,
            )
            for climb, step in found
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def _tell_partners(found: _Found, people: People, now: datetime) -> None:
    together: dict[tuple[int, int, str], list[Asking]] = {}
    for climb, step in _sent(found):
        if step.step != ReminderStep.BOARD:
            key = (step.recipient or 0, climb.asking.party.key, step.step.value)
            together.setdefault(key, []).append(climb.asking)
    for (person, _, step_name), asked in together.items():
        title, text = rules.reminder_words(
            [(one.item.label, one.item.title, one.due) for one in asked],
            asked[0].party.name,
            day_of(now),
            deputy=step_name == ReminderStep.DEPUTY,
        )
        notify(
            recipient=people.person(person),
            subject=_subject(asked[0]),
            step=step_name,
            title=title,
            text=text,
            href=reverse("my_guidance"),
            urgent=any(now >= due_moment(one.due) for one in asked),
            now=now,
        )


def _tell_board(found: _Found, people: People, now: datetime) -> None:
    together: dict[int, list[Asking]] = {}
    for climb, step in _sent(found):
        if step.step == ReminderStep.BOARD:
            together.setdefault(step.recipient or 0, []).append(climb.asking)
    for person, asked in together.items():
        title, text = rules.board_words(
            [(one.party.name, one.item.label, one.item.title, one.due) for one in asked],
            day_of(now),
        )
        notify(
            recipient=people.person(person),
            subject=_subject(asked[0]),
            step=ReminderStep.BOARD,
            title=title,
            text=text,
            href=reverse("guidance_outstanding"),
            urgent=True,
            now=now,
        )


def _sent(found: _Found) -> Iterable[tuple[Climb, Owed]]:
    return ((climb, step) for climb, step in found if step.recipient is not None and not step.passed_over)


def _subject(one: Asking) -> str:
    """What a reminder is kept under: of several, the first."""
    uid = one.party.uid
    return f"acknowledge:{one.of.uid.hex}:{uid.hex if uid else ''}"
