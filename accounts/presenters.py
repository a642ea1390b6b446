"""Words of the people pages and the audit trail."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.timezone import get_current_timezone

from accounts.constants import RIGHT_LABELS
from accounts.facts import AuditRow, PersonRow, Right
from accounts.models import User
from accounts.selectors import NOT_RECORDED

_ACTIONS = {
    "session.signed_in": "Signed in",
    "session.signed_out": "Signed out",
    "session.sign_in_failed": "Sign-in failed",
    "session.locked_out": "Locked after too many attempts",
    "second_factor.added": "Second step set up",
    "second_factor.removed": "Second step removed",
    "second_factor.renewed": "Recovery codes renewed",
    "second_factor.reset": "Second step taken off by an administrator",
    "password.changed": "Password changed",
    "password.chosen_by_link": "Password chosen by link",
    "account.created": "Account created",
    "account.invited": "Invitation made",
    "account.switched_off": "Account switched off",
    "account.switched_on": "Account switched on",
    "right.given": "Role or permission given",
    "right.confirmed": "Role confirmed by a second administrator",
    "right.ended": "Role or permission ended",
    "audit_trail.downloaded": "Audit trail downloaded",
    "child.viewed": "Child's record opened",
}


def moment(at: datetime | None) -> str:
    """'4 May 2026, 9:05am' in the place's own time."""
    if at is None:
        return "Never"
    local = at.astimezone(get_current_timezone())
    return f"{local.day} {local:%B %Y}, {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def action_words(action: str) -> str:
    """Words for a known action; the code itself, spelled out, for one of another app."""
    return _ACTIONS.get(action) or action.replace(".", ": ").replace("_", " ").capitalize()


def right_words(right: str) -> str:
    return str(RIGHT_LABELS.get(right, right))


def _columns(*titles: str) -> list[dict]:
    return [{"text": title} for title in titles]


def own_account(user: User) -> list[dict]:
    return [
        {"key": "Name", "value": user.name},
        {"key": "Email address", "value": user.email},
        {"key": "Job title", "value": user.job_title or "Not given"},
    ]


def rights_table(rights: list[Right]) -> dict:
    return {
        "caption": "What you may do",
        "columns": _columns("Role or permission", "Since", "Given by"),
        "rows": [
            [
                right_words(right.right) + (" (waits for a second administrator)" if right.waiting else ""),
                moment(right.granted_at),
                right.granted_by,
            ]
            for right in rights
        ],
        "empty": "You have no role yet. Ask the person who looks after access for your organisation.",
    }


def person_rows(user: User) -> list[dict]:
    return [
        {"key": "Email address", "value": user.email},
        {"key": "Job title", "value": user.job_title or "Not given"},
        {"key": "Account", "tag": {"text": "Active", "colour": "green"} if user.is_active else
            {"text": "Switched off", "colour": "grey"}},
        {"key": "Last signed in", "value": moment(user.last_login)},
        {"key": "Made", "value": f"{moment(user.created_at)} by "
            f"{user.created_by.name if user.created_by else NOT_RECORDED}"},
    ]  # fmt: skip


def held_rights(rights: list[Right], *, viewer_uid: UUID) -> list[dict]:
    """Each right with what the page says of it, and whether `viewer_uid` may confirm it."""
    return [
        {
            "uid": right.uid,
            "name": right_words(right.right),
            "history": _given(right),
            "waiting": right.waiting,
            "may_confirm": right.waiting and right.granted_by_uid != viewer_uid,
        }
        for right in rights
    ]


def _given(right: Right) -> str:
    words = f"Given by {right.granted_by} on {moment(right.granted_at)}"
    if right.seconded_at:
        words += f", confirmed by {right.seconded_by} on {moment(right.seconded_at)}"
    return words


def ended_rights_table(rights: list[Right]) -> dict:
    return {
        "caption": "Ended",
        "caption_size": "s",
        "columns": _columns("Role or permission", "Given", "Ended"),
        "rows": [
            [right_words(right.right), _given(right), f"By {right.ended_by} on {moment(right.ended_at)}"]
            for right in rights
        ],
        "empty": "Nothing has been ended.",
    }


def people_table(rows: list[PersonRow], href: Callable[[UUID], str]) -> dict:
    return {
        "caption": "Accounts",
        "columns": _columns("Name", "Email address", "Roles", "Last signed in", "State"),
        "rows": [
            [
                {"text": row.name, "href": href(row.uid)},
                row.email,
                ", ".join(right_words(right) for right in row.rights) or "None",
                moment(row.last_signed_in_at),
                {"text": "Active", "tag": "green"}
                if row.is_active
                else {"text": "Switched off", "tag": "grey"},
            ]
            for row in rows
        ],
        "empty": "No account matches. Check the spelling, or search for a part of the name.",
    }


def audit_table(rows: list[AuditRow]) -> dict:
    return {
        "caption": "Events, newest first",
        "columns": [*_columns("When", "Who", "What", "Record"), {"text": "Details", "wide": True}],
        "rows": [
            [
                moment(row.at),
                who_words(row),
                action_words(row.action),
                record_words(row),
                detail_words(row.detail),
            ]
            for row in rows
        ],
        "empty": "No event matches these filters.",
    }


def who_words(row: AuditRow) -> str:
    return f"{row.who} ({row.roles})" if row.roles else row.who


def record_words(row: AuditRow) -> str:
    which = row.account or row.object_uid or ""
    parts = [f"{row.object_kind.replace('_', ' ')} {which}".strip()] if row.object_kind else []
    if row.child_uid and row.child_uid != row.object_uid:
        parts.append(f"child {row.child_uid}")
    return ", ".join(parts)


def detail_words(detail: dict) -> str:
    return "; ".join(
        f"{key.replace('_', ' ')}: {_plain(value)}"
        for key, value in detail.items()
        if value not in ("", None, [], {})
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
