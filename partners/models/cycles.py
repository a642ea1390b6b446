"""Cycles of returns: the rule that makes their dates, and what was reminded of."""

import uuid

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from partners.constants import CYCLE_DAYS, CycleState, ReminderStep
from safeguarding.kernel.constraints import at_and_by, known


class CycleRule(models.Model):
    """How the dates of cycles follow from each other, for cycles whose period starts from a day on.
    The rule in force for a date is the latest that has begun."""

    effective_from = models.DateField(unique=True)
    # The first day of the first period under this rule.
    first_period_start = models.DateField()
    every_days = models.PositiveSmallIntegerField(default=CYCLE_DAYS)
    # The period looks back over so many days; it may be longer than the step: periods then overlap.
    period_days = models.PositiveSmallIntegerField(default=CYCLE_DAYS)
    # Counted from the period's last day: the day the figures are taken, and the day the return is due
    # (moved on to the next working day).
    snapshot_after_days = models.PositiveSmallIntegerField(default=0)
    due_after_days = models.PositiveSmallIntegerField(default=5)
    reason = models.CharField(max_length=400)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["effective_from"]
        constraints = [
            models.CheckConstraint(condition=Q(every_days__gte=1), name="cycle_rule_moves_on"),
            models.CheckConstraint(condition=Q(period_days__gte=1), name="cycle_rule_period_has_days"),
        ]


class CyclePause(models.Model):
    """No period that starts within these days is asked for."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    from_date = models.DateField()
    until_date = models.DateField()
    reason = models.CharField(max_length=400)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date__gt=F("from_date")), name="cycle_pause_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=at_and_by("lifted_at", "lifted_by"), name="cycle_pause_lifted_at_and_by"
            ),
        ]


class Cycle(models.Model):
    """One round of returns. Its dates are written when it is opened and never follow a later rule."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    period_start = models.DateField(unique=True)
    # Last day of the period, included.
    period_end = models.DateField()
    snapshot_on = models.DateField()
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=CycleState.choices, default=CycleState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-period_start"]
        constraints = [
            models.CheckConstraint(condition=known("state", CycleState), name="cycle_state_is_known"),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="cycle_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("opens_at")), name="cycle_due_after_it_opens"),
            models.CheckConstraint(
                condition=Q(state=CycleState.CLOSED, closed_at__isnull=False)
                | (~Q(state=CycleState.CLOSED) & Q(closed_at=None)),
                name="cycle_closed_at",
            ),
        ]


class Reminder(models.Model):
    """A step of the ladder of one return, for one person: owed once, whatever the scheduler did.

    `passed_over`: the step was owed while nothing ran, and a later step had come due meanwhile.
    """

    # Not "return": a word of Python.
    of_return = models.ForeignKey("partners.Return", on_delete=models.PROTECT, related_name="reminders")
    step = models.CharField(max_length=8, choices=ReminderStep.choices)
    recipient = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="return_reminders"
    )
    owed_since = models.DateTimeField()
    handled_at = models.DateTimeField()
    passed_over = models.BooleanField(default=False)
    # Nobody was there to receive it: shown on the tracker.
    nobody = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("of_return"),
                F("step"),
                Coalesce(F("recipient"), Value(0)),
                name="reminder_step_once_for_each_person",
            ),
            models.CheckConstraint(condition=known("step", ReminderStep), name="reminder_step_is_known"),
        ]
