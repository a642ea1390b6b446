"""Words, tables and rows of the visiting pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse

from accounts.selectors import User
from dashboards import selectors
from dashboards.drill import CHILDREN_PER_PAGE, OUTCOME_NAMES, Drill
from dashboards.figures import claims, words
from dashboards.figures import visiting as figures
from dashboards.figures.chart import Chart
from dashboards.figures.outcomes import Outcomes
from dashboards.figures.svg import Shade
from dashboards.forms import BASELINE, MOST_MONTHS, Choice, as_parameters
from dashboards.readers import Reader, reader_of
from dashboards.visiting_page import VisitingPage
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month
from visits.constants import METHOD_VERSION, Outcome, PlanType, Regime
from visits.facts import ChildOutcome, CutFact, PublishedRateFact, VisitRuleFact
from visits.selectors import rates

SOURCE = "plans and visits recorded by the children’s service"
EXPORT_COLUMNS = (
    "month",
    "plan_type",
    "breakdown",
    "place",
    "children",
    "face_to_face",
    "face_to_face_pct",
    "alternative",
    "alternative_pct",
    "seen",
    "seen_pct",
    "not_visited",
    "method_version",
    "worked_out_at",
)


@dataclass(frozen=True)
class Section:
    """One plan type on the dashboard."""

    plan_type: str
    # None: no month of the period has figures.
    chart: Chart | None
    by_place: dict | None
    not_collected: bool = False

    @property
    def name(self) -> str:
        return PlanType(self.plan_type).label


def section(page: VisitingPage, plan_type: str, shades: Sequence[Shade]) -> Section:
    series = page.series(plan_type)
    if not series:
        return Section(plan_type, None, None)
    choice = page.choice
    place = page.places.name(choice.scope)
    versions = ", ".join(sorted(page.rates.method_versions)) or METHOD_VERSION
    chart = figures.chart(
        series,
        then=page.compared(plan_type),
        then_month=choice.compare,
        shades=shades,
        place=place,
        source=f"{SOURCE}, {place}. Method {versions}.",
        links=page.link,
    )
    not_collected = any(not outcomes.collected for outcomes in series)
    return Section(plan_type, chart, _by_place(page, plan_type), not_collected)


def _by_place(page: VisitingPage, plan_type: str) -> dict | None:
    """The last month by team or locality; None where the choice is a caseload or one team."""
    choice, by = page.choice, breakdown(page.choice)
    if by is None:
        return None
    by_team = by == "team"
    scopes = {name: f"locality:{name}" for name in page.places.localities}
    if by_team:
        scopes = {team.name: f"team:{team.uid}" for team in page.places.teams}
    rows: list[tuple[str, Outcomes, figures.Links]] = [
        (name, outcomes, partial(page.link, scope=scopes[name]))
        for name, outcomes in page.rates.by_place(choice.last, plan_type, by, choice.scope)
    ]
    whole = page.of_scope(choice.last, plan_type)
    if whole and rows and (by_team or not choice.scope.startswith("locality:")):
        rows.append(("All of these", whole, page.link))
    return figures.by_place(
        plan_type,
        choice.last,
        "Team" if by_team else "Locality",
        rows,
        empty=f"No {words.WHO[plan_type]} in {choice.last.name}.",
    )


def published_months(worked_out: Sequence[Month]) -> tuple[Month, Month] | None:
    """The first and the last month of which figures were published and are kept here."""
    months = sorted({Month(row.month) for row in rates.published_rates()} & set(worked_out))
    return (max(months[0], months[-1].plus(1 - MOST_MONTHS)), months[-1]) if months else None


def published_period(page: VisitingPage) -> dict | None:
    """The link to the months of which figures were published; None where none were, or none are kept,
    or they are what is shown."""
    months = published_months(page.months)
    if months is None:
        return None
    first, last = months
    chosen = replace(page.choice, first=first, last=last)
    if chosen == page.choice:
        return None
    return {
        "text": f"{first.name} to {last.name}",
        "query": urlencode(as_parameters(chosen), doseq=True),
    }


def breakdown(choice: Choice) -> str | None:
    """By 'team' or 'locality'; None where the choice is a caseload or one team. A manager's own
    teams are no whole localities."""
    if choice.scope == "caseload" or choice.scope.startswith("team:"):
        return None
    return "team" if choice.scope == "mine" else choice.by


def is_suppressed(reader: Reader, scope: str) -> bool:
    """Whether small numbers are left out of what this reader is shown."""
    return not reader.sees_all and scope not in ("mine", "caseload")


def export_rows(page: VisitingPage) -> Iterator[Sequence[object]]:
    """The dashboard's figures as rows (EXPORT_COLUMNS), cell for cell what its tables show."""
    choice, by = page.choice, breakdown(page.choice)
    place = page.places.name(choice.scope)
    worked_out_at = page.fresh.current_at.isoformat(timespec="seconds") if page.fresh.current_at else ""
    versions = " ".join(sorted(page.rates.method_versions))
    for plan_type in choice.plan_types:
        for outcomes in page.series(plan_type):
            yield _export_row(outcomes, "all", place, versions, worked_out_at)
            if by:
                for name, part in page.rates.by_place(outcomes.month, plan_type, by, choice.scope):
                    yield _export_row(part, by, name, versions, worked_out_at)


def _export_row(outcomes: Outcomes, breakdown: str, place: str, versions: str, at: str) -> list[object]:
    row: list[object] = [str(outcomes.month), outcomes.plan_type, breakdown, place]
    row.append(_number(figures.count_text(outcomes, "children")))
    for part in ("face_to_face", "alternative", "seen"):
        row.append(_number(figures.count_text(outcomes, part)))
        row.append(figures.rate_text(outcomes, part).removesuffix("%"))
    row.append(_number(figures.count_text(outcomes, "not_visited")))
    return [*row, versions, at]


def _number(text: str) -> str:
    return text.replace(",", "")


# --- The children behind a figure -----------------------------------------------------------


def point(
    drill: Drill, *, places: selectors.Places, reader: Reader, worked_out: Sequence[Month]
) -> Outcomes | None:
    """The figure that the list is of, as this reader may see it; None for a caseload, whose
    figure is the list itself."""
    if drill.scope == "caseload":
        return None
    counts = selectors.Rates(
        [drill.plan_type], [drill.month], places=places, reader=reader, worked_out=worked_out
    )
    return counts.of_scope(drill.scope)(drill.month, drill.plan_type)


def children_page(
    drill: Drill,
    found: int,
    lines: Sequence[ChildOutcome],
    shown: Outcomes | None,
    *,
    places: selectors.Places,
) -> dict:
    """The list's context: `found` children in all that the reader may open, `lines` one page of them."""
    plan, outcome = PlanType(drill.plan_type).label, OUTCOME_NAMES[drill.outcome]
    count = getattr(shown, drill.outcome) if shown else found
    return {
        "drill": drill,
        "month": drill.month,
        "plan": plan,
        "who": words.WHO[drill.plan_type],
        "outcome": outcome,
        "place": places.name(drill.scope),
        "found": found,
        # Known to this reader, and more than the list: the rest are somebody else's.
        "count": count if count is not None and count > found else None,
        "page_obj": Paginator(range(found), CHILDREN_PER_PAGE).page(drill.page),
        "table": {
            "caption": f"{plan}, {drill.month.name}: {outcome}",
            "caption_size": "s",
            "columns": [{"text": "Child", "whole": True}, {"text": "Team then"}, {"text": "Outcome"}],
            "rows": [
                [
                    {"text": line.shown_as, "href": reverse("child", args=[line.child_uid])},
                    line.team,
                    Outcome(line.outcome).label,
                ]
                for line in lines
            ],
            "empty": "None of these children are yours to open.",
        },
    }


# --- The method ------------------------------------------------------------------------------


def method_page(user: User, asked_month: str, *, now: datetime) -> dict:
    reader = reader_of(user, at=now)
    fresh = rates.freshness()
    months = selectors.worked_out_months(fresh)
    published = rates.published_rates()
    month, month_error = _asked_month(asked_month, months)
    computed = _computed(published, months, reader)
    baseline_rates = [(row.plan_type, Month(row.month), row.total) for row in published]
    checks = claims.at_least_as_before(baseline_rates, BASELINE)
    return {
        "age": selectors.age(fresh, now=now),
        "version": METHOD_VERSION,
        "rules": _rules_table(rates.visit_rules(), month),
        "month": month,
        "month_error": month_error,
        "months": list(reversed(months)),
        "cuts": _cuts_table(rates.cuts(month.index), month) if month else None,
        "agreement": _agreement_table(claims.agreements(published, computed)),
        "published_sources": sorted({row.source for row in published}),
        "checks": _claim_table(checks),
        "claim": claim_sentence(checks),
        "baseline": BASELINE,
    }


def _asked_month(text: str, months: Sequence[Month]) -> tuple[Month | None, str]:
    """The month whose cut-offs are shown, and what was wrong with what was asked."""
    if not months:
        return None, ""
    if not text:
        return months[-1], ""
    try:
        month = Month.parse(text)
    except Refusal:
        return months[-1], "Select a month from the list"
    return (month, "") if month in months else (months[-1], "Select a month from the list")


def _computed(published: Sequence[PublishedRateFact], months: Sequence[Month], reader: Reader):
    wanted = sorted({Month(row.month) for row in published} & set(months))
    if not wanted:
        return lambda month, plan_type: None
    counts = selectors.Rates(
        PlanType.values,
        wanted[:1],
        besides=wanted[1:],
        places=selectors.Places(rates.teams()),
        reader=reader,
        worked_out=months,
    )
    return counts.of_scope("all")


def _rules_table(rules: Sequence[VisitRuleFact], month: Month | None) -> dict:
    return {
        "caption": "How often a child is to be seen",
        "caption_size": "s",
        "columns": [
            {"text": text, "wide": text == "Source"}
            for text in ("Plan", "For", "At least once in", "From", "Until", "Source", "Source checked on")
        ],
        "rows": [
            [
                PlanType(rule.plan_type).label,
                Regime(rule.regime).label,
                f"{rule.interval} {rule.unit.replace('_', ' ')}",
                _day(rule.effective_from),
                _day(rule.effective_until) if rule.effective_until else "in force",
                rule.source,
                _day(rule.source_checked_on) if rule.source_checked_on else "not checked",
            ]
            for rule in rules
        ],
        "empty": "No rules are set.",
    }


def _cuts_table(cuts: Sequence[CutFact], month: Month) -> dict:
    return {
        "caption": f"The dates of {month.name}",
        "caption_size": "s",
        "columns": [
            {"text": text}
            for text in (
                "Plan",
                "For",
                "Counted if the plan started on or before",
                "Seen if visited on or after",
                "Longer interval if the plan started on or before",
                "Alternatives",
            )
        ],
        "rows": [
            [
                PlanType(cut.plan_type).label,
                Regime(cut.regime).label,
                _day(cut.open_cut),
                _day(cut.seen_cut),
                _day(cut.anniversary_cut) if cut.regime == Regime.LONG_TERM else "does not apply",
                "collected" if cut.alternatives_collected else figures.NOT_COLLECTED,
            ]
            for cut in cuts
        ],
        "empty": "No dates are worked out for this month.",
    }


_COLUMN_NAMES = {"face_to_face": "Face to face", "alternative": "Alternative", "total": "Total"}


def _agreement_table(found: Sequence[claims.Agreement]) -> dict | None:
    if not found:
        return None
    return {
        "caption": "Published figures, and the same worked out from the records here",
        "caption_size": "s",
        "columns": [
            {"text": "Plan"},
            {"text": "Month"},
            {"text": "Figure"},
            {"text": "Published", "numeric": True},
            {"text": "Worked out", "numeric": True},
            {"text": "Agreement"},
        ],
        "rows": [
            [
                PlanType(one.plan_type).label,
                one.month.name,
                _COLUMN_NAMES[one.column],
                figures.NOT_COLLECTED if one.published is None else f"{one.published}%",
                _computed_text(one),
                _agreement_tag(one),
            ]
            for one in found
        ],
    }


def _computed_text(one: claims.Agreement) -> str:
    if not one.worked_out:
        return "not worked out"
    if one.computed is not None:
        return f"{one.computed}%"
    return figures.NOT_COLLECTED if one.published is None else "c"


def _agreement_tag(one: claims.Agreement) -> dict:
    if not one.worked_out or (one.computed is None and one.published is not None):
        return {"text": "Nothing to compare", "tag": "grey"}
    return {"text": "Agrees", "tag": "green"} if one.agrees else {"text": "Differs", "tag": "orange"}


def _claim_table(checks: Sequence[claims.Check]) -> dict | None:
    if not checks:
        return None
    return {
        "caption": f"Total seen, against {BASELINE.name}, from the published figures",
        "caption_size": "s",
        "columns": [
            {"text": "Plan"},
            {"text": "Month"},
            {"text": "Total", "numeric": True},
            {"text": BASELINE.name, "numeric": True},
            {"text": "Difference", "numeric": True},
            {"text": "At least the same?"},
        ],
        "rows": [
            [
                PlanType(check.plan_type).label,
                check.month.name,
                f"{check.rate}%",
                f"{check.baseline}%",
                f"{_signed(check.difference)} points",
                {"text": "Yes", "tag": "green"} if check.holds else {"text": "No", "tag": "orange"},
            ]
            for check in checks
        ],
    }


def claim_sentence(checks: Sequence[claims.Check]) -> str:
    """For which plans and months 'at least the same rate as before' does not hold."""
    failed = [check for check in checks if not check.holds]
    if not checks:
        return ""
    if not failed:
        return f"Against {BASELINE.name} the statement holds in every month published."
    said = []
    for plan_type in PlanType.values:
        months = [check.month.name for check in failed if check.plan_type == plan_type]
        if months:
            said.append(f"{words.WHO[plan_type]} in {_listed(months)}")
    return (
        f"Against {BASELINE.name} the statement does not hold in {len(failed)} of {len(checks)} cases: "
        f"for {'; for '.join(said)}."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _signed(number) -> str:
    return f"+{number}" if number > 0 else f"−{abs(number)}" if number < 0 else f"{number}"


def _day(day) -> str:
    return f"{day.day} {Month.of(day).name}"
