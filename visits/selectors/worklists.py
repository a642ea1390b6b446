"""What needs whom: a social worker's visits, a manager's queue, and what the start page shows of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.constants import Method
from visits.constants.oversight import AssessmentResult, DecisionState
from visits.facts import (
    AwaitingAuthorisation,
    ChildLine,
    EmergencyAccessLine,
    ManagerWork,
    SocialWorkerWork,
    WorkLine,
)
from visits.facts.exceptions import EXCEPTIONS, Concern, OversightFact
from visits.models import (
    Allocation,
    Child,
    Cover,
    EmergencyAccess,
    ManagementDecision,
    PreVisitAssessment,
    Visit,
)
from visits.querysets import ChildQuerySet, holds_on
from visits.rules.cover import DUE_SOON_DAYS
from visits.rules.records import in_words
from visits.selectors import alternatives, assessments, decisions, exceptions
from visits.selectors.exceptions import Found
from visits.selectors.lines import child_lines, not_seen_in_time, shown_as
from visits.selectors.oversight_rules import limit

_FAR = date.max

# --- A social worker's visits ---------------------------------------------------------------


def social_worker_work(user: User, *, at: datetime, limit: int = 20) -> SocialWorkerWork:
    """The caseload, covered children and records open in an emergency, overdue first, then by due date;
    the first `limit`."""
    lines = visits_to_make(user, at=at)
    today = day_of(at)
    return SocialWorkerWork(
        children=tuple(work_lines(lines[:limit], user, at=at)),
        total=len(lines),
        overdue=sum(line.overdue(today) for line in lines),
    )


def visits_to_make(user: User, *, at: datetime, due_only: bool = False) -> list[ChildLine]:
    """Every child whom this person visits, what is overdue first, then by due date; with `due_only` what
    is overdue or due within DUE_SOON_DAYS."""
    caseload = Child.objects.open_to(user, Action.CREATE, Thing.VISIT, at=at)
    lines = sorted(child_lines(caseload, user, at=at), key=_urgency)
    soon = day_of(at) + timedelta(days=DUE_SOON_DAYS)
    return [line for line in lines if line.due_by and line.due_by <= soon] if due_only else lines


def work_lines(lines: Iterable[ChildLine], user: User, *, at: datetime) -> list[WorkLine]:
    """The same lines (a page of them) with decisions, alternatives in a row, and assessments."""
    rows = list(lines)
    if not rows:
        return []
    today = day_of(at)
    soon = today + timedelta(days=DUE_SOON_DAYS)
    keys = dict(Child.objects.filter(uid__in=[line.uid for line in rows]).values_list("uid", "pk"))
    children = list(keys.values())
    chains = alternatives.chain_lengths(children)
    live = {
        child: (until, alternative)
        for child, until, alternative in ManagementDecision.objects.filter(
            decisions.is_live(today), child__in=children
        )
        .order_by("review_on", "pk")
        .values_list("child", "review_on", "alternative")
    }
    covering = dict(
        Cover.objects.filter(holds_on(today), user=user, child__in=children, ended_at=None)
        .exclude(child__in=Allocation.objects.filter(holds_on(today), user=user).values("child"))
        .values_list("child", "until_date")
    )
    assessed = _assessed(children, at) if _assessment_needed(today) else None
    found = []
    for line in rows:
        key = keys[line.uid]
        until, alternative = live.get(key, (None, ""))
        covers_until = covering.get(key)
        due = line.due_by is not None and line.due_by <= soon
        found.append(
            WorkLine(
                **vars(line),
                decision_until=until,
                alternative=alternative,
                chain=chains.get(key, 0),
                assessment_needed=due and assessed is not None and key not in assessed,
                covers_until=covers_until - timedelta(days=1) if covers_until else None,
            )
        )
    return found


def _assessment_needed(today: date) -> bool:
    try:
        return bool(limit(assessments.NEEDED, today))
    except Refusal:
        # No rule: none was ever asked for here.
        return False


def _assessed(children: Collection[int], at: datetime) -> set[int]:
    standing = PreVisitAssessment.objects.filter(child__in=children, made_at__lte=at, valid_until__gt=at)
    return set(standing.order_by().values_list("child", flat=True))


# --- A manager's queue ----------------------------------------------------------------------

# Everything that a manager can still act on. Visits without or against an assessment are over: they are the
# oversight dashboard's.
QUEUE = frozenset(Concern) - {Concern.VISIT_WITHOUT_ASSESSMENT, Concern.DO_NOT_GO_OVERRIDDEN}


@dataclass(frozen=True)
class Queue:
    """What waits for one manager: the most urgent first, and how many of each kind there are."""

    rows: tuple[Found, ...]
    # Of all kinds, also where `rows` are of one.
    counts: tuple[tuple[Concern, int], ...]
    total: int


def queue(user: User, *, at: datetime, kind: str = "") -> Queue:
    """Of the teams that this person manages, without what only another may do (four eyes). `kind`: a code
    of QUEUE; empty: all. In the order of exception_rules: harm times delay."""
    team = Child.objects.open_to(user, Action.EDIT, Thing.PLAN, at=at)
    if not scopes(user.roles, Action.EDIT, Thing.PLAN):
        return Queue((), (), 0)
    waiting = [*_decisions_to_take(user, at), *_lapsing(team, at), *_to_countersign(user, at)]
    wrong = exceptions.collect(team, at=at, codes=QUEUE & EXCEPTIONS, reader=user.pk)
    rows = exceptions.ordered([*waiting, *wrong], day_of(at))
    counts = [(code, sum(row.code == code for row in rows)) for code in Concern]
    return Queue(
        rows=tuple(row for row in rows if not kind or row.code == kind),
        counts=tuple((code, number) for code, number in counts if number),
        total=len(rows),
    )


def queue_facts(rows: Iterable[Found], user: User, *, at: datetime) -> list[OversightFact]:
    """A page of the queue, in its order."""
    return exceptions.facts(list(rows), user, at=at)


def _decisions_to_take(user: User, at: datetime) -> Iterable[Found]:
    rows = decisions.listed(user, "mine", at=at)
    for child, uid, state, asked_at, decided_at, name, method in rows.values_list(
        "child", "uid", "state", "asked_at", "decided_at", "asked_by__name", "alternative"
    ):
        what = str(Method(method).label).lower()
        if state == DecisionState.SECOND:
            since = day_of(decided_at or asked_at)
            words = f"A first manager approved a {what} in place of a visit on {in_words(since)}."
            yield Found(Concern.SECOND_APPROVAL, child, since, words, "decision", uid)
        else:
            since = day_of(asked_at)
            words = f"{name} asked on {in_words(since)} for a {what} in place of a visit."
            yield Found(Concern.DECISION_TO_TAKE, child, since, words, "decision", uid)


def _lapsing(team: ChildQuerySet, at: datetime) -> Iterable[Found]:
    """Live decisions that end soon and that nobody has asked to renew, while the child was not seen."""
    today = day_of(at)
    renewals = ManagementDecision.objects.filter(
        renews=OuterRef("pk"), state__in=[*decisions.OPEN, DecisionState.AUTHORISED]
    )
    seen = Visit.objects.counting().filter(
        child=OuterRef("child"), method=Method.FACE_TO_FACE, visit_date__gte=OuterRef("covers_from")
    )
    rows = ManagementDecision.objects.filter(
        decisions.is_live(today),
        ~Exists(renewals),
        ~Exists(seen.filter(visit_date__lte=today)),
        child__in=team,
        review_on__lte=today + timedelta(days=exceptions.LAPSING_DAYS),
    )
    for child, uid, review_on in rows.values_list("child", "uid", "review_on"):
        words = f"The decision ends on {in_words(review_on)}, and nobody has asked for its renewal."
        # What ends today is not late yet.
        yield Found(Concern.DECISION_LAPSING, child, review_on, words, "decision", uid)


def _to_countersign(user: User, at: datetime) -> Iterable[Found]:
    rows = assessments.to_countersign(user, at=at).exclude(made_by=user)
    for row in rows:
        since = day_of(row.made_at)
        against = row.proposed == AssessmentResult.DO_NOT_GO
        why = "although the answers spoke against it" if against else "where somebody has symptoms"
        words = f"{row.made_by.name} chose to go on {in_words(since)} {why}."
        yield Found(Concern.ASSESSMENT_TO_COUNTERSIGN, row.child_id, since, words, "assessment", row.uid)


# --- The start page -------------------------------------------------------------------------


def manager_work(user: User, *, at: datetime, limit: int = 10) -> ManagerWork:
    """Children of the manager's teams not seen in time, and the head of the queue. The lists hold at
    most `limit`; counts are of all."""
    team = Child.objects.open_to(user, Action.EDIT, Thing.PLAN, at=at)
    late = not_seen_in_time(team, today=day_of(at))
    waits = queue(user, at=at)
    return ManagerWork(
        not_seen_in_time=tuple(sorted(child_lines(_longest_unseen(late)[:limit], user, at=at), key=_urgency)),
        not_seen_count=late.count(),
        queue=tuple(queue_facts(waits.rows[:limit], user, at=at)),
        queue_count=waits.total,
        queue_counts=waits.counts,
    )


def _longest_unseen(children: ChildQuerySet) -> ChildQuerySet:
    contacts = Visit.objects.counting().filter(child=OuterRef("pk")).order_by("-visit_date")
    last = children.annotate(last_contact=Subquery(contacts.values("visit_date")[:1]))
    return last.order_by(F("last_contact").asc(nulls_first=True), "pk")


def _urgency(line: ChildLine) -> tuple[date, str]:
    return (line.due_by or _FAR, line.shown_as)


def awaiting_authorisation(user: User, *, at: datetime) -> QuerySet[Visit]:
    """Alternatives of the manager's teams that do not count yet, the oldest first."""
    team = Child.objects.open_to(user, Action.DECIDE, Thing.ALTERNATIVE, at=at)
    return Visit.objects.awaiting_authorisation().filter(child__in=team).order_by("visit_date", "pk")


def awaiting_lines(visits: QuerySet[Visit]) -> list[AwaitingAuthorisation]:
    return [
        AwaitingAuthorisation(
            visit_uid=visit.uid,
            child_uid=visit.child.uid,
            shown_as=visit.child.child_ref,
            visit_date=visit.visit_date,
            method=visit.method,
            recorded_by=visit.recorded_by.name if visit.recorded_by else "",
        )
        for visit in visits.select_related("child", "recorded_by")
    ]


def emergency_accesses(user: User, *, at: datetime) -> QuerySet[EmergencyAccess]:
    """For a manager those to records of own teams, for an auditor all, the latest first."""
    managed = Child.objects.open_to(user, Action.EDIT, Thing.PLAN, at=at)
    accesses = EmergencyAccess.objects.order_by("-opened_at", "-pk")
    if Scope.PSEUDONYMISED in scopes(user.roles, Action.VIEW, Thing.CHILD):
        return accesses.filter(child__in=Child.objects.visible_to(user, at=at))
    return accesses.filter(child__in=managed)


def emergency_lines(
    accesses: QuerySet[EmergencyAccess], user: User, *, at: datetime
) -> list[EmergencyAccessLine]:
    rows = list(accesses.select_related("user", "seen_by"))
    children = Child.objects.filter(pk__in=[row.child_id for row in rows]).named_for(user, at=at)
    known = {child.pk: child for child in children}
    return [
        EmergencyAccessLine(
            uid=row.uid,
            child_uid=known[row.child_id].uid,
            shown_as=shown_as(known[row.child_id]),
            person=row.user.name,
            reason=row.reason,
            opened_at=row.opened_at,
            closes_at=row.closes_at,
            seen_at=row.seen_at,
            seen_by=row.seen_by.name if row.seen_by else "",
            own=row.user_id == user.pk,
        )
        for row in rows
    ]
