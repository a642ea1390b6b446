"""Rows of the register for tests: small, valid, with their history, and each with only what the test says."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from accounts.models import User
from partners.models import Organisation
from riskregister.constants import Band, Confidence, RatingKind, RiskState, RiskTheme
from riskregister.history import keep
from riskregister.models import (
    Acceptance,
    Appetite,
    Contribution,
    Control,
    Matrix,
    RatingChange,
    ReviewCadence,
    Risk,
    RiskLook,
)
from riskregister.rules.ratings import band_of
from riskregister.selectors.as_at import matrix_fact
from safeguarding.kernel.periods import day_of

LONG_AGO = date(2020, 1, 1)
# When risks of tests were opened, unless the test says otherwise.
OPENED = datetime(2020, 4, 1, 9, tzinfo=UTC)
_numbers = count(1)

LIKELIHOODS = ("Rare", "Unlikely", "Possible", "Likely", "Almost certain")
IMPACTS = ("Negligible", "Minor", "Moderate", "Major", "Severe")
_CADENCE = {Band.RED: 14, Band.AMBER: 31, Band.YELLOW: 62, Band.GREEN: 92}


def make_matrix(version: int = 1, effective_from: date = LONG_AGO, **fields) -> Matrix:
    """Five by five, confirmed, bands 1-3, 4-6, 8-12, 15-25; made once a version."""
    found = Matrix.objects.filter(version=version).first()
    if found:
        return found
    at = datetime(2020, 1, 1, tzinfo=UTC)
    values = {
        "likelihoods": [{"name": name, "words": f"{name} in the next year"} for name in LIKELIHOODS],
        "impacts": [{"name": name, "words": f"{name} for children"} for name in IMPACTS],
        "bands": [
            {"band": "green", "from": 1, "to": 3, "label": "Low"},
            {"band": "yellow", "from": 4, "to": 6, "label": "Moderate"},
            {"band": "amber", "from": 8, "to": 12, "label": "High"},
            {"band": "red", "from": 15, "to": 25, "label": "Very high"},
        ],
        "source": "Tests",
        "reason": "The first",
        "set_at": at,
        "confirmed_at": at,
        **fields,
    }
    return Matrix.objects.create(version=version, effective_from=effective_from, **values)


def make_cadence(effective_from: date = LONG_AGO) -> None:
    """Red 14 days, amber 31, yellow 62, green 92; red and amber by the board or the coordinator."""
    for band, days in _CADENCE.items():
        ReviewCadence.objects.get_or_create(
            band=band,
            effective_from=effective_from,
            defaults={"days": days, "authority": ["BM"] if band == Band.RED else ["CO"], "source": "Tests"},
        )


def make_appetite(theme: str = RiskTheme.SIGHT, highest_score: int = 9, **fields) -> Appetite:
    values = {
        "effective_from": LONG_AGO,
        "words": "Cautious",
        "set_at": datetime(2020, 1, 1, tzinfo=UTC),
        **fields,
    }
    return Appetite.objects.create(theme=theme, highest_score=highest_score, **values)


def make_risk(
    title: str = "Children are not seen",
    *,
    organisation: Organisation | None = None,
    state: str = RiskState.OPEN,
    at: datetime = OPENED,
    by: User | None = None,
    **fields,
) -> Risk:
    """A risk of the partnership, or of `organisation`, created (and opened) at `at`; not rated."""
    last = Risk.objects.order_by("-number").values_list("number", flat=True).first() or 0
    values = {
        "number": last + 1,
        "title": title,
        "cause": "Schools are closed",
        "event": "Harm is not noticed",
        "consequence": "Children are hurt for longer",
        "theme": RiskTheme.SIGHT,
        "functions": ["a"],
        "created_at": at,
        "created_by": by,
    }
    if state != RiskState.DRAFT:
        values |= {"opened_at": at, "opened_by": by}
    if state == RiskState.CLOSED:
        values |= {
            "closed_at": at,
            "closed_by": by,
            "closed_reason": "No longer a risk",
            "changed_for_children": "Children are seen again; visits show it",
        }
    risk = Risk.objects.create(organisation=organisation, state=state, **{**values, **fields})
    keep(risk, thing="risk", at=at, by=by)
    return risk


def make_rating(
    risk: Risk,
    likelihood: int = 3,
    impact: int = 4,
    *,
    kind: str = RatingKind.CURRENT,
    at: datetime = OPENED,
    by: User | None = None,
    matrix: Matrix | None = None,
    **fields,
) -> RatingChange:
    """A rating change recorded at `at` for that day."""
    matrix = matrix or make_matrix()
    last = risk.ratings.filter(kind=kind, at__lte=at).order_by("-at", "-pk").first()
    values = {
        "words": f"{band_of(matrix_fact(matrix), likelihood, impact).label}: {likelihood} by {impact}",
        "reason": f"Reason number {next(_numbers)} of this rating",
        "confidence": Confidence.MEDIUM,
        "dated_on": day_of(at),
        "from_likelihood": last.likelihood if last else None,
        "from_impact": last.impact if last else None,
        **fields,
    }
    return RatingChange.objects.create(
        risk=risk, kind=kind, matrix=matrix, likelihood=likelihood, impact=impact, at=at, by=by, **values
    )


def make_control(risk: Risk, text: str = "Weekly calls", *, at: datetime = OPENED, **fields) -> Control:
    control = Control.objects.create(risk=risk, text=text, **fields)
    keep(control, thing="control", at=at, by=None)
    return control


def make_look(risk: Risk, *, at: datetime, by: User | None = None, note: str = "It still holds") -> RiskLook:
    return RiskLook.objects.create(risk=risk, note=note, at=at, by=by)


def make_contribution(risk: Risk, to: Risk, *, at: datetime = OPENED) -> Contribution:
    """A partner's `risk` contributes to a partnership risk."""
    made = Contribution.objects.create(risk=risk, to=to)
    keep(made, thing="contribution", at=at, by=None)
    return made


def make_acceptance(
    risk: Risk, *, asked_by: User, approved_by: User | None = None, at: datetime = OPENED, **fields
) -> Acceptance:
    """Asked for at `at`, approved in the same moment where somebody is named; holds 90 days."""
    values = {
        "conditions": "Weekly figures",
        "reason": "Nothing more can be done locally",
        "asked_at": at,
        "expires_on": day_of(at) + timedelta(days=90),
        "asked_by": asked_by,
        **fields,
    }
    if approved_by:
        values |= {"approved_at": at, "approved_by": approved_by}
    made = Acceptance.objects.create(risk=risk, **values)
    keep(made, thing="acceptance", at=at, by=approved_by)
    return made
