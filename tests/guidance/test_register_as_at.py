"""The register as known at a past moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from guidance.selectors.as_at import register_at
from guidance.services import register as services
from tests.guidance.factories import ISSUED, RECORDED, make_issued, make_item, make_version
from tests.guidance.test_register_services import ENTRY, ITEM
from tests.people import person

pytestmark = pytest.mark.django_db
BEFORE = RECORDED - timedelta(seconds=1)
LATER = datetime(2020, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def keeper():
    return person("CO", name="Cora")


def fact(moment):
    found = register_at(moment)
    assert len(found) == 1
    return found[0]


def test_nothing_is_known_before_it_was_recorded(keeper):
    make_version(make_item(at=RECORDED))
    assert register_at(BEFORE) == ()
    assert len(register_at(RECORDED)) == 1


def test_what_was_issued_later_was_not_issued_then(keeper):
    make_issued(make_item(number=3, owner=keeper), author=keeper, approver=person("CO"))
    then, now = fact(ISSUED - timedelta(seconds=1)), fact(ISSUED)
    assert (then.state, then.issued_number, then.issued_at) == ("received", None, None)
    assert (now.state, now.issued_number, now.issued_at) == ("issued", 1, ISSUED)
    assert (now.label, now.owner, now.acknowledge_by) == ("G3", "Cora", date(2020, 4, 14))


def test_a_later_version_does_not_show_before_and_hides_nothing_that_was_issued(keeper):
    item = services.record_item(user=keeper, entry=ITEM, now=datetime(2020, 4, 6, 9, tzinfo=UTC))
    entry = replace(ENTRY, title="Second", change_note="New", audiences_affected=("police",))
    services.add_version(user=keeper, item=item, expected_version=1, entry=entry, now=LATER)
    then, now = fact(LATER - timedelta(seconds=1)), fact(LATER)
    assert (then.version_number, then.title) == (1, ENTRY.title)
    assert (now.version_number, now.title) == (2, "Second")


def test_an_issued_version_stays_named_beside_a_newer_one_that_is_not(keeper):
    item = make_item()
    make_issued(item, author=keeper, approver=person("CO"))
    make_version(item, 2, at=LATER)
    found = fact(LATER)
    assert (found.version_number, found.state, found.issued_number) == (2, "received", 1)
    assert found.awaits_issue()


def test_a_correction_does_not_reach_back(keeper):
    item = services.record_item(user=keeper, entry=ITEM, now=datetime(2020, 4, 6, 9, tzinfo=UTC))
    services.correct_version(
        user=keeper,
        of=item.versions.get(),
        expected_version=1,
        entry=replace(ENTRY, force="must", text=""),
        now=LATER,
    )
    assert fact(LATER - timedelta(seconds=1)).force == "should"
    assert fact(LATER).force == "must"


def test_what_took_its_place_and_when_it_was_checked_are_of_then(keeper):
    old, new = make_item(number=1), make_item(number=2)
    make_version(old)
    make_version(new)
    services.replace_item(
        user=keeper, item=old, by=new, from_date=date(2020, 6, 1), expected_version=1, now=LATER
    )
    services.check_source(user=keeper, item=old, result="same", now=LATER)
    then, now = register_at(LATER - timedelta(seconds=1))[0], register_at(LATER)[0]
    assert (then.replaced_by, then.replaced_from, then.checked_at) == ("", None, None)
    assert (now.replaced_by, now.replaced_from, now.checked_at) == ("G2", date(2020, 6, 1), LATER)


def test_queries_do_not_grow(keeper, django_assert_num_queries):
    services.record_items(user=keeper, entries=[ITEM] * 20, now=datetime(2020, 4, 6, 9, tzinfo=UTC))
    with django_assert_num_queries(4):
        assert len(register_at(LATER)) == 20
