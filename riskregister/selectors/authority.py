"""Who may look at a risk again, by its level."""

from datetime import date

from accounts.constants import Role
from riskregister.constants import RatingKind
from riskregister.facts.evidence import RiskFact
from riskregister.models import ReviewCadence, Risk
from riskregister.rules.ratings import band_of
from riskregister.selectors.as_at import matrix_fact

# Where nobody has set an authority, and of a risk that is not rated.
_ANY = frozenset({Role.BOARD_MEMBER.value, Role.COORDINATOR.value})
_PARTNER = frozenset({Role.PARTNER.value})


def authority_over(risk: Risk, day: date) -> frozenset[str]:
    """Role codes that may review the risk at its present level; a partner reviews its own itself."""
    if risk.organisation_id:
        return _PARTNER
    rows = risk.ratings.filter(kind=RatingKind.CURRENT).order_by("-at", "-pk").select_related("matrix")
    last = rows.first()
    if last is None:
        return _ANY
    band = band_of(matrix_fact(last.matrix), last.likelihood, last.impact).band
    return authorities_on(day).get(band) or _ANY


def authority_of(fact: RiskFact, day: date) -> frozenset[str]:
    """The same of a risk as it stood at a moment."""
    if fact.organisation_uid:
        return _PARTNER
    return (authorities_on(day).get(fact.current.band) if fact.current else None) or _ANY


def authorities_on(day: date) -> dict[str, frozenset[str]]:
    """Of each band, the role codes that may review a risk of it; one query."""
    rows = ReviewCadence.objects.filter(effective_from__lte=day, waits=False).order_by("effective_from")
    return {band: frozenset(roles) for band, roles in rows.values_list("band", "authority")}
