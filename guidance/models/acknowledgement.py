"""Who has read guidance and put it into practice."""

import uuid

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from accounts.constants import Role
from guidance.constants import AckAnswer, GuidanceReminderStep
from safeguarding.kernel.constraints import known


class Acknowledgement(models.Model):
    """An answer to a version, for an organisation or, in the children's service, for oneself. Append-only;
    the last one holds, and a later major version for the same people asks again."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of = models.ForeignKey(
        "guidance.GuidanceVersion", on_delete=models.PROTECT, related_name="acknowledgements"
    )
    # Empty: for oneself.
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # In which role somebody answered for themselves; empty: for an organisation.
    role = models.CharField(max_length=2, choices=Role.choices, blank=True)
    answer = models.CharField(max_length=14, choices=AckAnswer.choices)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("answer", AckAnswer), name="ack_answer_is_known"),
            models.CheckConstraint(
                condition=~Q(answer=AckAnswer.NOT_APPLICABLE) | ~Q(reason=""),
                name="ack_not_applicable_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(organisation=None, role__in=(Role.MANAGER, Role.SOCIAL_WORKER))
                | Q(organisation__isnull=False, role=""),
                name="ack_for_one",
            ),
        ]


class AcknowledgementReminder(models.Model):
    """A step of the ladder of one version and organisation, for one person: owed once."""

    of = models.ForeignKey("guidance.GuidanceVersion", on_delete=models.PROTECT, related_name="reminders")
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="guidance_reminders"
    )
    step = models.CharField(max_length=8, choices=GuidanceReminderStep.choices)
    # Empty: nobody was there to receive it.
    recipient = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    owed_since = models.DateTimeField()
    handled_at = models.DateTimeField()
    passed_over = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("of"),
                F("organisation"),
                F("step"),
                Coalesce(F("recipient"), Value(0)),
                name="guidance_reminder_once_for_each_person",
            ),
            models.CheckConstraint(
                condition=known("step", GuidanceReminderStep), name="guidance_reminder_step_is_known"
            ),
        ]
