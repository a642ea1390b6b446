"""What a child's page shows of hazard flags, school and virtual family contact."""

from datetime import datetime
from typing import Any

from safeguarding.kernel.periods import day_of
from visits.models import Child
from visits.presenters import contacts as contact_presenters
from visits.presenters import flags as flag_presenters
from visits.selectors import contacts, flags, school


def beside_plans(child: Child, now: datetime, *, in_care: bool) -> dict[str, Any]:
    """Context of the parts visits/{flags,school,contacts}/on_child.html and visits/flags/tags.html.

    `child` comes from `named_for`; `in_care`: a plan of the child as a child in care is open.
    """
    today = day_of(now)
    shown = flags.child_flags(child, at=now)
    decision = school.decisions_of(child).first()
    return {
        "flags_on_top": flag_presenters.on_child(shown.standing),
        "lapsed_flags": flag_presenters.on_child(shown.lapsed),
        "school_tag": contact_presenters.school_tag(decision, today),
        "school_words": contact_presenters.school_words(decision, today),
        "contact_words": contact_presenters.contact_words(contacts.next_of(child), in_care=in_care),
        "in_care": in_care,
    }
