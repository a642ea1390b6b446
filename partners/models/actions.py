"""Actions: one kind for every source, so that each person has one list."""

import uuid

from django.db import models
from django.db.models import F, Q

from partners.constants import ActionState, EvidenceKind, Priority, SlipReason, SourceKind
from partners.querysets import ActionQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class Action(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=200)
    what = models.TextField(blank=True)
    # What it comes from: a kind and its record; the words are kept as they were.
    source_kind = models.CharField(max_length=10, choices=SourceKind.choices)
    source_uid = models.UUIDField()
    source_label = models.CharField(max_length=200)
    # A milestone of a recovery plan is an action too.
    milestone = models.BooleanField(default=False)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="actions"
    )
    # A person of the organisation; empty: the organisation's lead is asked.
    owner = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="owned_actions"
    )
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    state = models.CharField(max_length=9, choices=ActionState.choices, default=ActionState.OPEN)
    # Never changed; what moves is due_on, each time with a row of ActionSlip.
    original_due_on = models.DateField()
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    # What shows that it was done, and what is different for children.
    evidence_text = models.TextField(blank=True)
    evidence_kind = models.CharField(max_length=12, choices=EvidenceKind.choices, blank=True)
    changed_for_children = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["source_kind", "source_uid"], name="action_by_source")]
        constraints = [
            models.CheckConstraint(condition=known("source_kind", SourceKind), name="action_source_is_known"),
            models.CheckConstraint(condition=known("state", ActionState), name="action_state_is_known"),
            models.CheckConstraint(condition=known("priority", Priority), name="action_priority_is_known"),
            models.CheckConstraint(condition=at_and_by("done_at", "done_by"), name="action_done_at_and_by"),
            models.CheckConstraint(
                condition=at_and_by("verified_at", "verified_by"), name="action_verified_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ActionState.DONE, ActionState.VERIFIED])
                | (~Q(evidence_text="") & Q(done_at__isnull=False, done_on__isnull=False)),
                name="action_done_with_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActionState.VERIFIED)
                | (Q(verified_at__isnull=False) & ~Q(verified_by=F("done_by"))),
                name="action_verified_by_another",
            ),
        ]


class ActionSlip(models.Model):
    """The day an action is due was moved. Append-only."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="slips")
    from_date = models.DateField()
    to_date = models.DateField()
    reason_code = models.CharField(max_length=10, choices=SlipReason.choices)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("reason_code", SlipReason), name="slip_reason_is_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="slip_with_reason"),
        ]


class ActionMove(models.Model):
    """An action changed its state or owner. Append-only."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="moves")
    from_state = models.CharField(max_length=9, choices=ActionState.choices, blank=True)
    to_state = models.CharField(max_length=9, choices=ActionState.choices)
    reason = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
