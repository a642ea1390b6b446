"""Records of children, plans and visits: the truth. Each change keeps what was there (Revision)."""

import uuid

from django.db import models
from django.db.models import F, Q

from safeguarding.kernel.constraints import at_and_by, known
from visits.constants import REFERENCE_LENGTH, Method, PlanType, Status, TeamRole
from visits.querysets import ChildQuerySet, PlanQuerySet, TeamQuerySet, VisitQuerySet


class Locality(models.Model):
    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "localities"

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team_ref = models.CharField(max_length=REFERENCE_LENGTH, unique=True)
    name = models.CharField(max_length=120)
    service = models.CharField(max_length=120, blank=True)
    locality = models.ForeignKey(Locality, on_delete=models.PROTECT, related_name="teams")
    version = models.PositiveIntegerField(default=1)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A person's place in a team, from a day until a day (that day no longer)."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="team_places")
    role = models.CharField(max_length=10, choices=TeamRole.choices)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=known("role", TeamRole), name="team_member_role_is_known"),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date")),
                name="team_member_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["team", "user", "role"],
                condition=Q(until_date=None),
                name="team_member_once_at_a_time",
            ),
        ]


class Child(models.Model):
    """A child, by a pseudonymous reference. Names stay in the case system."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child_ref = models.CharField(max_length=REFERENCE_LENGTH, unique=True)

    # On rows of `ChildQuerySet.named_for`: whether the reader sees the reference, or an audit code.
    named: bool

    objects = ChildQuerySet.as_manager()

    class Meta:
        ordering = ["child_ref"]
        verbose_name_plural = "children"

    def __str__(self) -> str:
        return self.child_ref


class Allocation(models.Model):
    """Which social worker holds the child's case, from a day until a day (that day no longer)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="allocations")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="allocations")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "until_date", "child"], name="allocation_caseload")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date")),
                name="allocation_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["child", "user"], condition=Q(until_date=None), name="allocation_once_at_a_time"
            ),
        ]


class EmergencyAccess(models.Model):
    """Break-glass: a duty social worker opens a record outside the caseload, for a day, with a reason."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="emergency_accesses")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="emergency_accesses")
    reason = models.TextField(max_length=1000)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # The manager who has looked at it.
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at")), name="emergency_access_closes_later"
            ),
            models.CheckConstraint(
                condition=at_and_by("seen_at", "seen_by"),
                name="emergency_access_seen_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(seen_by=None) | ~Q(seen_by=F("user")), name="emergency_access_seen_by_another"
            ),
        ]


class AccessBlock(models.Model):
    """A person must not see this child: own family, or a conflict of interest."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="access_blocks")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="access_blocks")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "user"], condition=Q(lifted_at=None), name="access_block_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=at_and_by("lifted_at", "lifted_by"),
                name="access_block_lifted_at_and_by",
            ),
        ]


class Plan(models.Model):
    """One episode of a child protection plan, child in need plan or care."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan_ref = models.CharField(max_length=REFERENCE_LENGTH, unique=True)
    # Orders references: numbers by value before texts by code point (visits.rules.rates.reference_order).
    ref_order = models.CharField(max_length=REFERENCE_LENGTH * 2 + 2)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="plans")
    plan_type = models.CharField(max_length=3, choices=PlanType.choices)
    start_date = models.DateField()
    # The first day on which the plan no longer stands.
    end_date = models.DateField(null=True)
    long_term = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["start_date", "pk"]
        indexes = [models.Index(fields=["child", "plan_type", "start_date"], name="plan_child_type_start")]
        constraints = [
            models.CheckConstraint(condition=known("plan_type", PlanType), name="plan_type_is_known"),
            models.CheckConstraint(
                condition=Q(end_date=None) | Q(end_date__gte=F("start_date")), name="plan_ends_after_start"
            ),
        ]


class PlanTeam(models.Model):
    """Which team holds a plan, from a day until a day (that day no longer). The first one holds
    from the plan's start; exactly one is open-ended."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="teams")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="plan_places")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["from_date"]
        indexes = [models.Index(fields=["team", "until_date", "plan"], name="plan_team_now")]
        constraints = [
            models.UniqueConstraint(fields=["plan", "from_date"], name="plan_team_one_a_day"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(until_date=None), name="plan_team_one_open_end"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gt=F("from_date")),
                name="plan_team_ends_after_start",
            ),
        ]


COUNTS = Q(status="completed", child_seen=True) & (Q(method="face_to_face") | Q(authorised=True))


class Visit(models.Model):
    """One visit, or alternative to a visit, planned, made or cancelled."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Unique by a constraint: `unique=True` would keep a second index for searches by prefix.
    visit_ref = models.CharField(max_length=REFERENCE_LENGTH)
    # The two indexes below begin with the child.
    child = models.ForeignKey(Child, on_delete=models.PROTECT, db_index=False, related_name="visits")
    visit_date = models.DateField()
    method = models.CharField(max_length=12, choices=Method.choices)
    status = models.CharField(max_length=9, choices=Status.choices)
    child_seen = models.BooleanField()
    # An alternative counts only when a manager authorised it; a face-to-face visit needs none.
    authorised = models.BooleanField(default=False)
    # None for an alternative that came authorised by import.
    authorised_at = models.DateTimeField(null=True)
    authorised_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    note = models.TextField(max_length=4000, blank=True)
    recorded_at = models.DateTimeField()
    # None where the row came by import.
    recorded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-visit_date", "-pk"]
        indexes = [
            models.Index(fields=["child", "visit_date"], name="visit_child_date"),
            # Everything that the rate asks of a visit, and nothing else.
            models.Index(fields=["child", "visit_date", "method"], condition=COUNTS, name="visit_counts"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["visit_ref"], name="visit_ref_is_unique"),
            models.CheckConstraint(condition=known("method", Method), name="visit_method_is_known"),
            models.CheckConstraint(condition=known("status", Status), name="visit_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=Status.COMPLETED) | Q(child_seen=False),
                name="visit_seen_only_when_completed",
            ),
            models.CheckConstraint(
                condition=Q(authorised_at=None, authorised_by=None)
                | Q(authorised_at__isnull=False, authorised_by__isnull=False, authorised=True),
                name="visit_authorised_at_and_by",
            ),
            # Four eyes: never by the person who recorded it (who corrected it, the service refuses).
            models.CheckConstraint(
                condition=Q(authorised_by=None) | Q(recorded_by=None) | ~Q(authorised_by=F("recorded_by")),
                name="visit_authorised_by_another",
            ),
        ]


class Revision(models.Model):
    """What a record held before it was changed; append-only."""

    kind = models.CharField(
        max_length=12, choices=[(k, k) for k in ("team", "child", "plan", "plan_team", "visit")]
    )
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    was = models.JSONField()
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # 'cli:<os user>' or the person's e-mail, as in the audit trail.
    replaced_by_label = models.CharField(max_length=300)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["team", "child", "plan", "plan_team", "visit"]),
                name="revision_kind_is_known",
            ),
            models.UniqueConstraint(fields=["kind", "record_id", "version"], name="revision_once_a_version"),
        ]
