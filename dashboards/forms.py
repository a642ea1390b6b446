"""What a reader of the visiting dashboard may choose. A wrong choice gets a message beside the
field, and the page goes on with the default in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from dashboards.readers import Reader
from safeguarding.kernel.govuk import Checkboxes, GovukForm, Layout
from safeguarding.kernel.periods import Month
from visits.constants import PlanType
from visits.facts import TeamPlace

# A period of more than ten years would draw bars that nobody can tell apart.
MOST_MONTHS = 120
USUAL_MONTHS = 13
# The month that boards have compared with since 2020: the last March before the pandemic.
BASELINE = Month.parse("2019-03")
NO_COMPARISON = "none"
PLACES = [("team", "Team"), ("locality", "Locality")]


@dataclass(frozen=True)
class Choice:
    """A choice that can be shown: always whole, always possible."""

    plan_types: tuple[str, ...]
    first: Month
    last: Month
    compare: Month | None
    # Whose children: all, mine or caseload, or a team by its uid or a locality by its name ("team:…").
    scope: str
    by: str

    @property
    def months(self) -> list[Month]:
        return list(self.first.until(self.last))


class LongSelect(forms.Select):
    """A plain list of many choices: Django's own renders a template for each of them."""

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        chosen = {str(one) for one in self.format_value(value)}
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, mark_safe(" selected") if code in chosen else "", label) for code, label in self.choices),
        )
        given = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", given, options)


def _from_list(label: str, what: str, widget: type[forms.Select] = LongSelect) -> forms.ChoiceField:
    message = f"Select {what} from the list"  # noqa: S608, words for a person
    return forms.ChoiceField(label=label, widget=widget, error_messages={"invalid_choice": message})


class VisitingForm(GovukForm):
    """The GET form; `cleaned` gives a Choice whatever was sent."""

    type = forms.MultipleChoiceField(
        label="Plans",
        choices=PlanType.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Select plans from the list"},
    )
    scope = _from_list("Whose children", "whose children to show", forms.Select)
    first = _from_list("First month", "a first month")
    last = _from_list("Last month", "a last month")
    compare = _from_list("Compare with", "a month to compare with")
    by = forms.ChoiceField(
        label="Break the last month down by",
        choices=PLACES,
        error_messages={"invalid_choice": "Select team or locality"},
    )

    subjects = {
        "type": "at least one kind of plan",
        "scope": "whose children to show",
        "first": "the first month",
        "last": "the last month",
        "compare": "a month to compare with",
        "by": "how to break the last month down",
    }

    def __init__(
        self,
        data: QueryDict,
        *,
        worked_out: Sequence[Month],
        teams: Sequence[TeamPlace],
        reader: Reader,
    ) -> None:
        """`worked_out`: the months that have figures, the earliest first; not empty."""
        self.default, self.earliest = default_choice(worked_out), worked_out[0]
        months = [(str(month), month.name) for month in reversed(worked_out)]
        super().__init__(self._with_defaults(data))
        offer(self, "first", months)
        offer(self, "last", months)
        offer(self, "compare", [(NO_COMPARISON, "Nothing"), *months])
        offer(self, "scope", scope_choices(teams, reader))

    def build_layout(self) -> Layout:
        return Layout(Checkboxes("type", small=True), "scope", "first", "last", "compare", "by")

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if "first" in cleaned and "last" in cleaned:
            first, last = Month.parse(cleaned["first"]), Month.parse(cleaned["last"])
            if last < first:
                self.add_error("last", "The last month must be the same as or after the first month")
            elif last.index - first.index >= MOST_MONTHS:
                self.add_error("first", f"The period must be {MOST_MONTHS} months or shorter")
        return cleaned

    def choice(self) -> Choice:
        """What to show: what was chosen where it can be shown, else the default."""
        self.is_valid()
        given, default = self.cleaned_data, self.default
        first, last = default.first, default.last
        if "first" in given and "last" in given:
            first, last = Month.parse(given["first"]), Month.parse(given["last"])
        elif "first" in given:
            first = Month.parse(given["first"])
            last = min(first.plus(USUAL_MONTHS - 1), default.last)
        elif "last" in given:
            last = Month.parse(given["last"])
            first = max(last.plus(1 - USUAL_MONTHS), self.earliest)
        compare = given.get("compare", str(default.compare or NO_COMPARISON))
        return Choice(
            # Each once and in one order, however often and wherever the address names it.
            plan_types=tuple(
                kind for kind in PlanType.values if kind in given.get("type", default.plan_types)
            ),
            first=first,
            last=last,
            compare=None if compare == NO_COMPARISON else Month.parse(compare),
            scope=given.get("scope", default.scope),
            by=given.get("by", default.by),
        )

    def _with_defaults(self, data: QueryDict) -> QueryDict:
        filled = data.copy()
        # A form that is sent leaves out boxes that are not ticked, and nothing else: only then is
        # no plan what was chosen. An address that names just some of it means the rest as usual.
        sent = set(data) >= set(self.base_fields) - {"type"}
        for name, values in as_parameters(self.default).items():
            if name not in filled and not (name == "type" and sent):
                filled.setlist(name, values)
        return filled


def default_choice(worked_out: Sequence[Month]) -> Choice:
    """The last 13 months of every plan type, against March 2019 where there are figures for it,
    else against the same month a year before."""
    last = worked_out[-1]
    earlier = (BASELINE, last.plus(-12))
    compare = next((month for month in earlier if month in worked_out and month < last), None)
    return Choice(
        plan_types=tuple(PlanType.values),
        first=max(last.plus(1 - USUAL_MONTHS), worked_out[0]),
        last=last,
        compare=compare,
        scope="all",
        by="team",
    )


def as_parameters(choice: Choice) -> Mapping[str, list[str]]:
    """A choice as the address holds it."""
    return {
        "type": list(choice.plan_types),
        "scope": [choice.scope],
        "first": [str(choice.first)],
        "last": [str(choice.last)],
        "compare": [str(choice.compare or NO_COMPARISON)],
        "by": [choice.by],
    }


def offer(form: forms.Form, name: str, choices: Sequence) -> None:
    """Gives a field its choices."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


def scope_choices(teams: Sequence[TeamPlace], reader: Reader) -> list:
    """Whose children can be shown, localities and teams each in a group of their own."""
    choices: list = [("all", "All children")]
    if reader.own_teams:
        choices.append(("mine", "My teams"))
    if reader.has_caseload:
        choices.append(("caseload", "My caseload"))
    localities = sorted({team.locality for team in teams})
    if localities:
        choices.append(("Localities", [(f"locality:{name}", name) for name in localities]))
        choices.append(("Teams", [(f"team:{team.uid}", team.name) for team in teams]))
    return choices
