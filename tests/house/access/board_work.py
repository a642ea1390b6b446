"""Who opens the pages of threats, escalations, challenges and decisions."""

from datetime import timedelta

from riskregister.constants import ChallengeState, EscalationState, SignalState
from riskregister.history import keep
from riskregister.models import Challenge, Decision, Escalation, Signal
from tests.house.access import Row
from tests.riskregister.factories import make_risk

_LATER = timedelta(days=14)
_ALL_SIGNALS = "BM CO AU"
_SIGNAL = {"ids": {"uid": "signal"}, "beyond": {"uid": "other_signal"}, "all_rows": _ALL_SIGNALS}
_CHALLENGE = {"ids": {"uid": "challenge"}, "beyond": {"uid": "other_challenge"}}
_ESCALATION = {"ids": {"uid": "escalation"}, "beyond": {"uid": "other_escalation"}}

ROWS = {
    "signals": Row("BM MG SW PR CO AU"),
    "raise_signal": Row("BM MG SW PR CO", "BM MG SW PR CO"),
    # The one that a worker raised for the own organisation of the partner.
    "signal": Row("BM SW PR CO AU", out_of_reach="MG", **_SIGNAL),
    "watch_signal": Row("CO", "CO", ids={"uid": "signal"}),
    "dismiss_signal": Row("CO", "CO", ids={"uid": "signal"}),
    "promote_signal": Row("CO", "CO", ids={"uid": "signal"}),
    "escalations": Row("BM PR CO AU"),
    "escalate": Row("BM PR CO", "BM PR CO"),
    "escalation": Row("BM PR CO AU", all_rows="BM CO AU", **_ESCALATION),
    "take_up_escalation": Row("CO", "CO", ids={"uid": "escalation proposed"}),
    "decline_escalation": Row("CO", "CO", ids={"uid": "escalation proposed"}),
    "answer_escalation": Row("BM", "BM CO", ids={"uid": "escalation"}),
    "escalation_changed": Row("BM CO", "BM CO", ids={"uid": "escalation answered"}),
    "challenges": Row("BM PR CO AU"),
    "ask_challenge": Row("BM CO", "BM CO"),
    "challenge": Row("BM PR CO AU", all_rows="BM CO AU", **_CHALLENGE),
    "answer_challenge": Row("PR", "PR", **_CHALLENGE),
    "accept_answer": Row("BM", "BM", ids={"uid": "challenge answered"}),
    "reopen_challenge": Row("BM", "BM", ids={"uid": "challenge answered"}),
    "challenge_changed": Row("BM", "BM", ids={"uid": "challenge accepted"}),
    "decisions_of_the_board": Row("BM CO AU"),
    "record_decision": Row("CO", "CO"),
    "board_decision": Row("BM CO AU", ids={"uid": "board decision"}),
    "edit_board_decision": Row("CO", "CO", ids={"uid": "board decision"}),
    "confirm_board_decision": Row("BM", "BM", ids={"uid": "board decision"}),
    "board_decision_changed": Row("BM", "BM", ids={"uid": "board decision confirmed"}),
}


def ids(people, own, other, at):
    day = at.date()
    signal = _kept("signal", _signal(own, people["SW"], at), at)
    other_signal = _kept("signal", _signal(other, people["CO"], at), at)
    answer = {"answer": "Two move", "answered_at": at, "answered_by": people["BM"]}
    risks = [make_risk("Own", organisation=own), make_risk("Of another", organisation=other)]

    def escalation(state, risk, **fields):
        values = {"source": "risk", "title": "A risk", "reason": "Now", "answer_due_on": day + _LATER}
        row = Escalation.objects.create(risk=risk, state=state, raised_at=at, **values | fields)
        return _kept("escalation", row, at).uid

    def challenge(of, state=ChallengeState.ASKED, **fields):
        values = {"question": "Why?", "asked_at": at, "asked_by": people["CO"], "answer_due_on": day + _LATER}
        row = Challenge.objects.create(asked_of=of, state=state, **values | fields)
        return _kept("challenge", row, at).uid

    def decision(**fields):
        values = {
            "title": "Two move",
            "kind": "agreed",
            "options": "Two or none",
            "reason": "Referrals wait",
            "childrens_rights": "Heard sooner",
            "decided_on": day,
            "look_again_on": day + _LATER,
            "recorded_at": at,
            "recorded_by": people["CO"],
        }
        return _kept("decision", Decision.objects.create(**values | fields), at, people["CO"]).uid

    of_partner = {"answer": "Closed", "answered_at": at, "answered_by": people["PR"]}
    return {
        "signal": signal.uid,
        "other_signal": other_signal.uid,
        "escalation": escalation(EscalationState.OPEN, risks[0]),
        "other_escalation": escalation(EscalationState.OPEN, risks[1]),
        "escalation proposed": escalation(EscalationState.PROPOSED, make_risk("Third")),
        "escalation answered": escalation(EscalationState.ANSWERED, risks[0], **answer),
        "challenge": challenge(own),
        "other_challenge": challenge(other),
        "challenge answered": challenge(own, ChallengeState.ANSWERED, **of_partner),
        "challenge accepted": challenge(own, ChallengeState.ACCEPTED, **of_partner),
        "board decision": decision(),
        "board decision confirmed": decision(confirmed_at=at, confirmed_by=people["BM"]),
    }


def _signal(organisation, by, at):
    return Signal.objects.create(
        title="A threat",
        what="More than usual",
        source="Hospital",
        confidence="low",
        theme="sight",
        state=SignalState.NEW,
        organisation=organisation,
        raised_at=at,
        raised_by=by,
    )


def _kept(thing, row, at, by=None):
    keep(row, thing=thing, at=at, by=by)
    return row
