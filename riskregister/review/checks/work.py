"""Checks of actions, escalations, challenges, decisions, concerns and signals."""

from collections.abc import Iterator
from datetime import timedelta

from riskregister.constants import PRACTICE_CHECK_AFTER, CheckSeverity
from riskregister.facts.evidence import Evidence
from riskregister.review.checks.base import Check, Hit, refs
from riskregister.review.words import counted, days_between, on_day, on_moment
from safeguarding.kernel.periods import day_of

LONG_OVERDUE_DAYS = 28
MANY_SLIPS = 3
TRIAGE_WITHIN = timedelta(days=14)
SIGNAL_WITHIN = timedelta(days=31)


def overdue_without_owner(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.actions:
        if one.state == "open" and one.due_on < today and not one.owner:
            yield Hit(
                f"{one.organisation}: “{one.title}” was due on {on_day(one.due_on)}, and nobody owns it.",
                refs(one.ref),
                "action",
                (str(one.uid),),
            )


def long_overdue(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.actions:
        late = days_between(one.due_on, today)
        if one.state == "open" and late > LONG_OVERDUE_DAYS:
            yield Hit(
                f"{one.organisation}: “{one.title}” is {counted(late, 'day')} overdue.",
                refs(one.ref),
                "action",
                (str(one.uid),),
            )


def slipped(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.actions:
        if one.state == "open" and one.slips >= MANY_SLIPS:
            yield Hit(
                f"{one.organisation}: “{one.title}” has slipped {one.slips} times, the last time because"
                f" {one.slip_reason[:1].lower()}{one.slip_reason[1:]}.",
                refs(one.ref),
                "action",
                (str(one.uid),),
            )


def unverified(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.actions:
        if one.state == "done" and one.priority == "high" and one.done_on:
            waited = days_between(one.done_on, evidence.cut_off)
            if waited > LONG_OVERDUE_DAYS:
                yield Hit(
                    f"{one.organisation}: “{one.title}” is done since {on_day(one.done_on)}, and nobody of"
                    " another organisation has verified it.",
                    refs(one.ref),
                    "action",
                    (str(one.uid),),
                )


def done_without_evidence(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.actions:
        if one.state in ("done", "verified") and not one.evidence:
            yield Hit(
                f"{one.organisation}: “{one.title}” counts as done without evidence.",
                refs(one.ref),
                "action",
                (str(one.uid),),
            )


def escalation_unanswered(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.escalations:
        waits = one.state in ("open", "escalated") and one.answered_at is None
        if waits and one.answer_due_on and one.answer_due_on < today:
            yield Hit(
                f"The board owes an answer since {on_day(one.answer_due_on)}: {one.title}",
                refs(one.ref),
                "escalations",
            )


def challenge_unanswered(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.challenges:
        if one.state in ("asked", "reopened") and one.answer_due_on < today:
            yield Hit(
                f"{one.asked_of} owes the board an answer since {on_day(one.answer_due_on)}: {one.question}",
                refs(one.ref),
                "challenges",
            )


def change_not_looked_at(evidence: Evidence) -> Iterator[Hit]:
    for kind, url, rows in (
        ("escalation", "escalations", evidence.escalations),
        ("challenge", "challenges", evidence.challenges),
    ):
        for one in rows:
            due = one.answered_at and one.answered_at + PRACTICE_CHECK_AFTER < evidence.cut_off
            if due and not one.changed and one.answered_at:
                words = getattr(one, "title", "") or getattr(one, "question", "")
                yield Hit(
                    f"Answered on {on_moment(one.answered_at)}, and nobody has said what changed for"
                    f" children ({kind}): {words}",
                    refs(one.ref),
                    url,
                )


def decision_past_its_look(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.decisions:
        if one.look_again_on < today and not one.changed:
            yield Hit(
                f"The board was to look again by {on_day(one.look_again_on)} at its decision: {one.title}",
                refs(one.ref),
                "decisions_of_the_board",
            )


def decision_unconfirmed(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.decisions:
        if not one.confirmed:
            yield Hit(
                f"Written down of {on_day(one.decided_on)}, and confirmed by no board member: {one.title}",
                refs(one.ref),
                "decisions_of_the_board",
            )


def decision_retrospective(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.decisions:
        if one.retrospective:
            yield Hit(
                f"Written down after it took effect on {on_day(one.decided_on)}: {one.title}",
                refs(one.ref),
                "decisions_of_the_board",
            )


def concern_not_triaged(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.concerns:
        if one.state in ("proposed", "raised") and one.raised_at + TRIAGE_WITHIN < evidence.cut_off:
            yield Hit(
                f"Waits for triage since {on_moment(one.raised_at)}: {one.title}",
                refs(one.ref),
                "concern",
                (str(one.uid),),
            )


def signal_not_looked_at(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.signals:
        if one.state == "new" and one.raised_at + SIGNAL_WITHIN < evidence.cut_off:
            yield Hit(
                f"An emerging threat that nobody has looked at since {on_moment(one.raised_at)}: {one.title}",
                refs(one.ref),
                "signals",
            )


_ERROR, _WARNING, _INFO = CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO

CHECKS: tuple[Check, ...] = (
    Check(
        "action_overdue_without_owner", _ERROR, "An overdue action without an owner", overdue_without_owner
    ),
    Check("action_long_overdue", _WARNING, "An action overdue for four weeks", long_overdue),
    Check("action_slipped", _WARNING, "An action that slipped three times", slipped),
    Check("action_unverified", _WARNING, "A high action that nobody verified", unverified),
    Check("action_without_evidence", _ERROR, "An action done without evidence", done_without_evidence),
    Check("escalation_unanswered", _ERROR, "An escalation past its date", escalation_unanswered),
    Check("challenge_unanswered", _ERROR, "A challenge past its date", challenge_unanswered),
    Check("change_not_looked_at", _INFO, "No word of what changed after 90 days", change_not_looked_at),
    Check("decision_past_look", _WARNING, "A decision past the day to look again", decision_past_its_look),
    Check("decision_unconfirmed", _INFO, "A decision that nobody confirmed", decision_unconfirmed),
    Check("decision_retrospective", _INFO, "A decision written down afterwards", decision_retrospective),
    Check("concern_not_triaged", _WARNING, "A concern that waits for triage", concern_not_triaged),
    Check("signal_not_looked_at", _INFO, "An emerging threat that waits", signal_not_looked_at),
)
