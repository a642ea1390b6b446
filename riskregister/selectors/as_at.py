"""The register as it was known at a moment: what reviews read, and what a page shows of a past month."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from accounts.selectors import User
from partners.selectors.belonging import names_of
from riskregister.constants import RatingKind, Response, RiskState, RiskTheme
from riskregister.facts.content import Ref
from riskregister.facts.evidence import (
    AcceptanceFact,
    BandFact,
    ControlFact,
    MatrixFact,
    RatingFact,
    RiskFact,
)
from riskregister.history import Snapshot, as_at
from riskregister.models import Appetite, Matrix, RatingChange, ReviewCadence, RiskLook
from riskregister.rules.ratings import band_of, review_due
from safeguarding.kernel.periods import day_of

# Responses to a risk that the board is asked to bear as it is.
BORNE = frozenset({Response.TOLERATE, Response.MONITOR})


def _confirmed_by(moment: datetime) -> Q:
    """Rules that somebody had confirmed by `moment`, whatever day they were made to hold from; those that
    came with the product (nobody confirmed them) hold from their day on."""
    return Q(confirmed_by=None) | Q(confirmed_at__lte=moment)


def matrix_on(day: date, *, known: datetime | None = None) -> MatrixFact:
    """The confirmed matrix in force on a day; without bands where none is. `known`: leaves out what was
    confirmed after it."""
    rows = Matrix.objects.filter(effective_from__lte=day, confirmed_at__isnull=False)
    if known:
        rows = rows.filter(_confirmed_by(known))
    row = rows.order_by("-effective_from").first()
    return matrix_fact(row) if row else MatrixFact(0, (), (), ())


def matrix_fact(row: Matrix) -> MatrixFact:
    return MatrixFact(
        row.version,
        tuple(one["name"] for one in row.likelihoods),
        tuple(one["name"] for one in row.impacts),
        tuple(BandFact(one["band"], one["from"], one["to"], one["label"]) for one in row.bands),
    )


def label_of(number: int) -> str:
    """'R-012'."""
    return f"R-{number:03d}"


def risks_at(
    moment: datetime, *, open_actions: Mapping[str, int] | None = None, drafts: bool = False
) -> tuple[RiskFact, ...]:
    """Every risk that was not a draft at `moment` (with `drafts`, also those), by number. `open_actions`: how
    many are open, by the risk's uid as text. The number of queries does not depend on how many risks there
    are."""
    found = as_at("risk", moment)
    known = {uid: one for uid, one in found.items() if drafts or one.fields["state"] != RiskState.DRAFT}
    register = _Register(moment, known)
    actions = open_actions or {}
    return tuple(
        register.fact(one, actions.get(str(uid), 0))
        for uid, one in sorted(known.items(), key=lambda pair: pair[1].fields["number"])
    )


@dataclass(frozen=True)
class _Rules:
    """Cadence and appetite in force at a moment, as confirmed by then."""

    days: dict[str, int]
    appetite: dict[str, int]

    @classmethod
    def at(cls, moment: datetime) -> "_Rules":
        held = Q(effective_from__lte=day_of(moment), waits=False) & _confirmed_by(moment)
        cadences = ReviewCadence.objects.filter(held).order_by("effective_from")
        appetites = Appetite.objects.filter(held).order_by("effective_from")
        return cls(
            dict(cadences.values_list("band", "days")),
            dict(appetites.values_list("theme", "highest_score")),
        )


class _Register:
    """What belongs to the risks at the moment, each kind read once."""

    def __init__(self, moment: datetime, risks: Mapping[UUID, Snapshot]) -> None:
        self.day = day_of(moment)
        self.matrix = matrix_on(self.day, known=moment)
        self.rules = _Rules.at(moment)
        self.controls = _by_risk(as_at("control", moment).values())
        self.acceptances = _by_risk(as_at("acceptance", moment).values())
        self.links = _by_risk(as_at("link", moment).values())
        self.contributions = self._contributions(moment)
        self.ratings = self._ratings(moment)
        self.looks = self._looks(moment)
        fields = [one.fields for one in risks.values()]
        self.people = dict(User.objects.filter(uid__in=_named(fields, "owner")).values_list("uid", "name"))
        others = [one.fields for group in self.controls.values() for one in group]
        self.organisations = names_of(
            {*_named(fields, "organisation", "owner_organisation"), *_named(others, "organisation")}
        )

    def _contributions(self, moment: datetime) -> dict[str, list[UUID]]:
        found: dict[str, list[UUID]] = defaultdict(list)
        for one in as_at("contribution", moment).values():
            if one.fields["ended_at"] is None:
                found[one.fields["to"]].append(UUID(one.fields["risk"]))
        return {to: sorted(uids) for to, uids in found.items()}

    def _ratings(self, moment: datetime) -> dict[str, list[tuple[str, RatingFact]]]:
        """Of each risk: (kind, rating), oldest first."""
        found: dict[str, list[tuple[str, RatingFact]]] = defaultdict(list)
        matrices: dict[int, MatrixFact] = {}
        rows = RatingChange.objects.filter(at__lte=moment).select_related("matrix", "risk", "by")
        for row in rows.order_by("at", "pk"):
            matrix = matrices.setdefault(row.matrix_id, matrix_fact(row.matrix))
            band = band_of(matrix, row.likelihood, row.impact).band
            found[str(row.risk.uid)].append(
                (
                    row.kind,
                    RatingFact(
                        uid=row.uid,
                        kind=row.kind,
                        likelihood=row.likelihood,
                        impact=row.impact,
                        band=band,
                        words=row.words,
                        reason=row.reason,
                        confidence=row.confidence,
                        dated_on=row.dated_on,
                        recorded_at=row.at,
                        by=row.by.name if row.by else "",
                    ),
                )
            )
        return found

    def _looks(self, moment: datetime) -> dict[str, datetime]:
        rows = RiskLook.objects.filter(at__lte=moment).order_by("at", "pk").values_list("risk__uid", "at")
        return {str(uid): at for uid, at in rows}

    def fact(self, one: Snapshot, open_actions: int) -> RiskFact:
        fields, key = one.fields, str(one.uid)
        ratings = dict(self.ratings.get(key, ()))
        current = ratings.get(RatingKind.CURRENT)
        opened = _moment(fields["opened_at"])
        moments = [self.looks.get(key), current.recorded_at if current else None, opened]
        look = max((one for one in moments if one), default=None)
        days = self.rules.days.get(current.band) if current else None
        is_open = fields["state"] == RiskState.OPEN
        borne = is_open and fields["response"] in BORNE
        acceptance, gap = self._acceptance(key, borne=borne)
        label = label_of(fields["number"])
        organisation = _uid(fields["organisation"])
        owner = self.people.get(_uid(fields["owner"])) or ""
        return RiskFact(
            uid=one.uid,
            label=label,
            title=fields["title"],
            cause=fields["cause"],
            event=fields["event"],
            consequence=fields["consequence"],
            theme=fields["theme"],
            theme_words=str(RiskTheme(fields["theme"]).label),
            functions=tuple(fields["functions"]),
            organisation=self.organisations.get(organisation, "") if organisation else "",
            organisation_uid=organisation,
            owner=owner or self.organisations.get(_uid(fields["owner_organisation"]), ""),
            response=fields["response"],
            state=fields["state"],
            restricted=fields["restricted"],
            opened_at=opened,
            closed_at=_moment(fields["closed_at"]),
            closed_reason=fields["closed_reason"],
            ratings=ratings,
            history=tuple(rating for kind, rating in self.ratings.get(key, ()) if kind == RatingKind.CURRENT),
            controls=tuple(self._controls(key)),
            acceptance=acceptance,
            acceptance_gap_days=gap,
            open_actions=open_actions,
            links=tuple(
                sorted(
                    (link.fields["kind"], link.fields["target"])
                    for link in self.links.get(key, ())
                    if link.fields["removed_at"] is None
                )
            ),
            contributions=tuple(self.contributions.get(key, ())),
            rollup=fields["rollup"],
            last_look_at=look,
            review_due_on=review_due(day_of(look), days) if is_open and look and days else None,
            appetite=self.rules.appetite.get(fields["theme"]),
            ref=Ref("risk", key, label),
            owner_organisation_uid=_uid(fields["owner_organisation"]),
            all_ratings=tuple(self.ratings.get(key, ())),
        )

    def _controls(self, key: str) -> Iterable[ControlFact]:
        for one in sorted(self.controls.get(key, ()), key=lambda row: str(row.uid)):
            yield ControlFact(
                uid=one.uid,
                text=one.fields["text"],
                organisation=self.organisations.get(_uid(one.fields["organisation"]), ""),
                state=one.fields["state"],
                assurance=one.fields["assurance"],
                proof_on=_date(one.fields["proof_on"]),
                proof=one.fields["proof"],
            )

    def _acceptance(self, key: str, *, borne: bool) -> tuple[AcceptanceFact | None, int | None]:
        """The acceptance that stands or last stood, and for how many days none has stood since while the
        risk is still `borne`: open, and neither treated nor handed on."""
        rows = [one for one in self.acceptances.get(key, ()) if one.fields["approved_at"]]
        if not rows:
            return None, None
        last = max(rows, key=lambda one: one.fields["approved_at"])
        expires = date.fromisoformat(last.fields["expires_on"])
        ended = _moment(last.fields["ended_at"])
        stands = expires >= self.day and ended is None
        fact = AcceptanceFact(last.uid, stands, expires, last.fields["conditions"])
        over = day_of(ended) if ended and day_of(ended) < expires else expires
        return fact, (self.day - over).days if borne and not stands else None


def late_changes(since: datetime | None, moment: datetime) -> tuple[UUID, ...]:
    """Risks whose rating was changed after the cut-off `since` for a day on or before it."""
    if since is None:
        return ()
    rows = RatingChange.objects.filter(
        at__gt=since, at__lte=moment, dated_on__lte=day_of(since), kind=RatingKind.CURRENT
    )
    return tuple(sorted(set(rows.values_list("risk__uid", flat=True))))


def _by_risk(rows: Iterable[Snapshot]) -> dict[str, list[Snapshot]]:
    found: dict[str, list[Snapshot]] = defaultdict(list)
    for one in rows:
        found[one.fields["risk"]].append(one)
    return found


def _named(rows: Iterable[dict], *names: str) -> set[UUID]:
    return {UUID(fields[name]) for fields in rows for name in names if fields[name]}


def _uid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
