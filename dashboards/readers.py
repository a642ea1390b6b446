"""Who reads a dashboard, and so which counts come whole and which without small numbers."""

from dataclasses import dataclass
from datetime import datetime

from accounts.constants import Permission
from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from visits.selectors import rates


@dataclass(frozen=True)
class Reader:
    """What a person may see of the visit rates, over all of their roles."""

    # Teams whose counts come whole, as the reader answers for them.
    own_teams: frozenset[int]
    # The head of service: every count comes whole.
    sees_all: bool
    # May look at the rates of the own caseload.
    has_caseload: bool
    # May open the list of children behind a figure, as far as they are the reader's own.
    may_open_children: bool
    may_download: bool


def reader_of(user: User, *, at: datetime) -> Reader:
    granted = scopes(user.roles, Action.VIEW, Thing.VISIT_RATES)
    answers_for_teams = Scope.OWN_TEAM in granted
    return Reader(
        own_teams=rates.managed_team_ids(user, at=at) if answers_for_teams else frozenset(),
        sees_all=Scope.ALL in granted or (answers_for_teams and user.holds(Permission.HEAD_OF_SERVICE)),
        has_caseload=Scope.OWN_CASELOAD in granted,
        may_open_children=allows(user.roles, Action.VIEW, Thing.CHILD),
        may_download=allows(user.roles, Action.DOWNLOAD, Thing.VISIT_RATES),
    )
