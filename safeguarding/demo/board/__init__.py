"""The board of the demonstration: the risk register since March 2020, what was put before the board, and its
monthly reviews. All invented."""

from safeguarding.demo.board import actions, register, reviews, work
from safeguarding.demo.board.ground import Desk
from safeguarding.demo.partnership.ground import Ground
from safeguarding.demo.partnership.series import Held


def load(ground: Ground, meetings: list[Held]) -> dict[str, int]:
    """Writes the board's part as it stands at `ground.at`, on top of the partnership; what was written,
    counted. Needs the risk library and its rules. The caller holds the transaction.

    Records are written with their history; reviews go through the services, for what is sealed is theirs.
    """
    desk = Desk(ground)
    signals = work.signals(desk)
    risks = register.store(desk, signals)
    courses = reviews.lay_out(desk, meetings)
    begun = reviews.begin(desk, courses)
    escalated = work.escalations(desk, risks)
    counts = {
        "risks": len(risks),
        "threats": len(signals),
        "escalations": len(escalated),
        "challenges": len(work.challenges(desk, risks, begun)),
        "board decisions": len(work.decisions(desk, risks, escalated, begun, meetings)),
        "actions on risks": actions.store(desk, risks),
    }
    desk.write_history()
    return counts | {"board reviews": reviews.store(desk, courses)}
