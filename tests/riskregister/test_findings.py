"""Key findings: each in both directions, in words near those of the paper, each with its rows."""

import pytest

from riskregister.review.findings import findings
from safeguarding.kernel.periods import Month
from tests.riskregister.review_world import (
    LAST,
    answer,
    backlog,
    evidence,
    full,
    partner,
    rate,
    return_,
    risk,
    says,
    scenario,
    service,
    uid,
)


def found(code, month):
    return next((one for one in findings(month) if one.code == code), None)


def text(code, month):
    return found(code, month).text


def test_all_partners_are_into_recovery_planning():
    good = evidence(partners=(partner("Police"), partner("NHS")))
    assert text("recovery_planning", good) == "All partners are into recovery planning."
    assert [row.kind for row in found("recovery_planning", good).refs] == ["plan", "plan"]
    assert not found("recovery_planning", good).concern


def test_who_is_not_into_recovery_planning_is_named():
    bad = evidence(partners=(partner("Police"), partner("NHS", in_recovery_planning=False, plan_uid=None)))
    one = found("recovery_planning", bad)
    assert one.text == "1 of 2 partners are into recovery planning; not NHS."
    assert one.concern
    assert [row.kind for row in one.refs] == ["plan", "organisation"]


def test_backlogs_and_which_are_national():
    month = evidence(
        backlogs=(
            backlog("Court hearings", kind_words="Court hearings", national=True, stock=1200, growing=True),
            backlog("Dental checks", "NHS", unit="children"),
        )
    )
    assert text("backlogs", month) == (
        "There are backlogs which will impact on recovery: court hearings (1,200 cases) and dental checks (120"
        " children). Of court hearings this is a national issue, which partners here cannot resolve alone."
        " Growing: court hearings."
    )
    local = evidence(backlogs=(backlog(),))
    assert text("backlogs", local).endswith("None of them is national.")
    assert found("backlogs", evidence(backlogs=(backlog(stock=0),))) is None


def test_demand_without_consistency():
    partners = (partner("Police"), partner("NHS"), partner("Schools"))
    all_foresee = (scenario("Police", 10, 20, 30), scenario("NHS"), scenario("Schools"))
    assert text("demand", evidence(partners=partners, scenarios=all_foresee)) == (
        "All partners foresee an increase in demand, but there is a lack of consistency about what to plan for:"
        " Police plans for 3 scenarios (10%, 20% and 30%). Without a scenario: NHS and Schools."
    )
    assert text("demand", evidence(partners=partners, scenarios=all_foresee[:1])) == (
        "All partners that answered foresee an increase in demand, and each plans for at least one scenario of"
        " the set."
    )
    some = (scenario("Police", 10), scenario("NHS", 10, foresees=False), scenario("Schools", foresees=None))
    assert text("demand", evidence(partners=partners, scenarios=some)).startswith("1 of 3 partners foresee")
    assert "nobody plans for a scenario" in text("demand", evidence(scenarios=(scenario("NHS"),)))
    assert found("demand", evidence(partners=partners)) is None


def test_no_partner_plans_to_reduce():
    said = says("Police", answer("plan_to_reduce"))
    assert text("service_reductions", evidence(partners=(said,))) == (
        "No partner has plans to stop or reduce services in response to an increase in demand or to local lockdowns."
    )
    silent = evidence(partners=(said, partner("Schools", return_("Schools", sent=False))))
    assert text("service_reductions", silent).endswith("Nothing was said by Schools.")
    unknown = says("NHS", answer("plan_to_reduce", "", non_answer="not_known"))
    assert text("service_reductions", evidence(partners=(said, unknown))).endswith("said by NHS.")


def test_of_silence_no_finding_is_made():
    assert found("service_reductions", evidence(partners=(partner("Schools"),))) is None


def test_plans_to_reduce_are_told_from_returns_and_from_services():
    month = evidence(
        partners=(says("Police", answer("plan_to_reduce", "concern")), says("NHS", answer("plan_to_reduce"))),
        services=(service(planned_level="reduced", planned_on=LAST),),
    )
    one = found("service_reductions", month)
    assert one.text == (
        "2 plans to stop or reduce services: NHS (Health visiting, from 30 June 2020) and Police."
    )
    assert one.concern
    assert {row.kind for row in one.refs} == {"service", "return"}


@pytest.mark.parametrize(
    ("code", "theme", "of_some", "of_none"),
    [
        (
            "ppe",
            "ppe",
            "Access to personal protective equipment (PPE) is of concern to some partners: 1 of 2 that answered"
            " (Police).",
            "Access to personal protective equipment (PPE) is of concern to no partner that answered.",
        ),
        (
            "track_and_trace",
            "testing",
            "The implementation of track and trace is presenting an additional pressure for recovery, in"
            " particular for some partners: 1 of 2 that answered (Police).",
            "Track and trace puts no partner that answered under pressure.",
        ),
    ],
)
def test_what_presses_some_partners(code, theme, of_some, of_none):
    calm = says("NHS", answer("a", theme=theme))
    pressed = says("Police", answer("a", theme=theme), answer("b", "partly", theme=theme))
    assert text(code, evidence(partners=(calm, pressed))) == of_some
    assert [row.label for row in found(code, evidence(partners=(calm, pressed))).refs] == ["Police, cycle 9"]
    assert text(code, evidence(partners=(calm,))) == of_none
    everyone = evidence(partners=(pressed, says("NHS", answer("a", "concern", theme=theme))))
    assert "all 2 partners that answered" in text(code, everyone)
    assert found(code, evidence(partners=(partner(),))) is None


def test_returns_not_received():
    whole = evidence(partners=(partner("Police", return_("Police")), partner("NHS", return_("NHS"))))
    assert text("returns_received", whole) == "All 2 returns that were due were received."
    short = evidence(partners=(partner("Police", return_()), partner("NHS", return_("NHS", 9, sent=False))))
    assert text("returns_received", short) == "1 of 2 returns that were due were not received: NHS (cycle 9)."
    assert found("returns_received", evidence(partners=(partner(),))) is None


def test_the_visiting_claim_against_each_march_before_the_pandemic():
    below = evidence(
        visit_rates=(
            rate(total="95.0"),
            rate("2019-03", "97.0"),
            rate("2018-03", "94.0"),
            rate(total="90.0", plan_type="CIN"),
            rate("2019-03", "88.0", plan_type="CIN"),
        )
    )
    assert text("visiting", below) == (
        "In June 2020 children were seen in time below the rate before the pandemic for child protection plans"
        " 95.0% (against 97.0% in March 2019). At least at that rate: children in need 90.0%."
    )
    assert len(found("visiting", below).refs) == 5
    held = evidence(visit_rates=(rate(total="97.0"), rate("2019-03", "97.0")))
    assert "at least at the rate before the pandemic" in text("visiting", held)
    assert not found("visiting", held).concern
    assert found("visiting", evidence(visit_rates=(rate(total=None), rate("2019-03")))) is None
    assert found("visiting", evidence(visit_rates=(rate(),))) is None


def test_the_largest_movement():
    before = {
        str(uid(label)): {"label": label, "score": score, "band": "amber", "state": "open"}
        for label, score in (("R-001", 9), ("R-002", 20))
    }
    month = evidence(
        risks=(risk(1, 4, 4), risk(2, 2, 4, title="Carers")),
        previous_ratings=before,
        previous_month=Month.parse("2020-05"),
    )
    assert text("largest_movement", month) == (
        "The largest movement is R-002 Carers, down from 20 to 8: Schools closed."
    )
    assert [row.kind for row in found("largest_movement", month).refs] == ["risk", "rating"]
    still = evidence(risks=(risk(1, 3, 3),), previous_ratings=before, previous_month=Month.parse("2020-05"))
    assert text("largest_movement", still) == "No partnership risk has moved since the last board."
    assert found("largest_movement", evidence(risks=(risk(1),))) is None


def test_letters_follow_the_findings_that_are_made():
    made = findings(full())
    assert "".join(one.letter for one in made) == "abcdefghi"[: len(made)]
    assert [one.code for one in made][:6] == [
        "recovery_planning",
        "backlogs",
        "demand",
        "service_reductions",
        "ppe",
        "track_and_trace",
    ]
    assert all(one.refs for one in made)
    assert findings(evidence()) == ()


def test_who_does_not_know_is_not_counted_as_fine():
    calm = says("NHS", answer("a", theme="ppe"))
    unsure = says("Police", answer("a", "not_known", theme="ppe"))
    one = found("ppe", evidence(partners=(calm, unsure)))
    assert one.text == (
        "Access to personal protective equipment (PPE) is of concern to no partner that answered. Not known"
        " to Police."
    )
    assert one.concern and [row.label for row in one.refs] == ["NHS, cycle 9", "Police, cycle 9"]
    assert found("ppe", evidence(partners=(unsure,))) is None
