"""What a record held before is kept by the database itself."""

import pytest
from django.db import DatabaseError, transaction

from tests.visits.factories import RECORDED_AT
from visits.models import Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def revision():
    return Revision.objects.create(
        kind="visit", record_id=1, version=1, was={}, replaced_at=RECORDED_AT, replaced_by_label="cli:test"
    )


def test_a_revision_cannot_be_changed(revision):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(reason="another")


def test_a_revision_cannot_be_removed(revision):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        revision.delete()
    assert Revision.objects.get().pk == revision.pk
