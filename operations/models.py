"""What the machine did: job runs, leases, and forms that must count once."""

import uuid

from django.db import models
from django.db.models import F, Q

from operations.constants import JobState, MailState


class JobRun(models.Model):
    """One run of a job: what it was asked, how far it is, what came out."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    # At most one run of a kind for a period (a night, a month), however often the bell rings.
    period = models.CharField(max_length=20, null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    asked_by_label = models.CharField(max_length=300)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done_steps = models.PositiveIntegerField(default=0)
    all_steps = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=120, blank=True)
    method_version = models.CharField(max_length=20, blank=True)
    inputs = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    # A sentence: what came of it, or what went wrong and what to do.
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_run_state_is_known"),
            models.UniqueConstraint(
                fields=["kind", "period"],
                condition=Q(period__isnull=False) & ~Q(state="failed"),
                name="job_run_once_a_period",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("asked_at")),
                name="job_run_ends_after_it_was_asked",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="job_run_kind")]


class Lease(models.Model):
    """Who may write a shared result now. A holder that vanished is overtaken when its time is
    up; the fence rises with every holder, so that a late one finds itself shut out."""

    name = models.CharField(max_length=40, primary_key=True)
    owner = models.CharField(max_length=80, blank=True)
    expires_at = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)


class OnceToken(models.Model):
    """A create form's one-time token: the same form sent twice makes one record."""

    token = models.UUIDField(primary_key=True)
    purpose = models.CharField(max_length=40)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=64)
    used_at = models.DateTimeField()


class Notification(models.Model):
    """Something that somebody is to know or do. The row is the record; the mail is a copy of it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="notifications")
    # What it is about and why, so that the same is said once: "return:<uid>", "late".
    subject = models.CharField(max_length=80)
    step = models.CharField(max_length=20)
    title = models.CharField(max_length=160)
    text = models.TextField()
    # Path of the page where it is dealt with.
    href = models.CharField(max_length=200)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.WAITING)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_tried_at = models.DateTimeField(null=True)
    # What the mail server said; never an address.
    mail_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "subject", "step"], name="notification_once_for_each_person"
            ),
            models.CheckConstraint(
                condition=Q(mail_state__in=MailState.values), name="notification_mail_state_is_known"
            ),
        ]
