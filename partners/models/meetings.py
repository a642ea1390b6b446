"""Meetings and panels: series without gaps, agendas, attendance, minutes."""

import uuid

from django.db import models
from django.db.models import F, Q

from partners.constants import (
    AgendaKind,
    AttendanceState,
    AuditPlanState,
    Frequency,
    MeetingKind,
    MeetingState,
    MinutesState,
)
from partners.querysets import MeetingQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class MeetingSeries(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=MeetingKind.choices)
    purpose = models.TextField(blank=True)
    ended_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "meeting series"
        constraints = [
            models.CheckConstraint(condition=known("kind", MeetingKind), name="meeting_kind_is_known")
        ]


class SeriesMember(models.Model):
    """An organisation that is expected at the meetings of a series; of the board also a person."""

    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="members")
    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "organisation"],
                condition=Q(until_date=None),
                name="series_member_once_at_a_time",
            )
        ]


class CadenceRule(models.Model):
    """How often a series meets, from a day on. The rule for a day is the latest that has begun."""

    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="cadences")
    effective_from = models.DateField()
    frequency = models.CharField(max_length=12, choices=Frequency.choices)
    # ISO weekdays, 1 for Monday; several only every week.
    weekdays = models.JSONField(default=list)
    # Of a month: which of these weekdays, 1 to 4, or 5 for the last.
    which_week = models.PositiveSmallIntegerField(null=True)
    # London time.
    starts_at = models.TimeField()
    reason = models.CharField(max_length=400)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["series", "effective_from"], name="cadence_once_a_day"),
            models.CheckConstraint(condition=known("frequency", Frequency), name="frequency_is_known"),
        ]


class SeriesPause(models.Model):
    """A series does not meet from a day until (not on) another; open: until it is resumed."""

    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="pauses")
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    reason = models.CharField(max_length=400)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["series"], condition=Q(until_date=None), name="series_paused_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date")),
                name="series_pause_ends_after_it_starts",
            ),
        ]


class Meeting(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="meetings")
    # Which of the series: 1, 2, 3 …; gaps show.
    number = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    # The day by the series' rule, before bank holidays and before it was moved by hand; empty: added by hand.
    due_on = models.DateField(null=True)
    online = models.BooleanField(default=True)
    place = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=MeetingState.choices, default=MeetingState.PLANNED)
    # Why it was moved or cancelled.
    note = models.CharField(max_length=400, blank=True)
    agenda_issued_at = models.DateTimeField(null=True)
    minutes_state = models.CharField(max_length=6, choices=MinutesState.choices, default=MinutesState.NONE)
    minutes = models.TextField(blank=True)
    # The later meeting that agreed them.
    agreed_at_meeting = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Of a panel: how many cases it heard; never which.
    cases = models.PositiveIntegerField(null=True)
    outcomes = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="meeting_number_once"),
            models.UniqueConstraint(fields=["series", "starts_at"], name="meeting_once_at_a_time"),
            # Planned twice by a job would be a double, also where the first was moved by hand since.
            models.UniqueConstraint(fields=["series", "due_on"], name="meeting_planned_once"),
            models.CheckConstraint(condition=known("state", MeetingState), name="meeting_state_is_known"),
            models.CheckConstraint(
                condition=known("minutes_state", MinutesState), name="minutes_state_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("agreed_at", "agreed_by"), name="minutes_agreed_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(minutes_state=MinutesState.AGREED)
                | (~Q(minutes="") & Q(agreed_at__isnull=False)),
                name="minutes_agreed_in_words",
            ),
            models.CheckConstraint(
                condition=~Q(state=MeetingState.CANCELLED) | ~Q(note=""), name="meeting_cancelled_with_reason"
            ),
        ]


class AgendaItem(models.Model):
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=AgendaKind.choices)
    title = models.CharField(max_length=200)
    # What it is about, where it is a record of ours.
    source_uid = models.UUIDField(null=True)
    # Shown only to those who are invited to it: see restricted_to.
    restricted = models.BooleanField(default=False)
    # Organisations that may read a restricted item, beside the coordinator and auditors.
    restricted_to = models.ManyToManyField("partners.Organisation", related_name="+")
    notes = models.TextField(blank=True)
    decision = models.TextField(blank=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("kind", AgendaKind), name="agenda_kind_is_known"),
            # Built from the same record twice would be a double.
            models.UniqueConstraint(
                fields=["meeting", "kind", "source_uid"],
                condition=Q(removed_at=None, source_uid__isnull=False),
                name="agenda_source_once",
            ),
            models.CheckConstraint(
                condition=at_and_by("removed_at", "removed_by"), name="agenda_item_removed_at_and_by"
            ),
        ]


class Attendance(models.Model):
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendances")
    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=AttendanceState.choices)
    # Roles rather than names: "Head of public protection".
    who = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organisation"], name="attendance_once"),
            models.CheckConstraint(
                condition=known("state", AttendanceState), name="attendance_state_is_known"
            ),
        ]


class PanelAudit(models.Model):
    """An audit that is planned of a panel's work."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="audits")
    scope = models.CharField(max_length=400)
    method = models.CharField(max_length=400, blank=True)
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=AuditPlanState.choices, default=AuditPlanState.PLANNED)
    findings = models.TextField(blank=True)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(
                condition=known("state", AuditPlanState), name="panel_audit_state_is_known"
            ),
            models.CheckConstraint(
                condition=at_and_by("done_at", "done_by"), name="panel_audit_done_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state=AuditPlanState.DONE) | (~Q(findings="") & Q(done_at__isnull=False)),
                name="panel_audit_done_with_findings",
            ),
        ]
