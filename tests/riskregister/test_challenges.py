"""Challenges: asked of a partner, answered by its lead or deputy, weighed by the board, looked at after 90
days."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from operations.models import Notification
from partners.constants import Duty
from riskregister.history import story
from riskregister.models import BoardReview, Challenge
from riskregister.selectors.board_pages import challenges_that_changed
from riskregister.selectors.board_work import challenges_at, waiting_for
from riskregister.services import board_clock, challenges
from riskregister.services.board_steps import OutOfReach
from riskregister.services.challenges import AskedAbout
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import represent
from tests.people import person
from tests.riskregister.board_world import (
    DAY,
    NOW,
    TODAY,
    World,
    accepted,
    asked,
    challenge_answered,
    make_world,
)
from tests.riskregister.factories import make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    return refused.value.code


def answer(world, made, user, *, version=None, now=NOW, words="Schools were closed"):
    return challenges.answer(
        user=user, challenge=made, answer=words, expected_version=version or made.version, now=now
    )


def accept(world, made, user=None, now=NOW):
    return challenges.accept(user=user or world.board, challenge=made, expected_version=made.version, now=now)


def reopen(world, made, user=None, *, now=NOW, reason="How many were referred before?", due=None):
    return challenges.reopen(
        user=user or world.board,
        challenge=made,
        reason=reason,
        answer_due_on=due or now.date() + 7 * DAY,
        expected_version=made.version,
        now=now,
    )


def look(world, made, *, now, changed="yes", how="Referrals rose again", user=None):
    return challenges.say_what_changed(
        user=user or world.board,
        challenge=made,
        changed=changed,
        how=how,
        expected_version=made.version,
        now=now,
    )


def told(title: str) -> set[str]:
    return set(Notification.objects.filter(title=title).values_list("recipient__name", flat=True))


class TestAsking:
    def test_with_a_clock_and_the_lead_and_deputies_are_told(self, world):
        made = asked(world)
        assert (made.state, made.answer_due_on) == ("asked", TODAY + 14 * DAY)
        assert told("The board asks for an answer") == {"Lena Lead", "Dan Deputy"}
        assert "referrals" not in str(list(Notification.objects.values("title", "text", "href")))
        assert AuditEvent.objects.get().action == "challenge.asked"

    def test_about_a_risk_or_a_section_of_a_review(self, world):
        review = BoardReview.objects.create(
            month=date(2020, 5, 1), cut_off=NOW, state="in_review", method_version="1"
        )
        assert asked(world, about=AskedAbout(risk=world.risk)).risk == world.risk
        made = asked(world, about=AskedAbout(review=review, section="visits"))
        assert (made.review, made.section) == (review, "visits")

    def test_not_about_another_partners_own_risk(self, world):
        of_health = make_risk("Of health", organisation=world.health)
        assert code_of(asked, world, about=AskedAbout(risk=of_health)) == "another_partners_risk"
        assert asked(world, about=AskedAbout(risk=world.own_risk)).risk == world.own_risk

    def test_not_about_a_risk_that_is_still_a_partners_draft(self, world):
        draft = make_risk("Draft", organisation=world.police, state="draft")
        with pytest.raises(OutOfReach):
            asked(world, about=AskedAbout(risk=draft))

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({"question": "\n"}, "text_missing"),
            ({"question": "x" * 4001}, "text_too_long"),
            ({"answer_due_on": TODAY - DAY}, "answer_by_past"),
        ],
    )
    def test_each_fault_is_named(self, world, other, code):
        assert code_of(asked, world, **other) == code

    def test_sent_twice_it_is_one(self, world):
        token = uuid4()
        asked(world, token=token)
        with pytest.raises(AlreadyDone):
            asked(world, token=token)
        assert Challenge.objects.count() == 1

    def test_who_sees_which(self, world):
        made = asked(world)

        def sees(user) -> bool:
            return Challenge.objects.visible_to(user, at=NOW).filter(pk=made.pk).exists()

        assert all(
            sees(one)
            for one in (world.board, world.coordinator, world.auditor, world.lead, world.contributor)
        )
        assert not any(sees(one) for one in (world.other_lead, world.manager, world.worker))


class TestAnswering:
    @pytest.mark.parametrize("who", ["lead", "deputy"])
    def test_by_the_lead_or_a_deputy_and_who_asked_is_told(self, world, who):
        made = answer(world, asked(world), getattr(world, who), now=NOW + DAY)
        assert (made.state, made.answer, made.answered_at) == (
            "answered",
            "Schools were closed",
            NOW + DAY,
        )
        assert told("A partner has answered a challenge") == {"Bea Board"}

    @pytest.mark.parametrize("who", ["other_lead", "contributor", "board", "coordinator"])
    def test_not_by_others(self, world, who):
        with pytest.raises(Refusal) as refused:
            answer(world, asked(world), getattr(world, who))
        assert refused.value.code in ("out_of_reach", "not_your_act")

    def test_not_by_who_asked(self, world):
        both = person("BM", "PR", name="Both")
        represent(both, world.police, Duty.DEPUTY)
        assert code_of(answer, world, asked(world, both), both) == "four_eyes"
        with pytest.raises(IntegrityError), transaction.atomic():
            Challenge.objects.update(answer="x", answered_at=NOW, answered_by=both)

    def test_who_comes_second_is_told(self, world):
        made = asked(world)
        answer(world, made, world.lead)
        assert code_of(answer, world, made, world.deputy, version=1) == "wrong_state"

    def test_an_older_version_is_told(self, world):
        made = asked(world)
        Challenge.objects.update(version=3)
        with pytest.raises(StaleEdit):
            answer(world, made, world.lead)


class TestWeighing:
    def test_accepted_by_any_board_member_who_did_not_answer(self, world):
        assert accept(world, challenge_answered(world), world.second).state == "accepted"
        both = person("BM", "PR", name="Both")
        represent(both, world.police, Duty.DEPUTY)
        made = answer(world, asked(world), both)
        for call in (accept, reopen):
            assert code_of(call, world, made, both) == "four_eyes"

    @pytest.mark.parametrize("who", ["coordinator", "lead"])
    def test_not_by_others(self, world, who):
        for call in (accept, reopen):
            made = challenge_answered(world)
            assert code_of(call, world, made, getattr(world, who)) == "not_your_act"

    def test_asked_again_with_a_reason_and_a_new_day(self, world):
        made = challenge_answered(world)
        assert code_of(reopen, world, made, reason="") == "text_missing"
        assert code_of(reopen, world, made, due=TODAY - DAY) == "answer_by_past"
        again = reopen(world, made)
        assert (again.state, again.answer, again.answered_at) == ("reopened", "", None)
        assert again.answer_due_on == TODAY + 7 * DAY
        # Told once for each round; the answer that did not hold stays in the history.
        assert Notification.objects.filter(recipient=world.lead).count() == 2
        assert story("challenge", made.uid)[1].fields["answer"] == "Schools were closed"
        better = answer(world, again, world.lead, words="30, and 12 now")
        assert accept(world, better).not_accepted_reason == ""

    def test_what_was_accepted_may_be_asked_again(self, world):
        assert reopen(world, accepted(world)).state == "reopened"


class TestWhatChanged:
    def test_90_days_after_the_answer_that_held(self, world):
        made = accepted(world)
        assert code_of(look, world, made, now=NOW + 89 * DAY) == "too_soon"
        assert look(world, made, now=NOW + 90 * DAY).changed == "yes"
        waits = challenge_answered(world)
        assert code_of(look, world, waits, now=NOW + 90 * DAY) == "wrong_state"

    def test_how_many_changed_something(self, world):
        for changed in ("yes", "partly", "no", "too_early"):
            look(world, accepted(world), now=NOW + 90 * DAY, changed=changed)
        asked(world)
        found = challenges_that_changed(Challenge.objects.all())
        assert (found.asked, found.looked_at, found.changed) == (5, 3, 2)


class TestClock:
    def test_late_answers_tell_the_partner_who_asked_and_the_coordinator_once(self, world):
        asked(world, answer_due_on=TODAY)
        assert board_clock.tell_of_overdue(NOW) == 0
        assert board_clock.tell_of_overdue(NOW + DAY) == 4
        assert told("An answer to the board is overdue") == {
            "Lena Lead",
            "Dan Deputy",
            "Bea Board",
            "Cora Coordinator",
        }
        assert board_clock.tell_of_overdue(NOW + 2 * DAY) == 0

    def test_what_waits_for_whom(self, world):
        asked(world, answer_due_on=TODAY)
        challenge_answered(world)
        accepted(world)

        def words(user, at=NOW + DAY):
            return [(one.words, one.overdue) for one in waiting_for(user, at)]

        assert words(world.lead) == [("1 challenge of the board waits for your answer", True)]
        assert words(world.contributor) == words(world.other_lead) == []
        assert words(world.board) == [("1 answer to a challenge waits for the board", False)]
        assert ("1 challenge: say what changed for children", False) in words(world.second, NOW + 91 * DAY)


def test_what_happened_later_does_not_show(world):
    made = asked(world)
    made = answer(world, made, world.lead, now=NOW + DAY)
    reopen(world, made, now=NOW + 2 * DAY)
    assert challenges_at(NOW - DAY) == ()
    states = [challenges_at(NOW + days * DAY)[0] for days in (0, 1, 2)]
    assert [(one.state, one.answered_at) for one in states] == [
        ("asked", None),
        ("answered", NOW + DAY),
        ("reopened", None),
    ]
    assert states[0].asked_of == "Moorland Police"
    assert states[0].answer_due_on == TODAY + 14 * DAY
    assert states[2].answer_due_on == TODAY + 9 * DAY
