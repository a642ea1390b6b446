"""The matrix as data reads as the matrix on paper (docs/data-protection.md)."""

import re
from pathlib import Path

import pytest

from accounts.constants import Role
from accounts.policy import BEYOND_ONESELF, MATRIX, Action, Scope, Thing, allows, scopes

PAPER = Path(__file__).resolve().parents[2] / "docs" / "data-protection.md"


def test_letters_without_a_scope_take_that_of_the_letter_to_their_right_or_of_the_view():
    assert scopes([Role.COORDINATOR], Action.EDIT, Thing.ORGANISATION) == {Scope.ALL}
    assert scopes([Role.PARTNER], Action.EDIT, Thing.ORGANISATION) == {Scope.OWN_ORGANISATION}
    assert scopes([Role.MANAGER], Action.VIEW, Thing.VISIT_RATES) == {Scope.OWN_TEAM, Scope.SUPPRESSED}


def test_rights_are_the_union_over_roles():
    both = scopes([Role.MANAGER, Role.SOCIAL_WORKER], Action.VIEW, Thing.CHILD)
    assert both == {Scope.OWN_TEAM, Scope.OWN_CASELOAD}


def test_what_is_not_granted_is_refused():
    for thing in Thing:
        for action in Action:
            assert not allows([], action, thing)
    assert not allows([Role.ADMINISTRATOR], Action.VIEW, Thing.CHILD)


@pytest.mark.parametrize("role", [Role.BOARD_MEMBER, Role.PARTNER, Role.COORDINATOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize(
    "thing", [Thing.CHILD, Thing.PLAN, Thing.VISIT, Thing.ALTERNATIVE, Thing.EMERGENCY_ACCESS]
)
def test_child_level_data_reach_only_their_workers_and_auditors(role, thing):
    assert MATRIX[thing, role] == frozenset()


def test_within_narrows():
    assert allows([Role.BOARD_MEMBER], Action.VIEW, Thing.USER_ACCOUNT)
    assert not allows([Role.BOARD_MEMBER], Action.VIEW, Thing.USER_ACCOUNT, BEYOND_ONESELF)


def test_every_thing_has_a_cell_for_every_role():
    assert set(MATRIX) == {(thing, role) for thing in Thing for role in Role}


def test_the_paper_says_the_same():
    """Each row of the table in the paper is a row of the policy, cell by cell, and the other way round."""
    from accounts import policy

    rows = re.findall(r"^\| ([A-Z][^|]+?) \|((?:[^|\n]*\|){7})$", PAPER.read_text(), flags=re.MULTILINE)
    paper = {
        name: [cell.strip().replace("\\*", "*") for cell in cells.split("|")[:7]] for name, cells in rows
    }
    data = {thing.value: [cell.strip() for cell in row.split("|")] for thing, row in policy._TABLE.items()}
    assert {name: cells for name, cells in paper.items() if name in data} == data
