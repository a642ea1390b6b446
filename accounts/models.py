"""People, what they may do, and the trail of what was done."""

import unicodedata
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from accounts.constants import SECOND_FACTOR_ROLES, Area, Permission, Role
from accounts.querysets import UserQuerySet


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=canonical_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=canonical_email(email or ""))


def canonical_email(email: str) -> str:
    """One spelling for one person: full-width letters, spaces and case make no second account."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("email address", max_length=254, unique=True)
    name = models.CharField(max_length=120)
    job_title = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    # May sign in without a second factor, and only where DEMO is on.
    is_demo = models.BooleanField(default=False)
    # When it was last switched on again; its days of not being used count from then.
    switched_on_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def _rights(self) -> frozenset[str]:
        return frozenset(
            self.grants.filter(ended_at=None)
            .exclude(needs_second=True, seconded_at=None)
            .values_list("right", flat=True)
        )

    @property
    def roles(self) -> frozenset[Role]:
        """Roles held now; read once a request, so a change bites on the next one."""
        if not self.is_active:
            return frozenset()
        return frozenset(Role(right) for right in self._rights if right in Role.values)

    def holds(self, permission: Permission) -> bool:
        return self.is_active and permission.value in self._rights

    @property
    def needs_second_factor(self) -> bool:
        return bool(self.roles & SECOND_FACTOR_ROLES)


class Grant(models.Model):
    """A role or a permission given to a person; ended, never deleted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    right = models.CharField(max_length=20, choices=[*Role.choices, *Permission.choices])
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # An administrator's grant takes effect when a second administrator confirms it.
    needs_second = models.BooleanField(default=False)
    seconded_at = models.DateTimeField(null=True)
    seconded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["granted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(right__in=[*Role.values, *Permission.values]), name="grant_right_is_known"
            ),
            models.UniqueConstraint(
                fields=["user", "right"], condition=Q(ended_at=None), name="grant_held_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=models.F("user")), name="grant_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(seconded_at=None, seconded_by=None)
                | Q(seconded_at__isnull=False, seconded_by__isnull=False),
                name="grant_seconded_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(seconded_by=None)
                | (~Q(seconded_by=models.F("granted_by")) & ~Q(seconded_by=models.F("user"))),
                name="grant_seconded_by_another",
            ),
        ]


class AuditEvent(models.Model):
    """One thing that was done or looked at. Written by `accounts.audit.record` in the same
    transaction as the change; chained by HMAC; the database refuses change and removal.

    No foreign keys: the trail must never stand in the way of live data, nor go with it.
    """

    at = models.DateTimeField()
    actor_uid = models.UUIDField(null=True)
    # 'cli:<os user>' or 'job:<name>' where no person acted.
    actor_label = models.CharField(max_length=300)
    roles = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    # Follows from the action; kept so that administrators' half is read by an index.
    area = models.CharField(max_length=8, choices=Area.choices)
    object_kind = models.CharField(max_length=40, blank=True)
    object_uid = models.UUIDField(null=True)
    child_uid = models.UUIDField(null=True)
    # Field names, counts, reasons: never a child's details, never typed free text of a record.
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    # Not unique: nothing reads by it, and the chain is held in one line by AuditHead's lock.
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["child_uid", "-id"], name="audit_child"),
            models.Index(fields=["object_uid", "-id"], name="audit_object"),
            models.Index(fields=["actor_uid", "-id"], name="audit_actor"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["area", "-id"], name="audit_area"),
            models.Index(fields=["at"], name="audit_at"),
        ]
        constraints = [models.CheckConstraint(condition=Q(area__in=Area.values), name="audit_area_is_known")]


class AuditHead(models.Model):
    """The chain's last link: one row, locked to put events in one order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    event_id = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_is_one_row")]
