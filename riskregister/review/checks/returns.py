"""Checks of returns, plans, services and backlogs, and of what they say beside each other."""

from collections.abc import Iterator
from datetime import timedelta

from riskregister.constants import Band, CheckSeverity, RiskState
from riskregister.facts.content import Ref
from riskregister.facts.evidence import Evidence, PartnerFact
from riskregister.review.checks.base import Check, Hit, refs
from riskregister.review.latest import PLAN_TO_REDUCE, answer_to, answers_about, latest_sent
from riskregister.review.words import counted, listed, lowered, on_day, on_moment
from safeguarding.kernel.periods import day_of

UNCHANGED_CYCLES = 3
NOT_KNOWN_CYCLES = 2
MEETINGS_MISSED = 2
COUNT_OLD_AFTER = timedelta(days=31)
_BELOW_NORMAL = ("reduced", "paused")


def _organisation(partner: PartnerFact) -> Ref:
    return Ref("organisation", str(partner.uid), partner.name)


def not_received(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        for one in partner.returns:
            if one.submitted_at is None:
                yield Hit(
                    f"{partner.name} sent no return for cycle {one.cycle_number}, due on"
                    f" {on_moment(one.due_at)}.",
                    refs(one.ref),
                    "tracker",
                )


def late(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        for one in partner.returns:
            if one.submitted_at and one.days_late:
                yield Hit(
                    f"{partner.name} sent the return of cycle {one.cycle_number}"
                    f" {counted(one.days_late, 'day')} late.",
                    refs(one.ref),
                    "tracker",
                )


def green_beside_grave(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        for risk in evidence.risks:
            own = risk.organisation_uid == partner.uid and risk.state == RiskState.OPEN
            if not own or not risk.current or risk.current.band not in (Band.RED, Band.AMBER):
                continue
            answers = answers_about(partner, risk.theme)
            if answers and all(answer.reading == "assured" for answer in answers):
                sent = latest_sent(partner)
                yield Hit(
                    f"{partner.name} answers “assured” on {lowered(answers[0].question_text).rstrip('?')},"
                    f" and rates its own {risk.label} {risk.current.band}.",
                    refs(sent.ref if sent else None, risk.ref),
                    "risk",
                    (str(risk.uid),),
                )


def no_reduction_beside_reduced(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        below = [
            service
            for service in evidence.services
            if service.organisation == partner.name
            and (service.level in _BELOW_NORMAL or service.planned_level in _BELOW_NORMAL)
        ]
        answer = answer_to(partner, PLAN_TO_REDUCE)
        if below and answer and answer.reading == "assured":
            sent = latest_sent(partner)
            names = listed([service.name for service in below])
            yield Hit(
                f"{partner.name} plans no reduction by its return, and has {names} reduced or paused, or"
                " planned to be.",
                refs(sent.ref if sent else None, *(service.ref for service in below)),
                "recovery_plans",
            )


def unchanged(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        sent = latest_sent(partner)
        if (
            sent
            and sent.answers
            and all(one.unchanged_cycles >= UNCHANGED_CYCLES for one in sent.answers.values())
        ):
            yield Hit(
                f"{partner.name} has sent the same answers for {UNCHANGED_CYCLES} cycles or more.",
                refs(sent.ref),
                "tracker",
            )


def not_known(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        sent = latest_sent(partner)
        if not sent:
            continue
        for answer in sent.answers.values():
            if answer.not_known_cycles >= NOT_KNOWN_CYCLES:
                yield Hit(
                    f"{partner.name} has not known for {answer.not_known_cycles} cycles running:"
                    f" {answer.question_text}",
                    refs(sent.ref),
                    "tracker",
                )


def without_scenario(evidence: Evidence) -> Iterator[Hit]:
    if not evidence.scenario_set:
        return
    asked = ", ".join(f"{uplift}%" for uplift in evidence.scenario_set)
    for one in evidence.scenarios:
        if not one.uplifts:
            yield Hit(
                f"{one.organisation} names none of the scenarios that the board set ({asked}).",
                refs(one.ref),
                "tracker",
            )


def scenarios_differ(evidence: Evidence) -> Iterator[Hit]:
    named = {one.uplifts for one in evidence.scenarios if one.uplifts}
    if len(named) > 1:
        yield Hit(
            "Partners plan for different increases in demand: "
            + "; ".join(
                f"{one.organisation} {', '.join(f'{uplift}%' for uplift in one.uplifts)}"
                for one in evidence.scenarios
                if one.uplifts
            )
            + ".",
            refs(*(one.ref for one in evidence.scenarios if one.uplifts)),
            "recovery_plans",
        )


def absent(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        if partner.meetings_missed_running >= MEETINGS_MISSED:
            yield Hit(
                f"{partner.name} has missed the last {partner.meetings_missed_running} partners’ meetings.",
                (_organisation(partner),),
                "meetings",
            )


def not_in_planning(evidence: Evidence) -> Iterator[Hit]:
    for partner in evidence.partners:
        if not partner.in_recovery_planning:
            yield Hit(
                f"{partner.name} is not into recovery planning: {lowered(partner.stage_words)}.",
                (_organisation(partner),),
                "recovery_plans",
            )


def dependency_open(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.dependencies:
        if one.state == "asked" and one.needed_by and one.needed_by < today:
            yield Hit(
                f"{one.organisation} relies on {one.on_organisation} since {on_day(one.needed_by)},"
                f" unconfirmed: {one.what}",
                refs(one.ref),
                "recovery_plans",
            )


def dependency_refused(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.dependencies:
        if one.state == "refused":
            yield Hit(
                f"{one.on_organisation} cannot give what {one.organisation} relies on: {one.what}",
                refs(one.ref),
                "recovery_plans",
            )


def backlog_growing(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.backlogs:
        if one.growing and one.stock is not None:
            national = " It is national: nobody here can clear it alone." if one.national else ""
            yield Hit(
                f"{one.organisation}: {lowered(one.name)} grows, to {one.stock:,} {one.unit}.{national}",
                refs(one.ref),
                "recovery_plans",
            )


def backlog_not_counted(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.backlogs:
        if one.period_end is None:
            yield Hit(
                f"{one.organisation}: {lowered(one.name)} has never been counted.",
                refs(one.ref),
                "recovery_plans",
            )
        elif one.period_end < today - COUNT_OLD_AFTER:
            yield Hit(
                f"{one.organisation}: {lowered(one.name)} was last counted for {on_day(one.period_end)}.",
                refs(one.ref),
                "recovery_plans",
            )


def below_normal_without_risk(evidence: Evidence) -> Iterator[Hit]:
    for service in evidence.services:
        if service.level not in _BELOW_NORMAL:
            continue
        linked = any(
            ("service", str(service.uid)) in risk.links
            or (risk.organisation == service.organisation and risk.theme == "services")
            for risk in evidence.risks
            if risk.state == RiskState.OPEN
        )
        if not linked:
            yield Hit(
                f"{service.organisation}: {service.name} is {lowered(service.level_words)} since"
                f" {on_day(service.since)}, and no open risk has to do with it.",
                refs(service.ref),
                "risks",
            )


def concern_without_action(evidence: Evidence) -> Iterator[Hit]:
    active = {one.source_uid for one in evidence.actions if one.source_kind == "concern"}
    for concern in evidence.concerns:
        if (
            concern.severity == "high"
            and concern.state in ("triaged", "escalated")
            and concern.uid not in active
        ):
            yield Hit(
                f"High concern without an action: {concern.title}",
                refs(concern.ref),
                "concern",
                (str(concern.uid),),
            )


_ERROR, _WARNING, _INFO = CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO

CHECKS: tuple[Check, ...] = (
    Check("return_not_received", _WARNING, "A return that was not received", not_received),
    Check("return_late", _INFO, "A return that came late", late),
    Check("green_beside_grave", _WARNING, "“Assured” beside an amber or red rating", green_beside_grave),
    Check(
        "no_reduction_beside_reduced",
        _ERROR,
        "“No reduction planned” beside a service reduced or paused",
        no_reduction_beside_reduced,
    ),
    Check("return_unchanged", _WARNING, "A return unchanged for three cycles", unchanged),
    Check("not_known_twice", _WARNING, "“Do not know” twice running", not_known),
    Check("scenario_missing", _WARNING, "A partner without a demand scenario", without_scenario),
    Check("scenarios_differ", _INFO, "Partners that plan for different increases", scenarios_differ),
    Check("absent_twice", _WARNING, "A partner absent from two meetings", absent),
    Check("not_in_recovery_planning", _WARNING, "A partner not into recovery planning", not_in_planning),
    Check("dependency_unconfirmed", _ERROR, "A dependency that is needed and unconfirmed", dependency_open),
    Check("dependency_refused", _WARNING, "A dependency that cannot be met", dependency_refused),
    Check("backlog_growing", _WARNING, "A backlog that grows", backlog_growing),
    Check("backlog_not_counted", _INFO, "A backlog without a recent count", backlog_not_counted),
    Check(
        "service_without_risk",
        _WARNING,
        "A service reduced or paused without a risk",
        below_normal_without_risk,
    ),
    Check("concern_without_action", _WARNING, "A high concern without an action", concern_without_action),
)
