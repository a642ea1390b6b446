"""Management decisions: which days they cover, and what pages show of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from accounts.policy import Action, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.constants import Method, Status
from visits.constants.oversight import DecisionState, Standing
from visits.facts import (
    CoveredContact,
    DecisionChange,
    DecisionCounts,
    DecisionCover,
    DecisionLine,
    DecisionRights,
    PlanToAsk,
)
from visits.models import Child, DecisionMove, ManagementDecision, Plan, Visit
from visits.rules import decisions as decision_rules
from visits.rules import due_dates
from visits.rules.decisions import OPEN, Before, PlanDays
from visits.selectors.lines import last_seen, rules_now, shown_as

_WAITING = (DecisionState.ASKED, DecisionState.SECOND)

# --- Which days are covered -----------------------------------------------------------------


def covering(child: Child, day: date) -> list[DecisionCover]:
    """Authorised decisions of this child that cover `day`, the earliest first.

    Empty: an alternative made on that day is without a decision.
    """
    rows = ManagementDecision.objects.filter(
        child=child, state=DecisionState.AUTHORISED, covers_from__lte=day, review_on__gte=day
    )
    return [
        DecisionCover(
            uid=row.uid,
            covers_from=row.covers_from,
            review_on=row.review_on,
            alternative=row.alternative,
            deciders=deciders_of(row),
        )
        for row in rows.order_by("pk")
    ]


def deciders_of(decision: ManagementDecision) -> tuple[int, ...]:
    """Keys of those who approved it, the first decider first."""
    return tuple(key for key in (decision.decided_by_id, decision.seconded_by_id) if key is not None)


def covered_alternatives(decision: ManagementDecision) -> QuerySet[Visit]:
    """Alternatives of the child that took place on a day which the decision covers, by date."""
    visits = Visit.objects.filter(
        child=decision.child_id,
        status=Status.COMPLETED,
        visit_date__gte=decision.covers_from,
        visit_date__lte=decision.review_on,
    )
    return visits.exclude(method=Method.FACE_TO_FACE).order_by("visit_date", "pk")


# --- Asking ---------------------------------------------------------------------------------


def before(child_id: int, *, today: date) -> Before | None:
    """What a request for this child follows (decision_rules.renewal_of), whichever plan it was about: a
    decision covers the child, and another plan is no way round the second approver."""
    authorised = ManagementDecision.objects.filter(child=child_id, state=DecisionState.AUTHORISED)
    latest = authorised.order_by("-pk").first()
    if latest is None:
        return None
    seen = last_seen([child_id], today).get(child_id)
    return Before(latest.uid, latest.covers_from, latest.renewal, seen.face_to_face if seen else None)


def days_of(plan: Plan) -> PlanDays:
    return PlanDays(plan.start_date, plan.end_date)


def plans_to_ask(child: Child, *, at: datetime, also: UUID | None = None) -> list[PlanToAsk]:
    """The child's plans open today, the one whose visit is due first at the top; and the one named by
    `also`, which may have closed since its form was opened."""
    today = day_of(at)
    seen = last_seen([child.pk], today).get(child.pk)
    intervals = rules_now()
    earlier = before(child.pk, today=today)
    plans = []
    rows = Plan.objects.filter(Q(pk__in=Plan.objects.open_on(today)) | Q(uid=also), child=child)
    for plan in rows.order_by("start_date", "pk"):
        due = due_dates.due_by(
            plan_type=plan.plan_type,
            start=plan.start_date,
            long_term=plan.long_term,
            last_counting=seen.any_contact if seen else None,
            intervals=intervals,
            today=today,
        )
        waits = ManagementDecision.objects.filter(plan=plan, state__in=OPEN)
        plans.append(
            PlanToAsk(
                uid=plan.uid,
                plan_type=plan.plan_type,
                start_date=plan.start_date,
                end_date=plan.end_date,
                due_by=due,
                renews=earlier.uid if earlier and earlier.to_renew else None,
                open_request=waits.values_list("uid", flat=True).first(),
            )
        )
    return sorted(plans, key=lambda plan: plan.due_by or date.max)


# --- Finding --------------------------------------------------------------------------------


def visible(user: User, *, at: datetime) -> QuerySet[ManagementDecision]:
    """Decisions about children whose record this person may open."""
    return ManagementDecision.objects.filter(child__in=Child.objects.visible_to(user, at=at))


def renewed_from() -> Subquery:
    """For annotate: the first day of a decision's authorised renewal."""
    renewals = ManagementDecision.objects.filter(renews=OuterRef("pk"), state=DecisionState.AUTHORISED)
    return Subquery(renewals.order_by().values("renews").annotate(first=Min("covers_from")).values("first"))


def _superseded(today: date) -> Exists:
    return Exists(
        ManagementDecision.objects.filter(
            renews=OuterRef("pk"), state=DecisionState.AUTHORISED, covers_from__lte=today
        )
    )


def is_waiting(today: date) -> Q:
    """A request that a manager can still authorise."""
    return Q(state__in=_WAITING, review_on__gte=today)


def is_live(today: date) -> Q:
    return Q(state=DecisionState.AUTHORISED, covers_from__lte=today, review_on__gte=today)


def is_lapsed(today: date) -> Q:
    """Past its review date, with no authorised renewal that has begun, the plan still open."""
    return (
        Q(state=DecisionState.AUTHORISED, review_on__lt=today)
        & ~Q(_superseded(today))
        & (Q(plan__end_date=None) | Q(plan__end_date__gt=today))
    )


# What the list may be narrowed to: the code in the address and its words.
SHOWN = {
    "mine": "Waiting for me",
    "waiting": "Waiting for a manager",
    "sent_back": "Sent back or expired",
    "live": "Authorised now",
    "lapsed": "Lapsed and not renewed",
    "retrospective": "Decided after the days had begun",
    "all": "All decisions",
}


def listed(user: User, shown: str, *, at: datetime) -> QuerySet[ManagementDecision]:
    """Decisions within reach, narrowed by a code of SHOWN: what is due first at the top, of 'all'
    the latest asked for."""
    today = day_of(at)
    rows = visible(user, at=at)
    if shown == "mine":
        team = Child.objects.open_to(user, Action.DECIDE, Thing.DECISION, at=at)
        rows = rows.filter(is_waiting(today), child__in=team).exclude(asked_by=user)
        rows = rows.exclude(state=DecisionState.SECOND, decided_by=user)
    elif shown == "waiting":
        rows = rows.filter(is_waiting(today))
    elif shown == "sent_back":
        rows = rows.filter(Q(state=DecisionState.SENT_BACK) | Q(state__in=_WAITING, review_on__lt=today))
    elif shown == "live":
        rows = rows.filter(is_live(today))
    elif shown == "lapsed":
        rows = rows.filter(is_lapsed(today))
    elif shown == "retrospective":
        rows = rows.filter(state=DecisionState.AUTHORISED, retrospective=True)
    return rows.order_by("-asked_at", "-pk") if shown == "all" else rows.order_by("review_on", "pk")


def counts(user: User, *, at: datetime) -> DecisionCounts:
    today = day_of(at)
    authorised = Q(state=DecisionState.AUTHORISED)
    found = visible(user, at=at).aggregate(
        waiting=Count("pk", filter=is_waiting(today)),
        live=Count("pk", filter=is_live(today)),
        lapsed=Count("pk", filter=is_lapsed(today)),
        authorised=Count("pk", filter=authorised),
        retrospective=Count("pk", filter=authorised & Q(retrospective=True)),
    )
    return DecisionCounts(**found)


def decision_lines(rows: QuerySet[ManagementDecision], user: User, *, at: datetime) -> list[DecisionLine]:
    """Lines for these decisions (a page of them: everything is read), in their order."""
    today = day_of(at)
    decisions = list(
        rows.select_related("plan", "asked_by", "decided_by").annotate(renewed_from=renewed_from())
    )
    children = Child.objects.filter(pk__in={row.child_id for row in decisions}).named_for(user, at=at)
    known = {child.pk: child for child in children} if decisions else {}
    return [_line(row, known[row.child_id], today) for row in decisions]


def _line(row: Any, child: Child, today: date) -> DecisionLine:
    return DecisionLine(
        uid=row.uid,
        child_uid=child.uid,
        shown_as=shown_as(child),
        plan_type=row.plan.plan_type,
        standing=standing_of(row, row.renewed_from, today),
        alternative=row.alternative,
        due_on=row.due_on,
        covers_from=row.covers_from,
        review_on=row.review_on,
        asked_by=row.asked_by.name,
        asked_at=row.asked_at,
        decided_by=row.decided_by.name if row.decided_by else "",
        renewal=row.renewal,
        retrospective=row.retrospective,
    )


def decisions_of(child: Child, *, at: datetime) -> list[DecisionLine]:
    """Every decision about the child, the latest asked for first; `child` comes from `named_for`."""
    today = day_of(at)
    rows = ManagementDecision.objects.filter(child=child).select_related("plan", "asked_by", "decided_by")
    return [_line(row, child, today) for row in rows.annotate(renewed_from=renewed_from())]


# --- One decision ---------------------------------------------------------------------------


def standing_of(row: ManagementDecision, begun: date | None, today: date) -> Standing:
    """`begun`: the first day of its authorised renewal."""
    return decision_rules.standing(
        state=row.state,
        covers_from=row.covers_from,
        review_on=row.review_on,
        renewed_from=begun,
        today=today,
    )


def renewal_by(decision: ManagementDecision) -> ManagementDecision | None:
    """The request or decision that renews this one, unless it was declined or withdrawn."""
    standing = [*OPEN, DecisionState.AUTHORISED]
    return ManagementDecision.objects.filter(renews=decision, state__in=standing).first()


def changes_of(decision: ManagementDecision) -> list[DecisionChange]:
    """Every move, the first one first, with what of the request changed since the move before."""
    changes = []
    earlier: dict[str, object] = {}
    for row in DecisionMove.objects.filter(decision=decision).select_related("moved_by").order_by("pk"):
        names = earlier.keys() & row.answers.keys()
        changes.append(
            DecisionChange(
                was=row.was,
                became=row.became,
                reason=row.reason,
                moved_by=row.moved_by.name,
                moved_at=row.moved_at,
                differences=tuple(
                    (name, earlier[name], row.answers[name])
                    for name in row.answers
                    if name in names and earlier[name] != row.answers[name]
                ),
            )
        )
        earlier = row.answers
    return changes


def contacts_of(decision: ManagementDecision) -> list[CoveredContact]:
    return [
        CoveredContact(visit.uid, visit.visit_date, visit.method, visit.authorised)
        for visit in covered_alternatives(decision)
    ]


def last_move(decision: ManagementDecision) -> DecisionMove | None:
    """Who last moved it, for somebody who had it open meanwhile."""
    moves = DecisionMove.objects.filter(decision=decision).select_related("moved_by")
    return moves.order_by("-pk").first()


def may_ask(child: Child, user: User, *, at: datetime) -> bool:
    """Whether `user` may ask for decisions about this child."""
    if not scopes(user.roles, Action.CREATE, Thing.DECISION):
        return False
    return Child.objects.open_to(user, Action.CREATE, Thing.DECISION, at=at).contains(child)


def rights_on(decision: ManagementDecision, user: User, *, at: datetime) -> DecisionRights:
    """What `user` may do to this decision now, by the same rules as the services."""
    moves = decision_rules.ALLOWED_MOVES[decision.state]
    decides, why_not = False, ""
    if DecisionState.DECLINED in moves and scopes(user.roles, Action.DECIDE, Thing.DECISION):
        decides = Child.objects.open_to(user, Action.DECIDE, Thing.DECISION, at=at).contains(decision.child)
    if decides:
        try:
            decision_rules.decider(
                person=user.pk,
                state=decision.state,
                asked_by=decision.asked_by_id,
                decided_by=decision.decided_by_id,
            )
        except Refusal as refusal:
            decides, why_not = False, refusal.message
    asks = may_ask(decision.child, user, at=at)
    return DecisionRights(
        decide=decides,
        why_not_decide=why_not,
        resubmit=asks and DecisionState.ASKED in moves and decision.asked_by_id == user.pk,
        withdraw=asks and DecisionState.WITHDRAWN in moves,
        renew=asks and _renewable(decision, at=at),
    )


def _renewable(decision: ManagementDecision, *, at: datetime) -> bool:
    if decision.state != DecisionState.AUTHORISED or renewal_by(decision):
        return False
    today = day_of(at)
    if not Plan.objects.open_on(today).filter(child=decision.child_id).exists():
        return False
    earlier = before(decision.child_id, today=today)
    return earlier is not None and earlier.uid == decision.uid and earlier.to_renew
