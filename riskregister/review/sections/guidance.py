"""Guidance received, interpreted, issued and acknowledged; easements; the list of guidance. Pure."""

from collections.abc import Iterator

from guidance.constants import Force, GuidanceKind, LocalDecision, VersionState
from guidance.facts.counts import GuidanceCounts
from guidance.facts.register import GuidanceFact
from riskregister.constants import ReviewSection
from riskregister.facts.content import Block, CheckResult, Figures, Finding, Row, SectionContent, Table
from riskregister.facts.evidence import Evidence
from riskregister.review.checks.guidance import easement_ref, ref_of, told_ref
from riskregister.review.sections import parts
from riskregister.review.sections.parts import Marks, row, table
from riskregister.review.sources import Sources
from riskregister.review.words import counted, listed, on_day
from safeguarding.kernel.periods import day_of

# The pack prints it as its Appendix 1.
LIST_OF_GUIDANCE = "List of guidance"


def build(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    if not (evidence.guidance or evidence.easements):
        return parts.section(ReviewSection.GUIDANCE, (), "No guidance is on the register.")
    marks = Marks(sources, evidence)
    mark = marks.of(parts.GUIDANCE)
    blocks: list[Block] = []
    if evidence.guidance:
        month = evidence.month.name
        blocks += [
            _figures(f"Guidance in {month}", evidence.guidance_in_month, mark),
            _figures("Guidance in all", evidence.guidance_in_all, mark),
            _overdue(evidence, mark),
            _outstanding(evidence, mark),
            _practice(evidence, mark),
        ]
    blocks.append(_easements(evidence, marks.of(parts.EASEMENTS)))
    if evidence.guidance:
        blocks.append(_list(evidence, mark))
    return parts.section(ReviewSection.GUIDANCE, blocks)


def _figures(title: str, counts: GuidanceCounts, mark: str) -> Figures:
    issued_after = ""
    if counts.median_days is not None and counts.most_days is not None:
        issued_after = (
            f"Half of them within {counted(counts.median_days, 'day')} of receipt, the last after"
            f" {counted(counts.most_days, 'day')}"
        )
    return Figures(
        title,
        (
            ("Received", f"{counts.received:,}", "New, additional and amended; each version counts"),
            ("Does not matter here", f"{counts.set_aside:,}", "Set aside with a reason"),
            ("Interpreted", f"{counts.interpreted:,}", "Put forward for approval"),
            ("Approved", f"{counts.approved:,}", "By another person than who wrote it"),
            ("Issued", f"{counts.issued:,}", issued_after),
        ),
        mark,
    )


def _overdue(evidence: Evidence, mark: str) -> Table:
    today = day_of(evidence.cut_off)
    late = sorted(
        (one for one in evidence.guidance if one.overdue(today)), key=lambda one: (one.due_on, one.label)
    )
    return table(
        "Not issued by its date",
        ("Guidance", "Issuer", "How binding", "State", "Was due", "Days late #"),
        (
            row(
                f"{one.label} {one.title}",
                one.issuer,
                _force(one),
                str(VersionState(one.state).label),
                on_day(one.due_on),
                (today - one.due_on).days,
                refs=(ref_of(one),),
                restricted=True,
            )
            for one in late
        ),
        source=mark,
        empty="All guidance that matters here was issued by its date, or its date has not come.",
    )


def _outstanding(evidence: Evidence, mark: str) -> Table:
    return table(
        "Acknowledged by partners",
        (
            "Guidance",
            "To be acknowledged by",
            "Partners asked #",
            "Answered #",
            "In practice #",
            "Nothing from",
        ),
        (
            row(
                f"{one.label} {one.title}",
                on_day(one.acknowledge_by),
                len(one.owed_by),
                len(one.answered),
                len(one.in_practice),
                listed(one.outstanding),
                refs=(told_ref(one),),
            )
            for one in evidence.acknowledged
            if one.outstanding
        ),
        source=mark,
        empty="Every partner has answered all guidance that it is asked about.",
        note="Guidance that all partners asked have answered is left out.",
    )


def _practice(evidence: Evidence, mark: str) -> Figures:
    shown = sum(1 for one in evidence.shown if one.is_shown)
    asked = sum(1 for one in evidence.shown if one.questions)
    told = len(evidence.shown) - shown
    return Figures(
        "From told to shown",
        (
            (
                "Shown in practice",
                f"{shown:,}",
                "Each partner whom it is for said so in a return after it was issued",
            ),
            (
                "Told, not shown",
                f"{told:,}",
                f"Returns ask about {counted(asked, 'piece')} of what was issued",
            ),
        ),
        mark,
    )


def _easements(evidence: Evidence, mark: str) -> Table:
    today = day_of(evidence.cut_off)
    standing = [one for one in evidence.easements if one.in_force(today)]
    return table(
        "Easements in force",
        ("Easement", "Instrument", "Since", "No longer from", "Days left #", "Here"),
        (
            row(
                one.title,
                one.instrument,
                on_day(one.effective_from),
                on_day(one.effective_until) if one.effective_until else "No end is set",
                (one.effective_until - today).days if one.effective_until else "–",
                str(LocalDecision(one.local_decision).label),
                refs=(easement_ref(one),),
            )
            for one in standing
        ),
        source=mark,
        empty="No easement is in force.",
    )


def _list(evidence: Evidence, mark: str) -> Table:
    return table(
        LIST_OF_GUIDANCE,
        ("Guidance", "Issuer", "Published", "What it is", "How binding", "State"),
        _listed(evidence),
        source=mark,
        note="By the day of publication; where the issuer gives none, by the day of receipt.",
    )


def _listed(evidence: Evidence) -> Iterator[Row]:
    today = day_of(evidence.cut_off)
    for one in sorted(
        evidence.guidance, key=lambda one: (one.published_on or one.received_on, one.recorded_at, one.label)
    ):
        reference = f" ({one.reference})" if one.reference else ""
        yield row(
            f"{one.label} {one.title}{reference}",
            one.issuer,
            on_day(one.published_on) if one.published_on else "Not given",
            str(GuidanceKind(one.kind).label),
            _force(one),
            f"Replaced by {one.replaced_by}" if one.replaced(today) else str(VersionState(one.state).label),
            refs=(ref_of(one),),
            # What was not issued is nobody's outside to read.
            restricted=not one.told(),
        )


def _force(one: GuidanceFact) -> str:
    return str(Force(one.force).label).split(":")[0]
