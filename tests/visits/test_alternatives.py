"""Alternatives as they are kept: whole, authorised through a decision, corrected without loss."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.visits.factories import make_child, make_plan, make_visit
from tests.visits.oversight_world import LAWS, decide, draft, make_oversight_rules, record_alternative
from tests.visits.records_world import NOW, World, allocate, make_world, recorded
from visits import services
from visits.constants import PlanType, Status
from visits.models import AlternativeRecord, Child, OversightRule, Revision, StaleVisits, Visit
from visits.selectors import alternatives as selectors
from visits.selectors import records
from visits.services import OutOfReach
from visits.services.alternatives import write_alternative

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REASON = "The wrong box was ticked"


@pytest.fixture
def world() -> World:
    make_oversight_rules()
    return make_world()


def looked_after(world: World) -> Child:
    child = make_child("C-0007")
    make_plan(child, PlanType.CIC, date(2020, 1, 6), team=world.team)
    allocate(child, world.worker)
    return child


def write(world: World, visit: Visit, *, user=None, version=None, reason="", now=NOW, **other) -> Visit:
    return write_alternative(
        user=user or world.worker,
        visit=visit,
        expected_version=version or visit.version,
        draft=draft(**other),
        reason=reason,
        now=now,
    )


class TestRecording:
    def test_it_is_kept_whole_audited_and_marked(self, world):
        visit = record_alternative(world)
        saved = Visit.objects.get()
        assert (saved.uid, saved.method, saved.status, saved.child_seen) == (
            visit.uid, "video", Status.COMPLETED, True,
        )  # fmt: skip
        assert (saved.authorised, saved.recorded_by) == (False, world.worker)
        record = AlternativeRecord.objects.get(visit=saved)
        assert (record.who, record.seen_alone, record.learned) == (
            "The child and their mother", "yes", "The child spoke of school",
        )  # fmt: skip
        [event] = AuditEvent.objects.all()
        assert event.action == "alternative.recorded"
        assert "school" not in str(event.detail)
        assert StaleVisits.objects.get().child == world.child

    def test_it_never_counts_as_face_to_face_nor_before_a_decision(self, world):
        record_alternative(world)
        seen = records.seen_last(world.child, at=NOW)
        assert (seen.face_to_face, seen.any_contact) == (None, None)

    def test_an_adult_alone_is_no_contact_with_the_child(self, world):
        assert record_alternative(world, quality="adult_only", seen_alone="no_unable").child_seen is False

    def test_a_second_click_makes_no_second_one(self, world):
        token = uuid4()
        first = record_alternative(world, token=token)
        with pytest.raises(AlreadyDone) as done:
            record_alternative(world, token=token)
        assert done.value.outcome == str(first.uid)
        assert Visit.objects.count() == AlternativeRecord.objects.count() == 1

    @pytest.mark.parametrize("who", ["stranger", "manager", "auditor"])
    def test_only_of_ones_own_caseload(self, world, who):
        with pytest.raises(OutOfReach):
            record_alternative(world, user=getattr(world, who))

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({"visit_date": date(2020, 1, 5)}, "before_first_plan"),
            ({"visit_date": NOW.date() + DAY}, "future_contact"),
            ({"who": ""}, "who_missing"),
            ({"method": "face_to_face"}, "unknown_mode"),
        ],
    )
    def test_what_a_rule_refuses_leaves_nothing(self, world, other, code):
        with pytest.raises(Refusal) as refusal:
            record_alternative(world, **other)
        assert refusal.value.code == code
        assert not Visit.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_the_plain_form_takes_none_that_took_place(self, world):
        with pytest.raises(Refusal) as refusal:
            services.record_visit(
                user=world.worker, child=world.child, visit_date=NOW.date(), method="video",
                status="completed", child_seen=True, note="", token=uuid4(), now=NOW,
            )  # fmt: skip
        assert refusal.value.code == "needs_alternative_record"


class TestAuthorised:
    def test_through_a_live_decision(self, world):
        decide(world)
        visit = record_alternative(world)
        assert (visit.authorised, visit.authorised_by_id, visit.authorised_at) == (
            True,
            world.manager.pk,
            NOW,
        )
        seen = records.seen_last(world.child, at=NOW)
        assert (seen.face_to_face, seen.any_contact) == (None, NOW.date() - DAY)

    @pytest.mark.parametrize(("days", "live"), [(-15, False), (-14, True), (0, True)])
    def test_on_the_days_that_it_covers(self, world, days, live):
        decide(world)
        assert record_alternative(world, visit_date=NOW.date() + days * DAY).authorised is live

    @pytest.mark.parametrize(
        "other", [{"state": "withdrawn"}, {"state": "asked", "decided_by": None, "decided_at": None}]
    )
    def test_not_by_one_that_is_not_authorised(self, world, other):
        decide(world, **other)
        assert record_alternative(world).authorised is False

    def test_not_by_another_childs(self, world):
        decide(world, child=world.other_child)
        assert record_alternative(world).authorised is False

    def test_never_by_who_recorded_it(self, world):
        decide(world, decided_by=world.worker, asked_by=world.colleague)
        assert record_alternative(world).authorised is False

    def test_never_what_the_law_of_its_day_did_not_allow(self, world):
        child = looked_after(world)
        decide(world, child=child)
        # 26 March 2020: before the first regulations.
        assert record_alternative(world, child=child).authorised is False
        assert record_alternative(world, child=child, method="doorstep").authorised is True
        then = datetime(2020, 4, 28, 12, tzinfo=UTC)
        decide(world, child=child, covers_from=date(2020, 4, 20), review_on=date(2020, 5, 10))
        days = {"visit_date": date(2020, 4, 24), "next_contact_on": date(2020, 5, 1)}
        assert record_alternative(world, child=child, now=then, **days).authorised is True


class TestLaw:
    def test_in_september_2020_the_reason_follows_the_day(self, world):
        child = looked_after(world)
        then = datetime(2020, 9, 28, 12, tzinfo=UTC)
        days = {"next_contact_on": date(2020, 10, 5), "why": "family"}
        record_alternative(world, child=child, now=then, visit_date=date(2020, 9, 24), **days)
        with pytest.raises(Refusal) as refusal:
            record_alternative(world, child=child, now=then, visit_date=date(2020, 9, 26), **days)
        assert (refusal.value.code, refusal.value.field) == ("why_not_coronavirus", "why_more")
        record_alternative(
            world,
            child=child,
            now=then,
            visit_date=date(2020, 9, 26),
            why_more="They feared infection",
            **days,
        )

    def test_of_a_plan_that_was_open_on_that_day(self, world):
        child = make_child("C-0008")
        make_plan(child, PlanType.CIC, date(2019, 1, 7), date(2020, 3, 1), team=world.team)
        make_plan(child, PlanType.CIN, date(2020, 3, 1), team=world.team)
        standing = [
            selectors.standing_on(child, "video", day, has_record=True).lawful.value
            for day in (date(2020, 2, 29), date(2020, 3, 1))
        ]
        assert standing == ["not_lawful", "local_practice"]

    def test_the_laws_follow_each_other_without_a_gap(self):
        assert [until for _, until, *_ in LAWS[:-1]] == [since for since, *_ in LAWS[1:]]


class TestWriting:
    def test_a_planned_call_that_took_place(self, world):
        planned = recorded(world, method="telephone", status="planned", child_seen=False, note="Call at 4")
        visit = write(world, planned, method="telephone", quality="heard")
        assert (visit.status, visit.child_seen, visit.note) == ("completed", True, "Call at 4")
        assert Revision.objects.get().was["status"] == "planned"
        assert AlternativeRecord.objects.get().quality == "heard"

    def test_an_imported_one_without_a_record(self, world):
        imported = make_visit(world.child, NOW.date() - DAY, "video", authorised=True)
        visit = write(world, imported)
        # Nothing of the contact itself changed: it stays authorised, and no reason is needed.
        visit.refresh_from_db()
        assert (visit.authorised, AlternativeRecord.objects.count()) == (True, 1)

    def test_an_imported_one_under_a_decision_is_authorised_with_its_record(self, world):
        decide(world)
        imported = make_visit(world.child, NOW.date() - DAY, "video", authorised=False)
        visit = write(world, imported, visit_date=NOW.date() - DAY)
        visit.refresh_from_db()
        assert (visit.authorised, visit.authorised_by) == (True, world.manager)

    def test_an_imported_one_without_a_decision_stays_as_it_was(self, world):
        imported = make_visit(world.child, NOW.date() - DAY, "video", authorised=False)
        visit = write(world, imported, visit_date=NOW.date() - DAY)
        visit.refresh_from_db()
        assert (visit.authorised, visit.authorised_by) == (False, None)

    def test_a_correction_keeps_what_was_there(self, world):
        visit = record_alternative(world)
        write(world, visit, quality="heard", learned="The child was tired")
        was = Revision.objects.get().was
        assert (was["quality"], was["learned"]) == ("seen_and_heard", "The child spoke of school")
        record = AlternativeRecord.objects.get()
        assert (record.quality, record.learned) == ("heard", "The child was tired")
        [earlier] = records.earlier_versions(Visit.objects.get())
        assert ("quality", "seen_and_heard", "heard") in earlier.differences
        assert AuditEvent.objects.get(action="alternative.corrected").detail["fields"] == [
            "learned",
            "quality",
        ]

    def test_once_fixed_it_needs_a_reason(self, world):
        visit = record_alternative(world)
        later = NOW + 2 * DAY
        with pytest.raises(Refusal) as refusal:
            write(world, visit, quality="heard", now=later)
        assert refusal.value.code == "reason_missing"
        write(world, visit, quality="heard", now=later, reason=REASON)
        assert Revision.objects.get().reason == REASON

    def test_nothing_changed(self, world):
        with pytest.raises(Refusal) as refusal:
            write(world, record_alternative(world))
        assert refusal.value.code == "nothing_changed"

    def test_of_a_version_that_changed_meanwhile_is_refused(self, world):
        visit = record_alternative(world)
        write(world, visit, quality="heard")
        with pytest.raises(StaleEdit):
            write(world, visit, version=1, quality="seen")

    def test_another_day_leaves_the_decision_behind(self, world):
        decide(world)
        visit = record_alternative(world)
        assert visit.authorised
        visit = write(world, visit, visit_date=NOW.date() - 20 * DAY)
        visit.refresh_from_db()
        assert (visit.authorised, visit.authorised_by) == (False, None)

    def test_another_day_under_the_decision_stays_authorised(self, world):
        decide(world)
        visit = write(world, record_alternative(world), visit_date=NOW.date() - 2 * DAY)
        visit.refresh_from_db()
        assert (visit.authorised, visit.authorised_by) == (True, world.manager)

    def test_a_decider_with_a_hand_in_the_record_authorises_nothing_later_either(self, world):
        decide(world)
        visit = record_alternative(world)
        later = NOW + 2 * DAY
        visit = write(world, visit, user=world.manager, quality="heard", reason=REASON, now=later)
        visit = write(world, visit, visit_date=NOW.date() - 2 * DAY, reason=REASON, now=later)
        visit.refresh_from_db()
        assert visit.authorised is False

    def test_a_cancelled_one_stays_cancelled(self, world):
        cancelled = recorded(world, method="video", status="cancelled", child_seen=False)
        with pytest.raises(Refusal) as refusal:
            write(world, cancelled)
        assert refusal.value.code == "cancelled_is_fixed"

    def test_what_turns_out_face_to_face_takes_its_record_into_history(self, world):
        visit = record_alternative(world)
        services.correct_visit(
            user=world.worker, visit=visit, expected_version=1, changes={"method": "face_to_face"},
            reason="", now=NOW,
        )  # fmt: skip
        assert not AlternativeRecord.objects.exists()
        assert Revision.objects.get().was["learned"] == "The child spoke of school"

    def test_the_plain_correction_does_not_make_alternatives(self, world):
        visit = recorded(world)
        with pytest.raises(Refusal) as refusal:
            services.correct_visit(
                user=world.worker, visit=visit, expected_version=1, changes={"method": "video"},
                reason="", now=NOW,
            )  # fmt: skip
        assert refusal.value.code == "needs_alternative_record"
        write(world, visit)
        assert Visit.objects.get().method == "video"

    def test_nobody_elses(self, world):
        visit = record_alternative(world)
        for user in (world.stranger, world.other_manager, world.auditor):
            with pytest.raises(OutOfReach):
                write(world, visit, user=user, quality="heard")


class TestChains:
    def test_place_and_length(self, world):
        make_visit(world.child, date(2020, 3, 1))
        made = [record_alternative(world, visit_date=date(2020, 3, day)) for day in (10, 17, 24)]
        make_visit(world.child, date(2020, 3, 26), "video", status="planned")
        assert [selectors.chain_at(visit) for visit in made] == [1, 2, 3]
        chain = selectors.chain_of(world.child, on=NOW.date())
        assert chain.length == 3
        assert "3 contacts in a row" in chain.warning
        assert selectors.chain_lengths([world.child.pk, world.other_child.pk]) == {world.child.pk: 3}
        make_visit(world.child, date(2020, 3, 27))
        assert selectors.chain_of(world.child, on=NOW.date()).length == 0

    def test_the_limit_is_a_setting_that_may_be_missing(self, world):
        record_alternative(world)
        assert selectors.chain_of(world.child, on=NOW.date()).warning == ""
        OversightRule.objects.filter(code="chain_limit").delete()
        assert "No limit is set" in selectors.chain_of(world.child, on=NOW.date()).warning


class TestLines:
    def test_of_own_teams_in_the_period(self, world):
        record_alternative(world)
        record_alternative(world, user=world.stranger, child=world.other_child)
        first, last = selectors.default_period(NOW.date())
        for user, refs in (
            (world.manager, ["C-0001"]),
            (world.other_manager, ["C-0002"]),
            (world.worker, []),
        ):
            found = selectors.alternatives_between(user, first, last, at=NOW)
            assert [line.shown_as for line in selectors.alternative_lines(found, user, at=NOW)] == refs
        assert not selectors.alternatives_between(world.manager, first, NOW.date() - 2 * DAY, at=NOW)

    def test_a_file_is_read_in_pieces(self, world, monkeypatch):
        monkeypatch.setattr(selectors, "_PIECE", 2)
        for days in range(1, 6):
            record_alternative(world, visit_date=NOW.date() - days * DAY)
        found = selectors.alternatives_between(world.head, *selectors.default_period(NOW.date()), at=NOW)
        assert [line.chain for line in selectors.every_line(found, world.head, at=NOW)] == [5, 4, 3, 2, 1]

    def test_in_a_fixed_number_of_queries(self, world, django_assert_num_queries):
        for days in range(1, 6):
            record_alternative(world, visit_date=NOW.date() - days * DAY)
        found = selectors.alternatives_between(world.head, *selectors.default_period(NOW.date()), at=NOW)
        world.head.roles
        with django_assert_num_queries(6):
            lines = selectors.alternative_lines(found, world.head, at=NOW)
        assert [line.chain for line in lines] == [5, 4, 3, 2, 1]
