"""Returns in their tables: saved, confirmed, sent, sent back, accepted, unlocked; and who may."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEvent
from operations.models import Notification
from partners.constants import CycleState, Duty, ReturnState
from partners.facts.questions import GivenAnswer
from partners.facts.returns import Why
from partners.models import (
    Answer,
    AnswerRevision,
    Concern,
    Question,
    QuestionSet,
    Return,
    ReturnMove,
    SectionAssignment,
    Submission,
    WorkSpell,
)
from partners.rules.returns import ALLOWED_MOVES, Move
from partners.selectors import returns as selectors
from partners.selectors.burden import burden, recent_burden
from partners.selectors.return_work import working_copy
from partners.services import returns as services
from partners.services.base import OutOfReach
from partners.signals import return_submitted
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import BASIC_QUESTIONS, make_question_set, represent
from tests.partners.return_world import ANSWERS, FORTNIGHT, NOW, World, make_world, save, submit
from tests.people import person

pytestmark = pytest.mark.django_db
UNKNOWN = GivenAnswer(None, "do_not_know", "The system is down")


@pytest.fixture
def world() -> World:
    return make_world()


def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.code


class TestSaving:
    def test_the_first_answer_starts_the_return(self, world):
        return_ = world.now_due
        assert save(return_, world.contributor, {"waiting": GivenAnswer(0)}) == {"waiting": 1}
        return_.refresh_from_db()
        assert (return_.state, return_.started_at, return_.version) == ("started", NOW, 2)
        answer = Answer.objects.get()
        assert (answer.value, answer.non_answer, answer.answered_by) == (0, "", world.contributor)
        assert ReturnMove.objects.get().to_state == "started"
        event = AuditEvent.objects.get(action="return.answers_saved")
        assert event.detail["questions"] == ["waiting"]
        # What it says is not on the trail.
        assert "value" not in str(event.detail)

    def test_what_is_the_same_is_not_saved_again(self, world):
        save(world.now_due, world.lead, {"waiting": GivenAnswer(3)})
        save(world.now_due, world.deputy, {"waiting": GivenAnswer(3)}, expected={"waiting": 0})
        assert Answer.objects.get().answered_by == world.lead
        assert AnswerRevision.objects.count() == 0

    def test_a_change_keeps_what_was_there(self, world):
        save(world.now_due, world.lead, {"waiting": GivenAnswer(3)})
        save(world.now_due, world.deputy, {"waiting": UNKNOWN})
        answer = Answer.objects.get()
        assert (answer.value, answer.non_answer, answer.version) == (None, "do_not_know", 2)
        revision = AnswerRevision.objects.get()
        assert (revision.before["value"], revision.changed_by) == (3, world.deputy)

    def test_another_persons_answer_is_left_and_the_rest_saved(self, world):
        save(world.now_due, world.lead, {"waiting": GivenAnswer(3)})
        with pytest.raises(services.StaleAnswers) as caught:
            save(
                world.now_due,
                world.deputy,
                {"waiting": GivenAnswer(4), "staff_away": GivenAnswer("5")},
                expected={"waiting": 0},
            )
        assert (caught.value.codes, caught.value.field) == (("waiting",), "waiting")
        assert isinstance(caught.value, StaleEdit)
        assert selectors.given_answers(world.now_due) == {
            "waiting": GivenAnswer(3),
            "staff_away": GivenAnswer("5"),
        }

    def test_an_answer_taken_back_and_given_anew_is_not_the_one_that_was_seen(self, world):
        for said in (GivenAnswer(3), None, GivenAnswer(5)):
            save(world.now_due, world.lead, {"waiting": said})
        assert Answer.objects.get().version == 2
        four = {"waiting": GivenAnswer(4)}
        assert (
            refused(lambda: save(world.now_due, world.deputy, four, expected={"waiting": 1})) == "stale_edit"
        )

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"gone": GivenAnswer(1)}, "unknown_question"),
            ({"waiting": GivenAnswer(-1)}, "too_low"),
            ({"waiting": GivenAnswer(1), "level": GivenAnswer("closed")}, "not_offered"),
            ({"level": GivenAnswer(None, "later")}, "non_answer_reason_missing"),
        ],
    )
    def test_what_does_not_fit_saves_nothing(self, world, changes, code):
        assert refused(lambda: save(world.now_due, world.lead, changes)) == code
        assert not Answer.objects.exists()

    def test_nobody_else_fills_it(self, world):
        for user in (world.stranger, world.coordinator, person("AU"), person("BM"), person("AD")):
            with pytest.raises(OutOfReach):
                save(world.now_due, user, {"waiting": GivenAnswer(1)})
        staff = person("PR", name="Staff")
        represent(staff, world.own, Duty.STAFF)
        with pytest.raises(OutOfReach):
            save(world.now_due, staff, {"waiting": GivenAnswer(1)})

    def test_a_closed_cycle_refuses_but_for_more_time(self, world):
        return_, cycle = world.now_due, world.cycles[2]
        cycle.state, cycle.closed_at = CycleState.CLOSED, NOW
        cycle.save()
        assert refused(lambda: save(return_, world.lead, ANSWERS)) == "cycle_closed"
        Return.objects.filter(pk=return_.pk).update(state="started")
        assert refused(lambda: submit(return_, world.lead)) == "cycle_closed"
        Return.objects.filter(pk=return_.pk).update(extended_until=NOW + timedelta(days=1))
        save(return_, world.lead, ANSWERS)
        submit(return_, world.lead)
        assert Submission.objects.count() == 1


class TestConfirming:
    def test_all_of_it_with_its_age(self, world):
        world.sent(1)
        world.sent(2)
        confirmed = services.confirm_unchanged(user=world.lead, return_=world.now_due, now=NOW)
        assert set(confirmed) == set(ANSWERS)
        rows = Answer.objects.filter(of_return=world.now_due)
        assert {(row.same_since_cycle, row.answered_by) for row in rows} == {(1, world.lead)}
        event = AuditEvent.objects.filter(action="return.confirmed_unchanged").get()
        assert sorted(event.detail["questions"]) == sorted(ANSWERS)
        # Nothing changed; what was sent counts as confirmed.
        assert submit(world.now_due, world.lead).counts["confirmed"] == len(ANSWERS)

    def test_a_change_in_between_begins_a_new_age(self, world):
        world.sent(1)
        world.sent(2, {**ANSWERS, "waiting": GivenAnswer(9)})
        brought = working_copy(world.now_due).brought
        assert {code: said.same_since_cycle for code, said in brought.items()} == {
            "level": 1,
            "staff_away": 1,
            "waiting": 2,
            "next_review": 1,
        }

    def test_what_was_answered_meanwhile_stands(self, world):
        world.sent(2)
        save(world.now_due, world.contributor, {"waiting": GivenAnswer(8)})
        confirmed = services.confirm_unchanged(user=world.lead, return_=world.now_due, now=NOW)
        assert "waiting" not in confirmed
        assert selectors.given_answers(world.now_due)["waiting"] == GivenAnswer(8)

    def test_only_what_is_named(self, world):
        world.sent(2)
        assert services.confirm_unchanged(
            user=world.lead, return_=world.now_due, codes=["waiting", "gone"], now=NOW
        ) == ("waiting",)

    def test_what_is_asked_first_is_not_confirmed(self, world):
        later = GivenAnswer(None, "later", "On Friday")
        world.sent(1, {**ANSWERS, "waiting": UNKNOWN, "staff_away": later})
        world.sent(2, {**ANSWERS, "waiting": UNKNOWN, "staff_away": later})
        copy = working_copy(world.now_due)
        assert copy.first == {"staff_away": Why.LATER, "waiting": Why.TWICE}
        services.confirm_unchanged(user=world.lead, return_=world.now_due, now=NOW)
        assert set(selectors.given_answers(world.now_due)) == {"level", "next_review"}
        assert refused(lambda: submit(world.now_due, world.lead)) == "missing"

    def test_a_first_return_has_nothing_to_confirm(self, world):
        assert (
            refused(lambda: services.confirm_unchanged(user=world.lead, return_=world.now_due, now=NOW))
            == "nothing_to_confirm"
        )

    def test_another_organisations_answers_never_come_forward(self, world):
        world.sent(2, organisation=world.other)
        copy = working_copy(world.now_due)
        assert (copy.last, copy.brought) == (None, {})

    def test_an_answer_typed_as_it_was_counts_as_the_same(self, world):
        world.sent(1)
        save(world.now_due, world.lead, {"waiting": GivenAnswer(0), "staff_away": GivenAnswer("12.5")})
        said = selectors.given_answers(world.now_due)
        assert said["waiting"].same_since_cycle == 1
        # Without its comment it says something else.
        assert said["staff_away"].same_since_cycle is None


class TestAcrossVersions:
    def version(self, number: int, **changes: dict | None) -> QuestionSet:
        """The set again, with the questions of `changes` changed (None: dropped)."""
        questions = [
            {**fields, **(changes.get(fields["code"]) or {})}
            for fields in BASIC_QUESTIONS
            if fields["code"] not in changes or changes[fields["code"]] is not None
        ]
        return make_question_set(version=number, questions=tuple(questions))

    def test_dropped_and_changed_questions_stay_behind(self, world):
        world.sent(2)
        newer = self.version(2, staff_away=None, waiting={"series_break": True}, next_review={"kind": "text"})
        return_ = world.return_in(3)
        Return.objects.filter(pk=return_.pk).update(question_set=newer)
        copy = working_copy(Return.objects.get(pk=return_.pk))
        assert set(copy.brought) == {"level"}
        assert copy.first == {"waiting": Why.CHANGED, "next_review": Why.CHANGED}

    def test_a_break_in_a_version_that_was_skipped_still_breaks(self, world):
        world.sent(2)
        self.version(2, waiting={"series_break": True})
        third = self.version(3)
        return_ = world.return_in(3)
        Return.objects.filter(pk=return_.pk).update(question_set=third)
        assert "waiting" not in working_copy(Return.objects.get(pk=return_.pk)).brought

    def test_a_break_long_before_does_not(self, world):
        newer = self.version(2, waiting={"series_break": True})
        for number in (2, 3):
            return_ = world.return_in(number)
            Return.objects.filter(pk=return_.pk).update(question_set=newer)
        world.sent(2)
        assert "waiting" in working_copy(Return.objects.get(pk=world.return_in(3).pk)).brought


class TestSending:
    def test_it_is_kept_as_it_was_sent(self, world, django_capture_on_commit_callbacks):
        heard = []

        def hear(sender, return_uid, **kwargs):
            heard.append(return_uid)

        return_submitted.connect(hear)
        save(
            world.now_due,
            world.contributor,
            {**ANSWERS, "level": GivenAnswer("paused"), "why_paused": UNKNOWN},
        )
        services.touch(world.now_due, world.lead, NOW)
        services.touch(world.now_due, world.lead, NOW + timedelta(minutes=2))
        with django_capture_on_commit_callbacks(execute=True):
            sent = submit(world.now_due, world.lead, NOW + timedelta(minutes=3))
        return_submitted.disconnect(hear)
        return_ = world.now_due
        assert heard == [return_.uid]
        assert (return_.state, return_.submitted_by) == ("submitted", world.lead)
        assert (sent.number, sent.worked_seconds) == (1, 120)
        assert sent.counts == {"asked": 5, "anew": 4, "confirmed": 0, "non_answers": 1, "empty": 0}
        kept = selectors.submission_of(return_)
        assert kept.answers["why_paused"] == UNKNOWN
        assert (kept.organisation, kept.cycle_number) == ("Own police", 3)
        # A paused service proposes a concern, in the same step.
        assert Concern.objects.count() == 1
        event = AuditEvent.objects.get(action="return.submitted")
        assert event.detail["late"] is False

    def test_an_answer_to_a_question_no_longer_asked_is_not_sent(self, world):
        save(world.now_due, world.lead, {"level": GivenAnswer("paused"), "why_paused": GivenAnswer("Staff")})
        save(world.now_due, world.lead, ANSWERS)
        assert set(submit(world.now_due, world.lead).answers) == set(ANSWERS)

    def test_late_is_said(self, world):
        save(world.now_due, world.lead, ANSWERS)
        submit(world.now_due, world.lead, world.cycles[2].due_at + timedelta(seconds=1))
        assert AuditEvent.objects.get(action="return.submitted").detail["late"] is True

    def test_only_a_lead_or_deputy(self, world):
        save(world.now_due, world.contributor, ANSWERS)
        assert refused(lambda: submit(world.now_due, world.contributor)) == "lead_or_deputy"
        submit(world.now_due, world.deputy)
        with pytest.raises(OutOfReach):
            submit(world.now_due, world.stranger)

    def test_not_under_somebodys_hands(self, world):
        save(world.now_due, world.lead, ANSWERS)
        return_ = Return.objects.get(pk=world.now_due.pk)
        save(return_, world.contributor, {"waiting": GivenAnswer(99)})
        with pytest.raises(StaleEdit):
            services.submit_return(
                user=world.lead,
                return_=return_,
                expected_version=return_.version,
                token=uuid4(),
                now=NOW,
            )
        assert not Submission.objects.exists()

    def test_twice_is_once(self, world):
        save(world.now_due, world.lead, ANSWERS)
        return_ = world.now_due
        return_.refresh_from_db()
        send = {"user": world.lead, "return_": return_, "expected_version": return_.version, "now": NOW}
        token = uuid4()
        services.submit_return(**send, token=token)
        with pytest.raises(AlreadyDone):
            services.submit_return(**send, token=token)
        assert refused(lambda: services.submit_return(**send, token=uuid4())) == "not_now"
        assert Submission.objects.count() == 1

    def test_what_was_sent_never_changes(self, world):
        sent = world.sent(1).submissions.get()
        for change in (
            lambda: Submission.objects.filter(pk=sent.pk).update(worked_seconds=0),
            lambda: Submission.objects.filter(pk=sent.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_no_answer_is_both_or_neither(self, world):
        row = {"of_return": world.now_due, "question": Question.objects.get(code="waiting")}
        row |= {"answered_at": NOW, "answered_by": world.lead}
        for fields in (
            {},
            {"value": 0, "non_answer": "later", "non_answer_reason": "x"},
            {"non_answer": "later"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Answer.objects.create(**row, **fields)


class TestDeciding:
    def act(self, world: World, move: Move, user=None):
        return_ = Return.objects.get(pk=world.now_due.pk)
        seen = {"return_": return_, "expected_version": return_.version, "now": NOW}
        coordinator = {**seen, "user": user or world.coordinator}
        calls = {
            Move.FILL: lambda: save(return_, world.lead, {"waiting": GivenAnswer(77)}),
            Move.SUBMIT: lambda: submit(return_, world.lead),
            Move.SEND_BACK: lambda: services.send_back(**coordinator, reason="Two do not agree", about={}),
            Move.ACCEPT: lambda: services.accept_return(**coordinator),
            Move.UNLOCK: lambda: services.unlock(**coordinator, reason="A figure was wrong"),
        }
        return calls[move]()

    def bring_to(self, world: World, state: str) -> None:
        ways = {
            ReturnState.NOT_STARTED: [],
            ReturnState.STARTED: [],
            ReturnState.SUBMITTED: [Move.SUBMIT],
            ReturnState.SENT_BACK: [Move.SUBMIT, Move.SEND_BACK],
            ReturnState.ACCEPTED: [Move.SUBMIT, Move.ACCEPT],
        }
        if state != ReturnState.NOT_STARTED:
            save(world.now_due, world.lead, ANSWERS)
        for move in ways[ReturnState(state)]:
            self.act(world, move)
        assert Return.objects.get(pk=world.now_due.pk).state == state

    @pytest.mark.parametrize(("state", "move"), product(ReturnState, Move))
    def test_each_act_in_each_state(self, world, state, move):
        self.bring_to(world, state)
        if (state, move) in ALLOWED_MOVES:
            self.act(world, move)
            assert Return.objects.get(pk=world.now_due.pk).state == ALLOWED_MOVES[state, move]
            return
        with pytest.raises(Refusal) as caught:
            self.act(world, move)
        # Of another organisation's draft not even the coordinator is told what it is.
        hidden = state in ("not_started", "started") and move in (Move.SEND_BACK, Move.ACCEPT, Move.UNLOCK)
        assert caught.value.code == ("out_of_reach" if hidden else "not_now")
        assert Return.objects.get(pk=world.now_due.pk).state == state

    def test_sent_back_with_what_is_meant_and_sent_again(self, world):
        self.bring_to(world, ReturnState.SUBMITTED)
        return_ = Return.objects.get(pk=world.now_due.pk)
        move = services.send_back(
            user=world.coordinator,
            return_=return_,
            expected_version=return_.version,
            reason="Look again",
            about={"waiting": "It was 40 last week", "level": ""},
            now=NOW,
        )
        assert move.about == {"waiting": "It was 40 last week"}
        told = Notification.objects.filter(recipient__in=[world.lead, world.deputy])
        assert told.count() == 2
        assert not any("40" in row.text for row in told)
        save(return_, world.lead, {"waiting": GivenAnswer(41)})
        assert selectors.submission_of(return_).answers["waiting"] == GivenAnswer(0)
        assert submit(return_, world.lead, NOW + timedelta(hours=1)).number == 2
        assert selectors.submission_of(return_).answers["waiting"] == GivenAnswer(41)
        assert selectors.submission_of(return_, at=NOW).answers["waiting"] == GivenAnswer(0)
        assert selectors.submission_before(return_).answers["waiting"] == GivenAnswer(0)

    @pytest.mark.parametrize(
        ("reason", "about", "code"),
        [
            (" ", {}, "reason_missing"),
            ("x", {"why_paused": "x"}, "unknown_question"),
            ("x" * 1001, {}, "text_too_long"),
        ],
    )
    def test_sent_back_refusals(self, world, reason, about, code):
        self.bring_to(world, ReturnState.SUBMITTED)
        return_ = Return.objects.get(pk=world.now_due.pk)
        send = {
            "user": world.coordinator,
            "return_": return_,
            "expected_version": return_.version,
            "now": NOW,
        }
        assert refused(lambda: services.send_back(**send, reason=reason, about=about)) == code

    def test_nobody_decides_on_their_own(self, world):
        self.bring_to(world, ReturnState.SUBMITTED)
        both = person("PR", "CO", name="Both")
        represent(both, world.own)
        assert refused(lambda: self.act(world, Move.ACCEPT, user=both)) == "own_return"
        for user in (world.lead, person("AU"), person("BM")):
            with pytest.raises(OutOfReach):
                self.act(world, Move.ACCEPT, user=user)

    def test_of_a_stale_page_nothing_is_decided(self, world):
        self.bring_to(world, ReturnState.SUBMITTED)
        with pytest.raises(StaleEdit):
            services.accept_return(user=world.coordinator, return_=world.now_due, expected_version=1, now=NOW)


class TestPeople:
    def test_a_lead_says_who_fills_a_section(self, world):
        give = {"return_": world.now_due, "section": "services", "now": NOW}
        services.assign_section(user=world.lead, assignee=world.contributor, **give)
        services.assign_section(user=world.deputy, assignee=world.lead, **give)
        assert SectionAssignment.objects.get().user == world.lead
        assert (
            refused(lambda: services.assign_section(user=world.contributor, assignee=None, **give))
            == "lead_assigns"
        )
        assert (
            refused(lambda: services.assign_section(user=world.lead, assignee=world.stranger, **give))
            == "not_of_the_organisation"
        )
        services.assign_section(user=world.lead, assignee=None, **give)
        assert not SectionAssignment.objects.exists()

    def test_touches_add_up_for_each_person(self, world):
        for user, minutes in ((world.lead, (0, 3, 60)), (world.deputy, (0, 1))):
            for minute in minutes:
                services.touch(world.now_due, user, NOW + timedelta(minutes=minute))
        assert sorted(WorkSpell.objects.values_list("seconds", flat=True)) == [60, 480]

    def test_burden_is_the_median_of_what_was_last_sent(self, world):
        for number, seconds in ((1, 60), (2, 240)):
            return_ = world.return_in(number)
            start = world.cycles[number - 1].opens_at
            services.touch(return_, world.lead, start)
            services.touch(return_, world.lead, start + timedelta(seconds=seconds))
            world.sent(number)
        at = world.cycles[2].opens_at
        assert (burden(world.cycles, at).minutes, burden(world.cycles, at).returns) == (3, 2)
        assert burden(world.cycles[:1], at).minutes == 1
        assert recent_burden(at, 2).returns == 1
        assert burden([], at).minutes is None


class TestReading:
    def test_a_draft_is_in_nobody_elses_hands(self, world):
        save(world.now_due, world.lead, ANSWERS)
        for user in (
            world.stranger,
            world.coordinator,
            person("AU"),
            person("BM"),
            person("AD"),
            person("MG"),
        ):
            assert not Return.objects.visible_to(user, at=NOW).filter(organisation=world.own).exists()
            assert not Return.objects.own_of(user, at=NOW).filter(organisation=world.own).exists()
            assert selectors.to_look_at(user, NOW).count() == 0

    def test_submissions_of_a_cycle_as_at_a_moment(self, world, django_assert_max_num_queries):
        first, second = world.sent(2), world.sent(2, organisation=world.other)
        cycle, sent_at = world.cycles[1], first.submitted_at
        with django_assert_max_num_queries(3):
            found = selectors.submissions_at(cycle, sent_at)
        assert [one.organisation for one in found] == ["Other trust", "Own police"]
        assert {one.return_uid for one in found} == {first.uid, second.uid}
        assert selectors.submissions_at(cycle, sent_at - timedelta(seconds=1)) == []

    def test_waiting_for(self, world):
        return_ = world.now_due
        waiting = selectors.waiting_for(world.lead, NOW)
        assert [(one.words, one.url_args, one.overdue) for one in waiting] == [
            ("1 return of Own police for cycle 3, due 22 May 2020", (str(return_.uid),), False)
        ]
        late = selectors.waiting_for(world.contributor, world.cycles[2].due_at + timedelta(days=1))
        assert [one.overdue for one in late] == [True]
        assert selectors.waiting_for(world.coordinator, NOW) == []
        save(return_, world.lead, ANSWERS)
        submit(return_, world.lead)
        assert selectors.waiting_for(world.lead, NOW) == []
        [line] = selectors.waiting_for(world.coordinator, NOW)
        assert (line.count, line.url_name) == (1, "returns_to_look_at")
        return_.refresh_from_db()
        services.send_back(
            user=world.coordinator,
            return_=return_,
            expected_version=return_.version,
            reason="Look again",
            about={},
            now=NOW,
        )
        assert "was sent back to you" in selectors.waiting_for(world.lead, NOW)[0].words
        world.cycles[2].state, world.cycles[2].closed_at = CycleState.CLOSED, NOW
        world.cycles[2].save()
        assert selectors.waiting_for(world.lead, NOW + FORTNIGHT) == []

    def test_the_last_submission_skips_a_cycle_without_one(self, world):
        world.sent(1)
        world.return_in(2)
        found = selectors.last_submission(world.own, world.cycles[2], "basics")
        assert found.cycle_number == 1
        assert selectors.last_submission(world.own, world.cycles[2], "others") is None
        assert selectors.last_submission(world.own, world.cycles[0], "basics") is None
