"""The oversight dashboard: who reads it, whose children are chosen, and what is put on the page."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse

from accounts.constants import Permission
from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from dashboards.figures import oversight as figures
from dashboards.figures import oversight_counts as counts
from dashboards.forms import offer
from safeguarding.kernel.govuk import GovukForm
from safeguarding.kernel.periods import Month, day_of
from visits.facts import TeamPlace
from visits.selectors import exceptions, oversight, rates, worklists
from visits.selectors.oversight import OversightNow

MONTHS = 13
SOURCE = "plans, visits, decisions and flags recorded by the children’s service"
NO_MANAGER = "No manager"

# What each word on the page means.
DEFINITIONS = (
    (
        "As at now",
        "All figures but the months are worked out from the records when the page is opened. A child "
        "counts once, with the team that holds the plan that has been open the longest. In the table "
        "of days since last seen, a child with plans of two kinds counts under both.",
    ),
    (
        "As at month end",
        "Alternatives by month count by the day on which they took place; with a team, those of "
        "children who had a plan with it on that day. The last month runs until now. A decision "
        "authorised later that covers the day counts, so a past month can change.",
    ),
    (
        "Flagged",
        "A hazard flag of any kind stands today. A flag that has ended or was cleared does not count.",
    ),
    (
        "Live decision",
        "A management decision was authorised, and today lies within the days it covers.",
    ),
    (
        "Decision lapsed",
        "The review date has passed, no authorised renewal has begun, the plan is open, and the child "
        "has not been seen face to face since the decision began.",
    ),
    (
        "Alternative last",
        "The latest completed contact was a video call, a telephone call or a doorstep visit. A visit "
        "at which the child was not seen changes nothing.",
    ),
    (
        "Seen last",
        "The latest completed contact was face to face and the child was seen, or there has been none.",
    ),
    (
        "Days since last seen",
        "From the latest face-to-face visit at which the child was seen; by any contact, from that or "
        "from the latest authorised alternative at which the child was seen. Bands are shown and no "
        "average: an average would hide those who wait the longest.",
    ),
    (
        "Not seen face to face in time",
        "The interval of one of the child’s plans has run out since the last face-to-face visit, or "
        "since the plan began.",
    ),
    (
        "Retrospective",
        "Decided after the first day that the decision covers.",
    ),
)


@dataclass(frozen=True)
class OversightReader:
    """What a person may see of oversight, over all of their roles."""

    # Teams whose counts come whole; None: every team.
    own_teams: frozenset[int] | None
    # Sees the whole service, small numbers taken out.
    sees_totals: bool
    may_open_children: bool

    @property
    def plain(self) -> bool:
        """Answers for some team: the page is about those."""
        return self.own_teams is None or bool(self.own_teams)


def oversight_reader(user: User, *, at: datetime) -> OversightReader:
    granted = scopes(user.roles, Action.VIEW, Thing.OVERSIGHT)
    manages = Scope.OWN_TEAM in granted
    own = rates.managed_team_ids(user, at=at) if manages else frozenset()
    return OversightReader(
        own_teams=None if manages and user.holds(Permission.HEAD_OF_SERVICE) else own,
        sees_totals=Scope.SUPPRESSED in granted,
        may_open_children=manages and allows(user.roles, Action.VIEW, Thing.CHILD),
    )


class TeamForm(GovukForm):
    """Which of the reader's teams the page is about."""

    team = forms.ChoiceField(
        label="Team", required=False, error_messages={"invalid_choice": "Select a team from the list"}
    )

    subjects = {"team": "a team"}

    def __init__(self, data: QueryDict, *, teams: Sequence[TeamPlace], all_teams: bool) -> None:
        super().__init__(data)
        whole = "All teams" if all_teams else "All my teams"
        offer(self, "team", [("", whole), *((str(team.uid), team.name) for team in teams)])

    def chosen(self) -> str:
        """A team's uid, or empty for all of them."""
        self.is_valid()
        return self.cleaned_data.get("team", "")


class OversightPage:
    """One reader's page. Where the reader answers for teams, it is about those, in plain counts;
    otherwise about the whole service without small numbers."""

    def __init__(self, user: User, query: QueryDict, *, now: datetime) -> None:
        self.user, self.now, self.on = user, now, day_of(now)
        self.reader = oversight_reader(user, at=now)
        self.teams = rates.teams()
        self.plain = self.reader.plain
        own = self.reader.own_teams
        self.own = [team for team in self.teams if own is None or team.id in own]
        self.form = (
            TeamForm(query, teams=self.own, all_teams=own is None)
            if self.plain and len(self.own) > 1
            else None
        )
        self.team = self.form.chosen() if self.form else ""
        # The teams that the plain figures are of; None: all.
        self.scope: frozenset[int] | None = None
        if self.plain and (self.team or own is not None):
            self.scope = frozenset(team.id for team in self.own if self.team in ("", str(team.uid)))
        self.managers = oversight.managers_by_team(self.on)

    def link(self, query: dict[str, str]) -> str | None:
        """Where the children of a figure are listed."""
        if not (self.plain and self.reader.may_open_children):
            return None
        chosen = {"team": self.team} if self.team else {}
        return f"{reverse('oversight_children')}?{urlencode(chosen | query)}"

    def context(self) -> dict:
        # The other teams' totals stand beside a manager's own.
        own_only = self.plain and (bool(self.team) or self.reader.own_teams is None)
        found = oversight.oversight_now(self.on, teams=self.scope if own_only else None)
        mine = found.within(self.scope)
        return {
            "age": {"worked_out_at": self.now, "now": self.now},
            "form": self.form,
            "plain": self.plain,
            "on": self.on,
            "place": self.place(),
            "reader": self.reader,
            **self._matrix(mine),
            "others": None if own_only or not self.reader.sees_totals else self._others(found),
            **self._rest(mine),
            **self._exceptions(mine),
            "definitions": DEFINITIONS,
        }

    def place(self) -> str:
        if self.team:
            return next(team.name for team in self.own if str(team.uid) == self.team)
        return "all teams" if self.scope is None else "your teams"

    def _matrix(self, found: OversightNow) -> dict:
        by_team = counts.matrix(found.children, lambda child: child.team)
        if not self.plain:
            return {"matrix_title": figures.matrix_title(counts.shown_matrix(by_team).whole)}
        teams = [(team.id, team.name, {"team": str(team.uid)}) for team in self.own]
        by_manager = counts.matrix(found.children, lambda child: self.answers(child.team))
        names = sorted({str(name) for name in by_manager.counts})
        return {
            "matrix_title": figures.matrix_title(counts.whole_row(by_team)),
            "by_team": figures.matrix_table(
                by_team, teams, heading="Team", caption="By team", link=self.link
            ),
            "by_manager": figures.matrix_table(
                by_manager,
                [(name, name, {"manager": name}) for name in names],
                heading="Accountable manager",
                caption="By accountable manager",
                link=lambda query: None if "manager" in query else self.link(query),
            ),
        }

    def _others(self, found: OversightNow) -> dict:
        everybody = counts.matrix(found.children, lambda child: child.team)
        known: Collection[Hashable] = self.reader.own_teams or frozenset()
        return figures.shown_matrix_table(
            counts.shown_matrix(everybody, known=known),
            [(team.id, team.name, self.answers(team.id)) for team in self.teams],
            caption="All teams" if self.plain else "By team and accountable manager",
        )

    def answers(self, team: int) -> str:
        """Who answers for the team's children."""
        return " and ".join(self.managers.get(team, ())) or NO_MANAGER

    def _exceptions(self, found: OversightNow) -> dict:
        rows = exceptions.counts(at=self.now, teams=self.scope)
        vulnerable = counts.most_vulnerable(found.children, plain=self.plain)
        return {
            "exceptions_title": figures.exceptions_title(rows, plain=self.plain),
            "exceptions": figures.exceptions_table(
                rows, vulnerable=vulnerable, plain=self.plain, href=self._list_of
            ),
        }

    def _list_of(self, code: str) -> str | None:
        """The reader's list of the exceptions of a code, over all of the reader's teams."""
        if not (self.plain and self.reader.may_open_children) or self.team or code not in worklists.QUEUE:
            return None
        return f"{reverse('queue')}?{urlencode({'kind': code})}"

    def _rest(self, found: OversightNow) -> dict:
        source = f"{SOURCE}, {self.place()}."
        last = Month.of(self.on)
        months = oversight.alternatives_by_month(last.plus(1 - MONTHS), last, teams=self.scope)
        decisions = found.decisions()
        vulnerable = counts.most_vulnerable(found.children, plain=self.plain)
        return {
            "source": source,
            "distributions": [
                figures.distribution_chart(one, source=source, link=self.link)
                for one in counts.distributions(found.children, self.on, plain=self.plain)
            ],
            "vulnerable_title": figures.vulnerable_title(vulnerable),
            "vulnerable_href": self.link({"vulnerable": "yes"}) if vulnerable.part else None,
            "decisions_title": figures.decisions_title(decisions, plain=self.plain),
            "decisions": figures.decisions_table(decisions, plain=self.plain),
            "trend": figures.trend_chart(months, plain=self.plain, source=source),
        }
