"""Counts that the apps above ask for."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count

from partners.constants import ActionState, SourceKind
from partners.models import Action, ActionSlip


def open_actions_by_source(kind: SourceKind) -> dict[str, int]:
    """How many actions of sources of this kind are open, by the source's uid as text."""
    rows = Action.objects.filter(source_kind=kind, state=ActionState.OPEN).order_by().values("source_uid")
    return {str(one["source_uid"]): one["count"] for one in rows.annotate(count=Count("pk"))}


def last_slip_reasons(at: datetime) -> dict[UUID, str]:
    """Of each action that was moved by `at`: the code of the last reason."""
    rows = ActionSlip.objects.filter(at__lte=at).order_by("at", "pk")
    return dict(rows.values_list("action__uid", "reason_code"))
