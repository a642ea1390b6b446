"""Two people rate at once, on PostgreSQL; the control shows the loss which the lock and version keep off."""

from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import AuditHead
from riskregister.models import RatingChange, Risk
from riskregister.rules.register import RatingDraft
from riskregister.services.register import rate
from safeguarding.kernel.errors import StaleEdit
from tests.people import person
from tests.riskregister.factories import make_matrix, make_rating, make_risk
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]
NOW = datetime(2020, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def risk() -> Risk:
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    make_matrix()
    return make_risk()


def test_of_several_who_rate_at_once_one_wins_and_the_others_are_told(risk):
    people = [person("CO", name=f"Coordinator {number}") for number in range(4)]

    def call(place: int):
        draft = RatingDraft("current", place + 1, 5, "Five words of a reason", "", "medium", NOW.date())
        return lambda: rate(
            user=people[place], risk=risk, draft=draft, expected_version=1, token=uuid4(), now=NOW
        )

    results = at_once(*(call(place) for place in range(4)))
    assert sum(isinstance(one, StaleEdit) for one in results) == 3
    assert RatingChange.objects.count() == 1
    assert Risk.objects.get().version == 2


def test_control_without_the_service_every_rating_says_it_was_the_first(risk):
    """Read, think, write: what the service would do without its lock and its check of the version."""
    read = Barrier(3)

    def blindly(likelihood: int):
        def write() -> None:
            with transaction.atomic():
                last = risk.ratings.last()
                read.wait(timeout=20)
                before = (last.likelihood, last.impact) if last else (None, None)
                make_rating(risk, likelihood, 5, at=NOW, from_likelihood=before[0], from_impact=before[1])

        return write

    at_once(*(blindly(likelihood) for likelihood in (2, 3, 4)))
    assert list(RatingChange.objects.values_list("from_likelihood", flat=True)) == [None] * 3
