"""What guidance means here: assessed, drafted, put forward, approved by another person, issued.

Each is one transaction of lock, rules, change, move, snapshot and audit event. The version is locked first,
then its interpretation."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from accounts.policy import Action
from accounts.selectors import User
from guidance import signals
from guidance.constants import ACK_WORKING_DAYS, LIVE_STATES, InterpretationState, VersionState
from guidance.models import GuidanceItem, GuidanceVersion, Interpretation
from guidance.rules import interpretation as rules
from guidance.rules.interpretation import Act
from guidance.selectors import interpretation as selectors
from guidance.services.base import change, locked, moved, need_keeper, screened, unchanged, write
from guidance.services.drafts import write_draft
from guidance.services.search_text import search_again
from guidance.services.topic_owners import set_topic_owner
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.working_days import working_days_after

__all__ = [
    "approve",
    "assess",
    "issue",
    "send_back",
    "set_aside",
    "set_topic_owner",
    "submit",
    "take_back",
    "take_up",
    "write_draft",
]


def assess(*, user: User, of: GuidanceVersion, expected_version: int, now: datetime) -> GuidanceVersion:
    """Somebody has read it and says that it matters here: an interpretation is owed.

    Raises OutOfReach, StaleEdit, Refusal('move_not_allowed')."""
    return _step(Act.ASSESS, "assessed", user, of, expected_version, now)


def set_aside(
    *,
    user: User,
    of: GuidanceVersion,
    expected_version: int,
    reason: str,
    names_no_child: bool = False,
    now: datetime,
) -> GuidanceVersion:
    """It does not matter here. A draft that was begun stays. Raises as `assess`, and Refusal('text_missing' |
    'looks_personal')."""
    said = rules.reason(reason, "Enter why it does not matter here")
    marks = screened({"reason": said}, confirmed=names_no_child, now=now)
    return _step(Act.SET_ASIDE, "set_aside", user, of, expected_version, now, said, marks)


def take_up(
    *,
    user: User,
    of: GuidanceVersion,
    expected_version: int,
    reason: str,
    names_no_child: bool = False,
    now: datetime,
) -> GuidanceVersion:
    """It matters here after all. Raises as `set_aside`."""
    said = rules.reason(reason, "Enter why it matters after all")
    marks = screened({"reason": said}, confirmed=names_no_child, now=now)
    return _step(Act.TAKE_UP, "taken_up", user, of, expected_version, now, said, marks)


def submit(
    *, user: User, interpretation: Interpretation, expected_version: int, now: datetime
) -> Interpretation:
    """Puts the draft forward for another person's approval; `expected_version` is the interpretation's, here
    and below.

    Raises OutOfReach, StaleEdit, Refusal('move_not_allowed' | 'text_missing' | 'valid_until_past')."""
    with transaction.atomic():
        of, row, to = _locked(interpretation, user, Act.SUBMIT, Action.EDIT)
        _open(row, InterpretationState.DRAFT)
        unchanged(row, expected_version)
        rules.check_said(row.meaning, row.to_do)
        rules.check_valid_until(row.valid_until, today=day_of(now))
        write(row, state=InterpretationState.IN_REVIEW, submitted_at=now, submitted_by=user)
        moved(of, "submitted", to, by=user, now=now, detail={"interpretation": row.number})
    return row


def approve(
    *,
    user: User,
    interpretation: Interpretation,
    expected_version: int,
    words: str = "",
    names_no_child: bool = False,
    now: datetime,
) -> Interpretation:
    """Another person than those who wrote it or put it forward approves it.

    Raises OutOfReach, StaleEdit, Refusal('move_not_allowed' | 'four_eyes' | 'text_too_long' | …)."""
    said = rules.reason(words, "", "words")
    marks = screened({"words": said}, confirmed=names_no_child, now=now)
    with transaction.atomic():
        of, row, to = _locked(interpretation, user, Act.APPROVE, Action.DECIDE)
        _open(row, InterpretationState.IN_REVIEW)
        unchanged(row, expected_version)
        rules.check_four_eyes(user.pk, selectors.writers(row))
        write(
            row, state=InterpretationState.APPROVED, decided_at=now, decided_by=user, decision_words=said
        )  # fmt: skip
        detail = {"interpretation": row.number, **marks}
        moved(of, "approved", to, by=user, now=now, reason=said, detail=detail)
    return row


def send_back(
    *,
    user: User,
    interpretation: Interpretation,
    expected_version: int,
    words: str,
    names_no_child: bool = False,
    now: datetime,
) -> Interpretation:
    """Not approved, with what is missing; what was put forward stays as it was, for the next draft to begin
    from. Raises as `approve`, and 'text_missing'."""
    said = rules.reason(words, "Enter what has to change", "words")
    marks = screened({"words": said}, confirmed=names_no_child, now=now)
    with transaction.atomic():
        of, row, to = _locked(interpretation, user, Act.SEND_BACK, Action.DECIDE)
        _open(row, InterpretationState.IN_REVIEW)
        unchanged(row, expected_version)
        rules.check_four_eyes(user.pk, selectors.writers(row))
        write(
            row, state=InterpretationState.SENT_BACK, decided_at=now, decided_by=user, decision_words=said
        )  # fmt: skip
        detail = {"interpretation": row.number, **marks}
        moved(of, "sent_back", to, by=user, now=now, reason=said, detail=detail)
    return row


def take_back(
    *,
    user: User,
    of: GuidanceVersion,
    expected_version: int,
    reason: str,
    names_no_child: bool = False,
    now: datetime,
) -> GuidanceVersion:
    """An approval is taken back before issue, also by who wrote it: it is written and approved again. Here
    and in `issue` `expected_version` is that of the version.

    Raises OutOfReach, StaleEdit, Refusal('move_not_allowed' | 'text_missing' | 'looks_personal')."""
    said = rules.reason(reason, "Enter why it is taken back")
    marks = screened({"reason": said}, confirmed=names_no_child, now=now)
    with transaction.atomic():
        need_keeper(user, Action.DECIDE)
        row = locked(of)
        to = rules.after(Act.TAKE_BACK, row.state)
        unchanged(row, expected_version)
        approved = row.interpretations.select_for_update(no_key=True).get(state=InterpretationState.APPROVED)
        # The approver's own words stay in the move that approved it.
        write(approved, state=InterpretationState.SENT_BACK, decision_words=said)
        detail = {"interpretation": approved.number, **marks}
        moved(row, "taken_back", to, by=user, now=now, reason=said, detail=detail)
    return row


def issue(*, user: User, of: GuidanceVersion, expected_version: int, now: datetime) -> GuidanceVersion:
    """Tells it: from now on everybody whom it is for reads it and owes an answer. `signals.issued` follows
    the commit.

    Raises OutOfReach, StaleEdit, Refusal('not_approved' | 'move_not_allowed' | 'later_issued' |
    'no_longer_valid')."""
    with transaction.atomic():
        need_keeper(user, Action.DECIDE)
        # One issue at a time for each piece of guidance: which version is the newest depends on it.
        item = locked(GuidanceItem(pk=of.item_id))
        row = locked(of)
        to = rules.after(Act.ISSUE, row.state)
        unchanged(row, expected_version)
        rules.check_newest(row.number, _issued_numbers(item))
        told = selectors.issued_interpretation(row)
        row.item = item
        brought_in = row.for_whom
        if told is None:
            raise Refusal("not_approved", "It is issued once another person has approved it.")
        rules.check_still_valid(told.valid_until, today=day_of(now))
        moved(
            row,
            "issued",
            to,
            by=user,
            now=now,
            detail={"interpretation": told.number},
            issued_at=now,
            issued_by=user,
            acknowledge_by=working_days_after(day_of(now), ACK_WORKING_DAYS),
        )
        if brought_in != item.audiences:
            change(item, "got_audiences", {"audiences": brought_in}, by=user, now=now)
        search_again(item)
        transaction.on_commit(partial(signals.issued.send, sender=GuidanceVersion, version_uid=row.uid))
    return row


def _step(
    act: Act,
    verb: str,
    user: User,
    of: GuidanceVersion,
    expected_version: int,
    now: datetime,
    reason: str = "",
    marks: dict[str, Any] | None = None,
) -> GuidanceVersion:
    with transaction.atomic():
        need_keeper(user)
        row = locked(of)
        to = rules.after(act, row.state)
        unchanged(row, expected_version)
        moved(row, verb, to, by=user, now=now, reason=reason, detail=marks)
    return row


def _locked(
    interpretation: Interpretation, user: User, act: Act, action: Action
) -> tuple[GuidanceVersion, Interpretation, VersionState]:
    """The version and its interpretation, locked, and the state that `act` leads to."""
    need_keeper(user, action)
    of = locked(interpretation.of)
    to = rules.after(act, of.state)
    rows = Interpretation.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=interpretation.pk).first()
    if row is None:
        # There was none when the page was opened, and there is none of it now.
        raise StaleEdit(0, interpretation.version)
    return of, row, to


def _open(row: Interpretation, state: InterpretationState) -> None:
    """Raises StaleEdit for an interpretation that is not the one in hand: the version moved on to another."""
    if row.state != state:
        raise StaleEdit(row.version, row.version)


def _issued_numbers(item: GuidanceItem) -> list[int]:
    rows = GuidanceVersion.objects.filter(item=item, state__in=LIVE_STATES)
    return list(rows.values_list("number", flat=True))
