"""Who is told of the board's work, and of answers that are late. Texts go out by mail: they say no detail."""

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse

from accounts.constants import Role
from accounts.selectors import User
from operations.services import notify
from riskregister.constants import ChallengeState, EscalationState
from riskregister.models import Challenge, Escalation
from riskregister.selectors.board_people import answerers
from safeguarding.kernel.periods import day_of


def tell_board(escalation: Escalation, *, now: datetime) -> None:
    """Something is before the board."""
    for person in _holding(Role.BOARD_MEMBER):
        _of_escalation(
            escalation,
            person,
            step="opened",
            title="Something is before the board",
            text="An escalation waits for the board’s answer.",
            now=now,
        )


def tell_coordinators(escalation: Escalation, *, now: datetime) -> None:
    """A rule has proposed an escalation."""
    for person in _holding(Role.COORDINATOR):
        _of_escalation(
            escalation,
            person,
            step="proposed",
            title="A rule proposes an escalation",
            text="A risk is rated above what the board bears. Take the escalation up, or say why not.",
            now=now,
        )


def tell_of_answer(escalation: Escalation, *, now: datetime) -> None:
    """Who put it before the board reads the answer."""
    for person in (escalation.raised_by, escalation.taken_by):
        if person is not None and person.is_active:
            _of_escalation(
                escalation,
                person,
                step="answered",
                title="The board has answered an escalation",
                text="The board has answered what you put before it.",
                now=now,
            )


def tell_partner(challenge: Challenge, *, now: datetime) -> None:
    """The board asks a partner, or asks again."""
    again = challenge.state == ChallengeState.REOPENED
    text = "The board has not accepted your answer and asks again." if again else "The board asks you."
    for person in answerers(challenge.asked_of, at=now):
        _of_challenge(
            challenge,
            person,
            # Each round of questions is told once.
            step=f"asked {challenge.version}",
            title="The board asks for an answer",
            text=f"{text} The page says what, and by when.",
            now=now,
        )


def tell_asker(challenge: Challenge, *, now: datetime) -> None:
    asker = challenge.asked_by
    if asker is not None and asker.is_active:
        _of_challenge(
            challenge,
            asker,
            step=f"answered {challenge.version}",
            title="A partner has answered a challenge",
            text="A partner has answered what you asked. A board member says whether the answer holds.",
            now=now,
        )


def tell_of_overdue(now: datetime) -> int:
    """Tells of each answer that is late, once for each person and clock; how many were told. Read from the
    records: a bell that did not ring loses nothing, and one that rings twice says nothing twice."""
    today = day_of(now)
    escalations = Escalation.objects.filter(state=EscalationState.OPEN, answer_due_on__lt=today)
    challenges = Challenge.objects.filter(
        state__in=(ChallengeState.ASKED, ChallengeState.REOPENED), answer_due_on__lt=today
    )
    board, coordinators = _holding(Role.BOARD_MEMBER), _holding(Role.COORDINATOR)
    told = 0
    for escalation in escalations.order_by("answer_due_on", "pk"):
        for person in _each_once(board, coordinators):
            told += _of_escalation(
                escalation,
                person,
                step=_late(escalation.answer_due_on),
                title="An answer of the board is overdue",
                text="An escalation has not been answered by the day that was set.",
                now=now,
                urgent=True,
            )
    for challenge in challenges.select_related("asked_of", "asked_by").order_by("answer_due_on", "pk"):
        asker = [challenge.asked_by] if challenge.asked_by and challenge.asked_by.is_active else []
        for person in _each_once(answerers(challenge.asked_of, at=now), coordinators, asker):
            told += _of_challenge(
                challenge,
                person,
                step=_late(challenge.answer_due_on),
                title="An answer to the board is overdue",
                text="A challenge has not been answered by the day that was set.",
                now=now,
                urgent=True,
            )
    return told


def _late(due_on: date | None) -> str:
    # A clock that is set anew is told anew.
    return f"late {due_on}"


def _holding(role: Role) -> list[User]:
    return list(User.objects.holding(role).order_by("pk"))


def _each_once(*groups: Iterable[User]) -> list[User]:
    return list({person.pk: person for group in groups for person in group}.values())


def _of_escalation(
    escalation: Escalation,
    person: User,
    *,
    step: str,
    title: str,
    text: str,
    now: datetime,
    urgent: bool = False,
) -> bool:
    return notify(
        recipient=person,
        subject=f"escalation:{escalation.uid}",
        step=step,
        title=title,
        text=text,
        href=reverse("escalation", args=[escalation.uid]),
        urgent=urgent,
        now=now,
    )


def _of_challenge(
    challenge: Challenge,
    person: User,
    *,
    step: str,
    title: str,
    text: str,
    now: datetime,
    urgent: bool = False,
) -> bool:
    return notify(
        recipient=person,
        subject=f"challenge:{challenge.uid}",
        step=step,
        title=title,
        text=text,
        href=reverse("challenge", args=[challenge.uid]),
        urgent=urgent,
        now=now,
    )
