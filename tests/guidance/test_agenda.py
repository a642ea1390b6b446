"""What guidance puts on the agenda of a partners' meeting."""

from datetime import UTC, date, datetime, timedelta

import pytest

from guidance.selectors.agenda import due_items
from partners.constants import AgendaKind
from partners.selectors import agendas
from tests.guidance.factories import ISSUED, make_easement, make_issued, make_item, make_version
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 4, 10, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def issue():
    people = {"author": person("CO", name="Ada"), "approver": person("CO", name="Ben")}
    return lambda item, **fields: make_issued(item, **people, **fields)


def test_what_binds_comes_piece_by_piece_and_the_rest_as_one(issue):
    binding = [make_item("A duty", number=1), make_item("A change of the law", number=2)]
    issue(binding[0], force="must")
    issue(binding[1], kind="statutory")
    for number in (3, 4):
        issue(make_item(number=number))
    make_version(make_item("Not issued", number=5), force="must")
    found = due_items(None, NOW)
    assert [(one.title, one.source_uid) for one in found] == [
        ("G1 A duty", binding[0].uid),
        ("G2 A change of the law", binding[1].uid),
        ("2 other pieces of guidance issued since the last meeting", None),
    ]
    assert {one.kind for one in found} == {AgendaKind.GUIDANCE}


def test_only_what_was_issued_since_and_was_major(issue):
    issue(make_item(), force="must", at=ISSUED)
    issue(make_item(), force="must", at=ISSUED + HOUR, size="minor")
    later = issue(make_item(), force="must", at=ISSUED + HOUR)
    issue(make_item(), force="must", at=NOW + HOUR)
    assert [one.source_uid for one in due_items(ISSUED, NOW)] == [later.item.uid]


@pytest.mark.parametrize(("until", "there"), [(date(2020, 5, 11), True), (date(2020, 5, 12), False)])
def test_an_easement_that_ends_within_a_month(until, there):
    made = make_easement(effective_from=date(2020, 4, 1), effective_until=until)
    found = due_items(None, NOW)
    assert [one.source_uid for one in found] == ([made.uid] if there else [])
    assert not found or found[0].title == "No longer from 11 May 2020: Visits by video"


def test_the_agenda_asks_for_it_once():
    before = list(agendas._SOURCES)
    agendas.also_ask(due_items)
    assert before == agendas._SOURCES and due_items in before
