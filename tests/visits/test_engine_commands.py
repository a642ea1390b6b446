"""The two commands: what they write, refuse and answer with."""

import csv
import subprocess
import sys
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import AuditEvent
from operations.selectors import latest_runs
from tests.visits.factories import make_child, make_plan, make_rules, make_team, make_visit
from tools.paths import ROOT
from visits.constants import Method
from visits.models import StaleVisits, VisitCell
from visits.rates.marks import mark_stale_visits

HEADER = (
    "month,plan_type,team_ref,locality,cohort,face_to_face,alternative,not_visited,"
    "face_to_face_pct,alternative_pct,total_pct,method_version\n"
)


def recompute(*options: str) -> str:
    out = StringIO()
    call_command("recompute_visit_rates", *options, stdout=out)
    return out.getvalue()


def export(*options: str) -> str:
    out = StringIO()
    call_command("export_visit_rates", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def worked_example(db) -> None:
    """Child A of the method's worked example, and two more in other teams."""
    make_rules()
    seven = make_team("7", locality="North")
    nine = make_team("9", locality="North")
    risky = make_team("=9+1", locality="@South")
    child = make_child("A")
    make_plan(child, "CP", date(2020, 3, 2), team=seven)
    make_visit(child, date(2020, 3, 13))
    make_visit(child, date(2020, 3, 25), Method.VIDEO, authorised=True)
    for ref, team in (("B", nine), ("C", risky)):
        other = make_child(ref)
        make_plan(other, "CP", date(2020, 1, 1), team=team)
        make_visit(other, date(2020, 2, 25))
        make_visit(other, date(2020, 3, 31))


def test_the_file_of_all_teams_to_the_letter(worked_example):
    assert export("--to", "2020-04") == HEADER + (
        "2020-01,CP,,,2,0,not collected,2,0.0,not collected,0.0,v1\n"
        "2020-02,CP,,,2,2,not collected,0,100.0,not collected,100.0,v1\n"
        "2020-03,CP,,,3,2,1,0,66.7,33.3,100.0,v1\n"
        "2020-04,CP,,,3,0,0,3,0.0,0.0,0.0,v1\n"
    )


def test_by_team_and_by_locality(worked_example):
    march = ("--from", "2020-03", "--to", "2020-03")
    assert export("--by", "team", *march) == HEADER + (
        "2020-03,CP,7,,1,0,1,0,0.0,100.0,100.0,v1\n"
        "2020-03,CP,9,,1,1,0,0,100.0,0.0,100.0,v1\n"
        # What a spreadsheet would run as a formula is text.
        "2020-03,CP,'=9+1,,1,1,0,0,100.0,0.0,100.0,v1\n"
    )
    assert export("--by", "locality", *march) == HEADER + (
        "2020-03,CP,,'@South,1,1,0,0,100.0,0.0,100.0,v1\n2020-03,CP,,North,2,1,1,0,50.0,50.0,100.0,v1\n"
    )


def test_a_breakdown_adds_up_to_the_whole(worked_example):
    whole = list(csv.DictReader(StringIO(export())))
    parts = list(csv.DictReader(StringIO(export("--by", "team"))))
    for column in ("cohort", "face_to_face", "not_visited"):
        for row in whole:
            assert int(row[column]) == sum(
                int(part[column]) for part in parts if part["month"] == row["month"]
            )


def test_an_export_is_never_stale_and_is_on_the_trail(worked_example):
    recompute()
    child = make_child("D")
    with transaction.atomic():
        make_plan(child, "CP", date(2020, 1, 1), team=make_team("7b"))
        mark_stale_visits(child.pk, [date(2020, 3, 2)], date_and_time())
    assert "2020-03,CP,,,4," in export("--from", "2020-03", "--to", "2020-03")
    assert AuditEvent.objects.filter(action="visit_rates.exported").count() == 1


def date_and_time():
    from datetime import UTC, datetime

    return datetime(2022, 1, 1, tzinfo=UTC)


def test_recompute_works_off_what_waits_and_says_so(worked_example):
    assert "worked out from nothing, by method v1: 3 children, 6 visits" in recompute()
    assert recompute().startswith("0 waiting changes worked off, 0 new months, 0 child-months changed.")
    with transaction.atomic():
        visit = make_visit(VisitCell.objects.first().child, date(2020, 4, 24))
        mark_stale_visits(visit.child_id, [visit.visit_date], date_and_time())
    assert recompute().startswith("1 waiting changes worked off, 0 new months, 1 child-months changed.")
    assert not StaleVisits.objects.exists()


def test_full_and_ranges_put_right_what_is_wrong_there_alone(worked_example):
    recompute()
    VisitCell.objects.update(outcome=2)
    assert "2020-03 to 2020-03 worked out from nothing" in recompute("--from", "2020-03", "--to", "2020-03")
    assert "2020-03,CP,,,3,2,1,0," in export("--from", "2020-03")
    assert VisitCell.objects.filter(month=2020 * 12 + 3, outcome=2).count() == 3
    recompute("--full")
    assert not VisitCell.objects.filter(month=2020 * 12 + 3, outcome=2).exists()
    assert latest_runs("visit_rates_rebuild")[0].state == "done"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--from", "2020-13"], "“2020-13” is not a month. Write it as year-month, like 2020-04."),
        (["--to", "April"], "“April” is not a month. Write it as year-month, like 2020-04."),
        (["--from", "2020-05", "--to", "2020-04"], "--from 2020-05 is after --to 2020-04."),
        (["--as-of", "2020-05-10", "--to", "2020-05"], "2020-05 is not over yet"),
        (["--as-of", "yesterday"], "“yesterday” is not a day."),
    ],
)
def test_a_bad_option_is_one_sentence_and_status_2(db, options, sentence):
    with pytest.raises(CommandError) as refused:
        recompute(*options)
    assert refused.value.returncode == 2
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("options", [["--from", "2020-5"], ["--from", "2020-05", "--to", "2020-04"]])
def test_the_export_refuses_the_same_way(db, options):
    with pytest.raises(CommandError) as refused:
        export(*options)
    assert refused.value.returncode == 2


def test_nothing_recorded_is_a_file_with_a_header(db):
    make_rules()
    assert export() == HEADER


@pytest.mark.parametrize("command", ["recompute_visit_rates", "export_visit_rates"])
def test_an_unknown_option_is_status_2_for_a_shell(command):
    done = subprocess.run(
        [sys.executable, "manage.py", command, "--bogus"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--bogus" in done.stderr
    assert "Traceback" not in done.stderr
