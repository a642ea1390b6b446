"""Whether it is safe to visit, by the answers given shortly before; and what a visit says without
that. Pure rules that refuse by name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.constants.oversight import AssessmentResult, Household, Ppe, Urgency, VisitPurpose
from visits.rules.records import check_text, reason_given

PURPOSE_LENGTH = 300
LONE_WORKING_LENGTH = 500
ALTERNATIVES_LENGTH = 1000
# Nobody carries more of one kind to one visit; a larger number is a slip of the thumb.
PPE_MOST = 20
Items = Mapping[str, int]


@dataclass(frozen=True)
class Answers:
    """What a worker answers before a visit. `household`: codes of Household; PPE: kind -> items."""

    household: frozenset[str]
    purpose_kind: str
    purpose: str
    urgency: str
    lone_working: bool
    lone_working_plan: str
    ppe_needed: Items
    ppe_available: Items
    alternatives_considered: str


@dataclass(frozen=True)
class Proposal:
    """What the answers lead to, and why, in a sentence."""

    result: AssessmentResult
    because: str


def answer_faults(answers: Answers) -> Iterator[Refusal]:
    """Everything that keeps an assessment from being made, each beside its field."""
    household = answers.household
    if not household or household - set(Household.values):
        yield Refusal("household_missing", "Select everything that is true of the household", "household")
    elif Household.NONE in household and len(household) > 1:
        yield Refusal(
            "none_and_more", "Select either what is true of the household, or “None of these”", "household"
        )
    if answers.purpose_kind not in VisitPurpose.values:
        yield Refusal("purpose_missing", "Select what the visit is for", "purpose_kind")
    if answers.purpose_kind == VisitPurpose.OTHER and not answers.purpose.strip():
        yield Refusal("purpose_not_said", "Enter what the visit is for", "purpose")
    if answers.urgency not in Urgency.values:
        yield Refusal("urgency_missing", "Select how urgent the visit is", "urgency")
    if answers.lone_working and not answers.lone_working_plan.strip():
        yield Refusal(
            "lone_working_without_plan",
            "Enter who knows where you are, and when you will tell them that you are safe",
            "lone_working_plan",
        )
    if not answers.alternatives_considered.strip():
        yield Refusal(
            "alternatives_missing",
            "Enter which alternatives to a visit you considered",
            "alternatives_considered",
        )
    for name, items in (("ppe_needed", answers.ppe_needed), ("ppe_available", answers.ppe_available)):
        for kind, number in items.items():
            if kind not in Ppe.values or not 0 <= number <= PPE_MOST:
                yield Refusal(
                    "ppe_out_of_range",
                    f"The number of items must be between 0 and {PPE_MOST}",
                    f"{name}_{kind}",
                )
    for name, text, length in (
        ("purpose", answers.purpose, PURPOSE_LENGTH),
        ("lone_working_plan", answers.lone_working_plan, LONE_WORKING_LENGTH),
        ("alternatives_considered", answers.alternatives_considered, ALTERNATIVES_LENGTH),
    ):
        try:
            check_text(text, field=name, length=length)
        except Refusal as fault:
            yield fault


def shortfall(needed: Items, available: Items) -> dict[str, int]:
    """Kind -> items missing; kinds of which there are enough are left out. What is over of one kind
    does not make up for another."""
    missing = {kind: number - available.get(kind, 0) for kind, number in needed.items()}
    return {kind: number for kind, number in missing.items() if number > 0}


def proposal(answers: Answers) -> Proposal:
    """What the answers lead to. The first that applies:

    equipment is short -> do not go; somebody is a risk or at risk and no equipment is noted -> do not
    go; symptoms or isolation -> do not go, but with equipment where the child may be at risk today;
    shielding -> do not go for a routine visit; any other risk, or equipment noted -> go with it; else go.
    """
    stay, protected = AssessmentResult.DO_NOT_GO, AssessmentResult.GO_WITH_PPE
    risks = answers.household - {Household.NONE}
    needed = sum(answers.ppe_needed.values())
    today = answers.urgency == Urgency.TODAY
    if shortfall(answers.ppe_needed, answers.ppe_available):
        return Proposal(stay, "You do not have all the protective equipment that you need.")
    if risks and not needed:
        return Proposal(stay, "The household is at risk or a risk, and no protective equipment is noted.")
    if risks & {Household.SYMPTOMS, Household.ISOLATING}:
        if today:
            return Proposal(
                protected, "A child may be at risk today, and you have the protective equipment for it."
            )
        return Proposal(stay, "Somebody has symptoms or is self-isolating, and the visit can wait.")
    if Household.SHIELDING in risks and answers.urgency == Urgency.ROUTINE:
        return Proposal(stay, "Somebody is shielding, and the visit is routine.")
    if risks:
        return Proposal(protected, "The household is at risk or a risk, and you have protective equipment.")
    if needed:
        return Proposal(protected, "You need protective equipment and have it.")
    return Proposal(AssessmentResult.GO, "Nothing that you answered speaks against the visit.")


def chosen(proposed: str, result: str, reason: str) -> str:
    """The reason for the result in one spelling; empty where the worker follows the proposal.

    Raises Refusal('unknown_result' | 'reason_missing' | 'reason_too_short', …).
    """
    if result not in AssessmentResult.values:
        raise Refusal("unknown_result", "Select what you will do", "result")
    if result == proposed:
        return ""
    try:
        return reason_given(reason, asked="Enter why you choose another result")
    except Refusal as fault:
        raise Refusal(fault.code, fault.message, "result_reason") from None


def needs_countersignature(household: Collection[str], proposed: str, result: str) -> bool:
    """A manager must look where somebody goes against what the answers led to, or to symptoms."""
    goes = result != AssessmentResult.DO_NOT_GO
    return goes and (proposed == AssessmentResult.DO_NOT_GO or Household.SYMPTOMS in household)


def countersigning(*, person: int, maker: int, needed: bool, countersigned: bool) -> None:
    """Raises Refusal where `person` may not countersign this assessment."""
    if not needed:
        raise Refusal("needs_no_countersignature", "This assessment needs no countersignature.")
    if person == maker:
        raise Refusal(
            "four_eyes",
            "You made this assessment, so another manager must countersign it.",
        )
    if countersigned:
        raise Refusal("already_countersigned", "This assessment was already countersigned.")


def valid_until(made_at: datetime, hours: int) -> datetime:
    return made_at + timedelta(hours=hours)


# --- Visits against assessments -------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """An assessment as a visit is held against it."""

    made_at: datetime
    valid_until: datetime
    proposed: str
    result: str
    countersigned: bool = False

    @property
    def against_going(self) -> bool:
        """It said not to go: as its result, or by its answers where the worker chose otherwise and no manager
        has countersigned that."""
        stay = AssessmentResult.DO_NOT_GO
        return self.result == stay or (self.proposed == stay and not self.countersigned)


def standing_before(visit_date: date, told_at: datetime, held: Iterable[Held]) -> Held | None:
    """The last assessment that stood on the visit's day; None where there was none. `told_at`: when the
    visit was first on record as made.

    A visit has a day and no hour: an assessment stands on each day that its time of validity touches.
    What was made after the visit was on record came too late.
    """
    standing = [
        one
        for one in held
        if day_of(one.made_at) <= visit_date <= day_of(one.valid_until) and one.made_at <= told_at
    ]
    return max(standing, key=lambda one: one.made_at, default=None)


WITHOUT_ASSESSMENT = "visit_without_assessment"
AGAINST_RESULT = "do_not_go_overridden"


def visit_exception(needed: bool, held: Held | None) -> str:
    """The code of what is wrong with a face-to-face visit that took place; empty: nothing."""
    if not needed:
        return ""
    if held is None:
        return WITHOUT_ASSESSMENT
    return AGAINST_RESULT if held.against_going else ""


def in_force(steps: Iterable[tuple[date, int]], day: date) -> int:
    """The value of the latest step on or before `day`; 0 before the first. `steps`: (first day, value)."""
    return max((step for step in steps if step[0] <= day), default=(day, 0))[1]


# --- Protective equipment -------------------------------------------------------------------


@dataclass(frozen=True)
class PpeNeed:
    """What one assessment says of equipment. `child`: key; `team`: the team that held the plan."""

    child: int
    team: str
    made_at: datetime
    needed: Items
    available: Items


@dataclass(frozen=True)
class PpeTotals:
    """Items of one team in one week; `week` is its Monday."""

    team: str
    week: date
    needed: Mapping[str, int] = field(default_factory=dict)
    short: Mapping[str, int] = field(default_factory=dict)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def ppe_totals(needs: Iterable[PpeNeed]) -> list[PpeTotals]:
    """Needs added up by week (the latest first) and team. Of several assessments of a child on one
    day the last one counts: the others were before the same visit."""
    last: dict[tuple[int, date], PpeNeed] = {}
    for need in sorted(needs, key=lambda need: need.made_at):
        last[need.child, day_of(need.made_at)] = need
    needed: dict[tuple[date, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(Ppe.values, 0))
    short: dict[tuple[date, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(Ppe.values, 0))
    for need in last.values():
        key = monday_of(day_of(need.made_at)), need.team
        for kind, number in need.needed.items():
            needed[key][kind] += number
        for kind, number in shortfall(need.needed, need.available).items():
            short[key][kind] += number
    keys = sorted(needed, key=lambda key: (-key[0].toordinal(), key[1]))
    return [PpeTotals(team, week, needed[week, team], short[week, team]) for week, team in keys]
