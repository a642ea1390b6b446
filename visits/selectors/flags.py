"""Hazard flags: on a child's record, in lists, what waits for a manager, and counts by month and team."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel import disclosure
from safeguarding.kernel.disclosure import Leaf
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of
from visits.facts.flags import FlagCount, FlagKindFact, FlagLine, FlagReviewLine
from visits.models import Child, HazardFlag, HazardFlagKind, PlanTeam, Team
from visits.querysets import holds_on
from visits.rules import flags as flag_rules
from visits.rules.flags import FlagStanding, FlagState, KindTerms
from visits.selectors.lines import shown_as
from visits.selectors.standing_flags import live_on, stands_on

# --- Rows as the rules read them ------------------------------------------------------------


def state_of(flag: HazardFlag) -> FlagState:
    return FlagState(
        raised_by=flag.raised_by_id,
        agreed=flag.agreed_at is not None,
        cleared=flag.cleared_at is not None,
        starts_on=flag.starts_on,
        review_on=flag.review_on,
        ends_on=flag.ends_on,
    )


def terms_of(kind: HazardFlagKind) -> KindTerms:
    return KindTerms(kind.lasts_days, kind.review_days, kind.needs_agreement)


def kinds_to_raise(*, on: date) -> list[FlagKindFact]:
    """Kinds that may be raised on that day, by name."""
    rows = HazardFlagKind.objects.filter(Q(retired_on=None) | Q(retired_on__gt=on)).order_by("name")
    return [_kind_fact(row) for row in rows]


def _kind_fact(kind: HazardFlagKind) -> FlagKindFact:
    return FlagKindFact(kind.code, kind.name, kind.lasts_days, kind.review_days, kind.needs_agreement)


# --- Conditions -----------------------------------------------------------------------------


def awaits_agreement(day: date) -> Q:
    return live_on(day) & Q(agreed_at=None, kind__needs_agreement=True)


def has_lapsed(day: date) -> Q:
    """Past its review or past its end, not cleared, and no later flag of the kind in its place: to be
    renewed or removed."""
    later = HazardFlag.objects.filter(
        child=OuterRef("child"), kind=OuterRef("kind"), raised_at__gt=OuterRef("raised_at")
    )
    past = Q(ends_on__lte=day) | Q(review_on__lt=day)
    return Q(cleared_at=None) & past & ~Q(Exists(later))


# --- One child ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChildFlags:
    """A child's flags: those that stand, those to be renewed or removed, and earlier ones."""

    standing: tuple[FlagLine, ...]
    lapsed: tuple[FlagLine, ...]
    earlier: tuple[FlagLine, ...]


def child_flags(child: Child, *, at: datetime) -> ChildFlags:
    """`child` comes from `named_for`."""
    lines = flag_lines(HazardFlag.objects.filter(child=child), {child.pk: child}, at=at)
    standing = tuple(line for line in lines if line.standing == FlagStanding.STANDS.value)
    lapsed = tuple(line for line in lines if FlagStanding(line.standing).lapsed and not line.superseded)
    rest = {line.uid for line in (*standing, *lapsed)}
    return ChildFlags(
        standing=standing,
        lapsed=lapsed,
        earlier=tuple(line for line in lines if line.uid not in rest),
    )


def may(child: Child, user: User, action: Action, *, at: datetime) -> bool:
    if not scopes(user.roles, action, Thing.FLAG):
        return False
    return Child.objects.open_to(user, action, Thing.FLAG, at=at).filter(pk=child.pk).exists()


def visible(user: User, *, at: datetime) -> QuerySet[HazardFlag]:
    """Flags of children whose record this person may open."""
    return HazardFlag.objects.filter(child__in=Child.objects.visible_to(user, at=at))


def flag_lines(flags: QuerySet[HazardFlag], children: dict[int, Child], *, at: datetime) -> list[FlagLine]:
    """Lines in the flags' order; `children`: their children, from `named_for`, by key."""
    today = day_of(at)
    later = HazardFlag.objects.filter(
        child=OuterRef("child"), kind=OuterRef("kind"), raised_at__gt=OuterRef("raised_at")
    )
    rows = (
        flags.annotate(superseded=Exists(later))
        .select_related("kind", "raised_by", "agreed_by", "cleared_by")
        .prefetch_related("reviews__reviewed_by")
    )
    return [_line(row, children[row.child_id], today, superseded=row.superseded) for row in rows]


def _line(flag: HazardFlag, child: Child, today: date, *, superseded: bool) -> FlagLine:
    state = flag_rules.standing(state_of(flag), today)
    waits = flag.kind.needs_agreement and not flag.agreed_at and not flag.cleared_at
    return FlagLine(
        uid=flag.uid,
        child_uid=child.uid,
        shown_as=shown_as(child),
        kind=flag.kind.code,
        kind_name=flag.kind.name,
        standing=state.value,
        reason=flag.reason,
        source=flag.source,
        starts_on=flag.starts_on,
        review_on=flag.review_on,
        ends_on=flag.ends_on,
        told_family=flag.told_family,
        told_family_how=flag.told_family_how,
        raised_by=flag.raised_by.name,
        raised_at=flag.raised_at,
        agreed_by=flag.agreed_by.name if flag.agreed_by else "",
        agreed_at=flag.agreed_at,
        awaits_agreement=waits and state is not FlagStanding.ENDED,
        cleared_by=flag.cleared_by.name if flag.cleared_by else "",
        cleared_at=flag.cleared_at,
        cleared_reason=flag.cleared_reason,
        superseded=superseded,
        reviews=tuple(
            FlagReviewLine(
                was_due_on=review.was_due_on,
                next_review_on=review.next_review_on,
                ends_on=review.ends_on,
                reason=review.reason,
                reviewed_at=review.reviewed_at,
                reviewed_by=review.reviewed_by.name,
            )
            for review in flag.reviews.all()
        ),
        version=flag.version,
    )


@dataclass(frozen=True)
class FlagRights:
    """What the reader may do with one flag now."""

    agree: bool
    # Why a manager may not agree to what waits, in a sentence; empty where nothing waits.
    why_not_agree: str
    review: bool
    clear: bool
    # The flag has ended: another of its kind may be raised.
    raise_again: bool


def flag_rights(flag: HazardFlag, user: User, *, at: datetime) -> FlagRights:
    """By the same rules as the services."""
    today = day_of(at)
    state = state_of(flag)
    decides = may(flag.child, user, Action.DECIDE, at=at)
    creates = may(flag.child, user, Action.CREATE, at=at)
    now = flag_rules.standing(state, today)
    waits = HazardFlag.objects.filter(awaits_agreement(today), pk=flag.pk).exists()
    why_not = ""
    if decides and waits:
        try:
            flag_rules.agreement(
                state, person=user.pk, today=today, needs_agreement=flag.kind.needs_agreement
            )
        except Refusal as refusal:
            why_not = refusal.message
    ended = now is FlagStanding.ENDED
    return FlagRights(
        agree=decides and waits and not why_not,
        why_not_agree=why_not,
        review=creates and now in (FlagStanding.STANDS, FlagStanding.PAST_REVIEW),
        clear=decides and now is not FlagStanding.CLEARED,
        raise_again=creates
        and ended
        and not HazardFlag.objects.filter(live_on(today), child=flag.child_id, kind=flag.kind_id).exists(),
    )


# --- Lists ----------------------------------------------------------------------------------


def awaiting_agreement(user: User, *, at: datetime) -> QuerySet[HazardFlag]:
    """Flags of the manager's teams that no manager has agreed to, the oldest first."""
    team = Child.objects.open_to(user, Action.DECIDE, Thing.FLAG, at=at)
    flags = HazardFlag.objects.filter(awaits_agreement(day_of(at)), child__in=team)
    return flags.order_by("raised_at", "pk")


def lapsed(user: User, *, at: datetime) -> QuerySet[HazardFlag]:
    """Flags of the manager's teams to be renewed or removed, the longest lapsed first."""
    team = Child.objects.open_to(user, Action.DECIDE, Thing.FLAG, at=at)
    return HazardFlag.objects.filter(has_lapsed(day_of(at)), child__in=team).order_by("review_on", "pk")


def lines_of(flags: Iterable[HazardFlag], user: User, *, at: datetime) -> list[FlagLine]:
    """Lines of a page of flags, in its order."""
    rows = list(flags)
    children = Child.objects.filter(pk__in={row.child_id for row in rows}).named_for(user, at=at)
    lines = flag_lines(
        HazardFlag.objects.filter(pk__in=[row.pk for row in rows]),
        {child.pk: child for child in children},
        at=at,
    )
    by_uid = {line.uid: line for line in lines}
    return [by_uid[row.uid] for row in rows]


# --- Counts ---------------------------------------------------------------------------------


def flag_counts(
    first: Month, last: Month, *, teams: Collection[int] | None = None, at: datetime
) -> list[FlagCount]:
    """Flags by month, kind and team; `teams`: keys, None for all.

    A flag counts in a month if it stood on the month's last day (in the running month: today) and a
    manager had agreed by then, where its kind needs that. It counts in the team that then held the plan of
    the child that was open the longest; a child without an open plan counts nowhere. What happens
    later changes no month that is over. Plain counts: `shown_counts` is for whoever may not see them.
    """
    counts = []
    for month in first.until(last):
        day = min(month.last_day, day_of(at))
        if day < month.first_day:
            continue
        places = PlanTeam.objects.filter(
            holds_on(day),
            Q(plan__end_date=None) | Q(plan__end_date__gt=day),
            plan__start_date__lte=day,
            plan__child=OuterRef("child"),
        ).order_by("plan__start_date", "plan__ref_order")
        agreed = Q(agreed_at__lt=_after(day)) | Q(kind__needs_agreement=False)
        rows = (
            HazardFlag.objects.filter(stands_on(day), agreed, raised_at__lt=_after(day))
            .annotate(team=Subquery(places.values("team")[:1]))
            .filter(team__isnull=False)
            .order_by()
            .values("kind__code", "team")
            .annotate(flags=Count("pk"))
        )
        if teams is not None:
            rows = rows.filter(team__in=list(teams))
        counts += [FlagCount(month.index, row["kind__code"], row["team"], row["flags"]) for row in rows]
    return counts


def _after(day: date) -> datetime:
    """The first moment after the day, in London."""
    return datetime.combine(date.fromordinal(day.toordinal() + 1), time(), timezone.get_default_timezone())


@dataclass(frozen=True)
class ShownCounts:
    """Counts as one reader may see them; None where a count is hidden, because it is small or would
    give a small one away. Keys are a Month's index and a kind's code."""

    # Teams by key, in the order of their names.
    teams: dict[int, str]
    whole: dict[tuple[int, str], int | None]
    by_team: dict[tuple[int, str, int], int | None]
    # Only the reader's own teams stand here, and every count is plain.
    plain: bool


def reads_plainly(user: User) -> bool:
    """Whether this person sees own teams' counts as they are."""
    return Scope.OWN_TEAM in scopes(user.roles, Action.VIEW, Thing.FLAG)


def shown_counts(user: User, first: Month, last: Month, *, at: datetime) -> ShownCounts:
    """A manager's own teams plainly; everybody else the whole service without small numbers."""
    plain = reads_plainly(user)
    rows = Team.objects.managed_by(user, on=day_of(at)) if plain else Team.objects.all()
    teams = list(rows.select_related("locality").order_by("name", "pk"))
    own = {team.pk for team in teams} if plain else None
    counts: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for count in flag_counts(first, last, teams=own, at=at):
        counts[count.month, count.kind][count.team_id] = count.flags
    whole: dict[tuple[int, str], int | None] = {}
    by_team: dict[tuple[int, str, int], int | None] = {}
    for (month, kind), found in counts.items():
        hidden = disclosure.Hidden()
        if not plain:
            hidden = disclosure.small_numbers(
                Leaf(team.pk, team.locality_id, (found.get(team.pk, 0),)) for team in teams
            )
        total = sum(found.values())
        whole[month, kind] = None if hidden.hides(disclosure.WHOLE, 1) else total
        for team, flags in found.items():
            by_team[month, kind, team] = None if hidden.hides(disclosure.leaf(team), 1) else flags
    return ShownCounts({team.pk: team.name for team in teams}, whole, by_team, plain)


def kinds_to_show(counts: ShownCounts) -> list[FlagKindFact]:
    """Kinds by name: those in use, and those retired that still stand in a month shown."""
    counted = {kind for _, kind in counts.whole}
    rows = HazardFlagKind.objects.filter(Q(retired_on=None) | Q(code__in=counted)).order_by("name")
    return [_kind_fact(row) for row in rows]
