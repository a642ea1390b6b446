"""How guidance was told: one text a channel, with proof, and the newsletter."""

import uuid

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from guidance.constants import Channel, DispatchState, NewsletterState, ProofKind
from operations.constants import MailState
from safeguarding.kernel.constraints import at_and_by, known


class Dispatch(models.Model):
    """A version through a channel to audiences."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of = models.ForeignKey("guidance.GuidanceVersion", on_delete=models.PROTECT, related_name="dispatches")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Codes of Audience.
    audiences = models.JSONField(default=list)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=DispatchState.choices, default=DispatchState.PLANNED)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # When it was said that it went out; empty: as it did.
    marked_at = models.DateTimeField(null=True)
    # When it went out, and who says so.
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    proof_kind = models.CharField(max_length=10, choices=ProofKind.choices, blank=True)
    proof = models.CharField(max_length=500, blank=True)
    # How many people it reached, as the channel says; empty: not known.
    reach = models.PositiveIntegerField(null=True)
    dropped_reason = models.CharField(max_length=400, blank=True)
    newsletter = models.ForeignKey(
        "guidance.Newsletter", on_delete=models.PROTECT, null=True, related_name="dispatches"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["planned_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("channel", Channel), name="dispatch_channel_is_known"),
            models.CheckConstraint(condition=known("state", DispatchState), name="dispatch_state_is_known"),
            models.CheckConstraint(condition=at_and_by("sent_at", "sent_by"), name="dispatch_sent_at_and_by"),
            models.CheckConstraint(
                condition=~Q(state=DispatchState.SENT)
                | (Q(sent_at__isnull=False) & known("proof_kind", ProofKind) & ~Q(proof="")),
                name="dispatch_sent_with_proof",
            ),
            models.CheckConstraint(
                condition=~Q(state=DispatchState.DROPPED) | ~Q(dropped_reason=""),
                name="dispatch_dropped_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(newsletter=None) | Q(channel=Channel.NEWSLETTER),
                name="dispatch_newsletter_by_newsletter",
            ),
        ]


class Newsletter(models.Model):
    """What was issued in a fortnight, as one letter. What was sent is never changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    # Both days included.
    from_date = models.DateField()
    until_date = models.DateField()
    title = models.CharField(max_length=200)
    intro = models.TextField(blank=True)
    state = models.CharField(max_length=5, choices=NewsletterState.choices, default=NewsletterState.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # As they went out; the mail's two parts.
    html = models.TextField(blank=True)
    plain = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=known("state", NewsletterState), name="newsletter_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(until_date__gte=F("from_date")), name="newsletter_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=at_and_by("sent_at", "sent_by"), name="newsletter_sent_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(state=NewsletterState.DRAFT, sent_at=None)
                | (Q(state=NewsletterState.SENT, sent_at__isnull=False) & ~Q(html="") & ~Q(plain="")),
                name="newsletter_sent_as_it_reads",
            ),
        ]


class NewsletterEntry(models.Model):
    """A version in a newsletter, with its text there."""

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="entries")
    of = models.ForeignKey("guidance.GuidanceVersion", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["newsletter", "position"]
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "of"], name="newsletter_entry_once"),
            models.UniqueConstraint(fields=["newsletter", "position"], name="newsletter_position_once"),
        ]


class NewsletterMail(models.Model):
    """A newsletter to one person, or to the address of one organisation. Its address is never kept here."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="mails")
    recipient = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    mail_state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.WAITING)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_tried_at = models.DateTimeField(null=True)
    mail_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("newsletter"),
                Coalesce(F("recipient"), Value(0)),
                Coalesce(F("organisation"), Value(0)),
                name="newsletter_mail_once",
            ),
            models.CheckConstraint(
                condition=Q(recipient=None, organisation__isnull=False)
                | Q(recipient__isnull=False, organisation=None),
                name="newsletter_mail_to_one",
            ),
            models.CheckConstraint(
                condition=known("mail_state", MailState), name="newsletter_mail_state_is_known"
            ),
        ]
