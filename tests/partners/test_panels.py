"""Panels: pauses, attendance by agency, counts of cases outside the panel, audits."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from partners.models import Attendance, PanelAudit
from partners.selectors import meetings as meeting_selectors
from partners.selectors import panels as selectors
from partners.services import panels
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.partners.meetings_world import NOW, make_series, make_world, meeting_row
from tests.visits.test_records_pages import as_, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def mace(world):
    """Five panels, one a week until yesterday, which heard 8, 2, none counted, 12 and 0 cases."""
    for number, cases in enumerate((8, 2, None, 12, 0), 1):
        one = meeting_row(
            "MACE panel", NOW - timedelta(weeks=6 - number), world.police, world.health, kind="panel",
            number=number, state="held", cases=cases,
        )  # fmt: skip
        Attendance.objects.create(meeting=one, organisation=world.police, state="present")
        state = "absent" if number == 5 else "deputy"
        Attendance.objects.create(meeting=one, organisation=world.health, state=state)
    return one.series


def plan(world, series, **other) -> PanelAudit:
    values = {"scope": "Outcomes of the panels", "method": "", "due_on": date(2020, 9, 30), "token": uuid4()}
    return panels.plan_audit(user=world.coordinator, series=series, now=NOW, **{**values, **other})


class TestCases:
    def cases(self, series, user):
        return [line.cases for line in selectors.panel_shown(series, user, at=NOW).lines]

    def test_inside_every_count(self, world, mace):
        for user in (world.partner, world.manager, world.coordinator, world.auditor):
            assert self.cases(mace, user) == ["0", "12", "", "2", "8"], user.name

    def test_outside_no_small_number_and_nothing_that_gives_it_away(self, world, mace):
        shown = selectors.panel_shown(mace, world.board, at=NOW)
        cases = [line.cases for line in shown.lines]
        assert cases[3] == "c"
        assert cases[0] == "0"
        # The year's total must not tell the one that is hidden.
        hidden = cases.count("c")
        assert hidden > 1 or shown.cases_by_year == ((2020, "c"),)

    def test_who_is_neither_sees_no_panel(self, world, mace):
        assert list(selectors.panels_visible_to(world.stranger, at=NOW)) == []
        assert list(selectors.panels_visible_to(world.board, at=NOW)) == [mace]


class TestTrend:
    def test_by_agency(self, world, mace):
        shown = selectors.panel_shown(mace, world.board, at=NOW)
        assert shown.trend == (
            ("Health trust", ("deputy",) * 4 + ("absent",), "4 of 5"),
            ("Police", ("present",) * 5, "5 of 5"),
        )


class TestAudits:
    def test_due_overdue_done(self, world, mace):
        audit = plan(world, mace)

        def standing(at):
            [fact] = selectors.panel_audits_at(at)
            return (fact.done, fact.overdue)

        due = NOW.replace(month=9, day=30)
        assert standing(due) == (False, False)
        assert standing(due + DAY) == (False, True)
        words = [one.words for one in meeting_selectors.waiting_for(world.coordinator, due + DAY)]
        assert words[-1] == "1 panel audit is overdue"
        done = panels.finish_audit(
            user=world.coordinator, audit=audit, findings="Partners attend well", version=1, now=due + 2 * DAY
        )
        assert (done.state, done.done_by) == ("done", world.coordinator)
        assert standing(due + 2 * DAY) == (True, False)
        # As at an earlier moment it was overdue.
        assert standing(due + DAY) == (False, True)

    def test_what_is_refused(self, world, mace):
        audit = plan(world, mace)
        finish = {"user": world.coordinator, "audit": audit, "now": NOW}
        with pytest.raises(Refusal, match="Enter what the audit found"):
            panels.finish_audit(findings=" ", version=1, **finish)
        with pytest.raises(StaleEdit):
            panels.finish_audit(findings="Fine", version=2, **finish)
        panels.finish_audit(findings="Fine", version=1, **finish)
        with pytest.raises(Refusal) as refusal:
            panels.finish_audit(findings="Fine", version=2, **finish)
        assert refusal.value.code == "audit_done"
        with pytest.raises(OutOfReach):
            panels.finish_audit(**{**finish, "user": world.board}, findings="Fine", version=2)
        with pytest.raises(Refusal) as refusal:
            plan(world, make_series(world))
        assert refusal.value.code == "not_a_panel"


class TestPages:
    @pytest.fixture(autouse=True)
    def _clock(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_outside_and_inside(self, world, mace):
        plan(world, mace, due_on=date(2020, 4, 1))
        page = reverse("panel", args=[mace.uid])
        shown = text_of(as_(world.board).get(page))
        assert "“c” stands for" in shown
        assert "Overdue" in shown
        assert "Record findings" not in shown
        inside = as_(world.partner).get(page)
        assert "“c” stands for" not in text_of(inside)
        assert as_(world.board).get(reverse("meeting", args=[mace.meetings.first().uid])).status_code == 404
        assert as_(world.stranger).get(page).status_code == 404

    def test_an_audit_from_plan_to_findings(self, world, mace):
        client = as_(world.coordinator)
        form = {"scope": "Wider impact", "method": "", "token": str(uuid4())}
        form |= {"due_on_day": "30", "due_on_month": "9", "due_on_year": "2020"}
        response = client.post(reverse("plan_panel_audit", args=[mace.uid]), form, follow=True)
        assert "Audit planned." in text_of(response)
        audit = PanelAudit.objects.get()
        page = reverse("finish_panel_audit", args=[audit.uid])
        assert "Enter what the audit found" in text_of(client.post(page, {"findings": "", "version": "1"}))
        stale = client.post(page, {"findings": "Fine", "version": "9"})
        assert stale.status_code == 409
        client.post(page, {"findings": "Partners attend well", "version": "1"})
        assert "Partners attend well" in text_of(client.get(reverse("panel", args=[mace.uid])))
