"""Challenges: the board asks a partner, the partner answers, the board says whether the answer holds, and 90
days later what changed. Each is one transaction of lock, rules, change, history and audit event."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.selectors import User
from operations.services import once
from riskregister.constants import ChallengeState, ReviewSection
from riskregister.models import BoardReview, Challenge, Risk
from riskregister.rules import board_work as rules
from riskregister.rules.board_work import Act
from riskregister.selectors.board_people import answers_for
from riskregister.services import board_clock
from riskregister.services.board_steps import OutOfReach, begin, change, locked, unchanged
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class AskedAbout:
    """A risk, a section of a review, or (nothing) anything in the words of the question."""

    risk: Risk | None = None
    review: BoardReview | None = None
    section: str = ""


def ask(
    *,
    user: User,
    about: AskedAbout,
    asked_of_id: int,
    question: str,
    answer_due_on: date,
    token: UUID,
    now: datetime,
) -> Challenge:
    """Raises AlreadyDone(uid), OutOfReach, Refusal('text_missing' | 'answer_by_past' | …)."""
    with transaction.atomic():
        made = Challenge(uid=uuid.uuid4(), asked_at=now, asked_by=user, asked_of_id=asked_of_id)
        once(token=token, purpose="ask_challenge", user=user, outcome=str(made.uid), now=now)
        made.question = rules.said(
            question, field="question", missing="Enter what the partner is to account for"
        )
        made.answer_due_on = rules.answer_day(answer_due_on, today=day_of(now))
        if about.risk and not Risk.objects.visible_to(user, at=now).filter(pk=about.risk.pk).exists():
            raise OutOfReach
        of = about.risk.organisation_id if about.risk else None
        if of not in (None, asked_of_id):
            raise Refusal(
                "another_partners_risk", "Select a risk of the partnership or this partner", "about"
            )
        reviews = BoardReview.objects.visible_to(user, at=now)
        if about.review and not reviews.filter(pk=about.review.pk).exists():
            raise OutOfReach
        made.risk, made.review = about.risk, about.review
        made.section = about.section if about.review and about.section in ReviewSection.values else ""
        begin(made, "asked", by=user, now=now, detail={"asked_of": str(made.asked_of.uid)})
        board_clock.tell_partner(made, now=now)
    return made


def answer(
    *, user: User, challenge: Challenge, answer: str, expected_version: int, now: datetime
) -> Challenge:
    """The partner's lead or deputy answers.

    Raises StaleEdit, OutOfReach (of another organisation, or neither lead nor deputy),
    Refusal('not_your_act' | 'wrong_state' | 'four_eyes' | 'text_missing').
    """
    with transaction.atomic():
        current = locked(challenge)
        if not Challenge.objects.visible_to(user, at=now).filter(pk=current.pk).exists():
            raise OutOfReach
        to = rules.step("challenge", Act.ANSWER, current.state, user.roles)
        if not answers_for(user, current.asked_of, at=now):
            raise OutOfReach
        words = "You asked this, so somebody else of the organisation must answer."
        rules.another(user.pk, current.asked_by_id, words=words)
        given = rules.said(answer, field="answer", missing="Enter your answer")
        unchanged(current, expected_version)
        values = {
            "state": ChallengeState(to),
            "answer": given,
            "answered_at": now,
            "answered_by": user,
        }
        change(current, "answered", values, by=user, now=now)
        board_clock.tell_asker(current, now=now)
    return current


def accept(*, user: User, challenge: Challenge, expected_version: int, now: datetime) -> Challenge:
    """A board member says that the answer holds, never who gave it.

    Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'four_eyes').
    """
    with transaction.atomic():
        current = locked(challenge)
        to = rules.step("challenge", Act.ACCEPT, current.state, user.roles)
        _not_their_own(current, user)
        unchanged(current, expected_version)
        values = {"state": ChallengeState(to), "not_accepted_reason": ""}
        change(current, "accepted", values, by=user, now=now)
    return current


def reopen(
    *,
    user: User,
    challenge: Challenge,
    reason: str,
    answer_due_on: date,
    expected_version: int,
    now: datetime,
) -> Challenge:
    """The answer does not hold: the partner is asked again, with a new day. The answer stays in the history.

    Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'four_eyes' | 'text_missing' | …).
    """
    with transaction.atomic():
        current = locked(challenge)
        to = rules.step("challenge", Act.REOPEN, current.state, user.roles)
        _not_their_own(current, user)
        why = rules.said(
            reason,
            field="reason",
            missing="Enter what is missing from the answer. The partner reads this",
            length=rules.REASON_LENGTH,
        )
        day = rules.answer_day(answer_due_on, today=day_of(now))
        unchanged(current, expected_version)
        values = {
            "state": ChallengeState(to),
            "not_accepted_reason": why,
            "answer_due_on": day,
            "answer": "",
            "answered_at": None,
            "answered_by": None,
            "changed": "",
            "changed_how": "",
            "changed_at": None,
            "changed_by": None,
        }
        change(current, "reopened", values, by=user, now=now, reason=why)
        board_clock.tell_partner(current, now=now)
    return current


def say_what_changed(
    *, user: User, challenge: Challenge, changed: str, how: str, expected_version: int, now: datetime
) -> Challenge:
    """90 days after the answer, by a board member who did not give it. Raises as the others, and
    Refusal('too_soon' | 'said_already' | 'changed_missing')."""
    with transaction.atomic():
        current = locked(challenge)
        rules.step("challenge", Act.SAY_WHAT_CHANGED, current.state, user.roles)
        _not_their_own(current, user)
        answered = day_of(current.answered_at) if current.answered_at else None
        before = day_of(current.changed_at) if current.changed_at else None
        due = rules.check_due(answered, current.changed, before)
        what, words = rules.what_changed(changed, how, due_on=due, today=day_of(now))
        unchanged(current, expected_version)
        values = {"changed": what, "changed_how": words, "changed_at": now, "changed_by": user}
        change(current, "change_noted", values, by=user, now=now, detail={"changed": what})
    return current


def _not_their_own(challenge: Challenge, user: User) -> None:
    words = "You gave this answer, so another board member must say whether it holds."
    rules.another(user.pk, challenge.answered_by_id, words=words)
