"""Question sets as versions: which there are, which is in use, what a version follows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from partners.constants import QuestionSetState
from partners.facts.questions import QuestionSetFact
from partners.facts.waiting import Waiting
from partners.models import QuestionSet
from partners.selectors.questions import question_set_fact


@dataclass(frozen=True)
class SetLine:
    uid: UUID
    code: str
    version: int
    name: str
    state: str
    changes: str
    created_at: datetime
    created_by: str
    locked_at: datetime | None
    # Returns that are asked on it.
    returns: int
    # The newest locked version: what the next cycle asks.
    in_use: bool


def set_lines() -> list[SetLine]:
    """All versions, by code, the newest first; one query."""
    rows = QuestionSet.objects.select_related("created_by").annotate(asked=Count("returns"))
    lines = []
    newest_locked: set[str] = set()
    for row in rows.order_by("code", "-version"):
        in_use = row.state == QuestionSetState.LOCKED and row.code not in newest_locked
        if in_use:
            newest_locked.add(row.code)
        lines.append(
            SetLine(
                row.uid,
                row.code,
                row.version,
                row.name,
                row.state,
                row.changes,
                row.created_at,
                row.created_by.name if row.created_by else "",
                row.locked_at,
                row.asked,
                in_use,
            )
        )
    return lines


def version_before(question_set: QuestionSet) -> QuestionSetFact | None:
    """The latest version before this one, whose answers are brought forward."""
    rows = QuestionSet.objects.filter(code=question_set.code, version__lt=question_set.version)
    before = rows.order_by("-version").first()
    return question_set_fact(before) if before else None


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    if not allows(user.roles, Action.DECIDE, Thing.QUESTION_SET):
        return []
    drafts = QuestionSet.objects.filter(state=QuestionSetState.DRAFT).count()
    if not drafts:
        return []
    words = f"{drafts} {'question set is' if drafts == 1 else 'question sets are'} being drafted"
    return [Waiting(drafts, words, "question_sets")]
