"""Words of the pages of assessments before visits."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from visits.constants.oversight import AssessmentResult, Household, Ppe, Urgency, VisitPurpose
from visits.models import PreVisitAssessment
from visits.presenters import moment_words
from visits.rules.assessments import Answers, PpeTotals, shortfall
from visits.rules.records import in_words
from visits.selectors.assessments import AssessmentState

COLOURS = {
    AssessmentResult.GO: "green",
    AssessmentResult.GO_WITH_PPE: "yellow",
    AssessmentResult.DO_NOT_GO: "red",
}


def result_tag(result: str) -> dict[str, str]:
    known = AssessmentResult(result)
    return {"text": known.label, "colour": COLOURS[known]}


def household_words(codes: Iterable[str]) -> str:
    return "\n".join(Household(code).label for code in sorted(codes, key=Household.values.index))


def items_words(items: dict[str, int]) -> str:
    """'Face masks: 2, Aprons: 1', or 'None'."""
    return ", ".join(f"{kind.label}: {items[kind]}" for kind in Ppe if items.get(kind)) or "None"


def answer_rows(answers: Answers) -> list[dict[str, str]]:
    """What was answered, to be read once more before it is kept."""
    return _rows(
        household=answers.household,
        purpose_kind=answers.purpose_kind,
        purpose=answers.purpose,
        urgency=answers.urgency,
        plan=answers.lone_working_plan,
        needed=dict(answers.ppe_needed),
        available=dict(answers.ppe_available),
        alternatives=answers.alternatives_considered,
    )


def _rows(
    *,
    household: Iterable[str],
    purpose_kind: str,
    purpose: str,
    urgency: str,
    plan: str,
    needed: dict[str, int],
    available: dict[str, int],
    alternatives: str,
) -> list[dict[str, str]]:
    rows = [
        {"key": "Household", "value": household_words(household)},
        {"key": "What the visit is for", "value": purpose or str(VisitPurpose(purpose_kind).label)},
        {"key": "Urgency", "value": str(Urgency(urgency).label)},
        {"key": "Alone", "value": plan or "No"},
        {"key": "Protective equipment needed", "value": items_words(needed)},
    ]
    if needed:
        rows.append({"key": "Protective equipment at hand", "value": items_words(available)})
    if missing := shortfall(needed, available):
        rows.append({"key": "Protective equipment missing", "value": items_words(missing)})
    rows.append({"key": "Alternatives considered", "value": alternatives})
    return rows


def assessment_rows(assessment: PreVisitAssessment) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"key": "Made", "value": f"{assessment.made_by.name}, {moment_words(assessment.made_at)}"},
        {"key": "Valid until", "value": moment_words(assessment.valid_until)},
        *_rows(
            household=assessment.household,
            purpose_kind=assessment.purpose_kind,
            purpose=assessment.purpose,
            urgency=assessment.urgency,
            plan=assessment.lone_working_plan,
            needed=assessment.ppe_needed,
            available=assessment.ppe_available,
            alternatives=assessment.alternatives_considered,
        ),
    ]
    if assessment.result != assessment.proposed:
        rows.append({"key": "The answers led to", "value": str(AssessmentResult(assessment.proposed).label)})
        rows.append({"key": "Why another result", "value": assessment.result_reason})
    if assessment.needs_countersignature:
        by = assessment.countersigned_by
        rows.append(
            {
                "key": "Countersigned",
                "value": f"{by.name}, {moment_words(assessment.countersigned_at)}"
                if by and assessment.countersigned_at
                else "Not yet. A manager other than who made it must look at it.",
            }
        )
    return rows


def state_words(state: AssessmentState) -> str:
    """What stands, for the child's page and the visit form."""
    if state.current:
        return f"Valid until {moment_words(state.current.valid_until)}."
    if state.needed:
        return "None stands. A face-to-face visit needs one made in the hours before it."
    return "None stands. None is needed today."


def assessments_table(assessments: Iterable[PreVisitAssessment], now: datetime) -> dict[str, Any]:
    return {
        "caption": "Assessments of this child’s household",
        "columns": [
            {"text": "Made"},
            {"text": "Result"},
            {"text": "By"},
            {"text": "Validity"},
            {"text": "Countersigned"},
        ],
        "rows": [
            [
                {"text": moment_words(one.made_at), "href": reverse("assessment", args=[one.uid])},
                {"text": AssessmentResult(one.result).label, "tag": COLOURS[AssessmentResult(one.result)]},
                one.made_by.name,
                "Stands" if one.valid_until > now else "Lapsed",
                _countersigned(one),
            ]
            for one in assessments
        ],
        "empty": "No assessment has been made.",
    }


def _countersigned(one: PreVisitAssessment) -> str:
    if not one.needs_countersignature:
        return "Not needed"
    return one.countersigned_by.name if one.countersigned_by else "Waits for a manager"


def waiting_table(waiting: Iterable[PreVisitAssessment]) -> dict[str, Any]:
    return {
        "caption": "Assessments to countersign",
        "columns": [
            {"text": "Child"},
            {"text": "Made"},
            {"text": "Result"},
            {"text": "By"},
            {"text": "Look"},
        ],
        "rows": [
            [
                {"text": one.child.child_ref, "href": reverse("child", args=[one.child.uid])},
                moment_words(one.made_at),
                {"text": AssessmentResult(one.result).label, "tag": COLOURS[AssessmentResult(one.result)]},
                one.made_by.name,
                {
                    "text": "Look and countersign",
                    "href": reverse("assessment", args=[one.uid]),
                    "hidden": f"{one.child.child_ref}, {moment_words(one.made_at)}",
                },
            ]
            for one in waiting
        ],
        "empty": "Nothing waits for your countersignature.",
    }


# --- Protective equipment -------------------------------------------------------------------

PPE_COLUMNS = ["week_from", "team", *(f"{kind}_{what}" for kind in Ppe for what in ("needed", "short"))]


def ppe_export_rows(totals: Iterable[PpeTotals]) -> Iterator[Sequence[object]]:
    """Rows under PPE_COLUMNS."""
    for row in totals:
        numbers = [count[kind] for kind in Ppe for count in (row.needed, row.short)]
        yield [row.week.isoformat(), row.team, *numbers]


def ppe_table(totals: Iterable[PpeTotals]) -> dict[str, Any]:
    return {
        "caption": "Items needed, and of these how many were missing",
        "columns": [
            {"text": "Week from"},
            {"text": "Team"},
            *({"text": kind.label, "numeric": True} for kind in Ppe),
        ],
        "rows": [[in_words(row.week), row.team, *(_needed(row, kind) for kind in Ppe)] for row in totals],
        "empty": "No equipment was noted as needed in these weeks.",
    }


def _needed(row: PpeTotals, kind: str) -> dict[str, str]:
    short = row.short[kind]
    return {"text": f"{row.needed[kind]:,}", "note": f"{short:,} missing" if short else ""}


def ppe_finding(totals: Sequence[PpeTotals], first: date) -> str:
    needed = sum(sum(row.needed.values()) for row in totals)
    short = sum(sum(row.short.values()) for row in totals)
    if not needed:
        return f"Since {in_words(first)} no protective equipment was noted as needed."
    if not short:
        return f"Since {in_words(first)} {needed:,} items were needed, and none was missing."
    return f"Since {in_words(first)} {needed:,} items were needed, of which {short:,} were missing."
