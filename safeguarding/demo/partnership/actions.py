"""Actions of the demonstration, from every kind of source: open, moved, done, verified, opened again,
withdrawn and overdue. Only what happened before the as-of morning is written."""

from datetime import datetime
from typing import Any

from partners.constants import ActionState, SourceKind
from safeguarding.demo import people
from safeguarding.demo.partnership.concerns import day_of
from safeguarding.demo.partnership.ground import Ground, model, moment, read, uid, write
from safeguarding.demo.partnership.series import Held


def store(ground: Ground, meetings: list[Held]) -> int:
    kind, slip, move = model("Action"), model("ActionSlip"), model("ActionMove")
    rows, slips, moves = [], [], []
    for number, written in enumerate(read("actions")):
        opened = _at(ground, written["on"], 11)
        source = _source(ground, written, meetings) if opened < ground.at else None
        if source is None:
            continue
        row, moved, steps = laid_out(ground, written, number, opened)
        row.source_uid, row.source_label = source
        row.source_kind = written["source"][0]
        rows.append(row)
        slips.append(moved)
        moves.append(steps)
    made = write(kind, rows)
    write(slip, [slip(action=one, **each) for one, some in zip(made, slips, strict=True) for each in some])
    write(move, [move(action=one, **each) for one, some in zip(made, moves, strict=True) for each in some])
    return len(made)


def _at(ground: Ground, text: str, hour: int) -> datetime:
    return moment(day_of(ground, text), hour)


def _source(ground: Ground, written: dict, meetings: list[Held]) -> tuple[Any, str] | None:
    """Uid and words of what it comes from; None where that is not there yet."""
    kind, key = written["source"]
    if kind in (SourceKind.MEETING, SourceKind.BOARD):
        series, _, number = key.partition("/")
        held = [one for one in meetings if one.series["key"] == series and one.day.starts_at < ground.at]
        found = [one for one in held if number in ("last", str(one.number))]
        return (found[-1].uid, found[-1].label) if found else None
    names = {
        SourceKind.CONCERN: ("Concern", uid("concern", key), "title"),
        SourceKind.PLAN: ("RecoveryPlan", uid("plan", key), "title"),
        SourceKind.AUDIT: ("PanelAudit", uid("panel audit", key), "scope"),
    }
    name, source, label = names[kind]
    words = model(name)._default_manager.filter(uid=source).values_list(label, flat=True).first()
    return (source, words[:200]) if words else None


def laid_out(
    ground: Ground, written: dict, number: object, opened: datetime
) -> tuple[Any, list[dict[str, Any]], list[dict[str, Any]]]:
    """The row, its slips and its moves."""
    owner = ground.person(written["owner"]) if written["owner"] else None
    by = ground.coordinator
    uids = {key: str(people.uid("person", email)) for email, key in ground.users.items()}
    row = model("Action")(
        uid=uid("action", number),
        title=written["title"],
        milestone=written.get("milestone", False),
        organisation_id=ground.organisation(written["org"], opened.date()),
        owner_id=owner,
        priority=written["priority"],
        original_due_on=day_of(ground, written["due"]),
        due_on=day_of(ground, written["due"]),
        created_at=opened,
        created_by_id=by,
    )
    moves = [
        {
            "from_state": "",
            "to_state": ActionState.OPEN,
            "fields": {"owner": uids[owner]} if owner else {},
            "at": opened,
            "by_id": by,
        }
    ]
    slips = _slips(ground, written, row, owner or by)
    for at, to, person, reason, sets in _steps(ground, written, owner):
        if at >= ground.at:
            break
        fields = {name: value for name, value in sets.items() if isinstance(value, str) and value}
        if sets.get("done_on"):
            fields["done_on"] = sets["done_on"].isoformat()
        moves.append(
            {
                "from_state": row.state,
                "to_state": to,
                "reason": reason,
                "fields": fields,
                "at": at,
                "by_id": person,
            }
        )
        row.state = to
        for name, value in sets.items():
            setattr(row, name, value)
    row.version = len(moves) + len(slips)
    return row, slips, moves


def _slips(ground: Ground, written: dict, row: Any, by: int) -> list[dict[str, Any]]:
    found = []
    for day, to, code, reason in written["slips"]:
        at = _at(ground, day, 15)
        if at >= ground.at:
            break
        found.append(
            {
                "from_date": row.due_on,
                "to_date": day_of(ground, to),
                "reason_code": code,
                "reason": reason,
                "at": at,
                "by_id": by,
            }
        )
        row.due_on = day_of(ground, to)
    return found


def _steps(ground: Ground, written: dict, owner: int | None) -> list[tuple]:
    """(at, to, by, reason, what it sets), in order."""
    steps: list[tuple] = []
    if "done" in written:
        day, evidence, changed, kind = written["done"]
        at, by = _at(ground, day, 16), owner or ground.person(written["by"])
        done = {
            "done_on": at.date(),
            "done_at": at,
            "done_by_id": by,
            "evidence_text": evidence,
            "changed_for_children": changed,
            "evidence_kind": kind,
        }
        steps.append((at, ActionState.DONE, by, "", done))
    if "verified" in written:
        day, name = written["verified"]
        at, by = _at(ground, day, 17), ground.person(name)
        steps.append((at, ActionState.VERIFIED, by, "", {"verified_at": at, "verified_by_id": by}))
    if "reopened" in written:
        day, name, why = written["reopened"]
        # Its evidence stays.
        again = {"done_on": None, "done_at": None, "done_by_id": None}
        steps.append((_at(ground, day, 17), ActionState.OPEN, ground.person(name), why, again))
    if "withdrawn" in written:
        day, name, why = written["withdrawn"]
        steps.append((_at(ground, day, 17), ActionState.WITHDRAWN, ground.person(name), why, {}))
    return steps
