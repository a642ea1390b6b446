"""Every check: a case that it finds, and its neighbour that it leaves alone."""

from dataclasses import replace

import pytest

from riskregister.review.checks import CHECKS, run_checks
from riskregister.review.words import on_day
from tests.riskregister.review_world import (
    CUT_OFF,
    DAY,
    LAST,
    acceptance,
    action,
    answer,
    backlog,
    challenge,
    concern,
    control,
    decision,
    dependency,
    escalation,
    evidence,
    full,
    oversight,
    partner,
    rate,
    rating,
    return_,
    risk,
    says,
    scenario,
    series,
    service,
    signal,
    uid,
)
from tests.riskregister.test_guidance_in_review import GUIDANCE_CASES

_OWN = {"organisation": "Police", "organisation_uid": uid("Police")}
_SAME = answer("a", unchanged_cycles=3)


def _risks(*found, **fields):
    return evidence(risks=found, **fields)


def _rated(**kinds):
    return {kind: rating(*pair, kind=kind) for kind, pair in kinds.items()}


def _action(state="open", **fields):
    return evidence(actions=(action(state, **fields),))


# (code, what it finds, what it leaves alone, words of the sentence)
CASES = [
    ("risk_unrated", _risks(risk(1, None)), _risks(risk(1)), "without a current rating"),
    ("risk_unrated", _risks(risk(1, None)), _risks(risk(1, None, state="closed")), "R-001"),
    (
        "current_above_inherent",
        _risks(risk(1, 4, 4, ratings=_rated(inherent=(3, 5)))),
        _risks(risk(1, 4, 4, ratings=_rated(inherent=(4, 4)))),
        "rated 16 with its controls, and 15 without them",
    ),
    (
        "target_above_current",
        _risks(risk(1, 2, 4, ratings=_rated(target=(3, 3)))),
        _risks(risk(1, 3, 3, ratings=_rated(target=(3, 3)))),
        "the target is 9, above the current rating of 8",
    ),
    (
        "tolerated_without_acceptance",
        _risks(risk(1, response="tolerate")),
        _risks(risk(1, response="treat")),
        "nobody has accepted it.",
    ),
    (
        "tolerated_without_acceptance",
        _risks(risk(1, response="tolerate", acceptance=acceptance(-1), acceptance_gap_days=1)),
        _risks(risk(1, response="tolerate", acceptance=acceptance(0))),
        "The last acceptance lapsed 1 day ago.",
    ),
    (
        "acceptance_ends_soon",
        _risks(risk(1, acceptance=acceptance(31))),
        _risks(risk(1, acceptance=acceptance(32))),
        f"lapses after {on_day(LAST + 31 * DAY)}",
    ),
    (
        "red_without_action",
        _risks(risk(1, 3, 5, open_actions=0)),
        _risks(risk(1, 3, 5, open_actions=1)),
        "no action is open",
    ),
    (
        "red_without_action",
        _risks(risk(1, 3, 5, open_actions=0)),
        _risks(risk(1, 3, 4, open_actions=0)),
        "rated red",
    ),
    (
        "risk_review_overdue",
        _risks(risk(1, review_due_on=LAST - DAY)),
        _risks(risk(1, review_due_on=LAST)),
        f"by {on_day(LAST - DAY)}",
    ),
    (
        "outside_appetite",
        _risks(risk(1, 2, 5, appetite=9)),
        _risks(risk(1, 3, 3, appetite=9)),
        "rated 10, above the 9 that the board bears",
    ),
    (
        "outside_appetite",
        _risks(risk(1, 2, 5, appetite=9)),
        _risks(risk(1, 2, 5, appetite=9), escalations=(escalation(risk_uid=uid("R-001")),)),
        "R-001",
    ),
    (
        "outside_appetite",
        _risks(risk(1, 2, 5, appetite=9), escalations=(escalation("proposed", risk_uid=uid("R-001")),)),
        _risks(risk(1, 2, 5, appetite=9), escalations=(escalation("answered", risk_uid=uid("R-001")),)),
        "not before the board",
    ),
    (
        "red_with_low_confidence",
        _risks(risk(1, ratings={"current": rating(4, 5, confidence="low")})),
        _risks(risk(1, ratings={"current": rating(4, 5, confidence="medium")})),
        "low confidence",
    ),
    (
        "controls_not_assured",
        _risks(risk(1, 4, 4, controls=(control(assurance="said"),))),
        _risks(risk(1, 4, 4, controls=(control(assurance="tested"),))),
        "1 control in place and none shown to work",
    ),
    (
        "controls_not_assured",
        _risks(risk(1, 4, 4, controls=(control(state="planned"),))),
        _risks(risk(1, 2, 2, controls=())),
        "no control in place",
    ),
    (
        "control_proof_old",
        _risks(risk(1, controls=(control(proof_on=LAST - 181 * DAY),))),
        _risks(risk(1, controls=(control(proof_on=LAST - 180 * DAY),))),
        f"on {on_day(LAST - 181 * DAY)}",
    ),
    ("risk_without_owner", _risks(risk(1, owner="")), _risks(risk(1)), "nobody answers for it"),
    (
        "rating_below_partners",
        _risks(risk(1, 3, 3, contributions=(uid("R-002"),)), risk(2, 4, 4, **_OWN)),
        _risks(risk(1, 4, 4, contributions=(uid("R-002"),)), risk(2, 4, 4, **_OWN)),
        "agreed at 9, and 16 by the roll-up of 1 partner’s rating",
    ),
    (
        "function_without_risk",
        _risks(risk(1, functions=("a", "b", "c", "d", "e"))),
        _risks(risk(1)),
        "No open risk touches function f: information is shared effectively.",
    ),
    (
        "rating_recorded_late",
        _risks(risk(1), late_changes=(uid("R-001"),)),
        _risks(risk(1), late_changes=(uid("R-009"),)),
        "dated before the last review, and was recorded after it",
    ),
    (
        "return_not_received",
        evidence(partners=(partner("Schools", return_("Schools", 9, sent=False)),)),
        evidence(partners=(partner("Schools", return_("Schools", 9)),)),
        "Schools sent no return for cycle 9, due on 18 June 2020.",
    ),
    (
        "return_late",
        evidence(partners=(partner("Police", return_(days_late=2)),)),
        evidence(partners=(partner("Police", return_(days_late=0)),)),
        "2 days late",
    ),
    (
        "green_beside_grave",
        _risks(risk(2, 4, 4, theme="services", **_OWN), partners=(says("Police", answer("a")),)),
        _risks(risk(2, 2, 2, theme="services", **_OWN), partners=(says("Police", answer("a")),)),
        "Police answers “assured” on are services running, and rates its own R-002 red.",
    ),
    (
        "green_beside_grave",
        _risks(risk(2, 3, 4, theme="services", **_OWN), partners=(says("Police", answer("a")),)),
        _risks(risk(2, 3, 4, theme="services", **_OWN), partners=(says("Police", answer("a", "concern")),)),
        "amber",
    ),
    (
        "no_reduction_beside_reduced",
        evidence(partners=(says("NHS", answer("plan_to_reduce")),), services=(service(level="paused"),)),
        evidence(partners=(says("NHS", answer("plan_to_reduce")),), services=(service(),)),
        "NHS plans no reduction by its return, and has Health visiting",
    ),
    (
        "no_reduction_beside_reduced",
        evidence(
            partners=(says("NHS", answer("plan_to_reduce")),),
            services=(service(planned_level="reduced", planned_on=LAST + DAY),),
        ),
        evidence(
            partners=(says("NHS", answer("plan_to_reduce", "concern")),), services=(service(level="paused"),)
        ),
        "planned to be",
    ),
    (
        "return_unchanged",
        evidence(partners=(says("Police", _SAME),)),
        evidence(partners=(says("Police", _SAME, answer("b", unchanged_cycles=2)),)),
        "the same answers for 3 cycles",
    ),
    (
        "not_known_twice",
        evidence(partners=(says("Police", answer(not_known_cycles=2)),)),
        evidence(partners=(says("Police", answer(not_known_cycles=1)),)),
        "for 2 cycles running",
    ),
    (
        "scenario_missing",
        evidence(scenarios=(scenario("Police"),), scenario_set=(10, 20)),
        evidence(scenarios=(scenario("Police", 10),), scenario_set=(10, 20)),
        "none of the scenarios that the board set (10%, 20%)",
    ),
    (
        "scenarios_differ",
        evidence(scenarios=(scenario("Police", 10), scenario("NHS", 10, 20))),
        evidence(scenarios=(scenario("Police", 10), scenario("NHS", 10))),
        "Police 10%; NHS 10%, 20%",
    ),
    (
        "absent_twice",
        evidence(partners=(partner(meetings_missed_running=2),)),
        evidence(partners=(partner(meetings_missed_running=1),)),
        "missed the last 2 partners’ meetings",
    ),
    (
        "not_in_recovery_planning",
        evidence(partners=(partner(in_recovery_planning=False, stage_words="Not begun"),)),
        evidence(partners=(partner(),)),
        "Police is not into recovery planning: not begun.",
    ),
    (
        "dependency_unconfirmed",
        evidence(dependencies=(dependency(),)),
        evidence(dependencies=(dependency(needed_by=LAST),)),
        "Police relies on Council",
    ),
    (
        "dependency_unconfirmed",
        evidence(dependencies=(dependency(),)),
        evidence(dependencies=(dependency("confirmed"),)),
        "unconfirmed",
    ),
    (
        "dependency_refused",
        evidence(dependencies=(dependency("refused"),)),
        evidence(dependencies=(dependency("asked"),)),
        "Council cannot give what Police relies on",
    ),
    (
        "backlog_growing",
        evidence(backlogs=(backlog(growing=True, national=True),)),
        evidence(backlogs=(backlog(national=True),)),
        "to 120 cases. It is national",
    ),
    (
        "backlog_not_counted",
        evidence(backlogs=(backlog(period_end=LAST - 32 * DAY),)),
        evidence(backlogs=(backlog(period_end=LAST - 31 * DAY),)),
        "last counted for 29 May 2020",
    ),
    (
        "backlog_not_counted",
        evidence(backlogs=(backlog(period_end=None, stock=None),)),
        evidence(backlogs=(backlog(),)),
        "never been counted",
    ),
    (
        "service_without_risk",
        evidence(services=(service(level="reduced", level_words="Reduced"),)),
        _risks(
            risk(1, links=(("service", str(uid("Health visiting"))),)), services=(service(level="reduced"),)
        ),
        "Health visiting is reduced since 1 April 2020",
    ),
    (
        "service_without_risk",
        evidence(services=(service(level="paused"),)),
        _risks(risk(1, organisation="NHS", theme="services"), services=(service(level="paused"),)),
        "no open risk",
    ),
    (
        "concern_without_action",
        evidence(concerns=(concern(),)),
        evidence(concerns=(concern(),), actions=(action(),)),
        "High concern without an action",
    ),
    (
        "concern_without_action",
        evidence(concerns=(concern("escalated"),)),
        evidence(concerns=(concern("escalated", severity="low"),)),
        "Fewer babies",
    ),
    (
        "action_overdue_without_owner",
        _action(owner="", due_on=LAST - DAY),
        _action(owner="", due_on=LAST),
        "nobody owns it",
    ),
    (
        "action_overdue_without_owner",
        _action(owner="", due_on=LAST - DAY),
        _action(due_on=LAST - DAY),
        "Call every school",
    ),
    ("action_long_overdue", _action(due_on=LAST - 29 * DAY), _action(due_on=LAST - 28 * DAY), "29 days overdue"),
    (
        "action_slipped",
        _action(slips=3, slip_reason="Staff away"),
        _action(slips=2, slip_reason="Staff away"),
        "slipped 3 times, the last time because staff away",
    ),
    (
        "action_unverified",
        _action("done", done_on=LAST - 29 * DAY, evidence=True),
        _action("done", done_on=LAST - 28 * DAY, evidence=True),
        "has verified it",
    ),
    (
        "action_without_evidence",
        _action("done", done_on=LAST),
        _action("done", done_on=LAST, evidence=True),
        "counts as done without evidence",
    ),
    (
        "escalation_unanswered",
        evidence(escalations=(escalation(),)),
        evidence(escalations=(escalation(answer_due_on=LAST),)),
        "The board owes an answer since 24 June 2020: Too few foster carers",
    ),
    (
        "escalation_unanswered",
        evidence(escalations=(escalation(),)),
        evidence(escalations=(escalation("answered", answered_at=CUT_OFF),)),
        "owes",
    ),
    (
        "challenge_unanswered",
        evidence(challenges=(challenge("reopened"),)),
        evidence(challenges=(challenge("answered"),)),
        "Police owes the board an answer since 24 June 2020",
    ),
    (
        "change_not_looked_at",
        evidence(escalations=(escalation("answered", answered_at=CUT_OFF - 91 * DAY),)),
        evidence(escalations=(escalation("answered", answered_at=CUT_OFF - 90 * DAY),)),
        "what changed for children (escalation)",
    ),
    (
        "change_not_looked_at",
        evidence(challenges=(challenge("answered", answered_at=CUT_OFF - 91 * DAY),)),
        evidence(challenges=(challenge("answered", answered_at=CUT_OFF - 91 * DAY, changed="no"),)),
        "(challenge): Why are calls not returned?",
    ),
    (
        "decision_past_look",
        evidence(decisions=(decision(look_again_on=LAST - DAY),)),
        evidence(decisions=(decision(look_again_on=LAST),)),
        "was to look again by 29 June 2020",
    ),
    (
        "decision_unconfirmed",
        evidence(decisions=(decision(confirmed=False),)),
        evidence(decisions=(decision(),)),
        "confirmed by no board member",
    ),
    (
        "decision_retrospective",
        evidence(decisions=(decision(retrospective=True),)),
        evidence(decisions=(decision(),)),
        "Written down after it took effect",
    ),
    (
        "concern_not_triaged",
        evidence(concerns=(concern("raised", raised_at=CUT_OFF - 15 * DAY),)),
        evidence(concerns=(concern("raised", raised_at=CUT_OFF - 14 * DAY),)),
        "Waits for triage",
    ),
    (
        "signal_not_looked_at",
        evidence(signals=(signal(raised_at=CUT_OFF - 32 * DAY),)),
        evidence(signals=(signal(raised_at=CUT_OFF - 31 * DAY),)),
        "nobody has looked at",
    ),
    # The claim of the Sandwell paper against its own table.
    (
        "visit_claim",
        evidence(visit_rates=(rate(total="95.0"), rate("2019-03", "95.1"))),
        evidence(visit_rates=(rate(total="95.1"), rate("2019-03", "95.1"))),
        "95.0% were seen in time, face to face or by an alternative, below the 95.1% of March 2019.",
    ),
    (
        "visit_claim",
        evidence(visit_rates=(rate(total="95.0"), rate("2018-03", "96.0"))),
        evidence(visit_rates=(rate(total="95.0"), rate("2018-03", "96.0", plan_type="CIN"))),
        "not borne out",
    ),
    (
        "rate_above_100",
        evidence(visit_rates=(rate(face="100.1"),)),
        evidence(visit_rates=(rate(face="100.0", other="0.0", total="100.0"),)),
        "A visit rate above 100%",
    ),
    (
        "rates_do_not_add_up",
        evidence(visit_rates=(rate(face="60.0", other="35.0", total="95.2"),)),
        evidence(visit_rates=(rate(face="60.0", other="35.0", total="95.1"),)),
        "do not add up",
    ),
    *(
        (code, evidence(oversight=(oversight(named, count),)), evidence(oversight=(oversight(named, 0),)), words)
        for code, named, count, words in (
            ("alternative_without_decision", "alternative_without_decision", 7, "decision: 7."),
            ("third_alternative", "chain_of_three_without_fresh_decision", None, "fresh decision: number not shown."),
            ("decision_lapsed", "decision_lapsed", 1234, "review date: 1,234."),
            ("flag_past_review", "flag_past_review", 6, "review date: 6."),
            ("most_vulnerable_not_seen", "most_vulnerable_not_seen", None, "face to face: number not shown."),
        )
    ),
    (
        "meeting_not_held",
        evidence(meetings=(series(held=1),)),
        evidence(meetings=(series(held=3),)),
        "1 of 2 planned meetings were held",
    ),
    (
        "panel_paused",
        evidence(meetings=(series(kind="panel", paused_since=LAST - 9 * DAY),)),
        evidence(meetings=(series(kind="panel", paused_since=LAST - 9 * DAY, resumed_on=LAST),)),
        "is paused since 21 June 2020",
    ),
    (
        "panel_audit_overdue",
        evidence(meetings=(series(audit_due_on=LAST - DAY, audit_overdue=True),)),
        evidence(meetings=(series(audit_due_on=LAST - DAY),)),
        "was due on 29 June 2020",
    ),
    *GUIDANCE_CASES,
]  # fmt: skip


def _found(code, month):
    return [one for one in run_checks(month) if one.code == code]


@pytest.mark.parametrize(("code", "bad", "good", "words"), CASES, ids=[case[0] for case in CASES])
def test_a_check_finds_its_case_and_leaves_the_neighbour_alone(code, bad, good, words):
    found = _found(code, bad)
    assert len(found) == 1
    assert words in found[0].text
    # A gap has no row to show.
    assert found[0].refs or code == "function_without_risk"
    assert found[0].fix_url
    assert not _found(code, good)


def test_every_check_has_its_cases():
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes)) >= 30
    assert {case[0] for case in CASES} == set(codes)


def test_errors_come_first_and_then_the_order_of_the_checks():
    severities = [one.severity for one in run_checks(full())]
    assert set(severities) == {"error", "warning", "info"}
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_a_check_says_in_how_many_reviews_it_stood_before():
    found = {one.code: one.months_open for one in run_checks(full())}
    assert found["risk_unrated"] == 2
    assert found["red_without_action"] == 0


def test_the_roll_up_follows_the_rule_chosen_for_the_risk():
    parts = [risk(number, 4, 4, **_OWN) for number in (2,)] + [risk(n, 2, 2, **_OWN) for n in (3, 4)]
    ours = risk(1, 3, 3, contributions=tuple(one.uid for one in parts))
    assert _found("rating_below_partners", evidence(risks=(ours, *parts)))
    most = replace(ours, rollup="most_common")
    assert not _found("rating_below_partners", evidence(risks=(most, *parts)))


def test_nothing_on_record_finds_only_that_no_risk_touches_a_function():
    assert {one.code for one in run_checks(evidence())} == {"function_without_risk"}
