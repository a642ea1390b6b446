"""Organisations of the partnership and who represents them."""

import uuid

from django.db import models
from django.db.models import Q

from partners.constants import OrganisationKind


class Organisation(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=30, choices=OrganisationKind.choices)
    contact_email = models.EmailField(blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Representative(models.Model):
    """A person who answers for an organisation; one may answer for several."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="representations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="representatives")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(until_date=None),
                name="representative_once_at_a_time",
            )
        ]
