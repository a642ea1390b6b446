"""How guidance comes onto the register, and what of it may be put right."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError

from accounts.models import AuditEvent
from guidance.facts.entry import ItemEntry, VersionEntry
from guidance.history import story
from guidance.models import GuidanceItem, GuidanceVersion, History, SeenUntil, SourceCheck, TopicOwner
from guidance.services import register as services
from guidance.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.guidance.factories import make_issued, make_item, make_version
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 4, 6, 9, tzinfo=UTC)
TODAY = date(2020, 4, 6)

ENTRY = VersionEntry(
    title="Vulnerable children and young people",
    kind="new",
    force="should",
    received_on=TODAY,
    effective_from=date(2020, 4, 1),
    published_on=date(2020, 4, 1),
    text="1. Schools must stay open.\n\n2. They should ring families.",
)
ITEM = ItemEntry(
    issuer="Department for Education",
    version=ENTRY,
    reference="DfE-1",
    url="https://www.gov.uk/government/publications/vulnerable/",
    audiences=("police", "dsl"),
    topics=("schools",),
)


@pytest.fixture
def keeper():
    return person("CO", name="Cora")


def recorded(keeper, **other) -> GuidanceItem:
    return services.record_item(user=keeper, entry=replace(ITEM, **other), now=NOW)


class TestRecording:
    def test_it_comes_with_its_first_version_text_move_snapshots_and_event(self, keeper):
        item = recorded(keeper)
        version = item.versions.get()
        assert (item.label, item.title, item.owner) == ("G1", ENTRY.title, keeper)
        assert item.url_key == "gov.uk/government/publications/vulnerable"
        assert (version.number, version.state, version.size) == (1, "received", "major")
        assert version.audiences_affected == ["dsl", "police"]
        found = list(version.paragraphs.values_list("position", "label", "text", "force"))
        assert found == [
            (1, "1", "Schools must stay open.", "must"),
            (2, "2", "They should ring families.", "should"),
        ]
        assert list(version.moves.values_list("from_state", "to_state")) == [("", "received")]
        assert story("item", item.uid)[0].fields["title"] == ENTRY.title
        assert "search_text" not in story("item", item.uid)[0].fields
        assert story("version", version.uid)[0].fields["item"] == str(item.uid)
        event = AuditEvent.objects.get()
        assert (event.action, event.object_uid, event.detail["item"]) == ("guidance.recorded", item.uid, "G1")

    def test_numbers_are_one_series(self, keeper):
        recorded(keeper)
        make_item(number=7)
        assert recorded(keeper).label == "G8"

    def test_the_owner_is_who_sees_to_the_first_topic_that_has_somebody(self, keeper):
        other = person("CO", name="Other")
        left = person("CO", name="Left", is_active=False)
        TopicOwner.objects.create(topic="schools", user=other, from_date=date(2020, 4, 1))
        TopicOwner.objects.create(topic="testing", user=keeper, from_date=date(2020, 4, 7))
        TopicOwner.objects.create(topic="ppe", user=left, from_date=date(2020, 4, 1))
        assert recorded(keeper, topics=("ppe", "testing", "schools")).owner == other
        assert recorded(keeper, topics=("ppe", "testing")).owner == keeper

    def test_the_same_form_sent_twice_records_once(self, keeper):
        token = uuid4()
        item = services.record_item(user=keeper, entry=ITEM, token=token, now=NOW)
        with pytest.raises(AlreadyDone) as done:
            services.record_item(user=keeper, entry=ITEM, token=token, now=NOW)
        assert done.value.outcome == str(item.uid)
        assert GuidanceItem.objects.count() == 1

    def test_a_summary_that_looks_personal_is_asked_about_and_what_was_stood_by_is_kept(self, keeper):
        entry = replace(ITEM, version=replace(ENTRY, summary="The girl born on 3 April 2011"))
        with pytest.raises(Refusal) as refused:
            services.record_item(user=keeper, entry=entry, names_no_child=False, now=NOW)
        assert (refused.value.code, refused.value.field) == ("looks_personal", "summary")
        services.record_item(user=keeper, entry=entry, names_no_child=True, now=NOW)
        assert AuditEvent.objects.get().detail["stood_by"] == ["a date of birth"]

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_who_does_not_keep_the_register_records_nothing(self, role):
        with pytest.raises(OutOfReach):
            services.record_item(user=person(role), entry=ITEM, now=NOW)


class TestAWholeList:
    def test_all_or_nothing(self, keeper):
        bad = replace(ITEM, issuer=" ")
        with pytest.raises(Refusal):
            services.record_items(user=keeper, entries=[ITEM, bad], now=NOW)
        assert not GuidanceItem.objects.exists()

    def test_the_order_of_the_list_is_the_order_of_the_numbers(self, keeper):
        titles = ["First", "Second", "Third"]
        entries = [replace(ITEM, version=replace(ENTRY, title=title)) for title in titles]
        items = services.record_items(user=keeper, entries=entries, now=NOW)
        assert [(item.label, item.title) for item in items] == [
            ("G1", "First"),
            ("G2", "Second"),
            ("G3", "Third"),
        ]
        assert History.objects.count() == 6
        assert AuditEvent.objects.count() == 3

    def test_only_the_trail_costs_a_query_for_each(self, keeper, django_assert_max_num_queries):
        with django_assert_max_num_queries(30 + 5 * 40):
            services.record_items(user=keeper, entries=[ITEM] * 40, now=NOW)


class TestVersions:
    def entry(self, **other) -> VersionEntry:
        return (
            replace(
                ENTRY,
                title="Vulnerable children, second edition",
                kind="amended",
                change_note="Early years are added",
                audiences_affected=("early_years",),
            )
            if not other
            else replace(self.entry(), **other)
        )

    def test_the_next_one_gives_the_item_its_title(self, keeper):
        item = recorded(keeper)
        version = services.add_version(
            user=keeper, item=item, expected_version=1, entry=self.entry(), now=NOW
        )
        item.refresh_from_db()
        assert (version.number, version.state, version.audiences_affected) == (2, "received", ["early_years"])
        assert (item.title, item.version) == (version.title, 2)
        # Those whom it brings in: once it is issued.
        assert item.audiences == ["dsl", "police"]
        assert "second edition" in item.search_text
        assert "Schools must stay open" in item.search_text
        assert story("item", item.uid)[-1].fields["title"] == version.title

    def test_a_stale_page_adds_nothing(self, keeper):
        item = recorded(keeper)
        services.add_version(user=keeper, item=item, expected_version=1, entry=self.entry(), now=NOW)
        with pytest.raises(StaleEdit):
            services.add_version(user=keeper, item=item, expected_version=1, entry=self.entry(), now=NOW)
        assert item.versions.count() == 2

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"change_note": " "}, "change_note"),
            ({"size": "huge"}, "size"),
            ({"audiences_affected": ()}, "audiences_affected"),
            ({"audiences_affected": ("nobody",)}, "audiences_affected"),
        ],
    )
    def test_what_a_later_version_has_to_say(self, keeper, other, field):
        item = recorded(keeper)
        with pytest.raises(Refusal) as refused:
            services.add_version(
                user=keeper, item=item, expected_version=1, entry=self.entry(**other), now=NOW
            )
        assert refused.value.field == field

    def test_a_minor_one_concerns_nobody_anew(self, keeper):
        item = recorded(keeper)
        entry = self.entry(size="minor", audiences_affected=())
        version = services.add_version(user=keeper, item=item, expected_version=1, entry=entry, now=NOW)
        assert version.audiences_affected == []


class TestCorrecting:
    def test_before_approval_everything_but_the_text(self, keeper):
        item = recorded(keeper)
        of = item.versions.get()
        entry = replace(ENTRY, title="Vulnerable children", kind="statutory", text="")
        corrected = services.correct_version(user=keeper, of=of, expected_version=1, entry=entry, now=NOW)
        item.refresh_from_db()
        assert (corrected.title, item.title) == ("Vulnerable children", "Vulnerable children")
        assert corrected.due_on == date(2020, 4, 9)
        assert corrected.audiences_affected == ["dsl", "police"]
        assert of.paragraphs.count() == 2
        assert "Vulnerable children and young people" not in item.search_text

    def test_the_text_is_never_changed(self, keeper):
        of = recorded(keeper).versions.get()
        with pytest.raises(Refusal) as refused:
            services.correct_version(
                user=keeper, of=of, expected_version=1, entry=replace(ENTRY, text="Other"), now=NOW
            )
        assert (refused.value.code, refused.value.field) == ("text_fixed", "text")

    def test_a_text_that_was_not_taken_in_can_be_added(self, keeper):
        of = recorded(keeper, version=replace(ENTRY, text="")).versions.get()
        services.correct_version(user=keeper, of=of, expected_version=1, entry=ENTRY, now=NOW)
        assert of.paragraphs.count() == 2

    @pytest.mark.parametrize("state", ["interpreted", "approved"])
    def test_not_while_somebody_approves_it(self, keeper, state):
        of = make_version(make_item(), state=state)
        with pytest.raises(Refusal) as refused:
            services.correct_version(user=keeper, of=of, expected_version=1, entry=ENTRY, now=NOW)
        assert refused.value.code == "version_fixed"

    def test_not_once_it_was_issued(self, keeper):
        of = make_issued(make_item(), author=keeper, approver=person("CO"))
        with pytest.raises(Refusal) as refused:
            services.correct_version(user=keeper, of=of, expected_version=of.version, entry=ENTRY, now=NOW)
        assert refused.value.code == "version_fixed"
        assert "was issued" in refused.value.message
        with pytest.raises(DatabaseError, match="never changed"):
            GuidanceVersion.objects.filter(pk=of.pk).update(title="Other")

    def test_an_older_version_does_not_rename_the_item(self, keeper):
        item = make_item("Newest")
        first = make_version(item, title="Older")
        make_version(item, 2)
        services.correct_version(
            user=keeper, of=first, expected_version=1, entry=replace(ENTRY, text=""), now=NOW
        )
        item.refresh_from_db()
        assert item.title == "Newest"


class TestEditing:
    def edit(self, keeper, item, **other):
        values = {
            "issuer": "Ofsted",
            "reference": "R 1",
            "url": "http://www.example.org/a/",
            "audiences": ["police"],
            "topics": ["schools"],
            "duties": [],
            "owner": keeper,
            "expected_version": item.version,
        } | other
        return services.edit_item(user=keeper, item=item, now=NOW, **values)

    def test_what_holds_for_all_versions(self, keeper):
        item = self.edit(keeper, recorded(keeper))
        assert (item.issuer, item.url_key, item.version) == ("Ofsted", "example.org/a", 2)
        assert "Ofsted" in item.search_text
        event = AuditEvent.objects.order_by("pk").last()
        assert event.detail["fields"] == ["audiences", "issuer", "reference", "url", "url_key"]

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"issuer": ""}, "issuer"),
            ({"url": "javascript:alert(1)"}, "url"),
            ({"url": "https://name:word@example.org"}, "url"),
            ({"url": "https://[bad"}, "url"),
            ({"topics": ["other"]}, "topics"),
            ({"reference": "x" * 81}, "reference"),
        ],
    )
    def test_faults_stand_beside_their_field(self, keeper, other, field):
        with pytest.raises(Refusal) as refused:
            self.edit(keeper, recorded(keeper), **other)
        assert refused.value.field == field

    def test_an_owner_has_an_account(self, keeper):
        with pytest.raises(Refusal) as refused:
            self.edit(keeper, recorded(keeper), owner=person("CO", is_active=False))
        assert refused.value.field == "owner"

    def test_second_comes_second(self, keeper):
        item = recorded(keeper)
        self.edit(keeper, item)
        with pytest.raises(StaleEdit):
            self.edit(keeper, item, expected_version=1)


class TestReplacing:
    def put(self, keeper, item, by, **other):
        item.refresh_from_db()
        values = {"from_date": TODAY, "expected_version": item.version} | other
        return services.replace_item(user=keeper, item=item, by=by, now=NOW, **values)

    def test_from_a_day_on_and_taken_back(self, keeper):
        old, new = make_item(), make_item()
        assert self.put(keeper, old, new).replaced_by == new
        undone = self.put(keeper, old, None, from_date=None)
        assert (undone.replaced_by, undone.replaced_from) == (None, None)

    def test_never_in_a_circle(self, keeper):
        first, second, third = make_item(), make_item(), make_item()
        self.put(keeper, first, second)
        self.put(keeper, second, third)
        for item, by in ((third, first), (second, second)):
            with pytest.raises(Refusal) as refused:
                self.put(keeper, item, by)
            assert refused.value.code == "replaced_in_a_circle"

    def test_with_a_day(self, keeper):
        with pytest.raises(Refusal) as refused:
            self.put(keeper, make_item(), make_item(), from_date=None)
        assert refused.value.field == "from_date"


class TestLooking:
    def test_a_look_at_the_source_is_kept(self, keeper):
        item = recorded(keeper)
        services.check_source(user=keeper, item=item, result="same", words="", now=NOW)
        assert SourceCheck.objects.get().by == keeper
        with pytest.raises(Refusal):
            services.check_source(user=keeper, item=item, result="else", words="", now=NOW)
        with pytest.raises(OutOfReach):
            services.check_source(user=person("PR"), item=item, result="same", words="", now=NOW)

    def test_seen_never_goes_back(self):
        reader = person("SW")
        services.mark_seen(user=reader, now=NOW)
        services.mark_seen(user=reader, now=NOW - timedelta(days=1))
        assert SeenUntil.objects.get().at == NOW
        services.mark_seen(user=reader, now=NOW + timedelta(days=1))
        assert SeenUntil.objects.get().at == NOW + timedelta(days=1)
