"""The guidance of the demonstration: 220 pieces of March to August 2020, in part real by title and date, and
what became of each; and the present's, in every state. What is invented says so."""

from datetime import date

from safeguarding.demo.guidance import answered, courses, easements, practice, register, told, waiting
from safeguarding.demo.guidance.ground import Desk
from safeguarding.demo.partnership.ground import Ground

# After this day pages of 2020 were looked at only where they last.
_CHECKED_UNTIL = date(2020, 9, 11)


def load(ground: Ground) -> dict[str, int]:
    """Writes the register of guidance as it stands at `ground.at`, on top of the partnership; what was
    written, counted. The caller holds the transaction.

    Records are written with their history; newsletters go through the services, for what was sent is fixed.
    """
    desk = Desk(ground)
    register.owners(desk)
    pieces = courses.lay_out(desk)
    versions = register.store(desk, pieces)
    practice.close(desk, pieces, versions)
    counts = {
        "pieces of guidance": len(pieces),
        "texts through channels": told.dispatches(desk, pieces, versions),
        "newsletters": told.newsletters(desk),
        "acknowledgements": answered.store(desk, pieces, versions),
        "links of guidance": practice.links(desk, pieces, versions),
        "easements": easements.store(desk, pieces),
    }
    register.checks(desk, pieces, _CHECKED_UNTIL)
    register.changes(desk, pieces)
    register.seen(desk)
    waiting.store(desk)
    desk.write_history()
    return counts
