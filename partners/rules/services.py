"""Services that partners commit themselves to: at which level they run, and what speaks against it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from partners.constants import NOT_AT_NORMAL_LEVEL, Reading, ServiceLevel
from partners.facts.plans import Partner, RowRef, ServiceFact, Statement, StatementLine
from partners.rules.plans import REASON_LENGTH
from partners.rules.texts import check_text, in_words
from safeguarding.kernel.errors import Refusal

NAME_LENGTH = 160
NORMAL_LENGTH = 400
# A change is announced at most so far ahead; beyond it a day is a slip of the pen.
DAYS_AHEAD = 366
Level = ServiceLevel
# What a level may become. From nothing: the level at which a service comes on the register.
LEVEL_MOVES: dict[str, frozenset[str]] = {
    "": frozenset({Level.MAINTAINED, Level.CHANGED, Level.REDUCED, Level.PAUSED}),
    Level.MAINTAINED: frozenset({Level.CHANGED, Level.REDUCED, Level.PAUSED}),
    Level.CHANGED: frozenset({Level.MAINTAINED, Level.REDUCED, Level.PAUSED, Level.RESUMED}),
    # Back to normal is "resumed", so that the record shows that it had been cut.
    Level.REDUCED: frozenset({Level.CHANGED, Level.PAUSED, Level.RESUMED}),
    Level.PAUSED: frozenset({Level.CHANGED, Level.REDUCED, Level.RESUMED}),
    Level.RESUMED: frozenset({Level.MAINTAINED, Level.CHANGED, Level.REDUCED, Level.PAUSED}),
}


@dataclass(frozen=True)
class LevelDraft:
    """The service runs at a level from a day on; a day ahead is a plan."""

    level: str
    from_date: date
    reason: str = ""


def level_change(draft: LevelDraft, *, before: str, last_in_force: date | None, today: date) -> str:
    """The reason in one spelling. `before`: the level on the day before the change takes hold;
    `last_in_force`: since when today's level has held.

    Raises Refusal('unknown_level' | 'same_level' | 'nothing_to_resume' | 'resumed_instead' |
    'before_last_level' | 'too_far_ahead' | 'text_missing').
    """
    if draft.level not in Level.values:
        raise Refusal("unknown_level", "Select the level from the list", "level")
    if draft.level == before:
        raise Refusal("same_level", "The service is at this level then. Select what it changes to", "level")
    if draft.level not in LEVEL_MOVES[before]:
        if draft.level == Level.RESUMED:
            words = "The service was neither reduced nor paused then, so it cannot resume"
            raise Refusal("nothing_to_resume", words, "level")
        words = "The service was reduced or paused. Select “Resumed” when it is back to normal"
        raise Refusal("resumed_instead", words, "level")
    if last_in_force and draft.from_date < last_in_force:
        words = f"The day must be on or after {in_words(last_in_force)}, when the last change took hold"
        raise Refusal("before_last_level", words, "from_date")
    if (draft.from_date - today).days > DAYS_AHEAD:
        raise Refusal("too_far_ahead", "The day must be within the next year", "from_date")
    cut = draft.level in NOT_AT_NORMAL_LEVEL
    missing = "Enter why the service is reduced or paused" if cut else ""
    return check_text(draft.reason, field="reason", length=REASON_LENGTH, missing=missing)


def withdrawal(*, from_date: date, withdrawn: bool, today: date) -> None:
    """Whether a planned change may be given up. Raises Refusal('already_withdrawn' | 'already_in_force')."""
    if withdrawn:
        raise Refusal("already_withdrawn", "This plan was given up before.")
    if from_date <= today:
        raise Refusal("already_in_force", "This change has taken hold. Record a new change of level instead.")


def taking_off(*, below_normal: bool, planned: bool) -> None:
    """Whether a service may leave the register: never as a quiet way of stopping it.

    Raises Refusal('service_is_cut').
    """
    if below_normal or planned:
        words = "A service that is reduced or paused, or will be, stays on the register."
        raise Refusal("service_is_cut", words)


def commitment(partners: Iterable[Partner], services: Iterable[ServiceFact]) -> Statement:
    """'No partner has plans to stop or reduce services'. A partner without any service on the register is
    silent; services of others than `partners` count too, where they are cut."""
    wanted, known = list(partners), list(services)
    against = tuple(
        StatementLine(service.partner, service.name, RowRef("service_level", service.uid, level.row))
        for service in known
        for level in service.against_commitment
    )
    spoken = {service.partner.uid for service in known if service.level}
    return Statement(
        partners=len(wanted),
        against=against,
        silent=tuple(StatementLine(partner, "") for partner in wanted if partner.uid not in spoken),
        rests_on=tuple(
            RowRef("service_level", service.uid, level.row)
            for service in known
            for level in ((service.level, *service.planned) if service.level else service.planned)
        ),
    )


def contradicts(reading: str, *, cut: bool) -> bool:
    """Whether what a return says of a partner's services goes against the register: all well beside a
    service that is cut, or a cut beside a register on which none is."""
    if reading == Reading.ASSURED:
        return cut
    return reading in (Reading.PARTLY, Reading.CONCERN) and not cut
