"""From a figure of the oversight dashboard to the children behind it: what is asked, and which they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from django import forms
from django.http import QueryDict

from dashboards.figures.oversight import DECISIONS, MEASURE_NAMES
from dashboards.figures.oversight_counts import BANDS, band, last_by
from dashboards.forms import offer
from safeguarding.kernel.govuk import GovukForm
from visits.constants import PlanType
from visits.facts import ChildNow, TeamPlace

CHILDREN_PER_PAGE = 50
# More pages than any list of ours has; a larger number is a typing error or an attack.
_LAST_PAGE = 10_000
_YES_NO = [("yes", "Yes"), ("no", "No")]


class OversightDrillForm(GovukForm):
    """The address of a list, checked. What it leaves out does not narrow the list."""

    team = forms.ChoiceField(label="Team", required=False)
    flags = forms.ChoiceField(label="Flagged", required=False, choices=_YES_NO)
    decision = forms.ChoiceField(label="Decision", required=False, choices=list(DECISIONS.items()))
    alternative = forms.ChoiceField(label="Alternative last", required=False, choices=_YES_NO)
    plan = forms.ChoiceField(label="Plan", required=False, choices=PlanType.choices)
    measure = forms.ChoiceField(label="Contact", required=False, choices=list(MEASURE_NAMES.items()))
    band = forms.ChoiceField(
        label="Days", required=False, choices=[(str(place), name) for place, name in enumerate(BANDS)]
    )
    vulnerable = forms.ChoiceField(label="Most vulnerable", required=False, choices=_YES_NO[:1])
    page = forms.IntegerField(label="Page", required=False, min_value=1, max_value=_LAST_PAGE)

    def __init__(self, data: QueryDict, *, teams: Sequence[TeamPlace]) -> None:
        super().__init__(data)
        offer(self, "team", [(str(team.uid), team.name) for team in teams])


@dataclass(frozen=True)
class OversightDrill:
    """One figure, as the address names it; empty: not narrowed by this."""

    team: str
    flags: str
    decision: str
    alternative: str
    plan: str
    measure: str
    band: str
    vulnerable: str
    page: int

    @classmethod
    def of(cls, cleaned: dict) -> "OversightDrill":
        return cls(**{one.name: cleaned[one.name] for one in fields(cls)} | {"page": cleaned["page"] or 1})

    def as_detail(self) -> dict:
        """For the audit trail: what was asked, no child."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}

    def words(self) -> str:
        """What the list is of."""
        said = [
            {"yes": "flagged", "no": "with no flag"}.get(self.flags, ""),
            DECISIONS[self.decision].lower() if self.decision else "",
            {"yes": "latest contact an alternative", "no": "seen face to face last"}.get(
                self.alternative, ""
            ),
            PlanType(self.plan).label.lower() if self.plan else "",
            self._days(),
            "most vulnerable and not seen face to face in time" if self.vulnerable else "",
        ]
        return ", ".join(filter(None, said)) or "all with an open plan"

    def keys(self, children: Iterable[ChildNow], on: date) -> list[int]:
        """The children of the figure, by the same questions as the count."""
        return [child.child for child in children if self._holds(child, on)]

    def _days(self) -> str:
        if not self.band:
            return ""
        measure = MEASURE_NAMES[self.measure or "face_to_face"].lower()
        name = BANDS[int(self.band)].lower()
        return f"{measure}: {name}" if name.startswith("not") else f"{measure}: {name} days ago"

    def _holds(self, child: ChildNow, on: date) -> bool:
        return (
            (not self.flags or child.flagged is (self.flags == "yes"))
            and (not self.decision or child.decision == self.decision)
            and (not self.alternative or child.alternative is (self.alternative == "yes"))
            and (not self.plan or any(plan.plan_type == self.plan for plan in child.plans))
            and (not self.band or band(last_by(child, self.measure or "face_to_face"), on) == int(self.band))
            and (not self.vulnerable or (child.most_vulnerable and child.overdue_face_to_face))
        )
