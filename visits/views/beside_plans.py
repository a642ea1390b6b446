"""What a child's page shows of hazard flags, school and virtual family contact."""

from datetime import datetime
from typing import Any

from accounts.policy import Action
from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits import contact_presenters, flag_presenters
from visits.models import Child
from visits.selectors import contacts, flags, school


def beside_plans(child: Child, user: User, now: datetime) -> dict[str, Any]:
    """Context of the parts visits/{flags,school,contacts}/on_child.html and visits/flags/tags.html."""
    today = day_of(now)
    shown = flags.child_flags(child, user, at=now)
    decision = school.decisions_of(child).first()
    in_care = contacts.in_care_on(child, today)
    return {
        "flags_on_top": flag_presenters.on_child(shown.standing),
        "lapsed_flags": len(shown.lapsed),
        "may_raise_flag": shown.may_raise,
        "school_tag": contact_presenters.school_tag(decision, today),
        "school_words": contact_presenters.school_words(decision, today),
        "may_decide_school": school.may_decide(child, user, at=now),
        "contact_words": contact_presenters.contact_words(contacts.contacts_of(child), in_care=in_care),
        "may_arrange_contact": in_care and contacts.may(child, user, Action.CREATE, at=now),
    }
