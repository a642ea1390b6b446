"""Signals, escalations, challenges, decisions: each with a clock, an answer, and a look at what changed."""

import uuid

from django.db import models
from django.db.models import F, Q

from riskregister.constants import (
    ChallengeState,
    Confidence,
    DecisionKind,
    EscalationSource,
    EscalationState,
    PracticeChanged,
    RiskTheme,
    SignalState,
)
from riskregister.querysets import (
    ChallengeQuerySet,
    DecisionQuerySet,
    EscalationQuerySet,
    SignalQuerySet,
)
from safeguarding.kernel.constraints import at_and_by, known


class Signal(models.Model):
    """An emerging threat that somebody noticed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=200)
    what = models.TextField()
    source = models.CharField(max_length=400)
    evidence = models.TextField(blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence.choices)
    theme = models.CharField(max_length=20, choices=RiskTheme.choices)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=9, choices=SignalState.choices, default=SignalState.NEW)
    # Why it is watched or not followed up.
    reason = models.TextField(blank=True)
    look_again_on = models.DateField(null=True)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = SignalQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.CheckConstraint(condition=known("state", SignalState), name="signal_state_is_known"),
            models.CheckConstraint(condition=known("theme", RiskTheme), name="signal_theme_is_known"),
            models.CheckConstraint(
                condition=known("confidence", Confidence), name="signal_confidence_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=SignalState.DISMISSED) | ~Q(reason=""), name="signal_dismissed_with_reason"
            ),
        ]


class Escalation(models.Model):
    """A risk, threat or finding that the board must answer. Concerns of partners have their own clock."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=10, choices=EscalationSource.choices)
    risk = models.ForeignKey(
        "riskregister.Risk", on_delete=models.PROTECT, null=True, related_name="escalations"
    )
    signal = models.ForeignKey(
        "riskregister.Signal", on_delete=models.PROTECT, null=True, related_name="escalations"
    )
    # Of a check: its code.
    check_code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    reason = models.TextField()
    state = models.CharField(max_length=9, choices=EscalationState.choices)
    answer_due_on = models.DateField(null=True)
    raised_at = models.DateTimeField()
    # Empty: a rule proposed it.
    raised_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Taken up, or not, by a person.
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    declined_reason = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # 90 days later: what changed for children?
    changed = models.CharField(max_length=9, choices=PracticeChanged.choices, blank=True)
    changed_how = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.CheckConstraint(
                condition=known("source", EscalationSource), name="escalation_source_is_known"
            ),
            models.CheckConstraint(
                condition=known("state", EscalationState), name="escalation_state_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("answered_at", "answered_by"), name="escalation_answered_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("changed_at", "changed_by"), name="escalation_changed_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state=EscalationState.OPEN) | Q(answer_due_on__isnull=False),
                name="escalation_open_has_a_clock",
            ),
            models.CheckConstraint(
                condition=~Q(state=EscalationState.ANSWERED) | ~Q(answer=""),
                name="escalation_answered_in_words",
            ),
            models.CheckConstraint(
                condition=~Q(state=EscalationState.DECLINED) | ~Q(declined_reason=""),
                name="escalation_declined_with_reason",
            ),
            # A rule proposes the same risk once at a time.
            models.UniqueConstraint(
                fields=["source", "risk"],
                condition=Q(state__in=[EscalationState.PROPOSED, EscalationState.OPEN], risk__isnull=False),
                name="escalation_of_a_risk_once_at_a_time",
            ),
        ]


class Challenge(models.Model):
    """A board member asks a partner to account for something."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    question = models.TextField()
    # What it is about: a risk, a section of a review, or anything in words.
    risk = models.ForeignKey(
        "riskregister.Risk", on_delete=models.PROTECT, null=True, related_name="challenges"
    )
    review = models.ForeignKey(
        "riskregister.BoardReview", on_delete=models.PROTECT, null=True, related_name="challenges"
    )
    section = models.CharField(max_length=12, blank=True)
    asked_of = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="challenges")
    state = models.CharField(max_length=8, choices=ChallengeState.choices, default=ChallengeState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    answer_due_on = models.DateField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Why an answer was not accepted.
    not_accepted_reason = models.TextField(blank=True)
    changed = models.CharField(max_length=9, choices=PracticeChanged.choices, blank=True)
    changed_how = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(condition=known("state", ChallengeState), name="challenge_state_is_known"),
            models.CheckConstraint(
                condition=at_and_by("answered_at", "answered_by"), name="challenge_answered_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("changed_at", "changed_by"), name="challenge_changed_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ChallengeState.ANSWERED, ChallengeState.ACCEPTED]) | ~Q(answer=""),
                name="challenge_answered_in_words",
            ),
            # Who answers for the organisation does not accept the own answer.
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
                name="challenge_answered_by_another",
            ),
        ]


class Decision(models.Model):
    """What the board decided, why, who differed, and when it looks again."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=DecisionKind.choices)
    options = models.TextField()
    reason = models.TextField()
    dissent = models.TextField(blank=True)
    # What it means for children's rights and for who is least heard.
    childrens_rights = models.TextField()
    decided_on = models.DateField()
    # The board meeting (partners.Meeting), where there was one.
    meeting_uid = models.UUIDField(null=True)
    # The review that asked for it.
    review = models.ForeignKey(
        "riskregister.BoardReview", on_delete=models.PROTECT, null=True, related_name="decisions"
    )
    risk = models.ForeignKey(
        "riskregister.Risk", on_delete=models.PROTECT, null=True, related_name="decisions"
    )
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, null=True, related_name="decisions")
    look_again_on = models.DateField()
    # Written down after it took effect.
    retrospective = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # A board member who was there says that it is right.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    changed = models.CharField(max_length=9, choices=PracticeChanged.choices, blank=True)
    changed_how = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=known("kind", DecisionKind), name="board_decision_kind_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("confirmed_at", "confirmed_by"), name="board_decision_confirmed_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by")),
                name="board_decision_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=at_and_by("changed_at", "changed_by"), name="board_decision_changed_at_and_by"
            ),
        ]
