"""Emerging threats: raised, watched, dismissed, made a risk with the origin on both sides."""

from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from riskregister.history import story
from riskregister.models import History, Risk, Signal
from riskregister.rules.register import RiskDraft
from riskregister.selectors.as_at import label_of
from riskregister.selectors.board_work import signals_at
from riskregister.services import signals
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.riskregister.board_world import DAY, NOW, TODAY, World, make_world, raised, signal_draft

pytestmark = pytest.mark.django_db
HOUR = DAY / 24


@pytest.fixture
def world() -> World:
    return make_world()


def draft(**other) -> RiskDraft:
    right = {
        "title": "Babies are hurt and nobody notices",
        "cause": "Health visitors see fewer families",
        "event": "Injuries are seen late",
        "consequence": "Babies are hurt again",
        "theme": "sight",
        "functions": ("a", "d"),
    }
    return RiskDraft(**right | other)


def promote(world, signal, *, token=None, version=1, now=NOW + HOUR, **other) -> Risk:
    return signals.promote(
        user=world.coordinator,
        signal=signal,
        draft=draft(**other),
        owner_organisation_id=None,
        expected_version=version,
        token=token or uuid4(),
        now=now,
    )


def watch(world, signal, *, version=1, user=None, days=30, now=NOW) -> Signal:
    return signals.watch(
        user=user or world.coordinator,
        signal=signal,
        reason="One hospital more would make it a risk",
        look_again_on=now.date() + days * DAY,
        expected_version=version,
        now=now,
    )


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    return refused.value.code


class TestRaising:
    def test_kept_with_its_history_and_trail(self, world):
        made = raised(world, world.lead, organisation=world.police)
        assert (made.state, made.raised_by, made.organisation) == ("new", world.lead, world.police)
        assert [one.fields["state"] for one in story("signal", made.uid)] == ["new"]
        assert AuditEvent.objects.get().action == "signal.raised"

    def test_sent_twice_it_is_raised_once(self, world):
        token = uuid4()
        made = signals.raise_signal(
            user=world.worker, draft=signal_draft(), organisation_id=None, token=token, now=NOW
        )
        with pytest.raises(AlreadyDone) as done:
            signals.raise_signal(
                user=world.worker, draft=signal_draft(), organisation_id=None, token=token, now=NOW
            )
        assert done.value.outcome == str(made.uid)
        assert Signal.objects.count() == 1

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"title": " "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"what": ""}, "what"),
            ({"source": ""}, "source"),
            ({"confidence": "sure"}, "confidence"),
            ({"theme": "weather"}, "theme"),
        ],
    )
    def test_each_fault_is_named(self, world, other, field):
        with pytest.raises(Refusal) as refused:
            raised(world, **other)
        assert refused.value.field == field
        assert not History.objects.filter(thing="signal").exists()

    def test_who_sees_which(self, world):
        of_police = raised(world, world.lead, organisation=world.police, title="Of the police")
        of_worker = raised(world, world.worker, title="Of a worker")
        of_nobody = raised(world, title="Of the coordinator")

        def seen(user):
            return {one.title for one in Signal.objects.visible_to(user, at=NOW)}

        everything = {of_police.title, of_worker.title, of_nobody.title}
        assert seen(world.coordinator) == seen(world.board) == seen(world.auditor) == everything
        assert seen(world.lead) == seen(world.deputy) == {of_police.title}
        assert seen(world.worker) == {of_worker.title}
        assert seen(world.other_lead) == seen(world.manager) == seen(world.administrator) == set()


class TestWatching:
    def test_until_a_day_with_the_reason(self, world):
        watched = watch(world, raised(world))
        assert (watched.state, watched.look_again_on) == ("watched", TODAY + 30 * DAY)
        again = watch(world, watched, version=2, days=60)
        assert (again.look_again_on, again.version) == (TODAY + 60 * DAY, 3)

    def test_not_until_a_day_that_has_come(self, world):
        assert code_of(watch, world, raised(world), days=0) == "look_again_past"

    def test_dismissed_with_a_reason_and_watched_after_all(self, world):
        made = raised(world)
        call = {"user": world.coordinator, "signal": made, "expected_version": 1, "now": NOW}
        assert code_of(signals.dismiss, reason=" ", **call) == "text_missing"
        gone = signals.dismiss(reason="One case only", **call)
        assert (gone.state, gone.reason) == ("dismissed", "One case only")
        assert code_of(promote, world, gone, version=2) == "wrong_state"
        assert watch(world, gone, version=2).state == "watched"

    def test_only_the_coordinator(self, world):
        assert code_of(watch, world, raised(world), user=world.board) == "not_your_act"

    def test_who_saw_an_older_version_is_told(self, world):
        made = raised(world)
        watch(world, made)
        with pytest.raises(StaleEdit):
            watch(world, made)


class TestPromoting:
    def test_the_origin_is_on_both_sides(self, world):
        made = raised(world)
        risk = promote(world, made)
        made.refresh_from_db()
        assert (risk.signal, risk.state, risk.organisation) == (made, "draft", None)
        assert (made.state, list(made.risks.all())) == ("promoted", [risk])
        assert story("risk", risk.uid)[0].fields["signal"] == str(made.uid)
        event = AuditEvent.objects.get(action="signal.promoted")
        assert event.detail == {"risk": str(risk.uid)}
        assert signals_at(NOW + DAY)[0].risk == label_of(risk.number)

    def test_sent_twice_it_is_one_risk(self, world):
        made, token = raised(world), uuid4()
        risk = promote(world, made, token=token)
        with pytest.raises(AlreadyDone) as done:
            promote(world, made, token=token)
        assert done.value.outcome == str(risk.uid)
        assert code_of(promote, world, made, version=2) == "wrong_state"
        assert Risk.objects.filter(signal=made).count() == 1

    def test_a_fault_of_the_risk_leaves_the_threat_as_it_was(self, world):
        made = raised(world)
        assert code_of(promote, world, made, functions=()) == "functions_missing"
        made.refresh_from_db()
        assert made.state == "new"


def test_what_happened_later_does_not_show(world):
    made = raised(world)
    watch(world, made, now=NOW + DAY)
    promote(world, made, version=2, now=NOW + 2 * DAY)
    assert signals_at(NOW - HOUR) == ()
    then = [signals_at(NOW + days * DAY)[0] for days in (0, 1, 2)]
    assert [(one.state, bool(one.risk)) for one in then] == [
        ("new", False),
        ("watched", False),
        ("promoted", True),
    ]
