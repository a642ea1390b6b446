"""The interpretation of guidance, read: whose it is, what waits, and how long it took."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import InterpretationState, VersionState
from guidance.facts.interpretation import IssuedIn
from guidance.models import GuidanceVersion, Interpretation, InterpretationEdit, TopicOwner
from partners.facts.waiting import Waiting
from safeguarding.kernel.periods import day_of

# Waits for somebody to do something until it is issued.
OPEN_STATES = (VersionState.RECEIVED, VersionState.ASSESSED, VersionState.INTERPRETED, VersionState.APPROVED)
_KEEPING_ROLES = tuple(
    role for role in Role if Scope.ALL in scopes(frozenset({role}), Action.EDIT, Thing.GUIDANCE)
)


def keepers() -> QuerySet[User]:
    """Who keeps the register and may own guidance, by name."""
    holds = Q(grants__ended_at=None) & (Q(grants__needs_second=False) | Q(grants__seconded_at__isnull=False))
    keeping = get_user_model().objects.filter(holds, grants__right__in=_KEEPING_ROLES).values("pk")
    return get_user_model().objects.filter(is_active=True, pk__in=keeping).order_by("name", "pk")


def keeps(user: User) -> bool:
    return Scope.ALL in scopes(user.roles, Action.EDIT, Thing.GUIDANCE)


def topic_owners(day: date) -> dict[str, User]:
    """Who sees to each topic on `day`, by its code; who keeps the register no longer is left out."""
    rows = TopicOwner.objects.filter(from_date__lte=day).filter(
        Q(until_date=None) | Q(until_date__gt=day), user__in=keepers()
    )
    return {row.topic: row.user for row in rows.select_related("user")}


def current(of: GuidanceVersion) -> Interpretation | None:
    """The interpretation that is open or approved, else the last one that was sent back."""
    return (
        of.interpretations.select_related("author", "submitted_by", "decided_by").order_by("-number").first()
    )


def issued_interpretation(of: GuidanceVersion) -> Interpretation | None:
    """What was (or, once approved, will be) told to people."""
    return of.interpretations.filter(state=InterpretationState.APPROVED).order_by("-number").first()


def writers(interpretation: Interpretation) -> set[int]:
    """Keys of everybody who wrote in it or put it forward; where it says word for word what an earlier one
    of the same version said, also of that one."""
    same = Interpretation.objects.filter(
        of=interpretation.of_id, meaning=interpretation.meaning, to_do=interpretation.to_do
    )
    rounds = list(same.filter(number__lte=interpretation.number))
    found = {row.author_id for row in rounds} | {row.submitted_by_id for row in rounds if row.submitted_by_id}
    edits = InterpretationEdit.objects.filter(interpretation__in=rounds)
    return found | set(edits.values_list("by", flat=True))


def work(*, state: str = "", owner: User | None = None, overdue_on: date | None = None) -> QuerySet:
    """Versions that wait to be issued, by due date; each with its item, owner and open interpretation (in
    `open_interpretations`). Of the work list of who keeps the register."""
    rows = GuidanceVersion.objects.filter(state__in=(state,) if state in OPEN_STATES else OPEN_STATES)
    if owner:
        rows = rows.filter(item__owner=owner)
    if overdue_on:
        rows = rows.filter(due_on__lt=overdue_on)
    opened = Interpretation.objects.exclude(state=InterpretationState.SENT_BACK).select_related("author")
    return (
        rows.select_related("item", "item__owner")
        .prefetch_related(Prefetch("interpretations", opened, to_attr="open_interpretations"))
        .order_by("due_on", "item__number", "number")
    )


def counts(today: date) -> dict[str, int]:
    """How many versions stand in each open state, and 'overdue'. One query."""
    late = Case(When(due_on__lt=today, then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = GuidanceVersion.objects.filter(state__in=OPEN_STATES).annotate(late=late)
    found = dict.fromkeys([*OPEN_STATES, "overdue"], 0)
    for state, is_late in rows.values_list("state", "late"):
        found[state] += 1
        found["overdue"] += is_late
    return found


def issued_in(*, first: date | None = None, last: date | None = None) -> list[IssuedIn]:
    """Every issued version with its days from publication (else receipt) to issue, by day of issue; of those
    issued from `first` to `last`. One query."""
    rows = (
        GuidanceVersion.objects.filter(issued_at__isnull=False).select_related("item").order_by("issued_at")
    )
    found = [_issued_in(row, row.issued_at) for row in rows if row.issued_at]
    return [
        one
        for one in found
        if (first is None or one.issued_on >= first) and (last is None or one.issued_on <= last)
    ]


def _issued_in(version: GuidanceVersion, at: datetime) -> IssuedIn:
    return IssuedIn(
        version_uid=version.uid,
        label=version.item.label,
        title=version.title,
        force=version.force,
        since=version.published_on or version.received_on,
        issued_on=day_of(at),
    )


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What of the interpretation waits for who keeps the register; two queries."""
    if not keeps(user):
        return []
    today = day_of(at)
    rows = GuidanceVersion.objects.filter(state__in=OPEN_STATES)
    mine = rows.filter(item__owner=user, state__in=(VersionState.RECEIVED, VersionState.ASSESSED))
    found = _line(
        mine.values_list("due_on", flat=True),
        today,
        "waits for your interpretation",
        "wait for your interpretation",
    )
    wrote = InterpretationEdit.objects.filter(interpretation__of__state=VersionState.INTERPRETED, by=user)
    others = rows.filter(state=VersionState.INTERPRETED).exclude(
        pk__in=wrote.exclude(interpretation__state=InterpretationState.SENT_BACK).values("interpretation__of")
    )
    found += _line(
        others.values_list("due_on", flat=True), today, "waits for your approval", "wait for your approval"
    )
    return found


def _line(due: Iterable[date], today: date, one: str, many: str) -> list[Waiting]:
    days = list(due)
    count = len(days)
    words = f"1 piece of guidance {one}" if count == 1 else f"{count:,} pieces of guidance {many}"
    return [Waiting(count, words, "guidance_work", overdue=any(day < today for day in days))]
