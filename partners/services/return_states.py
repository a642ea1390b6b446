"""A return's way: sent, sent back, sent again, accepted, unlocked. Each is one transaction of lock, rules,
change, move and audit event; what was sent stays as it was sent."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse

from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import notify, once
from partners.constants import ReturnState
from partners.models import Return, ReturnMove, Submission
from partners.rules import returns as rules
from partners.rules.answers import asked, submit_faults
from partners.rules.cycles import due_at, open_for
from partners.rules.returns import Move
from partners.selectors.questions import question_set_fact
from partners.selectors.returns import duty_of, given_answers, senders_of, submission_of, submitted_fact
from partners.services import concerns
from partners.services.base import OutOfReach, need, unchanged
from partners.services.return_base import audit, go, own, seen
from partners.signals import return_submitted


def submit_return(
    *, user: User, return_: Return, expected_version: int, token: UUID, now: datetime
) -> Submission:
    """Sends the return as it stands: whole, for good, and with what its rules propose as concerns.

    Raises AlreadyDone(uid of the return), OutOfReach, Refusal('cycle_closed' | 'not_now' |
    'lead_or_deputy'), the first of `submit_faults`, or StaleEdit where somebody changed an answer since the
    person checked them.
    """
    with transaction.atomic():
        once(token=token, purpose="submit_return", user=user, outcome=str(return_.uid), now=now)
        current = own(return_, user, now)
        to_state = rules.moved(current.state, Move.SUBMIT)
        open_for(current.cycle, current, now)
        rules.sending(duty_of(user, current.organisation, now))
        unchanged(current, expected_version)
        question_set = question_set_fact(current.question_set)
        answers = given_answers(current)
        for fault in submit_faults(question_set, answers):
            raise fault
        sent = {question.code for question in asked(question_set, answers)}
        kept = {code: said for code, said in answers.items() if code in sent}
        counts = rules.counts(question_set, kept)
        late = now > due_at(current.cycle, current)
        submission = Submission.objects.create(
            of_return=current,
            number=current.submissions.count() + 1,
            submitted_at=now,
            submitted_by=user,
            answers={code: asdict(said) for code, said in kept.items()},
            counts=counts,
            worked_seconds=current.spells.aggregate(seconds=Sum("seconds"))["seconds"] or 0,
        )
        go(current, to_state, user, now, submitted_at=now, submitted_by=user)
        concerns.propose_from(submitted_fact(submission, question_set), current, now)
        detail = {"number": submission.number, "late": late, "counts": counts}
        audit("return.submitted", current, user, now, detail)
        tell = partial(return_submitted.send_robust, sender=Return, return_uid=current.uid)
        transaction.on_commit(tell)
    return submission


def send_back(
    *,
    user: User,
    return_: Return,
    expected_version: int,
    reason: str,
    about: Mapping[str, str],
    now: datetime,
) -> ReturnMove:
    """The coordinator asks for it again: why, and which answers (question code: what is wrong).

    Raises OutOfReach, StaleEdit, Refusal('not_now' | 'own_return' | 'reason_missing' | 'unknown_question').
    """
    with transaction.atomic():
        current = _to_decide(return_, user, now)
        to_state = rules.moved(current.state, Move.SEND_BACK)
        unchanged(current, expected_version)
        why = rules.reason(reason, asked_for="Enter why you send the return back")
        sent = submission_of(current)
        # Also a question that was asked and left empty may be what is wrong.
        codes = {question.code for question in asked(sent.question_set, sent.answers)} if sent else set()
        notes = rules.about(dict(about), codes)
        go(current, to_state, user, now, why=why, about=notes)
        move = current.moves.order_by("-pk")[0]
        _tell_senders(current, move, "was sent back to you", now)
        audit("return.sent_back", current, user, now, {"questions": sorted(notes)})
    return move


def accept_return(*, user: User, return_: Return, expected_version: int, now: datetime) -> Return:
    """Raises OutOfReach, StaleEdit, Refusal('not_now' | 'own_return')."""
    with transaction.atomic():
        current = _to_decide(return_, user, now)
        to_state = rules.moved(current.state, Move.ACCEPT)
        unchanged(current, expected_version)
        go(current, to_state, user, now, accepted_at=now, accepted_by=user)
        audit("return.accepted", current, user, now, {})
    return current


def unlock(*, user: User, return_: Return, expected_version: int, reason: str, now: datetime) -> Return:
    """An accepted return goes back to its organisation to be changed and sent again.

    Raises OutOfReach, StaleEdit, Refusal('not_now' | 'own_return' | 'reason_missing').
    """
    with transaction.atomic():
        current = _to_decide(return_, user, now)
        to_state = rules.moved(current.state, Move.UNLOCK)
        unchanged(current, expected_version)
        why = rules.reason(reason, asked_for="Enter why you unlock the return")
        go(current, to_state, user, now, why=why, accepted_at=None, accepted_by=None)
        _tell_senders(current, current.moves.order_by("-pk")[0], "was unlocked for you to change", now)
        audit("return.unlocked", current, user, now, {})
    return current


def _to_decide(return_: Return, user: User, now: datetime) -> Return:
    need(user, Action.DECIDE, Thing.RETURN)
    current = seen(return_, user, now)
    if current.state in (ReturnState.NOT_STARTED, ReturnState.STARTED):
        # Only the state of a draft is known beyond its organisation.
        raise OutOfReach
    rules.deciding(answers_for_it=bool(duty_of(user, current.organisation, now)))
    return current


def _tell_senders(return_: Return, move: ReturnMove, what: str, now: datetime) -> None:
    """The reason itself stays on the page: a mail goes through other people's hands."""
    for person in senders_of(return_.organisation, now):
        notify(
            recipient=person,
            subject=f"return:{return_.uid}",
            step=f"sent_back_{move.pk}",
            title=f"The return for cycle {return_.cycle.number} {what}",
            text=f"The return of {return_.organisation.name} {what}. See why, and send it again.",
            href=reverse("return", args=[return_.uid]),
            now=now,
        )
