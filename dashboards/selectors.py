"""What the visiting pages show, put together from the stored counts for one reader."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.selectors import User
from dashboards.figures.outcomes import Outcomes, Table, of_caseload
from dashboards.figures.visiting import EVERYBODY
from dashboards.readers import Reader
from safeguarding.kernel.periods import Month, day_of, last_complete_month
from visits.facts import RatesFreshness, TeamCounts, TeamPlace
from visits.selectors import rates

# Figures that lag behind the records for longer than this say so in a warning.
STALE_AFTER = timedelta(minutes=15)

# (month, plan type) -> what is shown of it; None where there are no figures for the month.
Lookup = Callable[[Month, str], Outcomes | None]


@dataclass(frozen=True)
class Places:
    """The teams and localities that there are, by name."""

    teams: Sequence[TeamPlace]

    @property
    def localities(self) -> list[str]:
        return sorted({team.locality for team in self.teams})

    def team(self, uid: str) -> TeamPlace | None:
        return next((team for team in self.teams if str(team.uid) == uid), None)

    def locality_of(self) -> dict[int, str]:
        return {team.id: team.locality for team in self.teams}

    def team_ids(self, scope: str, reader: Reader) -> frozenset[int] | None:
        """The teams of a scope; None for every team (and for a caseload, which knows no teams)."""
        kind, _, name = scope.partition(":")
        if kind == "mine":
            return reader.own_teams
        if kind == "team":
            return frozenset(team.id for team in self.teams if str(team.uid) == name)
        if kind == "locality":
            return frozenset(team.id for team in self.teams if team.locality == name)
        return None

    def name(self, scope: str) -> str:
        """'all children', 'my teams', a team's or a locality's name."""
        kind, _, name = scope.partition(":")
        team = self.team(name) if kind == "team" else None
        return {
            "mine": "my teams",
            "caseload": "my caseload",
            "locality": name,
            "team": team.name if team else "",
        }.get(kind, EVERYBODY)


def worked_out_months(fresh: RatesFreshness) -> list[Month]:
    """The months that have figures, the earliest first."""
    if fresh.first_month is None or fresh.last_month is None:
        return []
    return [Month(index) for index in range(fresh.first_month, fresh.last_month + 1)]


class Rates:
    """The counts of a choice of months and plan types, as one reader may see them."""

    def __init__(
        self,
        plan_types: Sequence[str],
        months: Sequence[Month],
        *,
        besides: Sequence[Month] = (),
        places: Places,
        reader: Reader,
        worked_out: Sequence[Month],
    ) -> None:
        """`months` follow on one another; `besides` are others to compare with."""
        self.places, self.reader, self.worked_out = places, reader, frozenset(worked_out)
        self.localities = places.locality_of()
        self.rows: dict[tuple[int, str], list[TeamCounts]] = defaultdict(list)
        self.method_versions: set[str] = set()
        for row in rates.team_counts(
            plan_types,
            first=months[0].index,
            last=months[-1].index,
            besides=[month.index for month in besides],
        ):
            self.rows[row.month, row.plan_type].append(row)
            self.method_versions.add(row.method_version)
        self.tables: dict[tuple[Month, str], Table] = {}

    def table(self, month: Month, plan_type: str) -> Table:
        key = (month, plan_type)
        if key not in self.tables:
            self.tables[key] = Table(
                month, plan_type, self.rows[month.index, plan_type], self.localities, self.reader
            )
        return self.tables[key]

    def of_scope(self, scope: str) -> Lookup:
        """What to show of a month for 'all', 'mine', a team or a locality."""
        kind, _, name = scope.partition(":")
        team = self.places.team(name) if kind == "team" else None

        def outcomes(month: Month, plan_type: str) -> Outcomes | None:
            if month not in self.worked_out:
                return None
            table = self.table(month, plan_type)
            if kind == "mine":
                return table.own()
            if kind == "locality":
                return table.locality(name)
            return table.team(team.id) if team else table.whole()

        return outcomes

    def by_place(self, month: Month, plan_type: str, by: str, scope: str) -> list[tuple[str, Outcomes]]:
        """The scope's teams or localities that have children in a month."""
        table = self.table(month, plan_type)
        within = self.places.team_ids(scope, self.reader)
        teams = [team for team in self.places.teams if within is None or team.id in within]
        if by == "team":
            rows = [(team.name, table.team(team.id)) for team in teams]
        else:
            rows = [(name, table.locality(name)) for name in sorted({team.locality for team in teams})]
        return [(name, outcomes) for name, outcomes in rows if not outcomes.nobody]


def caseload(
    user: User, plan_types: Sequence[str], months: Sequence[Month], besides: Sequence[Month], *, at: datetime
) -> Lookup:
    """What to show of a month for the children on this person's present caseload."""
    asked = [*months, *besides]
    counts = rates.caseload_counts(
        user,
        plan_types,
        first=months[0].index,
        last=months[-1].index,
        besides=[month.index for month in besides],
        at=at,
    )
    collected: Mapping[int, bool] = rates.alternatives_collected([month.index for month in asked])

    def outcomes(month: Month, plan_type: str) -> Outcomes | None:
        if month.index not in collected:
            return None
        return of_caseload(month, plan_type, counts, collected=collected[month.index])

    return outcomes


def age(fresh: RatesFreshness, *, now: datetime) -> dict | None:
    """How old the figures are (components/figure_age.html), with a warning where they lag behind the
    records or the calendar; None before the first working out."""
    if fresh.current_at is None:
        return None
    changes = "1 change" if fresh.changes_waiting == 1 else f"{fresh.changes_waiting:,} changes"
    missing = _missing_month(fresh, now)
    reasons = []
    if fresh.oldest_change_at is not None and now - fresh.oldest_change_at > STALE_AFTER:
        reasons.append(f"{changes} to the records waited for more than 15 minutes to be counted.")
    if missing:
        reasons.append(f"{missing.name} is over and has not been worked out.")
    if reasons:
        reasons = ["These figures are out of date.", *reasons]
        reasons.append("Tell the service’s administrator if this warning stays.")
    soon = fresh.changes_waiting and not reasons
    return {
        "worked_out_at": fresh.current_at,
        "now": now,
        "stale": bool(reasons),
        "stale_reason": " ".join(reasons),
        "waiting": f"{changes} to the records will be counted in a moment." if soon else "",
    }


def _missing_month(fresh: RatesFreshness, now: datetime) -> Month | None:
    """The last month whose last day has been over for a while, if it has no figures."""
    month = last_complete_month(day_of(now - STALE_AFTER) - timedelta(days=1))
    return month if fresh.last_month is None or fresh.last_month < month.index else None
