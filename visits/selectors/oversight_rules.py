"""The limits that the service sets for itself, as they stood on a day."""

from datetime import date

from safeguarding.kernel.errors import Refusal
from visits.models import OversightRule


def limit(code: str, on: date) -> int:
    """The value of the rule `code` in force on the day `on`, in the rule's own unit.

    Raises Refusal('rule_missing') where none was in force: nothing is decided by a guess.
    """
    value = (
        OversightRule.objects.filter(code=code, effective_from__lte=on)
        .order_by("-effective_from")
        .values_list("value", flat=True)
        .first()
    )
    if value is None:
        name = code.replace("_", " ")
        raise Refusal(
            "rule_missing",
            f"No limit is set for “{name}” on that day. Ask the administrator to load the rules.",
        )
    return value
