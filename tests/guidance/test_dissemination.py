"""What is sent through which channel: rules, services, coverage, pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from guidance.constants import LENGTH_OF, Audience, Channel, DispatchState, ProofKind
from guidance.history import keep
from guidance.models import Dispatch
from guidance.rules import dissemination as rules
from guidance.selectors import dissemination as selectors
from guidance.services import dissemination as services
from guidance.services.base import OutOfReach
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.guidance.factories import ISSUED, make_issued, make_item, make_version
from tests.people import person, sign_in

NOW = datetime(2020, 4, 6, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestLengths:
    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("x" * 280, 280),
            ("See https://www.gov.uk/government/publications/" + "x" * 300, 27),
            ("See https://gov.uk.", 28),
            ("https://a.uk https://b.uk", 47),
            ("Schools 🏫", 10),
            ("café", 4),
            ("cafe\u0301", 4),
            ("“quoted” – dash…", 17),
            ("www.gov.uk", 10),
        ],
    )
    def test_twitter_counts_a_link_as_23_and_an_emoji_as_two(self, text, length):
        assert rules.length_on(Channel.TWITTER, text) == length

    @pytest.mark.parametrize("channel", [code for code in Channel.values if code != Channel.TWITTER])
    def test_others_count_characters(self, channel):
        assert rules.length_on(channel, "See https://www.gov.uk/long 🏫") == 29

    @pytest.mark.parametrize("channel", Channel.values)
    def test_a_text_at_its_length_fits_and_one_more_does_not(self, channel):
        most = LENGTH_OF[Channel(channel)]
        assert rules.text_for(channel, "x" * most) == "x" * most
        with pytest.raises(Refusal) as refusal:
            rules.text_for(channel, "x" * (most + 1))
        assert refusal.value.code == "text_too_long" and f"{most + 1:,}" in refusal.value.message

    def test_a_text_with_long_links_fits_on_twitter(self):
        text = "x" * 256 + " https://www.gov.uk/" + "y" * 400
        assert rules.text_for(Channel.TWITTER, text) == text
        with pytest.raises(Refusal):
            rules.text_for(Channel.TWITTER, "x" + text)

    @pytest.mark.parametrize("channel", Channel.values)
    @pytest.mark.parametrize("title", ["Schools", "Very long title " * 40, "🏫" * 300, "word" * 200])
    def test_what_is_suggested_fits(self, channel, title):
        text = rules.suggested(
            channel,
            title=title,
            meaning="m " * 3000,
            to_do="t " * 3000,
            link="https://example.org/" + "x" * 90,
        )
        assert rules.text_for(channel, text) == text.strip()
        assert "https://example.org/" in text

    @pytest.mark.parametrize(
        ("text", "most", "short"),
        [
            ("one two", 7, "one two"),
            ("one two three", 9, "one two…"),
            ("abcdefgh", 4, "abc…"),
            ("a, bcd", 5, "a…"),
        ],
    )
    def test_shortened_between_words(self, text, most, short):
        assert rules.shortened(text, most) == short


class TestProof:
    @pytest.mark.parametrize(
        ("kind", "proof", "code"),
        [
            ("", "x", "proof_kind_missing"),
            ("other", "x", "proof_kind_missing"),
            (ProofKind.LINK, " ", "text_missing"),
            (ProofKind.LINK, "twitter.com/1", "proof_not_a_link"),
            (ProofKind.LINK, "javascript:alert(1)", "proof_not_a_link"),
            (ProofKind.LINK, "https://", "proof_not_a_link"),
            (ProofKind.LINK, "https://a b", "proof_not_a_link"),
            (ProofKind.LINK, "https://[x", "proof_not_a_link"),
            (ProofKind.WITNESS, "x" * 501, "text_too_long"),
        ],
    )
    def test_what_shows_nothing(self, kind, proof, code):
        with pytest.raises(Refusal) as refusal:
            rules.check_proof(kind, proof)
        assert refusal.value.code == code

    @pytest.mark.parametrize("reach", [-1, 10_000_001])
    def test_an_impossible_reach(self, reach):
        with pytest.raises(Refusal):
            rules.check_reach(reach)

    def test_the_minute_of_the_issue_is_not_before_it(self):
        at = ISSUED.replace(second=40)
        assert rules.check_sent_at(ISSUED, issued_at=at, now=NOW) == ISSUED


@pytest.fixture
def keeper(db):
    return person("CO", name="Keeper")


@pytest.fixture
def approver(db):
    return person("CO", name="Approver")


@pytest.fixture
def issued(keeper, approver):
    def make(title: str = "Schools", number: int = 1, *, item=None, **fields):
        audiences = fields.pop("audiences", ["police", "families"])
        item = item or make_item(title, audiences=audiences)
        return make_issued(item, number, author=keeper, approver=approver, **fields)

    return make


def plan(user, of, channel: str = "twitter", now: datetime = NOW, **fields) -> Dispatch:
    given = {"audiences": ["police"], "text": "Schools stay open."}
    return services.plan(user=user, of=of, channel=channel, now=now, **(given | fields))


def send(user, dispatch: Dispatch, now: datetime = NOW, **fields) -> Dispatch:
    given = {
        "expected_version": dispatch.version,
        "sent_at": now,
        "proof_kind": "link",
        "proof": "https://twitter.example/1",
        "reach": 120,
    }
    return services.mark_sent(user=user, dispatch=dispatch, now=now, **(given | fields))


class TestServices:
    def test_planned_corrected_and_sent_with_proof(self, keeper, issued):
        found = plan(keeper, issued(), audiences=["families", "police"])
        # In the order of the list, whatever was ticked first.
        assert found.audiences == ["police", "families"]
        services.correct(
            user=keeper, dispatch=found, expected_version=1, audiences=["police"], text="Other.", now=NOW
        )
        found.refresh_from_db()
        sent = send(keeper, found)
        assert (sent.state, sent.text, sent.reach, sent.sent_by) == (
            DispatchState.SENT,
            "Other.",
            120,
            keeper,
        )
        actions = AuditEvent.objects.filter(object_uid=found.uid).order_by("pk")
        assert [event.action.split(".")[1] for event in actions] == ["planned", "corrected", "sent"]

    def test_before_approval_no_text_and_before_issue_nothing_sent(self, keeper):
        version = make_version(make_item())
        for state in ("received", "set_aside", "assessed", "interpreted"):
            type(version).objects.filter(pk=version.pk).update(state=state)
            with pytest.raises(Refusal) as refusal:
                plan(keeper, version)
            assert refusal.value.code == "not_approved"
        type(version).objects.filter(pk=version.pk).update(state="approved")
        with pytest.raises(Refusal) as refusal:
            send(keeper, plan(keeper, version))
        assert refusal.value.code == "not_issued"

    @pytest.mark.parametrize("state", ["sent", "dropped"])
    @pytest.mark.parametrize("act", ["correct", "send", "drop"])
    def test_what_was_sent_or_dropped_is_fixed(self, keeper, issued, state, act):
        found = plan(keeper, issued())
        if state == "sent":
            found = send(keeper, found)
        else:
            found = services.drop(user=keeper, dispatch=found, expected_version=1, reason="No.", now=NOW)
        with pytest.raises(Refusal) as refusal:
            if act == "correct":
                services.correct(
                    user=keeper, dispatch=found, expected_version=2, audiences=["police"], text="x", now=NOW
                )
            elif act == "send":
                send(keeper, found)
            else:
                services.drop(user=keeper, dispatch=found, expected_version=2, reason="x", now=NOW)
        assert refusal.value.code == {"sent": "already_sent", "dropped": "dropped"}[state]
        for change in (Dispatch.objects.all().delete, lambda: Dispatch.objects.update(text="x")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"channel": "radio"}, "unknown_channel"),
            ({"audiences": []}, "audience_missing"),
            ({"audiences": ["nobody"]}, "unknown_audience"),
            ({"text": " "}, "text_missing"),
            ({"text": "x" * 281}, "text_too_long"),
            ({"text": "Born on 3 May 2012", "names_no_child": False}, "looks_personal"),
        ],
    )
    def test_what_cannot_be_planned(self, keeper, issued, fields, code):
        with pytest.raises(Refusal) as refusal:
            plan(keeper, issued(), **fields)
        assert refusal.value.code == code and not Dispatch.objects.exists()

    @pytest.mark.parametrize(
        ("sent_at", "code"),
        [(NOW + HOUR, "sent_in_future"), (ISSUED - timedelta(minutes=1), "sent_before_issue")],
    )
    def test_a_time_that_cannot_be(self, keeper, issued, sent_at, code):
        found = plan(keeper, issued())
        with pytest.raises(Refusal) as refusal:
            send(keeper, found, sent_at=sent_at)
        assert refusal.value.code == code

    def test_who_comes_second_is_told(self, keeper, issued):
        found = plan(keeper, issued())
        with pytest.raises(StaleEdit):
            send(keeper, found, expected_version=5)

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_only_who_keeps_the_register(self, role, keeper, issued):
        version = issued()
        found = plan(keeper, version)
        with pytest.raises(OutOfReach):
            plan(person(role), version)
        with pytest.raises(OutOfReach):
            send(person(role), found)


class TestCoverage:
    def test_channels_and_whom_it_did_not_reach(self, keeper, issued):
        told, untold = issued("Told"), issued("Untold", at=ISSUED + HOUR)
        send(keeper, plan(keeper, told))
        plan(keeper, told, "facebook", audiences=["families"])
        facts = {fact.title: fact for fact in selectors.coverage_at(NOW)}
        assert facts["Told"].channels == ("twitter",)
        assert facts["Told"].audiences_reached == ("police",)
        assert facts["Told"].audiences_not_reached == ("families",)
        assert facts["Untold"].channels == ()
        assert facts["Untold"].audiences_not_reached == ("police", "families")
        assert selectors.coverage(NOW) == selectors.coverage_at(NOW)
        names = {
            show: [fact.title for fact in selectors.narrowed(facts.values(), show=show)]
            for show in ("not_fully", "no_channel", "all")
        }
        assert names["no_channel"] == ["Untold"] and len(names["all"]) == 2
        found = selectors.narrowed(facts.values(), audience="police")
        assert [fact.title for fact in found] == ["Untold"]
        assert untold.item.label == facts["Untold"].label

    def test_a_new_version_is_told_anew(self, keeper, issued):
        first = issued()
        send(keeper, plan(keeper, first, audiences=Audience.values))
        issued("Schools", 2, item=first.item, at=NOW)
        assert selectors.coverage(NOW)[0].channels == ()
        before = selectors.coverage_at(NOW - HOUR)[0]
        assert (before.version_number, before.channels) == (1, ())

    def test_as_at_a_past_moment(self, keeper, issued):
        version = issued()
        send(keeper, plan(keeper, version))
        item = version.item
        item.audiences = ["board"]
        item.save()
        keep(item, thing="item", at=NOW + HOUR, by=None)
        assert selectors.coverage_at(ISSUED - HOUR) == ()
        assert selectors.coverage_at(NOW - HOUR)[0].channels == ()
        assert selectors.coverage_at(NOW)[0].audiences_reached == ("police",)
        assert selectors.coverage_at(NOW + HOUR)[0].audiences_not_reached == ("board",)

    def test_what_was_said_later_does_not_change_what_was_known(self, keeper, issued):
        dispatch = plan(keeper, issued())
        before = selectors.coverage_at(NOW)
        services.mark_sent(
            user=keeper,
            dispatch=dispatch,
            expected_version=dispatch.version,
            sent_at=ISSUED + HOUR,
            proof_kind="witness",
            proof="The officer of the day",
            now=NOW + 2 * HOUR,
        )
        assert before[0].channels == ()
        assert selectors.coverage_at(NOW) == before
        assert selectors.coverage_at(NOW + 2 * HOUR)[0].channels == ("twitter",)

    def test_what_is_over_or_replaced_need_not_be_told(self, keeper, issued):
        issued("Over", effective_until=date(2020, 4, 6))
        other = issued("Other")
        item = issued("Replaced").item
        item.replaced_by, item.replaced_from = other.item, date(2020, 4, 6)
        item.save()
        keep(item, thing="item", at=NOW, by=None)
        assert [fact.title for fact in selectors.coverage_at(NOW)] == ["Other"]
        assert [fact.title for fact in selectors.coverage(NOW)] == ["Other"]
        assert len(selectors.coverage_at(NOW - timedelta(days=1))) == 3
        assert [line.count for line in selectors.waiting_for(keeper, NOW)] == [1, 0, 0]

    def test_queries_do_not_grow(self, keeper, issued):
        counts = []
        for number in range(3):
            send(keeper, plan(keeper, issued(f"Number {number}")))
            with CaptureQueriesContext(connection) as queries:
                selectors.coverage_at(NOW)
            counts.append(len(queries))
        assert counts == [3, 3, 3]

    def test_what_waits_is_the_keepers(self, keeper, issued):
        plan(keeper, issued())
        lines = selectors.waiting_for(keeper, NOW)
        assert [line.words for line in lines if line.count] == [
            "1 piece of guidance is issued and not told to anybody yet",
            "1 text about guidance is to be sent",
        ]
        assert selectors.waiting_for(person("PR"), NOW) == []


class TestPages:
    @pytest.fixture
    def client(self, keeper):
        return sign_in(Client(), keeper)

    def test_the_walk_from_a_text_to_its_proof(self, client, issued):
        version = issued()
        page = reverse("dispatches", args=[version.uid])
        assert "Nothing is written for any channel yet" in client.get(page).content.decode()
        url = reverse("plan_dispatch", args=[version.uid, "twitter"])
        form = client.get(url).context["form"]
        assert str(version.item.uid) in form.initial["text"]
        typed = {
            "token": form.initial["token"],
            "audiences": ["police"],
            "text": "Schools stay open. https://www.gov.uk/" + "x" * 300,
        }
        assert client.post(url, typed, follow=True).redirect_chain[0][0] == page
        client.post(url, typed)
        found = Dispatch.objects.get()
        text = client.get(page).content.decode()
        assert "Counts as 42 of 280 characters" in text and "Mark as sent" in text
        sent = reverse("mark_dispatch_sent", args=[found.uid])
        proof = {
            "version": 1, "sent_on_day": "6", "sent_on_month": "4", "sent_on_year": "2020",
            "sent_time": "10:00", "proof_kind": "link", "proof": "not a link", "reach": "",
        }  # fmt: skip
        answer = client.post(sent, proof)
        assert "Enter a link that begins with https://" in answer.content.decode()
        client.post(sent, proof | {"proof": "https://twitter.example/1"})
        found.refresh_from_db()
        assert found.sent_at == datetime(2020, 4, 6, 9, tzinfo=UTC) and found.reach is None
        text = client.get(page).content.decode()
        assert "Mark as sent" not in text and "https://twitter.example/1" in text
        assert client.get(sent).status_code == 403

    def test_a_text_that_is_too_long_is_not_lost(self, client, issued):
        version = issued()
        url = reverse("plan_dispatch", args=[version.uid, "twitter"])
        token = client.get(url).context["form"].initial["token"]
        text = "Too long. " * 40
        answer = client.post(url, {"token": token, "audiences": ["police"], "text": text}).content.decode()
        assert "The text must be 280 characters or fewer on Twitter. It counts as 399" in answer
        assert text.strip() in answer

    def test_a_stale_text_shows_both(self, client, keeper, issued):
        found = plan(keeper, issued())
        services.correct(
            user=keeper, dispatch=found, expected_version=1, audiences=["police"], text="Theirs.", now=NOW
        )
        answer = client.post(
            reverse("correct_dispatch", args=[found.uid]),
            {"version": 1, "audiences": ["police"], "text": "Mine."},
        )
        assert answer.status_code == 409
        assert "Theirs." in answer.content.decode() and "Mine." in answer.content.decode()

    def test_not_sent_with_a_reason(self, client, keeper, issued):
        found = plan(keeper, issued())
        client.post(reverse("drop_dispatch", args=[found.uid]), {"version": 1, "reason": "Told by phone."})
        page = client.get(reverse("dispatches", args=[found.of.uid])).content.decode()
        assert "Told by phone." in page and "Not sent" in page

    def test_a_channel_that_is_none(self, client, issued):
        assert client.get(reverse("plan_dispatch", args=[issued().uid, "radio"])).status_code == 404

    def test_coverage(self, client, keeper, issued):
        told = issued("All told", audiences=["police"])
        send(keeper, plan(keeper, told))
        issued("Untold")
        page = reverse("guidance_coverage")
        text = client.get(page).content.decode()
        assert "Untold" in text and "All told" not in text
        assert "All told" in client.get(page + "?show=all").content.decode()
        assert "Untold" in client.get(page + "?show=bad&audience=bad").content.decode()

    def test_coverage_needs_no_more_queries_with_more_rows(self, client, keeper, issued):
        counts = []
        for number in range(4):
            plan(keeper, issued(f"Number {number}"))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("guidance_coverage"))
            counts.append(len(queries))
        assert counts[1] == counts[3]
