"""Assurance returns. A draft is its organisation's alone; what was submitted is kept as it was sent."""

import uuid

from django.db import models
from django.db.models import Q

from partners.constants import NonAnswer, ReturnState
from partners.querysets import ReturnQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class Return(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cycle = models.ForeignKey("partners.Cycle", on_delete=models.PROTECT, related_name="returns")
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="returns"
    )
    question_set = models.ForeignKey("partners.QuestionSet", on_delete=models.PROTECT, related_name="returns")
    state = models.CharField(max_length=12, choices=ReturnState.choices, default=ReturnState.NOT_STARTED)
    # May be sent until then although the cycle is over; by the coordinator, with a reason (a move).
    extended_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    # Of the latest submission.
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-cycle__period_start", "organisation__name"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "organisation"], name="return_once_a_cycle"),
            models.CheckConstraint(condition=known("state", ReturnState), name="return_state_is_known"),
            models.CheckConstraint(
                condition=at_and_by("submitted_at", "submitted_by"), name="return_submitted_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("accepted_at", "accepted_by"), name="return_accepted_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReturnState.SUBMITTED, ReturnState.ACCEPTED])
                | Q(submitted_at__isnull=False),
                name="return_sent_has_been_submitted",
            ),
            models.CheckConstraint(
                condition=Q(state=ReturnState.ACCEPTED, accepted_at__isnull=False)
                | (~Q(state=ReturnState.ACCEPTED) & Q(accepted_at=None)),
                name="return_accepted_state",
            ),
        ]


class ReturnMove(models.Model):
    """A return changed its state. Append-only."""

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="moves")
    from_state = models.CharField(max_length=12, choices=ReturnState.choices)
    to_state = models.CharField(max_length=12, choices=ReturnState.choices)
    reason = models.TextField(blank=True)
    # Sent back: which answers, and why: {question code: words}.
    about = models.JSONField(default=dict)
    at = models.DateTimeField()
    # Empty: by a job.
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(to_state=ReturnState.SENT_BACK) | ~Q(reason=""),
                name="return_sent_back_with_reason",
            )
        ]


class Answer(models.Model):
    """What a return says to one question: a value, or one of four non-answers with a reason.

    Nothing is copied in beforehand: a row exists only once somebody answered, or confirmed as unchanged
    what the last return said.
    """

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey("partners.Question", on_delete=models.PROTECT, related_name="answers")
    # As partners.rules.answers makes it: text, whole number, decimal as text, ISO date, or a table
    # {row: {column: value}}; null beside a non-answer.
    value = models.JSONField(null=True)
    non_answer = models.CharField(max_length=14, choices=NonAnswer.choices, blank=True)
    non_answer_reason = models.CharField(max_length=400, blank=True)
    comment = models.TextField(blank=True)
    # Confirmed as it was: the number of the cycle in which this answer was first given.
    same_since_cycle = models.PositiveIntegerField(null=True)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of_return", "question"], name="answer_once_a_question"),
            models.CheckConstraint(
                condition=Q(non_answer="") | known("non_answer", NonAnswer), name="answer_non_answer_is_known"
            ),
            # Four typed non-answers are never a value, and never without one's words.
            models.CheckConstraint(
                condition=Q(non_answer="", value__isnull=False)
                | (~Q(non_answer="") & Q(value__isnull=True) & ~Q(non_answer_reason="")),
                name="answer_is_a_value_or_a_non_answer",
            ),
        ]


class AnswerRevision(models.Model):
    """What an answer was before it was changed or taken back. Append-only."""

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="answer_revisions")
    question = models.ForeignKey("partners.Question", on_delete=models.PROTECT, related_name="+")
    before = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")


class Submission(models.Model):
    """A return as it was sent, whole. Append-only: what reviews read, as at any past moment."""

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # {question code: {"value", "non_answer", "non_answer_reason", "comment", "same_since_cycle"}}.
    answers = models.JSONField()
    # Of the questions asked: answered anew, confirmed as unchanged, non-answers.
    counts = models.JSONField()
    # Seconds that people had the return under their hands (partners.rules.burden).
    worked_seconds = models.PositiveIntegerField()

    class Meta:
        ordering = ["submitted_at"]
        constraints = [models.UniqueConstraint(fields=["of_return", "number"], name="submission_number_once")]


class WorkSpell(models.Model):
    """How long one person had a return open, in touches that are near each other."""

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="spells")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    last_touch_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of_return", "user"], name="work_spell_once_a_person")]


class SectionAssignment(models.Model):
    """Who of the organisation fills a section of this return."""

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="assignments")
    section = models.ForeignKey("partners.Section", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of_return", "section"], name="section_assigned_to_one")
        ]


class Evidence(models.Model):
    """A file that somebody laid beside an answer or an action. Removed: hidden, and kept."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, null=True, related_name="evidence")
    question = models.ForeignKey("partners.Question", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.ForeignKey(
        "partners.Action", on_delete=models.PROTECT, null=True, related_name="evidence"
    )
    # As it is offered again: checked and made safe; the file on disk is named by the uid.
    file_name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=at_and_by("removed_at", "removed_by"), name="evidence_removed_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(of_return__isnull=False, question__isnull=False, action=None)
                | Q(of_return=None, question=None, action__isnull=False),
                name="evidence_of_one_thing",
            ),
        ]
