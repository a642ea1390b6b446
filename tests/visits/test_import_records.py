"""import_records: every row accepted or refused by line, column and reason; nothing half loaded."""

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuditEvent
from safeguarding.kernel.periods import Month
from tests.visits.factories import make_child, make_plan, make_team, make_user, make_visit, move_plan
from visits.models import Child, Plan, PlanTeam, Revision, StaleVisits, Team, Visit, VisitCut
from visits.signals import visits_changed

pytestmark = pytest.mark.django_db

NOW = datetime(2020, 6, 15, 12, tzinfo=UTC)
TEAMS = "team_ref,name,service,locality\n"
PLANS = "plan_ref,child_ref,plan_type,start_date,end_date,long_term,team_ref,team_from\n"
VISITS = "visit_ref,child_ref,visit_date,method,status,child_seen,authorised\n"


class Outcome:
    def __init__(self, status: int, said: str, refusals: Path) -> None:
        self.status = status
        self.said = said
        self.refusals_path = refusals

    @property
    def refusals(self) -> list[tuple[int, str, str]]:
        """(line, column, reason)"""
        with self.refusals_path.open(encoding="utf-8-sig", newline="") as file:
            return [(int(row["line"]), row["column"], row["reason"]) for row in csv.DictReader(file)]


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Outcome]:
    """Imports a text (or bytes) by the command and gives what came of it."""

    def load(kind: str, content: str | bytes, **options) -> Outcome:
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        status = 0
        with time_machine.travel(NOW, tick=False):
            try:
                call_command("import_records", kind, str(path), stdout=out, **options)
            except SystemExit as ended:
                status = int(str(ended.code))
            except CommandError as refused:
                status = refused.returncode
                out.write(str(refused))
        return Outcome(status, out.getvalue(), Path(options.get("refusals") or f"{path}.refusals.csv"))

    return load


@pytest.fixture
def child() -> Child:
    return make_child("C1")


def history(plan_ref: str) -> list[tuple[str, str, str | None]]:
    places = PlanTeam.objects.filter(plan__plan_ref=plan_ref).order_by("from_date")
    return [(p.team.team_ref, str(p.from_date), p.until_date and str(p.until_date)) for p in places]


# --- Teams --------------------------------------------------------------------------------


def test_teams_are_made_with_their_localities_and_changed_ones_keep_what_was(load):
    assert load("teams", TEAMS + "T1,North team,CP,North\nT2,South team,,South\n").status == 0
    assert load("teams", TEAMS + "T1,North team,CP,South\nT2,South team,,South\n").status == 0

    team = Team.objects.get(team_ref="T1")
    assert (team.locality.name, team.version) == ("South", 2)
    kept = Revision.objects.get()
    assert (kept.kind, kept.record_id, kept.version) == ("team", team.pk, 1)
    assert kept.was == {"name": "North team", "service": "CP", "locality": "North"}
    assert kept.replaced_by_label.startswith("cli:")


# --- Plans --------------------------------------------------------------------------------


def test_a_plan_makes_its_child_and_the_first_team_holds_from_its_start(load):
    make_team("T1")
    assert load("plans", PLANS + "P1,C1,CP,06/01/2020,,,T1,2020-03-01\n").status == 0
    plan = Plan.objects.get()
    assert (plan.child.child_ref, plan.start_date, plan.end_date, plan.long_term) == (
        "C1",
        date(2020, 1, 6),
        None,
        False,
    )
    assert history("P1") == [("T1", "2020-01-06", None)]


def test_plans_need_no_team_from_column(load):
    make_team("T1")
    header = PLANS.replace(",team_from", "")
    assert load("plans", header + "P1,C1,CIC,2020-01-06,2020-01-07,yes,T1\n").status == 0
    assert Plan.objects.get().long_term


def test_rows_of_one_plan_with_dated_moves_are_its_history_of_teams(load):
    for ref in ("T1", "T2", "T3"):
        make_team(ref)
    rows = (
        "P1,C1,CP,2020-01-06,,,T3,2020-05-01\n"
        "P1,C1,CP,2020-01-06,,,T1,\n"
        "P1,C1,CP,2020-01-06,,,T2,2020-03-01\n"
    )
    assert load("plans", PLANS + rows).status == 0
    expected = [
        ("T1", "2020-01-06", "2020-03-01"),
        ("T2", "2020-03-01", "2020-05-01"),
        ("T3", "2020-05-01", None),
    ]
    assert history("P1") == expected
    assert load("plans", PLANS + rows).status == 0
    assert history("P1") == expected
    assert not Revision.objects.exists()


def test_another_team_in_a_later_import_holds_from_the_day_of_the_import(load):
    make_team("T1"), make_team("T2")
    load("plans", PLANS + "P1,C1,CP,2020-01-06,,,T1,\n")
    assert load("plans", PLANS + "P1,C1,CP,2020-01-06,,,T2,\n").status == 0
    assert history("P1") == [("T1", "2020-01-06", "2020-06-15"), ("T2", "2020-06-15", None)]
    kept = Revision.objects.get(kind="plan")
    assert kept.was["teams"] == [{"team_id": Team.objects.get(team_ref="T1").pk, "from_date": "2020-01-06"}]
    assert Plan.objects.get().version == 2


def test_a_move_before_a_later_one_is_refused(load):
    plan = make_plan(make_child("C1"), team=make_team("T1"), plan_ref="P1")
    move_plan(plan, make_team("T2"), date(2020, 5, 1))
    make_team("T3")
    outcome = load(
        "plans", PLANS + "P1,C1,CP,2020-01-06,,,T3,2020-04-01\nP2,C2,CP,2020-01-06,,,T3,2020-01-05\n"
    )
    assert outcome.status == 3
    assert outcome.refusals == [
        (2, "team_from", "puts another team before a later move that is on record"),
        (3, "team_from", "is before the plan starts"),
    ]
    assert len(history("P1")) == 2
    assert not Child.objects.filter(child_ref="C2").exists()


def test_a_changed_start_moves_the_first_team_with_it(load):
    plan = make_plan(make_child("C1"), team=make_team("T1"), plan_ref="P1")
    move_plan(plan, make_team("T2"), date(2020, 5, 1))
    assert load("plans", PLANS + "P1,C1,CP,2019-12-02,,,T2,\n").status == 0
    assert history("P1") == [("T1", "2019-12-02", "2020-05-01"), ("T2", "2020-05-01", None)]
    outcome = load("plans", PLANS + "P1,C1,CP,2020-05-01,,,T2,\n")
    assert outcome.refusals == [(2, "start_date", "is not before the move of the plan to its second team")]


def test_plan_rows_that_contradict_each_other_or_the_record_are_refused(load):
    make_plan(make_child("C1"), team=make_team("T1"), plan_ref="P1")
    make_team("T2")
    outcome = load(
        "plans",
        PLANS + "P1,C2,CP,2020-01-06,,,T1,\n"  # another child than on record
        "P2,C1,CP,2020-01-06,,,T9,\n"  # no such team
        "P3,C1,CP,2020-01-06,,,T1,\nP3,C1,CP,2020-01-07,,,T1,\n"  # different plans
        "P4,C1,CP,2020-01-06,,,T1,\nP4,C1,CP,2020-01-06,,,T2,\n"  # two first teams
        "P5,C1,CP,2020-01-06,,,T1,\nP5,C1,CP,2020-01-06,,,T9,2020-03-01\n"  # one row of the plan is bad
        "P6,C1,CP,2020-01-06,2020-01-05,,T1,\n"
        "P7,C1,LAC,2020-01-06,,maybe,T1,\n"
        "P9,C1,CP,2020-01-06,,,T1,2020-01-06\nP9,C1,CP,2020-01-06,,,T2,\n"  # two first teams, one undated
        "P8,C1,CIN,06/01/2020,,,T1,\nP8,C1,CIN,2020-01-06,,no,T1,\n",  # says the same twice
    )
    assert outcome.status == 3
    twice = "is in the file more than once, with different content"
    assert outcome.refusals == [
        (2, "child_ref", "is another child than the plan's on record"),
        (3, "team_ref", "is not a team on record"),
        (4, "plan_ref", twice),
        (5, "plan_ref", twice),
        (6, "plan_ref", twice),
        (7, "plan_ref", twice),
        (8, "plan_ref", "is refused, because another row of the same plan is"),
        (9, "team_ref", "is not a team on record"),
        (10, "end_date", "is before the start date"),
        (11, "long_term", "is neither yes nor no"),
        (11, "plan_type", "is not one of CP, CIN, CIC"),
        (12, "plan_ref", twice),
        (13, "plan_ref", twice),
    ]
    assert set(Plan.objects.values_list("plan_ref", flat=True)) == {"P1", "P8"}


@pytest.mark.parametrize(
    "move",
    [
        "P1,C1,CP,2020-01-06,,,TB,2020-03-99",  # no date
        "P1,C1,CP,2020-01-06,,,TB,2020-03-01,,",  # a comma too many
    ],
)
def test_a_plan_of_which_a_row_cannot_be_read_is_not_moved_by_the_others(load, move):
    """Alone, the row of the first team would send the plan back to it as of today."""
    for team in ("TA", "TB"):
        make_team(team)
    first = "P1,C1,CP,2020-01-06,,,TA,\n"
    load("plans", PLANS + first + "P1,C1,CP,2020-01-06,,,TB,2020-03-01\n")
    was = history("P1")
    outcome = load("plans", PLANS + first + move + "\nP2,C1,CIN,2020-01-06,,,TA,\n")
    assert (2, "plan_ref", "is refused, because another row of the same plan is") in outcome.refusals
    assert [line for line, *_ in outcome.refusals] == [2, 3]
    assert history("P1") == was
    assert Plan.objects.filter(plan_ref="P2").exists()


def test_a_changed_plan_type_updates_and_keeps_what_was(load):
    make_plan(make_child("C1"), team=make_team("T1"), plan_ref="P1")
    assert load("plans", PLANS + "P1,C1,CIN,2020-01-06,2020-05-31,yes,T1,\n").status == 0
    plan = Plan.objects.get()
    assert (plan.plan_type, plan.end_date, plan.long_term) == ("CIN", date(2020, 5, 31), True)
    assert Revision.objects.get().was | {"teams": []} == {
        "plan_type": "CP",
        "start_date": "2020-01-06",
        "end_date": None,
        "long_term": False,
        "teams": [],
    }
    assert StaleVisits.objects.filter(child=plan.child, first_month=Month.parse("2020-01").index).exists()


# --- Visits -------------------------------------------------------------------------------


def test_visits_are_loaded_with_what_empty_cells_mean(load, child):
    rows = (
        "V1,C1,2020-06-01,face_to_face,completed,,yes\n"
        "V2,C1,01/06/2020,video,completed,no,yes\n"
        "V3,C1,2020-07-01,telephone,planned,,\n"
        "V4,C1,2020-06-02,doorstep,cancelled,yes,no\n"
        "V5,C1,2020-06-16,doorstep,completed,,\n"
    )
    assert load("visits", VISITS + rows).status == 0
    stored = Visit.objects.order_by("visit_ref").values_list(
        "visit_date", "method", "status", "child_seen", "authorised"
    )
    assert list(stored) == [
        (date(2020, 6, 1), "face_to_face", "completed", True, False),
        (date(2020, 6, 1), "video", "completed", False, True),
        (date(2020, 7, 1), "telephone", "planned", False, False),
        (date(2020, 6, 2), "doorstep", "cancelled", False, False),
        (date(2020, 6, 16), "doorstep", "completed", True, False),
    ]
    visit = Visit.objects.get(visit_ref="V1")
    assert (visit.child, visit.version, visit.recorded_at, visit.recorded_by) == (child, 1, NOW, None)
    assert len(set(Visit.objects.values_list("uid", flat=True))) == 5


BAD_VISITS = [
    ("V1,C9,2020-06-01,video,completed,,", "child_ref", "is not a child on record"),
    ("V1,C1,2020-02-30,video,completed,,", "visit_date", "is a day that the calendar does not have"),
    (
        "V1,C1,1/6/2020,video,completed,,",
        "visit_date",
        "is not a date; write it like 2020-03-27 or 27/03/2020",
    ),
    (
        "V1,C1,2020-06-01 10:00,video,completed,,",
        "visit_date",
        "is not a date; write it like 2020-03-27 or 27/03/2020",
    ),
    ("V1,C1,0001-01-01,video,completed,,", "visit_date", "is not between 1900 and 2199"),
    ("V1,C1,,video,completed,,", "visit_date", "is empty"),
    (
        "V1,C1,2020-06-17,video,completed,,",
        "visit_date",
        "is in the future, but the visit is said to be completed",
    ),
    (
        "V1,C1,2020-06-01,letter,completed,,",
        "method",
        "is not one of face_to_face, video, telephone, doorstep",
    ),
    ("V1,C1,2020-06-01,video,,,", "status", "is empty; it must be one of completed, planned, cancelled"),
    ("V1,C1,2020-06-01,video,completed,y,", "child_seen", "is neither yes nor no"),
    ("V1,C1,2020-06-01,video,completed,,1", "authorised", "is neither yes nor no"),
    ("V" * 49 + ",C1,2020-06-01,video,completed,,", "visit_ref", "is longer than 48 characters"),
    (" ,C1,2020-06-01,video,completed,,", "visit_ref", "is empty"),
    (
        '"V\t1",C1,2020-06-01,video,completed,,',
        "visit_ref",
        "holds a character that cannot be shown (U+0009)",
    ),
    (
        "V1,C\u200b1,2020-06-01,video,completed,,",
        "child_ref",
        "holds a character that cannot be shown (U+200B)",
    ),
    ("V1,C1,2020-06-01,video,completed", "", "has 5 columns where the first line has 7"),
    ("V1,C1,2020-06-01,video,completed,,,", "", "has 8 columns where the first line has 7"),
    ('V1,C1,"2020-06-01"x,video,completed,,', "", "has quotation marks in the wrong places"),
]


@pytest.mark.parametrize(("row", "column", "reason"), BAD_VISITS)
def test_a_bad_visit_is_refused_by_line_column_and_reason_and_the_others_load(
    load, child, row, column, reason
):
    outcome = load(
        "visits", VISITS + f"V0,C1,2020-06-01,video,completed,,\n{row}\nV2,C1,2020-06-01,video,completed,,\n"
    )
    assert outcome.status == 3
    assert outcome.refusals == [(3, column, reason)]
    assert set(Visit.objects.values_list("visit_ref", flat=True)) == {"V0", "V2"}


def test_every_fault_of_a_row_is_told_and_the_row_counts_once(load, child):
    outcome = load("visits", VISITS + "V1,C1,never,letter,completed,,\n")
    assert {column for _, column, _ in outcome.refusals} == {"visit_date", "method"}
    assert "Refused 1." in outcome.said


def test_the_longest_reference_and_odd_spellings_are_kept_as_they_are(load):
    refs = ["é" * 48, "e\u0301", "É\\N", "\\.", "a\u00a0b", "007", "=1+1"]
    for ref in refs:
        make_child(ref)
    rows = "".join(f"  {ref} , {ref},2020-06-01,video,completed,,\n" for ref in refs)
    assert load("visits", VISITS + rows).status == 0
    assert {(v.visit_ref, v.child.child_ref) for v in Visit.objects.all()} == {(ref, ref) for ref in refs}


def test_line_numbers_hold_beside_line_ends_in_values_and_blank_lines(load, child):
    header = "note," + VISITS.replace("\n", "\r\n")
    rows = (
        '"one\r\ntwo\r\nthree",V1,C1,2020-06-01,video,completed,,\r\n'
        "\r\n"
        '"a ""quoted"" word\n",V2,C1,oops,video,completed,,\r\n'
        ",V3,C1,oops,video,completed,,\r\n"
    )
    outcome = load("visits", header + rows)
    assert [line for line, *_ in outcome.refusals] == [6, 8]
    assert "Columns not used: 'note'" in outcome.said
    assert Visit.objects.get().visit_ref == "V1"


def test_columns_may_stand_in_any_order_behind_a_byte_order_mark(load, child):
    header = b"authorised,child_seen,status,method,visit_date,child_ref,visit_ref\n"
    assert load("visits", b"\xef\xbb\xbf" + header + b"yes,,completed,video,2020-06-01,C1,V1").status == 0
    assert Visit.objects.get().authorised


def test_rows_that_say_the_same_are_one_and_rows_that_differ_are_all_refused(load, child):
    same = "V1,C1,2020-06-01,video,completed,,\n V1,C1,01/06/2020,video,completed,yes,no\n"
    other = "V2,C1,2020-06-01,video,completed,,\nV2,C1,2020-06-02,video,completed,,\n"
    outcome = load("visits", VISITS + same + other)
    twice = "is in the file more than once, with different content"
    assert outcome.refusals == [(4, "visit_ref", twice), (5, "visit_ref", twice)]
    assert "1 new, 0 changed, 0 unchanged, 1 repeated" in outcome.said
    assert Visit.objects.get().visit_ref == "V1"


def test_importing_again_changes_nothing_and_a_changed_row_keeps_what_was(load, child):
    other = make_child("C2")
    first = VISITS + "V1,C1,2020-06-01,video,completed,,\nV2,C1,2020-06-02,face_to_face,completed,,\n"
    load("visits", first)
    before = list(Visit.objects.order_by("pk").values())
    StaleVisits.objects.all().delete()

    outcome = load("visits", first)
    assert "0 new, 0 changed, 2 unchanged" in outcome.said
    assert list(Visit.objects.order_by("pk").values()) == before
    assert not Revision.objects.exists()
    assert not StaleVisits.objects.exists()

    assert load("visits", first.replace("V2,C1,2020-06-02", "V2,C2,2020-06-09")).status == 0
    visit = Visit.objects.get(visit_ref="V2")
    assert (visit.child, visit.visit_date, visit.version) == (other, date(2020, 6, 9), 2)
    kept = Revision.objects.get()
    assert (kept.kind, kept.record_id, kept.version, kept.replaced_at) == ("visit", visit.pk, 1, NOW)
    assert kept.was == {
        "child_id": child.pk,
        "visit_date": "2020-06-02",
        "method": "face_to_face",
        "status": "completed",
        "child_seen": True,
        "authorised": False,
        "authorised_at": None,
        "authorised_by_id": None,
        "note": "",
    }
    assert {mark.child_id for mark in StaleVisits.objects.all()} == {child.pk, other.pk}


def test_what_a_manager_authorised_here_stays_until_the_visit_itself_changes(load, child):
    manager = make_user()
    visit = make_visit(child, date(2020, 6, 1), "video", visit_ref="V1", authorised=True)
    Visit.objects.update(authorised_at=NOW, authorised_by=manager)
    row = "V1,C1,2020-06-01,video,completed,,\n"
    assert "0 changed, 1 unchanged" in load("visits", VISITS + row).said
    assert load("visits", VISITS + row.replace("video", "telephone")).status == 0
    visit.refresh_from_db()
    assert (visit.authorised, visit.authorised_by, visit.authorised_at) == (False, None, None)
    assert Revision.objects.get().was["authorised_at"].startswith("2020-06-15T12:00:00")


def test_only_months_that_a_counting_visit_reaches_become_stale(load, child):
    month = Month.parse("2020-03").index
    for n, seen_cut in enumerate((date(2020, 2, 18), date(2020, 3, 20), date(2020, 4, 20))):
        end = Month(month + n).last_day
        days = {"month_end": end, "open_cut": end, "seen_cut": seen_cut, "anniversary_cut": end}
        VisitCut.objects.create(
            plan_type="CIC", month=month + n, regime="standard", alternatives_collected=True, **days
        )
    load(
        "visits",
        VISITS + "V1,C1,2020-03-19,face_to_face,completed,,\n"
        "V2,C1,2020-05-02,video,completed,,no\nV3,C1,2020-05-02,video,cancelled,,yes\n",
    )
    marks = StaleVisits.objects.values_list("child", "first_month", "last_month", "marked_at")
    assert list(marks) == [(child.pk, month, month, NOW)]


# --- The whole ----------------------------------------------------------------------------


def test_a_dry_run_reports_the_same_and_loads_nothing(load, child):
    make_visit(child, date(2020, 6, 1), visit_ref="V1")
    rows = (
        VISITS + "V1,C1,2020-06-02,video,completed,,\nV2,C1,2020-06-02,video,completed,,\n"
        "V3,C1,x,video,completed,,\n"
    )
    dry = load("visits", rows, dry_run=True)
    assert dry.status == 3
    assert Visit.objects.get().version == 1
    for model in (AuditEvent, StaleVisits, Revision):
        assert not model.objects.exists()
    told = dry.refusals
    real = load("visits", rows)
    assert real.refusals == told
    assert dry.said.replace("Nothing was loaded (--dry-run).\n", "") == real.said
    assert Visit.objects.count() == 2


def test_a_dry_run_of_plans_and_teams_loads_nothing(load):
    make_team("T1")
    assert load("plans", PLANS + "P1,C1,CP,2020-01-06,,,T1,\n", dry_run=True).status == 0
    assert load("teams", TEAMS + "T1,Other,,There\nT2,New,,There\n", dry_run=True).status == 0
    assert not Plan.objects.exists()
    assert not Child.objects.exists()
    assert Team.objects.get().version == 1
    assert not AuditEvent.objects.exists()


def test_an_import_is_one_audit_event_with_counts_and_the_files_digest(load, child):
    rows = (
        VISITS + "V1,C1,2020-06-02,video,completed,,\nV2,C9,2020-06-02,video,completed,,\n"
        "V3,C1,x,video,completed,,\n"
    )
    load("visits", rows)
    event = AuditEvent.objects.get()
    assert (event.action, event.object_kind, event.at) == ("records.imported", "import", NOW)
    assert event.detail == {
        "file": "visits",
        "sha256": hashlib.sha256(rows.encode()).hexdigest(),
        "rows": 3,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "repeated": 0,
        "accepted": 1,
        "refused": 2,
    }


def test_an_import_announces_itself_after_commit_only(load, child, django_capture_on_commit_callbacks):
    heard = []
    visits_changed.connect(listener := lambda **kw: heard.append(1), weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            load("visits", VISITS + "V1,C1,2020-06-02,video,completed,,\n")
            assert not heard
        assert heard == [1]
    finally:
        visits_changed.disconnect(listener)


def test_refusals_are_safe_in_a_spreadsheet_and_read_only_by_their_owner(load, child, tmp_path):
    target = tmp_path / "elsewhere.csv"
    outcome = load("visits", VISITS + '"=cmd|/c calc",C1,@x,video,completed,,\n', refusals=target)
    assert outcome.status == 3
    with target.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["value"] == "'@x"
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("taken", ["visits.csv", "folder"])
def test_the_refusals_file_replaces_neither_the_file_itself_nor_a_folder(load, child, tmp_path, taken):
    (tmp_path / "folder").mkdir()
    content = VISITS + "V1,C1,2020-06-01,video,completed,,\n"
    outcome = load("visits", content, refusals=tmp_path / taken)
    assert outcome.status == 2 and "cannot take the place" in outcome.said
    assert (tmp_path / "visits.csv").read_text() == content
    assert not Visit.objects.exists()


def test_a_first_column_whose_name_begins_like_a_zip_is_no_zip(load, child):
    content = "PK," + VISITS + "1,V1,C1,2020-06-01,video,completed,,\n"
    assert load("visits", content).status == 0


HEADER = VISITS.encode()
GOOD = b"V0,C1,2020-06-01,video,completed,,\n"
UNREADABLE = [
    (b"", "The file is empty."),
    (b"\xef\xbb\xbf", "The file is empty."),
    (HEADER, "The file names its columns but has no rows."),
    (b"PK\x03\x04rest of the archive", "zip archive or a spreadsheet"),
    ((VISITS + "V1,C1\0,2020-06-01,video,completed,,\n").encode(), "null bytes"),
    (VISITS.encode("utf-16"), "UTF-16"),
    (HEADER + GOOD + b"V1,C\xe91,2020-06-01,video,completed,,\n", "Line 3 is not UTF-8"),
    (b"x" * 5_000_000, "has a line of more than"),
    (HEADER + GOOD + b"y" * 5_000_000, "has a line of more than"),
    (HEADER + GOOD + b'"V2,C1,2020-06-01\n,,\n', "Line 3 opens a quotation mark"),
    (HEADER + b'"V2' + b"\n," * 100_000, "Line 2 opens a quotation mark"),
    (VISITS.replace(",method", "").encode() + b"V1\n", "does not name the column method."),
    (VISITS.replace(",", ";").encode() + b"V1\n", "separated by commas"),
    (VISITS.replace("method", "Method").encode() + b"V1\n", "does not name the column method."),
    (b"visit_ref," + HEADER + b"V1\n", "names the column visit_ref more than once"),
]


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_file_that_cannot_be_read_is_refused_whole_in_one_sentence(load, child, content, sentence):
    outcome = load("visits", content)
    assert outcome.status == 2
    assert sentence in outcome.said
    assert outcome.said.count("\n") == 0
    assert not Visit.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not outcome.refusals_path.exists()
    assert list(outcome.refusals_path.parent.glob(".refusals-*")) == []


def test_a_folder_a_missing_file_and_a_place_that_cannot_be_written_are_told(tmp_path):
    for path, sentence in ((tmp_path, "a folder"), (tmp_path / "none.csv", "no such file")):
        with pytest.raises(CommandError, match=sentence) as told:
            call_command("import_records", "visits", str(path), refusals=tmp_path / "r.csv")
        assert told.value.returncode == 2
    with pytest.raises(CommandError, match="--refusals"):
        call_command(
            "import_records", "visits", str(tmp_path / "none.csv"), refusals=tmp_path / "none" / "r.csv"
        )


def test_a_fault_in_the_middle_of_the_load_leaves_nothing(load, child, monkeypatch):
    monkeypatch.setattr("visits.imports.run.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load("visits", VISITS + "V1,C1,2020-06-02,video,completed,,\n")
    assert not Visit.objects.exists()
    assert not StaleVisits.objects.exists()


def test_a_visit_changed_by_a_person_under_the_import_is_not_overwritten(load, child, monkeypatch):
    """The control: without the version in the update the person's change would be lost silently."""
    make_visit(child, date(2020, 6, 1), visit_ref="V1")
    from visits.imports import visits as module

    mark = module._mark

    def somebody_saves(*args):
        Visit.objects.update(version=2, note="meanwhile")
        mark(*args)

    monkeypatch.setattr(module, "_mark", somebody_saves)
    outcome = load("visits", VISITS + "V1,C1,2020-06-02,video,completed,,\n")
    assert outcome.status == 2
    assert "Import it again" in outcome.said
    assert Visit.objects.get().visit_date == date(2020, 6, 1)
    assert not Revision.objects.exists()


def test_files_larger_than_a_chunk_are_whole(load, child):
    days = [date(2018, 1, 1) + timedelta(days=n % 700) for n in range(12_000)]
    rows = [f"V{n},C1,{day},video,completed,,\n" for n, day in enumerate(days)]
    rows[7000] = "V7000,C1,oops,video,completed,,\n"
    outcome = load("visits", VISITS + "".join(rows))
    assert outcome.refusals == [(7002, "visit_date", "is not a date; write it like 2020-03-27 or 27/03/2020")]
    assert Visit.objects.count() == 11_999
    with connection.cursor() as cursor:
        catalogue = "sqlite_temp_master" if connection.vendor == "sqlite" else "pg_catalog.pg_class"
        column = "name" if connection.vendor == "sqlite" else "relname"
        cursor.execute(f"SELECT count(*) FROM {catalogue} WHERE {column} LIKE 'import@_%' ESCAPE '@'")
        assert cursor.fetchone() == (0,)


def test_many_plans_and_many_bad_rows_pass_in_pieces(load):
    make_team("T1")
    rows = "".join(f"P{n},C{n % 500},CP,2020-01-06,,,T{1 + n % 2},\n" for n in range(5_001))
    outcome = load("plans", PLANS + rows)
    assert Plan.objects.count() == PlanTeam.objects.count() == 2_501
    assert Child.objects.count() == 250
    assert len(outcome.refusals) == 2_500
