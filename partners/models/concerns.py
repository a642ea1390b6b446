"""Concerns and successes: proposed by a rule or raised by a person, never closed silently."""

import uuid

from django.db import models
from django.db.models import Q

from partners.constants import Breadth, ConcernKind, ConcernState, EvidenceKind, Severity, Theme
from partners.querysets import ConcernQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class Concern(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=ConcernKind.choices)
    state = models.CharField(max_length=10, choices=ConcernState.choices)
    title = models.CharField(max_length=200)
    what = models.TextField()
    theme = models.CharField(max_length=20, choices=Theme.choices)
    breadth = models.CharField(max_length=12, choices=Breadth.choices, default=Breadth.PARTNER)
    # Of a success: empty.
    severity = models.CharField(max_length=6, choices=Severity.choices, blank=True)
    # Whose concern it is; empty: of nobody in particular (a manager of the children's service raised it).
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="concerns"
    )
    # The return and question whose answer proposed it.
    of_return = models.ForeignKey(
        "partners.Return", on_delete=models.PROTECT, null=True, related_name="concerns"
    )
    question = models.ForeignKey("partners.Question", on_delete=models.PROTECT, null=True, related_name="+")
    raised_at = models.DateTimeField()
    # Empty: a rule proposed it.
    raised_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Who looks into it.
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # The clock: until when an answer is owed, by severity or as set at an escalation.
    answer_due_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    escalated_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # What is different for children, and how that is known.
    changed_for_children = models.TextField(blank=True)
    evidence_kind = models.CharField(max_length=12, choices=EvidenceKind.choices, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=known("kind", ConcernKind), name="concern_kind_is_known"),
            models.CheckConstraint(condition=known("state", ConcernState), name="concern_state_is_known"),
            models.CheckConstraint(condition=known("theme", Theme), name="concern_theme_is_known"),
            models.CheckConstraint(condition=known("breadth", Breadth), name="concern_breadth_is_known"),
            models.CheckConstraint(
                condition=Q(severity="", kind=ConcernKind.SUCCESS)
                | (known("severity", Severity) & Q(kind=ConcernKind.CONCERN)),
                name="concern_severity_is_known",
            ),
            # A rule proposes the same thing of an answer once, however often the return is sent.
            models.UniqueConstraint(
                fields=["of_return", "question", "title"],
                condition=Q(raised_by=None),
                name="concern_proposed_once",
            ),
            models.CheckConstraint(
                condition=at_and_by("escalated_at", "escalated_by"), name="concern_escalated_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("answered_at", "answered_by"), name="concern_answered_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("closed_at", "closed_by"), name="concern_closed_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state=ConcernState.CLOSED)
                | (
                    ~Q(changed_for_children="")
                    & known("evidence_kind", EvidenceKind)
                    & Q(closed_at__isnull=False)
                ),
                name="concern_closed_with_what_changed",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConcernState.ANSWERED) | ~Q(answer=""), name="concern_answered_in_words"
            ),
            models.CheckConstraint(
                condition=~Q(state=ConcernState.ESCALATED)
                | Q(escalated_at__isnull=False, answer_due_at__isnull=False),
                name="concern_escalated_has_a_clock",
            ),
        ]


class ConcernMove(models.Model):
    """A concern changed its state, owner or clock. Append-only."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="moves")
    # Empty: the first one.
    from_state = models.CharField(max_length=10, choices=ConcernState.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=ConcernState.choices)
    reason = models.TextField(blank=True)
    # What else the move set: {field: value as text}.
    fields = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(to_state=ConcernState.DECLINED) | ~Q(reason=""),
                name="concern_declined_with_reason",
            )
        ]
