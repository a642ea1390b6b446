"""The guidance of the demonstration: what is real and what is invented is said, its records agree with their
history and with the rules of the services, and everybody finds something to do."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction

from accounts.models import User
from guidance.constants import LIVE_STATES, Channel, DispatchState, GuidanceKind, Topic, VersionState
from guidance.facts.entry import ItemEntry, VersionEntry
from guidance.models import (
    Acknowledgement,
    Dispatch,
    Easement,
    GuidanceItem,
    GuidanceLink,
    GuidanceList,
    GuidanceVersion,
    History,
    Interpretation,
    InterpretationEdit,
    Newsletter,
    NewsletterMail,
    SourceChange,
    SourceCheck,
    TopicOwner,
    VersionMove,
)
from guidance.rules import acknowledging, entries
from guidance.rules.dissemination import text_for
from guidance.rules.interpretation import MOVES, due_on
from guidance.rules.practice import check_shown
from guidance.selectors import acknowledgements
from guidance.selectors.as_at import register_at
from guidance.selectors.easements import easements_at
from guidance.selectors.practice import evidence
from operations.constants import MailState
from partners.rules.free_texts import personal_marks
from safeguarding.demo.guidance.ground import read
from safeguarding.kernel.snapshots import fields_of
from tests.demo.conftest import TODAY, load_guidance

pytestmark = pytest.mark.django_db
_INVENTED = "Invented for the demonstration"
_REAL_HOSTS = ("https://www.gov.uk/", "https://www.legislation.gov.uk/")
_COORDINATORS = ("Tobias Lindqvist", "Meredith Osgathorpe")


@pytest.fixture(scope="module")
def today(django_db_setup, django_db_blocker):
    """The register as of a day years later, in a transaction that is undone."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield load_guidance(TODAY)
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def _of_2020() -> list[dict]:
    return [row for row in read("items") if row["versions"][0]["received"].startswith("2020-")]


# --- What is written down ---------------------------------------------------------------------


def test_two_hundred_and_twenty_pieces_came_from_march_to_august_2020():
    rows = _of_2020()
    assert len(rows) == 220
    days = [row["versions"][0]["received"] for row in rows]
    assert min(days) >= "2020-03-01"
    assert max(days) <= "2020-08-31"
    assert len({row["title"] for row in read("items")}) == len(read("items"))


def test_what_is_invented_says_so_and_leads_to_nobodys_page():
    kinds = Counter(row["origin"].split(",")[0] for row in read("items"))
    assert set(kinds) == {
        _INVENTED,
        "Public record for the title",
    }
    for row in read("items"):
        if row["origin"] == _INVENTED:
            assert not row["url"] or ".example/" in row["url"], row["title"]
        elif row["url"]:
            assert row["url"].startswith(_REAL_HOSTS), row["title"]


def test_each_entry_is_one_that_the_register_takes():
    for row in read("items"):
        versions = row["versions"]
        for number, version in enumerate(versions):
            given = _entry(row, version)
            if number:
                entries.checked_version(given, first=False, today=TODAY)
            else:
                item = ItemEntry(
                    row["issuer"], given, row["reference"], row["url"], tuple(row["audiences"]),
                    tuple(row["topics"]), tuple(row["duties"]), row["origin"],
                )  # fmt: skip
                assert entries.checked_item(item, today=TODAY).issuer == row["issuer"]
            entries.paragraphs(given.text)
            assert row["audiences"], row["title"]
            assert row["topics"], row["title"]


def _entry(row: dict, version: dict) -> VersionEntry:
    until = version.get("until")
    return VersionEntry(
        title=version.get("title", row["title"]),
        kind=version["kind"],
        force=version["force"],
        received_on=_day(version["received"]),
        effective_from=_day(version["effective"]),
        effective_until=_day(until) if until else None,
        published_on=_day(version["published"]),
        summary=version["summary"],
        size=version["size"],
        change_note=version.get("change_note", ""),
        audiences_affected=tuple(version.get("audiences_affected", ())),
        duties_changed=tuple(version.get("duties_changed", ())),
        text=version.get("text", ""),
    )


def _day(text: str) -> date:
    return TODAY + timedelta(days=int(text)) if text[0] in "+-" else date.fromisoformat(text)


def test_forty_pieces_have_their_text_and_some_were_amended_again_and_again():
    rows = _of_2020()
    assert sum(any("text" in version for version in row["versions"]) for row in rows) >= 40
    assert max(len(row["versions"]) for row in rows) >= 5
    assert sum(len(row["versions"]) > 1 for row in rows) >= 25


def test_nothing_that_is_written_looks_as_if_it_were_of_one_child():
    texts = [
        version.get(name, "")
        for row in read("items")
        for version in row["versions"]
        for name in ("title", "summary", "change_note", "meaning", "to_do", "aside", "text")
    ]
    assert [text for text in texts if personal_marks(text, today=TODAY)] == []


def test_every_kind_topic_and_audience_of_the_register_comes_up(today):
    assert set(GuidanceVersion.objects.values_list("kind", flat=True)) == set(GuidanceKind.values)
    topics = {topic for row in GuidanceItem.objects.values_list("topics", flat=True) for topic in row}
    assert topics == set(Topic.values)


# --- Records, their history and the rules -------------------------------------------------------


def test_each_record_is_what_its_last_snapshot_says(today):
    for thing, model in (
        ("item", GuidanceItem), ("version", GuidanceVersion), ("easement", Easement), ("link", GuidanceLink),
    ):  # fmt: skip
        snapshots = defaultdict(list)
        for row in History.objects.filter(thing=thing).order_by("number"):
            snapshots[row.uid].append(row)
        rows = model.objects.all()
        assert rows, thing
        for row in rows:
            kept = snapshots.pop(row.uid)
            said, was = fields_of(row), dict(kept[-1].fields)
            # It is derived, and written anew without a snapshot.
            for name in ("search_text",):
                said.pop(name, None)
                was.pop(name, None)
            assert was == said, (thing, row.pk)
            numbers = [one.number for one in kept]
            assert numbers == list(range(1, len(kept) + 1))
            if hasattr(row, "version"):
                assert row.version == len(kept), (thing, row.pk)
            # What came with the law was there before the demonstration.
            moments = [one.at for one in kept if one.by_id]
            assert moments == sorted(moments), (thing, row.pk)
        assert not snapshots


def test_versions_move_as_the_services_move_them(today):
    allowed = {(source, to) for sources, to in MOVES.values() for source in sources}
    moves = defaultdict(list)
    for move in VersionMove.objects.order_by("at", "pk"):
        moves[move.of_id].append(move)
    for version in GuidanceVersion.objects.all():
        first, *rest = moves[version.pk]
        assert (first.from_state, first.to_state) == ("", VersionState.RECEIVED)
        assert first.at == version.recorded_at
        for before, after in pairwise([first, *rest]):
            assert after.from_state == before.to_state
            assert (after.from_state, after.to_state) in allowed
        assert version.state == [first, *rest][-1].to_state
        assert version.due_on == due_on(
            kind=version.kind,
            force=version.force,
            received_on=version.received_on,
            effective_from=version.effective_from,
        )


def test_later_versions_are_issued_after_earlier_ones(today):
    issued = defaultdict(list)
    for item, at in (
        GuidanceVersion.objects.exclude(issued_at=None).order_by("number").values_list("item", "issued_at")
    ):
        issued[item].append(at)
    for moments in issued.values():
        assert all(before < after for before, after in pairwise(moments))


def test_everything_was_interpreted_and_approved_by_another_person_before_it_was_told(today):
    approved = {row.of_id: row for row in Interpretation.objects.filter(state="approved")}
    first_sent: dict[int, datetime] = {}
    for of, at in Dispatch.objects.filter(state=DispatchState.SENT).values_list("of", "sent_at"):
        first_sent[of] = min(at, first_sent.get(of, at))
    writers = defaultdict(set)
    for interpretation, by in InterpretationEdit.objects.values_list("interpretation", "by"):
        writers[interpretation].add(by)
    issued = GuidanceVersion.objects.exclude(issued_at=None)
    assert issued.count() > 300
    for version in issued:
        told = approved[version.pk]
        assert told.decided_at < version.issued_at
        assert told.decided_by_id not in {told.author_id, told.submitted_by_id} | writers[told.pk]
        assert version.pk not in first_sent or version.issued_at < first_sent[version.pk]


def test_the_register_of_the_end_of_august_2020_holds_all_pieces_and_most_are_issued(today):
    known = register_at(datetime(2020, 8, 31, 17, tzinfo=UTC))
    assert len(known) == 220
    assert sum(one.issued_at is not None for one in known) >= 170
    assert sum(one.state == VersionState.SET_ASIDE for one in known) >= 30
    # In the first weeks something was always late.
    early = register_at(datetime(2020, 4, 6, 7, tzinfo=UTC))
    assert 40 < len(early) < 90
    assert sum(one.awaits_issue() for one in early) >= 15


def test_a_chain_of_four_pieces_each_in_the_place_of_the_one_before(today):
    item = GuidanceItem.objects.get(title="Guidance on social distancing for everyone in the UK")
    chain, days = [item.title], []
    while item.replaced_by:
        days.append(item.replaced_from)
        item = item.replaced_by
        chain.append(item.title)
    assert chain == [
        "Guidance on social distancing for everyone in the UK",
        "Full guidance on staying at home and away from others",
        "Staying alert and safe (social distancing)",
        "Staying alert and safe (social distancing) after 4 July",
    ]
    assert days == sorted(days)


def test_what_is_closed_was_shown_by_the_rule_of_the_service(today):
    closed = list(GuidanceVersion.objects.filter(state=VersionState.EMBEDDED).select_related("item"))
    assert len(closed) >= 20
    for version in closed:
        asked, found = evidence(version, version.closed_at)
        # Of those to whom it does not apply the service keeps nothing.
        shown = check_shown(asked, found)
        assert shown
        assert all(row in version.shown_by for row in shown), version.item.title


def test_texts_fit_their_channels_and_newsletters_follow_each_other(today):
    for channel, text in Dispatch.objects.exclude(channel=Channel.NEWSLETTER).values_list("channel", "text"):
        assert text_for(channel, text)
    sent = list(Newsletter.objects.filter(state="sent", sent_at__year=2020).order_by("number"))
    assert len(sent) >= 12
    for before, after in pairwise(sent):
        assert after.from_date == before.until_date + timedelta(days=1)
    assert all(row.entries.exists() and row.html and row.plain for row in sent)
    to_people = NewsletterMail.objects.filter(recipient__isnull=False)
    assert set(to_people.values_list("mail_state", flat=True)) == {MailState.NONE}


def test_each_answer_is_to_the_newest_version_of_then_and_by_somebody_who_is_asked(today):
    issued = defaultdict(list)
    for item, number, at in GuidanceVersion.objects.exclude(issued_at=None).values_list(
        "item", "number", "issued_at"
    ):
        issued[item].append((at, number))
    rows = Acknowledgement.objects.select_related("of__item", "organisation", "by")
    assert rows.count() > 5_000
    for row in rows:
        assert row.of.number == max(number for at, number in issued[row.of.item_id] if at < row.at)
        if row.organisation:
            audiences = acknowledging.audiences_of_kind(row.organisation.kind)
        else:
            audiences = acknowledging.audiences_of_roles([row.role])
        assert audiences & set(row.of.item.audiences)


def test_easements_are_known_with_their_guidance_and_decided(today):
    def known(*day: int) -> dict[str, str]:
        facts = easements_at(datetime(*day, 17, tzinfo=UTC))
        return {one.title: one.local_decision for one in facts if one.item_label}

    visits = "Visits to children in care by video or telephone"
    assert visits not in known(2020, 4, 20)
    assert known(2020, 4, 28)[visits] == "pending"
    assert known(2020, 7, 20)[visits] == "limited"
    assert {"used", "limited", "not_used", "pending"} == set(
        Easement.objects.values_list("local_decision", flat=True)
    )


# --- Something to do for everybody --------------------------------------------------------------


def test_present_guidance_waits_in_every_state(today):
    new = GuidanceVersion.objects.filter(recorded_at__year=TODAY.year)
    assert set(new.values_list("state", flat=True)) == set(VersionState.values)
    assert new.filter(state__in=("received", "assessed"), due_on__lt=TODAY).exists()


@pytest.mark.parametrize("name", _COORDINATORS)
def test_each_coordinator_finds_a_piece_to_assess_write_approve_and_issue(today, name):
    user = User.objects.get(name=name)
    own = GuidanceVersion.objects.filter(recorded_at__year=TODAY.year)
    assert own.filter(item__owner=user, state=VersionState.RECEIVED).exists()
    assert own.filter(item__owner=user, state=VersionState.ASSESSED).exists()
    in_review = Interpretation.objects.filter(state="in_review")
    assert in_review.exclude(author=user).exists()
    assert in_review.filter(author=user).exists()
    assert own.filter(state=VersionState.APPROVED).exists()
    assert TopicOwner.objects.filter(user=user, until_date=None).exists()


@pytest.mark.parametrize(
    "name", ["Superintendent Rosalind Varley", "Callum Everitt", "Marguerite Oduya", "Hamish Ravenhall"]
)
def test_partners_workers_and_managers_have_something_to_acknowledge(today, name):
    mine = acknowledgements.mine(User.objects.get(name=name), today)
    assert any(one.outstanding for one in mine)
    assert any(one.answer for one in mine)


def test_a_major_change_of_the_present_asks_again_those_who_had_answered(today):
    police = User.objects.get(name="Superintendent Rosalind Varley")
    again = [one for one in acknowledgements.mine(police, today) if one.outstanding and one.before]
    assert again


def test_something_waits_at_the_edges_too(today):
    assert SourceChange.objects.filter(state="found").count() >= 2
    assert SourceCheck.objects.count() > 500
    assert GuidanceList.objects.filter(state="preview").count() == 1
    assert Newsletter.objects.filter(state="draft").count() == 1
    assert Dispatch.objects.filter(state=DispatchState.PLANNED).exists()
    told = Dispatch.objects.filter(state=DispatchState.SENT).values("of")
    assert GuidanceVersion.objects.filter(state__in=LIVE_STATES).exclude(pk__in=told).exists()
