"""Organisations of the partnership, what they are by law, and who answers for them."""

import uuid

from django.db import models
from django.db.models import F, Q

from partners.constants import Duty, OrganisationKind, StatutoryRoleKind
from partners.querysets import OrganisationQuerySet
from safeguarding.kernel.constraints import known


class Organisation(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    # What a column of a grid has room for; empty: the name.
    short_name = models.CharField(max_length=30, blank=True)
    kind = models.CharField(max_length=30, choices=OrganisationKind.choices)
    # Names of the areas that it serves.
    areas = models.JSONField(default=list)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    contact_note = models.CharField(max_length=400, blank=True)
    # The organisation whose duties it took over.
    predecessor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="successors")
    # Withdrawn: takes part no longer; what it did stays readable.
    withdrawn_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=known("kind", OrganisationKind), name="organisation_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class StatutoryRole(models.Model):
    """What an organisation is under Working Together, from a day until (not on) another."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="statutory_roles")
    role = models.CharField(max_length=30, choices=StatutoryRoleKind.choices)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    source = models.CharField(max_length=400)

    class Meta:
        ordering = ["organisation", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "role", "from_date"], name="statutory_role_once_a_day"
            ),
            models.CheckConstraint(
                condition=known("role", StatutoryRoleKind), name="statutory_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gt=F("from_date")),
                name="statutory_role_ends_after_it_starts",
            ),
        ]


class Representative(models.Model):
    """A person who answers for an organisation, or belongs to it; one may answer for several."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="representations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="representatives")
    duty = models.CharField(max_length=12, choices=Duty.choices, default=Duty.LEAD)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(until_date=None),
                name="representative_once_at_a_time",
            ),
            models.CheckConstraint(condition=known("duty", Duty), name="representative_duty_is_known"),
        ]


class Participation(models.Model):
    """The organisation owes a return on each cycle, on a question set (any version of this code)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="participations")
    question_set_code = models.SlugField(max_length=40)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(until_date=None), name="participation_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gt=F("from_date")),
                name="participation_ends_after_it_starts",
            ),
        ]
