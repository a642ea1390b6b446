"""Risks, their ratings, controls, links and acceptances; the matrix, cadence and appetite that they are held
against. A rating is never edited: a change is added."""

import uuid

from django.db import models
from django.db.models import F, Q

from riskregister.constants import (
    Assurance,
    Band,
    Confidence,
    ControlState,
    LinkKind,
    RatingKind,
    Response,
    RiskState,
    RiskTheme,
    Rollup,
)
from riskregister.querysets import RiskQuerySet
from safeguarding.kernel.constraints import at_and_by, known


class Matrix(models.Model):
    """Likelihood by impact, its words and bands, from a day on. Never changed: a new version is added."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(unique=True)
    effective_from = models.DateField(unique=True)
    # Five names and five sentences each, lowest first: [{"name", "words"}].
    likelihoods = models.JSONField()
    impacts = models.JSONField()
    # [{"band", "from", "to", "label"}], scores of likelihood x impact, without gaps or overlaps.
    bands = models.JSONField()
    # Words of single cells, {"likelihood x impact": words}; {}: the band's label.
    cells = models.JSONField(default=dict)
    source = models.CharField(max_length=400)
    reason = models.CharField(max_length=400)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # A matrix made on a page counts once another person agreed.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Proposed, and never to be used.
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["effective_from"]
        verbose_name_plural = "matrices"


class ReviewCadence(models.Model):
    """How often a risk of a band is looked at again, and who may do it, from a day on."""

    band = models.CharField(max_length=8, choices=Band.choices)
    effective_from = models.DateField()
    days = models.PositiveSmallIntegerField()
    # Role codes that may sign the look off: ["CO", "BM"].
    authority = models.JSONField(default=list)
    source = models.CharField(max_length=400)
    # Rows proposed together on a page; empty: came with the product.
    proposal = models.UUIDField(null=True, db_index=True)
    # Not in force: nobody has confirmed it, or it was declined.
    waits = models.BooleanField(default=False)
    set_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["band", "effective_from"],
                condition=Q(declined_at=None),
                name="review_cadence_once_a_day",
            ),
            models.CheckConstraint(condition=known("band", Band), name="review_cadence_band_is_known"),
            models.CheckConstraint(condition=Q(days__gte=1), name="review_cadence_moves_on"),
        ]


class Appetite(models.Model):
    """The highest score that the board bears for a theme, from a day on. Above it an escalation is
    proposed."""

    theme = models.CharField(max_length=20, choices=RiskTheme.choices)
    effective_from = models.DateField()
    highest_score = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=400)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Rows proposed together on a page; empty: came with the product.
    proposal = models.UUIDField(null=True, db_index=True)
    # Not in force: nobody has confirmed it, or it was declined.
    waits = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["theme", "effective_from"],
                condition=Q(declined_at=None),
                name="appetite_once_a_day",
            ),
            models.CheckConstraint(condition=known("theme", RiskTheme), name="appetite_theme_is_known"),
            models.CheckConstraint(
                condition=Q(highest_score__gte=0, highest_score__lte=25), name="appetite_within_matrix"
            ),
        ]


class LibraryRisk(models.Model):
    """A starting risk to copy from."""

    code = models.SlugField(max_length=60, unique=True)
    # "covid-19", "cyber-attack", "flood", "provider-failure".
    emergency = models.CharField(max_length=40)
    emergency_name = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    cause = models.TextField()
    event = models.TextField()
    consequence = models.TextField()
    theme = models.CharField(max_length=20, choices=RiskTheme.choices)
    functions = models.JSONField(default=list)
    # Controls that others have used: ["..."].
    controls = models.JSONField(default=list)
    source = models.CharField(max_length=400)

    class Meta:
        ordering = ["emergency", "title"]
        constraints = [
            models.CheckConstraint(condition=known("theme", RiskTheme), name="library_risk_theme_is_known")
        ]


class Risk(models.Model):
    """A partnership's risk (organisation empty) or a partner's own."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # "R-012": said in meetings; one series for all.
    number = models.PositiveIntegerField(unique=True)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="risks"
    )
    title = models.CharField(max_length=200)
    cause = models.TextField()
    event = models.TextField()
    consequence = models.TextField()
    theme = models.CharField(max_length=20, choices=RiskTheme.choices)
    # Codes of constants.SystemFunction.
    functions = models.JSONField(default=list)
    # Who answers for it; a person, or an office of an organisation.
    owner = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="owned_risks"
    )
    owner_organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    response = models.CharField(max_length=10, choices=Response.choices, default=Response.TREAT)
    state = models.CharField(max_length=8, choices=RiskState.choices, default=RiskState.DRAFT)
    # Not to be shown in the public version of a review.
    restricted = models.BooleanField(default=False)
    rollup = models.CharField(max_length=12, choices=Rollup.choices, default=Rollup.WORST)
    copied_from = models.ForeignKey(LibraryRisk, on_delete=models.PROTECT, null=True, related_name="+")
    signal = models.ForeignKey(
        "riskregister.Signal", on_delete=models.PROTECT, null=True, related_name="risks"
    )
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    closed_reason = models.TextField(blank=True)
    changed_for_children = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=known("theme", RiskTheme), name="risk_theme_is_known"),
            models.CheckConstraint(condition=known("state", RiskState), name="risk_state_is_known"),
            models.CheckConstraint(condition=known("response", Response), name="risk_response_is_known"),
            models.CheckConstraint(condition=known("rollup", Rollup), name="risk_rollup_is_known"),
            models.CheckConstraint(
                condition=Q(state=RiskState.DRAFT) | Q(opened_at__isnull=False), name="risk_open_since"
            ),
            models.CheckConstraint(
                condition=Q(state=RiskState.CLOSED, closed_at__isnull=False)
                & ~Q(closed_reason="")
                & ~Q(changed_for_children="")
                | (~Q(state=RiskState.CLOSED) & Q(closed_at=None)),
                name="risk_closed_with_what_changed",
            ),
        ]


class RatingChange(models.Model):
    """A rating was set. Append-only; the rating at a moment is the last row recorded by then."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="ratings")
    kind = models.CharField(max_length=8, choices=RatingKind.choices)
    matrix = models.ForeignKey(Matrix, on_delete=models.PROTECT, related_name="+")
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    # What it was, of the same kind; empty: the first.
    from_likelihood = models.PositiveSmallIntegerField(null=True)
    from_impact = models.PositiveSmallIntegerField(null=True)
    # As the matrix had it when the rating was set.
    words = models.CharField(max_length=400)
    reason = models.TextField()
    evidence = models.TextField(blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence.choices)
    # The day on which it is said to hold; recorded later than a cut-off, it belongs to the next review.
    dated_on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=known("kind", RatingKind), name="rating_kind_is_known"),
            models.CheckConstraint(
                condition=known("confidence", Confidence), name="rating_confidence_is_known"
            ),
            models.CheckConstraint(
                condition=Q(likelihood__range=(1, 5), impact__range=(1, 5)), name="rating_within_matrix"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="rating_with_reason"),
        ]


class RiskLook(models.Model):
    """A risk was looked at again by somebody with the authority of its band. Append-only."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="looks")
    note = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]


class Contribution(models.Model):
    """A partner's risk contributes to a partnership risk."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="contributes_to")
    to = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="contributions")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["risk", "to"], condition=Q(ended_at=None), name="contribution_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(risk=F("to")), name="contribution_to_another_risk"),
        ]


class Control(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="controls")
    text = models.CharField(max_length=400)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=8, choices=ControlState.choices, default=ControlState.IN_PLACE)
    assurance = models.CharField(max_length=6, choices=Assurance.choices, default=Assurance.NONE)
    # What shows that it works, and when that was last seen.
    proof = models.TextField(blank=True)
    proof_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=known("state", ControlState), name="control_state_is_known"),
            models.CheckConstraint(
                condition=known("assurance", Assurance), name="control_assurance_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(assurance__in=[Assurance.SHOWN, Assurance.TESTED])
                | (~Q(proof="") & Q(proof_on__isnull=False)),
                name="control_assured_with_proof",
            ),
        ]


class Acceptance(models.Model):
    """The board bears a risk as it is, on conditions, until a day; then it lapses by itself."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="acceptances")
    conditions = models.TextField()
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    refused_reason = models.TextField(blank=True)
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    # Last day on which it holds.
    expires_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            # One may stand while the next is asked for, so that none need lapse.
            models.UniqueConstraint(
                fields=["risk"],
                condition=Q(ended_at=None, refused_at=None, approved_at=None),
                name="acceptance_asked_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["risk"],
                condition=Q(ended_at=None, approved_at__isnull=False),
                name="acceptance_stands_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=at_and_by("approved_at", "approved_by"), name="acceptance_approved_at_and_by"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")),
                name="acceptance_approved_by_another",
            ),
            models.CheckConstraint(
                condition=at_and_by("refused_at", "refused_by"), name="acceptance_refused_at_and_by"
            ),
        ]


class RiskLink(models.Model):
    """What a risk has to do with: a question, a concern, a plan … by its code or uid."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    # A uid as text, or a code (of a question, of a kind of flag).
    target = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["risk", "kind", "target"], condition=Q(removed_at=None), name="risk_link_once"
            ),
            models.CheckConstraint(condition=known("kind", LinkKind), name="risk_link_kind_is_known"),
        ]
