"""Who is asked to acknowledge guidance, what re-opens an answer, and what an answer has to say. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from accounts.constants import Role
from guidance.constants import KINDS_OF, LIVE_STATES, ROLES_OF, AckAnswer, ChangeSize
from guidance.facts.acknowledgement import (
    Answered,
    AskedItem,
    Asking,
    IssuedVersion,
    ItemSum,
    Party,
    PartySum,
    RoleSum,
)
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import check_text, in_words

REASON_LENGTH = 1000
# A reminder names so many; the page it leads to has them all.
_LINES_AT_MOST = 30
# In which of several roles somebody answers for themselves.
_ROLES = (Role.MANAGER, Role.SOCIAL_WORKER)
# Key of an item, and of a party.
Pair = tuple[int, int]


def audiences_of_kind(kind: str) -> frozenset[str]:
    """The audiences for which an organisation of this kind answers."""
    return frozenset(audience for audience, kinds in KINDS_OF.items() if kind in kinds)


def audiences_of_roles(roles: Collection[str]) -> frozenset[str]:
    """The audiences as which somebody with these roles answers for themselves."""
    return frozenset(audience for audience, of in ROLES_OF.items() if any(role in of for role in roles))


def role_for(roles: Collection[str], audiences: Collection[str]) -> str:
    """In which role somebody answers for themselves about guidance for `audiences`; "": in none."""
    fitting = {role for audience in audiences for role in ROLES_OF.get(audience, ())}
    return next((role.value for role in _ROLES if role in roles and role in fitting), "")


def asking_version(item: AskedItem, party: Party) -> IssuedVersion | None:
    """The version that `party` has to answer, or one later than it; None: the guidance is not for it.

    The first version that was issued asks everybody whom the item is for. After that only a major version
    asks again, and only those whose duties it changes.
    """
    if not party.audiences & item.audiences:
        return None
    asking = item.issued[0]
    for version in item.issued[1:]:
        if version.size == ChangeSize.MAJOR and version.audiences_affected & party.audiences:
            asking = version
    return asking


def asking(item: AskedItem, party: Party, last: Answered | None) -> Asking | None:
    """Where `party` stands with `item`, having answered `last`; None: it is not asked."""
    of = asking_version(item, party)
    if of is None:
        return None
    if last is not None and last.number >= of.number:
        return Asking(item, party, of, answer=last)
    return Asking(item, party, of, before=last)


def all_asking(
    items: Iterable[AskedItem], parties: Collection[Party], answers: Mapping[Pair, Answered]
) -> list[Asking]:
    """Every piece of guidance with every party that it is for. `answers`: the last ones, by keys of item and
    party; parties are all organisations, or all people."""
    found = []
    for item in items:
        for party in parties:
            if party.audiences & item.audiences:
                one = asking(item, party, answers.get((item.key, party.key)))
                if one is not None:
                    found.append(one)
    return found


def sums(asked: Iterable[Asking], today: date) -> list[PartySum]:
    """By party, in the order in which they come first. What is closed counts where it was answered."""
    of_party: dict[int, list[Asking]] = {}
    for one in asked:
        if one.answer is not None or one.outstanding:
            of_party.setdefault(one.party.key, []).append(one)
    return [
        PartySum(
            party=ones[0].party,
            asked=len(ones),
            answered=sum(one.answer is not None for one in ones),
            in_practice=_counted(ones, AckAnswer.IN_PRACTICE),
            not_applicable=_counted(ones, AckAnswer.NOT_APPLICABLE),
            late=sum(one.late(today) for one in ones),
            oldest_due=min((one.due for one in ones if one.outstanding), default=None),
        )
        for ones in of_party.values()
    ]


def by_item(
    items: Iterable[AskedItem], asked: Iterable[Asking], people: Mapping[int, dict[str, tuple[int, int]]]
) -> list[ItemSum]:
    """In the order of `items`, those that anybody is asked about. `people`: of `count_people`."""
    of_item: dict[int, list[Asking]] = {}
    for one in asked:
        of_item.setdefault(one.item.key, []).append(one)
    return [
        ItemSum(item, tuple(of_item.get(item.key, ())), people.get(item.key, {}))
        for item in items
        if item.key in of_item or item.key in people
    ]


def count_people(
    items: Iterable[AskedItem], people: Collection[Party], answers: Mapping[Pair, Answered]
) -> dict[int, dict[str, tuple[int, int]]]:
    """By item and role: how many people are asked, and how many of them answered. Of what is closed: only
    who answered."""
    alike: dict[tuple[frozenset[str], frozenset[str]], list[Party]] = {}
    for person in people:
        alike.setdefault((person.audiences, person.roles), []).append(person)
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for item in items:
        for (_, roles), group in alike.items():
            of = asking_version(item, group[0])
            if of is None:
                continue
            answered = sum(
                one.number >= of.number
                for person in group
                if (one := answers.get((item.key, person.key))) is not None
            )
            role = role_for(roles, item.audiences)
            before = found.setdefault(item.key, {}).get(role, (0, 0))
            asked = answered if item.closed else len(group)
            found[item.key][role] = (before[0] + asked, before[1] + answered)
    return found


def role_sums(people: Mapping[int, Mapping[str, tuple[int, int]]]) -> list[RoleSum]:
    """All items together, by role."""
    found: dict[str, tuple[int, int]] = {}
    for of_item in people.values():
        for role, (asked, answered) in of_item.items():
            before = found.get(role, (0, 0))
            found[role] = (before[0] + asked, before[1] + answered)
    return [RoleSum(role.value, *found[role]) for role in _ROLES if role in found]


def answer_given(answer: str, reason: str) -> str:
    """The reason in one spelling; "" where the answer asks for none.

    Raises Refusal('unknown_answer' | 'text_missing' | 'text_too_long' | 'odd_characters')."""
    if answer not in AckAnswer.values:
        raise Refusal("unknown_answer", "Select what you have done with this guidance", "answer")
    if answer != AckAnswer.NOT_APPLICABLE:
        return ""
    missing = "Enter why it does not apply"
    return check_text(reason, field="reason", length=REASON_LENGTH, missing=missing)


def check_answerable(number: int, state: str, newest: int | None) -> None:
    """Raises Refusal('not_issued' | 'superseded'): the newest issued version is what is answered."""
    if state not in LIVE_STATES:
        raise Refusal("not_issued", "This version was not issued: there is nothing to acknowledge yet.")
    if newest is not None and number < newest:
        raise Refusal(
            "superseded", f"Version {newest} was issued after this one. Read it, and acknowledge that one."
        )


def check_asked(item_audiences: Collection[str], party_audiences: frozenset[str]) -> None:
    """Raises Refusal('not_for_you')."""
    if not party_audiences.intersection(item_audiences):
        raise Refusal("not_for_you", "This guidance is not for you: you do not have to acknowledge it.")


def reminder_words(
    items: Collection[tuple[str, str, date]], organisation: str, today: date, *, deputy: bool
) -> tuple[str, str]:
    """Title and text for a partner's lead or deputy: pieces of guidance as (label, title, due)."""
    count = len(items)
    what = "1 piece of guidance" if count == 1 else f"{count} pieces of guidance"
    lines = _listed([f"{label} {title}: {_due(due, today)}" for label, title, due in items])
    asked = " You are asked as the deputy." if deputy else ""
    text = (
        f"{organisation} has not acknowledged:\n{lines}\n"
        f"Say for each whether it was read, was put into practice, or does not apply, and why.{asked}"
    )
    return f"{what} to acknowledge: {organisation}", text


def board_words(silent: Collection[tuple[str, str, str, date]], today: date) -> tuple[str, str]:
    """Title and text for the coordinators and the board: (partner, label, title, due) of what is late."""
    partners = {partner for partner, _, _, _ in silent}
    who = next(iter(partners)) if len(partners) == 1 else f"{len(partners)} partners"
    lines = _listed(
        [f"{partner}: {label} {title}, {_due(due, today)}" for partner, label, title, due in silent]
    )
    return f"Guidance not acknowledged by {who}", f"This guidance has not been acknowledged:\n{lines}"


def _listed(lines: list[str]) -> str:
    rest = len(lines) - _LINES_AT_MOST
    told = "\n".join(lines[:_LINES_AT_MOST])
    return f"{told}\nand {rest} more" if rest > 0 else told


def _due(due: date, today: date) -> str:
    return f"{'was' if due < today else 'is'} due on {in_words(due)}"


def _counted(ones: Iterable[Asking], answer: AckAnswer) -> int:
    return sum(one.answer is not None and one.answer.answer == answer for one in ones)
