"""What is wrong, or waits, with children's visits: the door for worklists, the oversight dashboard and
audit sampling. A fixed number of queries, whatever the number of children; the children come as a query.

A concern comes from a rule of exception_rules (or of the neighbours') over what the database narrowed.
Past events (alternatives and visits) are looked at for LOOK_BACK_DAYS.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.constants import Permission
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.audit_codes import audit_code
from visits.constants import Method, PlanType, Status, TeamRole
from visits.constants.oversight import DecisionState
from visits.facts.exceptions import EXCEPTIONS, Concern, ConcernCount, OversightFact
from visits.models import (
    Child,
    EmergencyAccess,
    HazardFlag,
    ManagementDecision,
    Plan,
    PlanTeam,
    TeamMember,
    Visit,
)
from visits.querysets import ChildQuerySet, holds_on
from visits.rules import exceptions as exception_rules
from visits.rules.records import in_words
from visits.selectors import assessments, decisions, flags
from visits.selectors.alternatives import CHAIN_LIMIT
from visits.selectors.cover import unowned
from visits.selectors.due_plans import DuePlan, plans_due
from visits.selectors.lines import shown_as
from visits.selectors.oversight_rules import limit
from visits.selectors.standing_flags import live_on

# A quarter: what audit sampling draws from, and longer than any decision could still cover.
LOOK_BACK_DAYS = 91
MOST_VULNERABLE = "most_vulnerable"
LAPSING_DAYS = 7


@dataclass(frozen=True)
class Found:
    """A concern as it was found: keys, and the words. Dressed for a reader by `facts`."""

    code: Concern
    # Key.
    child: int
    since: date
    sentence: str
    # Name of the page to act on, and the uid in its address; None: the child's.
    page: str = "child"
    uid: UUID | None = None

    def age(self, today: date) -> int:
        return (today - self.since).days


# --- Doors ----------------------------------------------------------------------------------


def find(
    user: User, *, at: datetime, codes: Collection[Concern] = EXCEPTIONS, since: date | None = None
) -> list[OversightFact]:
    """Exceptions of the children for whom this person answers, or for an auditor of all under audit
    codes; what is most urgent first. `since`: how far back past events go (LOOK_BACK_DAYS)."""
    return facts(collect(children_of(user, at=at), at=at, codes=codes, since=since), user, at=at)


def find_in_teams(
    teams: Collection[int] | None,
    *,
    at: datetime,
    codes: Collection[Concern] = EXCEPTIONS,
    since: date | None = None,
) -> list[OversightFact]:
    """The same for teams by key (None: all), for no reader: children stand under audit codes."""
    return facts(collect(_in_teams(teams, day_of(at)), at=at, codes=codes, since=since), None, at=at)


def counts(
    *,
    at: datetime,
    teams: Collection[int] | None = None,
    codes: Collection[Concern] = EXCEPTIONS,
    since: date | None = None,
) -> list[ConcernCount]:
    """Facts by code and team (keys; None: all), the codes in their order, then teams by name. Plain: who
    shows them to a board suppresses them."""
    rows = collect(_in_teams(teams, day_of(at)), at=at, codes=codes, since=since)
    places = _places({row.child for row in rows}, day_of(at))
    nowhere = (None, None, "")
    number: Counter[tuple[Concern, str, UUID | None]] = Counter()
    children: dict[tuple[Concern, str, UUID | None], set[int]] = defaultdict(set)
    for row in rows:
        _, uid, name = places.get(row.child, nowhere)
        number[row.code, name, uid] += 1
        children[row.code, name, uid].add(row.child)
    order = {code: place for place, code in enumerate(Concern)}
    return [
        ConcernCount(code, name, uid, number[code, name, uid], len(children[code, name, uid]))
        for code, name, uid in sorted(number, key=lambda key: (order[key[0]], key[1]))
    ]


def children_of(user: User, *, at: datetime) -> ChildQuerySet:
    """Children for whom this person answers; for an auditor all."""
    if not scopes(user.roles, Action.VIEW, Thing.OVERSIGHT):
        return Child.objects.none()
    if Scope.PSEUDONYMISED in scopes(user.roles, Action.VIEW, Thing.CHILD):
        return Child.objects.visible_to(user, at=at)
    return Child.objects.open_to(user, Action.VIEW, Thing.OVERSIGHT, at=at)


def _in_teams(teams: Collection[int] | None, today: date) -> ChildQuerySet:
    if teams is None:
        return Child.objects.all()
    # By the teams' few places: asked child by child, SQLite would go through them for each.
    places = PlanTeam.objects.filter(holds_on(today), team__in=list(teams))
    return Child.objects.filter(pk__in=places.values("plan__child"))


# --- Finding --------------------------------------------------------------------------------


@dataclass
class Search:
    """What every concern is looked for with; what several need is read once."""

    children: QuerySet[Child]
    at: datetime
    first: date
    # Key of who is to act: what this person may not do for being one of four eyes is left out.
    reader: int | None = None
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = day_of(self.at)

    def in_open_plans(self) -> Exists:
        return Exists(Plan.objects.open_on(self.today).filter(child=OuterRef("child")))

    @cached_property
    def chains(self) -> dict[int, list[date]]:
        """Child key -> days of the alternatives since the child was last seen face to face, for children
        with an open plan."""
        later = _seen(self.today).filter(child=OuterRef("child"))
        later = later.filter(
            Q(visit_date__gt=OuterRef("visit_date"))
            | Q(visit_date=OuterRef("visit_date"), pk__gt=OuterRef("pk"))
        )
        rows = (
            Visit.objects.filter(
                self.in_open_plans(),
                child__in=self.children,
                status=Status.COMPLETED,
                visit_date__lte=self.today,
            )
            .exclude(method=Method.FACE_TO_FACE)
            .exclude(Exists(later))
        )
        found: dict[int, list[date]] = defaultdict(list)
        for child, day in rows.order_by("visit_date", "pk").values_list("child", "visit_date"):
            found[child].append(day)
        return found

    @cached_property
    def decided_on(self) -> dict[int, list[date]]:
        """Child key -> days on which authorised decisions about the child came to stand."""
        rows = ManagementDecision.objects.filter(child__in=self.children, state=DecisionState.AUTHORISED)
        found: dict[int, list[date]] = defaultdict(list)
        for child, decided, seconded in rows.order_by().values_list("child", "decided_at", "seconded_at"):
            if stood := seconded or decided:
                found[child].append(day_of(stood))
        return found

    @cached_property
    def not_seen(self) -> list[DuePlan]:
        """Open plans whose interval has run out without a face-to-face visit, of children on a child
        protection plan or flagged as most vulnerable."""
        flagged = _most_vulnerable(self.today).filter(child=OuterRef("child"))
        return plans_due(
            self.children,
            by=self.today - timedelta(days=1),
            today=self.today,
            face_to_face=True,
            where=Q(plan_type=PlanType.CP) | Q(Exists(flagged)),
        )

    @cached_property
    def gaps(self) -> list[assessments.VisitGap]:
        return assessments.visit_gaps(self.children, self.first, self.today)


def _seen(today: date) -> QuerySet[Visit]:
    """Visits at which the child was seen face to face."""
    return Visit.objects.counting().filter(method=Method.FACE_TO_FACE, visit_date__lte=today)


def _most_vulnerable(today: date) -> QuerySet[HazardFlag]:
    return HazardFlag.objects.filter(live_on(today), kind__code=MOST_VULNERABLE)


def collect(
    children: QuerySet[Child],
    *,
    at: datetime,
    codes: Collection[Concern],
    since: date | None = None,
    reader: int | None = None,
) -> list[Found]:
    """Exceptions of these codes, what is most urgent first. What waits for a certain person is the
    worklists' (`worklists.queue`); `reader`, by key, is not told what only another may do."""
    today = day_of(at)
    search = Search(children, at, since or today - timedelta(days=LOOK_BACK_DAYS), reader)
    rows = [row for code, look in _LOOKS.items() if code in codes for row in look(search)]
    return ordered(rows, today)


def ordered(rows: Iterable[Found], today: date) -> list[Found]:
    return sorted(
        rows, key=lambda row: (*exception_rules.order(row.code, row.age(today)), row.child, str(row.uid))
    )


def _most_vulnerable_not_seen(search: Search) -> Iterable[Found]:
    flagged = _most_vulnerable(search.today).filter(child__in=search.children)
    marked = set(flagged.values_list("child", flat=True))
    first: dict[int, date] = {}
    for plan in search.not_seen:
        if plan.child in marked:
            first[plan.child] = min(plan.due_by, first.get(plan.child, plan.due_by))
    for child, due in first.items():
        yield Found(
            Concern.MOST_VULNERABLE_NOT_SEEN,
            child,
            due,
            f"Flagged as most vulnerable. A face-to-face visit was due by {in_words(due)}.",
        )


def _cp_not_seen(search: Search) -> Iterable[Found]:
    late = {plan.child: plan.due_by for plan in search.not_seen if plan.plan_type == PlanType.CP}
    live = ManagementDecision.objects.filter(decisions.is_live(search.today), child__in=search.children)
    decided = set(live.values_list("child", flat=True)) if late else set()
    for child, due in late.items():
        if child not in decided:
            yield Found(
                Concern.CP_NOT_SEEN,
                child,
                due,
                f"On a child protection plan. A face-to-face visit was due by {in_words(due)}, and no "
                "decision covers today.",
            )


def _due_without_owner(search: Search) -> Iterable[Found]:
    for row in unowned(search.children, today=search.today):
        late = row.due_by < search.today
        why = (
            f"{' and '.join(row.away)} {'are' if len(row.away) > 1 else 'is'} away and nobody covers"
            if row.away
            else "No social worker who may open the record holds the case"
        )
        # Nobody has owned it at least since it fell due; before that it is not late.
        yield Found(
            Concern.DUE_WITHOUT_OWNER,
            row.child,
            row.due_by,
            f"A visit {'was' if late else 'is'} due by {in_words(row.due_by)}. {why}.",
            "cover_child",
        )


def _ended_decisions(search: Search) -> list[Found]:
    """Both codes of decisions whose days are over."""
    waits = ManagementDecision.objects.filter(
        renews=OuterRef("pk"), state__in=[DecisionState.ASKED, DecisionState.SECOND, DecisionState.SENT_BACK]
    )
    since_start = _seen(search.today).filter(child=OuterRef("child"), visit_date__gte=OuterRef("covers_from"))
    rows = ManagementDecision.objects.filter(decisions.is_lapsed(search.today), child__in=search.children)
    rows = rows.annotate(waits=Exists(waits), seen=Exists(since_start))
    found = []
    for child, uid, review_on, renewal, seen in rows.values_list(
        "child", "uid", "review_on", "waits", "seen"
    ):
        code = exception_rules.ended_decision(
            review_on=review_on, today=search.today, seen_since_start=seen, renewal_waits=renewal
        )
        if not code:
            continue
        words = (
            f"The decision ended on {in_words(review_on)} and the child has not been seen face to face since "
        )
        words += "it began. " + ("Its renewal is not decided." if renewal else "It was not renewed.")
        found.append(Found(Concern(code), child, review_on + timedelta(days=1), words, "decision", uid))
    return found


def _decision_lapsed(search: Search) -> Iterable[Found]:
    return (row for row in _ended_decisions(search) if row.code == Concern.DECISION_LAPSED)


def _decision_past_review(search: Search) -> Iterable[Found]:
    return (row for row in _ended_decisions(search) if row.code == Concern.DECISION_PAST_REVIEW)


def _chain(search: Search) -> Iterable[Found]:
    try:
        longest = limit(CHAIN_LIMIT, search.today)
    except Refusal:
        # Without a limit no chain is too long; the pages of alternatives say that it is missing.
        return
    for child, days in search.chains.items():
        if len(days) < longest:
            continue
        reached = exception_rules.chain_without_decision(days, search.decided_on.get(child, ()), longest)
        if reached:
            yield Found(
                Concern.CHAIN,
                child,
                reached,
                f"{len(days)} contacts in a row were not face to face, and no manager decided anew after the "
                f"last {longest}.",
                "ask_decision",
            )


def _alternative_without_decision(search: Search) -> Iterable[Found]:
    covering = ManagementDecision.objects.filter(
        child=OuterRef("child"),
        state=DecisionState.AUTHORISED,
        covers_from__lte=OuterRef("visit_date"),
        review_on__gte=OuterRef("visit_date"),
    )
    rows = Visit.objects.filter(
        ~Exists(covering),
        child__in=search.children,
        status=Status.COMPLETED,
        authorised=False,
        visit_date__gte=search.first,
        visit_date__lte=search.today,
    ).exclude(method=Method.FACE_TO_FACE)
    for child, uid, day, method in rows.order_by().values_list("child", "uid", "visit_date", "method"):
        yield Found(
            Concern.ALTERNATIVE_WITHOUT_DECISION,
            child,
            day,
            f"{Method(method).label} on {in_words(day)} without a management decision that covers the day.",
            "visit",
            uid,
        )


def _isolation_expired(search: Search) -> Iterable[Found]:
    """Kinds that end by themselves are isolation and symptoms."""
    of_kind = HazardFlag.objects.filter(kind__lasts_days__isnull=False)
    stands = of_kind.filter(live_on(search.today), child=OuterRef("child"))
    over = of_kind.filter(
        ~Exists(stands), search.in_open_plans(), child__in=search.children, ends_on__lte=search.today
    )
    # Of several the last to end.
    rows = over.order_by("ends_on", "pk").values_list("child", "ends_on")
    ended = {child: day for child, day in rows if day}
    for child, day in ended.items():
        first = exception_rules.isolation_over(
            day, search.chains.get(child, ()), search.decided_on.get(child, ()), today=search.today
        )
        if first:
            yield Found(
                Concern.ISOLATION_EXPIRED,
                child,
                first,
                f"Isolation ended on {in_words(day)}. On {in_words(first)} and since the child was not "
                "seen face to face, and nobody decided anew.",
            )


def _visit_gaps(code: Concern, words: str) -> Callable[["Search"], Iterable[Found]]:
    def look(search: Search) -> Iterable[Found]:
        for gap in search.gaps:
            if gap.code == code:
                day = in_words(gap.visit_date)
                yield Found(
                    code, gap.child, gap.visit_date, f"Visit on {day} {words}.", "visit", gap.visit_uid
                )

    return look


def _emergency_unseen(search: Search) -> Iterable[Found]:
    rows = EmergencyAccess.objects.filter(child__in=search.children, seen_at=None)
    rows = rows.exclude(user=search.reader) if search.reader else rows
    for child, opened_at, name in rows.values_list("child", "opened_at", "user__name"):
        day = day_of(opened_at)
        yield Found(
            Concern.EMERGENCY_ACCESS_UNSEEN,
            child,
            day,
            f"{name} opened the record in an emergency on {in_words(day)}. No manager has looked at it.",
            "emergency_accesses",
        )


def _flag_past_review(search: Search) -> Iterable[Found]:
    today = search.today
    rows = HazardFlag.objects.filter(
        flags.has_lapsed(today), live_on(today), child__in=search.children, review_on__lt=today
    )
    for child, uid, name, review_on in rows.values_list("child", "uid", "kind__name", "review_on"):
        yield Found(
            Concern.FLAG_PAST_REVIEW,
            child,
            review_on + timedelta(days=1),
            f"The flag “{name}” was to be reviewed by {in_words(review_on)}.",
            "flag",
            uid,
        )


def _flag_without_agreement(search: Search) -> Iterable[Found]:
    rows = HazardFlag.objects.filter(flags.awaits_agreement(search.today), child__in=search.children)
    rows = rows.exclude(raised_by=search.reader) if search.reader else rows
    for child, uid, name, raised_at in rows.values_list("child", "uid", "kind__name", "raised_at"):
        day = day_of(raised_at)
        yield Found(
            Concern.FLAG_WITHOUT_AGREEMENT,
            child,
            day,
            f"The flag “{name}” was raised on {in_words(day)}, and no manager has agreed to it.",
            "flag",
            uid,
        )


_LOOKS: dict[Concern, Callable[[Search], Iterable[Found]]] = {
    Concern.MOST_VULNERABLE_NOT_SEEN: _most_vulnerable_not_seen,
    Concern.CP_NOT_SEEN: _cp_not_seen,
    Concern.DUE_WITHOUT_OWNER: _due_without_owner,
    Concern.DO_NOT_GO_OVERRIDDEN: _visit_gaps(
        Concern.DO_NOT_GO_OVERRIDDEN,
        "although the last assessment said not to go, and no manager has countersigned it",
    ),
    Concern.DECISION_LAPSED: _decision_lapsed,
    Concern.DECISION_PAST_REVIEW: _decision_past_review,
    Concern.CHAIN: _chain,
    Concern.ALTERNATIVE_WITHOUT_DECISION: _alternative_without_decision,
    Concern.ISOLATION_EXPIRED: _isolation_expired,
    Concern.EMERGENCY_ACCESS_UNSEEN: _emergency_unseen,
    Concern.VISIT_WITHOUT_ASSESSMENT: _visit_gaps(
        Concern.VISIT_WITHOUT_ASSESSMENT, "without an assessment, when one was needed"
    ),
    Concern.FLAG_PAST_REVIEW: _flag_past_review,
    Concern.FLAG_WITHOUT_AGREEMENT: _flag_without_agreement,
}


# --- For a reader ---------------------------------------------------------------------------


def facts(rows: Sequence[Found], user: User | None, *, at: datetime) -> list[OversightFact]:
    """Facts in the order of `rows`, as `user` sees the children; None: under audit codes."""
    if not rows:
        return []
    today = day_of(at)
    keys = {row.child for row in rows}
    children = Child.objects.filter(pk__in=keys)
    known = {child.pk: child for child in (children.named_for(user, at=at) if user else children)}
    places = _places(keys, today)
    managers = _managers({team for team, _, _ in places.values()}, today)
    return [_fact(row, known[row.child], places.get(row.child), managers, user, today) for row in rows]


def _fact(
    row: Found,
    child: Child,
    place: tuple[int, UUID, str] | None,
    managers: dict[int | None, tuple[str, ...]],
    user: User | None,
    today: date,
) -> OversightFact:
    team, team_uid, name = place or (None, None, "")
    age = row.age(today)
    address = [] if row.page == "emergency_accesses" else [row.uid or child.uid]
    return OversightFact(
        code=row.code,
        severity=exception_rules.HARM[row.code],
        urgency=exception_rules.urgency(row.code, age),
        child_uid=child.uid,
        shown_as=shown_as(child) if user else audit_code(child.uid),
        team=name,
        team_uid=team_uid,
        managers=managers.get(team) or managers[None],
        since=row.since,
        age=max(age, 0),
        sentence=row.sentence,
        link=reverse(row.page, args=address),
    )


def _places(children: Collection[int], today: date) -> dict[int, tuple[int, UUID, str]]:
    """Child key -> team (key, uid, name) that holds the plan open the longest, or else closed last."""
    rows = PlanTeam.objects.filter(holds_on(today), plan__child__in=children).values_list(
        "plan__child",
        "plan__start_date",
        "plan__end_date",
        "plan__ref_order",
        "team",
        "team__uid",
        "team__name",
    )
    best: dict[int, tuple] = {}
    for child, start, end, ref, *team in rows:
        is_open = start <= today and (end is None or end > today)
        rank = (0, start.toordinal(), ref) if is_open else (1, -(end or start).toordinal(), ref)
        if child not in best or rank < best[child][0]:
            best[child] = (rank, tuple(team))
    return {child: team for child, (_, team) in best.items()}


def _managers(teams: Collection[int | None], today: date) -> dict[int | None, tuple[str, ...]]:
    """Team key -> names of its managers; None -> the heads of service, for teams without one."""
    rows = TeamMember.objects.filter(
        holds_on(today), team__in=teams, role=TeamRole.MANAGER, user__is_active=True
    )
    found: dict[int | None, list[str]] = defaultdict(list)
    for team, name in rows.order_by("user__name", "user").values_list("team", "user__name"):
        found[team].append(name)
    heads = User.objects.holding(Permission.HEAD_OF_SERVICE).order_by("name", "pk")
    return {None: tuple(heads.values_list("name", flat=True))} | {
        team: tuple(names) for team, names in found.items()
    }
