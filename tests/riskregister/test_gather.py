"""What a review reads is what was known at its cut-off, however much happened since."""

from datetime import UTC, datetime, timedelta

import pytest

from partners.services import returns as return_services
from riskregister.history import keep
from riskregister.models import Risk
from riskregister.review.canonical import canonical
from riskregister.review.compile import compile_content
from riskregister.review.gather import evidence, work
from riskregister.rules.reviews import cut_off
from safeguarding.kernel.periods import Month
from tests.partners.return_world import ANSWERS, make_world, save, submit
from tests.people import person
from tests.riskregister.factories import (
    make_acceptance,
    make_contribution,
    make_control,
    make_look,
    make_matrix,
    make_rating,
    make_risk,
)
from tests.riskregister.review_world import concern

pytestmark = pytest.mark.django_db
MAY = Month.parse("2020-05")
CUT_OFF = cut_off(MAY)
LATER = datetime(2020, 6, 3, 9, tzinfo=UTC)
EARLY = datetime(2020, 5, 11, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def compiled() -> str:
    return canonical(compile_content(evidence(MAY, CUT_OFF, version=1), version=1))


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def risks(world) -> list[Risk]:
    make_matrix()
    ours = make_risk("Fewer children are seen", at=EARLY)
    own = make_risk("Officers off sick", organisation=world.own, at=EARLY)
    for one, likelihood in ((ours, 3), (own, 4)):
        make_rating(one, likelihood, 4, at=EARLY)
    make_contribution(own, ours, at=EARLY)
    make_control(ours, at=EARLY)
    return [ours, own]


def test_what_happens_after_the_cut_off_changes_no_byte(world, risks):
    ours, own = risks
    world.sent(1)
    sent = world.sent(2)
    world.return_in(3)
    before = compiled()

    # A return that comes late, and one that is accepted late.
    return_services.accept_return(
        user=world.coordinator, return_=sent, expected_version=sent.version, now=LATER
    )
    late = world.return_in(3)
    save(late, world.lead, ANSWERS, now=LATER)
    submit(late, world.lead, now=LATER)
    # Ratings, looks, controls and acceptances; a risk that closes, one that is renamed, one that is new.
    make_rating(ours, 5, 5, at=LATER, dated_on=EARLY.date())
    make_look(ours, at=LATER)
    make_control(ours, "A second control", at=LATER)
    make_acceptance(ours, asked_by=world.coordinator, approved_by=person("BM", name="Mia"), at=LATER)
    make_risk("A new one", at=LATER)
    ours.title = "Renamed"
    ours.save()
    keep(ours, thing="risk", at=LATER, by=None)
    own.state, own.closed_at, own.closed_reason = "closed", LATER, "Over"
    own.changed_for_children = "Children are seen again"
    own.save()
    keep(own, thing="risk", at=LATER, by=None)
    make_matrix(2, effective_from=LATER.date())

    assert compiled() == before


def test_what_came_by_the_cut_off_does_show(world, risks):
    world.sent(1)
    before = compiled()
    world.sent(2)
    with_return = compiled()
    assert with_return != before
    make_rating(risks[0], 5, 5, at=CUT_OFF)
    assert compiled() != with_return


def test_facts_stand_in_an_order_of_their_own(world, risks):
    found = evidence(MAY, CUT_OFF, version=1)
    assert list(found.risks) == sorted(found.risks, key=lambda one: one.label)
    assert [one.name for one in found.partners] == sorted(one.name for one in found.partners)


def test_a_partner_that_sent_nothing_is_there_with_what_it_owed(world, risks):
    world.sent(1)
    world.sent(2)
    world.return_in(2, world.other)
    found = {one.name: one for one in evidence(MAY, CUT_OFF, version=1).partners}
    assert [bool(one.submitted_at) for one in found["Other trust"].returns] == [False]


def test_the_number_of_queries_does_not_grow_with_risks(world, risks, django_assert_max_num_queries):
    for number in range(10):
        risk = make_risk(f"Risk {number}", at=EARLY)
        make_rating(risk, 2, 2, at=EARLY + number * DAY)
    with django_assert_max_num_queries(120):
        evidence(MAY, CUT_OFF, version=1)


def test_a_concern_back_with_the_coordinator_is_not_before_the_board(db):
    """Its answer did not hold, and its clock is the coordinator's."""
    back = concern("triaged", escalated_at=EARLY, answer_due_at=EARLY + DAY)
    waits = concern("escalated", escalated_at=EARLY, answer_due_at=EARLY + DAY)
    answered = concern("closed", escalated_at=EARLY, answered_at=EARLY + DAY)
    found = work.escalations((back, waits, answered), CUT_OFF)
    assert [one.state for one in found] == ["open", "answered"]
