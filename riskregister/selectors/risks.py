"""Risks for pages: which ones a person reaches, what they may do with them, now and as at a past day."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from partners.constants import SourceKind
from partners.facts.waiting import Waiting
from partners.selectors.belonging import answered_for
from partners.selectors.counts import open_actions_by_source
from riskregister.constants import RiskState, Rollup
from riskregister.facts.evidence import RiskFact
from riskregister.models import Acceptance, BoardReview, Risk
from riskregister.review.reading import read
from riskregister.rules.ratings import Direction, direction, outside_appetite, roll_up, swayed_by
from riskregister.selectors.as_at import BORNE, risks_at
from riskregister.selectors.authority import authorities_on, authority_over
from riskregister.selectors.guidance_changes import changed_since
from safeguarding.kernel.periods import day_of

_LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class RiskRights:
    """What a person may do with a risk in the state it is in."""

    edit: bool = False
    rate: bool = False
    open: bool = False
    close: bool = False
    reopen: bool = False
    look: bool = False
    contribute: bool = False
    ask_acceptance: bool = False
    add_action: bool = False


@dataclass(frozen=True)
class Before:
    """The last published review, as far as directions need it."""

    month: str
    # {risk uid: {"score", "band", "state", "label"}}.
    ratings: Mapping[str, dict]


def visible(user: User, *, at: datetime) -> QuerySet[Risk]:
    return Risk.objects.visible_to(user, at=at)


def mine(user: User, *, at: datetime) -> QuerySet[Risk]:
    """What `user` may change: the partnership's for the coordinator, a partner's own for the partner."""
    granted = scopes(user.roles, Action.EDIT, Thing.RISK)
    reach = Q(pk__in=[])
    if granted - {Scope.OWN_ORGANISATION}:
        reach |= Q(organisation=None)
    if Scope.OWN_ORGANISATION in granted:
        reach |= Q(organisation__uid__in=answered_for(user, at=at))
    return Risk.objects.filter(reach)


def risk_rights(risk: Risk, user: User, *, at: datetime) -> RiskRights:
    """A few queries."""
    writes = mine(user, at=at).filter(pk=risk.pk).exists()
    state = RiskState(risk.state)
    is_open = state is RiskState.OPEN
    return RiskRights(
        edit=writes and state is not RiskState.CLOSED,
        rate=writes and state is not RiskState.CLOSED,
        open=writes and state is RiskState.DRAFT,
        close=writes and is_open,
        reopen=writes and state is RiskState.CLOSED,
        look=is_open and may_look(risk, user, at=at),
        contribute=writes and is_open,
        ask_acceptance=writes and is_open and risk.response in BORNE,
        add_action=writes and is_open and allows(user.roles, Action.CREATE, Thing.ACTION),
    )


def may_look(risk: Risk, user: User, *, at: datetime) -> bool:
    """A partner reviews its own risks; the partnership's are reviewed by who has the authority of their
    level."""
    if risk.organisation_id:
        return mine(user, at=at).filter(pk=risk.pk).exists()
    return bool(authority_over(risk, day_of(at)) & {role.value for role in user.roles})


def on_board(user: User) -> bool:
    return Role.BOARD_MEMBER in user.roles and allows(user.roles, Action.DECIDE, Thing.RISK)


def may_decide(user: User, asked: Acceptance) -> bool:
    """A board member, never who asked; while it waits."""
    waits = not (asked.approved_at or asked.refused_at or asked.ended_at)
    return waits and on_board(user) and asked.asked_by_id != user.pk


def end_of(day: date) -> datetime:
    """The last moment of a day in London, in UTC."""
    following = datetime.combine(day + timedelta(days=1), time(), _LONDON)
    return following.astimezone(UTC) - timedelta(microseconds=1)


def register(user: User, *, at: datetime, moment: datetime | None = None) -> list[RiskFact]:
    """What of the register `user` reaches, by number: as it is, or as it stood at a past `moment`. What was a
    draft then is told only to who may change it. The number of queries does not depend on how many there
    are."""
    reached = set(visible(user, at=at).values_list("uid", flat=True))
    private = set(mine(user, at=at).values_list("uid", flat=True))
    counts = {} if moment else open_actions_by_source(SourceKind.RISK)
    return [
        fact
        for fact in risks_at(moment or at, open_actions=counts, drafts=True)
        if fact.uid in reached and (fact.state != RiskState.DRAFT or fact.uid in private)
    ]


def before(moment: datetime) -> Before:
    """The last review published by `moment`; of a month its last version. One query."""
    rows = BoardReview.objects.published().filter(published_at__lte=moment)
    found = rows.order_by("-month", "-version").values_list("month", "digest", "content").first()
    if found is None:
        return Before("", {})
    month, digest, content = found
    return Before(f"{month:%Y-%m}", _ratings(digest, content))


@lru_cache(maxsize=4)
def _ratings(digest: str, content: str) -> Mapping[str, dict]:
    """Published content never changes, so it is read once."""
    return read(content).ratings


def movement(fact: RiskFact, last: Before) -> Direction | None:
    """Against the last published review; None: never open, or closed before it."""
    told = last.ratings.get(str(fact.uid))
    was = int(told["score"]) if told and told["state"] == RiskState.OPEN else None
    if fact.state == RiskState.OPEN and fact.current is None:
        return Direction.NEW if was is None else Direction.SAME
    now = fact.current.score if fact.state == RiskState.OPEN and fact.current else None
    return None if was is None and now is None else direction(was, now)


def overdue(fact: RiskFact, day: date) -> bool:
    return fact.review_due_on is not None and fact.review_due_on < day


def beyond_appetite(fact: RiskFact) -> bool:
    return (
        fact.state == RiskState.OPEN
        and fact.current is not None
        and outside_appetite(fact.current.score, fact.appetite)
    )


@dataclass(frozen=True)
class Chosen:
    """What narrows the list; "" narrows nothing."""

    state: str = "open"
    whose: str = ""
    theme: str = ""
    band: str = ""
    owner: str = ""
    only: str = ""
    cell: str = ""


def chosen(facts: Iterable[RiskFact], by: Chosen, *, day: date) -> list[RiskFact]:
    """The risks that the filter leaves, the gravest first."""
    found = [fact for fact in facts if _fits(fact, by, day)]
    if by.only == "guidance":
        changed = {one.risk_uid for one in changed_since()}
        found = [fact for fact in found if fact.uid in changed]
    return sorted(found, key=lambda one: (-(one.current.score if one.current else 0), one.label))


def _fits(fact: RiskFact, by: Chosen, day: date) -> bool:
    current = fact.current
    cell = f"{current.likelihood}x{current.impact}" if current else ""
    return all(
        (
            by.state in ("all", fact.state),
            by.whose == "" or (by.whose == "partners") == bool(fact.organisation_uid),
            by.theme in ("", fact.theme),
            by.band in ("", current.band if current else "unrated"),
            by.owner in ("", str(fact.owner_organisation_uid or ""), str(fact.organisation_uid or "")),
            by.only != "overdue" or overdue(fact, day),
            by.only != "outside" or beyond_appetite(fact),
            by.cell in ("", cell),
        )
    )


@dataclass(frozen=True)
class Beside:
    """A partnership risk's rating beside the partners' own, by its rule."""

    rule: str
    own: tuple[RiskFact, ...]
    # What the partners' ratings come to; None: none contributes with a rating.
    rolled: int | None
    # Of whom a change of rating would change that.
    swayed_by: tuple[RiskFact, ...]


def beside(fact: RiskFact, facts: Iterable[RiskFact]) -> Beside:
    """`facts`: all risks that the reader reaches, among them those that contribute."""
    by_uid = {one.uid: one for one in facts}
    own = [one for uid in fact.contributions if (one := by_uid.get(uid)) and one.state == RiskState.OPEN]
    own.sort(key=lambda one: (one.organisation, one.label))
    scores = [(one, one.current.score) for one in own if one.current]
    if not scores:
        return Beside(fact.rollup, tuple(own), None, ())
    rule, values = Rollup(fact.rollup), [score for _, score in scores]
    swayed = tuple(scores[place][0] for place in swayed_by(rule, values))
    return Beside(fact.rollup, tuple(own), roll_up(rule, values), swayed)


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What of the register waits for somebody."""
    if not allows(user.roles, Action.VIEW, Thing.RISK):
        return []
    return [*_reviews(user, at), *_guidance_changed(user, at), *_acceptances(user)]


def _reviews(user: User, at: datetime) -> list[Waiting]:
    """Reviews past their day: of one's own risks, of those that one answers for, and of the partnership's
    where one has the authority."""
    day = day_of(at)
    roles = {role.value for role in user.roles}
    own = set(mine(user, at=at).values_list("uid", flat=True))
    owned = set(visible(user, at=at).filter(owner=user).values_list("uid", flat=True))
    authorities = authorities_on(day)
    if not own and not owned and Role.BOARD_MEMBER not in user.roles:
        return []
    count = 0
    for fact in risks_at(at):
        if overdue(fact, day):
            band = fact.current.band if fact.current and not fact.organisation_uid else ""
            signs = bool(authorities.get(band, frozenset()) & roles)
            count += fact.uid in own or fact.uid in owned or signs
    if not count:
        return []
    words = "1 risk is" if count == 1 else f"{count:,} risks are"
    return [Waiting(count, f"{words} past the review date", "risks", overdue=True)]


def _guidance_changed(user: User, at: datetime) -> list[Waiting]:
    """Of the risks that one looks at again, those whose guidance changed since somebody did."""
    wanted = {one.risk_uid for one in changed_since()}
    if not wanted:
        return []
    rows = visible(user, at=at).filter(uid__in=wanted)
    own = set(mine(user, at=at).filter(uid__in=wanted).values_list("uid", flat=True))
    own |= set(rows.filter(owner=user).values_list("uid", flat=True))
    roles = {role.value for role in user.roles}
    if any(roles & who for who in authorities_on(day_of(at)).values()):
        own |= set(rows.filter(organisation=None).values_list("uid", flat=True))
    count = len(own)
    words = "1 risk is" if count == 1 else f"{count:,} risks are"
    return [Waiting(count, f"{words} to be looked at: guidance changed", "risks_guidance_changed")]


def _acceptances(user: User) -> list[Waiting]:
    if Role.BOARD_MEMBER not in user.roles:
        return []
    rows = Acceptance.objects.filter(ended_at=None, approved_at=None, refused_at=None)
    count = rows.exclude(asked_by=user).filter(risk__state=RiskState.OPEN).count()
    if not count:
        return []
    words = "1 risk waits" if count == 1 else f"{count:,} risks wait"
    return [Waiting(count, f"{words} for the board to accept or refuse", "acceptances")]


def counts_by_cell(facts: Iterable[RiskFact]) -> Counter[tuple[int, int]]:
    """How many open rated risks stand in each cell (likelihood, impact)."""
    return Counter(
        (one.current.likelihood, one.current.impact)
        for one in facts
        if one.state == RiskState.OPEN and one.current
    )
