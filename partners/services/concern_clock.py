"""Concerns whose answer is late climb: to the coordinator always, and to who owes the answer."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.constants import Role
from accounts.selectors import User
from operations.services import notify
from partners.constants import ConcernState, Severity
from partners.models import Concern
from partners.selectors.concerns import overdue
from safeguarding.kernel.periods import day_of


def tell_of_overdue(now: datetime) -> int:
    """Notifies of each answer that is late, once for each person and clock; how many were told.

    State-based: after an outage of the job nothing is lost, and nothing is said twice.
    """
    told = 0
    coordinators = list(_holding(Role.COORDINATOR))
    board = list(_holding(Role.BOARD_MEMBER))
    late = Concern.objects.filter(overdue(now)).select_related("owner")
    for concern in late.order_by("answer_due_at", "pk"):
        people = {person.pk: person for person in coordinators}
        if concern.state == ConcernState.ESCALATED:
            people |= {person.pk: person for person in board}
        elif concern.owner and concern.owner.is_active:
            people[concern.owner.pk] = concern.owner
        with transaction.atomic():
            told += sum(_tell(concern, person, now) for person in people.values())
    return told


def _tell(concern: Concern, person: User, now: datetime) -> bool:
    # A clock that is set anew is told anew.
    due = day_of(concern.answer_due_at) if concern.answer_due_at else day_of(now)
    waits = {
        ConcernState.ESCALATED: "The board has not answered a concern by the day that was set.",
        ConcernState.TRIAGED: "A concern that was taken up has not been answered in time.",
    }.get(ConcernState(concern.state), "A concern has waited for triage beyond its time.")
    return notify(
        recipient=person,
        subject=f"concern:{concern.uid}",
        step=f"late {due.isoformat()}",
        title="A concern is overdue",
        text=waits,
        href=reverse("concern", args=[concern.uid]),
        urgent=concern.severity == Severity.HIGH,
        now=now,
    )


def _holding(role: Role) -> QuerySet[User]:
    people = get_user_model().objects.filter(
        Q(grants__needs_second=False) | Q(grants__seconded_at__isnull=False),
        is_active=True,
        grants__right=role,
        grants__ended_at=None,
    )
    return people.distinct().order_by("pk")
