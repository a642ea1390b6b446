"""The board's decisions: written down, confirmed by another, fixed from then on, and looked at again."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from riskregister.history import story
from riskregister.models import Decision
from riskregister.selectors.board_work import decisions_at, waiting_for
from riskregister.selectors.decisions import chosen
from riskregister.services import decisions
from riskregister.services.decisions import DecidedOn
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.people import person
from tests.riskregister.board_world import (
    DAY,
    NOW,
    TODAY,
    World,
    confirmed,
    decided,
    decision_draft,
    escalated,
    make_world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    return refused.value.code


def edit(world, made, user=None, *, now=NOW, about=None, version=None, **other):
    return decisions.edit_decision(
        user=user or world.coordinator,
        decision=made,
        draft=decision_draft(**other),
        about=about or DecidedOn(),
        expected_version=version or made.version,
        now=now,
    )


def confirm(world, made, user=None, *, now=NOW):
    return decisions.confirm_decision(
        user=user or world.board, decision=made, expected_version=made.version, now=now
    )


def look(world, made, *, now, changed="yes", how="Children wait a day, not a week", user=None):
    return decisions.say_what_changed(
        user=user or world.board,
        decision=made,
        changed=changed,
        how=how,
        expected_version=made.version,
        now=now,
    )


class TestWritingDown:
    def test_with_what_it_belongs_to(self, world):
        meeting = uuid4()
        about = DecidedOn(risk=world.risk, escalation=escalated(world), meeting_uid=meeting)
        made = decided(world, about=about, dissent="Health would have moved one")
        made.refresh_from_db()
        assert (made.risk, made.escalation, made.meeting_uid) == (
            world.risk,
            about.escalation,
            meeting,
        )
        assert (made.retrospective, made.confirmed_at) == (False, None)
        assert AuditEvent.objects.filter(action="board_decision.recorded").count() == 1

    @pytest.mark.parametrize(("days", "marked"), [(1, False), (2, True)])
    def test_written_down_later_it_is_marked(self, world, days, marked):
        assert decided(world, decided_on=TODAY - days * DAY).retrospective is marked

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"title": ""}, "title"),
            ({"kind": "maybe"}, "kind"),
            ({"options": " "}, "options"),
            ({"reason": ""}, "reason"),
            ({"childrens_rights": ""}, "childrens_rights"),
            ({"decided_on": TODAY + DAY}, "decided_on"),
            ({"look_again_on": TODAY}, "look_again_on"),
            ({"look_again_on": TODAY + 400 * DAY}, "look_again_on"),
            ({"dissent": "x" * 4001}, "dissent"),
        ],
    )
    def test_each_fault_is_named(self, world, other, field):
        with pytest.raises(Refusal) as refused:
            decided(world, **other)
        assert refused.value.field == field
        assert not Decision.objects.exists()

    def test_sent_twice_it_is_one(self, world):
        call = {
            "user": world.coordinator,
            "draft": decision_draft(),
            "about": DecidedOn(),
            "token": uuid4(),
            "now": NOW,
        }
        decisions.record_decision(**call)
        with pytest.raises(AlreadyDone):
            decisions.record_decision(**call)
        assert Decision.objects.count() == 1

    def test_who_sees_them(self, world):
        decided(world)
        for user, count in (
            (world.board, 1),
            (world.coordinator, 1),
            (world.auditor, 1),
            (world.lead, 0),
            (world.manager, 0),
        ):
            assert Decision.objects.visible_to(user, at=NOW).count() == count


class TestChanging:
    def test_until_it_is_confirmed(self, world):
        made = edit(world, decided(world), title="One officer moves")
        assert (made.title, made.version) == ("One officer moves", 2)
        assert story("decision", made.uid)[0].fields["title"] == "Two officers move to the front door"

    def test_the_mark_follows_the_day(self, world):
        made = edit(world, decided(world), decided_on=TODAY - 5 * DAY, now=NOW + DAY)
        assert made.retrospective
        # A later change does not make a decision one that was written down later.
        assert not edit(world, made, now=NOW + 9 * DAY).retrospective

    def test_never_afterwards(self, world):
        made = confirmed(world)
        with pytest.raises(Refusal, match="Record a new one that names it"):
            edit(world, made, title="Something else")
        made.refresh_from_db()
        assert made.title == "Two officers move to the front door"

    def test_by_the_coordinator_only(self, world):
        assert code_of(edit, world, decided(world), world.board) == "not_your_act"

    def test_an_older_version_is_told(self, world):
        made = decided(world)
        edit(world, made, title="One officer moves")
        with pytest.raises(StaleEdit):
            edit(world, made, version=1)


class TestConfirming:
    def test_by_a_board_member(self, world):
        made = confirm(world, decided(world))
        assert (made.confirmed_by, made.confirmed_at) == (world.board, NOW)
        assert code_of(confirm, world, made, world.second) == "wrong_state"

    @pytest.mark.parametrize("who", ["coordinator", "auditor", "lead"])
    def test_not_by_others(self, world, who):
        assert code_of(confirm, world, decided(world), getattr(world, who)) == "not_your_act"

    def test_not_by_who_wrote_it_down(self, world):
        both = person("CO", "BM", name="Both")
        made = decided(world, user=both)
        assert code_of(confirm, world, made, both) == "four_eyes"
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.update(confirmed_at=NOW, confirmed_by=both)

    def test_not_by_who_changed_its_words(self, world):
        both = person("CO", "BM", name="Both")
        made = edit(world, decided(world), both, title="One officer moves")
        assert code_of(confirm, world, made, both) == "four_eyes"
        assert confirm(world, made).confirmed_by == world.board

    def test_what_was_changed_meanwhile_is_not_confirmed(self, world):
        seen = decided(world)
        edit(world, seen, title="One officer moves")
        with pytest.raises(StaleEdit):
            confirm(world, seen)


class TestLookingAgain:
    def test_on_the_day_that_it_names(self, world):
        made = confirmed(world, look_again_on=TODAY + 30 * DAY)
        assert code_of(look, world, made, now=NOW + 29 * DAY) == "too_soon"
        seen = look(world, made, now=NOW + 30 * DAY, changed="partly")
        assert (seen.changed, seen.changed_by) == ("partly", world.board)
        assert code_of(look, world, seen, now=NOW + 31 * DAY) == "said_already"

    def test_not_before_it_is_confirmed(self, world):
        assert code_of(look, world, decided(world), now=NOW + 90 * DAY) == "wrong_state"

    def test_the_lists_and_what_waits(self, world):
        late = confirmed(world, title="Late", look_again_on=TODAY + 30 * DAY)
        done = confirmed(world, title="Done", look_again_on=TODAY + 30 * DAY)
        look(world, done, now=NOW + 30 * DAY)
        early = confirmed(world, title="Early", look_again_on=TODAY + 30 * DAY)
        look(world, early, now=NOW + 30 * DAY, changed="too_early")
        waits = decided(world, title="Waits", decided_on=TODAY - 9 * DAY)

        def listed(state: str, days: int) -> list[str]:
            rows = chosen(Decision.objects.all(), state, TODAY + days * DAY)
            return list(rows.values_list("title", flat=True))

        assert listed("look_again", 31) == [late.title]
        assert listed("look_again", 120) == [early.title, late.title]
        assert listed("to_confirm", 0) == listed("retrospective", 0) == [waits.title]
        assert listed("", 0)[0] == waits.title
        assert [one.words for one in waiting_for(world.board, NOW + 31 * DAY)] == [
            "1 decision waits to be confirmed",
            "1 decision: say what changed for children",
        ]


def test_what_happened_later_does_not_show(world):
    made = decided(world)
    made = edit(world, made, now=NOW + DAY, title="One officer moves")
    confirm(world, made, now=NOW + 2 * DAY)
    assert decisions_at(NOW - DAY) == ()
    then = [decisions_at(NOW + days * DAY)[0] for days in (0, 1, 2)]
    assert [(one.title, one.confirmed) for one in then] == [
        ("Two officers move to the front door", False),
        ("One officer moves", False),
        ("One officer moves", True),
    ]
