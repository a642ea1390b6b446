"""The monthly paper: a review's sealed content in the form of a committee report. Pure.

Nothing is worked out here; content is put in order, and standing words around it. The key findings stand
before the other sections, the full risk assessment in an appendix; the rest in the board's reading order.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from dashboards.pack import standing
from dashboards.pack.blocks import elements_of, marked_sources, month_words, on_day
from dashboards.pack.elements import (
    Bullets,
    Comment,
    Element,
    Facts,
    Heading,
    Item,
    Lettered,
    Paper,
    Paragraph,
)
from riskregister.constants import ReviewSection, SignAct
from riskregister.facts.content import Block, SectionContent, Table, Trend
from riskregister.facts.published import ReviewRecord

_ACTS = {one.value: str(one.label) for one in SignAct}
# Of the risks' section: what goes to the appendix.
FULL_ASSESSMENT = "Full risk assessment"
LIST_OF_GUIDANCE = "List of guidance"
NO_GUIDANCE = "The register of guidance held nothing, so there is no list."
# What is said in a section of which a part went to an appendix.
_ELSEWHERE = {
    ReviewSection.RISKS: "The full risk assessment, with the course of each rating, is Appendix 2.",
    ReviewSection.GUIDANCE: "The list of guidance is Appendix 1.",
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def paper_of(review: ReviewRecord) -> Paper:
    title = f"Monthly review of risk and recovery: {review.month.name}"
    version = f"version {review.version}"
    draft = not review.published
    date_line = f"DRAFT, not published: {review.state_words.lower()}" if draft else _published_on(review)
    kind = "Public version" if review.public else "DRAFT" if draft else "Published"
    return Paper(
        title=title,
        committee=standing.COMMITTEE,
        date_line=date_line,
        watermark="DRAFT" if draft else "",
        footer=f"{review.month.name}, {version}. {kind}. Digest {review.digest}",
        elements=tuple(_Report(review).elements()),
        made_at=_made_at(review),
        identifier=review.digest,
        description=f"{title}, {version}. {kind}. SHA-256 {review.digest}",
    )


def _made_at(review: ReviewRecord) -> datetime:
    """The moment that a file of the paper bears: never the one at which it happens to be written."""
    return review.released_at or review.published_at or review.cut_off


def _published_on(review: ReviewRecord) -> str:
    return on_day(review.published_at) if review.published_at else ""


def letter(place: int) -> str:
    """a, b … z, aa, ab …"""
    return LETTERS[place] if place < len(LETTERS) else LETTERS[place // 26 - 1] + LETTERS[place % 26]


def numbered_sections(review: ReviewRecord) -> dict[str, str]:
    """By code: what the section's heading says in every form."""
    body = [one for one in review.content.sections if one.code != ReviewSection.FINDINGS]
    found = {one.code: f"{place}. {one.title}" for place, one in enumerate(body, start=1)}
    return found | {ReviewSection.FINDINGS.value: "Key findings"}


class _Report:
    def __init__(self, review: ReviewRecord) -> None:
        self.review, self.content = review, review.content
        self.names = numbered_sections(review)
        self.sections = {one.code: one for one in review.content.sections}
        self.beside = {one.section: one for one in review.beside}

    def elements(self) -> Iterator[Element]:
        yield from self._cover()
        yield from self._recommendations()
        yield from self._summary()
        yield from self._background()
        yield from self._findings()
        for section in self.content.sections:
            if section.code != ReviewSection.FINDINGS:
                yield from self._section(section, self._body_of(section))
        yield from self._appendices()
        yield from self._sources()
        yield from self._seal()

    def _cover(self) -> Iterator[Element]:
        review = self.review
        restricted = any(_is_restricted(block) for one in self.content.sections for block in one.blocks)
        rows = [
            ("Committee", standing.COMMITTEE, ""),
            ("Date", _published_on(review) or "DRAFT: not published", ""),
            ("Report of", self._author(), ""),
            ("Purpose", "Assurance, and decision where recommendations ask for one", ""),
            (
                "Classification",
                "Exempt: it has parts that are not for the public" if restricted else "Open",
                "Public version" if review.public else "",
            ),
            ("Month", f"{review.month.name}, version {review.version}", review.state_words),
            ("As known on", on_day(review.cut_off), "what was recorded later does not show"),
        ]
        yield Facts("About this paper", tuple(rows))
        if review.correction_reason:
            yield Paragraph(
                f"This version corrects the one before it: {review.correction_reason}", kind="warning"
            )
        if not review.published:
            yield Paragraph(
                "DRAFT. The board has not published this review; it may still change.", kind="warning"
            )

    def _author(self) -> str:
        put = [one for one in self.review.signed if one.act == SignAct.SUBMITTED]
        return f"{standing.COORDINATOR}: {put[-1].by}" if put else standing.COORDINATOR

    def _recommendations(self) -> Iterator[Element]:
        yield Heading(1, "Recommendations", "recommendations")
        asked = self.content.recommendations
        if not asked:
            yield Paragraph("The board is asked for nothing but to take note.")
            return
        yield Paragraph("It is recommended that the board:")
        yield Lettered(tuple(Item(letter(place), text) for place, text in enumerate(asked)))

    def _summary(self) -> Iterator[Element]:
        yield Heading(1, "Summary", "summary")
        yield Paragraph(self.content.summary or "There is no summary.")
        before = self.content.previous_month
        if before:
            yield Paragraph(
                f"It follows the review of {month_words(before)}, version {self.content.previous_version}.",
                kind="note",
            )

    def _background(self) -> Iterator[Element]:
        before, functions, after = standing.background(self.review.month)
        yield Heading(1, "Background", "background")
        yield from (Paragraph(text) for text in before)
        yield Lettered(tuple(Item(one, text) for one, text in functions))
        yield from (Paragraph(text) for text in after)
        yield Paragraph(
            f"Made by method {self.content.method_version}, with the matrix of risk in its version"
            f" {self.content.matrix_version}.",
            kind="note",
        )

    def _findings(self) -> Iterator[Element]:
        section = self.sections.get(ReviewSection.FINDINGS)
        if section:
            yield from self._section(section, section.blocks)

    def _section(self, section: SectionContent, blocks: Sequence[Block]) -> Iterator[Element]:
        yield Heading(1, self.names[section.code], section.code)
        if section.missing:
            yield Paragraph(section.missing)
        yield from elements_of(blocks)
        if len(blocks) < len(section.blocks):
            yield Paragraph(_ELSEWHERE[ReviewSection(section.code)])
        words = self.beside.get(section.code)
        if words:
            yield Comment(words.text, words.by, on_day(words.at))

    def _body_of(self, section: SectionContent) -> tuple[Block, ...]:
        return tuple(block for block in section.blocks if not _in_appendix(section, block))

    def _appendices(self) -> Iterator[Element]:
        yield Heading(1, "Appendix 1: List of guidance", "appendix-guidance")
        guidance = self.sections.get(ReviewSection.GUIDANCE)
        lists = [block for block in guidance.blocks if _in_appendix(guidance, block)] if guidance else []
        if lists:
            yield from elements_of(lists)
        else:
            yield Paragraph(NO_GUIDANCE)
        yield Heading(1, "Appendix 2: Full risk assessment", "appendix-risks")
        risks = self.sections.get(ReviewSection.RISKS)
        found = [block for block in risks.blocks if _in_appendix(risks, block)] if risks else []
        if found:
            yield from elements_of(found)
        else:
            yield Paragraph("The register held no open partnership risk.")

    def _sources(self) -> Iterator[Element]:
        yield Heading(1, "Sources", "sources")
        if not self.content.sources:
            yield Paragraph("No figure of this paper comes from a register.")
            return
        yield Paragraph(
            "A number in square brackets behind a title or sentence names its source:", kind="note"
        )
        yield marked_sources(self.content.sources)

    def _seal(self) -> Iterator[Element]:
        review = self.review
        yield Heading(1, "Seal, and how to check this paper", "seal")
        rows = [("Version", str(review.version), review.state_words), ("Digest", review.digest, "")]
        if review.published:
            rows += [
                ("Seal", review.seal, ""),
                ("Place in the chain", str(review.place), ""),
                ("Seal before it", review.previous_seal, ""),
            ]
        else:
            rows.append(("Seal", "None: this review is not published", ""))
        yield Facts("Seal", tuple(rows))
        if review.signed:
            yield Heading(2, "Signed", "signed")
            yield Bullets(
                tuple(
                    f"{_ACTS.get(one.act, one.act)}: {one.by}{' (chair)' if one.chair else ''},"
                    f" {on_day(one.at)}{'. ' + one.words if one.words else ''}"
                    for one in review.signed
                )
            )
        words: Iterable[str] = standing.PUBLIC_CHECKING if review.public else standing.CHECKING
        yield from (Paragraph(text) for text in words)


def _in_appendix(section: SectionContent, block: Block) -> bool:
    if section.code == ReviewSection.GUIDANCE:
        return isinstance(block, Table) and block.title == LIST_OF_GUIDANCE
    if section.code != ReviewSection.RISKS:
        return False
    return isinstance(block, Trend) or (isinstance(block, Table) and block.title == FULL_ASSESSMENT)


def _is_restricted(block: Block) -> bool:
    if isinstance(block, Table):
        return any(row.restricted for row in block.rows)
    return bool(getattr(block, "restricted", False))
