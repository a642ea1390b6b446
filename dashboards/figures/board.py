"""What the board's dashboard draws and compares. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.figures import bars
from dashboards.figures.bars import Bars
from dashboards.figures.chart import ALTERNATIVE, COMPARATOR, FACE_TO_FACE, NOT_VISITED, Chart
from riskregister.constants import Band, CheckSeverity
from riskregister.facts.content import Finding, ReviewContent
from safeguarding.kernel.periods import Month

# Worst first: name, colour, pattern.
_BANDS = (
    (Band.RED, ALTERNATIVE, "x"),
    (Band.AMBER, NOT_VISITED, "/"),
    (Band.YELLOW, FACE_TO_FACE, "/"),
    (Band.GREEN, COMPARATOR, ""),
)
_SEVERITIES = (
    (CheckSeverity.ERROR, ALTERNATIVE, "x"),
    (CheckSeverity.WARNING, NOT_VISITED, "/"),
    (CheckSeverity.INFO, COMPARATOR, ""),
)
# What each series counts, by month.
Counts = Sequence[tuple[Month, Mapping[str, int]]]


def risks_chart(months: Counts, *, source: str) -> Chart:
    """Open risks by rating through the published months. `months` is not empty."""
    return _chart(
        "board-risks",
        "risk",
        months,
        [(band.value, f"{band.label}", colour, pattern) for band, colour, pattern in _BANDS],
        of_interest=Band.RED.value,
        words="rated red",
        source=source,
        unit="Open risks",
        summary="Open risks of the partnership and of the partners, by their current rating.",
    )


def checks_chart(months: Counts, *, source: str) -> Chart:
    """Contradictions and gaps found by rule through the published months. `months` is not empty."""
    return _chart(
        "board-checks",
        "finding",
        months,
        [(one.value, f"{one.label}", colour, pattern) for one, colour, pattern in _SEVERITIES],
        of_interest=CheckSeverity.ERROR.value,
        words="of the gravest kind",
        source=source,
        unit="Findings of checks",
        summary="Contradictions and gaps that checks found by rule in each month’s evidence.",
    )


def _chart(
    ident: str,
    noun: str,
    months: Counts,
    kinds: Sequence[tuple[str, str, str, str]],
    *,
    of_interest: str,
    words: str,
    source: str,
    unit: str,
    summary: str,
) -> Chart:
    labels = [month.short_name for month, _ in months]
    none = [None] * len(months)
    series = [
        Bars(name, colour, pattern, [counts.get(code, 0) for _, counts in months], none)
        for code, name, colour, pattern in kinds
    ]
    return Chart(
        id=ident,
        title=_title(months, of_interest, noun, words),
        summary=summary,
        figure=bars.figure(labels, series, stacked=True, x_title="Month", y_title=unit),
        svg=bars.drawing(ident.replace("-", ""), labels, series, stacked=True),
        table={
            "caption": f"{unit} by month",
            "caption_size": "s",
            "columns": [{"text": "Month"}, *({"text": name, "numeric": True} for _, name, _, _ in kinds)],
            "rows": [
                [month.name, *(f"{counts.get(code, 0):,}" for code, *_ in kinds)] for month, counts in months
            ],
        },
        alt=f"Stacked bars for each month: {unit.lower()} by kind.",
        source=source,
    )


def _title(months: Counts, code: str, noun: str, words: str) -> str:
    (month, last) = months[-1]
    count = last.get(code, 0)
    said = f"{count:,} {noun}{'' if count == 1 else 's'} {words} in {month.name}"
    if len(months) < 2:
        return said
    earlier, before = months[-2][0], months[-2][1].get(code, 0)
    if count == before:
        return f"{said}, as many as in {earlier.name}"
    return f"{said}, {'more' if count > before else 'fewer'} than in {earlier.name} ({before:,})"


@dataclass(frozen=True)
class Compared:
    """Two reviews side by side: tables for components/table.html."""

    finding: str
    risks: dict
    bands: dict
    findings: dict


def compare(first: ReviewContent, second: ReviewContent, *, names: tuple[str, str]) -> Compared:
    """What differs between two reviews; `names` head their columns."""
    moved = _moved(first, second)
    worse = sum(1 for _, before, after in moved if (after or 0) > (before or 0))
    better = sum(1 for _, before, after in moved if (after or 0) < (before or 0))
    finding = (
        f"{_counted(worse, 'risk')} higher or new, {_counted(better, 'risk')} lower or closed"
        if moved
        else "No risk is rated differently"
    )
    return Compared(
        finding=finding,
        risks={
            "caption": "Risks that differ",
            "columns": [{"text": "Risk"}, *({"text": name, "numeric": True} for name in names)],
            "rows": [[label, _score(before), _score(after)] for label, before, after in moved],
            "empty": "Every risk is rated alike in both.",
        },
        bands={
            "caption": "Open risks by rating",
            "columns": [{"text": "Rating"}, *({"text": name, "numeric": True} for name in names)],
            "rows": [
                [f"{band.label}", f"{_in_band(first, band):,}", f"{_in_band(second, band):,}"]
                for band, *_ in _BANDS
            ],
        },
        findings={
            "caption": "Key findings",
            "columns": [{"text": "Finding"}, *({"text": name} for name in names)],
            "rows": _findings(first, second),
            "empty": "Neither review makes a key finding.",
        },
    )


def _moved(first: ReviewContent, second: ReviewContent) -> list[tuple[str, int | None, int | None]]:
    """(label, score in the first, score in the second); None: not open, 0: not rated."""
    labels = {uid: one["label"] for content in (first, second) for uid, one in content.ratings.items()}
    found = []
    for uid, label in labels.items():
        before, after = (_open_score(content, uid) for content in (first, second))
        if before != after:
            found.append((label, before, after))
    return sorted(found)


def _open_score(content: ReviewContent, uid: str) -> int | None:
    one = content.ratings.get(uid)
    return int(one["score"]) if one and one["state"] == "open" else None


def _score(score: int | None) -> str:
    return "Not open" if score is None else f"{score}" if score else "Not rated"


def _in_band(content: ReviewContent, band: Band) -> int:
    return sum(1 for one in content.ratings.values() if one["state"] == "open" and one["band"] == band)


def _findings(first: ReviewContent, second: ReviewContent) -> list[list[str]]:
    said = [{one.code: one.text for one in _found(content)} for content in (first, second)]
    codes = list(dict.fromkeys([*said[1], *said[0]]))
    return [
        [code.replace("_", " ").capitalize(), *(one.get(code, "Not said") for one in said)] for code in codes
    ]


def _found(content: ReviewContent) -> list[Finding]:
    return [block for section in content.sections for block in section.blocks if isinstance(block, Finding)]


def _counted(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else one + 's'}"
