"""What partners said, planned and attended, as known at the cut-off."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from partners.constants import BacklogKind, PlanStage, ServiceLevel
from partners.facts.plans import BacklogFact as PartnerBacklog
from partners.facts.plans import LevelFact
from partners.facts.review import ReviewedAnswer, ReviewedReturn
from partners.selectors.backlogs import backlogs_at
from partners.selectors.commitments import services_at
from partners.selectors.demand import scenarios_at
from partners.selectors.dependencies import dependencies_at
from partners.selectors.panels import panel_audits_at
from partners.selectors.plans import plans_at
from partners.selectors.review import partners_meetings, returns_of_month
from partners.selectors.series import meetings_at
from partners.selectors.training import demand_of_month
from riskregister.facts.content import Ref
from riskregister.facts.evidence import (
    AnswerFact,
    BacklogFact,
    DependencyFact,
    MeetingsFact,
    PartnerFact,
    ReturnFact,
    ScenarioFact,
    ServiceFact,
    TrainingFact,
)
from riskregister.review.latest import latest_sent
from riskregister.review.words import on_day
from safeguarding.kernel.periods import Month, day_of

# Questions of the sets that ask for them, by their codes; the same through all versions of a set.
DEMAND_EXPECTED, EXPECTS_MORE = "demand_expected", "more"
DEMAND_SCENARIOS, PLANS_FOR_NONE = "demand_scenarios", ("none", "own")
_BELOW_NORMAL = (ServiceLevel.REDUCED, ServiceLevel.PAUSED)


def partners(month: Month, at: datetime) -> tuple[PartnerFact, ...]:
    """Who takes part or owed a return in the month, by name."""
    returns: dict[UUID, list[ReturnFact]] = defaultdict(list)
    names: dict[UUID, str] = {}
    for one in returns_of_month(month, at):
        names[one.organisation_uid] = one.organisation
        returns[one.organisation_uid].append(_return(one))
    plans = {plan.partner.uid: plan for plan in plans_at(at) if plan.partner}
    names |= {plan.partner.uid: plan.partner.name for plan in plans.values() if plan.partner}
    met = {one.organisation_uid: one for one in partners_meetings(month, at)}
    found = []
    for uid, name in sorted(names.items(), key=lambda pair: pair[1]):
        plan, meetings = plans.get(uid), met.get(uid)
        stage = plan.stage if plan else ""
        words = str(PlanStage(stage).label) if stage else "Nothing submitted"
        since = f", since {on_day(plan.stage_since)}" if plan and plan.stage_since else ""
        found.append(
            PartnerFact(
                uid=uid,
                name=name,
                returns=tuple(returns.get(uid, ())),
                stage=stage,
                stage_words=words + since,
                in_recovery_planning=bool(plan and plan.in_recovery_planning),
                plan_uid=plan.uid if plan else None,
                meetings_attended=meetings.attended if meetings else 0,
                meetings_held=meetings.held if meetings else 0,
                meetings_missed_running=meetings.missed_running if meetings else 0,
            )
        )
    return tuple(found)


def _return(one: ReviewedReturn) -> ReturnFact:
    label = f"{one.organisation}, cycle {one.cycle_number}"
    return ReturnFact(
        uid=one.uid,
        organisation=one.organisation,
        organisation_uid=one.organisation_uid,
        cycle_number=one.cycle_number,
        due_at=one.due_at,
        submitted_at=one.submitted_at,
        accepted_at=one.accepted_at,
        days_late=one.days_late,
        answers={code: _answer(answer) for code, answer in one.answers.items()},
        ref=Ref("return", str(one.uid), label),
    )


def _answer(one: ReviewedAnswer) -> AnswerFact:
    return AnswerFact(
        question=one.code,
        question_text=one.question,
        theme=one.theme,
        kind=one.kind,
        value=one.value,
        non_answer=one.non_answer,
        comment=one.comment,
        reading=one.reading,
        shown=one.shown,
        unchanged_cycles=one.unchanged_cycles,
        not_known_cycles=one.not_known_cycles,
    )


def services(at: datetime) -> tuple[ServiceFact, ...]:
    """Services on the register, with the first planned change that goes below the normal level, or else the
    next planned one."""
    found = []
    for one in services_at(day_of(at), at):
        if one.level is None:
            continue
        planned = _next(one.planned)
        found.append(
            ServiceFact(
                uid=one.uid,
                organisation=one.partner.name,
                name=one.name,
                level=one.level.level,
                level_words=str(ServiceLevel(one.level.level).label),
                since=one.level.from_date,
                reason=one.level.reason,
                planned_level=planned.level if planned else "",
                planned_on=planned.from_date if planned else None,
                ref=Ref("service", str(one.uid), f"{one.partner.name}: {one.name}"),
            )
        )
    return tuple(found)


def _next(planned: tuple[LevelFact, ...]) -> LevelFact | None:
    below = [one for one in planned if one.level in _BELOW_NORMAL]
    return next(iter(below or planned), None)


def backlogs(at: datetime) -> tuple[BacklogFact, ...]:
    found = []
    for one in backlogs_at(at):
        last = one.last
        found.append(
            BacklogFact(
                uid=one.uid,
                organisation=one.partner.name,
                name=one.name,
                kind=one.kind,
                kind_words=str(BacklogKind(one.kind).label),
                unit=one.unit,
                national=one.national,
                stock=last.stock if last else None,
                before=last.before if last else None,
                came_in=last.came_in if last else None,
                went_out=last.went_out if last else None,
                period_end=last.period_end if last else None,
                forecast=_forecast(one),
                growing=one.forecast.outlook == "grows",
                ref=Ref("backlog", str(one.uid), f"{one.partner.name}: {one.name}"),
            )
        )
    return tuple(found)


def _forecast(one: PartnerBacklog) -> str:
    forecast = one.forecast
    if forecast.outlook == "cleared":
        return "Nothing waits"
    if forecast.outlook == "shrinks" and forecast.cleared_by:
        cleared = Month.of(forecast.cleared_by).name
        return f"Cleared by {cleared} at the pace of the last {forecast.periods} periods"
    if forecast.outlook == "shrinks":
        return "Shrinks, but is not cleared within ten years"
    if forecast.outlook == "grows":
        return f"Not cleared: grows by {forecast.weekly_growth} a week"
    if forecast.outlook == "stands":
        return "Not cleared: as much comes in as goes out"
    return "Not known: fewer than two periods are counted"


def dependencies(at: datetime) -> tuple[DependencyFact, ...]:
    return tuple(
        DependencyFact(
            uid=one.uid,
            organisation=one.of.name if one.of else "The partnership",
            on_organisation=one.on.name,
            what=one.what,
            state=one.state,
            needed_by=one.needed_by,
            ref=Ref(
                "dependency", str(one.uid), f"{one.of.name if one.of else 'Partnership'} on {one.on.name}"
            ),
        )
        for one in dependencies_at(at)
    )


def scenario_set(at: datetime) -> tuple[int, ...]:
    board = scenarios_at(at)
    return board.uplifts if board else ()


def scenarios(found_partners: Iterable[PartnerFact], at: datetime) -> tuple[ScenarioFact, ...]:
    """What each partner that answered on demand in the month expects, and the scenarios it plans for."""
    board = scenarios_at(at)
    named = (
        {one.partner.uid: tuple(cell.uplift for cell in one.cells) for one in board.answered} if board else {}
    )
    found = []
    for partner in found_partners:
        sent = latest_sent(partner)
        expected = sent.answers.get(DEMAND_EXPECTED) if sent else None
        plans = sent.answers.get(DEMAND_SCENARIOS) if sent else None
        if sent is None or (expected is None and plans is None):
            continue
        uplifts = (
            () if plans is None or plans.value in (None, *PLANS_FOR_NONE) else named.get(partner.uid, ())
        )
        found.append(
            ScenarioFact(
                organisation=partner.name,
                organisation_uid=partner.uid,
                uplifts=uplifts,
                foresees_increase=None
                if expected is None or expected.value is None
                else expected.value == EXPECTS_MORE,
                ref=sent.ref,
            )
        )
    return tuple(found)


def meetings(month: Month, at: datetime) -> tuple[MeetingsFact, ...]:
    """Series that were to meet, or were paused, in the month."""
    audits = {one.series: one for one in panel_audits_at(at) if not one.done}
    found = []
    for one in meetings_at(at, since=month.first_day):
        audit = audits.get(one.name)
        if not (one.planned or one.held or one.paused_since or audit):
            continue
        found.append(
            MeetingsFact(
                uid=one.uid,
                name=one.name,
                kind=one.kind,
                planned=one.planned,
                held=one.held,
                attended=sum(row.present for row in one.attendance),
                expected=sum(row.expected for row in one.attendance),
                paused_since=one.paused_since,
                resumed_on=None,
                audit_due_on=audit.due_on if audit else None,
                audit_overdue=bool(audit and audit.overdue),
                ref=Ref("series", str(one.uid), one.name),
            )
        )
    return tuple(found)


def training(month: Month, at: datetime) -> tuple[TrainingFact, ...]:
    return tuple(
        TrainingFact(
            level=one.level,
            level_words=one.level_words,
            asked_for=one.asked_for,
            usual=one.usual,
            attended=one.attended,
            ref=Ref("training", one.level, f"{one.level_words}, {month.name}"),
        )
        for one in demand_of_month(month, at)
    )
