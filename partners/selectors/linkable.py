"""What apps above link to, for who may see it: (code or uid as text, words), in the order of the words."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.selectors import User
from partners.constants import QuestionSetState
from partners.models import Backlog, Concern, Organisation, Question, RecoveryPlan, Service
from safeguarding.kernel.periods import day_of

Named = list[tuple[str, str]]


def organisations(at: datetime) -> list[tuple[int, str, str]]:
    """Organisations in force: (key, uid, name). Everybody who is signed in may see them."""
    rows = Organisation.objects.in_force(day_of(at)).order_by("name")
    return [(key, str(uid), name) for key, uid, name in rows.values_list("pk", "uid", "name")]


def questions() -> Named:
    """Every question of a set that is in use, by its code as last worded."""
    rows = Question.objects.filter(section__question_set__state=QuestionSetState.LOCKED)
    found = dict(rows.order_by("section__question_set__version", "pk").values_list("code", "text"))
    return _sorted(found.items())


def concerns(user: User, at: datetime) -> Named:
    return _sorted(Concern.objects.visible_to(user, at=at).values_list("uid", "title"))


def plans(user: User, at: datetime) -> Named:
    return _sorted(RecoveryPlan.objects.visible_to(user, at=at).values_list("uid", "title"))


def backlogs(user: User, at: datetime) -> Named:
    return _of_partners(Backlog.objects.visible_to(user, at=at))


def services(user: User, at: datetime) -> Named:
    return _of_partners(Service.objects.visible_to(user, at=at))


def _of_partners(rows: QuerySet[Backlog] | QuerySet[Service]) -> Named:
    found = rows.values_list("uid", "name", "organisation__name")
    return _sorted((uid, f"{name}, {of}") for uid, name, of in found)


def _sorted(rows: Iterable[tuple[Any, str]]) -> Named:
    return sorted(((str(code), words) for code, words in rows), key=lambda one: one[1].lower())
