"""Words of the pages of recovery plans."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from partners.constants import ActionState, PlanStage, ServiceLevel
from partners.facts.actions import ActionFact
from partners.facts.plans import (
    BacklogFact,
    DependencyFact,
    PlanFact,
    ServiceFact,
    Statement,
    StatementLine,
)
from partners.models import PlanRevision, PlanStageChange, RecoveryPlan
from partners.presenters.backlogs import figure_words, forecast_words, kind_words, reach_words
from partners.presenters.base import Tag, moment_words
from partners.presenters.commitments import level_words, planned_words
from partners.presenters.dependencies import of_words, state_words
from partners.rules.texts import in_words

_STAGE_COLOURS = {
    PlanStage.NOT_STARTED: "grey",
    PlanStage.PREPARING: "yellow",
    PlanStage.DRAFTED: "yellow",
    PlanStage.AGREED: "blue",
    PlanStage.DELIVERING: "blue",
    PlanStage.COMPLETE: "green",
}
_NO_PLAN = "No plan submitted"


def stage_tag(stage: str) -> Tag:
    return {"text": PlanStage(stage).label, "colour": _STAGE_COLOURS[PlanStage(stage)]}


def whose(plan: RecoveryPlan) -> str:
    return plan.organisation.name if plan.organisation else "The partnership"


def statement(found: Statement, *, yes: str, no: str, unknown: str) -> dict[str, Any]:
    """A worked-out sentence, and by whom it does not hold: {title, tag, lines}."""
    if not found.partners:
        return {
            "title": unknown,
            "tag": {"text": "Not known", "colour": "grey"},
            "lines": ["Nobody takes part."],
        }
    if found.holds:
        return {"title": yes, "tag": {"text": "Holds", "colour": "green"}, "lines": []}
    lines = [_against(line) for line in found.against]
    lines += [f"{line.partner.name}: nothing on record" for line in found.silent]
    if found.not_known:
        return {"title": unknown, "tag": {"text": "Not known", "colour": "grey"}, "lines": lines}
    return {"title": no, "tag": {"text": "Of concern", "colour": "red"}, "lines": lines}


def _against(line: StatementLine) -> str:
    return f"{line.partner.name}: {line.what}"


def recovery_statement(found: Statement) -> dict[str, Any]:
    return statement(
        found,
        yes="All partners are into recovery planning",
        no="Not all partners are into recovery planning",
        unknown="Whether all partners are into recovery planning is not known",
    )


def commitment(found: Statement) -> dict[str, Any]:
    return statement(
        found,
        yes="No partner has plans to stop or reduce services",
        no="At least one partner has reduced or paused a service, or plans to",
        unknown="Whether any partner plans to stop or reduce services is not known",
    )


def stages_table(plans: Iterable[PlanFact], *, readable: bool = True) -> dict[str, Any]:
    """One line a partner; with `readable` the plan's name leads to it."""
    return {
        "caption": "Stage of each plan",
        "columns": [{"text": "Partner"}, {"text": "Stage"}, {"text": "Since"}, {"text": "Plan"}],
        "rows": [_stage_row(plan, readable) for plan in plans],
        "empty": "Nobody takes part, and there is no plan.",
    }


def _stage_row(plan: PlanFact, readable: bool) -> list[Any]:
    name = plan.partner.name if plan.partner else "The partnership"
    if plan.uid is None:
        return [name, {"text": _NO_PLAN, "tag": "grey"}, "", ""]
    tag = stage_tag(plan.stage)
    title: dict[str, Any] = {"text": plan.title}
    if readable:
        title["href"] = reverse("recovery_plan", args=[plan.uid])
    return [
        name,
        {"text": tag["text"], "tag": tag["colour"]},
        in_words(plan.stage_since) if plan.stage_since else "",
        title,
    ]


def plan_rows(plan: RecoveryPlan, fact: PlanFact) -> list[dict[str, Any]]:
    """The summary list of one plan."""
    if plan.submitted_at:
        by = plan.submitted_by.name if plan.submitted_by else ""
        submitted = f"{moment_words(plan.submitted_at)}, {by}"
    else:
        submitted = "Not yet"
    return [
        {"key": "Stage", "tag": stage_tag(fact.stage)},
        {"key": "Since", "value": in_words(fact.stage_since) if fact.stage_since else "Not recorded"},
        {"key": "What it covers", "value": plan.remit or "Nothing written yet"},
        {"key": "Submitted", "value": submitted},
    ]


def history(
    stages: Iterable[PlanStageChange], revisions: Iterable[PlanRevision], plan: RecoveryPlan
) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, what was recorded last first: stages, changes of the text, the
    submission."""
    moments: list[tuple[datetime, dict[str, Any]]] = []
    for change in stages:
        entry = _entry(
            change.at, change.by, f"{PlanStage(change.stage).label}, from {in_words(change.from_date)}"
        )
        moments.append((change.at, {**entry, "text": change.reason}))
    for revision in revisions:
        entry = _entry(revision.changed_at, revision.changed_by, "Text changed")
        before = f"Before: {revision.title}\n{revision.remit}"
        moments.append((revision.changed_at, {**entry, "text": before}))
    if plan.submitted_at:
        moments.append((plan.submitted_at, _entry(plan.submitted_at, plan.submitted_by, "Submitted")))
    return [entry for _, entry in sorted(moments, key=lambda pair: pair[0], reverse=True)]


def _entry(at: datetime, by: Any, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "when": moment_words(at),
        "datetime": at.isoformat(),
        "by": by.name if by else "",
    }


def milestones_table(actions: Iterable[ActionFact], today: date) -> dict[str, Any]:
    return {
        "caption": "Milestones and actions",
        "columns": [{"text": "What"}, {"text": "Organisation"}, {"text": "Due"}, {"text": "State"}],
        "rows": [
            [
                {
                    "text": one.title,
                    "href": reverse("action", args=[one.uid]),
                    "note": "Milestone" if one.milestone else "",
                },
                one.organisation,
                {"text": in_words(one.due_on), "note": _slipped(one)},
                {"text": f"Overdue by {one.days_late(today)} days", "tag": "orange"}
                if one.overdue(today)
                else ActionState(one.state).label,
            ]
            for one in actions
        ],
        "empty": "The plan has no milestones yet.",
    }


def _slipped(one: ActionFact) -> str:
    return f"First due {in_words(one.original_due_on)}" if one.due_on != one.original_due_on else ""


def theirs_yours(plan: RecoveryPlan, typed: dict[str, str]) -> list[dict[str, str]]:
    """Both texts of what a stale form would change."""
    names = {"title": "What the plan is called", "remit": "What it covers"}
    return [
        {"field": names[name], "theirs": getattr(plan, name), "yours": text}
        for name, text in typed.items()
        if getattr(plan, name) != text
    ]


EXPORT_COLUMNS = ("Record", "Partner", "Name", "State", "Since or needed by", "Figure", "Unit", "More")


def export_rows(
    plans: Sequence[PlanFact],
    services: Sequence[ServiceFact],
    dependencies: Sequence[DependencyFact],
    backlogs: Sequence[BacklogFact],
) -> Iterator[tuple[object, ...]]:
    """Every row behind the partnership's view; dates as 2020-04-27."""
    for plan in plans:
        name = plan.partner.name if plan.partner else "The partnership"
        stage = PlanStage(plan.stage).label if plan.uid else _NO_PLAN
        yield ("Plan", name, plan.title, stage, plan.stage_since or "", "", "", plan.stage_reason)
    for service in services:
        level = service.level
        yield (
            "Service",
            service.partner.name,
            service.name,
            ServiceLevel(level.level).label if level else "",
            level.from_date if level else "",
            "",
            "",
            planned_words(service),
        )
    for one in dependencies:
        yield (
            "Dependency",
            of_words(one),
            one.what,
            state_words(one),
            one.needed_by or "",
            "",
            "",
            f"On {one.on.name}. {one.answer}".strip(),
        )
    for backlog in backlogs:
        last = backlog.last
        yield (
            "Backlog",
            backlog.partner.name,
            backlog.name,
            f"{kind_words(backlog)}, {reach_words(backlog)}",
            last.period_end if last else "",
            last.stock if last else "",
            backlog.unit,
            forecast_words(backlog),
        )


def overview_tables(
    services: Sequence[ServiceFact], dependencies: Sequence[DependencyFact], backlogs: Sequence[BacklogFact]
) -> list[dict[str, Any]]:
    """What the board looks at beside the stages: what is not confirmed, what runs low, what waits."""
    open_ones = [one for one in dependencies if one.state != "confirmed"]
    return [
        {
            "caption": "Dependencies that are not confirmed",
            "columns": [{"text": "What"}, {"text": "Relies"}, {"text": "On"}, {"text": "State"}],
            "rows": [_dependency_row(one) for one in open_ones],
            "empty": "Every dependency is confirmed.",
        },
        {
            "caption": "Services not at their normal level",
            "columns": [{"text": "Service"}, {"text": "Partner"}, {"text": "Level"}, {"text": "Planned"}],
            "rows": [_service_row(one) for one in services if one.against_commitment],
            "empty": "Every service on the register is at its normal level.",
        },
        {
            "caption": "Backlogs",
            "columns": [
                {"text": "Backlog"},
                {"text": "Partner"},
                {"text": "Waiting"},
                {"text": "Forecast", "wide": True},
            ],
            "rows": [_backlog_row(one) for one in backlogs],
            "empty": "No backlog is on the register.",
        },
    ]


def _dependency_row(one: DependencyFact) -> list[Any]:
    return [
        {"text": one.what, "href": reverse("dependency", args=[one.uid])},
        of_words(one),
        one.on.name,
        {"text": state_words(one), "note": f"Needed by {in_words(one.needed_by)}" if one.needed_by else ""},
    ]


def _service_row(one: ServiceFact) -> list[Any]:
    return [
        {"text": one.name, "href": reverse("service_commitment", args=[one.uid])},
        one.partner.name,
        level_words(one),
        planned_words(one),
    ]


def _backlog_row(one: BacklogFact) -> list[Any]:
    return [
        {
            "text": one.name,
            "href": reverse("backlog", args=[one.uid]),
            "note": f"{kind_words(one)}, {reach_words(one)}",
        },
        one.partner.name,
        figure_words(one),
        forecast_words(one),
    ]
