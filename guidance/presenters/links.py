"""Words of what guidance reaches, and of whether practice shows it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from guidance.constants import GuidanceLinkKind, VersionState
from guidance.facts.links import LinkFact, PracticeRow
from guidance.facts.register import ShownFact
from guidance.models import GuidanceItem, GuidanceVersion
from guidance.presenters.base import Tag, counted, moment_words
from guidance.rules import practice as rules
from guidance.selectors import links as selectors
from guidance.selectors import practice
from guidance.selectors.register import sees_all
from partners.constants import ActionState, Reading, SourceKind
from partners.facts.actions import ActionFact
from partners.selectors.actions import actions_of
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words

# Partners named in a cell; the rest are counted.
_NAMED = 4
_READINGS = {
    Reading.ASSURED: "green",
    Reading.PARTLY: "yellow",
    Reading.CONCERN: "red",
    Reading.NOT_KNOWN: "grey",
}
_ACTIONS = {
    ActionState.OPEN: "blue",
    ActionState.DONE: "yellow",
    ActionState.VERIFIED: "green",
    ActionState.WITHDRAWN: "grey",
}


def on_item(item: GuidanceItem, version: GuidanceVersion, user: User, at: datetime) -> dict[str, Any]:
    """Context of this subject's part of an item's page, for who keeps or checks the register; `version`: the
    newest that was told, if any."""
    if not sees_all(user):
        return {}
    keeps = selectors.may_keep(user)
    linked = selectors.links_of(selectors.open_links().filter(item=item), user, at=at)
    found: dict[str, Any] = {
        "links": link_rows(linked, may_keep=keeps),
        "actions": actions_table(actions_of(SourceKind.GUIDANCE, item.uid, user, at), day_of(at)),
        "may_keep": keeps,
        "may_act": keeps and allows(user.roles, Action.CREATE, Thing.ACTION),
    }
    if version.issued_at:
        questions, rows = practice.evidence(version, at)
        found |= standing(version, questions, rows)
        found["may_close"] = keeps and version.state == VersionState.ISSUED
    return found


def standing(
    version: GuidanceVersion, questions: Collection[str], rows: Collection[PracticeRow]
) -> dict[str, Any]:
    """Whether a version that was issued is shown in practice: its tag, words and the answers."""
    asked = question_words(questions)
    if version.closed_at:
        by = f", {version.closed_by.name}" if version.closed_by else ""
        tag = {"text": "Shown in practice", "colour": "green"}
        words = f"Closed {moment_words(version.closed_at)}{by}."
        return {"shown_tag": tag, "shown_words": words, "practice": kept_table(version)}
    if not questions:
        words = "No question of the assurance return asks about it. Link one, and the answers are shown here."
        return {"shown_tag": _told(), "shown_words": words, "practice": None}
    good, missing = rules.shown(rows)
    if good and not missing:
        tag = {"text": "Shown by answers", "colour": "green"}
        words = "Every partner whom it is for has shown it. It can be closed."
        return {"shown_tag": tag, "shown_words": words, "practice": practice_table(rows, asked)}
    words = "No partner that sends returns is asked about it."
    if good or missing:
        have = "has" if len(good) == 1 else "have"
        words = f"{len(good)} of {counted(len(good) + len(missing), 'partner')} {have} shown it."
    return {"shown_tag": _told(), "shown_words": words, "practice": practice_table(rows, asked)}


def _told() -> Tag:
    return {"text": "Told, not shown", "colour": "yellow"}


def question_words(codes: Collection[str]) -> dict[str, str]:
    """By code, the question as last worded; one that is no longer in use by its code."""
    known = selectors.questions() if codes else {}
    return {code: known.get(code, code) for code in codes}


def practice_table(rows: Iterable[PracticeRow], questions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "caption": "What partners have said since it was issued",
        "caption_size": "s",
        "columns": [
            {"text": "Partner"},
            {"text": "Question", "wide": True},
            {"text": "Answer", "wide": True},
        ],
        "rows": [_practice(row, questions) for row in rows],
        "empty": "No partner that sends returns is asked about it.",
    }


def _practice(row: PracticeRow, questions: Mapping[str, str]) -> list[Any]:
    if not row.question:
        return [row.organisation, "–", {"text": "Nothing yet", "tag": "grey"}]
    answer: dict[str, Any] = {"text": row.said, "href": reverse("return", args=[row.return_uid])}
    if row.reading:
        reading = Reading(row.reading)
        answer["tags"] = [{"text": str(reading.label), "colour": _READINGS[reading]}]
    where = {"text": questions.get(row.question, row.question), "note": f"Cycle {row.cycle}"}
    return [row.organisation, where, answer]


def kept_table(version: GuidanceVersion) -> dict[str, Any]:
    """What showed it when it was closed."""
    asked = question_words({str(row.get("question", "")) for row in version.shown_by} - {""})
    rows = [
        [
            str(row.get("organisation", "")),
            {
                "text": asked.get(str(row.get("question", "")), "–"),
                "note": f"Cycle {row['cycle']}" if row.get("cycle") else "",
            },
            str(row.get("said", "")),
        ]
        for row in version.shown_by
    ]
    return {
        "caption": "What showed it",
        "caption_size": "s",
        "columns": [
            {"text": "Partner"},
            {"text": "Question", "wide": True},
            {"text": "Answer", "wide": True},
        ],
        "rows": rows,
    }


def link_tag(link: LinkFact) -> Tag:
    if link.to_look_at:
        return {"text": "To be looked at", "colour": "yellow"}
    if link.looked_at:
        return {"text": "Looked at", "colour": "green"}
    return {"text": "Nothing changed since", "colour": "grey"}


def link_rows(links: Iterable[LinkFact], *, may_keep: bool) -> list[dict[str, Any]]:
    """What one piece of guidance reaches, for its own page."""
    return [
        {
            "kind": str(GuidanceLinkKind(link.kind).label),
            "words": link.words or "You may not open this",
            "href": reverse(link.page, args=[link.target]) if link.page else "",
            "tag": link_tag(link),
            "note": link_words(link),
            "look": reverse("look_guidance_link", args=[link.uid]) if may_keep and link.changed_at else "",
            "remove": reverse("unlink_guidance", args=[link.uid]) if may_keep else "",
            "remove_text": f"Remove the link to {link.words[:60] or 'this'}",
        }
        for link in links
    ]


def link_words(link: LinkFact) -> str:
    if link.looked_at and not link.to_look_at:
        return f"{moment_words(link.looked_at)}, {link.looked_by}: {link.looked_words}"
    if link.to_look_at and link.changed_at:
        return f"The guidance changed {moment_words(link.changed_at)}"
    return f"Linked {moment_words(link.made_at)}"


def reach_table(links: Iterable[LinkFact], *, caption: str, empty: str, may_keep: bool) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [
            {"text": "What is linked", "wide": True},
            {"text": "Guidance", "wide": True},
            {"text": "State", "wide": True},
            *([{"text": "Look"}] if may_keep else []),
        ],
        "rows": [_reach(link, may_keep) for link in links],
        "empty": empty,
    }


def _reach(link: LinkFact, may_keep: bool) -> list[Any]:
    thing: dict[str, Any] = {
        "text": link.words or "You may not open this",
        "note": str(GuidanceLinkKind(link.kind).label),
    }
    if link.page:
        thing["href"] = reverse(link.page, args=[link.target])
    tag = link_tag(link)
    found: list[Any] = [
        thing,
        {"text": f"{link.label} {link.title}", "href": reverse("guidance_item", args=[link.item_uid])},
        {"text": tag["text"], "tag": tag["colour"], "note": link_words(link)},
    ]
    if may_keep:
        found.append(
            {
                "text": "Say what you found",
                "href": reverse("look_guidance_link", args=[link.uid]),
                "hidden": f"at {link.words or 'this'} for {link.label}",
            }
            if link.changed_at
            else "–"
        )
    return found


def shown_table(facts: Iterable[ShownFact], *, empty: str) -> dict[str, Any]:
    return {
        "caption": "What was told, and whether practice shows it",
        "columns": [
            {"text": "Guidance", "wide": True},
            {"text": "Issued"},
            {"text": "Practice"},
            {"text": "Shown by"},
            {"text": "Not shown by", "wide": True},
        ],
        "rows": [_shown(fact) for fact in facts],
        "empty": empty,
    }


def _shown(fact: ShownFact) -> list[Any]:
    name = {"text": f"{fact.label} {fact.title}", "href": reverse("guidance_item", args=[fact.item_uid])}
    state: dict[str, Any] = {"text": "Told, not shown", "tag": "yellow"}
    if fact.is_shown:
        state = {"text": "Shown", "tag": "green"}
    elif not fact.questions:
        state["note"] = "No question asks about it"
    return [name, in_words(day_of(fact.issued_at)), state, _names(fact.shown), _names(fact.not_shown)]


def _names(names: Collection[str]) -> str:
    if not names:
        return "–"
    rest = len(names) - _NAMED
    told = ", ".join(list(names)[:_NAMED])
    return f"{told} and {rest} more" if rest > 0 else told


def actions_table(facts: Iterable[ActionFact], today: date) -> dict[str, Any]:
    return {
        "caption": "Actions that come from it",
        "caption_size": "s",
        "columns": [{"text": "Action", "wide": True}, {"text": "Due"}, {"text": "State"}, {"text": "Who"}],
        "rows": [_action(fact, today) for fact in facts],
        "empty": "No action has been added.",
    }


def _action(fact: ActionFact, today: date) -> list[Any]:
    late = fact.days_late(today)
    state = ActionState(fact.state)
    return [
        {"text": fact.title, "href": reverse("action", args=[fact.uid])},
        {
            "text": in_words(fact.due_on),
            "tags": [{"text": f"{counted(late, 'day')} overdue", "colour": "red"}] if late else [],
        },
        {"text": str(state.label), "tag": _ACTIONS[state]},
        {"text": fact.owner or "Nobody yet: the lead is asked", "note": fact.organisation},
    ]
