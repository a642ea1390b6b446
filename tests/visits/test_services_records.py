"""Each change of a record: whole, within reach, kept as it was, on the trail, and marked stale."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, Grant, User
from accounts.policy import Action, Thing
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import Month
from tests.people import person
from tests.visits.factories import make_child, make_plan, make_visit, move_plan
from tests.visits.records_world import NOW, World, allocate, make_world, place, recorded
from visits import services
from visits.constants import Method, PlanType, Status, TeamRole
from visits.models import (
    AccessBlock,
    Allocation,
    Child,
    EmergencyAccess,
    Revision,
    StaleVisits,
    TeamMember,
    Visit,
)
from visits.services import OutOfReach
from visits.signals import visits_changed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REASON = "The date was typed wrongly"


@pytest.fixture
def world() -> World:
    return make_world()


def record(world: World, **other) -> Visit:
    fields = {
        "user": world.worker,
        "child": world.child,
        "visit_date": date(2020, 3, 26),
        "method": Method.FACE_TO_FACE,
        "status": Status.COMPLETED,
        "child_seen": True,
        "note": "",
        "token": uuid4(),
        "now": NOW,
    }
    return services.record_visit(**fields | other)


def events() -> list[tuple]:
    return list(AuditEvent.objects.values_list("action", "actor_label", "detail"))


class TestRecordVisit:
    def test_it_saves_audits_and_marks_in_one(self, world):
        visit = record(world, note="Seen at home")
        saved = Visit.objects.get()
        assert saved.uid == visit.uid
        assert (saved.recorded_by, saved.recorded_at, saved.version) == (world.worker, NOW, 1)
        [event] = AuditEvent.objects.all()
        assert (event.action, event.object_uid, event.child_uid) == (
            "visit.recorded",
            visit.uid,
            world.child.uid,
        )
        assert "Seen at home" not in str(event.detail)
        stale = StaleVisits.objects.get()
        assert (stale.child, stale.first_month) == (world.child, Month.parse("2020-03").index)

    def test_an_alternative_is_only_planned_here(self, world):
        planned = {"status": Status.PLANNED, "child_seen": False, "visit_date": date(2020, 3, 30)}
        assert record(world, method=Method.VIDEO, **planned).authorised is False
        with pytest.raises(Refusal) as refusal:
            record(world, method=Method.VIDEO)
        assert refusal.value.code == "needs_alternative_record"

    def test_what_a_rule_refuses_leaves_nothing(self, world):
        with pytest.raises(Refusal) as refusal:
            record(world, visit_date=NOW.date() + 2 * DAY)
        assert refusal.value.code == "future_visit"
        assert not Visit.objects.exists()
        assert events() == []
        assert not StaleVisits.objects.exists()

    def test_an_audit_that_fails_undoes_it(self, world, monkeypatch):
        def broken(*args, **kwargs):
            raise RuntimeError("no trail")

        monkeypatch.setattr("visits.services.visits.record", broken)
        with pytest.raises(RuntimeError):
            record(world)
        assert not Visit.objects.exists()

    def test_the_same_form_twice_leads_to_the_first(self, world):
        token = uuid4()
        first = record(world, token=token)
        with pytest.raises(AlreadyDone) as done:
            record(world, token=token)
        assert done.value.outcome == str(first.uid)
        assert Visit.objects.count() == 1

    def test_another_persons_form_is_refused(self, world):
        token = uuid4()
        record(world, token=token)
        allocate(world.child, world.colleague)
        with pytest.raises(Refusal) as refusal:
            record(world, token=token, user=world.colleague)
        assert refusal.value.code == "not_your_form"

    @pytest.mark.parametrize("who", ["colleague", "stranger", "manager", "head", "auditor"])
    def test_only_who_holds_the_case_records(self, world, who):
        with pytest.raises(OutOfReach):
            record(world, user=getattr(world, who))
        assert not Visit.objects.exists()

    def test_not_after_the_allocation_ended(self, world):
        Allocation.objects.filter(child=world.child).update(until_date=NOW.date())
        with pytest.raises(OutOfReach):
            record(world)

    def test_it_rings_after_commit_and_a_deaf_listener_undoes_nothing(
        self, world, django_capture_on_commit_callbacks
    ):
        rung = []

        def listen(**kwargs):
            rung.append(Visit.objects.count())
            raise ConnectionError("the broker is away")

        visits_changed.connect(listen)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                record(world)
                assert rung == []
        finally:
            visits_changed.disconnect(listen)
        # The visit is there when the bell rings, and stays.
        assert rung == [1]
        assert Visit.objects.exists()


class TestCorrectVisit:
    def correct(self, world, visit, *, user=None, now=NOW + 2 * DAY, reason=REASON, version=1, **changes):
        return services.correct_visit(
            user=user or world.worker,
            visit=visit,
            expected_version=version,
            changes=changes,
            reason=reason,
            now=now,
        )

    def test_it_keeps_what_was_there(self, world):
        visit = recorded(world)
        self.correct(world, visit, visit_date=date(2020, 3, 24), note="Seen at school")
        visit.refresh_from_db()
        assert (visit.visit_date, visit.note, visit.version) == (date(2020, 3, 24), "Seen at school", 2)
        revision = Revision.objects.get()
        assert revision.was["visit_date"] == "2020-03-26"
        assert revision.was["note"] == "Seen at home"
        assert (revision.version, revision.reason, revision.replaced_by) == (1, REASON, world.worker)
        assert events() == [
            ("visit.corrected", world.worker.email, {"fields": ["note", "visit_date"], "version": 2})
        ]

    def test_it_marks_both_the_old_month_and_the_new(self, world):
        visit = recorded(world, visit_date=date(2020, 3, 3))
        self.correct(world, visit, visit_date=date(2020, 1, 20))
        first_months = sorted(StaleVisits.objects.values_list("first_month", flat=True))
        assert first_months[0] == Month.parse("2020-01").index
        assert max(StaleVisits.objects.values_list("last_month", flat=True)) >= Month.parse("2020-03").index

    def test_a_stale_version_is_refused_and_changes_nothing(self, world):
        visit = recorded(world)
        self.correct(world, visit, note="first")
        with pytest.raises(StaleEdit) as stale:
            self.correct(world, visit, note="second")
        assert (stale.value.theirs, stale.value.yours) == (2, 1)
        visit.refresh_from_db()
        assert visit.note == "first"
        assert Revision.objects.count() == 1

    def test_in_the_first_day_without_a_reason_by_the_recorder_only(self, world):
        visit = recorded(world)
        soon = NOW + timedelta(hours=3)
        with pytest.raises(Refusal) as refusal:
            self.correct(world, visit, user=world.manager, now=soon, note="x")
        assert refusal.value.code == "not_yours_yet"
        self.correct(world, visit, now=soon, reason="", note="x")

    def test_after_it_with_a_reason_also_by_the_manager(self, world):
        visit = recorded(world)
        with pytest.raises(Refusal) as refusal:
            self.correct(world, visit, user=world.manager, reason=" ", note="x")
        assert refusal.value.code == "reason_missing"
        self.correct(world, visit, user=world.manager, note="x")

    @pytest.mark.parametrize("who", ["colleague", "stranger", "other_manager", "auditor"])
    def test_not_by_others(self, world, who):
        visit = recorded(world)
        with pytest.raises(OutOfReach):
            self.correct(world, visit, user=getattr(world, who), note="x")

    def test_nothing_changed_is_no_correction(self, world):
        with pytest.raises(Refusal) as refusal:
            self.correct(world, recorded(world), note="Seen at home")
        assert refusal.value.code == "nothing_changed"

    def test_the_rules_hold_for_corrections_too(self, world):
        with pytest.raises(Refusal) as refusal:
            self.correct(world, recorded(world), visit_date=date(2019, 12, 31))
        assert refusal.value.code == "before_first_plan"

    def test_a_note_can_be_put_right_on_an_imported_visit_from_before_the_plan(self, world):
        visit = make_visit(world.child, date(2019, 12, 1))
        self.correct(world, visit, note="Made under an earlier plan elsewhere")

    def test_a_new_date_takes_the_authorisation_away(self, world):
        visit = recorded(
            world, method=Method.VIDEO, authorised=True, authorised_at=NOW, authorised_by=world.manager
        )
        self.correct(world, visit, visit_date=date(2020, 3, 20))
        visit.refresh_from_db()
        assert (visit.authorised, visit.authorised_by, visit.authorised_at) == (False, None, None)
        assert Revision.objects.get().was["authorised"] is True

    def test_a_new_note_leaves_it(self, world):
        visit = recorded(
            world, method=Method.VIDEO, authorised=True, authorised_at=NOW, authorised_by=world.manager
        )
        self.correct(world, visit, note="Joined by the grandmother")
        visit.refresh_from_db()
        assert visit.authorised

    def test_it_changes_no_field_that_is_not_a_persons_to_change(self, world):
        with pytest.raises(ValueError, match="authorised"):
            self.correct(world, recorded(world, method=Method.VIDEO), authorised=True)


class TestCancelVisit:
    def cancel(self, world, visit, **other):
        fields = {
            "user": world.worker,
            "expected_version": 1,
            "reason": "Recorded twice by mistake",
            "now": NOW + 2 * DAY,
        }
        return services.cancel_visit(visit=visit, **fields | other)

    def test_it_counts_no_longer_and_keeps_what_was_there(self, world):
        visit = recorded(world)
        self.cancel(world, visit)
        visit.refresh_from_db()
        assert (visit.status, visit.child_seen) == (Status.CANCELLED, False)
        assert not Visit.objects.counting().exists()
        assert Revision.objects.get().was["status"] == "completed"
        assert StaleVisits.objects.exists()

    def test_it_needs_a_reason_even_at_once(self, world):
        with pytest.raises(Refusal) as refusal:
            self.cancel(world, recorded(world), reason="", now=NOW)
        assert refusal.value.code == "reason_missing"

    def test_a_cancelled_visit_is_fixed(self, world):
        visit = recorded(world)
        self.cancel(world, visit)
        with pytest.raises(Refusal) as refusal:
            self.cancel(world, visit, expected_version=2)
        assert refusal.value.code == "cancelled_is_fixed"

    def test_an_authorised_alternative_can_be_cancelled(self, world):
        visit = recorded(
            world, method=Method.VIDEO, authorised=True, authorised_at=NOW, authorised_by=world.manager
        )
        self.cancel(world, visit)
        visit.refresh_from_db()
        assert (visit.status, visit.authorised) == (Status.CANCELLED, False)


class TestAuthorisation:
    def test_the_database_refuses_the_recorder(self, world):
        visit = recorded(world, method=Method.VIDEO)
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(
                authorised=True, authorised_by=world.worker, authorised_at=NOW
            )


class TestEmergencyAccess:
    REASON = "Duty call from the police about the child tonight at half past nine"

    def open(self, world, **other):
        fields = {"user": world.stranger, "child_ref": "C-0001", "reason": self.REASON, "now": NOW}
        return services.open_emergency_access(**fields | other)

    def visible(self, user, at):
        return set(Child.objects.visible_to(user, at=at).values_list("child_ref", flat=True))

    def test_it_opens_the_record_for_a_day(self, world):
        self.open(world)
        assert self.visible(world.stranger, NOW) == {"C-0001", "C-0002"}
        assert self.visible(world.stranger, NOW + timedelta(hours=23, minutes=59)) == {"C-0001", "C-0002"}
        assert self.visible(world.stranger, NOW + timedelta(hours=24)) == {"C-0002"}

    def test_a_visit_can_be_recorded_then(self, world):
        self.open(world)
        record(world, user=world.stranger)

    def test_the_reference_must_be_exact_and_a_guess_leaves_a_trace(self, world):
        with pytest.raises(Refusal) as refusal:
            self.open(world, child_ref="C-000")
        assert refusal.value.code == "unknown_reference"
        assert [event[0] for event in events()] == ["emergency_access.not_found"]
        assert "C-000" not in str(events())

    def test_a_blocked_person_hears_the_same_as_for_no_record(self, world):
        AccessBlock.objects.create(child=world.child, user=world.stranger, set_at=NOW, set_by=world.manager)
        with pytest.raises(Refusal) as blocked:
            self.open(world)
        with pytest.raises(Refusal) as absent:
            self.open(world, child_ref="C-9999")
        assert (blocked.value.code, blocked.value.message) == (absent.value.code, absent.value.message)
        assert not EmergencyAccess.objects.exists()

    def test_nine_words_are_too_few(self, world):
        with pytest.raises(Refusal) as refusal:
            self.open(world, reason="one two three four five six seven eight nine")
        assert refusal.value.code == "reason_too_short"
        assert not EmergencyAccess.objects.exists()

    def test_twice_is_once(self, world):
        assert self.open(world).pk == self.open(world, now=NOW + timedelta(hours=1)).pk

    def test_a_block_that_was_lifted_keeps_nobody_away_whoever_else_is_blocked(self, world):
        """An `exclude` over both columns would join one person's block to another's state."""
        lifted = {"lifted_at": NOW, "lifted_by": world.manager}
        for person_, end in ((world.stranger, lifted), (world.colleague, {})):
            AccessBlock.objects.create(
                child=world.child, user=person_, set_at=NOW, set_by=world.manager, **end
            )
        assert self.open(world).child == world.child

    def test_of_the_own_caseload_there_is_none(self, world):
        with pytest.raises(Refusal) as refusal:
            self.open(world, user=world.worker)
        assert refusal.value.code == "already_yours"

    def test_a_manager_of_the_childs_team_looks_at_it(self, world):
        access = self.open(world)
        with pytest.raises(OutOfReach):
            services.mark_emergency_access_seen(user=world.other_manager, access=access, now=NOW)
        services.mark_emergency_access_seen(user=world.manager, access=access, now=NOW)
        access.refresh_from_db()
        assert (access.seen_by, access.seen_at) == (world.manager, NOW)

    def test_a_manager_does_not_look_at_their_own(self, world):
        Grant.objects.create(user=world.manager, right="SW", granted_at=NOW)
        both = User.objects.get(pk=world.manager.pk)
        make_plan(world.other_child, PlanType.CIN, team=world.team)
        access = self.open(world, user=both, child_ref="C-0002")
        with pytest.raises(Refusal) as refusal:
            services.mark_emergency_access_seen(user=both, access=access, now=NOW)
        assert refusal.value.code == "four_eyes"
        services.mark_emergency_access_seen(user=world.second_manager, access=access, now=NOW)


class TestAccessBlock:
    def test_it_closes_the_record_at_once_and_lifting_opens_it(self, world):
        block = services.block_access(user=world.manager, child=world.child, person=world.worker, now=NOW)
        assert not Child.objects.visible_to(world.worker, at=NOW).exists()
        with pytest.raises(OutOfReach):
            record(world)
        services.lift_access_block(user=world.manager, child=world.child, block_id=block.pk, now=NOW)
        assert Child.objects.visible_to(world.worker, at=NOW).get() == world.child

    def test_it_keeps_auditors_and_the_head_away_too(self, world):
        for who in (world.auditor, world.head):
            services.block_access(user=world.manager, child=world.child, person=who, now=NOW)
            assert world.child not in Child.objects.visible_to(who, at=NOW)

    def test_only_a_manager_of_the_team_sets_it(self, world):
        for who in (world.worker, world.other_manager, world.auditor):
            with pytest.raises(OutOfReach):
                services.block_access(user=who, child=world.child, person=world.colleague, now=NOW)

    def test_a_block_of_another_child_cannot_be_lifted_by_its_number(self, world):
        block = services.block_access(
            user=world.other_manager, child=world.other_child, person=world.worker, now=NOW
        )
        with pytest.raises(OutOfReach):
            services.lift_access_block(user=world.manager, child=world.child, block_id=block.pk, now=NOW)


class TestPlaces:
    def test_a_manager_allocates_to_a_worker_of_the_team(self, world):
        services.allocate_child(user=world.manager, child=world.child, worker=world.colleague, now=NOW)
        assert Child.objects.visible_to(world.colleague, at=NOW).get() == world.child

    def test_not_to_a_worker_of_another_team(self, world):
        with pytest.raises(Refusal) as refusal:
            services.allocate_child(user=world.manager, child=world.child, worker=world.stranger, now=NOW)
        assert refusal.value.code == "not_in_the_team"

    def test_ending_it_closes_the_record(self, world):
        allocation = Allocation.objects.get(child=world.child)
        services.end_allocation(user=world.manager, child=world.child, allocation_id=allocation.pk, now=NOW)
        assert not Child.objects.visible_to(world.worker, at=NOW).exists()

    def test_an_administrator_gives_and_ends_a_place_but_not_their_own(self, world):
        administrator = person("AD", "MG")
        with pytest.raises(Refusal) as refusal:
            services.add_team_place(
                user=administrator, person=administrator, team=world.team, role=TeamRole.MANAGER, now=NOW
            )
        assert refusal.value.code == "own_place"
        given = services.add_team_place(
            user=administrator, person=world.stranger, team=world.team, role=TeamRole.WORKER, now=NOW
        )
        services.end_team_place(user=administrator, person=world.stranger, place_id=given.pk, now=NOW)
        given.refresh_from_db()
        assert given.until_date == NOW.date()

    def test_a_manager_cannot_place_anybody(self, world):
        with pytest.raises(OutOfReach):
            services.add_team_place(
                user=world.manager, person=world.worker, team=world.team, role=TeamRole.WORKER, now=NOW
            )
        assert not TeamMember.objects.filter(from_date=NOW.date()).exists()

    def test_the_place_needs_the_role(self, world):
        with pytest.raises(Refusal) as refusal:
            services.add_team_place(
                user=person("AD"), person=world.worker, team=world.team, role=TeamRole.MANAGER, now=NOW
            )
        assert refusal.value.code == "wrong_role"


class TestReach:
    """Who sees whom: the rows of the matrix for a child, at the moment asked about."""

    def seen_by(self, user):
        return set(Child.objects.visible_to(user, at=NOW).values_list("child_ref", flat=True))

    def test_each_role(self, world):
        assert self.seen_by(world.worker) == {"C-0001"}
        assert self.seen_by(world.colleague) == set()
        assert self.seen_by(world.manager) == {"C-0001"}
        assert self.seen_by(world.head) == {"C-0001", "C-0002"}
        assert self.seen_by(world.auditor) == {"C-0001", "C-0002"}

    def test_an_auditor_who_also_manages_changes_only_the_own_team(self, world):
        Grant.objects.create(user=world.manager, right="AU", granted_at=NOW)
        both = User.objects.get(pk=world.manager.pk)
        assert self.seen_by(both) == {"C-0001", "C-0002"}
        changeable = Child.objects.open_to(both, Action.EDIT, Thing.VISIT, at=NOW)
        assert [child.child_ref for child in changeable] == ["C-0001"]
        named = {child.child_ref: child.named for child in Child.objects.named_for(both, at=NOW)}
        assert named == {"C-0001": True, "C-0002": False}

    def test_a_manager_who_left_the_team_sees_it_no_more(self, world):
        TeamMember.objects.filter(user=world.manager).update(until_date=NOW.date())
        assert self.seen_by(world.manager) == set()

    def test_a_child_who_moved_is_the_new_teams(self, world):
        move_plan(world.child.plans.get(), world.other_team, date(2020, 3, 1))
        assert self.seen_by(world.manager) == set()
        assert self.seen_by(world.other_manager) == {"C-0001", "C-0002"}

    def test_a_stranger_to_every_role_sees_nobody(self, world):
        for right in ("BM", "PR", "CO", "AD"):
            assert self.seen_by(person(right)) == set()
        child = make_child()
        make_plan(child, team=world.team)
        place(world.stranger, world.team, TeamRole.WORKER)
        assert child.child_ref not in self.seen_by(world.stranger)
