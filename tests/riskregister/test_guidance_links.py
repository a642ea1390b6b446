"""Risks that rest on guidance: linked to it, and to be looked at once it changed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from guidance.constants import ChangeSize
from riskregister.constants import LinkKind, RiskState
from riskregister.models import Risk, RiskLink
from riskregister.selectors import links, risks
from riskregister.selectors.guidance_changes import changed_since, of_risk
from riskregister.services import register as services
from tests.guidance.factories import make_issued, make_item, make_version
from tests.partners.factories import make_organisation
from tests.people import person, sign_in
from tests.riskregister.factories import make_cadence, make_look, make_matrix, make_rating, make_risk

pytestmark = pytest.mark.django_db
LINKED = datetime(2020, 5, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def keepers():
    make_matrix()
    make_cadence()
    return person("CO"), person("CO")


def issued(keepers, item=None, number=1, at=LINKED - DAY, **fields):
    author, approver = keepers
    return make_issued(
        item or make_item("Visits in lockdown"), number, author=author, approver=approver, at=at, **fields
    )


def linked(keepers, risk: Risk, version, at=LINKED) -> RiskLink:
    return services.link(
        user=keepers[0], risk=risk, kind=LinkKind.GUIDANCE, target=str(version.item.uid),
        label=version.title, now=at,
    )  # fmt: skip


def waiting(user, at=LINKED + 9 * DAY) -> list[str]:
    found = [one for one in risks.waiting_for(user, at) if one.url_name == "risks_guidance_changed"]
    return [one.words for one in found if one.count]


class TestChanged:
    def test_a_major_issue_after_the_link_asks_for_a_look(self, keepers):
        risk, version = make_risk(), issued(keepers)
        linked(keepers, risk, version)
        assert changed_since() == []
        issued(keepers, version.item, 2, at=LINKED + DAY, size=ChangeSize.MINOR)
        assert changed_since() == []
        issued(keepers, version.item, 3, at=LINKED + 2 * DAY)
        [one] = changed_since()
        assert (one.risk_uid, one.guidance_uid, one.at) == (risk.uid, version.item.uid, LINKED + 2 * DAY)

    @pytest.mark.parametrize("act", [make_look, make_rating])
    def test_a_look_or_a_rating_settles_it(self, keepers, act):
        risk, version = make_risk(), issued(keepers)
        linked(keepers, risk, version)
        act(risk, at=LINKED + DAY)
        issued(keepers, version.item, 2, at=LINKED + 2 * DAY)
        assert len(changed_since()) == 1
        act(risk, at=LINKED + 3 * DAY)
        assert changed_since() == []

    def test_not_of_a_risk_that_is_closed_nor_of_a_link_that_ended(self, keepers):
        risk, version = make_risk(), issued(keepers)
        found = linked(keepers, risk, version)
        issued(keepers, version.item, 2, at=LINKED + DAY)
        Risk.objects.update(state=RiskState.DRAFT)
        assert changed_since() == []
        Risk.objects.update(state=RiskState.OPEN)
        assert len(changed_since()) == 1
        services.unlink(user=keepers[0], found=found, now=LINKED + 2 * DAY)
        assert changed_since() == []

    def test_the_number_of_queries_does_not_grow(self, keepers, django_assert_max_num_queries):
        for _ in range(6):
            version = issued(keepers)
            linked(keepers, make_risk(), version)
            issued(keepers, version.item, 2, at=LINKED + DAY)
        with django_assert_max_num_queries(6):
            assert len(changed_since()) == 6


class TestTold:
    def test_who_looks_at_the_risk_again(self, keepers):
        lead = person("PR")
        police = make_organisation("Police", lead=lead)
        version = issued(keepers)
        linked(keepers, make_risk(organisation=police), version)
        issued(keepers, version.item, 2, at=LINKED + DAY)
        assert waiting(lead) == ["1 risk is to be looked at: guidance changed"]
        assert waiting(person("PR")) == []
        assert waiting(keepers[0]) == []
        linked(keepers, make_risk(), version)
        assert waiting(keepers[0]) == ["1 risk is to be looked at: guidance changed"]

    def test_on_the_page_of_the_risk_and_in_the_list(self, keepers):
        risk, other = make_risk(), make_risk(title="Another risk")
        make_rating(risk)
        version = issued(keepers)
        linked(keepers, risk, version)
        client = sign_in(Client(), keepers[0])
        warning = "Guidance that this risk rests on has changed"
        assert warning not in client.get(reverse("risk", args=[risk.uid])).content.decode()
        issued(keepers, version.item, 2, at=datetime(2026, 1, 5, tzinfo=UTC))
        page = client.get(reverse("risk", args=[risk.uid])).content.decode()
        assert warning in page and reverse("guidance_item", args=[version.item.uid]) in page
        page = client.get(reverse("risks_guidance_changed"), follow=True).content.decode()
        assert risk.title in page and other.title not in page


class TestLinking:
    def test_guidance_is_offered_to_who_may_see_it(self, keepers):
        version, received = issued(keepers), make_item("Received")
        make_version(received)
        own = dict(links.targets(LinkKind.GUIDANCE, keepers[0], at=LINKED))
        assert set(own) == {str(version.item.uid), str(received.uid)}
        assert set(dict(links.targets(LinkKind.GUIDANCE, person("PR"), at=LINKED))) == {str(version.item.uid)}
        assert LinkKind.GUIDANCE in links.OFFERED

    def test_what_was_not_issued_has_no_words_for_others(self, keepers):
        item = make_item("Received and secret")
        risk = make_risk()
        linked(keepers, risk, make_version(item))
        [own] = links.linked(risk, keepers[0], at=LINKED)
        assert (own.words, own.page) == (f"{item.label} Received and secret", "guidance_item")
        [others] = links.linked(risk, person("PR"), at=LINKED)
        assert (others.words, others.page) == ("", "")
        assert of_risk(risk, person("PR"), at=LINKED) == []

    def test_on_the_form(self, keepers):
        risk, version = make_risk(), issued(keepers)
        url = reverse("link_risk", args=[risk.uid])
        client = sign_in(Client(), keepers[0])
        client.post(url, {"kind": "guidance", "target_guidance": str(version.item.uid)})
        assert RiskLink.objects.get().label == f"{version.item.label} Visits in lockdown"
        assert version.item.label in client.get(reverse("risk", args=[risk.uid])).content.decode()
