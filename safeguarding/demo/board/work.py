"""Threats, escalations, challenges and decisions of the demonstration, each with the steps it took."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from riskregister.constants import ChallengeState, EscalationSource, EscalationState, SignalState
from riskregister.rules.board_work import retrospective
from safeguarding.demo.board.ground import Desk, model, read, uid, write
from safeguarding.demo.board.register import DRAFTED, Entry
from safeguarding.demo.partnership.series import Held
from safeguarding.kernel.periods import Month, day_of

# (moment, by, what it sets, reason)
_Step = tuple[datetime, Any, dict[str, Any], str]


def signals(desk: Desk) -> dict[str, Any]:
    found = {}
    for written in read("signals"):
        day, name = written["raised"]
        raised_at = desk.moment(day, "raised", written["key"])
        if raised_at >= desk.at or not desk.now(day):
            continue
        row = model("Signal")(
            uid=uid("signal", written["key"]),
            organisation=desk.organisation(written["organisation"], raised_at.date()),
            raised_at=raised_at,
            raised_by=desk.person(name),
            **{
                name: written[name] for name in ("title", "what", "source", "evidence", "confidence", "theme")
            },
        )
        desk.keep(row, "signal", raised_at, row.raised_by)
        _walk(desk, row, "signal", _looked_at(desk, written))
        found[written["key"]] = row
    write("Signal", list(found.values()))
    return found


def _looked_at(desk: Desk, written: dict[str, Any]) -> Iterator[_Step]:
    for day, name, state, reason, again, *risk in written["steps"]:
        at = desk.moment(day, "signal", written["key"])
        if state == SignalState.PROMOTED:
            at = desk.moment(day, "opened", *risk) - DRAFTED
        values = {
            "state": state,
            "reason": reason,
            "look_again_on": date.fromisoformat(again) if again else None,
        }
        yield at, desk.person(name), values, reason


def escalations(desk: Desk, risks: dict[str, Entry]) -> dict[str, Any]:
    found = {}
    for written in read("escalations"):
        day, name = written["raised"]
        risk = risks.get(written.get("risk", ""))
        raised_at = desk.moment(day, "escalated", written["key"])
        if written["source"] == EscalationSource.APPETITE and risk:
            # The rule runs after the rating that it is about.
            same_day = [row.at for row in risk.ratings if day_of(row.at) == desk.day(day)]
            raised_at = max([raised_at, *same_day])
        if raised_at >= desk.at or not desk.now(day):
            continue
        proposed = name is None
        row = model("Escalation")(
            uid=uid("escalation", written["key"]),
            source=written["source"],
            risk=risk.row if risk else None,
            check_code=written.get("check", ""),
            title=written["title"].format(risk=risk.label if risk else "")[:200],
            reason=written["reason"],
            state=EscalationState.PROPOSED if proposed else EscalationState.OPEN,
            answer_due_on=None if proposed else desk.day(written["due"]),
            raised_at=raised_at,
            raised_by=desk.person(name),
        )
        desk.keep(row, "escalation", raised_at, row.raised_by)
        _walk(desk, row, "escalation", _answered(desk, written))
        found[written["key"]] = row
    write("Escalation", list(found.values()))
    return found


def _answered(desk: Desk, written: dict[str, Any]) -> Iterator[_Step]:
    key = written["key"]
    if "taken" in written:
        day, name = written["taken"]
        at, by = desk.moment(day, "taken", key), desk.person(name)
        due = desk.day(written["due"])
        values = {"state": EscalationState.OPEN, "taken_at": at, "taken_by": by, "answer_due_on": due}
        yield at, by, values, ""
    if "declined" in written:
        day, name, reason = written["declined"]
        at, by = desk.moment(day, "declined", key), desk.person(name)
        values = {
            "state": EscalationState.DECLINED,
            "taken_at": at,
            "taken_by": by,
            "declined_reason": reason,
        }
        yield at, by, values, reason
    if "answered" in written:
        day, name, words = written["answered"]
        at, by = desk.moment(day, "answered", key), desk.person(name)
        yield at, by, _answer(EscalationState.ANSWERED, words, at, by), ""
    yield from _changed(desk, written)


def _answer(state: str, words: str, at: datetime, by: Any) -> dict[str, Any]:
    return {"state": state, "answer": words, "answered_at": at, "answered_by": by}


def _changed(desk: Desk, written: dict[str, Any]) -> Iterator[_Step]:
    """What the look after ninety days found."""
    if "changed" in written:
        day, name, changed, how = written["changed"]
        at, by = desk.moment(day, "changed", written["key"]), desk.person(name)
        yield at, by, {"changed": changed, "changed_how": how, "changed_at": at, "changed_by": by}, ""


def challenges(desk: Desk, risks: dict[str, Entry], reviews: dict[str, Any]) -> list[Any]:
    found = []
    for written in read("challenges"):
        day, name = written["asked"]
        asked_at = desk.moment(day, "challenge", written["key"])
        if asked_at >= desk.at or not desk.now(day):
            continue
        risk = risks.get(written.get("risk", ""))
        row = model("Challenge")(
            uid=uid("challenge", written["key"]),
            question=written["question"],
            risk=risk.row if risk else None,
            review=reviews.get(written.get("review", "")),
            section=written.get("section", ""),
            asked_of=desk.organisation(written["of"], asked_at.date()),
            asked_at=asked_at,
            asked_by=desk.person(name),
            answer_due_on=desk.day(written["due"]),
        )
        desk.keep(row, "challenge", asked_at, row.asked_by)
        _walk(desk, row, "challenge", _argued(desk, written))
        found.append(row)
    return write("Challenge", found)


def _argued(desk: Desk, written: dict[str, Any]) -> Iterator[_Step]:
    for number, (day, name, state, words) in enumerate(written["steps"]):
        at, by = desk.moment(day, "argued", written["key"], number), desk.person(name)
        if state == ChallengeState.ANSWERED:
            yield at, by, _answer(state, words, at, by), ""
        elif state == ChallengeState.REOPENED:
            yield at, by, {"state": state, "not_accepted_reason": words}, words
        else:
            yield at, by, {"state": state}, ""
    yield from _changed(desk, written)


def decisions(
    desk: Desk,
    risks: dict[str, Entry],
    escalated: dict[str, Any],
    reviews: dict[str, Any],
    meetings: list[Held],
) -> list[Any]:
    found = []
    for written in read("decisions"):
        day, name = written["recorded"]
        recorded_at = desk.moment(day, "recorded", written["key"])
        if recorded_at >= desk.at or not desk.now(day):
            continue
        decided_on = desk.day(written["decided"])
        risk, escalation = risks.get(written.get("risk", "")), escalated.get(written.get("escalation", ""))
        row = model("Decision")(
            uid=uid("decision", written["key"]),
            title=written["title"],
            kind=written["kind"],
            options=written["options"],
            reason=written["reason"],
            dissent=written.get("dissent", ""),
            childrens_rights=written["rights"],
            decided_on=decided_on,
            meeting_uid=_meeting(decided_on, meetings),
            review=reviews.get(str(Month.of(decided_on).plus(-1))),
            risk=risk.row if risk else None,
            escalation=escalation,
            look_again_on=desk.day(written["look"]),
            retrospective=retrospective(decided_on, day_of(recorded_at)),
            recorded_at=recorded_at,
            recorded_by=desk.person(name),
        )
        desk.keep(row, "decision", recorded_at, row.recorded_by)
        _walk(desk, row, "decision", _confirmed(desk, written))
        found.append(row)
    return write("Decision", found)


def _meeting(day: date, meetings: list[Held]) -> UUID | None:
    boards = [one for one in meetings if one.series["key"] == "board" and one.day.on == day]
    return boards[0].uid if boards else None


def _confirmed(desk: Desk, written: dict[str, Any]) -> Iterator[_Step]:
    if "confirmed" in written:
        day, name = written["confirmed"]
        at, by = desk.moment(day, "confirmed", written["key"]), desk.person(name)
        yield at, by, {"confirmed_at": at, "confirmed_by": by}, ""
    yield from _changed(desk, written)


def _walk(desk: Desk, row: Any, thing: str, steps: Iterator[_Step]) -> None:
    """Takes each step that lies before now: columns, version and snapshot."""
    for at, by, values, reason in steps:
        if at >= desk.at:
            return
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        desk.keep(row, thing, at, by, reason)
