"""Easements: what the law lets go for a time, and what the product's own rules read of it."""

import uuid

from django.db import models
from django.db.models import F, Q

from guidance.constants import LocalDecision, RuleKey, RuleTerms, TouchedDuty
from safeguarding.kernel.constraints import known


class Easement(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The guidance that brought it; empty: none is on the register.
    item = models.ForeignKey(
        "guidance.GuidanceItem", on_delete=models.PROTECT, null=True, related_name="easements"
    )
    title = models.CharField(max_length=200)
    # "SI 2020/445", and the provision in it: "regulation 8".
    instrument = models.CharField(max_length=200)
    provision = models.CharField(max_length=200, blank=True)
    duty = models.CharField(max_length=20, choices=TouchedDuty.choices)
    # What may be done while it holds, and what is done otherwise.
    what_changes = models.TextField()
    normally = models.TextField()
    effective_from = models.DateField()
    # The first day on which it no longer holds; empty: no end is set.
    effective_until = models.DateField(null=True)
    # The rule of the product that it changes, and how; empty: none.
    rule = models.CharField(max_length=20, choices=RuleKey.choices, blank=True)
    terms = models.CharField(max_length=10, choices=RuleTerms.choices, blank=True)
    # Whether the partnership makes use of it. What is lawful does not depend on it.
    local_decision = models.CharField(
        max_length=8, choices=LocalDecision.choices, default=LocalDecision.PENDING
    )
    local_words = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=400)
    recorded_at = models.DateTimeField()
    # Empty: reference data.
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["effective_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gt=F("effective_from")),
                name="easement_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=known("duty", TouchedDuty), name="easement_duty_is_known"),
            models.CheckConstraint(
                condition=Q(rule="", terms="") | (known("rule", RuleKey) & known("terms", RuleTerms)),
                name="easement_rule_with_terms",
            ),
            # A rule starts to be changed by one easement at a time.
            models.UniqueConstraint(
                fields=["rule", "effective_from"], condition=~Q(rule=""), name="easement_rule_once_a_day"
            ),
            models.CheckConstraint(
                condition=known("local_decision", LocalDecision), name="easement_decision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(local_decision=LocalDecision.PENDING, decided_at=None)
                | (
                    Q(decided_at__isnull=False)
                    & ~Q(local_words="")
                    & ~Q(local_decision=LocalDecision.PENDING)
                ),
                name="easement_decided_in_words",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(decided_at__isnull=False), name="easement_decided_at_and_by"
            ),
        ]
