"""Pieces of guidance and their versions. A version says what it said for ever; only its state moves."""

import uuid

from django.db import models
from django.db.models import F, Q

from guidance.constants import Audience, ChangeSize, Force, GuidanceKind, VersionState
from guidance.querysets import ItemQuerySet, VersionQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class GuidanceItem(models.Model):
    """A piece of guidance, in all its versions. A document that replaced another one is its own item."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # "G12", in the order of receipt.
    number = models.PositiveIntegerField(unique=True)
    issuer = models.CharField(max_length=120)
    # Of the issuer: "SI 2020/445".
    reference = models.CharField(max_length=80, blank=True)
    # Of the newest version recorded.
    title = models.CharField(max_length=300)
    url = models.URLField(max_length=500, blank=True)
    # The address without scheme, "www." and closing slash, to find duplicates; empty: no address.
    url_key = models.CharField(max_length=500, blank=True, db_index=True)
    # Codes of Audience, Topic, TouchedDuty.
    audiences = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    duties = models.JSONField(default=list)
    # Who sees to its interpretation.
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Where the entry is from, if that is to be seen: "Invented for the demonstration".
    origin = models.CharField(max_length=200, blank=True)
    # The item that took its place, and the first day on which that holds.
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")
    replaced_from = models.DateField(null=True)
    # Everything that is searched, of all versions and issued interpretations.
    search_text = models.TextField(blank=True)
    # Of that, what was issued: for who sees no more.
    told_text = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_by=None, replaced_from=None)
                | Q(replaced_by__isnull=False, replaced_from__isnull=False),
                name="guidance_replaced_with_a_day",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | ~Q(replaced_by=F("id")),
                name="guidance_not_replaced_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"G{self.number}"


class GuidanceVersion(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(GuidanceItem, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=GuidanceKind.choices)
    size = models.CharField(max_length=5, choices=ChangeSize.choices)
    force = models.CharField(max_length=6, choices=Force.choices)
    title = models.CharField(max_length=300)
    # What the issuer says it is about.
    summary = models.TextField(blank=True)
    # What is different from the version before.
    change_note = models.TextField(blank=True)
    # Empty: the issuer does not say.
    published_on = models.DateField(null=True)
    received_on = models.DateField()
    effective_from = models.DateField()
    # The first day on which it no longer holds.
    effective_until = models.DateField(null=True)
    # Codes of Audience whose duties this version changes, and of TouchedDuty: those who are asked again.
    # Of the first version: all of the item's.
    audiences_affected = models.JSONField(default=list)
    duties_changed = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.RECEIVED)
    # By when it is to be interpreted and issued.
    due_on = models.DateField()
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # By when everybody whom it is for has answered; set at issue.
    acknowledge_by = models.DateField(null=True)
    # Shown in practice, with the rows that showed it: [{"organisation", "question", "cycle", "said"}].
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    shown_by = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["item", "number"]
        indexes = [models.Index(fields=["state", "due_on"], name="guidance_version_work")]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="guidance_version_once"),
            models.CheckConstraint(condition=known("kind", GuidanceKind), name="guidance_kind_is_known"),
            models.CheckConstraint(condition=known("size", ChangeSize), name="guidance_size_is_known"),
            models.CheckConstraint(condition=known("force", Force), name="guidance_force_is_known"),
            models.CheckConstraint(condition=known("state", VersionState), name="guidance_state_is_known"),
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gt=F("effective_from")),
                name="guidance_ends_after_it_starts",
            ),
            # An easement has a sunset.
            models.CheckConstraint(
                condition=~Q(kind=GuidanceKind.EASEMENT) | Q(effective_until__isnull=False),
                name="guidance_easement_ends",
            ),
            models.CheckConstraint(
                condition=at_and_by("issued_at", "issued_by"), name="guidance_issued_at_and_by"
            ),
            models.CheckConstraint(
                condition=at_and_by("closed_at", "closed_by"), name="guidance_closed_at_and_by"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(VersionState.ISSUED, VersionState.EMBEDDED))
                | Q(issued_at__isnull=False, acknowledge_by__isnull=False),
                name="guidance_issued_with_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.EMBEDDED) | (Q(closed_at__isnull=False) & ~Q(shown_by=[])),
                name="guidance_closed_with_what_showed_it",
            ),
        ]

    @property
    def for_whom(self) -> list[str]:
        """Codes of Audience: of the item; before its issue also those whom it brings in."""
        wanted = {*self.item.audiences}
        if self.issued_at is None:
            wanted |= {*self.audiences_affected}
        return [code for code in Audience.values if code in wanted]


class Paragraph(models.Model):
    """A paragraph of a version's text, as the issuer wrote it. Append-only."""

    version = models.ForeignKey(GuidanceVersion, on_delete=models.PROTECT, related_name="paragraphs")
    position = models.PositiveIntegerField()
    # The issuer's own number: "12", "3.4"; empty: none.
    label = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    # By its words; a person may say otherwise beside the interpretation.
    force = models.CharField(max_length=6, choices=Force.choices, blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="guidance_paragraph_once"),
            models.CheckConstraint(
                condition=Q(force="") | known("force", Force), name="guidance_paragraph_force_is_known"
            ),
        ]


class SeenUntil(models.Model):
    """Until when somebody has read what came to the register."""

    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "seen until"
