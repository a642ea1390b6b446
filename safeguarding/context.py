"""What every page shows around its content."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.constants import Role
from accounts.policy import BEYOND_ONESELF, Action, Thing, allows
from operations.selectors import unread_count

# Link text, URL name, and what opens it.
_NAVIGATION = (
    ("Start", "start", None),
    ("Partnership", "partnership", (Action.VIEW, Thing.ORGANISATION)),
    ("Guidance", "guidance", (Action.VIEW, Thing.GUIDANCE)),
    ("Board", "board", (Action.VIEW, Thing.BOARD_DASHBOARD)),
    ("Visiting", "visiting", (Action.VIEW, Thing.VISIT_RATES)),
    ("Oversight", "oversight", (Action.VIEW, Thing.OVERSIGHT)),
    ("Children", "children", (Action.VIEW, Thing.CHILD)),
    ("People", "people", (Action.VIEW, Thing.USER_ACCOUNT, BEYOND_ONESELF)),
    ("Audit trail", "audit_trail", (Action.VIEW, Thing.AUDIT_TRAIL)),
    ("Jobs", "jobs", (Action.VIEW, Thing.JOB_RUN)),
    ("Notifications", "notifications", None),
    ("Your account", "account", None),
)

# First parts of addresses that lie behind an entry other than by their own.
_BEHIND = {
    "partnership": (
        "organisations",
        "question-sets",
        "cycles",
        "returns",
        "assurance",
        "tracker",
        "concerns",
        "actions",
        "meetings",
        "panels",
        "recovery",
        "surveys",
        "training",
    ),
}


def page(request: HttpRequest) -> dict:
    """Navigation by role, the demonstration mark and the session's limits."""
    user = getattr(request, "user", None)
    navigation = []
    of_a_person = {}
    if user is not None and user.is_authenticated:
        roles = user.roles
        for text, name, needs in _NAVIGATION:
            if needs is None or allows(roles, *needs):
                navigation.append({"text": text, "href": reverse(name), "current": _current(request, name)})
                if name == "notifications":
                    navigation[-1]["count"] = SimpleLazyObject(partial(unread_count, user))
        of_a_person = {
            "user_role": ", ".join(role.label for role in Role if role in roles),
            "session_timing": {
                "idle_seconds": settings.SESSION_IDLE_SECONDS,
                "warn_seconds": settings.SESSION_WARN_SECONDS,
                "keep_alive_url": reverse("keep_alive"),
            },
            "reads_figures": allows(roles, Action.VIEW, Thing.VISIT_RATES),
        }
    return {"navigation": navigation, "demo_mode": settings.DEMO, **of_a_person}


def _current(request: HttpRequest, name: str) -> bool:
    href = reverse(name)
    if name == "start":
        return request.path == href
    return request.path.startswith(href) or request.path.split("/")[1] in _BEHIND.get(name, ())
