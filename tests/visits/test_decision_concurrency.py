"""Managers, askers and recorders at the same moment, on PostgreSQL."""

from threading import Event
from uuid import uuid4

import pytest

from accounts.models import AuditEvent, AuditHead
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.visits.decision_world import TODAY, ask, decide, draft, make_limits
from tests.visits.records_world import NOW, World, make_world, recorded
from tests.visits.test_records_concurrency import at_once
from visits import services
from visits.constants import Method
from visits.models import DecisionMove, ManagementDecision, Visit
from visits.rules.alternatives import AlternativeDraft
from visits.rules.decisions import Choice
from visits.services import decisions as decision_services
from visits.services.alternatives import record_alternative

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]
WHY = "Visit the child at the garden gate"


@pytest.fixture
def world() -> World:
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    make_limits()
    return make_world()


class TestTwoManagers:
    @pytest.mark.parametrize("turn", range(3))
    def test_one_decides_and_the_other_is_told(self, world, turn):
        made = ask(world)
        outcomes = at_once(
            lambda: decide(made, world.manager, version=1),
            lambda: decide(made, world.second_manager, Choice.DECLINE, WHY, version=1),
            lambda: decide(made, world.head, Choice.SEND_BACK, WHY, version=1),
        )
        won = [outcome for outcome in outcomes if isinstance(outcome, ManagementDecision)]
        assert len(won) == 1
        assert sum(isinstance(outcome, StaleEdit) for outcome in outcomes) == 2
        saved = ManagementDecision.objects.get()
        assert (saved.state, saved.version) == (won[0].state, 2)
        assert DecisionMove.objects.count() == 2
        assert AuditEvent.objects.filter(object_kind="decision").count() == 2

    def test_the_version_holds_without_the_row_lock_too(self, world, monkeypatch):
        """SQLite has no row locks; there the version in the filter of the write is all there is."""
        monkeypatch.setattr(
            "django.db.models.query.QuerySet.select_for_update", lambda rows, *args, **kwargs: rows.all()
        )
        made = ask(world)

        def call(manager):
            def run():
                try:
                    return decide(made, manager, version=1)
                except Exception as error:
                    return error

            return run

        outcomes = at_once(call(world.manager), call(world.second_manager), call(world.head))
        won = [outcome for outcome in outcomes if isinstance(outcome, ManagementDecision)]
        assert len(won) <= 1
        assert ManagementDecision.objects.get().version == 1 + len(won)
        assert DecisionMove.objects.count() == 1 + len(won)


class TestEqualRequests:
    @pytest.mark.parametrize("turn", range(3))
    def test_five_clicks_make_one(self, world, turn):
        token = uuid4()
        outcomes = at_once(*(lambda: ask(world, token=token) for _ in range(5)))
        made = ManagementDecision.objects.get()
        led = [outcome.outcome for outcome in outcomes if isinstance(outcome, AlreadyDone)]
        assert led == [str(made.uid)] * 4

    def test_two_people_make_one_open_request(self, world):
        outcomes = at_once(lambda: ask(world), lambda: ask(world, user=world.manager))
        assert ManagementDecision.objects.count() == 1
        [refusal] = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
        assert refusal.code == "already_open"


class TestRecordingAndDecidingAtOnce:
    """The contact reads no decision that is just being taken, nor the decision a contact that is just
    being written: one of them must wait."""

    def record(self, world: World) -> Visit:
        contact = AlternativeDraft(
            visit_date=TODAY, method=Method.VIDEO, why="shielding", why_more="", who="Mother and child",
            seen_alone="yes", private="Alone in the room", quality="seen_and_heard", learned="All is well",
            next_contact_on=TODAY,
        )  # fmt: skip
        return record_alternative(user=world.worker, child=world.child, draft=contact, token=uuid4(), now=NOW)

    def meet(self, world: World, monkeypatch, patience: float) -> Visit:
        """The contact is recorded after the decision has looked for contacts and before it is saved, unless
        it has to wait: the decision goes on after `patience` seconds."""
        made = ask(world)
        looked, recorded_meanwhile = Event(), Event()
        look = decision_services._waiting_contacts

        def look_slowly(decision):
            found = look(decision)
            looked.set()
            recorded_meanwhile.wait(timeout=patience)
            return found

        monkeypatch.setattr(decision_services, "_waiting_contacts", look_slowly)

        def record() -> None:
            looked.wait(timeout=20)
            self.record(world)
            recorded_meanwhile.set()

        at_once(lambda: decide(made, world.manager, version=1), record)
        assert ManagementDecision.objects.get().state == "authorised"
        return Visit.objects.get()

    def test_the_contact_waits_and_is_authorised(self, world, monkeypatch):
        assert self.meet(world, monkeypatch, patience=1).authorised_by == world.manager

    def test_control_without_holding_the_child_it_is_missed(self, world, monkeypatch):
        monkeypatch.setattr(decision_services, "_hold", lambda child_id: None)
        assert not self.meet(world, monkeypatch, patience=20).authorised

    @pytest.mark.parametrize("turn", range(4))
    def test_a_cancelled_contact_is_never_authorised(self, world, turn):
        made = ask(world)
        visit = recorded(world, method=Method.VIDEO, visit_date=TODAY)
        at_once(
            lambda: services.cancel_visit(
                user=world.worker,
                visit=visit,
                expected_version=1,
                reason="Recorded twice by mistake",
                now=NOW,
            ),
            lambda: decide(made, world.manager, version=1),
        )
        visit.refresh_from_db()
        assert ManagementDecision.objects.get().state == "authorised"
        assert not (visit.status == "cancelled" and visit.authorised)


class TestResubmitInTwoTabs:
    def test_the_second_is_told(self, world):
        made = decide(ask(world), world.manager, Choice.SEND_BACK, WHY)

        def tab(text: str):
            return lambda: services.resubmit_decision(
                user=world.worker, decision=made, draft=draft(risk_based=text), reason="",
                expected_version=2, now=NOW,
            )  # fmt: skip

        outcomes = at_once(tab("First tab"), tab("Second tab"))
        assert sum(isinstance(outcome, StaleEdit) for outcome in outcomes) == 1
        assert DecisionMove.objects.count() == 3
