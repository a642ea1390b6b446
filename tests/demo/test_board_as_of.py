"""The board of the demonstration as of other days, each in a database of its own."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection, transaction

from riskregister.constants import ReviewState
from riskregister.models import BoardReview, Challenge, Comment, Escalation, History, RatingChange, RiskLook
from riskregister.selectors.chain import broken_seals
from tests.demo.conftest import TODAY, load_board

pytestmark = pytest.mark.django_db


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_of", "sealed", "opened"),
    [(date(2020, 7, 1), 3, None), (date(2020, 7, 20), 3, "in_review"), (date(2020, 8, 10), 5, "in_review")],
)
def test_nothing_later_than_the_morning_is_there(as_of, sealed, opened):
    load_board(as_of)
    morning = datetime.combine(as_of, time(7), UTC)
    for kind, name in (
        (History, "at"), (RatingChange, "at"), (RiskLook, "at"), (BoardReview, "published_at"),
        (Escalation, "answered_at"), (Challenge, "changed_at"), (Comment, "at"),
    ):  # fmt: skip
        assert not kind.objects.filter(**{f"{name}__gt": morning}).exists(), (kind.__name__, name)
    assert BoardReview.objects.published().count() == sealed
    assert broken_seals() == (sealed, [])
    rest = list(BoardReview.objects.exclude(state=ReviewState.PUBLISHED).values_list("state", flat=True))
    assert rest == ([opened] if opened else [])
    connection.check_constraints()


@pytest.mark.slow
def test_each_load_is_the_same():
    def digest() -> list:
        with transaction.atomic():
            load_board(TODAY)
            rows = [
                list(History.objects.order_by("thing", "uid", "number").values_list("uid", "fields", "at")),
                list(RatingChange.objects.order_by("uid").values_list("uid", "at", "words")),
                list(RiskLook.objects.order_by("at", "note").values_list("at", "note")),
                list(BoardReview.objects.order_by("month", "version").values_list("uid", "digest", "seal")),
            ]
            transaction.set_rollback(True)
        return rows

    assert digest() == digest()
