"""Reference data loads again and again, deletes nothing and overrules nobody."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent
from guidance.models import Easement
from safeguarding.kernel.periods import Month
from visits.models import (
    AlternativeRecording,
    HazardFlagKind,
    OversightRule,
    PublishedRate,
    RemoteVisitRule,
    Restriction,
    VisitRule,
)
from visits.selectors.alternatives import remote_rules
from visits.selectors.oversight_rules import limit


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


# --- Oversight ----------------------------------------------------------------------------


def test_the_services_own_limits_say_that_they_are_unconfirmed(loaded):
    def on(code: str, day: date) -> int:
        return limit(code, day)

    before, during, after = date(2020, 3, 22), date(2020, 3, 23), date(2021, 7, 19)
    assert [on("assessment_needed", day) for day in (before, during, after)] == [0, 1, 0]
    assert {code: on(code, during) for code in LIMITS} == LIMITS
    for rule in OversightRule.objects.all():
        assert "nconfirmed" in rule.source
        assert "Checked on " in rule.source


LIMITS = {
    "assessment_valid_hours": 24,
    "decision_longest_days": 28,
    "second_approver_from_renewal": 2,
    "chain_limit": 3,
}


@pytest.mark.parametrize(
    ("day", "allowed", "with_reason_and_record"),
    [
        (date(2020, 4, 23), False, False),
        (date(2020, 4, 24), True, False),
        (date(2020, 9, 24), True, False),
        (date(2020, 9, 25), True, True),
        (date(2021, 3, 31), True, True),
        (date(2021, 9, 29), True, True),
        (date(2021, 9, 30), False, False),
    ],
)
def test_the_law_on_remote_visits_to_children_in_care_by_day(loaded, day, allowed, with_reason_and_record):
    """The ordinary law, and at most one easement of it on any day: they do not overlap."""
    held = [
        rule
        for rule in remote_rules()
        if rule.plan_type == "CIC"
        and rule.effective_from <= day
        and (rule.effective_until is None or day < rule.effective_until)
    ]
    eased = [rule for rule in held if rule.eased]
    assert len(eased) == allowed
    assert [rule.allowed for rule in held if not rule.eased] == [False]
    assert [(rule.needs_reason, rule.needs_record) for rule in eased] == [
        (with_reason_and_record, with_reason_and_record)
    ] * allowed
    assert all("https://" in row.source for row in Easement.objects.exclude(rule=""))


def test_no_statute_on_remote_visits_for_the_other_plans(loaded):
    for plan_type in ("CP", "CIN"):
        [rule] = RemoteVisitRule.objects.filter(plan_type=plan_type)
        assert rule.allowed
        assert rule.effective_until is None
        assert "unconfirmed" in rule.source


def test_kinds_of_flag_end_and_are_reviewed_as_their_source_says(loaded):
    terms = {kind.code: (kind.lasts_days, kind.review_days) for kind in HazardFlagKind.objects.all()}
    assert terms == {
        "most_vulnerable": (None, 28),
        "self_isolating": (14, 14),
        "symptomatic": (7, 7),
        "shielding": (None, 30),
        "clinically_vulnerable": (None, 30),
        "domestic_abuse": (None, 28),
    }
    assert all("Checked on " in kind.source for kind in HazardFlagKind.objects.all())


def test_a_partnerships_own_kind_of_flag_and_limit_stand(loaded):
    HazardFlagKind.objects.filter(code="self_isolating").update(lasts_days=10)
    OversightRule.objects.filter(code="chain_limit").update(value=2)
    told = load()
    assert "Left as you set it: self_isolating: lasts days 10, where the file has lasts days 14" in told
    assert "Left as you set it: chain_limit from 2000-01-01: value 2" in told
    assert HazardFlagKind.objects.get(code="self_isolating").lasts_days == 10


def test_every_text_fits_its_column(loaded):
    """SQLite keeps what is too long; PostgreSQL refuses it."""
    rules = (OversightRule, RemoteVisitRule, HazardFlagKind, VisitRule)
    for model in (*rules, Restriction, PublishedRate, Easement):
        for row in model.objects.all():
            for field in model._meta.concrete_fields:
                if isinstance(text := getattr(row, field.attname), str) and field.max_length:
                    assert len(text) <= field.max_length, f"{row.pk} {field.name}"
