"""Surveys of practitioners: made, opened, closed, and replied to.

A reply is on no audit trail and in no log: the minute in which it came would tell who it came from.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from partners.models import Organisation, Survey, SurveyResponse
from partners.rules import surveys as rules
from partners.rules.surveys import Move, SurveyDraft
from partners.selectors.surveys import questions_of
from partners.services.base import need, unchanged, write
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

__all__ = ["change_survey", "close_survey", "create_survey", "note_export", "open_survey", "reply"]


def create_survey(*, user: User, draft: SurveyDraft, token: UUID, now: datetime) -> Survey:
    """Raises AlreadyDone(uid), OutOfReach, or the first fault of `rules.surveys.draft_faults`."""
    with transaction.atomic():
        survey = Survey(uid=uuid.uuid4(), created_at=now, created_by=user, **_fields(draft, now))
        once(token=token, purpose="create_survey", user=user, outcome=str(survey.uid), now=now)
        need(user, Action.CREATE, Thing.SURVEY)
        survey.save(force_insert=True)
        _audit("survey.created", survey, user, now, {"questions": len(survey.questions)})
    return survey


def change_survey(
    *, user: User, survey: Survey, draft: SurveyDraft, expected_version: int, now: datetime
) -> Survey:
    """Before it is opened. Raises StaleEdit, OutOfReach, Refusal('not_now') or a fault of the draft."""
    with transaction.atomic():
        current = _locked(survey, user, Action.EDIT)
        rules.moved(current.state, Move.EDIT)
        fields = _fields(draft, now)
        unchanged(current, expected_version)
        write(current, **fields)
        _audit("survey.changed", current, user, now, {"fields": sorted(fields), "version": current.version})
    return current


def open_survey(*, user: User, survey: Survey, expected_version: int, now: datetime) -> Survey:
    """From now on its questions are fixed. Raises StaleEdit, OutOfReach or
    Refusal('not_now' | 'closes_in_past')."""
    with transaction.atomic():
        current = _locked(survey, user, Action.DECIDE)
        state = rules.moved(current.state, Move.OPEN)
        if current.closes_on < day_of(now):
            raise Refusal("closes_in_past", "Its last day has passed. Change the days first.")
        unchanged(current, expected_version)
        write(current, state=state)
        _audit("survey.opened", current, user, now, {"version": current.version})
    return current


def close_survey(*, user: User, survey: Survey, now: datetime) -> Survey:
    """For good. Raises OutOfReach or Refusal('not_now')."""
    with transaction.atomic():
        current = _locked(survey, user, Action.DECIDE)
        write(current, state=rules.moved(current.state, Move.CLOSE))
        _audit("survey.closed", current, user, now, {"version": current.version})
    return current


def note_export(*, user: User, survey: Survey, now: datetime) -> None:
    with transaction.atomic():
        _audit("survey.exported", survey, user, now, {})


def reply(
    *, survey: Survey, answers: Mapping[str, str], organisation: UUID | None, token: UUID, now: datetime
) -> None:
    """One reply; the same form sent again changes nothing. Kept with it: the organisation that was chosen and
    the week, nothing else. Raises Refusal('survey_closed' | 'not_offered')."""
    today = day_of(now)
    with transaction.atomic():
        # Whoever closes the survey waits for replies that are being saved, and the other way round.
        current = Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
        if not rules.takes_replies(current.state, current.opens_on, current.closes_on, today):
            raise Refusal("survey_closed", "This survey takes no replies now.")
        questions = questions_of(current)
        rules.check_reply(questions, answers)
        chosen = Organisation.objects.in_force(today).filter(uid=organisation).first()
        try:
            with transaction.atomic():
                SurveyResponse.objects.create(
                    survey=current,
                    organisation=chosen,
                    week=today - timedelta(days=today.weekday()),
                    answers={question.code: answers[question.code] for question in questions},
                    token=token,
                )
        except IntegrityError:
            # Sent twice: it counts once.
            return


def _fields(draft: SurveyDraft, now: datetime) -> dict[str, Any]:
    for fault in rules.draft_faults(draft, today=day_of(now)):
        raise fault
    return {
        "title": rules.check_text(draft.title, field="title", length=rules.TITLE_LENGTH),
        "intro": rules.check_text(draft.intro, field="intro", length=rules.INTRO_LENGTH),
        "opens_on": draft.opens_on,
        "closes_on": draft.closes_on,
        "questions": [asdict(question) for question in rules.built(draft.questions)],
    }


def _locked(survey: Survey, user: User, action: Action) -> Survey:
    need(user, action, Thing.SURVEY)
    return Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)


def _audit(action: str, survey: Survey, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="survey",
        object_uid=survey.uid,
        detail=detail,
    )
