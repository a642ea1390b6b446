"""Guidance in the board's review: its checks, its section, what changed, and its key finding."""

from dataclasses import replace

from guidance.facts.counts import GuidanceCounts
from riskregister.facts.content import Figures, Table
from riskregister.review.compile import compile_content
from riskregister.review.findings import findings
from riskregister.review.words import on_day
from riskregister.rules.releases import public
from tests.riskregister.guidance_world import answered, easement, guidance, practice, told
from tests.riskregister.review_world import CUT_OFF, DAY, LAST, evidence

# (code, what it finds, what it leaves alone, words of the sentence): run by test_checks.
GUIDANCE_CASES = [
    (
        "duty_not_issued",
        evidence(guidance=(guidance(state="approved", force="must", due_on=LAST - DAY),)),
        evidence(guidance=(guidance(state="approved", force="must", due_on=LAST),)),
        f"was to be issued by {on_day(LAST - DAY)}; it is approved, not issued",
    ),
    (
        "duty_not_issued",
        evidence(guidance=(guidance(state="received", kind="easement", due_on=LAST - DAY),)),
        evidence(guidance=(guidance(state="set_aside", kind="easement", due_on=LAST - DAY),)),
        "it is received",
    ),
    (
        "guidance_overdue",
        evidence(guidance=(guidance(state="assessed", due_on=LAST - DAY),)),
        evidence(guidance=(guidance(state="issued", due_on=LAST - DAY),)),
        "G1 Children’s social care services",
    ),
    (
        "guidance_unowned",
        evidence(guidance=(guidance(state="received", owner=""),)),
        evidence(guidance=(guidance(state="issued", owner=""),)),
        "Nobody sees to G1",
    ),
    (
        "guidance_no_channel",
        evidence(coverage=(told(channels=(), audiences_not_reached=("police",)),)),
        evidence(coverage=(told(),)),
        "sent by no channel",
    ),
    (
        "guidance_not_reached",
        evidence(coverage=(told(audiences_not_reached=("police",)),)),
        evidence(coverage=(told(channels=(), audiences_not_reached=("police",)),)),
        "was not sent to police",
    ),
    (
        "guidance_not_acknowledged",
        evidence(acknowledged=(answered("NHS"),)),
        evidence(acknowledged=(answered("NHS", acknowledge_by=LAST),)),
        "nothing from Police",
    ),
    (
        "guidance_told_not_shown",
        evidence(shown=(practice(not_shown=("Police",)),)),
        evidence(shown=(practice("Police"),)),
        "1 piece of guidance, issued over 60 days ago: told, not shown",
    ),
    (
        "guidance_told_not_shown",
        evidence(shown=(practice(questions=()),)),
        evidence(shown=(practice(questions=(), days_ago=60),)),
        "asks about 0 of them",
    ),
    (
        "easement_undecided",
        evidence(easements=(easement(local_decision="pending"),)),
        evidence(easements=(easement(local_decision="pending", effective_from=LAST + DAY),)),
        "whether it is used here was not decided",
    ),
    (
        "easement_ends",
        evidence(easements=(easement(effective_until=LAST + 31 * DAY),)),
        evidence(easements=(easement(effective_until=LAST + 32 * DAY),)),
        f"From {on_day(LAST + 31 * DAY)} on an easement no longer holds: visits by video.",
    ),
    (
        "easement_ends",
        evidence(easements=(easement(effective_until=LAST + DAY), easement(effective_until=LAST + DAY))),
        evidence(easements=(easement(effective_until=LAST),)),
        "on 2 easements no longer hold",
    ),
]


def blocks(month, code="guidance") -> dict:
    content = compile_content(month, version=1)
    section = next(one for one in content.sections if one.code == code)
    return {getattr(one, "title", ""): one for one in section.blocks}


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_nothing_on_the_register_is_said():
    content = compile_content(evidence(), version=1)
    section = next(one for one in content.sections if one.code == "guidance")
    assert not section.blocks
    assert section.missing == "No guidance is on the register."


def test_counts_of_the_month_and_of_all_stand_side_by_side():
    month = evidence(
        guidance=(guidance(),),
        guidance_in_month=GuidanceCounts(received=12, issued=7, median_days=4, most_days=9),
        guidance_in_all=GuidanceCounts(received=220, issued=171, approved=175),
    )
    found = blocks(month)
    here = {label: (value, note) for label, value, note in found["Guidance in June 2020"].items}
    assert here["Received"][0] == "12"
    assert here["Issued"] == ("7", "Half of them within 4 days of receipt, the last after 9 days")
    assert isinstance(found["Guidance in all"], Figures)
    assert {label: value for label, value, _ in found["Guidance in all"].items}["Approved"] == "175"


def test_what_is_late_and_who_has_not_answered():
    month = evidence(
        guidance=(guidance(1, "assessed", due_on=LAST - 3 * DAY), guidance(2)),
        acknowledged=(answered("NHS"), answered("NHS", "Police")),
    )
    found = blocks(month)
    assert texts(found["Not issued by its date"]) == [
        [
            "G1 Children’s social care services",
            "Department for Education",
            "Should",
            "Being interpreted",
            on_day(LAST - 3 * DAY),
            "3",
        ]
    ]
    assert [row[2:] for row in texts(found["Acknowledged by partners"])] == [["2", "1", "0", "Police"]]


def test_told_is_not_shown_until_every_partner_has_shown_it():
    month = evidence(
        guidance=(guidance(),), shown=(practice("NHS"), practice("NHS", not_shown=("Police",)), practice())
    )
    items = {label: value for label, value, _ in blocks(month)["From told to shown"].items}
    assert items == {"Shown in practice": "1", "Told, not shown": "2"}


def test_easements_in_force_with_the_day_from_which_they_are_not():
    month = evidence(
        easements=(
            easement(effective_until=LAST + DAY),
            easement(effective_until=LAST, title="Ended today"),
            easement(effective_until=None, title="Open"),
            easement(effective_from=LAST + DAY, title="Not yet"),
        )
    )
    found = texts(blocks(month)["Easements in force"])
    assert [(row[0], row[3], row[4]) for row in found] == [
        ("Visits by video", on_day(LAST + DAY), "1"),
        ("Open", "No end is set", "–"),
    ]


def test_the_list_is_by_publication_and_says_what_replaced_what():
    month = evidence(
        guidance=(
            guidance(1, published_on=LAST, replaced_by="G2", replaced_from=LAST),
            guidance(2, published_on=None, received_on=LAST - DAY, reference="SI 2020/445"),
            guidance(3, published_on=LAST - 2 * DAY),
        )
    )
    found = texts(blocks(month)["List of guidance"])
    assert [row[0].split()[0] for row in found] == ["G3", "G2", "G1"]
    assert found[1][0].endswith("(SI 2020/445)") and found[1][2] == "Not given"
    assert found[2][-1] == "Replaced by G2"


def test_what_changed_names_what_binds_and_counts_the_rest():
    fresh = {"version_recorded_at": CUT_OFF - DAY}
    month = evidence(
        since=CUT_OFF - 5 * DAY,
        guidance=(
            guidance(1, force="must", **fresh),
            guidance(2, kind="easement", **fresh),
            guidance(3, **fresh),
            guidance(4, force="must"),
            guidance(5, force="must", size="minor", **fresh),
        ),
    )
    table = blocks(month, "changed")["New guidance that binds"]
    assert [row[0].split()[0] for row in texts(table)] == ["G1", "G2"]
    assert "1 other piece of new or changed guidance came as well" in table.note


def said(month) -> list:
    return [one for one in findings(month) if one.code == "guidance"]


def test_the_finding_counts_what_came_and_names_what_is_late():
    counts = GuidanceCounts(received=220, issued=171)
    whole = evidence(guidance=(guidance(),), guidance_in_all=counts)
    assert said(evidence()) == []
    (one,) = said(whole)
    assert one.text.startswith("220 pieces of new, additional and amended guidance came to the register; 171")
    assert not one.concern
    late = replace(whole, guidance=(guidance(state="received", due_on=LAST - DAY),))
    (one,) = said(late)
    assert one.concern and one.text.endswith("Not issued by its date: 1 piece.")
    assert [ref.label for ref in one.refs] == ["G1"]


def test_a_public_version_leaves_out_what_was_not_issued():
    whole = compile_content(
        evidence(
            guidance=(
                guidance(1, title="Told to everybody by now"),
                guidance(
                    2, state="assessed", force="must", due_on=LAST - DAY, title="Not told to anybody yet"
                ),
                guidance(3, state="set_aside", title="Does not matter to anybody"),
            ),
            guidance_in_all=GuidanceCounts(received=3, issued=1),
        ),
        version=1,
    )
    shown = public(whole, organisations=(), people=())
    assert "Not told to anybody yet" in str(whole)
    assert "Told to everybody by now" in str(shown)
    assert "Not told to anybody yet" not in str(shown)
    assert "Does not matter to anybody" not in str(shown)


def test_the_list_says_replaced_from_the_day_on():
    def states(day):
        found = compile_content(
            evidence(guidance=(guidance(replaced_by="G9", replaced_from=day),)), version=1
        )
        return str(found)

    assert "Replaced by G9" in states(LAST)
    assert "Replaced by G9" not in states(LAST + DAY)
