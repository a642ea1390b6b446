"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.constants import Role
from accounts.policy import BEYOND_ONESELF, Action, Thing, allows

# Link text, URL name, and what opens it.
_NAVIGATION = (
    ("Start", "start", None),
    ("Visiting", "visiting", (Action.VIEW, Thing.VISIT_RATES)),
    ("Oversight", "oversight", (Action.VIEW, Thing.OVERSIGHT)),
    ("Children", "children", (Action.VIEW, Thing.CHILD)),
    ("People", "people", (Action.VIEW, Thing.USER_ACCOUNT, BEYOND_ONESELF)),
    ("Audit trail", "audit_trail", (Action.VIEW, Thing.AUDIT_TRAIL)),
    ("Jobs", "jobs", (Action.VIEW, Thing.JOB_RUN)),
    ("Your account", "account", None),
)


def page(request: HttpRequest) -> dict:
    """Navigation by role, the demonstration mark and the session's limits."""
    user = getattr(request, "user", None)
    navigation = []
    of_a_person = {}
    if user is not None and user.is_authenticated:
        roles = user.roles
        for text, name, needs in _NAVIGATION:
            if needs is None or allows(roles, *needs):
                href = reverse(name)
                current = request.path == href if name == "start" else request.path.startswith(href)
                navigation.append({"text": text, "href": href, "current": current})
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
