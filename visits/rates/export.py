"""Stored rates as the rows of a file (docs/visit-rates.md, "Files")."""

from collections.abc import Iterator

from django.db.models import Sum

from safeguarding.kernel.periods import Month
from safeguarding.kernel.rates import percentage
from visits.models import VisitRate

HEADER = (
    "month",
    "plan_type",
    "team_ref",
    "locality",
    "cohort",
    "face_to_face",
    "alternative",
    "not_visited",
    "face_to_face_pct",
    "alternative_pct",
    "total_pct",
    "method_version",
)
NOT_COLLECTED = "not collected"
# By what figures can be broken down -> the field that names it, in which column of the file.
BREAKDOWNS = {"all": None, "team": "team__team_ref", "locality": "team__locality__name"}


def export_rows(by: str, first: Month | None, last: Month | None) -> Iterator[tuple]:
    """Rows under HEADER, sorted by month, plan type, team and locality. `by`: a key of BREAKDOWNS."""
    rates = VisitRate.objects.all()
    if first:
        rates = rates.filter(month__gte=first.index)
    if last:
        rates = rates.filter(month__lte=last.index)
    field = BREAKDOWNS[by]
    # Figures that two versions of the method made are not added up.
    keys = ["month", "plan_type", *([field] if field else []), "method_version"]
    counted = (
        rates.order_by().values_list(*keys).annotate(Sum("cohort"), Sum("face_to_face"), Sum("alternative"))
    )
    for *key, cohort, face_to_face, alternative in sorted(counted, key=lambda row: row[: len(keys)]):
        month, plan_type, *place, version = key
        name = place[0] if place else ""
        seen = face_to_face + (alternative or 0)
        collected = alternative is not None
        yield (
            str(Month(month)),
            plan_type,
            name if by == "team" else "",
            name if by == "locality" else "",
            cohort,
            face_to_face,
            alternative if collected else NOT_COLLECTED,
            cohort - seen,
            percentage(face_to_face, cohort),
            percentage(alternative, cohort) if collected else NOT_COLLECTED,
            percentage(seen, cohort),
            version,
        )
