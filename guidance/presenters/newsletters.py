"""Words of the pages of newsletters."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from guidance.constants import NewsletterState
from guidance.facts.dissemination import MailCount
from guidance.models import Newsletter, NewsletterMail
from guidance.presenters.base import Tag, counted, moment_words
from guidance.presenters.dissemination import compared
from operations.constants import MailState
from safeguarding.kernel.texts import in_words

_COLOURS = {NewsletterState.DRAFT: "yellow", NewsletterState.SENT: "green"}
_MAIL_COLOURS = {
    MailState.WAITING: "blue",
    MailState.SENT: "green",
    MailState.FAILED: "red",
    MailState.NONE: "grey",
}


def state_tag(newsletter: Newsletter) -> Tag:
    state = NewsletterState(newsletter.state)
    return {"text": state.label, "colour": _COLOURS[state]}


def days_of(first: date, last: date) -> str:
    return f"{in_words(first)} to {in_words(last)}"


def newsletters_table(rows: Iterable[Newsletter]) -> dict[str, Any]:
    """`rows` with `size`, and `failed` mails."""
    return {
        "caption": "Newsletters",
        "columns": [
            {"text": "Newsletter"},
            {"text": "Days"},
            {"text": "State"},
            {"text": "Pieces of guidance", "numeric": True},
            {"text": "Sent"},
        ],
        "rows": [
            [
                {"text": f"{row.number}. {row.title}", "href": reverse("newsletter", args=[row.uid])},
                days_of(row.from_date, row.until_date),
                _state_cell(row),
                {"text": str(row.size), "numeric": True},  # type: ignore[attr-defined]
                moment_words(row.sent_at) if row.sent_at else "",
            ]
            for row in rows
        ],
        "empty": "No newsletter yet.",
    }


def _state_cell(row: Newsletter) -> dict[str, str]:
    failed = getattr(row, "failed", 0)
    if failed:
        return {"text": f"Sent, {counted(failed, 'mail')} not delivered", "tag": "red"}
    tag = state_tag(row)
    return {"text": tag["text"], "tag": tag["colour"]}


def delivery_lines(count: MailCount) -> list[dict[str, Any]]:
    """How many mails stand in each state, as figures."""
    return [
        {"label": MailState(code).label, "value": f"{count.by_state.get(code, 0):,}"}
        for code in MailState.values
    ]


def mails_table(rows: Iterable[NewsletterMail]) -> dict[str, Any]:
    return {
        "caption": "Mails",
        "columns": [
            {"text": "To"},
            {"text": "State"},
            {"text": "Tries", "numeric": True},
            {"text": "Last try"},
        ],
        "rows": [
            [
                _to(row),
                {"text": _mail_words(row), "tag": _MAIL_COLOURS[MailState(row.mail_state)]},
                {"text": str(row.mail_tries), "numeric": True},
                moment_words(row.mail_tried_at) if row.mail_tried_at else "",
            ]
            for row in rows
        ],
        "empty": "No mail is here.",
    }


def _to(row: NewsletterMail) -> str:
    if row.organisation:
        return f"{row.organisation.name} (its mailbox)"
    return row.recipient.name if row.recipient else ""


def _mail_words(row: NewsletterMail) -> str:
    label = MailState(row.mail_state).label
    return f"{label}: {row.mail_error}" if row.mail_error else label


def theirs_yours(current: Newsletter, answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """What is saved now beside what was typed."""
    saved = {
        entry.of.uid: f"{entry.position}. {entry.of.item.label}: {entry.text}"
        for entry in current.entries.select_related("of__item")
    }
    pairs = [
        ("State", NewsletterState(current.state).label, ""),
        ("Title", current.title, answers.get("title", "")),
        ("Introduction", current.intro, answers.get("intro", "")),
        ("Guidance in it", "\n\n".join(saved.values()), answers.get("entries", "")),
    ]
    return compared(pairs)
