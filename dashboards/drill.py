"""From a figure to the children behind it: what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from dashboards.forms import offer, scope_choices
from dashboards.readers import Reader
from safeguarding.kernel.govuk import GovukForm
from safeguarding.kernel.periods import Month
from visits.constants import Outcome, PlanType
from visits.facts import TeamPlace

CHILDREN_PER_PAGE = 50
# More pages than any list of ours has; a larger number is a typing error or an attack.
_LAST_PAGE = 10_000

_OUTCOMES = {
    "face_to_face": (Outcome.FACE_TO_FACE,),
    "alternative": (Outcome.ALTERNATIVE,),
    "not_visited": (Outcome.NOT_VISITED,),
    "seen": (Outcome.FACE_TO_FACE, Outcome.ALTERNATIVE),
    "children": tuple(Outcome),
}
OUTCOME_NAMES = {
    "face_to_face": "seen face to face",
    "alternative": "seen by an authorised alternative",
    "not_visited": "not visited",
    "seen": "seen face to face or by an authorised alternative",
    "children": "due to have been visited",
}


class DrillForm(GovukForm):
    """The address of a list, checked."""

    month = forms.ChoiceField(label="Month")
    type = forms.ChoiceField(label="Plan", choices=PlanType.choices)
    outcome = forms.ChoiceField(label="Outcome", choices=list(OUTCOME_NAMES.items()))
    scope = forms.ChoiceField(label="Whose children", required=False)
    page = forms.IntegerField(label="Page", required=False, min_value=1, max_value=_LAST_PAGE)

    subjects = {"month": "a month", "type": "a plan", "outcome": "an outcome", "scope": "whose children"}

    def __init__(
        self, data: QueryDict, *, worked_out: Sequence[Month], teams: Sequence[TeamPlace], reader: Reader
    ) -> None:
        super().__init__(data)
        offer(self, "month", [(str(month), month.name) for month in reversed(worked_out)])
        offer(self, "scope", scope_choices(teams, reader))


@dataclass(frozen=True)
class Drill:
    """One figure: a month, a plan type, an outcome, whose children; and a page of its list."""

    month: Month
    plan_type: str
    outcome: str
    scope: str
    page: int

    @classmethod
    def of(cls, cleaned: dict) -> "Drill":
        return cls(
            month=Month.parse(cleaned["month"]),
            plan_type=cleaned["type"],
            outcome=cleaned["outcome"],
            scope=cleaned["scope"] or "all",
            page=cleaned["page"] or 1,
        )

    @property
    def outcomes(self) -> tuple[int, ...]:
        return _OUTCOMES[self.outcome]

    def as_detail(self) -> dict:
        """For the audit trail: what was asked, no child."""
        return {
            "month": str(self.month),
            "plan_type": self.plan_type,
            "outcome": self.outcome,
            "scope": self.scope,
            "page": self.page,
        }
