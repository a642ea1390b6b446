"""Reference data loads again and again, deletes nothing and overrules nobody."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent
from safeguarding.kernel.periods import Month
from visits.models import AlternativeRecording, PublishedRate, Restriction, VisitRule


def load() -> str:
    out = StringIO()
    call_command("load_reference", stdout=out)
    return out.getvalue()


@pytest.fixture
def loaded(db) -> str:
    return load()


def test_the_four_intervals_say_where_they_come_from(loaded):
    rules = {(rule.plan_type, rule.regime): rule for rule in VisitRule.objects.all()}
    assert {key: (rule.interval, rule.unit) for key, rule in rules.items()} == {
        ("CP", "standard"): (10, "working_days"),
        ("CIN", "standard"): (20, "working_days"),
        ("CIC", "standard"): (42, "calendar_days"),
        ("CIC", "long_term"): (91, "calendar_days"),
    }
    for rule in rules.values():
        assert "https://" in rule.source
        assert rule.source_checked_on
        assert ("unconfirmed" in rule.source) == (rule.plan_type != "CIC")


def test_published_figures_add_up_and_know_not_collected(loaded):
    assert PublishedRate.objects.count() == 18
    for rate in PublishedRate.objects.all():
        assert rate.total == rate.face_to_face + (rate.alternative or 0)
        assert (rate.alternative is None) == (rate.month < Month.parse("2020-03").index)
    april = PublishedRate.objects.get(month=Month.parse("2020-04").index, plan_type="CP")
    assert (april.face_to_face, april.alternative, april.total) == (
        Decimal("52.3"),
        Decimal("19.9"),
        Decimal("72.2"),
    )


def test_lockdowns_and_the_start_of_alternatives(loaded):
    assert Restriction.objects.get(name="First national lockdown").from_date == date(2020, 3, 23)
    assert AlternativeRecording.objects.get().collected_from == date(2020, 3, 1)


def test_loaded_again_nothing_is_written(loaded):
    events = AuditEvent.objects.count()
    assert "nothing new" in load()
    assert AuditEvent.objects.count() == events
    assert VisitRule.objects.count() == 4


def test_a_partnerships_own_rule_and_setting_stand(loaded):
    VisitRule.objects.filter(plan_type="CP").update(interval=15)
    AlternativeRecording.objects.update(collected_from=date(2020, 4, 1))
    assert "Left as you set it: CP standard" in load()
    assert VisitRule.objects.get(plan_type="CP").interval == 15
    assert AlternativeRecording.objects.get().collected_from == date(2020, 4, 1)


def test_a_published_figure_that_was_altered_is_put_right(loaded):
    PublishedRate.objects.filter(plan_type="CP").update(face_to_face=Decimal("99.9"))
    assert "6 published rates changed" in load()
    assert not PublishedRate.objects.filter(face_to_face=Decimal("99.9")).exists()
