"""What guidance reaches: linked, looked at once the guidance changed, and to whom it is told."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent
from guidance.constants import ChangeSize, GuidanceKind, GuidanceLinkKind
from guidance.history import story
from guidance.models import GuidanceItem, GuidanceLink, LinkLook
from guidance.selectors import links as selectors
from guidance.services import links as services
from guidance.services.base import OutOfReach
from guidance.services.register import replace_item
from partners.models import RecoveryPlan
from safeguarding.kernel.errors import Refusal
from tests.guidance.factories import ISSUED, make_issued, make_item, make_version
from tests.guidance.reach_world import NOW, World, make_world
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUESTION = {"kind": "question", "target": "level"}


@pytest.fixture
def world() -> World:
    return make_world()


def link(world: World, item: GuidanceItem | None = None, *, user=None, now=NOW, **other) -> GuidanceLink:
    given = QUESTION | other
    item = item or make_item(audiences=["police"])
    return services.link(user=user or world.keeper, item=item, now=now, **given)


def look(world: World, found: GuidanceLink, words="The question asks it already", *, user=None, now=NOW):
    return services.look(user=user or world.keeper, found=found, words=words, now=now)


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def facts(world: World, user=None, at=NOW) -> list:
    return selectors.links_of(selectors.open_links(), user or world.keeper, at=at)


class TestLinking:
    def test_it_is_kept_with_its_words_and_audited(self, world):
        made = link(world)
        assert made.label == "How do your services to children run?"
        assert [one.fields["target"] for one in story("link", made.uid)] == ["level"]
        assert AuditEvent.objects.last().action == "guidance_link.made"

    def test_linked_again_nothing_is_made(self, world):
        first = link(world)
        assert link(world, first.item) == first
        assert GuidanceLink.objects.count() == 1

    @pytest.mark.parametrize(
        "other",
        [{"target": "unknown"}, {"kind": "plan"}, {"kind": "moon", "target": "1"}, {"kind": "backlog"}],
    )
    def test_only_what_is_there(self, world, other):
        assert code_of(link, world, **other) == "unknown_target"
        assert not GuidanceLink.objects.exists()

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_only_by_who_keeps_the_register(self, world, role):
        made = link(world, world.issued().item)
        user = person(role)
        for act in (
            lambda: link(world, user=user),
            lambda: look(world, made, user=user),
            lambda: services.unlink(user=user, found=made, now=NOW),
        ):
            with pytest.raises(OutOfReach):
                act()

    def test_removed_it_stays_on_record_and_can_be_made_again(self, world):
        made = link(world)
        services.unlink(user=world.keeper, found=made, now=NOW + DAY)
        assert code_of(services.unlink, user=world.keeper, found=made, now=NOW + DAY) == "removed_before"
        assert code_of(look, world, made) == "removed_before"
        assert len(story("link", made.uid)) == 2
        assert AuditEvent.objects.last().action == "guidance_link.removed"
        assert link(world, made.item).pk != made.pk
        assert selectors.open_links().count() == 1


class TestChanged:
    def changed(self, item: GuidanceItem):
        return selectors.changed_at([item.uid]).get(item.uid)

    def test_nothing_was_told_yet(self, world):
        item = make_item()
        make_version(item)
        assert self.changed(item) is None
        assert selectors.changed_at([]) == {}

    def test_the_first_issue_and_each_major_one(self, world):
        item = world.issued().item
        assert self.changed(item) == ISSUED
        world.issued(item, 2, at=ISSUED + DAY)
        assert self.changed(item) == ISSUED + DAY

    def test_a_minor_one_changes_nothing_and_a_withdrawal_does(self, world):
        item = world.issued().item
        world.issued(item, 2, at=ISSUED + DAY, size=ChangeSize.MINOR)
        assert self.changed(item) == ISSUED
        world.issued(item, 3, at=ISSUED + 2 * DAY, size=ChangeSize.MINOR, kind=GuidanceKind.WITHDRAWN)
        assert self.changed(item) == ISSUED + 2 * DAY

    def test_what_took_its_place(self, world):
        item, by = world.issued().item, world.issued().item
        later = make_item()
        for number, other in enumerate((by, later)):
            item.refresh_from_db()
            replace_item(
                user=world.keeper, item=item, by=other, from_date=NOW.date(),
                expected_version=item.version, now=NOW + number * DAY,
            )  # fmt: skip
        assert self.changed(item) == NOW + DAY
        item.refresh_from_db()
        # What else is saved of it later is no change.
        services.link(user=world.keeper, item=item, kind="question", target="level", now=NOW + 2 * DAY)
        assert self.changed(item) == NOW + DAY

    def test_the_number_of_queries_does_not_grow(self, world, django_assert_max_num_queries):
        uids = [world.issued().item.uid for _ in range(6)]
        with django_assert_max_num_queries(2):
            assert len(selectors.changed_at(uids)) == 6


class TestLooking:
    def test_it_is_to_be_looked_at_once_the_guidance_changed(self, world):
        item = world.issued().item
        made = link(world, item)
        assert [one.to_look_at for one in facts(world)] == [False]
        world.issued(item, 2, at=NOW + DAY)
        assert [one.to_look_at for one in facts(world)] == [True]
        assert selectors.to_look_at() == 1
        look(world, made, now=NOW + 2 * DAY)
        [one] = facts(world)
        assert (one.to_look_at, one.looked_words, one.looked_by) == (
            False, "The question asks it already", "Kay Keeper",
        )  # fmt: skip
        assert selectors.to_look_at() == 0
        world.issued(item, 3, at=NOW + 3 * DAY, size=ChangeSize.MINOR)
        assert selectors.to_look_at() == 0
        world.issued(item, 4, at=NOW + 4 * DAY)
        assert selectors.to_look_at() == 1

    def test_it_is_kept_with_the_version_that_it_was_about(self, world):
        item = world.issued().item
        newest = world.issued(item, 2, at=ISSUED + DAY)
        made = look(world, link(world, item))
        assert LinkLook.objects.get() == made
        assert made.of == newest
        assert AuditEvent.objects.last().detail["version"] == str(newest.uid)

    def test_what_is_refused(self, world):
        made = link(world)
        assert code_of(look, world, made) == "not_issued"
        made = link(world, world.issued().item)
        assert code_of(look, world, made, " ") == "text_missing"
        with pytest.raises(Refusal) as refusal:
            services.look(user=world.keeper, found=made, words="As for C-0001", names_no_child=False, now=NOW)
        assert refusal.value.code == "looks_personal"
        assert not LinkLook.objects.exists()

    def test_who_keeps_the_register_is_told(self, world):
        item = world.issued().item
        link(world, item)
        assert [one.count for one in selectors.waiting_for(world.keeper, NOW)] == [0]
        world.issued(item, 2, at=NOW + DAY)
        [line] = selectors.waiting_for(world.keeper, NOW + DAY)
        assert line.words == "1 thing linked to guidance is to be looked at: the guidance changed"
        assert selectors.waiting_for(person("AU"), NOW + DAY) == []


class TestSeen:
    def test_what_a_reader_may_not_see_has_no_words(self, world):
        plan = RecoveryPlan.objects.create(
            title="Home visits again", organisation=world.partners.own, remit="All", created_at=NOW,
            created_by=world.partners.lead,
        )  # fmt: skip
        item = world.issued().item
        GuidanceLink.objects.create(
            item=item, kind=GuidanceLinkKind.PLAN, target=str(plan.uid), label=plan.title, made_at=NOW
        )
        [mine] = facts(world, world.partners.lead)
        assert (mine.words, mine.page) == ("Home visits again", "recovery_plan")
        [others] = facts(world, world.partners.stranger)
        assert (others.words, others.page) == ("", "")

    def test_guidance_is_offered_to_who_may_see_it(self, world):
        received, issued = make_item("Received"), world.issued().item
        make_version(received)
        own = [words for _, words in selectors.linkable_items(world.keeper, NOW)]
        assert own == [f"{issued.label} {issued.title}", f"{received.label} Received"]
        assert selectors.linkable_items(person("PR"), NOW) == [
            (str(issued.uid), f"{issued.label} {issued.title}")
        ]

    def test_the_number_of_queries_does_not_grow(self, world, django_assert_num_queries):
        for _ in range(6):
            link(world, make_issued(make_item(), author=world.keeper, approver=world.approver).item)
        world.keeper.roles
        with django_assert_num_queries(4):
            assert len(facts(world)) == 6
