"""Recovery plans: stage, services, dependencies on others, backlogs. Changes are added, not written over."""

import uuid

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from partners.constants import BacklogKind, DependencyState, PlanStage, ServiceLevel
from partners.querysets import OfOrganisationQuerySet, RecoveryPlanQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class ScenarioSet(models.Model):
    """Increases in demand that every partner is asked to plan for, from a day on."""

    code = models.SlugField(max_length=40)
    effective_from = models.DateField()
    name = models.CharField(max_length=120)
    # Whole percentages, ascending: [10, 20, 30].
    uplifts = models.JSONField()
    source = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "effective_from"], name="scenario_set_once_a_day")
        ]


class RecoveryPlan(models.Model):
    """A partner's plan, or (organisation empty) the partnership's own."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.OneToOneField(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="recovery_plan"
    )
    title = models.CharField(max_length=200)
    remit = models.TextField(blank=True)
    # Shown to others from the first submission on; until then the partner's own draft.
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = RecoveryPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            # The partnership's own too is one: NULL beside NULL would pass a plain constraint.
            models.UniqueConstraint(
                Coalesce(F("organisation"), Value(0)), name="one_recovery_plan_an_organisation"
            ),
            models.CheckConstraint(
                condition=at_and_by("submitted_at", "submitted_by"), name="plan_submitted_at_and_by"
            ),
        ]


class PlanRevision(models.Model):
    """What a plan said before it was changed. Append-only."""

    plan = models.ForeignKey(RecoveryPlan, on_delete=models.PROTECT, related_name="revisions")
    title = models.CharField(max_length=200)
    remit = models.TextField(blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["changed_at", "pk"]


class PlanStageChange(models.Model):
    """The plan reached a stage, from a day on. Append-only; the stage on a day is the last one by then."""

    plan = models.ForeignKey(RecoveryPlan, on_delete=models.PROTECT, related_name="stages")
    stage = models.CharField(max_length=12, choices=PlanStage.choices)
    from_date = models.DateField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["from_date", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("stage", PlanStage), name="plan_stage_is_known")
        ]


class Service(models.Model):
    """A service to children that a partner commits itself to, and its normal level."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="services"
    )
    name = models.CharField(max_length=160)
    normal_level = models.CharField(max_length=400)
    withdrawn_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = OfOrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="service_name_once"),
        ]


class ServiceLevelChange(models.Model):
    """At which level a service runs from a day on; a day in the future is a plan. Append-only."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="levels")
    level = models.CharField(max_length=10, choices=ServiceLevel.choices)
    from_date = models.DateField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # A plan that was given up before its day.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["from_date", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("level", ServiceLevel), name="service_level_is_known"),
            models.CheckConstraint(
                condition=~Q(level__in=[ServiceLevel.REDUCED, ServiceLevel.PAUSED]) | ~Q(reason=""),
                name="service_reduced_with_reason",
            ),
            models.CheckConstraint(
                condition=at_and_by("withdrawn_at", "withdrawn_by"), name="level_withdrawn_at_and_by"
            ),
        ]


class Dependency(models.Model):
    """A plan relies on another organisation, which confirms that from its side."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(RecoveryPlan, on_delete=models.PROTECT, related_name="dependencies")
    on_organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="relied_upon"
    )
    what = models.CharField(max_length=400)
    needed_by = models.DateField(null=True)
    state = models.CharField(max_length=9, choices=DependencyState.choices, default=DependencyState.ASKED)
    answer = models.CharField(max_length=400, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=known("state", DependencyState), name="dependency_state_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("answered_at", "answered_by"), name="dependency_answered_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DependencyState.CONFIRMED, DependencyState.REFUSED])
                | Q(answered_at__isnull=False),
                name="dependency_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state=DependencyState.REFUSED) | ~Q(answer=""),
                name="dependency_refused_with_words",
            ),
        ]


class DependencyMove(models.Model):
    """A dependency was confirmed, refused or given up. Append-only: what was said before stays."""

    dependency = models.ForeignKey(Dependency, on_delete=models.PROTECT, related_name="moves")
    from_state = models.CharField(max_length=9, choices=DependencyState.choices)
    to_state = models.CharField(max_length=9, choices=DependencyState.choices)
    words = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=known("to_state", DependencyState), name="dependency_move_is_known"
            )
        ]


class Backlog(models.Model):
    """Work that waits, counted period by period."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="backlogs"
    )
    kind = models.CharField(max_length=20, choices=BacklogKind.choices)
    name = models.CharField(max_length=160)
    unit = models.CharField(max_length=40)
    # Nobody here can clear it alone: the courts, say.
    national = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfOrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="backlog_name_once"),
            models.CheckConstraint(condition=known("kind", BacklogKind), name="backlog_kind_is_known"),
        ]


class BacklogCount(models.Model):
    """Stock and flow of a backlog over a period. Append-only; a correction is a later row of the same
    period that says why."""

    backlog = models.ForeignKey(Backlog, on_delete=models.PROTECT, related_name="counts")
    period_start = models.DateField()
    period_end = models.DateField()
    before = models.PositiveIntegerField()
    came_in = models.PositiveIntegerField()
    went_out = models.PositiveIntegerField()
    stock = models.PositiveIntegerField()
    correction_reason = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["period_start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stock=F("before") + F("came_in") - F("went_out")), name="backlog_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="backlog_period_ends_after_it_starts"
            ),
        ]
