"""Concerns that answers of a return propose."""

from datetime import datetime

from accounts.audit import Actor
from partners.constants import ConcernKind, ConcernState
from partners.facts.concerns import OPEN_STATES, Proposal
from partners.facts.questions import SubmittedReturn
from partners.models import Concern, Question, Return
from partners.rules import concerns as rules
from partners.rules.proposals import proposals
from partners.services.concern_moves import audit, begin, move

_RULES = Actor.job("concern rules")


def propose_from(submission: SubmittedReturn, return_: Return, now: datetime) -> list[Concern]:
    """What the answers of a return that was just sent propose; the new proposals. Within the transaction
    of the submission.

    Sent again, a return proposes nothing twice: a proposal nobody has looked at yet follows the new answer.
    What is still open from an earlier return of the organisation is not proposed anew; it is said there
    that it came again. Both are moves.
    """
    proposed = proposals(submission.question_set, submission.answers)
    mine = {
        _key(concern): concern
        for concern in Concern.objects.filter(of_return=return_, raised_by=None).select_related("question")
    }
    earlier = {
        _key(concern): concern
        for concern in Concern.objects.filter(
            organisation=return_.organisation_id, raised_by=None, state__in=OPEN_STATES
        )
        .exclude(of_return=return_)
        .select_related("question")
        .order_by("raised_at", "pk")
    }
    made = []
    for proposal in proposed:
        key = (proposal.question, proposal.title)
        if key in mine:
            _sent_again(mine[key], proposal.what, now)
        elif key in earlier:
            _came_again(earlier[key], submission, proposal, now)
        else:
            made.append(_propose(proposal, return_, now))
    for key in mine.keys() - {(proposal.question, proposal.title) for proposal in proposed}:
        _sent_again(mine[key], "", now)
    return made


def _key(concern: Concern) -> tuple[str, str]:
    return (concern.question.code if concern.question else "", concern.title)


def _propose(proposal: Proposal, return_: Return, now: datetime) -> Concern:
    concern = Concern.objects.create(
        kind=ConcernKind.CONCERN,
        state=ConcernState.PROPOSED,
        title=proposal.title,
        what=proposal.what,
        theme=proposal.theme,
        severity=proposal.severity,
        organisation_id=return_.organisation_id,
        of_return=return_,
        question=Question.objects.get(section__question_set=return_.question_set_id, code=proposal.question),
        raised_at=now,
        answer_due_at=rules.answer_due_at(proposal.severity, now),
    )
    begin(concern, None, now)
    audit("concern.proposed", concern, _RULES, now, {"question": proposal.question})
    return concern


def _sent_again(concern: Concern, what: str, now: datetime) -> None:
    """The return of a proposal was sent again; `what` it proposes now, or nothing."""
    if concern.state != ConcernState.PROPOSED or concern.what == what:
        return
    words = f"The return was sent again. Now: {what}" if what else (
        "The return was sent again, and its answer no longer proposes this."
    )  # fmt: skip
    last = concern.moves.last()
    if last and last.reason == words:
        return
    if what:
        move(concern, concern.state, None, now, words, what=what)
    else:
        move(concern, concern.state, None, now, words)
    audit("concern.proposed_again", concern, _RULES, now, {"still": bool(what)})


def _came_again(concern: Concern, submission: SubmittedReturn, proposal: Proposal, now: datetime) -> None:
    words = f"Again in the return of cycle {submission.cycle_number}: {proposal.what}"
    if concern.moves.filter(reason=words).exists():
        return
    move(concern, concern.state, None, now, words)
    detail = {"cycle": submission.cycle_number, "question": proposal.question}
    audit("concern.came_again", concern, _RULES, now, detail)
