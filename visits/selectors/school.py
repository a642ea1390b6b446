"""Decisions on attendance at school: of one child, and children without one."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.policy import Action, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits.facts.flags import SchoolGap
from visits.models import Child, Plan, SchoolDecision
from visits.querysets import ChildQuerySet
from visits.selectors.lines import child_lines


def decisions_of(child: Child) -> QuerySet[SchoolDecision]:
    """The latest first: that one holds, until its review."""
    rows = SchoolDecision.objects.filter(child=child).select_related("recorded_by")
    return rows.order_by("-decided_on", "-pk")


def may_decide(child: Child, user: User, *, at: datetime) -> bool:
    if not scopes(user.roles, Action.CREATE, Thing.SCHOOL_DECISION):
        return False
    children = Child.objects.open_to(user, Action.CREATE, Thing.SCHOOL_DECISION, at=at)
    return children.filter(pk=child.pk).exists()


def without_decision(user: User, *, at: datetime) -> ChildQuerySet:
    """Children of this person with an open plan and no decision, or one past its review: never decided
    first, then the longest past. Children with a social worker are those that guidance calls vulnerable."""
    today = day_of(at)
    latest = SchoolDecision.objects.filter(child=OuterRef("pk")).order_by("-decided_on", "-pk")
    children = Child.objects.open_to(user, Action.CREATE, Thing.SCHOOL_DECISION, at=at)
    return (
        children.filter(Exists(Plan.objects.open_on(today).filter(child=OuterRef("pk"))))
        .annotate(
            school_decided_on=Subquery(latest.values("decided_on")[:1]),
            school_review_on=Subquery(latest.values("review_on")[:1]),
        )
        .filter(Q(school_review_on=None) | Q(school_review_on__lt=today))
        .order_by(F("school_review_on").asc(nulls_first=True), "child_ref")
    )


def gap_lines(children: ChildQuerySet, user: User, *, at: datetime) -> list[SchoolGap]:
    """Lines of a page of `without_decision`, in its order."""
    rows = list(children.values_list("pk", "uid", "school_decided_on", "school_review_on"))
    lines = child_lines(Child.objects.filter(pk__in=[row[0] for row in rows]), user, at=at)
    by_uid = {line.uid: line for line in lines}
    return [
        SchoolGap(
            child_uid=uid,
            shown_as=by_uid[uid].shown_as,
            teams=by_uid[uid].teams,
            decided_on=decided_on,
            review_on=review_on,
        )
        for _, uid, decided_on, review_on in rows
    ]
