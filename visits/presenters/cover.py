"""Words of the pages of cover and of keeping in touch."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from visits.constants import PlanType
from visits.facts import ChildLine
from visits.presenters import due_cell, plan_words
from visits.rules.cover import Days
from visits.rules.records import in_words
from visits.selectors.check_ins import CheckInWeek
from visits.selectors.cover import AbsenceLine, CoverLine, UnownedLine


def until_words(days: Days) -> str:
    """'until 3 April 2020', by the last day that counts."""
    return f"until {in_words(days.until - timedelta(days=1))}" if days.until else "until further notice"


def unowned_table(rows: Iterable[UnownedLine], today: date) -> dict[str, Any]:
    return {
        "caption": "Visits due with nobody able to make them",
        "columns": [
            {"text": "Child"},
            {"text": "Visit due"},
            {"text": "Plan"},
            {"text": "Why"},
            {"text": "Act"},
        ],
        "rows": [
            [
                {"text": row.shown_as, "href": reverse("child", args=[row.child_uid])},
                due_cell(row.due_by, today),
                PlanType(row.plan_type).label,
                f"{', '.join(row.away)} away, no cover" if row.away else "Not allocated to anybody able",
                {
                    "text": "Assign cover",
                    "href": reverse("cover_child", args=[row.child_uid]),
                    "hidden": f"for {row.shown_as}",
                },
            ]
            for row in rows
        ],
    }


def absences_table(rows: Iterable[AbsenceLine]) -> dict[str, Any]:
    return {
        "caption": "People who are away",
        "columns": [
            {"text": "Social worker"},
            {"text": "Away"},
            {"text": "Works at home"},
            {"text": "Children without cover", "numeric": True},
            {"text": "Act"},
        ],
        "rows": [
            [
                row.worker,
                {
                    "text": f"From {in_words(row.days.start)}",
                    "note": f"back on {in_words(row.days.until)}"
                    if row.days.until
                    else "until further notice",
                },
                "Yes" if row.can_work_at_home else "No",
                {
                    "text": f"{row.uncovered} of {row.children}",
                    "href": reverse("cover_caseload", args=[row.worker_uid]),
                    "hidden": f"children of {row.worker}: cover the whole caseload",
                }
                if row.uncovered
                else f"0 of {row.children}",
                {
                    "text": "Change first day back",
                    "href": reverse("end_absence", args=[row.uid]),
                    "hidden": f"of {row.worker}",
                },
            ]
            for row in rows
        ],
        "empty": "Nobody of your teams is away.",
    }


def covers_table(rows: Iterable[CoverLine], today: date) -> dict[str, Any]:
    return {
        "caption": "Cover",
        "columns": [{"text": "Child"}, {"text": "Covered by"}, {"text": "Days"}, {"text": "Act"}],
        "rows": [
            [
                {"text": row.shown_as, "href": reverse("child", args=[row.child_uid])},
                row.worker,
                cover_words(row.days, today),
                {
                    "text": "Change",
                    "href": reverse("cover_child", args=[row.child_uid]),
                    "hidden": f"the cover for {row.shown_as}",
                },
            ]
            for row in rows
        ],
        "empty": "No child of your teams is covered by another social worker.",
    }


def cover_words(days: Days, today: date) -> str:
    began = "" if days.start <= today else f"from {in_words(days.start)} "
    words = f"{began}{until_words(days)}"
    return words[:1].upper() + words[1:]


def weeks_table(weeks: Iterable[CheckInWeek], this_week: date) -> dict[str, Any]:
    """Teams by week, the latest week first; never people."""
    rows = sorted(weeks, key=lambda row: (-row.week.toordinal(), row.team))
    return {
        "caption": "The last weeks",
        "columns": [
            {"text": "Week from"},
            {"text": "Team"},
            {"text": "Spoken with", "numeric": True},
            {"text": "Everybody"},
        ],
        "rows": [
            [
                in_words(row.week),
                row.team,
                f"{row.spoken} of {row.workers}",
                _everybody(row, this_week),
            ]
            for row in rows
        ],
        "empty": "No week is on record yet.",
    }


def _everybody(row: CheckInWeek, this_week: date) -> dict[str, str]:
    if row.complete:
        return {"text": "Yes", "tag": "green"}
    return {"text": "Not yet", "tag": "yellow"} if row.week == this_week else {"text": "No", "tag": "grey"}


def caseload_table(children: Iterable[ChildLine], today: date) -> dict[str, Any]:
    return {
        "caption": "Children without cover",
        "columns": [{"text": "Child"}, {"text": "Next visit due"}, {"text": "Plan"}],
        "rows": [
            [
                {"text": line.shown_as, "href": reverse("child", args=[line.uid])},
                due_cell(line.due_by, today),
                plan_words(line.plan_types),
            ]
            for line in children
        ],
        "empty": "Every child of this person is covered.",
    }
