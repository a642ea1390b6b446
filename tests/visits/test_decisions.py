"""Asking for decisions and taking them: what is kept, who may, what counts then, what the database holds."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, Grant
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.people import LONG_AGO
from tests.visits.decision_world import (
    TODAY,
    ask,
    authorised,
    decide,
    draft,
    make_limits,
    renewed_once,
)
from tests.visits.factories import make_plan, make_visit, move_plan
from tests.visits.records_world import NOW, World, allocate, make_world, recorded
from visits import services
from visits.constants import Method, PlanType, Status
from visits.models import (
    Child,
    DecisionMove,
    ManagementDecision,
    OversightRule,
    Plan,
    Revision,
    StaleVisits,
    Visit,
)
from visits.rules.decisions import Choice
from visits.selectors import decisions
from visits.selectors.records import hands_on
from visits.services import OutOfReach

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHY = "Call the health visitor first"


@pytest.fixture
def world() -> World:
    make_limits()
    return make_world()


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def moves(decision: ManagementDecision) -> list[tuple[str, str, str]]:
    rows = DecisionMove.objects.filter(decision=decision).order_by("pk")
    return list(rows.values_list("was", "became", "moved_by__name"))


class TestAsking:
    def test_it_is_kept_with_its_first_move_and_an_event_without_its_words(self, world):
        made = ask(world, child_view=" Likes the calls ")
        saved = ManagementDecision.objects.get()
        assert (saved.state, saved.asked_by, saved.renewal, saved.version) == ("asked", world.worker, 0, 1)
        assert saved.child_view == "Likes the calls"
        assert moves(made) == [("", "asked", "Wanda Worker")]
        assert DecisionMove.objects.get().answers["review_on"] == "2020-04-10"
        event = AuditEvent.objects.get()
        assert (event.action, event.child_uid) == ("decision.asked", world.child.uid)
        assert "calls" not in str(event.detail)

    def test_a_manager_may_ask_too(self, world):
        assert ask(world, user=world.manager).asked_by == world.manager

    @pytest.mark.parametrize("who", ["colleague", "stranger", "other_manager", "auditor"])
    def test_about_anybody_elses_child_nobody_may(self, world, who):
        with pytest.raises(OutOfReach):
            ask(world, user=getattr(world, who))

    def test_of_another_childs_plan_there_is_none(self, world):
        with pytest.raises(OutOfReach):
            services.ask_for_decision(
                user=world.worker, child=world.child, plan=world.other_child.plans.get(), draft=draft(),
                renews=None, token=uuid4(), now=NOW,
            )  # fmt: skip

    def test_the_same_form_twice_is_one_request(self, world):
        token = uuid4()
        first = ask(world, token=token)
        with pytest.raises(AlreadyDone) as done:
            ask(world, token=token)
        assert done.value.outcome == str(first.uid)
        assert ManagementDecision.objects.count() == 1

    def test_a_second_request_for_the_plan_while_one_is_open(self, world):
        first = ask(world)
        assert refused(ask, world) == "already_open"
        with pytest.raises(IntegrityError), transaction.atomic():
            copy = ManagementDecision.objects.get(pk=first.pk)
            copy.pk, copy.uid = None, uuid4()
            copy.save(force_insert=True)

    def test_a_plan_that_closed_since_the_form_was_opened(self, world):
        plan = world.child.plans.get()
        Plan.objects.filter(pk=plan.pk).update(end_date=TODAY)
        with pytest.raises(Refusal) as refusal:
            services.ask_for_decision(
                user=world.worker, child=world.child, plan=plan, draft=draft(),
                renews=None, token=uuid4(), now=NOW,
            )  # fmt: skip
        assert refusal.value.code == "plan_closed"

    def test_the_limit_is_the_one_of_the_day(self, world):
        OversightRule.objects.create(
            code="decision_longest_days", value=7, unit="days", effective_from=TODAY, source="test"
        )
        assert refused(ask, world) == "review_too_late"

    def test_without_a_limit_on_record_nothing_is_guessed(self, world):
        OversightRule.objects.all().delete()
        assert refused(ask, world) == "rule_missing"


class TestDeciding:
    def test_authorised_by_a_manager_who_did_not_ask(self, world):
        made = decide(ask(world), world.manager, note="Agreed with the nurse")
        saved = ManagementDecision.objects.get()
        assert (saved.state, saved.decided_by, saved.decided_at) == ("authorised", world.manager, NOW)
        assert (saved.decision_note, saved.retrospective, saved.version) == (
            "Agreed with the nurse",
            False,
            2,
        )
        assert moves(made)[-1] == ("asked", "authorised", "Mona Manager")
        assert AuditEvent.objects.order_by("-pk").first().action == "decision.authorised"

    def test_never_by_who_asked(self, world):
        made = ask(world, user=world.manager)
        for choice in Choice:
            assert refused(decide, made, world.manager, choice, WHY) == "self_approval"
        assert decide(made, world.second_manager).state == "authorised"

    def test_nor_by_who_asked_as_social_worker_and_manages_too(self, world):
        """The person decides, not the role."""
        Grant.objects.create(user=world.manager, right="SW", granted_at=LONG_AGO)
        allocate(world.child, world.manager)
        assert refused(decide, ask(world, user=world.manager), world.manager) == "self_approval"

    def test_the_database_refuses_it_too(self, world):
        made = ask(world)
        for who in ("decided", "seconded"):
            with pytest.raises(IntegrityError), transaction.atomic():
                ManagementDecision.objects.filter(pk=made.pk).update(
                    **{f"{who}_by": world.worker, f"{who}_at": NOW}
                )

    @pytest.mark.parametrize("who", ["worker", "colleague", "other_manager", "auditor"])
    def test_only_by_a_manager_of_the_childs_team(self, world, who):
        made = ask(world, user=world.second_manager)
        with pytest.raises(OutOfReach):
            decide(made, getattr(world, who))

    def test_after_a_move_by_the_new_teams_manager(self, world):
        made = ask(world)
        move_plan(world.child.plans.get(), world.other_team, TODAY)
        with pytest.raises(OutOfReach):
            decide(made, world.manager)
        assert decide(made, world.other_manager).state == "authorised"

    def test_on_a_version_that_changed_meanwhile_nothing_happens(self, world):
        made = ask(world)
        decide(made, world.manager, version=1)
        with pytest.raises(StaleEdit):
            decide(made, world.second_manager, Choice.DECLINE, WHY, version=1)
        assert ManagementDecision.objects.get().state == "authorised"

    def test_a_declined_request_authorises_nothing_and_is_an_end(self, world):
        visit = recorded(world, method=Method.VIDEO, visit_date=TODAY)
        made = decide(ask(world), world.manager, Choice.DECLINE, WHY)
        visit.refresh_from_db()
        assert not visit.authorised
        assert decisions.covering(world.child, TODAY) == []
        assert refused(decide, made, world.second_manager) == "decision_is_fixed"
        assert ask(world).renewal == 0

    def test_an_expired_request_can_be_declined_and_not_authorised(self, world):
        made = ask(world, review_on=TODAY)
        assert refused(decide, made, world.manager, now=NOW + DAY) == "request_expired"
        assert decide(made, world.manager, Choice.DECLINE, WHY, now=NOW + DAY).state == "declined"

    def test_of_a_plan_that_closed_neither(self, world):
        made = ask(world)
        Plan.objects.update(end_date=TODAY)
        assert refused(decide, made, world.head) == "plan_closed"

    def test_after_the_days_have_begun_it_is_marked(self, world):
        made = decide(ask(world, covers_from=TODAY - DAY), world.manager)
        assert made.retrospective
        counts = decisions.counts(world.manager, at=NOW)
        assert (counts.retrospective, counts.authorised, counts.live) == (1, 1, 1)


class TestSendingBack:
    def sent_back(self, world) -> ManagementDecision:
        return decide(ask(world), world.manager, Choice.SEND_BACK, WHY)

    def resubmit(self, world, made, user=None, now=NOW, **other):
        return services.resubmit_decision(
            user=user or world.worker,
            decision=made,
            draft=draft(**other),
            reason="She agrees",
            expected_version=made.version,
            now=now,
        )

    def test_and_asking_again_keeps_both_texts(self, world):
        made = self.resubmit(world, self.sent_back(world), collaborative="The health visitor agrees")
        assert (made.state, made.decided_by) == ("asked", None)
        change = decisions.changes_of(made)[-1]
        assert change.differences == (
            ("collaborative", "The school nurse agrees", "The health visitor agrees"),
        )
        assert decisions.changes_of(made)[1].reason == WHY
        assert decide(made, world.manager).state == "authorised"

    def test_only_who_asked_asks_again(self, world):
        """Else a manager could write the answers that the same manager then authorises."""
        made = self.sent_back(world)
        assert refused(self.resubmit, world, made, world.manager, collaborative="Changed") == "not_yours"

    def test_the_same_answers_again_are_no_answer(self, world):
        assert refused(self.resubmit, world, self.sent_back(world)) == "nothing_changed"

    def test_by_the_rules_of_a_new_request(self, world):
        assert refused(self.resubmit, world, self.sent_back(world), risk_based="") == "empty_answer"

    def test_what_waits_cannot_be_changed(self, world):
        assert refused(self.resubmit, world, ask(world), risk_based="Other") == "not_a_move"

    def test_anybody_who_may_ask_withdraws(self, world):
        made = self.sent_back(world)
        services.withdraw_decision(
            user=world.second_manager, decision=made, reason="The family can be visited",
            expected_version=2, now=NOW,
        )  # fmt: skip
        assert moves(made)[-1] == ("sent_back", "withdrawn", "Milo Manager")
        assert ask(world).state == "asked"

    def test_a_decided_one_cannot_be_withdrawn(self, world):
        made = authorised(world)
        code = refused(
            services.withdraw_decision,
            user=world.worker, decision=made, reason="The family can be visited", expected_version=2, now=NOW,
        )  # fmt: skip
        assert code == "decision_is_fixed"


class TestRenewing:
    LATER = NOW + 30 * DAY

    def again(self, world, before, **other) -> ManagementDecision:
        days = {"covers_from": self.LATER.date(), "review_on": self.LATER.date() + 10 * DAY}
        return ask(world, renews=before, now=self.LATER, due_on=self.LATER.date(), **days | other)

    def test_it_names_the_one_before_and_supersedes_it(self, world):
        first = authorised(world)
        second = decide(self.again(world, first), world.manager, now=self.LATER)
        assert (second.renews, second.renewal) == (first, 1)
        child = Child.objects.named_for(world.manager, at=self.LATER).get(pk=world.child.pk)
        lines = decisions.decisions_of(child, at=self.LATER)
        assert [line.standing for line in lines] == ["live", "superseded"]

    def test_asking_afresh_is_refused(self, world):
        authorised(world)
        code = refused(self.again, world, None)
        assert code == "renew_it"

    def test_unless_the_child_was_seen_face_to_face(self, world):
        authorised(world)
        make_visit(world.child, TODAY + 2 * DAY)
        assert self.again(world, None).renewal == 0

    def test_an_authorised_decision_is_renewed_once(self, world):
        first = authorised(world)
        decide(self.again(world, first), world.manager, now=self.LATER)
        assert refused(self.again, world, first) == "not_the_latest"

    def test_a_declined_renewal_may_be_asked_for_again(self, world):
        first = authorised(world)
        decide(self.again(world, first), world.manager, Choice.DECLINE, WHY, now=self.LATER)
        assert self.again(world, first).renewal == 1

    def test_the_second_renewal_takes_two(self, world):
        made = self.again(world, renewed_once(world))
        first = decide(made, world.manager, now=self.LATER)
        assert (first.state, first.renewal) == ("second", 2)
        # Beyond the days of the one before.
        day = date(2020, 5, 2)
        assert decisions.covering(world.child, day) == []
        assert refused(decide, first, world.manager, now=self.LATER) == "second_is_another"
        second = decide(first, world.second_manager, now=self.LATER)
        assert (second.state, second.decided_by, second.seconded_by) == (
            "authorised",
            world.manager,
            world.second_manager,
        )
        [cover] = decisions.covering(world.child, day)
        assert cover.deciders == (world.manager.pk, world.second_manager.pk)

    def test_the_second_may_decline_or_send_back(self, world):
        made = decide(self.again(world, renewed_once(world)), world.manager, now=self.LATER)
        back = decide(made, world.second_manager, Choice.SEND_BACK, WHY, now=self.LATER)
        assert (back.state, back.decided_by_id) == ("sent_back", None)

    def test_the_database_refuses_one_alone_and_the_same_twice(self, world):
        made = decide(self.again(world, renewed_once(world)), world.manager, now=self.LATER)
        rows = ManagementDecision.objects.filter(pk=made.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state="authorised")
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state="authorised", seconded_by=world.manager, seconded_at=NOW)


class TestWhatCountsThen:
    def test_alternatives_on_its_days_and_no_others(self, world):
        inside = [
            recorded(world, method=Method.VIDEO, visit_date=TODAY - 2 * DAY),
            recorded(world, method=Method.DOORSTEP, visit_date=TODAY),
            make_visit(world.child, TODAY - DAY, Method.TELEPHONE),
        ]
        for other in (
            {"visit_date": TODAY - 3 * DAY, "method": Method.VIDEO},
            {"method": Method.FACE_TO_FACE},
            {"method": Method.VIDEO, "status": Status.PLANNED, "child_seen": False, "visit_date": TODAY},
            {"method": Method.VIDEO, "child": world.other_child},
        ):
            recorded(world, **other)
        StaleVisits.objects.all().delete()
        decide(ask(world, covers_from=TODAY - 2 * DAY, review_on=TODAY + DAY), world.manager)
        assert set(Visit.objects.filter(authorised=True)) == set(inside)
        visit = Visit.objects.get(pk=inside[0].pk)
        assert (visit.authorised_by, visit.authorised_at, visit.version) == (world.manager, NOW, 2)
        assert Revision.objects.filter(kind="visit").count() == 3
        assert StaleVisits.objects.count() == 3
        assert AuditEvent.objects.filter(action="visit.authorised").count() == 3

    def test_never_in_the_name_of_who_recorded_it(self, world):
        """The decision stands; the contact waits for somebody else, and the page lists it."""
        visit = recorded(world, method=Method.VIDEO, visit_date=TODAY, recorded_by=world.manager)
        made = decide(ask(world), world.manager)
        visit.refresh_from_db()
        assert (made.state, visit.authorised) == ("authorised", False)
        assert [contact.authorised for contact in decisions.contacts_of(made)] == [False]

    def test_of_two_deciders_the_other_one_authorises_it(self, world):
        later = TestRenewing.LATER
        made = TestRenewing().again(world, renewed_once(world))
        visit = recorded(world, method=Method.VIDEO, visit_date=later.date(), recorded_by=world.manager)
        decide(decide(made, world.manager, now=later), world.second_manager, now=later)
        visit.refresh_from_db()
        assert visit.authorised_by == world.second_manager

    def test_nor_in_the_name_of_who_corrected_it(self, world):
        visit = recorded(world, visit_date=TODAY, at=NOW - 3 * DAY)
        Revision.objects.create(
            kind="visit", record_id=visit.pk, version=1, was={"note": "Other"}, replaced_at=NOW,
            replaced_by=world.manager, replaced_by_label="x",
        )  # fmt: skip
        Visit.objects.filter(pk=visit.pk).update(method=Method.VIDEO, version=2)
        decide(ask(world), world.manager)
        assert not Visit.objects.get().authorised

    def test_who_only_authorised_a_contact_has_no_hand_in_it(self, world):
        visit = recorded(world, method=Method.VIDEO, visit_date=TODAY)
        decide(ask(world), world.manager)
        visit.refresh_from_db()
        assert visit.authorised
        assert hands_on(visit) == {world.worker.pk}

    def test_nor_what_the_law_of_the_day_did_not_allow(self, world):
        """A looked after child had to be visited in person: no rule on remote visits is on record here."""
        make_plan(world.child, PlanType.CIC, date(2020, 3, 1), team=world.team)
        call = recorded(world, method=Method.VIDEO, visit_date=TODAY)
        doorstep = recorded(world, method=Method.DOORSTEP, visit_date=TODAY)
        decide(ask(world), world.manager)
        call.refresh_from_db()
        doorstep.refresh_from_db()
        assert (call.authorised, doorstep.authorised) == (False, True)

    def test_covering_ends_with_the_review_date(self, world):
        made = authorised(world)
        assert [cover.uid for cover in decisions.covering(world.child, made.review_on)] == [made.uid]
        assert decisions.covering(world.child, made.review_on + DAY) == []
        assert decisions.covering(world.child, made.covers_from - DAY) == []
        assert decisions.covering(world.other_child, TODAY) == []

    def test_another_plan_is_no_way_round_the_second_approver(self, world):
        first = authorised(world)
        care = make_plan(world.child, PlanType.CIC, date(2020, 3, 1), team=world.team)
        about_care = {"user": world.worker, "child": world.child, "plan": care, "draft": draft(), "now": NOW}
        with pytest.raises(Refusal) as refusal:
            services.ask_for_decision(**about_care, renews=None, token=uuid4())
        assert refusal.value.code == "renew_it"
        made = services.ask_for_decision(**about_care, renews=first, token=uuid4())
        assert (made.renewal, made.plan) == (1, care)


class TestLists:
    def codes(self, user, shown, at=NOW):
        return [row.pk for row in decisions.listed(user, shown, at=at)]

    def test_each_finds_what_waits_for_them(self, world):
        made = ask(world, user=world.manager)
        assert self.codes(world.manager, "mine") == []
        assert self.codes(world.second_manager, "mine") == [made.pk]
        assert self.codes(world.other_manager, "all") == []
        assert self.codes(world.worker, "waiting") == [made.pk]

    def test_what_lapsed_stays_until_it_is_renewed_or_the_plan_closes(self, world):
        made = authorised(world)
        gone = NOW + 15 * DAY
        assert self.codes(world.manager, "live") == [made.pk]
        assert self.codes(world.manager, "lapsed", gone) == [made.pk]
        assert self.codes(world.manager, "live", gone) == []
        Plan.objects.filter(child=world.child).update(end_date=TODAY + 15 * DAY)
        assert self.codes(world.head, "lapsed", gone) == []
