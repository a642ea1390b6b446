"""Rules as data: what the method asks the calendar about, and what charts mark."""

from django.db import models
from django.db.models import F, Q

from safeguarding.kernel.constraints import known
from visits.constants import PlanType, Regime, Unit


class VisitRule(models.Model):
    """How often a child of a plan type is to be seen, from a month's end on until another."""

    plan_type = models.CharField(max_length=3, choices=PlanType.choices)
    regime = models.CharField(max_length=10, choices=Regime.choices)
    interval = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=15, choices=Unit.choices)
    effective_from = models.DateField()
    # The first day on which the rule no longer holds.
    effective_until = models.DateField(null=True)
    source = models.CharField(max_length=400)
    source_checked_on = models.DateField(null=True)

    class Meta:
        ordering = ["plan_type", "regime", "effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=known("plan_type", PlanType), name="visit_rule_plan_type_is_known"
            ),
            models.CheckConstraint(condition=known("regime", Regime), name="visit_rule_regime_is_known"),
            models.CheckConstraint(condition=known("unit", Unit), name="visit_rule_unit_is_known"),
            models.CheckConstraint(
                condition=Q(interval__gte=1, interval__lte=366), name="visit_rule_interval_in_range"
            ),
            models.UniqueConstraint(
                fields=["plan_type", "regime", "effective_from"], name="visit_rule_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gt=F("effective_from")),
                name="visit_rule_ends_after_start",
            ),
        ]


class AlternativeRecording(models.Model):
    """Since when alternatives to a visit have been recorded: before, they are not collected, not none."""

    collected_from = models.DateField(unique=True)
    source = models.CharField(max_length=400)


class Restriction(models.Model):
    """A period or day that charts mark, such as a lockdown."""

    name = models.CharField(max_length=120, unique=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    source = models.CharField(max_length=400)

    class Meta:
        ordering = ["from_date"]


class PublishedRate(models.Model):
    """A visit rate as somebody published it; never mixed with computed ones."""

    month = models.PositiveIntegerField()
    plan_type = models.CharField(max_length=3, choices=PlanType.choices)
    face_to_face = models.DecimalField(max_digits=4, decimal_places=1)
    # None: not collected.
    alternative = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    total = models.DecimalField(max_digits=4, decimal_places=1)
    source = models.CharField(max_length=400)

    class Meta:
        ordering = ["plan_type", "month"]
        constraints = [
            models.UniqueConstraint(fields=["month", "plan_type", "source"], name="published_rate_once"),
            models.CheckConstraint(
                condition=known("plan_type", PlanType), name="published_rate_plan_type_is_known"
            ),
        ]
