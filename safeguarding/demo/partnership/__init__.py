"""The partnership of the demonstration: ten cycles of returns in 2020 and what came of them, and the present
run, in which something waits for everybody. All invented."""

from datetime import UTC, date, datetime, time

from safeguarding.demo.partnership import (
    actions,
    backlogs,
    concerns,
    learning,
    meetings,
    plans,
    reminders,
    returns,
    rounds,
    taking_part,
    timeline,
)
from safeguarding.demo.partnership.ground import Ground
from safeguarding.demo.partnership.series import Held

_MORNING = time(7)


def load(as_of: date, users: dict[str, int], organisations: dict[str, int]) -> dict[str, int]:
    """As `lay_down`; what was written, counted."""
    return lay_down(as_of, users, organisations)[0]


def lay_down(
    as_of: date, users: dict[str, int], organisations: dict[str, int]
) -> tuple[dict[str, int], Ground, list[Held]]:
    """Writes the partnership as it stands at seven on the morning of `as_of`: what was written, counted, the
    ground that it stands on, and its meetings.

    `users` by e-mail and `organisations` by key hold primary keys. Needs the question sets of the reference
    data. The caller holds the transaction.
    """
    ground = Ground(as_of, datetime.combine(as_of, _MORNING, UTC), users, organisations)
    ground.find_question_sets()
    rounds.lay_out(ground)
    taking_part.store(ground)
    courses = timeline.lay_out(ground)
    counts = {"cycles": rounds.store(ground), "returns": returns.store(ground, courses)}
    reminders.store(ground, courses)
    counts |= {"recovery plans": plans.store(ground, courses), "backlogs": backlogs.store(ground)}
    stories = concerns.store(ground, courses)
    held = meetings.store(ground, stories)
    counts |= {"concerns and successes": len(stories), "meetings": len(held)}
    counts["actions"] = actions.store(ground, held)
    counts |= learning.store(ground)
    return counts, ground, held
