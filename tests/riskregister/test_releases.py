"""The public version: what it lacks, and that a second person releases it."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from riskregister.constants import ReviewState
from riskregister.facts.content import Figures, Finding, HeatMap, Row, Table, Trend
from riskregister.models import PublicRelease
from riskregister.review.canonical import canonical
from riskregister.review.compile import compile_content
from riskregister.review.reading import read
from riskregister.rules import releases as rules
from riskregister.rules.releases import ReleaseFacts, Releaser
from riskregister.services import releases as services
from safeguarding.kernel.errors import Refusal
from tests.partners.factories import make_organisation
from tests.people import person, sign_in
from tests.riskregister import content_samples as samples
from tests.riskregister import review_world
from tests.riskregister.released_world import drafted, published

NOW = samples.PUBLISHED_AT.replace(day=20)
YEAR = timedelta(days=365)
ORGANISATIONS = ("Merrowshire Police", "Merrowshire Council")


def public(content=None):
    return rules.public(
        content or samples.by_hand(), organisations=ORGANISATIONS, people=(samples.OWNER, "Board")
    )


def section(content, code):
    return next(one for one in content.sections if one.code == code)


def tables(content, code):
    return {one.title: one for one in section(content, code).blocks if isinstance(one, Table)}


@pytest.mark.parametrize("content", [samples.by_hand(), samples.compiled()])
def test_nothing_restricted_is_left_in_the_public_version(content):
    text = canonical(public(content))
    for block in itertools.chain.from_iterable(one.blocks for one in content.sections):
        for row in block.rows if isinstance(block, Table) else ():
            if row.restricted:
                assert row.cells[0].text not in text
                assert not any(ref.uid in text for ref in row.refs if len(ref.uid) > 8)
    assert samples.SECRET_TITLE not in text
    assert "R-004" not in text and samples.SECRET.uid not in text
    assert '"restricted":true' not in text and '"refs":[{' not in text


def test_a_restricted_risk_is_gone_from_every_place():
    shown = public()
    heat = next(one for one in section(shown, "risks").blocks if isinstance(one, HeatMap))
    assert [one.risks for one in heat.cells if one.risks] == [("R-003",), ("R-007",)]
    assert [one.risk for one in section(shown, "risks").blocks if isinstance(one, Trend)] == ["R-003"]
    assert [one.letter for one in section(shown, "findings").blocks if isinstance(one, Finding)] == ["a", "c"]
    assert [one.code for one in section(shown, "checks").blocks if hasattr(one, "severity")] == [
        "red_without_action"
    ]
    assert shown.recommendations == (
        "notes the position of the month and what changed since the last board;",
    )
    assert shown.ratings == {}


def test_a_section_says_how_much_is_left_out_and_never_that_there_was_nothing():
    shown = public()
    asked = tables(shown, "decisions")["Decisions asked of the board"]
    assert asked.rows == () and asked.empty == "Not for the public."
    assert section(shown, "decisions").blocks[-1].text == "Left out of the public version: 1 entry."
    assert section(shown, "changed").blocks[-1].text == "Left out of the public version: 2 entries."
    assert rules.left_out(samples.by_hand(), shown) == (
        ("What changed since the last board", 2),
        ("Risks", 2),
        ("Checks", 1),
        ("Key findings", 1),
        ("Decisions", 1),
    )


def test_people_are_named_nowhere_and_organisations_stay():
    shown = public()
    owners = [row.cells[-1].text for row in tables(shown, "changed")["Risks that moved, came or went"].rows]
    assert owners == ["A named officer", "Merrowshire Council"]
    assert samples.OWNER not in canonical(shown)
    found = section(shown, "findings").blocks[1].text
    assert found == "a named officer foresees more demand; c children wait."


def test_an_account_of_one_word_takes_no_ordinary_word_away():
    assert "The board" not in ORGANISATIONS
    assert section(public(), "decisions").blocks[1].rows[0].cells[0].text == "Meet monthly"
    content = replace(samples.by_hand(), summary="Board and partners met.")
    assert public(content).summary == "Board and partners met."


def test_small_numbers_of_children_do_not_come_back():
    rows = [[cell.text for cell in row.cells] for row in tables(public(), "visits")["Children in need"].rows]
    assert rows == [
        ["June 2019", "1,500", "0", "91.2%", "91.2%"],
        ["June 2020", "1,580", "c", "c", "c"],
    ]
    # Partners, returns and risks are counted in full.
    returns = tables(public(), "partners")["Returns of the month’s cycles"]
    assert [cell.text for cell in returns.rows[1].cells] == ["Merrowshire Council", "2", "1", "1"]


@pytest.mark.parametrize("number", range(8))
def test_a_figure_about_children_of_1_to_5_is_hidden(number):
    whole = samples.by_hand()
    figures = Figures("Children", (("Not seen", str(number), ""),), "3")
    oversight = replace(section(whole, "oversight"), blocks=(figures,))
    others = tuple(oversight if one.code == "oversight" else one for one in whole.sections)
    shown = section(public(replace(whole, sections=others)), "oversight").blocks[0]
    assert shown.items[0][1] == ("c" if 1 <= number <= 5 else str(number))


def test_the_public_version_of_a_public_version_is_the_same():
    once = public()
    # The notes of what is left out are added once: there is nothing more to leave out.
    assert public(once) == once


def test_a_row_that_names_a_restricted_risk_goes_with_it():
    whole = samples.by_hand()
    decisions = section(whole, "decisions")
    table = decisions.blocks[1]
    telling = Row(
        (
            replace(table.rows[0].cells[0], text=f"Act on {samples.SECRET_TITLE.upper()}"),
            *table.rows[0].cells[1:],
        )
    )
    blocks = (decisions.blocks[0], replace(table, rows=(*table.rows, telling)))
    others = tuple(replace(one, blocks=blocks) if one.code == "decisions" else one for one in whole.sections)
    shown = tables(public(replace(whole, sections=others)), "decisions")["Decisions taken in the month"]
    assert [row.cells[0].text for row in shown.rows] == ["Meet monthly"]


STATES = {
    "prepared": ReleaseFacts(1, False, False, False),
    "refused": ReleaseFacts(1, False, True, False),
    "released": ReleaseFacts(1, True, False, False),
    "revoked": ReleaseFacts(1, True, False, True),
}
BOARD, BOTH, COORDINATOR = Releaser(2, True, False), Releaser(1, True, True), Releaser(1, False, True)


def outcome(rule) -> str:
    try:
        rule()
    except Refusal as refusal:
        return refusal.code
    return "yes"


@pytest.mark.parametrize(
    ("state", "prepare", "decide", "revoke"),
    [
        ("prepared", "already_prepared", "yes", "not_released"),
        ("refused", "yes", "already_decided", "not_released"),
        ("released", "already_released", "already_decided", "yes"),
        ("revoked", "yes", "already_decided", "not_released"),
    ],
)
def test_every_move_from_every_state(state, prepare, decide, revoke):
    facts = STATES[state]
    assert outcome(lambda: rules.may_prepare(ReviewState.PUBLISHED, [facts], COORDINATOR)) == prepare
    assert outcome(lambda: rules.may_decide(facts, BOARD)) == decide
    assert outcome(lambda: rules.may_revoke(facts, BOARD)) == revoke
    assert outcome(lambda: rules.may_revoke(facts, COORDINATOR)) == revoke


def test_who_may_not():
    nobody = Releaser(3, False, False)
    assert outcome(lambda: rules.may_prepare(ReviewState.PUBLISHED, [], BOARD)) == "not_your_act"
    for state in set(ReviewState) - {ReviewState.PUBLISHED}:
        assert outcome(lambda state=state: rules.may_prepare(state, [], COORDINATOR)) == "not_published"
    assert outcome(lambda: rules.may_decide(STATES["prepared"], COORDINATOR)) == "not_your_act"
    assert outcome(lambda: rules.may_decide(STATES["prepared"], BOTH)) == "four_eyes"
    assert outcome(lambda: rules.may_revoke(STATES["released"], nobody)) == "not_your_act"


@pytest.fixture
def coordinator(db):
    return person("CO", name="Cora Denny")


@pytest.fixture
def member(db):
    return person("BM", name="Bo Member")


@pytest.fixture
def release(coordinator):
    person("SW", name=samples.OWNER)
    make_organisation("Merrowshire Council")
    make_organisation("Merrowshire Police")
    return services.prepare(user=coordinator, review=published(), now=NOW)


def test_only_what_is_released_and_not_taken_back_is_public(client, release, coordinator, member):
    page, data = reverse("public_review", args=[release.uid]), reverse("public_json", args=[release.uid])

    def reached():
        listed = str(release.uid) in client.get(reverse("public_list")).content.decode()
        return listed, client.get(page).status_code, client.get(data).status_code

    assert reached() == (False, 404, 404)
    services.release(user=member, release=release, now=NOW)
    assert reached() == (True, 200, 200)
    for url in (page, data):
        text = client.get(url).content.decode()
        for secret in (samples.SECRET_TITLE, "R-004", samples.OWNER, "Berit Moss", "Cora Denny", "Bo Member"):
            assert secret not in text
    assert "Classification" in client.get(page).content.decode()
    services.revoke(user=coordinator, release=release, reason="A name was in it", now=NOW)
    assert reached() == (False, 404, 404)


def test_what_is_refused_is_never_public_and_another_can_be_prepared(client, release, coordinator, member):
    services.refuse(user=member, release=release, reason="Finding c says too much", now=NOW)
    assert client.get(reverse("public_review", args=[release.uid])).status_code == 404
    assert outcome(lambda: services.release(user=member, release=release, now=NOW)) == "already_decided"
    again = services.prepare(user=coordinator, review=release.review, now=NOW)
    assert again.number == 2


def test_a_reason_is_asked_for(release, member):
    assert (
        outcome(lambda: services.refuse(user=member, release=release, reason=" ", now=NOW)) == "words_missing"
    )
    long = "x" * 2001
    assert outcome(lambda: services.refuse(user=member, release=release, reason=long, now=NOW)) == "too_long"
    services.release(user=member, release=release, now=NOW)
    assert (
        outcome(lambda: services.revoke(user=member, release=release, reason="", now=NOW)) == "words_missing"
    )


def test_two_cannot_be_prepared_at_once_and_a_draft_not_at_all(release, coordinator):
    def again():
        services.prepare(user=coordinator, review=release.review, now=NOW)

    assert outcome(again) == "already_prepared"
    draft = drafted(replace(samples.by_hand(), month="2020-07"))
    assert outcome(lambda: services.prepare(user=coordinator, review=draft, now=NOW)) == "not_published"


def test_the_preparer_does_not_release_by_rule_nor_in_the_database(release):
    both = release.prepared_by
    both.grants.create(right="BM", granted_at=NOW)
    both = type(both).objects.get(pk=both.pk)
    assert outcome(lambda: services.release(user=both, release=release, now=NOW)) == "four_eyes"
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicRelease.objects.filter(pk=release.pk).update(released_at=NOW, released_by=both)


def test_what_is_prepared_is_what_is_released(release):
    assert read(release.content).ratings == {}
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        PublicRelease.objects.filter(pk=release.pk).update(content="{}")


def test_each_act_is_in_the_trail(release, member):
    services.release(user=member, release=release, now=NOW)
    services.revoke(user=member, release=release, reason="A name was in it", now=NOW)
    events = AuditEvent.objects.filter(object_uid=release.uid).order_by("pk")
    assert [one.action for one in events] == [
        "public_release.prepared",
        "public_release.released",
        "public_release.revoked",
    ]
    assert "A name was in it" not in str([one.detail for one in events])


def test_the_walk_on_pages(client, coordinator, member):
    review = published()
    client = sign_in(client, coordinator)
    page = client.get(reverse("releases")).content.decode()
    assert "Prepare the public version of June 2020, version 1" in page
    response = client.post(reverse("prepare_release", args=[review.uid]), follow=True)
    made = PublicRelease.objects.get()
    text = response.content.decode()
    assert "Waits for a board member" in text and reverse("publish_release", args=[made.uid]) not in text
    assert client.get(reverse("publish_release", args=[made.uid])).status_code == 403

    client = sign_in(client, member)
    preview = client.get(reverse("release_preview", args=[made.uid])).content.decode()
    assert "Not public. This is how it would read." in preview and samples.SECRET_TITLE not in preview
    unread = client.post(reverse("publish_release", args=[made.uid]))
    assert "Read the public version to its end" in unread.content.decode()
    done = client.post(reverse("publish_release", args=[made.uid]), {"read": "on"}, follow=True)
    assert "Anybody can read it now" in done.content.decode()
    twice = client.post(reverse("publish_release", args=[made.uid]), {"read": "on"})
    assert "already released or refused" in twice.content.decode()
    client.post(reverse("revoke_release", args=[made.uid]), {"reason": "A name"}, follow=True)
    made.refresh_from_db()
    assert made.revoked_reason == "A name" and made.revoked_by == member


def test_a_member_refuses_on_a_page(client, release, member):
    client = sign_in(client, member)
    empty = client.post(reverse("refuse_release", args=[release.uid]), {"reason": ""})
    assert "Enter the reason" in empty.content.decode()
    client.post(reverse("refuse_release", args=[release.uid]), {"reason": "Names"})
    release.refresh_from_db()
    assert (release.refused_reason, release.refused_by) == ("Names", member) and release.refused_at
    shown = client.get(reverse("release", args=[release.uid])).content.decode()
    assert "Refused" in shown and reverse("publish_release", args=[release.uid]) not in shown


def _compiled(**fields):
    return compile_content(review_world.evidence(**fields), version=1)


def test_a_restricted_risk_of_a_partner_that_did_not_move_is_gone_too():
    own = review_world.risk(8, 5, 4, organisation="Police", restricted=True, open_actions=0)
    shown = {str(own.uid): {"label": own.label, "score": 20, "band": "red", "state": "open"}}
    content = _compiled(risks=(own,), previous_ratings=shown)
    assert own.label in canonical(content)
    assert own.label not in canonical(public(content))


def test_what_is_before_the_board_is_not_told_by_a_check_however_short_its_name():
    waits = review_world.concern("raised", title="PPE in care homes", raised_at=review_world.CUT_OFF - YEAR)
    late = review_world.escalation(title="Canal", answer_due_on=review_world.LAST - YEAR)
    content = _compiled(concerns=(waits,), escalations=(late,), since=review_world.CUT_OFF)
    assert "PPE in care homes" in canonical(content) and "Canal" in canonical(content)
    text = canonical(public(content))
    assert "PPE in care homes" not in text and "Canal" not in text


def test_a_small_backlog_is_told_by_no_sentence_and_no_flow():
    content = _compiled(
        partners=(review_world.partner(),),
        backlogs=(
            review_world.backlog("Dental checks", unit="children", stock=4, came_in=20, growing=True),
            review_world.backlog("Court hearings", stock=1200, came_in=40),
        ),
    )
    shown = public(content)
    texts = [
        block.text
        for one in shown.sections
        for block in one.blocks
        if getattr(block, "code", "") in ("backlogs", "backlog_growing")
    ]
    assert len(texts) == 2 and all("c children" in text for text in texts)
    assert any("(1,200 cases)" in text for text in texts)
    first, second = tables(shown, "partners")["Backlogs"].rows
    assert [cell.text for cell in first.cells[2:4]] == ["c", "c"] and first.cells[4].text != "20"
    assert second.cells[2].text == "1,200"


def test_an_action_does_not_tell_of_the_concern_that_it_comes_from():
    late = review_world.action(
        source_kind="concern", source_label="Canal", due_on=review_world.LAST - timedelta(days=3)
    )
    content = _compiled(actions=(late,))
    (row,) = tables(public(content), "actions")["Overdue"].rows
    assert row.cells[1].text == "Not for the public." and row.cells[0].text == late.title
    assert "Canal" in canonical(content) and "Canal" not in canonical(public(content))
