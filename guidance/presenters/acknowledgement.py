"""Words of the pages of acknowledgement."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.constants import Role
from accounts.selectors import User
from guidance.constants import LIVE_STATES, AckAnswer, GuidanceReminderStep
from guidance.facts.acknowledgement import Asking, ItemSum, Party, PartySum, RoleSum
from guidance.forms.acknowledgement import ONESELF
from guidance.models import GuidanceItem, GuidanceVersion
from guidance.presenters.base import Tag, counted, moment_words
from guidance.presenters.register import force_tag
from guidance.selectors import acknowledgements as selectors
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words

_COLOURS = {AckAnswer.READ: "blue", AckAnswer.IN_PRACTICE: "green", AckAnswer.NOT_APPLICABLE: "grey"}
_ROLE_WORDS = {
    Role.MANAGER: ("manager", "managers"),
    Role.SOCIAL_WORKER: ("social worker", "social workers"),
}


def party_code(party: Party) -> str:
    """As the form names it."""
    return ONESELF if party.is_person else str(party.uid)


def party_name(party: Party) -> str:
    return "You" if party.is_person else party.name


def parties(asked: Iterable[Asking]) -> list[tuple[str, str]]:
    return [(party_code(one.party), party_name(one.party)) for one in asked]


def standing_tag(one: Asking, today: date) -> Tag:
    if one.answer:
        answer = AckAnswer(one.answer.answer)
        return {"text": answer.label, "colour": _COLOURS[answer]}
    if one.item.closed:
        return {"text": "Closed: nothing is asked", "colour": "grey"}
    if one.late(today):
        return {"text": "Late", "colour": "red"}
    return {"text": "To acknowledge", "colour": "yellow"}


def due_words(one: Asking, today: date) -> str:
    """'Due on 14 April 2020', and why it is asked again where it is."""
    words = f"{'Was due' if one.due < today else 'Due'} on {in_words(one.due)}"
    if one.before:
        words += f". Asked again: version {one.of.number} changes what you have to do"
    return words


def answer_words(one: Asking) -> str:
    """'Lou Lead, 6 April 2020 at 10:00am, to version 1', with the reason."""
    if not one.answer:
        return ""
    words = f"{one.answer.by}, {moment_words(one.answer.at)}, version {one.answer.number}"
    return f"{words}. {one.answer.reason}" if one.answer.reason else words


def cards(asked: Sequence[Asking], to_do: Mapping[int, str], today: date) -> list[dict[str, Any]]:
    """What somebody has still to acknowledge, each with what it asks for."""
    return [
        {
            "title": f"{one.item.label} {one.item.title}",
            "href": reverse("guidance_item", args=[one.item.uid]),
            "action": reverse("acknowledge_guidance", args=[one.item.newest.uid]),
            "party": party_code(one.party),
            "for_whom": "" if one.party.is_person else one.party.name,
            "force": force_tag(one.item.force),
            "tag": standing_tag(one, today),
            "due": due_words(one, today),
            "to_do": to_do.get(one.item.newest.key, ""),
        }
        for one in asked
    ]


def answered_table(asked: Iterable[Asking], today: date) -> dict[str, Any]:
    rows = []
    for one in asked:
        tag = standing_tag(one, today)
        name = {
            "text": f"{one.item.label} {one.item.title}",
            "href": reverse("guidance_item", args=[one.item.uid]),
        }
        change = {
            "text": "Answer again",
            "href": reverse("acknowledge_guidance", args=[one.item.newest.uid]),
            "hidden": f"about {one.item.label}",
        }
        said = {"text": tag["text"], "tag": tag["colour"], "note": answer_words(one)}
        rows.append([name, party_name(one.party), said, change])
    columns = [{"text": "Guidance", "wide": True}, {"text": "For"}, {"text": "Answer"}, {"text": "Change"}]
    return {
        "caption": "Guidance you have answered",
        "columns": columns,
        "rows": rows,
        "empty": "You have not answered any guidance that is live.",
    }


def partners_table(sums: Iterable[PartySum]) -> dict[str, Any]:
    return {
        "caption": "By partner",
        "columns": [
            {"text": "Partner"},
            {"text": "Asked", "numeric": True},
            {"text": "Acknowledged", "numeric": True},
            {"text": "Put into practice", "numeric": True},
            {"text": "Does not apply", "numeric": True},
            {"text": "Late", "numeric": True},
            {"text": "Oldest that is outstanding"},
        ],
        "rows": [
            [
                {
                    "text": one.party.name,
                    "href": f"{reverse('guidance_outstanding')}?partner={one.party.uid}",
                },
                one.asked,
                _share(one.answered, one.percent),
                one.in_practice,
                one.not_applicable,
                one.late,
                in_words(one.oldest_due) if one.oldest_due else "None",
            ]
            for one in sums
        ],
        "empty": "No partner that takes part has been asked about guidance that is live.",
    }


def roles_table(sums: Iterable[RoleSum]) -> dict[str, Any]:
    """Counted, and nobody named."""
    return {
        "caption": "In the children’s service",
        "columns": [
            {"text": "Role"},
            {"text": "Answers asked for", "numeric": True},
            {"text": "Given", "numeric": True},
        ],
        "rows": [[Role(one.role).label, one.asked, _share(one.answered, one.percent)] for one in sums],
        "empty": "Nobody in the children’s service has been asked about guidance that is live.",
    }


def outstanding_table(
    items: Iterable[ItemSum],
    steps: Mapping[tuple[int, int], tuple[str, datetime]],
    today: date,
    *,
    empty: str,
) -> dict[str, Any]:
    """`steps`: of selectors.acknowledgement_reminders.last_steps."""
    return {
        "caption": "Guidance that is not acknowledged by all",
        "columns": [
            {"text": "Guidance", "wide": True},
            {"text": "Partners that have not answered", "wide": True},
            {"text": "Of those asked", "numeric": True},
            {"text": "People who have not answered"},
        ],
        "rows": [
            [
                {
                    "text": f"{one.item.label} {one.item.title}",
                    "href": reverse("guidance_item", args=[one.item.uid]),
                    "tags": [force_tag(one.item.force)],
                },
                _silent(one.silent, steps, today),
                f"{len(one.silent)} of {len(one.partners)}",
                people_words(one) or "None",
            ]
            for one in items
        ],
        "empty": empty,
    }


def people_words(one: ItemSum) -> str:
    """'3 of 12 social workers, 1 of 2 managers': who has not answered; "" where all have."""
    return ", ".join(
        f"{asked - answered} of {counted(asked, *_ROLE_WORDS[Role(role)])}"
        for role, (asked, answered) in sorted(one.people.items())
        if asked > answered
    )


def step_words(step: str, at: datetime) -> str:
    return f"{GuidanceReminderStep(step).label}, {in_words(day_of(at))}"


def on_item(item: GuidanceItem, version: GuidanceVersion, user: User, at: datetime) -> dict[str, Any]:
    """Context of this subject's part of an item's page; `version`: the newest that was told, if any."""
    if version.state not in LIVE_STATES:
        return {}
    today = day_of(at)
    found: dict[str, Any] = {}
    if own := selectors.mine(user, at, items=[item.pk]):
        found["own"] = [own_line(one, today) for one in own]
    if selectors.watches(user) and (all_of_it := selectors.of_item(item.pk, at)):
        found["all"] = _summary(all_of_it, today)
    return found


def own_line(one: Asking, today: date) -> dict[str, Any]:
    """Where this person's own party stands, and what can be pressed."""
    return {
        "for_whom": party_name(one.party),
        "party": party_code(one.party),
        "tag": standing_tag(one, today),
        "words": answer_words(one) or ("" if one.item.closed else due_words(one, today)),
        "action": reverse("acknowledge_guidance", args=[one.item.newest.uid]),
        "outstanding": one.outstanding,
        "may_go_on": one.answer is not None and one.answer.answer == AckAnswer.READ and not one.item.closed,
    }


def _summary(one: ItemSum, today: date) -> dict[str, Any]:
    return {
        "answered": sum(asking.answer is not None for asking in one.partners),
        "asked": len(one.partners),
        "table": {
            "caption": "What each partner has answered",
            "caption_size": "s",
            "columns": [{"text": "Partner"}, {"text": "Answer", "wide": True}],
            "rows": [[asking.party.name, _answer_cell(asking, today)] for asking in one.partners],
        },
        "people": people_words(one),
    }


def _answer_cell(one: Asking, today: date) -> dict[str, Any]:
    tag = standing_tag(one, today)
    note = answer_words(one) or ("" if one.item.closed else due_words(one, today))
    return {"text": tag["text"], "tag": tag["colour"], "note": note}


def _silent(
    silent: Iterable[Asking], steps: Mapping[tuple[int, int], tuple[str, datetime]], today: date
) -> dict[str, Any] | str:
    lines, late = [], 0
    for one in silent:
        told = steps.get((one.of.key, one.party.key))
        reminded = f" (reminded: {step_words(*told).lower()})" if told else ""
        lines.append(f"{one.party.name}: {due_words(one, today).split('.')[0].lower()}{reminded}")
        late += one.late(today)
    if not lines:
        return "None"
    cell: dict[str, Any] = {"text": "; ".join(lines)}
    if late:
        cell["tags"] = [{"text": f"{late} late", "colour": "red"}]
    return cell


def _share(count: int, percent: Decimal | None) -> str:
    return f"{count:,} ({percent}%)" if percent is not None else "–"
