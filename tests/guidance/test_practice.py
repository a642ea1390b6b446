"""Told is not shown: guidance is closed once an answer of each partner whom it is for shows it."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent
from guidance.constants import VersionState
from guidance.models import GuidanceVersion, VersionMove
from guidance.selectors.practice import shown_at
from guidance.services.acknowledgement import acknowledge
from guidance.services.base import OutOfReach
from guidance.services.links import link, unlink
from guidance.services.practice import close
from guidance.services.register import replace_item
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.guidance.factories import ISSUED, make_item, make_version
from tests.guidance.reach_world import NOW, World, make_world
from tests.partners.factories import make_organisation
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return make_world()


def asked(world: World, version: GuidanceVersion | None = None, code: str = "level", at=ISSUED):
    """A version that was issued, with a question that asks about it."""
    version = version or world.issued()
    link(user=world.keeper, item=version.item, kind="question", target=code, now=at)
    return version


def closed(world: World, of: GuidanceVersion, *, user=None, version=None, now=NOW) -> GuidanceVersion:
    of.refresh_from_db()
    return close(user=user or world.keeper, of=of, expected_version=version or of.version, now=now)


def refused(world: World, of: GuidanceVersion, **other) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        closed(world, of, **other)
    return refusal.value


def shown(at=NOW) -> list[tuple]:
    return [(one.shown, one.not_shown, one.is_shown) for one in shown_at(at)]


class TestShown:
    def test_each_partner_has_to_say_so_after_it_was_issued(self, world):
        asked(world)
        assert shown() == [((), ("Other trust", "Own police"), False)]
        world.says("maintained")
        assert shown() == [(("Own police",), ("Other trust",), False)]
        world.says("maintained", other=True)
        assert shown() == [(("Other trust", "Own police"), (), True)]

    @pytest.mark.parametrize("level", ["reduced", "paused"])
    def test_an_answer_that_reads_worse_shows_nothing(self, world, level):
        asked(world)
        world.says("maintained", 1)
        world.says(level, 2)
        assert shown() == [((), ("Other trust", "Own police"), False)]

    def test_of_several_questions_none_may_read_worse(self, world):
        version = asked(world)
        world.says("maintained")
        asked(world, version, "waiting")
        # A number says nothing of assurance.
        assert shown()[0][0] == ("Own police",)
        link(user=world.keeper, item=version.item, kind="question", target="staff_away", now=ISSUED)
        assert shown()[0][0] == ("Own police",)

    def test_a_number_alone_shows_nothing(self, world):
        asked(world, code="waiting")
        world.says("maintained")
        assert shown()[0][0] == ()

    def test_what_was_said_before_it_was_issued_shows_nothing(self, world):
        sent = world.says("maintained")
        version = world.issued(at=sent.submitted_at + DAY)
        asked(world, version, at=sent.submitted_at + DAY)
        assert shown() == [((), ("Other trust", "Own police"), False)]

    def test_a_later_version_asks_anew(self, world):
        version = asked(world)
        sent = world.says("maintained")
        world.issued(version.item, 2, at=sent.submitted_at + DAY)
        assert shown()[0][0] == ()
        world.says("maintained", 2)
        assert shown()[0][0] == ("Own police",)

    def test_without_a_question_it_is_told_only(self, world):
        world.issued()
        world.says("maintained")
        [fact] = shown_at(NOW)
        assert (fact.questions, fact.is_shown) == ((), False)

    def test_a_partner_to_whom_it_does_not_apply_shows_nothing(self, world):
        version = asked(world)
        world.says("maintained")
        acknowledge(
            user=world.partners.stranger, of=version, organisation=world.partners.other,
            answer="not_applicable", reason="We have no such service", now=ISSUED + DAY,
        )  # fmt: skip
        assert shown() == [(("Own police",), (), True)]
        assert closed(world, version).state == VersionState.EMBEDDED

    def test_as_a_past_moment_knew_it(self, world):
        version = asked(world)
        sent = world.says("maintained")
        world.says("maintained", other=True)
        assert shown(ISSUED - DAY) == []
        assert shown(sent.submitted_at - DAY) == [((), ("Other trust", "Own police"), False)]
        closed(world, version)
        made = version.item.links.get()
        unlink(user=world.keeper, found=made, now=NOW + DAY)
        assert shown(NOW - DAY)[0][2] is True
        assert shown_at(NOW - DAY)[0].questions == ("level",)
        # Closed, it stays shown.
        assert shown_at(NOW + DAY)[0].questions == ()
        assert shown(NOW + DAY)[0][:2] == (("Other trust", "Own police"), ())

    def test_what_no_longer_holds_is_left_out(self, world):
        version = asked(world)
        replace_item(
            user=world.keeper, item=version.item, by=world.issued().item, from_date=NOW.date(),
            expected_version=version.item.version, now=NOW - DAY,
        )  # fmt: skip
        assert version.item.uid in {one.item_uid for one in shown_at(NOW - DAY)}
        assert version.item.uid not in {one.item_uid for one in shown_at(NOW)}

    def test_the_number_of_queries_does_not_grow(self, world, django_assert_max_num_queries):
        for _ in range(8):
            asked(world)
        world.says("maintained")
        with django_assert_max_num_queries(12):
            assert len(shown_at(NOW)) == 8


class TestClosing:
    def test_what_showed_it_is_kept(self, world):
        version = asked(world)
        for other in (False, True):
            world.says("maintained", other=other)
        done = closed(world, version)
        assert (done.state, done.closed_by, done.closed_at) == (VersionState.EMBEDDED, world.keeper, NOW)
        assert done.shown_by == [
            {"organisation": name, "question": "level", "cycle": 1, "said": "As usual"}
            for name in ("Other trust", "Own police")
        ]
        assert VersionMove.objects.last().to_state == VersionState.EMBEDDED
        assert AuditEvent.objects.last().action == "guidance_version.closed"

    def test_who_has_not_shown_it_is_named(self, world):
        version = asked(world)
        make_organisation("Third force")
        world.says("maintained")
        refusal = refused(world, version)
        assert refusal.code == "not_shown"
        assert "Other trust and Third force" in refusal.message
        version.refresh_from_db()
        assert version.state == VersionState.ISSUED

    def test_a_question_has_to_be_linked(self, world):
        assert "link a question" in refused(world, world.issued()).message

    def test_somebody_has_to_be_asked(self, world):
        version = asked(world, world.issued(make_item(audiences=["families"])))
        world.says("maintained")
        assert (
            "No partner" in refused(world, version).message or "no partner" in refused(world, version).message
        )

    @pytest.mark.parametrize(
        "state",
        [state for state in VersionState if state not in (VersionState.ISSUED, VersionState.EMBEDDED)],
    )
    def test_only_what_was_issued(self, world, state):
        version = make_version(make_item(audiences=["police"]))
        GuidanceVersion.objects.filter(pk=version.pk).update(state=state)
        assert refused(world, version).code == "move_not_allowed"

    def test_once(self, world):
        version = asked(world)
        for other in (False, True):
            world.says("maintained", other=other)
        closed(world, version)
        assert refused(world, version).code == "move_not_allowed"

    def test_only_the_newest_version(self, world):
        version = asked(world)
        world.issued(version.item, 2, at=ISSUED + DAY)
        for other in (False, True):
            world.says("maintained", other=other)
        assert refused(world, version).code == "superseded"

    def test_of_a_version_that_changed_meanwhile(self, world):
        version = asked(world)
        for other in (False, True):
            world.says("maintained", other=other)
        with pytest.raises(StaleEdit):
            closed(world, version, version=99)

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_only_by_who_keeps_the_register(self, world, role):
        version = asked(world)
        with pytest.raises(OutOfReach):
            closed(world, version, user=person(role))
