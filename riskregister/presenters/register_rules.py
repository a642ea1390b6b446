"""Words of the register's rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from accounts.constants import Role
from riskregister.constants import Band, RiskTheme
from riskregister.models import Appetite, Matrix, ReviewCadence
from riskregister.presenters.base import listed, lowered, moment_words, on_day
from riskregister.presenters.risks import BAND_COLOURS
from riskregister.selectors.register_rules import APPETITE, CADENCE, MATRIX, Proposal

KINDS = {MATRIX: "Matrix", CADENCE: "Review dates", APPETITE: "Appetite"}


def axis_table(rows: Iterable[Mapping[str, str]], caption: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [{"text": "Step"}, {"text": "What it means", "wide": True}],
        "rows": [[f"{place}. {row['name']}", row["words"]] for place, row in enumerate(rows, 1)],
    }


def bands_table(matrix: Matrix) -> dict[str, Any]:
    rows = []
    for one in matrix.bands:
        band = Band(one["band"])
        rows.append(
            [
                {"text": str(band.label), "tags": [{"text": one["label"], "colour": BAND_COLOURS[band]}]},
                f"{one['from']} to {one['to']}",
            ]
        )
    return {"caption": "Bands", "columns": [{"text": "Band"}, {"text": "Scores"}], "rows": rows}


def matrix_tables(matrix: Matrix) -> list[dict[str, Any]]:
    return [
        axis_table(matrix.likelihoods, "Likelihood"),
        axis_table(matrix.impacts, "Impact on children"),
        bands_table(matrix),
    ]


def cadence_table(rows: Mapping[str, ReviewCadence]) -> dict[str, Any]:
    found = []
    for band in reversed(Band):
        if one := rows.get(band.value):
            who = listed([str(Role(code).label) for code in one.authority])
            since = {"text": on_day(one.effective_from), "note": one.source}
            found.append([str(band.label), f"Every {one.days} days", who, since])
    return {
        "caption": "How often a risk is reviewed, and by whom",
        "columns": [
            {"text": "Rating"},
            {"text": "Reviewed"},
            {"text": "By"},
            {"text": "Since", "wide": True},
        ],
        "rows": found,
        "empty": "No review dates are set.",
    }


def appetite_table(rows: Mapping[str, Appetite]) -> dict[str, Any]:
    return {
        "caption": "What the board bears, by theme",
        "columns": [{"text": "Theme"}, {"text": "Up to", "numeric": True}, {"text": "In words", "wide": True},
                    {"text": "Since"}],
        "rows": [
            [str(theme.label), str(one.highest_score), one.words, on_day(one.effective_from)]
            for theme in RiskTheme
            if (one := rows.get(theme.value))
        ],
        "empty": "No appetite is set.",
    }  # fmt: skip


def versions_table(matrices: Iterable[Matrix]) -> dict[str, Any]:
    return {
        "caption": "Versions of the matrix",
        "columns": [{"text": "Version"}, {"text": "From"}, {"text": "Why", "wide": True},
                    {"text": "Confirmed by"}],
        "rows": [
            [
                {"text": f"Version {one.version}", "href": reverse("rules_proposal", args=[one.uid])},
                on_day(one.effective_from),
                {"text": one.reason, "note": one.source},
                one.confirmed_by.name if one.confirmed_by else "Came with the product",
            ]
            for one in matrices
        ],
        "empty": "No matrix is in force.",
    }  # fmt: skip


def waiting_table(found: Iterable[Proposal]) -> dict[str, Any]:
    return {
        "caption": "Waiting for a board member",
        "columns": [{"text": "What"}, {"text": "From"}, {"text": "Proposed"}],
        "rows": [
            [
                {"text": KINDS[one.kind], "href": reverse("rules_proposal", args=[one.uid]),
                 "hidden": f"from {on_day(one.effective_from)}"},
                on_day(one.effective_from),
                {"text": moment_words(one.set_at) if one.set_at else "–", "note": one.set_by},
            ]
            for one in found
        ],
        "empty": "Nothing waits.",
    }  # fmt: skip


def proposal_tables(found: Proposal) -> list[dict[str, Any]]:
    rows = list(found.rows())
    if found.kind == MATRIX:
        return matrix_tables(rows[0])
    if found.kind == CADENCE:
        return [cadence_table({row.band: row for row in rows})]
    return [appetite_table({row.theme: row for row in rows})]


def proposal_rows(found: Proposal) -> list[dict[str, str]]:
    if found.waits:
        state = "Waits for a board member"
    elif found.declined:
        state = f"Not to be used, {found.decided_by}"
    else:
        state = f"Confirmed{', ' + found.decided_by if found.decided_by else ''}"
    by = f", {found.set_by}" if found.set_by else ""
    set_at = moment_words(found.set_at) if found.set_at else "–"
    rows = [
        {"key": "From", "value": on_day(found.effective_from)},
        {"key": "Proposed", "value": f"{set_at}{by}"},
        {"key": "State", "value": state},
    ]
    if found.kind == MATRIX:
        matrix = found.rows().get()
        rows += [{"key": "Why", "value": matrix.reason}, {"key": "Source", "value": matrix.source}]
    return rows


def heading_of(found: Proposal) -> str:
    words = KINDS[found.kind]
    return words if not found.waits else f"Proposed {lowered(words)}"
