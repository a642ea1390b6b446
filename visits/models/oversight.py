"""Management oversight: assessments before visits, alternatives, decisions, flags, cover.

Nothing here is edited in place once it was decided on: a decision is superseded by one that
names it, a flag is cleared, an assessment lapses.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from safeguarding.kernel.constraints import at_and_by, known
from visits.constants import Method, PlanType
from visits.constants.oversight import (
    AssessmentResult,
    AttendanceOutcome,
    ContactHeld,
    DecisionState,
    Quality,
    SeenAlone,
    Urgency,
    VisitPurpose,
    WhyNotFaceToFace,
)


class OversightRule(models.Model):
    """A limit that a service sets for itself, from a day on."""

    code = models.CharField(max_length=40)
    value = models.PositiveIntegerField()
    unit = models.CharField(max_length=20)
    effective_from = models.DateField()
    source = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "effective_from"], name="oversight_rule_once_a_day")
        ]


class RemoteVisitRule(models.Model):
    """Whether a visit to a child of a plan type may lawfully be made remotely, from a day until another."""

    plan_type = models.CharField(max_length=3, choices=PlanType.choices)
    allowed = models.BooleanField()
    needs_reason = models.BooleanField()
    needs_record = models.BooleanField()
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    instrument = models.CharField(max_length=200)
    source = models.CharField(max_length=400)

    class Meta:
        ordering = ["plan_type", "effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_type", "effective_from"], name="remote_visit_rule_once_a_day"
            ),
            models.CheckConstraint(
                condition=known("plan_type", PlanType), name="remote_visit_rule_plan_type_is_known"
            ),
        ]


class PreVisitAssessment(models.Model):
    """The household's state and the worker's safety, shortly before a visit."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey("visits.Child", on_delete=models.PROTECT, related_name="assessments")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateTimeField()
    # Codes of constants.Household.
    household = models.JSONField(default=list)
    purpose_kind = models.CharField(max_length=10, choices=VisitPurpose.choices)
    # More words on the purpose.
    purpose = models.CharField(max_length=500, blank=True)
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    lone_working = models.BooleanField()
    lone_working_plan = models.CharField(max_length=500, blank=True)
    # Ppe code -> number of items.
    ppe_needed = models.JSONField(default=dict)
    ppe_available = models.JSONField(default=dict)
    alternatives_considered = models.CharField(max_length=1000)
    # What the answers led to, and what the worker then chose; another choice has a reason.
    proposed = models.CharField(max_length=12, choices=AssessmentResult.choices)
    result = models.CharField(max_length=12, choices=AssessmentResult.choices)
    result_reason = models.CharField(max_length=500, blank=True)
    # A visit that the answers speak against goes past a manager.
    needs_countersignature = models.BooleanField(default=False)
    countersigned_at = models.DateTimeField(null=True)
    countersigned_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(fields=["child", "-made_at"], name="assessment_child"),
            # What waits for a manager.
            models.Index(
                fields=["made_at", "child"],
                condition=Q(needs_countersignature=True, countersigned_at=None),
                name="assessment_to_countersign",
            ),
            # Items by week.
            models.Index(fields=["made_at"], name="assessment_made"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=known("result", AssessmentResult), name="assessment_result_is_known"
            ),
            models.CheckConstraint(
                condition=known("proposed", AssessmentResult), name="assessment_proposed_is_known"
            ),
            models.CheckConstraint(
                condition=known("purpose_kind", VisitPurpose), name="assessment_purpose_is_known"
            ),
            models.CheckConstraint(
                condition=Q(result=F("proposed")) | ~Q(result_reason=""),
                name="assessment_another_result_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by=None) | Q(needs_countersignature=True),
                name="assessment_countersigned_where_needed",
            ),
            models.CheckConstraint(condition=known("urgency", Urgency), name="assessment_urgency_is_known"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("made_at")), name="assessment_valid_after_made"
            ),
            models.CheckConstraint(
                condition=at_and_by("countersigned_at", "countersigned_by"),
                name="assessment_countersigned_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by=None) | ~Q(countersigned_by=F("made_by")),
                name="assessment_countersigned_by_another",
            ),
        ]


class AlternativeRecord(models.Model):
    """What the 2020 regulations ask to be written down of a visit that was not face to face."""

    visit = models.OneToOneField(
        "visits.Visit", on_delete=models.PROTECT, related_name="alternative", primary_key=True
    )
    why = models.CharField(max_length=10, choices=WhyNotFaceToFace.choices)
    why_more = models.CharField(max_length=1000, blank=True)
    # Who took part, by relation to the child, never by name.
    who = models.CharField(max_length=300)
    seen_alone = models.CharField(max_length=20, choices=SeenAlone.choices)
    private = models.CharField(max_length=300)
    quality = models.CharField(max_length=20, choices=Quality.choices)
    learned = models.TextField(max_length=4000)
    next_contact_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=known("why", WhyNotFaceToFace), name="alternative_why_is_known"),
            models.CheckConstraint(
                condition=known("seen_alone", SeenAlone), name="alternative_seen_alone_is_known"
            ),
            models.CheckConstraint(condition=known("quality", Quality), name="alternative_quality_is_known"),
        ]


class ManagementDecision(models.Model):
    """Why a child is not visited face to face for a while, and who answers for it.

    Asked for by a social worker or manager, decided by a manager who did not ask, from the second
    renewal on by two. Never edited after it was decided: a renewal names the one before.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey("visits.Child", on_delete=models.PROTECT, related_name="decisions")
    plan = models.ForeignKey("visits.Plan", on_delete=models.PROTECT, related_name="decisions")
    # The visit that is due and will not be made face to face.
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=DecisionState.choices, default=DecisionState.ASKED)
    alternative = models.CharField(
        max_length=12, choices=[c for c in Method.choices if c[0] != "face_to_face"]
    )
    # The alternative is authorised on these days, both included; the decision lapses after `review_on`.
    covers_from = models.DateField()
    review_on = models.DateField()
    child_centred = models.TextField(max_length=2000, blank=True)
    risk_based = models.TextField(max_length=2000, blank=True)
    family_focused = models.TextField(max_length=2000, blank=True)
    evidence_informed = models.TextField(max_length=2000, blank=True)
    collaborative = models.TextField(max_length=2000, blank=True)
    transparent = models.TextField(max_length=2000, blank=True)
    risk_if_not_seen = models.TextField(max_length=2000, blank=True)
    contingency = models.TextField(max_length=2000, blank=True)
    child_view = models.TextField(max_length=2000, blank=True)
    family_view = models.TextField(max_length=2000, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decision_note = models.TextField(max_length=2000, blank=True)
    seconded_at = models.DateTimeField(null=True)
    seconded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # The decision that this one renews; 0 for a first decision, 1 for the first renewal. Of several
    # renewals of one decision all but one were declined or withdrawn.
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="renewed_by")
    renewal = models.PositiveSmallIntegerField(default=0)
    # Decided after the days it covers had begun.
    retrospective = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["child", "state", "covers_from", "review_on"], name="decision_covers"),
            models.Index(fields=["state", "review_on"], name="decision_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=known("state", DecisionState), name="decision_state_is_known"),
            models.CheckConstraint(
                condition=~Q(alternative="face_to_face"), name="decision_is_about_an_alternative"
            ),
            models.CheckConstraint(
                condition=Q(review_on__gte=F("covers_from")), name="decision_review_after_start"
            ),
            models.CheckConstraint(
                condition=at_and_by("decided_at", "decided_by"), name="decision_decided_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("seconded_at", "seconded_by"), name="decision_seconded_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="decision_not_by_who_asked"
            ),
            models.CheckConstraint(
                condition=Q(seconded_by=None)
                | (~Q(seconded_by=F("asked_by")) & ~Q(seconded_by=F("decided_by"))),
                name="decision_seconded_by_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["authorised", "declined", "second"]) | Q(decided_by__isnull=False),
                name="decision_has_a_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state="authorised") | Q(renewal__lt=2) | Q(seconded_by__isnull=False),
                name="decision_second_renewal_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="authorised")
                | (
                    ~Q(child_centred="")
                    & ~Q(risk_based="")
                    & ~Q(family_focused="")
                    & ~Q(evidence_informed="")
                    & ~Q(collaborative="")
                    & ~Q(transparent="")
                    & ~Q(risk_if_not_seen="")
                    & ~Q(contingency="")
                ),
                name="decision_answers_every_principle",
            ),
            models.CheckConstraint(
                condition=Q(renews=None, renewal=0) | Q(renews__isnull=False, renewal__gte=1),
                name="decision_renewal_names_the_one_before",
            ),
            models.UniqueConstraint(
                fields=["renews"],
                condition=Q(state__in=["asked", "sent_back", "second", "authorised"]),
                name="decision_renewed_once",
            ),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state__in=["asked", "sent_back", "second"]),
                name="decision_one_open_ask_of_a_plan",
            ),
        ]


class DecisionMove(models.Model):
    """One change of a decision's state; append-only."""

    decision = models.ForeignKey(ManagementDecision, on_delete=models.PROTECT, related_name="moves")
    was = models.CharField(max_length=10, blank=True)
    became = models.CharField(max_length=10, choices=DecisionState.choices)
    reason = models.TextField(max_length=2000, blank=True)
    # The answers as they stood when the state changed.
    answers = models.JSONField(default=dict)
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class HazardFlagKind(models.Model):
    """What a flag may say; retired, never deleted."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    # Ends by itself after so many days; None: only when it is cleared.
    lasts_days = models.PositiveSmallIntegerField(null=True)
    review_days = models.PositiveSmallIntegerField()
    needs_agreement = models.BooleanField(default=True)
    source = models.CharField(max_length=400)
    retired_on = models.DateField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HazardFlag(models.Model):
    """A mark on a child's record, such as most vulnerable or shielding, for a time."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey("visits.Child", on_delete=models.PROTECT, related_name="flags")
    kind = models.ForeignKey(HazardFlagKind, on_delete=models.PROTECT, related_name="flags")
    reason = models.CharField(max_length=1000)
    source = models.CharField(max_length=200)
    starts_on = models.DateField()
    review_on = models.DateField()
    # The first day on which the flag no longer stands; set from the kind, or by clearing.
    ends_on = models.DateField(null=True)
    told_family = models.BooleanField()
    told_family_how = models.CharField(max_length=300, blank=True)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    cleared_reason = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["kind", "starts_on", "ends_on", "child"], name="hazard_flag_live")]
        constraints = [
            models.CheckConstraint(
                condition=Q(review_on__gte=F("starts_on")), name="hazard_flag_review_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="hazard_flag_ends_after_start",
            ),
            models.CheckConstraint(
                condition=at_and_by("agreed_at", "agreed_by"), name="hazard_flag_agreed_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("raised_by")),
                name="hazard_flag_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at=None, cleared_by=None, cleared_reason="")
                | (
                    Q(cleared_at__isnull=False, cleared_by__isnull=False, ends_on__isnull=False)
                    & ~Q(cleared_reason="")
                ),
                name="hazard_flag_cleared_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["child", "kind"],
                condition=Q(cleared_at=None, ends_on=None),
                name="hazard_flag_one_open_of_a_kind",
            ),
        ]


class FlagReview(models.Model):
    """A flag was looked at again: it stands until the new date; append-only."""

    flag = models.ForeignKey(HazardFlag, on_delete=models.PROTECT, related_name="reviews")
    was_due_on = models.DateField()
    next_review_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.CharField(max_length=1000)
    reviewed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class SchoolDecision(models.Model):
    """Agencies decided together whether school is safe for a child; never edited, followed by another."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey("visits.Child", on_delete=models.PROTECT, related_name="school_decisions")
    decided_on = models.DateField()
    # Agencies that took part, by kind, never people's names.
    took_part = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=AttendanceOutcome.choices)
    reason = models.CharField(max_length=2000)
    review_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=known("outcome", AttendanceOutcome), name="school_decision_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=Q(review_on__gte=F("decided_on")), name="school_decision_review_later"
            ),
        ]


class FamilyContact(models.Model):
    """A child in care meets the birth family by video or telephone: arranged, and then held or not."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey("visits.Child", on_delete=models.PROTECT, related_name="family_contacts")
    # Relation to the child, never a name.
    with_whom = models.CharField(max_length=100)
    method = models.CharField(max_length=12, choices=Method.choices)
    planned_on = models.DateField()
    held = models.CharField(max_length=10, choices=ContactHeld.choices, default=ContactHeld.ARRANGED)
    why_not = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=known("method", Method), name="family_contact_method_is_known"),
            models.CheckConstraint(condition=known("held", ContactHeld), name="family_contact_held_is_known"),
            models.CheckConstraint(
                condition=at_and_by("outcome_at", "outcome_by"), name="family_contact_outcome_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(held="not_held") | ~Q(why_not=""), name="family_contact_not_held_has_a_reason"
            ),
        ]


class WorkerAbsence(models.Model):
    """A social worker cannot visit, from a day until a day (that day no longer). No health detail."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="absences")
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    # Working from home: calls and records go on, visits do not.
    can_work_at_home = models.BooleanField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-from_date", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gt=F("from_date")),
                name="worker_absence_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(until_date=None), name="worker_absence_one_open_at_a_time"
            ),
        ]


class Cover(models.Model):
    """Another social worker holds a child's visits for a while; the allocation stays."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey("visits.Child", on_delete=models.PROTECT, related_name="covers")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="covers")
    from_date = models.DateField()
    until_date = models.DateField()
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-from_date", "-pk"]
        indexes = [models.Index(fields=["user", "until_date", "child"], name="cover_caseload")]
        constraints = [
            models.CheckConstraint(condition=Q(until_date__gt=F("from_date")), name="cover_ends_after_start"),
            models.CheckConstraint(condition=at_and_by("ended_at", "ended_by"), name="cover_ended_at_and_by"),
        ]


class CheckIn(models.Model):
    """A manager and a home worker spoke in this week. That it happened, and whether support was
    asked for; nothing else is kept."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="check_ins")
    team = models.ForeignKey("visits.Team", on_delete=models.PROTECT, related_name="check_ins")
    # The Monday of the week.
    week = models.DateField()
    support_asked = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team", "week"], name="check_in_once_a_week")]
