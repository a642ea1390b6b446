"""Pages of easements: in force with a countdown, what returns to normal on a day, recording and deciding."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidance.constants import RuleKey
from guidance.models import Easement
from guidance.services import easements as services
from tests.guidance.factories import make_easement, make_issued, make_item
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def browser(role: str = "CO") -> Client:
    return sign_in(Client(), person(role))


def read(client: Client, name: str, *args, **query) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def filled(**other) -> dict[str, str]:
    return {
        "title": "Reviews by telephone",
        "instrument": "SI 2020/445",
        "provision": "",
        "duty": "reviews_care",
        "what_changes": "A review may be held by telephone.",
        "normally": "A review is held in person.",
        "effective_from_day": "24",
        "effective_from_month": "4",
        "effective_from_year": "2020",
        "effective_until_day": "25",
        "effective_until_month": "9",
        "effective_until_year": "2020",
        "rule": "",
        "terms": "",
        "source": "https://www.legislation.gov.uk/uksi/2020/445",
        "token": "3f5b3c0e-6d6c-4b7e-8d38-5a7a4e3a6b11",
    } | other


def test_the_list_counts_down():
    today = timezone.localdate()
    make_easement(title="Ends soon", effective_from=today - DAY, effective_until=today + 12 * DAY)
    make_easement(title="Last day", effective_from=today - DAY, effective_until=today + DAY)
    make_easement(title="To come", effective_from=today + 3 * DAY, effective_until=None)
    make_easement(title="Long gone")
    page = read(browser("SW"), "easements")
    for words in ("12 days left", "Last day today", "Starts in 3 days", "No end is set", "Ended"):
        assert words in page
    assert page.index("Last day") < page.index("Ends soon") < page.index("To come") < page.index("Long gone")
    assert "Record an easement" not in page
    assert "Record an easement" in read(browser(), "easements")


def test_an_empty_register_says_so():
    page = read(browser(), "easements")
    assert "No easement is in force." in page
    assert "Nothing returns to normal on" in read(browser(), "returns_to_normal")


def test_what_returns_to_normal_on_25_september_2020():
    call_command("load_easements", stdout=StringIO())
    page = read(browser("PR"), "returns_to_normal", on="2020-09-25")
    assert "What returns to normal on 25 September 2020" in page
    returned = page[: page.index("Still eased on 25 September 2020")]
    assert "A review at least every six months" in returned
    assert "Not everything: another easement follows" in returned
    assert "reasonable endeavours" not in returned
    assert "reasonable endeavours in July 2020" in page[page.index("Back to normal before") :]


@pytest.mark.parametrize("on", ["", "soon", "2020-02-31"])
def test_a_day_that_is_none_shows_the_next_one(on):
    until = timezone.localdate() + 5 * DAY
    make_easement(effective_until=until)
    page = read(browser(), "returns_to_normal", on=on)
    assert f"What returns to normal on {until.day} {until:%B %Y}" in page


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries):
    client = browser()
    for days in range(30):
        make_easement(item=make_item(), effective_from=date(2020, 4, 1) + days * DAY, effective_until=None)
    for name in ("easements", "returns_to_normal"):
        with django_assert_max_num_queries(8):
            read(client, name)


def test_recorded_shown_and_sent_twice():
    client = browser()
    response = client.post(reverse("record_easement"), filled())
    easement = Easement.objects.get()
    url = reverse("easement", args=[easement.uid])
    assert response.url == url
    page = read(client, "easement", easement.uid)
    assert "24 April 2020 to 24 September 2020" in page and "A review is held in person." in page
    assert client.post(reverse("record_easement"), filled()).url == url
    assert Easement.objects.count() == 1


def test_what_is_wrong_stands_beside_its_question():
    make_easement(rule=RuleKey.REMOTE_VISITS_CARE, terms="free")
    wrong = filled(rule=RuleKey.REMOTE_VISITS_CARE, terms="free", title="Kept what I typed")
    page = browser().post(reverse("record_easement"), wrong).content.decode()
    assert "changes the same rule from 24 April 2020" in page and "Kept what I typed" in page
    page = browser().post(reverse("record_easement"), filled(what_changes="As for C-0001")).content.decode()
    assert "It names no child" in page


def test_the_end_is_changed_and_a_stale_form_is_told():
    client = browser()
    easement = make_easement()
    url = reverse("amend_easement", args=[easement.uid])
    answers = {
        "effective_until_day": "1",
        "effective_until_month": "9",
        "effective_until_year": "2020",
        "reason": "It was revoked",
        "version": "1",
    }
    assert client.post(url, answers).url == reverse("easement", args=[easement.uid])
    page = read(client, "easement", easement.uid)
    assert "Normal again on 1 September 2020, before: 25 September 2020" in page
    assert "It was revoked" in page
    response = client.post(url, answers | {"effective_until_day": "2"})
    assert response.status_code == 409
    assert "2 September 2020" in response.content.decode()


def test_decided_here():
    client = browser()
    easement = make_easement()
    url = reverse("decide_easement", args=[easement.uid])
    page = client.post(url, {"decision": "limited", "words": "", "version": "1"}).content.decode()
    assert "Enter why, and within which limits" in page
    client.post(url, {"decision": "limited", "words": "Only after a visit", "version": "1"})
    page = read(client, "easement", easement.uid)
    assert "Used here within limits of our own" in page and "Only after a visit" in page


def test_guidance_that_a_reader_may_not_open_is_no_link():
    keeper = person("CO")
    item = make_item()
    easement = make_easement(item=item)
    href = reverse("guidance_item", args=[item.uid])
    assert href not in read(browser("SW"), "easement", easement.uid)
    make_issued(item, author=keeper, approver=person("CO"))
    assert href in read(browser("SW"), "easement", easement.uid)


def test_an_easement_is_recorded_from_its_guidance():
    item = make_item()
    browser().post(f"{reverse('record_easement')}?of={item.uid}", filled())
    assert Easement.objects.get().item == item


def test_the_pages_tell_who_decided():
    easement, user = make_easement(), person("CO", name="Cor Coordinator")
    services.decide(
        user=user, easement=easement, expected_version=1, decision="used", words="Agreed", now=timezone.now()
    )
    page = read(browser("AU"), "easement", easement.uid)
    assert "Cor Coordinator" in page and "Decide whether" not in page
