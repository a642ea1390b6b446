"""The register as it was known at a moment: late-dated changes, lapsed acceptances, renamed risks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from riskregister.constants import RatingKind, Response, RiskState
from riskregister.history import as_at, keep, stories, story
from riskregister.models import ReviewCadence
from riskregister.selectors.as_at import late_changes, matrix_on, risks_at
from tests.partners.factories import make_organisation
from tests.people import person
from tests.riskregister.factories import (
    OPENED,
    make_acceptance,
    make_appetite,
    make_cadence,
    make_contribution,
    make_control,
    make_look,
    make_matrix,
    make_rating,
    make_risk,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def only(moment: datetime):
    (fact,) = risks_at(moment)
    return fact


def test_a_risk_is_not_there_before_it_was_opened_and_keeps_its_old_words():
    risk = make_risk("Old title")
    risk.title = "New title"
    risk.save()
    keep(risk, thing="risk", at=OPENED + 5 * DAY, by=None)
    assert risks_at(OPENED - DAY) == ()
    assert only(OPENED + DAY).title == "Old title"
    assert only(OPENED + 5 * DAY).title == "New title"


def test_drafts_are_told_only_where_they_are_asked_for():
    make_risk(state=RiskState.DRAFT)
    assert risks_at(OPENED) == ()
    assert [one.state for one in risks_at(OPENED, drafts=True)] == ["draft"]


def test_a_change_dated_back_does_not_show_before_it_was_recorded():
    risk = make_risk()
    make_rating(risk, 3, 4)
    make_rating(risk, 5, 4, at=OPENED + 40 * DAY, dated_on=date(2020, 4, 10))
    assert only(OPENED + 39 * DAY).current.score == 12
    assert only(OPENED + 40 * DAY).current.score == 20
    assert [one.score for one in only(OPENED + 40 * DAY).history] == [12, 20]
    cut_off = datetime(2020, 4, 30, 22, 59, tzinfo=UTC)
    assert late_changes(cut_off, OPENED + 50 * DAY) == (risk.uid,)
    assert late_changes(cut_off, OPENED + 39 * DAY) == ()
    assert late_changes(None, OPENED + 50 * DAY) == ()


def test_ratings_of_the_three_kinds_stand_beside_one_another():
    risk = make_risk()
    make_rating(risk, 5, 5, kind=RatingKind.INHERENT)
    make_rating(risk, 3, 4)
    make_rating(risk, 2, 2, kind=RatingKind.TARGET)
    fact = only(OPENED)
    assert {kind: one.score for kind, one in fact.ratings.items()} == {
        "inherent": 25,
        "current": 12,
        "target": 4,
    }
    assert [one.score for one in fact.history] == [12]


def test_a_rating_keeps_the_band_of_its_own_matrix():
    risk = make_risk()
    make_rating(risk, 3, 4)
    harsher = [
        {"band": "green", "from": 1, "to": 2, "label": "Low"},
        {"band": "red", "from": 3, "to": 25, "label": "Grave"},
    ]
    make_matrix(2, date(2020, 6, 1), bands=harsher)
    assert matrix_on(date(2020, 5, 31)).version == 1
    assert matrix_on(date(2020, 6, 1)).version == 2
    assert only(datetime(2020, 7, 1, tzinfo=UTC)).current.band == "amber"


def test_a_matrix_that_nobody_confirmed_does_not_count():
    make_matrix()
    make_matrix(2, date(2020, 6, 1), confirmed_at=None)
    assert matrix_on(date(2020, 7, 1)).version == 1


def test_rules_confirmed_afterwards_do_not_change_what_was_known():
    """Made to hold from a day before, they hold for whoever looks from their confirmation on."""
    make_matrix()
    make_cadence()
    make_appetite()
    make_rating(make_risk(), 3, 4)
    known, later = OPENED + 10 * DAY, OPENED + 20 * DAY
    before = risks_at(known)
    confirmed = {"confirmed_at": later, "confirmed_by": person("BM")}
    day = date(2020, 4, 5)
    make_matrix(2, day, **confirmed)
    make_appetite(highest_score=20, effective_from=day, **confirmed)
    ReviewCadence.objects.create(
        band="amber", days=7, authority=["CO"], source="Tests", effective_from=day, **confirmed
    )
    assert risks_at(known) == before
    assert matrix_on(day, known=known).version == 1
    assert matrix_on(day, known=later).version == 2
    after = only(later)
    assert after.appetite == 20 and after.review_due_on < before[0].review_due_on


def test_the_review_date_follows_the_band_and_the_last_look():
    make_cadence()
    risk = make_risk()
    make_rating(risk, 3, 4)
    assert only(OPENED).review_due_on == date(2020, 5, 2)
    make_look(risk, at=OPENED + 10 * DAY)
    assert only(OPENED + 9 * DAY).review_due_on == date(2020, 5, 2)
    assert only(OPENED + 10 * DAY).review_due_on == date(2020, 5, 12)
    make_rating(risk, 5, 5, at=OPENED + 11 * DAY)
    assert only(OPENED + 11 * DAY).review_due_on == date(2020, 4, 26)


def test_no_review_is_due_of_what_is_closed_or_unrated():
    make_cadence()
    make_risk()
    assert only(OPENED).review_due_on is None
    closed = make_risk(state=RiskState.CLOSED)
    make_rating(closed)
    assert risks_at(OPENED)[1].review_due_on is None


class TestAcceptance:
    @pytest.fixture
    def risk(self):
        return make_risk(response=Response.TOLERATE)

    @pytest.fixture
    def people(self):
        return person("CO"), person("BM")

    def test_it_lapses_by_itself_and_the_days_since_are_counted(self, risk, people):
        make_acceptance(risk, asked_by=people[0], approved_by=people[1], expires_on=date(2020, 4, 30))
        fact = only(datetime(2020, 4, 30, 20, tzinfo=UTC))
        assert fact.acceptance.approved
        assert fact.acceptance_gap_days is None
        fact = only(datetime(2020, 5, 11, 9, tzinfo=UTC))
        assert not fact.acceptance.approved
        assert fact.acceptance_gap_days == 11

    def test_no_gap_where_the_risk_is_treated_again_or_closed(self, risk, people):
        make_acceptance(risk, asked_by=people[0], approved_by=people[1], expires_on=date(2020, 4, 30))
        risk.response = Response.TREAT
        risk.save()
        keep(risk, thing="risk", at=datetime(2020, 5, 5, tzinfo=UTC), by=None)
        assert only(datetime(2020, 5, 11, tzinfo=UTC)).acceptance_gap_days is None
        assert only(datetime(2020, 5, 4, tzinfo=UTC)).acceptance_gap_days == 4

    def test_one_that_is_only_asked_for_is_none(self, risk, people):
        make_acceptance(risk, asked_by=people[0])
        assert only(OPENED).acceptance is None

    def test_a_shorter_one_that_took_its_place_counts(self, risk, people):
        first = make_acceptance(
            risk, asked_by=people[0], approved_by=people[1], expires_on=date(2020, 12, 31)
        )
        later = OPENED + 10 * DAY
        first.ended_at = later
        first.save()
        keep(first, thing="acceptance", at=later, by=None)
        make_acceptance(
            risk, asked_by=people[0], approved_by=people[1], at=later, expires_on=date(2020, 4, 30)
        )
        fact = only(datetime(2020, 4, 20, tzinfo=UTC))
        assert (fact.acceptance.approved, fact.acceptance.expires_on) == (True, date(2020, 4, 30))
        assert only(datetime(2020, 5, 3, tzinfo=UTC)).acceptance_gap_days == 3


def test_controls_contributions_and_appetite_as_they_stood():
    police = make_organisation("Police")
    ours = make_risk()
    theirs = make_risk(organisation=police)
    control = make_control(ours, organisation=police, proof="Audit", proof_on=date(2020, 3, 1))
    control.state = "ended"
    control.save()
    keep(control, thing="control", at=OPENED + 3 * DAY, by=None)
    link = make_contribution(theirs, ours)
    link.ended_at = OPENED + 6 * DAY
    link.save()
    keep(link, thing="contribution", at=OPENED + 6 * DAY, by=None)
    make_appetite("sight", 9)
    make_appetite("sight", 4, effective_from=date(2020, 4, 5))
    make_appetite("sight", 1, effective_from=date(2020, 4, 6), waits=True)

    before, after = risks_at(OPENED + DAY)[0], risks_at(OPENED + 7 * DAY)[0]
    assert [(one.state, one.organisation, one.proof) for one in before.controls] == [
        ("in_place", "Police", "Audit")
    ]
    assert [one.state for one in after.controls] == ["ended"]
    assert (before.contributions, after.contributions) == ((theirs.uid,), ())
    assert (before.appetite, after.appetite) == (9, 4)


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    def fill(count: int) -> None:
        for _ in range(count):
            risk = make_risk(organisation=None)
            make_rating(risk)
            make_control(risk)

    fill(2)
    make_cadence()
    with django_assert_num_queries(10):
        risks_at(OPENED)
    fill(5)
    with django_assert_num_queries(10):
        risks_at(OPENED)


def test_stories_name_who_and_end_at_a_moment():
    who = person("CO", name="Cora")
    risk = make_risk(by=who)
    risk.title = "New"
    keep(risk, thing="risk", at=OPENED + DAY, by=None, reason="Because")
    assert [(one.number, one.by, one.reason) for one in story("risk", risk.uid)] == [
        (1, "Cora", ""),
        (2, "", "Because"),
    ]
    assert len(stories("risk", [risk.uid], until=OPENED)[risk.uid]) == 1
    assert as_at("risk", OPENED + DAY)[risk.uid].number == 2


class TestAnyMoment(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        changes=st.lists(
            st.tuples(st.integers(0, 60), st.integers(1, 5), st.integers(1, 5), st.integers(0, 40)),
            min_size=1,
            max_size=8,
            unique_by=lambda one: one[0],
        ),
        asked=st.integers(0, 70),
    )
    def test_the_rating_at_a_moment_is_the_last_change_recorded_by_then(self, changes, asked):
        """Whatever day a change says that it holds from, and in whatever order rows were written."""
        make_matrix()
        risk = make_risk()
        for hours, likelihood, impact, back in changes:
            at = OPENED + timedelta(hours=hours)
            make_rating(risk, likelihood, impact, at=at, dated_on=(at - back * DAY).date())
        fact = {one.uid: one for one in risks_at(OPENED + timedelta(hours=asked))}[risk.uid]
        by_then = sorted(one for one in changes if one[0] <= asked)
        wanted = by_then[-1][1] * by_then[-1][2] if by_then else None
        assert (fact.current.score if fact.current else None) == wanted
        assert len(fact.history) == len(by_then)
