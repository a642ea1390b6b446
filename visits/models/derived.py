"""What is worked out from the records, and always to be made again from them; and the queue of
what a saved change has made stale."""

from django.db import models
from django.db.models import F, Q

from visits.constants import Outcome
from visits.models.records import Child, Plan, Team


class VisitCut(models.Model):
    """The method's dates of one month, plan type and regime, worked out once from the calendar
    and the rules: no engine needs bank holidays, and a change of rule is a change of data."""

    pk = models.CompositePrimaryKey("plan_type", "month", "regime")
    plan_type = models.CharField(max_length=3)
    month = models.PositiveIntegerField()
    regime = models.CharField(max_length=10)
    month_end = models.DateField()
    # In the cohort: the plan started on or before this day.
    open_cut = models.DateField()
    # Counts: the visit was made on or after this day (and on or before month_end).
    seen_cut = models.DateField()
    # The plan's first anniversary is on or before month_end: it started on or before this day.
    anniversary_cut = models.DateField()
    alternatives_collected = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["seen_cut", "month"], name="visit_cut_reach")]


class VisitCell(models.Model):
    """One child's outcome of one month and plan type."""

    pk = models.CompositePrimaryKey("child_id", "month", "plan_type")
    # No constraints, and no cascades: cells come and go with the engine alone, which counts the rates anew
    # where they do, and writes them by the million.
    child = models.ForeignKey(
        Child, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="cells"
    )
    month = models.PositiveIntegerField()
    plan_type = models.CharField(max_length=3)
    plan = models.ForeignKey(
        Plan, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    outcome = models.PositiveSmallIntegerField(choices=Outcome.choices)

    class Meta:
        # From a point of the chart to the children behind it.
        indexes = [models.Index(fields=["month", "plan_type", "team", "outcome"], name="visit_cell_point")]


class VisitRate(models.Model):
    """Counts of one month, plan type and team. Any other total is a sum of these."""

    pk = models.CompositePrimaryKey("month", "plan_type", "team_id")
    month = models.PositiveIntegerField()
    plan_type = models.CharField(max_length=3)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    cohort = models.PositiveIntegerField()
    face_to_face = models.PositiveIntegerField()
    # None: not collected in that month.
    alternative = models.PositiveIntegerField(null=True)
    method_version = models.CharField(max_length=20)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cohort__gte=F("face_to_face") + F("alternative"))
                | Q(alternative=None, cohort__gte=F("face_to_face")),
                name="visit_rate_parts_within_cohort",
            )
        ]


class StaleVisits(models.Model):
    """What a saved change has made stale: a child and the months it can reach. Written in the
    change's own transaction, deleted in that of the recompute: the queue of record."""

    # No constraint: the row is written on every save and lives for seconds.
    child = models.ForeignKey(
        Child, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    first_month = models.PositiveIntegerField()
    last_month = models.PositiveIntegerField()
    marked_at = models.DateTimeField()


class RatesState(models.Model):
    """How far the stored rates reach; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    first_month = models.PositiveIntegerField(null=True)
    last_month = models.PositiveIntegerField(null=True)
    # When the stored figures last agreed with every row that was then known.
    current_at = models.DateTimeField(null=True)
    # When last a whole recompute compared every cell.
    verified_at = models.DateTimeField(null=True)
    cuts_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rates_state_is_one_row")]
