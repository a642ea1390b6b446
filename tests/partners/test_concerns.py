"""Concerns on record: proposed once, raised, decided by whom, every step told, and as at a past moment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from partners.constants import ConcernState
from partners.facts.questions import GivenAnswer, SubmittedReturn
from partners.models import Concern, ConcernMove
from partners.selectors import concerns as selectors
from partners.selectors.questions import question_set_fact
from partners.services import concerns
from partners.services.base import OutOfReach
from partners.signals import concern_escalated
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.concerns_world import DAY, NOW, TODAY, World, concern_row, draft, make_world, raised
from tests.partners.factories import make_cycle, make_question_set, make_return
from tests.people import person

pytestmark = pytest.mark.django_db
C = ConcernState


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


class Acts:
    """Each act with the answers that it needs, by who may do it."""

    def __init__(self, world: World):
        self.world = world

    def triage(self, concern, user=None, *, version=0, now=NOW + DAY, **other):
        owner = self.world.lead if concern.organisation else self.world.coordinator
        given = {"breadth": "partner", "severity": "high", "owner": owner.uid} | other
        return concerns.triage(**self._of(concern, user or self.world.coordinator, version, now), **given)

    def decline(self, concern, user=None, *, version=0, now=NOW + DAY, reason="It is known"):
        who = user or self.world.coordinator
        return concerns.decline(**self._of(concern, who, version, now), reason=reason)

    def escalate(self, concern, user=None, *, version=0, now=NOW + DAY, **other):
        given = {"reason": "Only the board can move staff", "answer_by": now.date() + 14 * DAY} | other
        return concerns.escalate(**self._of(concern, user or self.world.coordinator, version, now), **given)

    def answer(self, concern, user=None, *, version=0, now=NOW + DAY, answer="Visits start again", **other):
        escalated = Concern.objects.get(pk=concern.pk).state == C.ESCALATED
        who = user or (self.world.board if escalated else self.world.coordinator)
        return concerns.answer(**self._of(concern, who, version, now), answer=answer, **other)

    def close(self, concern, user=None, *, version=0, now=NOW + DAY, **other):
        given = {"changed_for_children": "Babies are seen again", "evidence_kind": "data"} | other
        return concerns.close(**self._of(concern, user or self.world.coordinator, version, now), **given)

    def reopen(self, concern, user=None, *, version=0, now=NOW + DAY):
        who = user or self.world.coordinator
        return concerns.reopen(**self._of(concern, who, version, now), reason="It came again")

    @staticmethod
    def _of(concern, user, version, now):
        return {"user": user, "concern": concern, "expected_version": version or concern.version, "now": now}


@pytest.fixture
def acts(world) -> Acts:
    return Acts(world)


class TestRaising:
    def test_it_waits_for_triage_and_is_on_the_trail_without_its_text(self, world):
        concern = raised(world)
        [move] = concern.moves.all()
        assert (concern.state, concern.organisation, concern.raised_by) == (
            C.RAISED,
            world.police,
            world.lead,
        )
        assert (move.from_state, move.to_state, move.by) == ("", C.RAISED, world.lead)
        [event] = AuditEvent.objects.all()
        assert (event.action, event.object_uid, event.detail) == (
            "concern.raised",
            concern.uid,
            {"kind": "concern"},
        )

    def test_the_same_form_twice_makes_one(self, world):
        token = uuid4()
        given = {
            "user": world.lead,
            "draft": draft(organisation=world.police.uid),
            "token": token,
            "now": NOW,
        }
        first = concerns.raise_concern(**given)
        with pytest.raises(AlreadyDone) as done:
            concerns.raise_concern(**given)
        assert done.value.outcome == str(first.uid)
        assert Concern.objects.count() == 1

    def test_a_partner_raises_for_their_own_organisation_only(self, world):
        assert code_of(raised, world, organisation=world.health.uid) == "unknown_organisation"
        assert code_of(raised, world, organisation=None) == "unknown_organisation"
        assert not Concern.objects.exists()

    def test_a_manager_or_social_worker_raises_for_none(self, world):
        for user in (world.manager, world.worker):
            assert raised(world, user).organisation is None
            assert code_of(raised, world, user, organisation=world.police.uid) == "unknown_organisation"

    def test_the_coordinator_for_any(self, world):
        assert raised(world, world.coordinator, organisation=world.health.uid).organisation == world.health

    def test_others_do_not(self, world):
        for user in (world.board, world.auditor, person("AD")):
            with pytest.raises(OutOfReach):
                raised(world, user)

    def test_what_looks_personal_is_saved_only_when_stood_by_and_that_is_kept(self, world):
        given = {"user": world.lead, "now": NOW}
        text = draft(organisation=world.police.uid, what="The girl born on 3 April 2011 waits")
        assert code_of(concerns.raise_concern, draft=text, token=uuid4(), **given) == "looks_personal"
        assert not Concern.objects.exists()
        concern = concerns.raise_concern(draft=text, names_no_child=True, token=uuid4(), **given)
        assert concern.moves.get().fields["stood_by"] == ["a date of birth"]
        assert AuditEvent.objects.get().detail["stood_by"] == ["a date of birth"]

    def test_a_success_has_no_clock(self, world):
        concern = raised(world, kind="success")
        assert (concern.severity, concern.answer_due_at) == ("", None)


STATES = list(C)
MOVES = ("triage", "decline", "escalate", "answer", "close", "reopen")
# What each act makes of a concern in each state; what is not here is refused.
BECOMES = {
    ("triage", C.PROPOSED): C.TRIAGED,
    ("triage", C.RAISED): C.TRIAGED,
    ("decline", C.PROPOSED): C.DECLINED,
    ("decline", C.RAISED): C.DECLINED,
    ("escalate", C.TRIAGED): C.ESCALATED,
    ("escalate", C.ANSWERED): C.ESCALATED,
    ("answer", C.TRIAGED): C.ANSWERED,
    ("answer", C.ESCALATED): C.ANSWERED,
    ("close", C.ANSWERED): C.CLOSED,
    ("reopen", C.ANSWERED): C.TRIAGED,
    ("reopen", C.CLOSED): C.TRIAGED,
    ("reopen", C.DECLINED): C.RAISED,
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", MOVES)
def test_every_act_in_every_state(world, acts, act, state):
    """Each leaves the state it should with a move and an event, or refuses and leaves nothing."""
    concern = concern_row(world.police, state, by=None if state == C.PROPOSED else world.coordinator)
    before = concern.moves.count()
    becomes = BECOMES.get((act, state))
    if becomes:
        after = getattr(acts, act)(concern)
        assert Concern.objects.get().state == after.state == becomes
        assert (after.moves.count(), AuditEvent.objects.count()) == (before + 1, 1)
        assert after.moves.last().from_state == state
        assert after.version == 2
    else:
        assert code_of(getattr(acts, act), concern) == "move_not_allowed"
        assert (concern.moves.count(), AuditEvent.objects.count()) == (before, 0)


@pytest.mark.parametrize("act", MOVES)
def test_a_stale_page_changes_nothing(world, acts, act):
    state = next(state for (name, state) in BECOMES if name == act)
    concern = concern_row(world.police, state, by=world.coordinator, version=2)
    with pytest.raises(StaleEdit):
        getattr(acts, act)(concern, version=1)
    assert Concern.objects.get().state == state


@pytest.mark.parametrize("act", [act for act in MOVES if act != "answer"])
def test_only_the_coordinator_decides(world, acts, act):
    state = next(state for (name, state) in BECOMES if name == act)
    concern = concern_row(world.police, state, by=world.lead)
    for user in (world.lead, world.board, world.manager, world.worker, world.auditor):
        with pytest.raises(OutOfReach):
            getattr(acts, act)(concern, user)


class TestTriage:
    def test_it_sets_reach_owner_and_a_clock_from_when_it_was_raised(self, world, acts):
        concern = acts.triage(raised(world), breadth="partnership", severity="high", now=NOW + 3 * DAY)
        assert (concern.breadth, concern.severity, concern.owner) == ("partnership", "high", world.lead)
        # Two working days from Monday 15 June, noon in London: late already.
        assert concern.answer_due_at == NOW.replace(day=17, hour=11)

    def test_an_owner_is_a_coordinator_or_answers_for_the_organisation(self, world, acts):
        concern = raised(world)
        assert set(selectors.possible_owners(concern, at=NOW)) == {
            world.coordinator,
            world.lead,
            world.deputy,
        }
        for user in (world.other_lead, world.board, world.manager):
            assert code_of(acts.triage, concern, owner=user.uid) == "unknown_owner"
        assert code_of(acts.triage, concern, owner=None) == "owner_missing"

    def test_a_success_is_shared_without_owner_or_severity(self, world, acts):
        concern = acts.triage(raised(world, kind="success"), owner=None, severity="high")
        assert (concern.state, concern.severity, concern.answer_due_at) == (C.TRIAGED, "", None)
        assert code_of(acts.answer, concern) == "move_not_allowed"
        assert acts.close(concern).state == C.CLOSED

    def test_declined_with_a_reason_that_the_partner_reads(self, world, acts):
        concern = concern_row(world.police, C.PROPOSED)
        assert code_of(acts.decline, concern, reason=" ") == "text_missing"
        assert not Concern.objects.visible_to(world.lead, at=NOW).exists()
        acts.decline(concern)
        assert Concern.objects.visible_to(world.lead, at=NOW).get().moves.last().reason == "It is known"
        assert not Concern.objects.visible_to(world.other_lead, at=NOW).exists()

    def test_the_database_wants_the_reason(self, world):
        concern = raised(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            ConcernMove.objects.create(concern=concern, to_state=C.DECLINED, at=NOW)


class TestEscalation:
    def test_the_board_sees_it_and_owes_an_answer_by_a_day(
        self, world, acts, django_capture_on_commit_callbacks
    ):
        heard = []
        concern_escalated.connect(listen := lambda **said: heard.append(said["concern_uid"]), weak=False)
        concern = concern_row(world.police, C.TRIAGED, by=world.lead)
        assert not Concern.objects.visible_to(world.board, at=NOW).exists()
        try:
            with django_capture_on_commit_callbacks(execute=True):
                concern = acts.escalate(concern, answer_by=TODAY + 10 * DAY)
        finally:
            concern_escalated.disconnect(listen)
        assert heard == [concern.uid]
        assert concern.answer_due_at == NOW.replace(day=25, hour=11)
        assert Concern.objects.visible_to(world.board, at=NOW).get() == concern

    def test_only_the_board_answers_it(self, world, acts):
        concern = concern_row(world.police, C.ESCALATED, by=world.coordinator, owner=world.lead)
        for user in (world.coordinator, world.lead):
            with pytest.raises(OutOfReach):
                acts.answer(concern, user)
        assert acts.answer(concern, world.board).answered_by == world.board

    def test_an_earlier_answer_stays_in_its_move(self, world, acts):
        concern = acts.answer(concern_row(world.police, C.TRIAGED, by=world.lead))
        concern = acts.escalate(concern)
        assert (concern.answer, concern.answered_at) == ("", None)
        assert concern.moves.filter(to_state=C.ANSWERED).get().reason == "Visits start again"


class TestAnswering:
    def test_the_owner_who_answers_for_the_organisation(self, world, acts):
        concern = concern_row(world.police, C.TRIAGED, by=world.lead, owner=world.lead)
        with pytest.raises(OutOfReach):
            acts.answer(concern, world.deputy)
        assert acts.answer(concern, world.lead).state == C.ANSWERED

    def test_nobody_else(self, world, acts):
        concern = concern_row(
            None,
            C.TRIAGED,
            by=world.manager,
            owner=world.manager,
            escalated_at=NOW,
            escalated_by=world.coordinator,
        )
        for user in (world.manager, world.board, world.auditor, world.other_lead):
            with pytest.raises(OutOfReach):
                acts.answer(concern, user)

    @pytest.mark.parametrize(
        ("act", "name"), [("answer", "answer"), ("escalate", "reason"), ("close", "changed_for_children")]
    )
    def test_texts_are_screened(self, world, acts, act, name):
        state = next(state for (this, state) in BECOMES if this == act)
        concern = concern_row(world.police, state, by=world.lead)
        text = "NHS number 999 000 0018"
        assert code_of(getattr(acts, act), concern, **{name: text}) == "looks_personal"
        after = getattr(acts, act)(concern, **{name: text}, names_no_child=True)
        assert after.moves.last().fields["stood_by"] == ["an NHS number"]


def test_reopened_it_starts_a_new_clock_and_keeps_what_was_said(world, acts):
    concern = concern_row(world.police, C.CLOSED, by=world.lead, severity="high")
    concern = acts.reopen(concern, now=NOW + 7 * DAY)
    assert concern.answer_due_at == NOW.replace(day=24, hour=11)
    assert (concern.answer, concern.closed_at, concern.changed_for_children) == ("", None, "")


def test_the_database_closes_nothing_without_what_changed(world):
    concern = concern_row(world.police, C.ANSWERED, by=world.lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.filter(pk=concern.pk).update(
            state=C.CLOSED, closed_at=NOW, closed_by=world.coordinator
        )


class TestProposing:
    @pytest.fixture
    def question_set(self):
        return make_question_set()

    def sent(self, world, question_set, cycle, *, value="paused", now=NOW, return_=None):
        return_ = return_ or make_return(world.police, cycle, question_set)
        answers = {"level": GivenAnswer(value=value)}
        submission = SubmittedReturn(
            return_.uid,
            world.police.name,
            world.police.uid,
            cycle.number,
            question_set_fact(question_set),
            answers,
        )
        with transaction.atomic():
            return return_, concerns.propose_from(submission, return_, now)

    def test_an_answer_proposes_and_names_itself(self, world, question_set):
        return_, [concern] = self.sent(world, question_set, make_cycle())
        assert (concern.state, concern.raised_by, concern.of_return) == (C.PROPOSED, None, return_)
        assert concern.what == "“How do your services to children run?” was answered: Paused."
        assert (concern.question.code, concern.theme, concern.severity) == ("level", "services", "high")
        assert concern.answer_due_at == NOW.replace(day=17, hour=11)
        assert (concern.moves.get().to_state, concern.moves.get().by) == (C.PROPOSED, None)
        assert AuditEvent.objects.get().actor_label == "job:concern rules"

    def test_sent_twice_it_is_proposed_once(self, world, question_set):
        cycle = make_cycle()
        return_, _ = self.sent(world, question_set, cycle)
        assert self.sent(world, question_set, cycle, return_=return_)[1] == []
        assert ConcernMove.objects.count() == 1

    def test_sent_again_without_the_answer_it_says_so_and_stays(self, world, question_set):
        cycle = make_cycle()
        return_, [concern] = self.sent(world, question_set, cycle)
        for _ in range(2):
            self.sent(world, question_set, cycle, value="reduced", return_=return_)
        assert Concern.objects.get().state == C.PROPOSED
        assert [move.reason for move in concern.moves.all()][1:] == [
            "The return was sent again, and its answer no longer proposes this."
        ]

    def test_what_is_open_comes_again_and_is_not_proposed_anew(self, world, question_set, acts):
        _, [concern] = self.sent(world, question_set, make_cycle())
        acts.triage(concern)
        next_cycle = make_cycle(2, TODAY)
        assert self.sent(world, question_set, next_cycle, now=NOW + 14 * DAY)[1] == []
        [again] = concern.moves.filter(from_state=C.TRIAGED)
        assert again.to_state == C.TRIAGED
        assert again.reason.startswith("Again in the return of cycle 2: ")

    def test_what_was_declined_is_proposed_anew(self, world, question_set, acts):
        _, [concern] = self.sent(world, question_set, make_cycle())
        acts.decline(concern)
        assert len(self.sent(world, question_set, make_cycle(2, TODAY), now=NOW + 14 * DAY)[1]) == 1

    def test_another_partners_is_its_own(self, world, question_set):
        cycle = make_cycle()
        self.sent(world, question_set, cycle)
        return_ = make_return(world.health, cycle, question_set)
        assert len(self.sent(world, question_set, cycle, return_=return_)[1]) == 1

    def test_the_database_holds_one_of_a_return(self, world, question_set):
        _, [concern] = self.sent(world, question_set, make_cycle())
        concern.pk, concern.uid = None, uuid4()
        with pytest.raises(IntegrityError), transaction.atomic():
            concern.save(force_insert=True)


class TestAsAtAMoment:
    def test_state_severity_clock_and_answer_by_the_moves(self, world, acts):
        concern = raised(world)
        concern = acts.triage(concern, now=NOW + DAY, severity="high")
        concern = acts.escalate(concern, now=NOW + 2 * DAY, answer_by=TODAY + 10 * DAY)
        concern = acts.answer(concern, now=NOW + 3 * DAY)
        concern = acts.close(concern, now=NOW + 4 * DAY)
        acts.reopen(concern, now=NOW + 5 * DAY)
        assert selectors.concerns_at(NOW - DAY) == []
        stood = [selectors.concerns_at(NOW + days * DAY)[0] for days in range(6)]
        assert [fact.state for fact in stood] == [
            C.RAISED,
            C.TRIAGED,
            C.ESCALATED,
            C.ANSWERED,
            C.CLOSED,
            C.TRIAGED,
        ]
        assert [fact.severity for fact in stood] == ["medium", *["high"] * 5]
        assert stood[0].answer_due_at == NOW.replace(day=22, hour=11)
        assert stood[2].answer_due_at == NOW.replace(day=25, hour=11)
        assert [fact.answered_at for fact in stood][2:] == [None, NOW + 3 * DAY, NOW + 3 * DAY, None]
        assert [fact.closed_at for fact in stood][3:] == [None, NOW + 4 * DAY, None]
        assert stood[5].escalated_at == NOW + 2 * DAY
        assert [fact.is_open for fact in stood] == [True] * 4 + [False, True]
        assert stood[0].overdue(NOW + 8 * DAY)
        assert not stood[3].overdue(NOW + 30 * DAY)
        assert stood[4].age_days(NOW + 30 * DAY) == 4

    def test_queries_do_not_grow(self, world, acts, django_assert_num_queries):
        for _ in range(5):
            acts.triage(raised(world))
        with django_assert_num_queries(2):
            assert len(selectors.concerns_at(NOW + 9 * DAY)) == 5


class TestWaiting:
    def words(self, user, at=NOW):
        return [(line.words, line.url_name, line.overdue) for line in selectors.waiting_for(user, at)]

    def test_each_is_told_what_waits_for_them(self, world, acts):
        raised(world)
        concern_row(world.police, C.TRIAGED, by=world.lead, owner=world.lead)
        acts.escalate(concern_row(world.police, C.TRIAGED, by=world.lead))
        assert self.words(world.coordinator) == [("1 concern waits for triage", "concerns_triage", False)]
        assert self.words(world.lead) == [("1 concern waits for your answer", "my_concerns", False)]
        assert self.words(world.board) == [("1 concern is before the board", "concerns_before_board", False)]
        assert self.words(world.board, NOW + timedelta(days=30))[0][2]
        assert self.words(world.other_lead) == []
        assert self.words(world.auditor) == []


@pytest.mark.parametrize(
    ("state", "seen"), [(C.PROPOSED, False), (C.RAISED, True), (C.DECLINED, True), (C.CLOSED, True)]
)
def test_who_sees_what(world, state, seen):
    concern = concern_row(world.police, state, by=world.coordinator)
    sees = {
        name: Concern.objects.visible_to(getattr(world, name), at=NOW).filter(pk=concern.pk).exists()
        for name in ("lead", "other_lead", "coordinator", "auditor", "board", "manager", "worker")
    }
    assert sees == {
        "lead": seen, "other_lead": False, "coordinator": True, "auditor": True, "board": False,
        "manager": False, "worker": False,
    }  # fmt: skip
