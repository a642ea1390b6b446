"""Risk summary: counts, heat map, appetite, reviews overdue, acceptances. Pure."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from riskregister.constants import Band, ReviewSection, Rollup
from riskregister.facts.content import (
    Block,
    CheckResult,
    Figures,
    Finding,
    HeatCell,
    HeatMap,
    Point,
    Row,
    SectionContent,
    Trend,
)
from riskregister.facts.evidence import Evidence, RiskFact
from riskregister.review.sections import parts
from riskregister.review.sections.changed import moved
from riskregister.review.sections.parts import Marks, row, table
from riskregister.review.sources import Sources
from riskregister.review.words import listed, on_day, sentences
from riskregister.rules.ratings import HIGHEST, band_of, outside_appetite, roll_up
from safeguarding.kernel.periods import Month, day_of

ACCEPTANCE_ENDS_SOON = timedelta(days=31)
TREND_MONTHS = 12


def build(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    mark = Marks(sources, evidence).of(parts.REGISTER)
    ours = _open_ours(evidence)
    blocks: list[Block] = [_counts(ours, mark)]
    if evidence.matrix.bands:
        blocks.append(_heat_map(ours, evidence, mark))
    blocks += [
        table(
            "Full risk assessment",
            ("Risk", "Theme", "Without controls", "Target", "Since the last board", "Confidence", "Now"),
            (_assessed(risk, evidence) for risk in ours),
            source=mark,
            empty="The register holds no open partnership risk.",
        ),
        table(
            "Partners’ own ratings beside the partnership’s",
            ("Partnership risk", "Agreed #", "Roll-up", "Partners’ own ratings"),
            _beside(ours, evidence),
            source=mark,
            empty="No partner’s risk contributes to a partnership risk yet.",
        ),
        table(
            "Outside appetite",
            ("Risk", "Rating #", "The board bears #"),
            (
                row(f"{one.label} {one.title}", one.current.score, one.appetite or 0, refs=(one.ref,),
                    restricted=one.restricted)
                for one in ours
                if one.current and outside_appetite(one.current.score, one.appetite)
            ),
            source=mark,
            empty="No risk is outside the board’s appetite.",
        ),
        table(
            "Past their review date",
            ("Risk", "To be looked at by", "Who answers for it"),
            (
                row(f"{one.label} {one.title}", parts.day(one.review_due_on), one.owner or "Nobody",
                    refs=(one.ref,), restricted=one.restricted)
                for one in ours
                if one.review_due_on and one.review_due_on < day_of(evidence.cut_off)
            ),
            source=mark,
            empty="Every risk has been looked at in time.",
        ),
        table(
            "Accepted as they are",
            ("Risk", "Until", "Conditions"),
            _accepted(ours, evidence),
            source=mark,
            empty="No acceptance is in force.",
            note="An acceptance lapses by itself after its last day.",
        ),
        *(_trend(risk, mark) for risk in ours if len(risk.history) > 1),
    ]  # fmt: skip
    return parts.section(ReviewSection.RISKS, blocks)


def _open_ours(evidence: Evidence) -> list[RiskFact]:
    """The partnership's open risks, gravest first."""
    ours = [one for one in evidence.risks if one.state == "open" and not one.organisation]
    return sorted(ours, key=lambda one: (-(one.current.score if one.current else 0), one.label))


def _counts(ours: list[RiskFact], mark: str) -> Figures:
    counts = Counter(one.current.band if one.current else "unrated" for one in ours)
    items = [(str(Band(band).label), f"{counts[band]:,}", "") for band in reversed(Band.values)]
    if counts["unrated"]:
        items.append(("Not rated yet", f"{counts['unrated']:,}", ""))
    refs = tuple(one.ref for one in ours if one.ref)
    return Figures("Open partnership risks by rating", tuple(items), mark, refs)


def _heat_map(ours: list[RiskFact], evidence: Evidence, mark: str) -> HeatMap:
    at: dict[tuple[int, int], list[str]] = {}
    for one in ours:
        if one.current:
            at.setdefault((one.current.likelihood, one.current.impact), []).append(one.label)
    cells = []
    for likelihood in range(HIGHEST, 0, -1):
        for impact in range(1, HIGHEST + 1):
            band = band_of(evidence.matrix, likelihood, impact)
            risks = tuple(sorted(at.get((likelihood, impact), ())))
            cells.append(HeatCell(likelihood, impact, band.band, band.label, risks))
    return HeatMap(
        "Where the risks stand",
        evidence.matrix.likelihoods,
        evidence.matrix.impacts,
        tuple(cells),
        mark,
    )


def _assessed(risk: RiskFact, evidence: Evidence) -> Row:
    way = moved(risk, evidence)
    current = risk.current
    return row(
        f"{risk.label} {risk.title}",
        risk.theme_words,
        _rating(risk, "inherent"),
        _rating(risk, "target"),
        way.words if way else "–",
        current.confidence.capitalize() if current else "–",
        f"{current.score} {current.band.capitalize()}" if current else "Not rated",
        refs=(risk.ref,),
        restricted=risk.restricted,
        band=current.band if current else "",
    )


def _rating(risk: RiskFact, kind: str) -> str:
    rating = risk.ratings.get(kind)
    return f"{rating.score} {rating.band.capitalize()}" if rating else "–"


def _beside(ours: list[RiskFact], evidence: Evidence) -> Iterator[Row]:
    by_uid = {one.uid: one for one in evidence.risks}
    for one in ours:
        own = [
            part
            for uid in one.contributions
            if (part := by_uid.get(uid)) and part.state == "open" and part.current
        ]
        if own and one.current:
            rule = Rollup(one.rollup)
            rolled = roll_up(rule, [part.current.score for part in own if part.current])
            yield row(
                f"{one.label} {one.title}",
                one.current.score,
                f"{rolled}, {str(rule.label)[:1].lower()}{str(rule.label)[1:]}",
                listed([f"{part.organisation} {part.current.score}" for part in own if part.current]),
                refs=(one.ref, *(part.ref for part in own)),
                restricted=one.restricted,
            )


def _accepted(ours: list[RiskFact], evidence: Evidence) -> Iterator[Row]:
    today = day_of(evidence.cut_off)
    for one in ours:
        held = one.acceptance
        if held and held.approved and held.expires_on >= today:
            soon = "Lapses within a month." if held.expires_on <= today + ACCEPTANCE_ENDS_SOON else ""
            yield row(
                f"{one.label} {one.title}",
                on_day(held.expires_on),
                sentences(held.conditions, soon),
                refs=(one.ref,),
                restricted=one.restricted,
            )


def _trend(risk: RiskFact, mark: str) -> Trend:
    """The rating at the end of each month in which it changed, latest last."""
    last: dict[Month, Point] = {}
    for one in risk.history:
        month = Month.of(day_of(one.recorded_at))
        last[month] = Point(str(month), one.score, one.band, one.reason)
    points = tuple(last[month] for month in sorted(last))[-TREND_MONTHS:]
    return Trend(f"{risk.label} {risk.title}", risk.label, points, mark, risk.restricted)
