"""What holds on a day: a version that was issued before it takes effect does not end the one before it."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from guidance.models import GuidanceVersion
from guidance.rules.standing import Standing
from guidance.selectors import published
from guidance.selectors.register import chain_of
from tests.guidance.factories import make_issued, make_item
from tests.people import person, sign_in
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 9, 18, 9, tzinfo=UTC)
FIRST_DAY = date(2020, 9, 25)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keepers():
    return {"author": person("CO", name="Cora"), "approver": person("CO", name="Anna")}


@pytest.fixture
def item(keepers):
    return make_issued(make_item("Visits"), **keepers).item


def holding(day: date) -> list[int]:
    return list(GuidanceVersion.objects.in_force(day).values_list("number", flat=True))


def test_the_version_before_holds_until_the_day(item, keepers):
    make_issued(item, 2, at=NOW, effective_from=FIRST_DAY, **keepers)
    assert holding(date(2020, 9, 24)) == [1]
    assert holding(FIRST_DAY) == [2]
    assert holding(date(2020, 9, 26)) == [2]
    standings = [step.standing for step in chain_of(item, keepers["author"], at=NOW)]
    assert standings == [Standing.IN_FORCE, Standing.COMING]
    later = datetime(2020, 9, 24, 23, tzinfo=UTC)
    standings = [step.standing for step in chain_of(item, keepers["author"], at=later)]
    assert standings == [Standing.SUPERSEDED, Standing.IN_FORCE]


def test_what_ended_is_not_brought_back_by_the_end_of_what_followed(item, keepers):
    make_issued(item, 2, at=NOW, effective_from=date(2020, 9, 20), effective_until=FIRST_DAY, **keepers)
    assert holding(date(2020, 9, 24)) == [2]
    assert holding(FIRST_DAY) == []


def test_a_withdrawal_ends_it_on_its_day(item, keepers):
    make_issued(item, 2, at=NOW, effective_from=FIRST_DAY, kind="withdrawn", **keepers)
    assert holding(date(2020, 9, 24)) == [1]
    assert holding(FIRST_DAY) == []


def test_the_role_page_keeps_it_until_then(item, keepers):
    make_issued(item, 2, at=NOW, title="Visits in autumn", effective_from=FIRST_DAY, **keepers)
    url = reverse("guidance_for", args=["police"])
    client = sign_in(Client(), person("SW", name="Sal Worker"))
    assert f"{item.label} Visits" in text_of(client.get(url))
    assert "Visits in autumn" not in text_of(client.get(url))


def test_the_public_page_of_a_coming_withdrawal_says_from_when(item, keepers):
    make_issued(item, 2, at=NOW, effective_from=FIRST_DAY, kind="withdrawn", **keepers)
    assert [row.number for row in published.public_versions(date(2020, 9, 24))] == [2]
    assert not published.public_versions(FIRST_DAY).exists()
    url = reverse("public_guidance_item", args=[item.uid])
    text = text_of(Client().get(url))
    assert "This guidance will be withdrawn on 25 September 2020." in text
    assert "was withdrawn" not in text
    with time_machine.travel(datetime(2020, 9, 24, 23, tzinfo=UTC), tick=False):
        assert "This guidance was withdrawn. Do not follow it any more." in text_of(Client().get(url))
