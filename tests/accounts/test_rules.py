"""Who may give, confirm and end what: each rule by the name it refuses with."""

from functools import partial
from uuid import UUID, uuid4

import pytest

from accounts import rules
from safeguarding.kernel.errors import Refusal


def someone(
    *rights: str, waiting: tuple[str, ...] = (), uid: UUID | None = None, active: bool = True
) -> rules.Person:
    return rules.Person(uid or uuid4(), frozenset(rights), frozenset(rights + waiting), active)


ADMIN = someone("AD")


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_an_administrator_gives_any_role_to_somebody_else():
    for right in ("BM", "MG", "SW", "PR", "CO", "AU", "AD"):
        rules.may_give(ADMIN, someone(), right)


@pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "CO", "AU"])
def test_nobody_else_gives_anything(role):
    assert refused(rules.may_give, someone(role), someone(), "BM") == "may_not_administer"


def test_nothing_to_oneself():
    assert refused(rules.may_give, ADMIN, ADMIN, "BM") == "not_to_oneself"


def test_nothing_twice_also_not_while_it_waits():
    assert refused(rules.may_give, ADMIN, someone("BM"), "BM") == "held_already"
    assert refused(rules.may_give, ADMIN, someone(waiting=("AD",)), "AD") == "held_already"


def test_nothing_to_an_account_that_is_off():
    assert refused(rules.may_give, ADMIN, someone(active=False), "BM") == "switched_off"


@pytest.mark.parametrize("other", ["MG", "SW", "AU", "AD"])
def test_a_partner_has_no_other_role_on_the_same_account(other):
    assert refused(rules.may_give, ADMIN, someone("PR"), other) == "needs_second_account"
    assert refused(rules.may_give, ADMIN, someone(other), "PR") == "needs_second_account"
    assert refused(rules.may_give, ADMIN, someone(waiting=(other,)), "PR") == "needs_second_account"


def test_a_permission_needs_its_role():
    assert refused(rules.may_give, ADMIN, someone("SW"), "head_of_service") == "role_comes_first"
    rules.may_give(ADMIN, someone("MG"), "head_of_service")


def test_a_coordinator_invites_partners_only():
    coordinator = someone("CO")
    rules.may_invite(coordinator, "PR")
    assert refused(rules.may_invite, coordinator, "CO") == "may_only_invite_partners"
    rules.may_invite(ADMIN, "CO")
    assert refused(rules.may_invite, someone("BM"), "PR") == "may_not_invite"


def test_an_administrators_role_needs_a_second_administrator():
    assert [right for right in ("BM", "MG", "SW", "PR", "CO", "AU", "AD") if rules.needs_second(right)] == [
        "AD"
    ]


def test_the_second_is_neither_the_giver_nor_the_holder_and_an_administrator():
    giver, holder, second = someone("AD"), someone("BM"), someone("AD")
    rules.may_confirm(second, holder.uid, giver.uid, waiting=True)
    assert refused(rules.may_confirm, giver, holder.uid, giver.uid, waiting=True) == "second_is_another"
    own = someone("AD", uid=holder.uid)
    assert refused(rules.may_confirm, own, holder.uid, giver.uid, waiting=True) == "second_is_another"
    assert (
        refused(rules.may_confirm, someone("AU"), holder.uid, giver.uid, waiting=True) == "may_not_administer"
    )
    assert refused(rules.may_confirm, second, holder.uid, giver.uid, waiting=False) == "not_waiting"


def test_a_role_that_waits_is_no_role_yet():
    assert refused(rules.may_give, someone(waiting=("AD",)), someone(), "BM") == "may_not_administer"


def test_ending():
    rules.may_end(ADMIN, someone("BM"), "BM", other_administrators=1)
    assert refused(rules.may_end, ADMIN, ADMIN, "AD", other_administrators=1) == "not_from_oneself"
    assert refused(rules.may_end, ADMIN, someone("AD"), "AD", other_administrators=0) == "last_administrator"
    rules.may_end(ADMIN, someone(waiting=("AD",)), "AD", other_administrators=0)
    head = someone("MG", "head_of_service")
    assert refused(rules.may_end, ADMIN, head, "MG", other_administrators=1) == "permission_goes_first"
    rules.may_end(ADMIN, someone("MG", "SW", "practice_audit"), "MG", other_administrators=1)
    assert (
        refused(rules.may_end, someone("AU"), someone("BM"), "BM", other_administrators=1)
        == "may_not_administer"
    )


def test_switching_off_and_on():
    rules.may_switch_off(ADMIN, someone("BM"), other_administrators=1)
    assert refused(rules.may_switch_off, ADMIN, ADMIN, other_administrators=1) == "not_oneself"
    assert refused(rules.may_switch_off, ADMIN, someone("AD"), other_administrators=0) == "last_administrator"
    assert (
        refused(rules.may_switch_off, ADMIN, someone(active=False), other_administrators=1) == "off_already"
    )
    assert refused(rules.may_switch_on, ADMIN, someone()) == "on_already"
    rules.may_switch_on(ADMIN, someone(active=False))
    assert refused(rules.may_switch_on, someone("CO"), someone(active=False)) == "may_not_administer"


def test_ones_own_second_step_is_taken_off_by_another():
    take_off = partial(rules.may_take_second_factor_off, made_link=False)
    take_off(ADMIN, someone("SW"))
    assert refused(take_off, ADMIN, ADMIN) == "not_oneself"
    assert refused(take_off, someone("MG"), someone("SW")) == "may_not_administer"


def test_nobody_replaces_both_the_password_and_the_second_step():
    worker = someone("SW")
    assert refused(rules.may_take_second_factor_off, ADMIN, worker, made_link=True) == "one_half_only"
    assert refused(rules.may_make_link, took_second_factor_off=True) == "one_half_only"
    rules.may_make_link(took_second_factor_off=False)
