"""The partnership of the demonstration as of other days: nothing is known early, each load is the same."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection, transaction

from partners.models import (
    ActionMove,
    ActionSlip,
    Answer,
    Attendance,
    BacklogCount,
    Booking,
    Concern,
    ConcernMove,
    Cycle,
    DependencyMove,
    Meeting,
    PlanStageChange,
    Reminder,
    Return,
    ReturnMove,
    Submission,
)
from tests.demo.conftest import PAPER_DAY, TODAY, load_partnership

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_nothing_later_than_the_morning_is_there():
    load_partnership(PAPER_DAY)
    morning = datetime.combine(PAPER_DAY, time(7), UTC)
    moments = (
        (Cycle, "opened_at"), (Cycle, "closed_at"), (Return, "submitted_at"), (Return, "accepted_at"),
        (ReturnMove, "at"), (Answer, "answered_at"), (Submission, "submitted_at"), (ConcernMove, "at"),
        (Concern, "raised_at"), (Concern, "closed_at"), (ActionMove, "at"), (ActionSlip, "at"),
        (PlanStageChange, "at"), (BacklogCount, "at"), (DependencyMove, "at"), (Reminder, "handled_at"),
        (Meeting, "agenda_issued_at"), (Meeting, "agreed_at"),
    )  # fmt: skip
    for model, name in moments:
        assert not model.objects.filter(**{f"{name}__gt": morning}).exists(), (model.__name__, name)
    assert not Meeting.objects.filter(state="held", starts_at__gt=morning).exists()
    assert Cycle.objects.count() == 7
    connection.check_constraints()


def test_each_load_is_the_same():
    def digest() -> list:
        with transaction.atomic():
            load_partnership(TODAY)
            rows = [
                list(
                    Submission.objects.order_by("submitted_at", "of_return__uid").values_list(
                        "answers", "submitted_at"
                    )
                ),
                list(Concern.objects.order_by("uid").values_list("uid", "state", "version")),
                list(Attendance.objects.order_by("meeting__uid", "organisation__name").values_list("state")),
                list(
                    Booking.objects.order_by("event__uid", "organisation__name").values_list(
                        "booked", "attended"
                    )
                ),
            ]
            transaction.set_rollback(True)
        return rows

    assert digest() == digest()


@pytest.mark.parametrize(
    "day", [date(2020, 7, 1), date(2020, 8, 29), date(2020, 10, 5), date(2023, 1, 2), date(2026, 12, 28)]
)
def test_it_loads_on_any_day(day):
    counts, now = load_partnership(day)
    assert counts["cycles"] == Cycle.objects.count() >= 6
    assert Cycle.objects.filter(state="open").count() <= 1
    assert not Return.objects.filter(submitted_at__gt=now).exists()
    connection.check_constraints()
