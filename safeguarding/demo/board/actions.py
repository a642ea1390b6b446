"""What is done about risks of the demonstration: actions like all others, with a risk as their source."""

from partners.constants import SourceKind
from safeguarding.demo.board.ground import Desk, read
from safeguarding.demo.board.register import Entry
from safeguarding.demo.partnership.actions import laid_out
from safeguarding.demo.partnership.ground import model, moment, write


def store(desk: Desk, risks: dict[str, Entry]) -> int:
    rows, slips, moves = [], [], []
    for number, written in enumerate(read("actions")):
        opened = moment(desk.day(written["on"]), 16)
        risk = risks.get(written["risk"])
        if risk is None or opened >= desk.at or not desk.now(written["on"]):
            continue
        row, moved, steps = laid_out(desk.ground, written, f"risk/{number}", opened)
        row.source_kind, row.source_uid = SourceKind.RISK, risk.row.uid
        row.source_label = risk.label[:200]
        rows.append(row)
        slips.append(moved)
        moves.append(steps)
    slip, move = model("ActionSlip"), model("ActionMove")
    made = write(model("Action"), rows)
    write(slip, [slip(action=one, **each) for one, some in zip(made, slips, strict=True) for each in some])
    write(move, [move(action=one, **each) for one, some in zip(made, moves, strict=True) for each in some])
    return len(made)
