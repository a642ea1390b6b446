"""Who takes part, and who may change a recovery plan and what hangs on it."""

from datetime import date, datetime

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.facts.plans import Partner
from partners.models import Organisation, RecoveryPlan


def may_change(user: User, plan: RecoveryPlan, action: Action, *, at: datetime) -> bool:
    """A partner's plan: those who answer for it. The partnership's own: the coordinator, never a partner;
    and a partner's own never the coordinator."""
    granted = scopes(user.roles, action, Thing.RECOVERY_PLAN)
    if plan.organisation_id is None:
        return Scope.SUBMITTED in granted
    own = Organisation.objects.answered_for_by(user, at=at).filter(pk=plan.organisation_id)
    return Scope.OWN_ORGANISATION in granted and own.exists()


def may_start_the_partnerships(user: User) -> bool:
    return Scope.SUBMITTED in scopes(user.roles, Action.CREATE, Thing.RECOVERY_PLAN)


def partners_on(day: date) -> list[Partner]:
    """Who takes part on a day, by name."""
    rows = Organisation.objects.participating(day).values_list("uid", "name")
    return [Partner(uid, name) for uid, name in rows.order_by("name")]
