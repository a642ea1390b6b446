"""What may be said of an organisation, and who may answer for it from when until when. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from partners.constants import ANSWERS_FOR, Duty, StatutoryRoleKind
from partners.rules.texts import check_text, in_words
from safeguarding.kernel.errors import Refusal

NAME_LENGTH = 120
SHORT_NAME_LENGTH = 30
AREA_LENGTH = 80
MOST_AREAS = 20
CONTACT_NOTE_LENGTH = 400
SOURCE_LENGTH = 400
# Health and Care Act 2022, section 19 and the commencement regulations: integrated care boards take over.
BOARDS_BEGIN = date(2022, 7, 1)
# They may change the organisation's own contact details.
KEEPS_CONTACT = (Duty.LEAD, Duty.DEPUTY)


@dataclass(frozen=True)
class Span:
    """From a day until (not on) another; None: open."""

    from_date: date
    until_date: date | None = None

    def overlaps(self, other: "Span") -> bool:
        return (self.until_date is None or other.from_date < self.until_date) and (
            other.until_date is None or self.from_date < other.until_date
        )


def areas(text: str) -> list[str]:
    """Names of areas, one a line. Raises Refusal('too_many_areas') and as check_text."""
    found = [check_text(line, field="areas", length=AREA_LENGTH) for line in text.splitlines()]
    named = list(dict.fromkeys(line for line in found if line))
    if len(named) > MOST_AREAS:
        raise Refusal("too_many_areas", f"Enter {MOST_AREAS} areas or fewer", "areas")
    return named


def in_order(span: Span, *, field: str = "until_date") -> None:
    """Raises Refusal('ends_first')."""
    if span.until_date is not None and span.until_date <= span.from_date:
        words = f"The day must be after {in_words(span.from_date)}, when it began"
        raise Refusal("ends_first", words, field)


def statutory_role(role: str, span: Span, others: Iterable[Span], *, today: date) -> Iterator[Refusal]:
    """Everything that keeps an organisation from having `role` for these days; `others`: its days in the
    same role."""
    if role not in StatutoryRoleKind.values:
        yield Refusal("unknown_role", "Select the statutory role from the list", "role")
    try:
        in_order(span)
    except Refusal as fault:
        yield fault
    begins = in_words(BOARDS_BEGIN)
    if role == StatutoryRoleKind.INTEGRATED_CARE_BOARD and span.from_date < BOARDS_BEGIN:
        words = (
            f"Integrated care boards are safeguarding partners from {begins}. Enter that day or a later one"
        )
        yield Refusal("board_too_early", words, "from_date")
    if role == StatutoryRoleKind.CLINICAL_COMMISSIONING_GROUP:
        if span.from_date >= BOARDS_BEGIN:
            words = f"There are no clinical commissioning groups from {begins} on. Enter an earlier day"
            yield Refusal("group_too_late", words, "from_date")
        ended = span.until_date is not None and span.until_date <= BOARDS_BEGIN
        if not ended and (span.until_date is not None or today >= BOARDS_BEGIN):
            words = f"Clinical commissioning groups ended on {begins}. Enter that day or an earlier one"
            yield Refusal("group_must_end", words, "until_date")
    if any(span.overlaps(other) for other in others):
        yield Refusal("role_overlaps", "The organisation has this role already on some of these days", "role")


def representative(duty: str, *, is_partner: bool, span: Span, others: Iterable[Span]) -> Iterator[Refusal]:
    """Everything that keeps somebody from doing `duty`; `is_partner`: holds that role; `others`: when they
    did or do anything for the same organisation."""
    if duty not in Duty.values:
        yield Refusal("unknown_duty", "Select what the person does from the list", "duty")
    if duty in ANSWERS_FOR and not is_partner:
        words = (
            "This account does not have the role of a partner representative, which leads, deputies and "
            "contributors need. An administrator can give it"
        )
        yield Refusal("not_a_partner", words, "email")
    if any(span.overlaps(other) for other in others):
        words = (
            "This person does something for the organisation already on some of these days. End that first"
        )
        yield Refusal("already_represents", words, "email")


def participation(span: Span, others: Iterable[Span], *, known_set: bool) -> Iterator[Refusal]:
    if not known_set:
        yield Refusal("unknown_set", "Select a question set from the list", "question_set_code")
    if any(span.overlaps(other) for other in others):
        words = "The organisation takes part already on some of these days. End that first"
        yield Refusal("already_takes_part", words, "from_date")


def end(span: Span, until: date) -> None:
    """Raises Refusal('already_ended' | 'ends_first')."""
    if span.until_date is not None:
        raise Refusal("already_ended", f"This ended on {in_words(span.until_date)}")
    in_order(Span(span.from_date, until))


def withdraw(withdrawn_on: date | None) -> None:
    """Raises Refusal('already_withdrawn')."""
    if withdrawn_on is not None:
        raise Refusal("already_withdrawn", f"This organisation is withdrawn from {in_words(withdrawn_on)}")


def reinstate(withdrawn_on: date | None) -> None:
    """Raises Refusal('not_withdrawn')."""
    if withdrawn_on is None:
        raise Refusal("not_withdrawn", "This organisation is not withdrawn")
