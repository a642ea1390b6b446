"""Contacts in place of a face-to-face visit: what must be written down of them, whether the law
allowed them on their day, how many came in a row, and when one is authorised. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from safeguarding.kernel.errors import Refusal
from visits.constants import PLANNED_VISIT_DAYS_AHEAD, Method, PlanType, Status
from visits.constants.oversight import Quality, SeenAlone, WhyNotFaceToFace
from visits.rules.records import check_text, in_words

WHY_LENGTH = 1000
WHO_LENGTH = 300
PRIVATE_LENGTH = 300
LEARNED_LENGTH = 4000
MODES = tuple(method for method in Method if method is not Method.FACE_TO_FACE)
# Made by an electronic communication; a doorstep visit is made in person.
REMOTE = frozenset({Method.VIDEO, Method.TELEPHONE})
# Reasons that the regulations of September 2020 name by themselves: public health guidance, or
# something about coronavirus that leaves no practicable way. The others need words that say so.
CORONAVIRUS_REASONS = frozenset(
    {WhyNotFaceToFace.SYMPTOMS, WhyNotFaceToFace.ISOLATING, WhyNotFaceToFace.SHIELDING,
     WhyNotFaceToFace.GUIDANCE}
)  # fmt: skip


@dataclass(frozen=True)
class AlternativeDraft:
    """An alternative as somebody would have it recorded; field names are those of the record."""

    visit_date: date
    method: str
    why: str
    why_more: str
    who: str
    seen_alone: str
    private: str
    quality: str
    learned: str
    next_contact_on: date


# What stands in the record beside the visit itself.
DETAILS = ("why", "why_more", "who", "seen_alone", "private", "quality", "learned", "next_contact_on")
_MISSING = {
    "who": "Enter who took part, by their relation to the child",
    "private": "Enter whether others could hear, and what you did about it",
    "learned": "Enter what you learned",
}
_LENGTHS = {
    "why_more": WHY_LENGTH,
    "who": WHO_LENGTH,
    "private": PRIVATE_LENGTH,
    "learned": LEARNED_LENGTH,
}


def alternative_faults(draft: AlternativeDraft, *, today: date, reason_in_words: bool) -> Iterator[Refusal]:
    """Everything that keeps the record from being complete, each beside its field. `reason_in_words`:
    the law of that day asks for a reason that relates to coronavirus."""
    if draft.method not in MODES:
        yield Refusal("unknown_mode", "Select how the contact was made", "method")
    if draft.visit_date > today:
        yield Refusal("future_contact", "The date of the contact must be today or in the past", "visit_date")
    if draft.why not in WhyNotFaceToFace.values:
        yield Refusal("why_missing", "Select why the child was not visited face to face", "why")
    elif not draft.why_more.strip():
        if draft.why == WhyNotFaceToFace.OTHER:
            yield Refusal("why_not_said", "Enter the other reason", "why_more")
        elif reason_in_words and draft.why not in CORONAVIRUS_REASONS:
            yield Refusal(
                "why_not_coronavirus",
                "Enter how this follows from coronavirus: on that day the law asked for it",
                "why_more",
            )
    if draft.quality not in Quality.values:
        yield Refusal("quality_missing", "Select whether the child was seen and heard", "quality")
    if draft.seen_alone not in SeenAlone.values:
        yield Refusal("alone_missing", "Select whether you spoke to the child in private", "seen_alone")
    if draft.quality == Quality.ADULT_ONLY and draft.seen_alone == SeenAlone.YES:
        yield Refusal(
            "alone_without_child",
            "If only an adult was reached, select why you did not speak to the child in private",
            "seen_alone",
        )
    if draft.method == Method.TELEPHONE and draft.quality in (Quality.SEEN, Quality.SEEN_AND_HEARD):
        yield Refusal("seen_by_telephone", "A child cannot be seen by telephone", "quality")
    for name, words in _MISSING.items():
        if not getattr(draft, name).strip():
            yield Refusal(f"{name}_missing", words, name)
    for name, length in _LENGTHS.items():
        try:
            check_text(getattr(draft, name), field=name, length=length)
        except Refusal as fault:
            yield fault
    if draft.next_contact_on < draft.visit_date:
        yield Refusal("next_before_this", "The next contact must be on or after this one", "next_contact_on")
    elif draft.next_contact_on - draft.visit_date > timedelta(days=PLANNED_VISIT_DAYS_AHEAD):
        yield Refusal("next_too_far", "The next contact must be within a year of this one", "next_contact_on")


def child_reached(quality: str) -> bool:
    """Whether the contact was with the child: seen, or by telephone heard. Only then can it count."""
    return quality != Quality.ADULT_ONLY


def own_form(method: str, status: str) -> None:
    """Raises Refusal where a visit may not be written down on the plain form."""
    if method != Method.FACE_TO_FACE and status == Status.COMPLETED:
        raise Refusal(
            "needs_alternative_record",
            "A contact that was not face to face is recorded as an alternative to a visit, on its own page",
            "method",
        )


# --- The law of the day ---------------------------------------------------------------------


@dataclass(frozen=True)
class RemoteRule:
    """What holds of remote visits under one plan type, from a day until another (that day no longer)."""

    plan_type: str
    allowed: bool
    needs_reason: bool
    needs_record: bool
    effective_from: date
    effective_until: date | None
    instrument: str
    # An easement of the law: it comes before what holds otherwise.
    eased: bool = False


class Lawful(Enum):
    """How a contact that was not face to face stood in law on its day."""

    YES = "lawful"
    # Recorded without what the law of the day asks for.
    INCOMPLETE = "incomplete"
    NO = "not_lawful"
    # No regulation says how these visits are made.
    LOCAL = "local_practice"


@dataclass(frozen=True)
class Standing:
    lawful: Lawful
    # In a sentence or two, for the page and the record.
    words: str
    # The law of the day asks for a reason that relates to coronavirus, and for a record.
    needs_reason: bool = False
    needs_record: bool = False

    @property
    def may_be_authorised(self) -> bool:
        """A decision of the service's own does not make lawful what the law did not allow."""
        return self.lawful is not Lawful.NO


_LOCAL = "No regulation says how visits under this plan are made. The service’s own practice decides."


def standing(
    method: str, day: date, plan_types: Iterable[str], rules: Iterable[RemoteRule], *, has_record: bool
) -> Standing:
    """How a contact made by `method` on `day` stands, for a child with open plans of `plan_types`.

    The care planning regulations are about looked after children and about electronic communication;
    without a rule for the day the duty is to visit in person. For other plans only an easement says how.
    Of several plans that of a looked after child decides, then child protection.
    """
    if method not in REMOTE:
        return Standing(
            Lawful.LOCAL,
            "A doorstep visit is made in person, so the rules on remote visits do not apply. It is not a "
            "face-to-face visit here.",
        )
    rule = _rule_of(day, set(plan_types), list(rules))
    if PlanType.CIC not in set(plan_types) and rule is None:
        return Standing(Lawful.LOCAL, _LOCAL)
    if rule is None or not rule.allowed:
        return Standing(
            Lawful.NO,
            f"Not lawful as a visit on {in_words(day)}: a looked after child had to be visited in person. "
            "The contact stays on record, and cannot be authorised in place of a visit.",
        )
    asked = {"needs_reason": rule.needs_reason, "needs_record": rule.needs_record}
    if rule.needs_record and not has_record:
        return Standing(
            Lawful.INCOMPLETE,
            f"{rule.instrument} allowed a remote visit on {in_words(day)} only with a record of it, and "
            "there is none yet.",
            **asked,
        )
    limits = " for a reason that relates to coronavirus, and with a record of it" if rule.needs_reason else ""
    return Standing(
        Lawful.YES, f"{rule.instrument} allowed a remote visit on {in_words(day)}{limits}.", **asked
    )


def _rule_of(day: date, plan_types: set[str], rules: Sequence[RemoteRule]) -> RemoteRule | None:
    """The rule that decides on `day`: an easement before what holds otherwise."""
    held = [
        rule
        for rule in rules
        if rule.effective_from <= day and (rule.effective_until is None or day < rule.effective_until)
    ]
    if PlanType.CIC in plan_types:
        of_care = [rule for rule in held if rule.plan_type == PlanType.CIC]
        return next((rule for rule in of_care if rule.eased), next(iter(of_care), None))
    eased = [rule for rule in held if rule.eased and rule.plan_type in plan_types]
    return next((rule for rule in eased if rule.plan_type == PlanType.CP), next(iter(eased), None))


# --- Chains ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contact:
    """A visit or alternative as the chain reads it. `order` tells two of one day apart."""

    day: date
    order: int
    method: str
    child_seen: bool


def chain_length(contacts: Iterable[Contact], *, until: tuple[date, int] | None = None) -> int:
    """How many completed alternatives in a row, since the last face-to-face visit at which the child
    was seen; with `until` (day, order) up to and with that contact. A face-to-face visit at which the
    child was not seen neither ends the chain nor adds to it."""
    count = 0
    for contact in sorted(contacts, key=lambda contact: (contact.day, contact.order), reverse=True):
        if until and (contact.day, contact.order) > until:
            continue
        if contact.method == Method.FACE_TO_FACE:
            if contact.child_seen:
                break
            continue
        count += 1
    return count


def chain_warning(length: int, limit: int) -> str:
    """What to say of a chain; empty below the limit."""
    if length < limit:
        return ""
    return (
        f"{length} contacts in a row were not face to face. From {limit} on, a manager must decide anew "
        "before the next one."
    )
