"""Short surveys of practitioners, anonymous."""

import uuid

from django.db import models
from django.db.models import F, Q

from partners.constants import SurveyState
from safeguarding.kernel.constraints import known


class Survey(models.Model):
    """Asks practitioners about the themes that leaders answer on in their returns."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The unguessable part of the public address; another one than the uid, which staff pages show.
    link_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=160)
    intro = models.TextField(blank=True)
    # [{"code", "theme", "text", "options": [{"value", "label", "reading"}]}]; fixed once open.
    questions = models.JSONField()
    state = models.CharField(max_length=6, choices=SurveyState.choices, default=SurveyState.DRAFT)
    opens_on = models.DateField()
    closes_on = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-opens_on"]
        constraints = [
            models.CheckConstraint(condition=known("state", SurveyState), name="survey_state_is_known"),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="survey_closes_after_it_opens"
            ),
        ]


class SurveyResponse(models.Model):
    """One reply. No person, no address, no minute: only the organisation that somebody chose and the week."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="responses")
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Monday of the week of the reply.
    week = models.DateField()
    # {question code: value}.
    answers = models.JSONField()
    # The form's one-time token, so that a double click counts once.
    token = models.UUIDField(unique=True)
