"""The yearly report: put together from the sealed months of a year, April to March. Pure.

Nothing is worked out anew: every sentence, row and figure stands in a published review of a month.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from dashboards.pack import standing
from dashboards.pack.blocks import elements_of, on_day
from dashboards.pack.elements import (
    Bullets,
    Element,
    Facts,
    Grid,
    GridCell,
    GridRow,
    Heading,
    Paper,
    Paragraph,
)
from riskregister.constants import ReviewSection, SystemFunction
from riskregister.facts.content import Block, CheckResult, Figures, SectionContent, Table
from riskregister.facts.published import ReviewRecord
from safeguarding.kernel.periods import Month

# In which parts of a month's review the board reads about each function of the local system.
FUNCTION_SECTIONS: dict[SystemFunction, tuple[ReviewSection, ...]] = {
    SystemFunction.SAFEGUARD: (ReviewSection.RISKS, ReviewSection.VISITS, ReviewSection.OVERSIGHT),
    SystemFunction.COLLABORATE: (ReviewSection.PARTNERS, ReviewSection.ACTIONS),
    SystemFunction.CHALLENGE: (ReviewSection.ESCALATIONS, ReviewSection.DECISIONS),
    SystemFunction.THREATS: (ReviewSection.CHANGED, ReviewSection.ESCALATIONS, ReviewSection.DEMAND),
    SystemFunction.LEARNING: (ReviewSection.QUALITY, ReviewSection.FINDINGS),
    SystemFunction.INFORMATION: (ReviewSection.GUIDANCE, ReviewSection.CHECKS),
}


def months_of(year: int) -> tuple[Month, ...]:
    """April of `year` to March of the next."""
    first = Month.parse(f"{year:04d}-04")
    return tuple(first.until(first.plus(11)))


def year_name(year: int) -> str:
    return f"April {year} to March {year + 1}"


def yearly_paper(year: int, reviews: Sequence[ReviewRecord]) -> Paper:
    """`reviews`: the latest published version of each month, the oldest first; at least one."""
    seals = "".join(one.seal for one in reviews)
    identifier = sha256(seals.encode()).hexdigest()
    title = f"Yearly report of the board: {year_name(year)}"
    latest = max(one.published_at or one.cut_off for one in reviews)
    return Paper(
        title=title,
        committee=standing.COMMITTEE,
        date_line=f"From {len(reviews)} published monthly {'review' if len(reviews) == 1 else 'reviews'}",
        watermark="",
        footer=f"{year_name(year)}. Of {len(reviews)} sealed months. Digest {identifier}",
        elements=tuple(_Year(year, reviews).elements()),
        made_at=latest,
        identifier=identifier,
        description=f"{title}. SHA-256 of the months’ seals {identifier}",
    )


class _Year:
    def __init__(self, year: int, reviews: Sequence[ReviewRecord]) -> None:
        self.year, self.reviews = year, reviews
        self.months = months_of(year)

    def elements(self) -> Iterator[Element]:
        yield from self._about()
        yield from self._counts()
        yield from self._functions()
        for review in self.reviews:
            yield from self._month(review)
        yield from self._seals()

    def _about(self) -> Iterator[Element]:
        have = {one.month for one in self.reviews}
        missing = [one.name for one in self.months if one not in have]
        yield Facts(
            "About this report",
            (
                ("Year", year_name(self.year), ""),
                ("Months with a published review", f"{len(have)} of {len(self.months)}", ""),
                ("Months without one", ", ".join(missing) or "None", ""),
                (
                    "Classification",
                    "Exempt: it is made from the board’s papers, which are not for the public",
                    "",
                ),
            ),
        )
        if missing:
            yield Paragraph(
                f"This report is not complete: {len(missing)} of {len(self.months)} months have no published"
                " review, and nothing is said about what the board did not sign.",
                kind="warning",
            )
        before, functions, after = standing.background(self.reviews[-1].month)
        yield Heading(1, "Background", "background")
        yield from (Paragraph(text) for text in before)
        yield Bullets(tuple(f"{code}. {text}" for code, text in functions))
        yield from (Paragraph(text) for text in after)

    def _counts(self) -> Iterator[Element]:
        """One table for each set of figures that months show, with a column for each month."""
        yield Heading(1, "Figures through the year", "figures")
        yield Paragraph(
            "Each figure as the month’s sealed review shows it, as known at that month’s end.", kind="note"
        )
        titles = dict.fromkeys(one.title for review in self.reviews for one in _figures(review))
        for title in titles:
            by_month = {
                review.month: {
                    label: value
                    for one in _figures(review)
                    if one.title == title
                    for label, value, _ in one.items
                }
                for review in self.reviews
            }
            names = dict.fromkeys(label for found in by_month.values() for label in found)
            rows = tuple(
                GridRow(
                    (
                        GridCell(label),
                        *(
                            GridCell(by_month[one.month].get(label, "–"), numeric=True)
                            for one in self.reviews
                        ),
                    )
                )
                for label in names
            )
            columns = (("Figure", False), *((one.month.short_name, True) for one in self.reviews))
            yield Grid(title, columns, rows)
        if not titles:
            yield Paragraph("The sealed months show no figures of this kind.")

    def _functions(self) -> Iterator[Element]:
        yield Heading(1, "The functions of the local system", "functions")
        yield Paragraph(
            "For each function of Working Together to Safeguard Children (2018): where the monthly reviews"
            " speak of it, and in how many of the months there was something to read.",
            kind="note",
        )
        rows = tuple(self._function(one, parts) for one, parts in FUNCTION_SECTIONS.items())
        yield Grid(
            "Functions and what the board read of them",
            (("Function", False), ("Parts of the review", False), ("Months", True)),
            rows,
        )

    def _function(self, function: SystemFunction, parts: tuple[ReviewSection, ...]) -> GridRow:
        codes = {one.value for one in parts}
        told = sum(
            any(one.code in codes and one.blocks for one in review.content.sections)
            for review in self.reviews
        )
        return GridRow(
            (
                GridCell(f"{function.value}. {function.label}"),
                GridCell(", ".join(str(one.label) for one in parts)),
                GridCell(f"{told} of {len(self.reviews)}", numeric=True),
            )
        )

    def _month(self, review: ReviewRecord) -> Iterator[Element]:
        anchor = f"month-{review.month}"
        yield Heading(1, review.month.name, anchor)
        yield Paragraph(review.content.summary)
        if review.correction_reason:
            yield Paragraph(f"Corrected, version {review.version}: {review.correction_reason}", kind="note")
        yield Heading(2, "What changed", f"{anchor}-changed")
        yield from self._of(review, ReviewSection.CHANGED, first=True)
        yield Heading(2, "Key findings", f"{anchor}-findings")
        yield from self._of(review, ReviewSection.FINDINGS)
        yield Heading(2, "Decisions", f"{anchor}-decisions")
        yield from self._of(review, ReviewSection.DECISIONS)

    def _of(self, review: ReviewRecord, code: ReviewSection, *, first: bool = False) -> Iterator[Element]:
        """A section of a month; its marks point to sources of that month's paper, so they are left there."""
        section = _section(review, code)
        if section is None or not section.blocks:
            yield Paragraph(section.missing if section and section.missing else "Nothing is said of it.")
            return
        blocks = section.blocks
        if first:
            blocks = tuple(one for one in blocks if isinstance(one, Table))[:1] or blocks
        yield from elements_of([_unmarked(one) for one in blocks])

    def _seals(self) -> Iterator[Element]:
        yield Heading(1, "Sources, and how to check this report", "seals")
        yield Paragraph(
            "Every sentence, row and figure above stands in the sealed review of its month; the marks of its"
            " sources stand there. Nothing was worked out anew, and nothing unpublished is in it."
        )
        yield Grid(
            "The reviews it is made of",
            (("Month", False), ("Version", True), ("Published", False), ("Seal", False)),
            tuple(
                GridRow(
                    (
                        GridCell(one.month.name),
                        GridCell(str(one.version), numeric=True),
                        GridCell(on_day(one.published_at) if one.published_at else ""),
                        GridCell(one.seal),
                    )
                )
                for one in self.reviews
            ),
        )


def _section(review: ReviewRecord, code: ReviewSection) -> SectionContent | None:
    return next((one for one in review.content.sections if one.code == code), None)


def _figures(review: ReviewRecord) -> list[Figures]:
    return [block for one in review.content.sections for block in one.blocks if isinstance(block, Figures)]


def _unmarked(block: Block) -> Block:
    return block if isinstance(block, CheckResult) else replace(block, source="")
