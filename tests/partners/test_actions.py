"""Actions on record: opened, moved, finished, verified by another, and as at a past moment."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from partners.constants import ActionState, Duty, Priority, SourceKind
from partners.models import Action
from partners.rules.actions import Finish
from partners.selectors import actions as selectors
from partners.services import actions
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.concerns_world import (
    DAY,
    NOW,
    TODAY,
    World,
    a_source,
    action_row,
    concern_row,
    make_world,
    opened,
)
from tests.partners.factories import represent
from tests.people import person

pytestmark = pytest.mark.django_db
A = ActionState


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


class Acts:
    """Each act with the answers that it needs."""

    def __init__(self, world: World):
        self.world = world

    def slip(self, action, user=None, *, version=0, now=NOW, **other):
        given = {"due_on": action.due_on + DAY, "reason_code": "staffing", "reason": "Two are ill"} | other
        return actions.slip(**self._of(action, user or self.world.lead, version, now), **given)

    def finish(self, action, user=None, *, version=0, now=NOW, names_no_child=False, **other):
        given = {
            "done_on": now.date(),
            "evidence_text": "The list of 12 June",
            "changed_for_children": "Babies are seen",
            "evidence_kind": "data",
        } | other
        who = user or self.world.lead
        return actions.finish(
            **self._of(action, who, version, now), given=Finish(**given), names_no_child=names_no_child
        )

    def verify(self, action, user=None, *, version=0, now=NOW):
        return actions.verify(**self._of(action, user or self.world.coordinator, version, now))

    def reopen(self, action, user=None, *, version=0, now=NOW, reason="The list is of May"):
        return actions.reopen(**self._of(action, user or self.world.coordinator, version, now), reason=reason)

    def withdraw(self, action, user=None, *, version=0, now=NOW, reason="Somebody else did it"):
        return actions.withdraw(
            **self._of(action, user or self.world.coordinator, version, now), reason=reason
        )

    def reassign(self, action, user=None, *, version=0, now=NOW, owner="deputy"):
        person = getattr(self.world, owner) if owner else None
        who = user or self.world.coordinator
        return actions.reassign(**self._of(action, who, version, now), owner=person, reason="She is on leave")

    @staticmethod
    def _of(action, user, version, now):
        return {"user": user, "action": action, "expected_version": version or action.version, "now": now}


@pytest.fixture
def acts(world) -> Acts:
    return Acts(world)


class TestOpening:
    def test_it_is_open_and_on_the_trail(self, world):
        action = opened(world)
        assert (action.state, action.owner, action.original_due_on, action.due_on) == (
            A.OPEN,
            world.lead,
            TODAY + 7 * DAY,
            TODAY + 7 * DAY,
        )
        assert action.moves.get().fields == {"owner": str(world.lead.uid)}
        [event] = AuditEvent.objects.all()
        assert (event.action, event.detail["source"]) == ("action.opened", "concern")
        assert action.title not in str(event.detail)

    def test_the_same_form_twice_makes_one(self, world):
        token = uuid4()
        first = opened(world, token=token)
        with pytest.raises(AlreadyDone) as done:
            opened(world, token=token)
        assert done.value.outcome == str(first.uid)

    def test_a_partner_gives_actions_to_their_own_organisation(self, world):
        opened(world, world.lead)
        with pytest.raises(OutOfReach):
            opened(world, world.lead, organisation=world.health, owner=world.other_lead)

    @pytest.mark.parametrize("who", ["board", "manager", "worker", "auditor"])
    def test_others_open_none(self, world, who):
        with pytest.raises(OutOfReach):
            opened(world, getattr(world, who))

    def test_an_owner_is_of_the_organisation_and_may_work_on_it(self, world):
        contributor = person("PR", name="Carl")
        represent(contributor, world.police, Duty.CONTRIBUTOR)
        represent(person("PR", name="Gone", is_active=False), world.police)
        represent(world.worker, world.police, Duty.STAFF)
        represent(person("BM", name="Chief"), world.police, Duty.STAFF)
        assert set(selectors.possible_owners(world.police, at=NOW)) == {world.lead, world.deputy, contributor}
        assert set(selectors.possible_owners(world.health, at=NOW)) == {world.other_lead, world.manager}
        assert code_of(opened, world, owner=world.other_lead) == "unknown_owner"
        assert opened(world, owner=None).owner is None

    def test_what_a_rule_refuses_leaves_nothing(self, world):
        assert code_of(opened, world, due_on=TODAY - DAY) == "due_in_past"
        assert code_of(opened, world, title="C-0001 waits", names_no_child=False) == "looks_personal"
        assert not Action.objects.exists()
        assert not AuditEvent.objects.exists()


MOVES = ("slip", "finish", "verify", "reopen", "withdraw", "reassign")
BECOMES = {
    ("slip", A.OPEN): A.OPEN,
    ("finish", A.OPEN): A.DONE,
    ("verify", A.DONE): A.VERIFIED,
    ("reopen", A.DONE): A.OPEN,
    ("reopen", A.VERIFIED): A.OPEN,
    ("withdraw", A.OPEN): A.WITHDRAWN,
    ("reassign", A.OPEN): A.OPEN,
}


@pytest.mark.parametrize("state", list(A))
@pytest.mark.parametrize("act", MOVES)
def test_every_act_in_every_state(world, acts, act, state):
    action = action_row(world.police, world.lead, state, owner=world.lead, verified_by=world.board)
    before = action.moves.count()
    becomes = BECOMES.get((act, state))
    if becomes:
        getattr(acts, act)(action)
        assert Action.objects.get().state == becomes
        assert Action.objects.get().version == 2
        assert action.moves.count() + action.slips.count() == before + 1
        assert AuditEvent.objects.count() == 1
    else:
        assert code_of(getattr(acts, act), action) == "move_not_allowed"
        assert (action.moves.count(), action.slips.count(), AuditEvent.objects.count()) == (before, 0, 0)


@pytest.mark.parametrize("act", MOVES)
def test_a_stale_page_changes_nothing(world, acts, act):
    state = next(state for (name, state) in BECOMES if name == act)
    action = action_row(world.police, world.lead, state, owner=world.lead, version=2)
    with pytest.raises(StaleEdit):
        getattr(acts, act)(action, version=1)


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        ("slip", {"lead", "deputy", "coordinator"}),
        ("finish", {"lead", "deputy", "coordinator"}),
        ("reassign", {"lead", "deputy", "coordinator"}),
        ("withdraw", {"coordinator"}),
        ("verify", {"deputy", "coordinator", "board"}),
        ("reopen", {"lead", "deputy", "coordinator", "board"}),
    ],
)
def test_who_may(world, acts, act, allowed):
    """Of an action of the police that their lead finished and owns."""
    state = next(state for (name, state) in BECOMES if name == act)
    action = action_row(world.police, world.lead, state, owner=world.lead)
    can = set()
    for name in ("lead", "deputy", "other_lead", "coordinator", "board", "manager", "worker", "auditor"):
        with transaction.atomic():
            try:
                getattr(acts, act)(action, getattr(world, name))
                can.add(name)
            except Refusal:
                pass
            transaction.set_rollback(True)
    assert can == allowed


def test_a_manager_works_on_what_they_own_and_nothing_else(world, acts):
    own = action_row(world.health, world.coordinator, owner=world.manager)
    acts.finish(own, world.manager)
    with pytest.raises(OutOfReach):
        acts.finish(action_row(world.health, world.coordinator, owner=world.other_lead), world.manager)


class TestSlips:
    def test_the_original_day_stays_and_slips_are_counted(self, world, acts):
        action = opened(world)
        acts.slip(action, due_on=TODAY + 10 * DAY)
        acts.slip(Action.objects.get(), due_on=TODAY + 20 * DAY)
        [fact] = selectors.facts_of(Action.objects.all())
        assert (fact.original_due_on, fact.due_on, fact.slips, fact.slipped_days) == (
            TODAY + 7 * DAY,
            TODAY + 20 * DAY,
            2,
            13,
        )

    def test_overdue_follows_from_the_day(self, world):
        [fact] = selectors.facts_of(Action.objects.filter(pk=opened(world).pk))
        assert not fact.overdue(TODAY + 7 * DAY)
        assert (fact.overdue(TODAY + 8 * DAY), fact.days_late(TODAY + 10 * DAY)) == (True, 3)
        assert list(Action.objects.filter(selectors.overdue(TODAY + 8 * DAY))) != []
        assert list(Action.objects.filter(selectors.overdue(TODAY + 7 * DAY))) == []


class TestVerifying:
    def test_never_who_finished_or_owns_it(self, world, acts):
        by_deputy = action_row(world.police, world.deputy, A.DONE, owner=world.lead)
        assert code_of(acts.verify, by_deputy, world.deputy) == "own_work"
        assert code_of(acts.verify, by_deputy, world.lead) == "own_work"
        acts.verify(by_deputy, world.coordinator)

    def test_the_database_refuses_it_too(self, world):
        action = action_row(world.police, world.lead, A.DONE)
        with pytest.raises(IntegrityError), transaction.atomic():
            Action.objects.filter(pk=action.pk).update(
                state=A.VERIFIED, verified_at=NOW, verified_by=world.lead
            )

    def test_high_priority_needs_another_organisation(self, world, acts):
        action = action_row(world.police, world.lead, A.DONE, owner=world.lead, priority=Priority.HIGH)
        assert code_of(acts.verify, action, world.deputy) == "same_organisation"
        assert code_of(acts.verify, action, world.coordinator) == "no_organisation"
        # Of the health provider, by whatever duty.
        assert acts.verify(action, world.board).verified_by == world.board

    def test_who_belonged_to_it_until_today_is_of_another_organisation(self, world, acts):
        action = action_row(world.police, world.lead, A.DONE, priority=Priority.HIGH)
        row = represent(world.board, world.police, Duty.STAFF)
        assert code_of(acts.verify, action, world.board) == "same_organisation"
        row.until_date = TODAY
        row.save()
        acts.verify(action, world.board)

    def test_it_fails_with_a_reason_and_is_open_again(self, world, acts):
        action = acts.finish(opened(world))
        assert code_of(acts.reopen, action, reason="") == "text_missing"
        action = acts.reopen(action)
        assert (action.state, action.done_by, action.done_on) == (A.OPEN, None, None)
        assert action.moves.last().reason == "The list is of May"
        acts.finish(action)

    def test_what_is_verified_a_partner_does_not_reopen(self, world, acts):
        action = action_row(world.police, world.lead, A.VERIFIED, verified_by=world.board)
        with pytest.raises(OutOfReach):
            acts.reopen(action, world.deputy)
        acts.reopen(action, world.board)

    def test_to_verify_offers_what_the_rules_allow(self, world):
        normal = action_row(world.police, world.lead, A.DONE, owner=world.lead)
        high = action_row(world.police, world.lead, A.DONE, owner=world.lead, priority=Priority.HIGH)
        action_row(world.police, world.lead, owner=world.lead)
        offered = {
            name: set(selectors.to_verify(getattr(world, name), at=NOW))
            for name in ("lead", "deputy", "other_lead", "coordinator", "board", "manager", "auditor")
        }
        assert offered == {
            "lead": set(), "deputy": {normal}, "other_lead": set(), "coordinator": {normal},
            "board": {normal, high}, "manager": set(), "auditor": set(),
        }  # fmt: skip

    def test_evidence_is_screened(self, world, acts):
        action = opened(world)
        assert code_of(acts.finish, action, evidence_text="See HCT-040001") == "looks_personal"
        done = acts.finish(action, evidence_text="See HCT-040001", names_no_child=True)
        assert done.moves.last().fields["stood_by"] == ["a child’s reference"]


class TestLists:
    def test_mine_and_my_organisations(self, world):
        own = action_row(world.police, world.coordinator, owner=world.lead)
        nobodys = action_row(world.police, world.coordinator)
        deputys = action_row(world.police, world.coordinator, owner=world.deputy)
        action_row(world.health, world.coordinator)
        assert set(selectors.mine(world.lead, at=NOW)) == {own, nobodys}
        assert set(selectors.of_my_organisations(world.lead, at=NOW)) == {deputys}
        # Without an owner it is the lead's, not the deputy's.
        assert set(selectors.mine(world.deputy, at=NOW)) == {deputys}
        assert set(selectors.of_my_organisations(world.deputy, at=NOW)) == {own, nobodys}

    def test_of_a_source_only_what_one_may_see(self, world):
        source = uuid4()
        mine = action_row(world.police, world.coordinator, source_uid=source)
        action_row(world.health, world.coordinator, source_uid=source)
        action_row(world.police, world.coordinator)
        assert [fact.uid for fact in selectors.actions_of("concern", source, world.lead, NOW)] == [mine.uid]
        assert len(selectors.actions_of("concern", source, world.board, NOW)) == 2

    def test_a_source_is_named_to_who_may_see_it(self, world):
        concern = concern_row(world.police, by=world.lead)
        assert selectors.source_of("concern", concern.uid, world.lead, NOW).label == concern.title
        assert selectors.source_of("concern", concern.uid, world.other_lead, NOW) is None
        assert selectors.source_of("concern", uuid4(), world.lead, NOW) is None
        assert selectors.source_of(SourceKind.RISK, a_source().uid, world.coordinator, NOW) is None

    def test_what_waits(self, world):
        action_row(world.police, world.coordinator, owner=world.lead, due_on=TODAY - DAY)
        action_row(world.police, world.coordinator, owner=world.lead, due_on=TODAY)
        action_row(world.police, world.coordinator, owner=world.lead, due_on=TODAY + 8 * DAY)
        action_row(world.police, world.deputy, A.DONE, owner=world.deputy)
        lines = [(line.words, line.url_name, line.overdue) for line in selectors.waiting_for(world.lead, NOW)]
        assert lines == [
            ("1 of your actions is overdue", "my_actions", True),
            ("1 of your actions is due within 7 days", "my_actions", False),
            ("1 action waits to be verified", "actions_to_verify", False),
        ]
        assert selectors.waiting_for(world.worker, NOW) == []


class TestAsAtAMoment:
    def test_state_owner_and_day_by_moves_and_slips(self, world, acts):
        action = opened(world)
        acts.slip(action, now=NOW + DAY, due_on=TODAY + 10 * DAY)
        action = acts.reassign(Action.objects.get(), now=NOW + 2 * DAY)
        action = acts.finish(action, now=NOW + 3 * DAY)
        action = acts.verify(action, now=NOW + 4 * DAY)
        acts.reopen(action, now=NOW + 5 * DAY)
        assert selectors.actions_at(NOW - DAY) == []
        stood = [selectors.actions_at(NOW + days * DAY)[0] for days in range(6)]
        assert [fact.state for fact in stood] == [A.OPEN, A.OPEN, A.OPEN, A.DONE, A.VERIFIED, A.OPEN]
        assert [fact.due_on for fact in stood] == [TODAY + 7 * DAY, *[TODAY + 10 * DAY] * 5]
        assert [fact.slips for fact in stood] == [0, 1, 1, 1, 1, 1]
        assert [fact.owner for fact in stood] == ["Lena Lead", "Lena Lead", *["Dan Deputy"] * 4]
        assert [fact.done_on for fact in stood][2:] == [None, date(2020, 6, 18), date(2020, 6, 18), None]
        assert [fact.verified_on for fact in stood][3:] == [None, date(2020, 6, 19), None]
        assert stood[5] == selectors.facts_of(Action.objects.all())[0]

    def test_queries_do_not_grow(self, world, acts, django_assert_num_queries):
        for _ in range(4):
            acts.slip(opened(world))
        with django_assert_num_queries(4):
            assert len(selectors.actions_at(NOW)) == 4
        with django_assert_num_queries(1):
            assert len(selectors.facts_of(Action.objects.all())) == 4
