"""The training programme: courses, events, places and who came, by organisation."""

import uuid

from django.db import models
from django.db.models import F, Q

from partners.constants import EventState, TrainingLevel, TrainingMode
from safeguarding.kernel.constraints import known


class Course(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=160, unique=True)
    level = models.CharField(max_length=1, choices=TrainingLevel.choices)
    about = models.TextField(blank=True)
    withdrawn_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["level", "title"]
        constraints = [
            models.CheckConstraint(condition=known("level", TrainingLevel), name="course_level_is_known")
        ]


class UsualDemand(models.Model):
    """How many places are usually asked for in a month at a level: what demand is held against."""

    level = models.CharField(max_length=1, choices=TrainingLevel.choices)
    effective_from = models.DateField()
    places_a_month = models.PositiveIntegerField()
    source = models.CharField(max_length=400)
    # When somebody set it; empty: it was there from the beginning.
    set_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "effective_from"], name="usual_demand_once_a_day")
        ]


class TrainingEvent(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="events")
    mode = models.CharField(max_length=10, choices=TrainingMode.choices)
    held_on = models.DateField()
    # Empty: without limit (e-learning).
    places = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=9, choices=EventState.choices, default=EventState.PLANNED)
    # Why it was moved to another mode or cancelled.
    note = models.CharField(max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["held_on"]
        constraints = [
            models.CheckConstraint(condition=known("mode", TrainingMode), name="training_mode_is_known"),
            models.CheckConstraint(condition=known("state", EventState), name="training_state_is_known"),
        ]


class Booking(models.Model):
    """Places of an organisation at an event; people are counted, not named."""

    event = models.ForeignKey(TrainingEvent, on_delete=models.PROTECT, related_name="bookings")
    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    asked_for = models.PositiveIntegerField()
    booked = models.PositiveIntegerField()
    attended = models.PositiveIntegerField(null=True)
    # How many of those who came said that it was useful, of how many who said anything.
    useful = models.PositiveIntegerField(null=True)
    feedback_given = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "organisation"], name="booking_once"),
            models.CheckConstraint(condition=Q(booked__lte=F("asked_for")), name="booked_within_asked"),
            models.CheckConstraint(
                condition=Q(attended=None) | Q(attended__lte=F("booked")), name="attended_within_booked"
            ),
            models.CheckConstraint(
                condition=Q(useful=None, feedback_given=None)
                | Q(useful__lte=F("feedback_given"), feedback_given__lte=F("attended")),
                name="feedback_adds_up",
            ),
        ]
