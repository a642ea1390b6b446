"""Counts that the apps above ask for."""

from django.db.models import Count

from partners.constants import ActionState, SourceKind
from partners.models import Action


def open_actions_by_source(kind: SourceKind) -> dict[str, int]:
    """How many actions of sources of this kind are open, by the source's uid as text."""
    rows = Action.objects.filter(source_kind=kind, state=ActionState.OPEN).order_by().values("source_uid")
    return {str(one["source_uid"]): one["count"] for one in rows.annotate(count=Count("pk"))}
