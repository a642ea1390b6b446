"""Records of which it is kept what they said before."""

from django.db.models import TextChoices

__all__ = ["KeptThing"]


class KeptThing(TextChoices):
    # With who came.
    MEETING = "meeting", "Meeting"
    # A training event, with its places by organisation.
    EVENT = "event", "Training event"
    COURSE = "course", "Course"
