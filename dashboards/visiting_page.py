"""What the visiting dashboard and its file have in common."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.selectors import User
from dashboards import selectors
from dashboards.figures.outcomes import Outcomes
from dashboards.forms import Choice, VisitingForm
from dashboards.readers import Reader, reader_of
from visits.selectors import rates


class VisitingPage:
    """One reader's choice of plans, months and places, and its counts as this reader may see them."""

    def __init__(self, user: User, query: QueryDict, *, now: datetime) -> None:
        """`form` is None where no month has been worked out: then there is no choice."""
        self.now = now
        self.reader: Reader = reader_of(user, at=now)
        self.fresh = rates.freshness()
        self.months = selectors.worked_out_months(self.fresh)
        self.places = selectors.Places(rates.teams())
        self.form: VisitingForm | None = None
        if not self.months:
            return
        self.form = VisitingForm(query, worked_out=self.months, teams=self.places.teams, reader=self.reader)
        self.choice: Choice = self.form.choice()
        compared = [self.choice.compare] if self.choice.compare else []
        self.rates = selectors.Rates(
            self.choice.plan_types,
            self.choice.months,
            besides=compared,
            places=self.places,
            reader=self.reader,
            worked_out=self.months,
        )
        if self.choice.scope == "caseload":
            self.of_scope = selectors.caseload(
                user, self.choice.plan_types, self.choice.months, compared, at=now
            )
        else:
            self.of_scope = self.rates.of_scope(self.choice.scope)

    def series(self, plan_type: str) -> list[Outcomes]:
        found = (self.of_scope(month, plan_type) for month in self.choice.months)
        return [outcomes for outcomes in found if outcomes is not None]

    def compared(self, plan_type: str) -> Outcomes | None:
        return self.of_scope(self.choice.compare, plan_type) if self.choice.compare else None

    def link(self, outcomes: Outcomes, part: str, scope: str = "") -> str | None:
        """Where the children behind a figure are listed, for those who may open the list."""
        if not self.reader.may_open_children:
            return None
        query = {"month": str(outcomes.month), "type": outcomes.plan_type, "outcome": part}
        return f"{reverse('visiting_children')}?{urlencode(query | {'scope': scope or self.choice.scope})}"
