"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.policy import Action, Thing, allows

# Link text, URL name, and what opens it.
_NAVIGATION = (
    ("Start", "start", None),
    ("Visiting", "visiting", (Action.VIEW, Thing.VISIT_RATES)),
    ("Children", "children", (Action.VIEW, Thing.CHILD)),
    ("People", "people", (Action.CREATE, Thing.USER_ACCOUNT)),
    ("Audit trail", "audit_trail", (Action.VIEW, Thing.AUDIT_TRAIL)),
    ("Jobs", "jobs", (Action.VIEW, Thing.JOB_RUN)),
)


def page(request: HttpRequest) -> dict:
    """Navigation by role, the demonstration mark and the session's limits."""
    user = getattr(request, "user", None)
    navigation = []
    if user is not None and user.is_authenticated:
        roles = user.roles
        for text, name, needs in _NAVIGATION:
            if needs is None or allows(roles, *needs):
                try:
                    href = reverse(name)
                except NoReverseMatch:
                    continue
                current = request.path == href if name == "start" else request.path.startswith(href)
                navigation.append({"text": text, "href": href, "current": current})
    return {
        "navigation": navigation,
        "demo_mode": settings.DEMO,
        "session_idle_seconds": settings.SESSION_IDLE_SECONDS,
        "session_warn_seconds": settings.SESSION_WARN_SECONDS,
    }
