"""Who may give, confirm and end what, and switch accounts off. Pure; refuses by name."""

from dataclasses import dataclass
from uuid import UUID

from accounts.constants import SEPARATE_FROM_PARTNER, Permission, Role
from accounts.policy import Action, Thing, allows
from safeguarding.kernel.errors import Refusal


@dataclass(frozen=True)
class Person:
    """What these rules ask about somebody. `rights` are in force, `open_rights` also those that
    wait for a second administrator."""

    uid: UUID
    rights: frozenset[str]
    open_rights: frozenset[str]
    is_active: bool = True

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(right) for right in self.rights if right in Role.values)


# The role that a permission belongs to: without it, it would be a right without a reach.
BELONGS_TO: dict[str, frozenset[str]] = {
    Permission.IMPORT_RECORDS: frozenset({Role.MANAGER}),
    Permission.HEAD_OF_SERVICE: frozenset({Role.MANAGER}),
    Permission.CHAIR: frozenset({Role.BOARD_MEMBER}),
    Permission.PRACTICE_AUDIT: frozenset({Role.MANAGER, Role.SOCIAL_WORKER, Role.AUDITOR}),
}


def may_invite(giver: Person, right: str) -> None:
    """A coordinator invites partner representatives; an administrator anybody."""
    if not allows(giver.roles, Action.CREATE, Thing.USER_ACCOUNT):
        raise Refusal("may_not_invite", "Your role does not include making accounts.")
    if not _administers(giver) and right != Role.PARTNER:
        raise Refusal("may_only_invite_partners", "You may invite partner representatives only.", "right")


def may_give(giver: Person, holder: Person, right: str) -> None:
    _may_administer(giver)
    if giver.uid == holder.uid:
        raise Refusal("not_to_oneself", "You cannot give a role or permission to yourself.", "right")
    if not holder.is_active:
        raise Refusal("switched_off", "Switch the account on before you give it a role.", "right")
    if right in holder.open_rights:
        raise Refusal(
            "held_already", "They hold this already, or it waits for a second administrator.", "right"
        )
    may_stand_together(holder.open_rights | {right})


def may_stand_together(rights: frozenset[str]) -> None:
    """Which rights one account may hold at once."""
    if Role.PARTNER in rights and rights & SEPARATE_FROM_PARTNER:
        raise Refusal(
            "needs_second_account",
            "A partner representative answers for another organisation. Make a second account for it.",
            "right",
        )
    for right in rights & BELONGS_TO.keys():
        if not rights & BELONGS_TO[right]:
            raise Refusal(
                "role_comes_first",
                "Give the role that this permission belongs to first, for example manager.",
                "right",
            )


def needs_second(right: str) -> bool:
    """An administrator can give every role, so one person alone makes no administrator."""
    return right == Role.ADMINISTRATOR


def may_confirm(confirmer: Person, holder_uid: UUID, giver_uid: UUID | None, *, waiting: bool) -> None:
    _may_administer(confirmer)
    if not waiting:
        raise Refusal("not_waiting", "This no longer waits to be confirmed.")
    if confirmer.uid in (giver_uid, holder_uid):
        raise Refusal(
            "second_is_another", "Another administrator must confirm this, not the one who gave it."
        )


def may_end(ender: Person, holder: Person, right: str, *, other_administrators: int) -> None:
    """`other_administrators`: how many other active people hold that role in force."""
    _may_administer(ender)
    if ender.uid == holder.uid:
        raise Refusal(
            "not_from_oneself", "You cannot end your own role or permission. Ask another administrator."
        )
    if right == Role.ADMINISTRATOR and right in holder.rights and not other_administrators:
        raise Refusal("last_administrator", "This is the last administrator. Make another one first.")
    orphans = [
        left for left in holder.open_rights & BELONGS_TO.keys()
        if left != right and not (holder.open_rights - {right}) & BELONGS_TO[left]
    ]  # fmt: skip
    if orphans:
        raise Refusal("permission_goes_first", "End the permission that belongs to this role first.")


def may_switch_off(actor: Person, holder: Person, *, other_administrators: int) -> None:
    _may_administer(actor)
    if actor.uid == holder.uid:
        raise Refusal("not_oneself", "You cannot switch your own account off. Ask another administrator.")
    if not holder.is_active:
        raise Refusal("off_already", "This account is switched off already.")
    if Role.ADMINISTRATOR in holder.rights and not other_administrators:
        raise Refusal("last_administrator", "This is the last administrator. Make another one first.")


def may_switch_on(actor: Person, holder: Person) -> None:
    _may_administer(actor)
    if holder.is_active:
        raise Refusal("on_already", "This account is switched on already.")


def may_take_second_factor_off(actor: Person, holder: Person, *, made_link: bool) -> None:
    """`made_link`: the actor has made the holder a link to choose a password since they last signed in.
    Password and second step together are the whole account: one person never replaces both."""
    _may_administer(actor)
    if actor.uid == holder.uid:
        raise Refusal("not_oneself", "You cannot take your own second step off. Ask another administrator.")
    if made_link:
        raise Refusal(
            "one_half_only",
            "You made this person a link to choose a password. Another administrator must do this.",
        )


def may_make_link(*, took_second_factor_off: bool) -> None:
    """`took_second_factor_off`: the actor has done so since the holder last signed in."""
    if took_second_factor_off:
        raise Refusal(
            "one_half_only",
            "You took this person’s second step off. Another administrator must make the link.",
        )


def _administers(person: Person) -> bool:
    return allows(person.roles, Action.EDIT, Thing.USER_ACCOUNT)


def _may_administer(person: Person) -> None:
    if not _administers(person):
        raise Refusal("may_not_administer", "Only an administrator may do this.")
