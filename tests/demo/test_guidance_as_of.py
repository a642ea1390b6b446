"""The guidance of the demonstration as of other days, each in a database of its own."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from guidance.models import (
    Acknowledgement,
    Dispatch,
    Easement,
    GuidanceItem,
    GuidanceLink,
    GuidanceVersion,
    History,
    Interpretation,
    InterpretationEdit,
    Newsletter,
    SourceCheck,
    VersionMove,
)
from tests.demo.conftest import TODAY, load_guidance

pytestmark = pytest.mark.django_db


@pytest.mark.slow
@pytest.mark.parametrize(("as_of", "pieces"), [(date(2020, 7, 1), 183), (date(2020, 7, 20), 201)])
def test_nothing_later_than_the_morning_is_there(as_of, pieces):
    load_guidance(as_of)
    morning = datetime(as_of.year, as_of.month, as_of.day, 7, tzinfo=UTC)
    assert GuidanceItem.objects.count() == pieces
    for kind, name in (
        (GuidanceVersion, "recorded_at"), (GuidanceVersion, "issued_at"), (GuidanceVersion, "closed_at"),
        (VersionMove, "at"), (Acknowledgement, "at"), (SourceCheck, "at"), (InterpretationEdit, "at"),
        (Interpretation, "submitted_at"), (Interpretation, "decided_at"), (Dispatch, "planned_at"),
        (Dispatch, "sent_at"), (Newsletter, "sent_at"), (Easement, "decided_at"), (GuidanceLink, "made_at"),
    ):  # fmt: skip
        assert not kind.objects.filter(**{f"{name}__gte": morning}).exists(), (kind.__name__, name)
    assert not History.objects.filter(at__gte=morning, by__isnull=False).exists()
    connection.check_constraints()


@pytest.mark.slow
def test_each_load_is_the_same():
    def digest() -> list:
        with transaction.atomic():
            load_guidance(TODAY)
            # What came with the law is recorded at the moment of loading.
            kept = History.objects.filter(by__isnull=False).order_by("thing", "uid", "number")
            rows = [
                list(kept.values_list("uid", "number", "at")),
                list(Interpretation.objects.order_by("uid").values_list("uid", "meaning", "state")),
                list(Acknowledgement.objects.order_by("uid").values_list("uid", "answer", "at")),
                list(Newsletter.objects.order_by("number").values_list("uid", "plain")),
            ]
            transaction.set_rollback(True)
        return rows

    assert digest() == digest()
