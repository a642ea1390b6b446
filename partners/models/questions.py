"""Question sets: versioned data, locked once used."""

import uuid

from django.db import models
from django.db.models import Q

from partners.constants import QuestionKind, QuestionSetState, Theme
from safeguarding.kernel.constraints import known


class QuestionSet(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=QuestionSetState.choices, default=QuestionSetState.DRAFT)
    # In plain words, what differs from the version before.
    changes = models.TextField(blank=True)
    source = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()
    # Empty: came with the product.
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    locked_at = models.DateTimeField(null=True)
    edit_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="question_set_version_once"),
            # One draft of a set at a time: two would part ways.
            models.UniqueConstraint(
                fields=["code"], condition=Q(state=QuestionSetState.DRAFT), name="question_set_one_draft"
            ),
            models.CheckConstraint(
                condition=known("state", QuestionSetState), name="question_set_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=QuestionSetState.DRAFT, locked_at=None)
                | Q(state=QuestionSetState.LOCKED, locked_at__isnull=False),
                name="question_set_locked_at",
            ),
        ]


class Section(models.Model):
    question_set = models.ForeignKey(QuestionSet, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    # The same through all versions.
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    guidance = models.TextField(blank=True)
    theme = models.CharField(max_length=20, choices=Theme.choices)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["question_set", "code"], name="section_code_once"),
            models.CheckConstraint(condition=known("theme", Theme), name="section_theme_is_known"),
        ]


class Question(models.Model):
    """One typed question. Shapes of the JSON columns: partners.facts.questions."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    # The same through all versions for as long as it asks the same thing: what is brought forward.
    code = models.SlugField(max_length=60)
    kind = models.CharField(max_length=12, choices=QuestionKind.choices)
    text = models.CharField(max_length=400)
    help = models.TextField(blank=True)
    unit = models.CharField(max_length=40, blank=True)
    required = models.BooleanField(default=True)
    lowest = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    highest = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    # Of a choice: [{"value", "label", "reading"}], reading a code of constants.Reading or "".
    options = models.JSONField(default=list)
    # Of a table: {"rows": [{"value", "label"}], "columns": [{"value", "label", "kind", "unit", "options"}]}.
    table = models.JSONField(default=dict)
    # Asked only where {"question": code, "one_of": [value, ...]} holds; {}: always.
    condition = models.JSONField(default=dict)
    # Propose a concern: [{"when": {"one_of": [...]} | {"at_least": number} | {"at_most": number},
    # "severity", "title"}].
    concern_rules = models.JSONField(default=list)
    # "": none; else what to attach.
    evidence_asked = models.CharField(max_length=200, blank=True)
    # The wording differs so much from the version before that a trend breaks here.
    series_break = models.BooleanField(default=False)

    class Meta:
        ordering = ["section__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["section", "code"], name="question_code_once"),
            models.CheckConstraint(condition=known("kind", QuestionKind), name="question_kind_is_known"),
        ]
