"""Conditions that constraints of several apps share."""

from django.db.models import Q, TextChoices


def known(field: str, choices: type[TextChoices]) -> Q:
    """The column holds one of the codes of `choices`."""
    return Q(**{f"{field}__in": choices.values})


def at_and_by(at: str, by: str) -> Q:
    """When and by whom are both known or both open."""
    return Q(**{at: None, by: None}) | Q(**{f"{at}__isnull": False, f"{by}__isnull": False})
