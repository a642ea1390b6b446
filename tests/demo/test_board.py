"""The board of the demonstration: its reviews state what the published paper states, keep what they were
sealed with, and show what was planted."""

import io
import json
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.constants import Permission
from accounts.models import User
from partners.models import (
    Action,
    Backlog,
    Concern,
    Dependency,
    MeetingSeries,
    RecoveryPlan,
    Return,
    Service,
)
from partners.rules.free_texts import personal_marks
from riskregister.constants import (
    Band,
    ChallengeState,
    EscalationState,
    RatingKind,
    Response,
    ReviewState,
    RiskState,
    SignalState,
)
from riskregister.facts.content import CheckResult, Finding, ReviewContent, Table
from riskregister.history import fields_of
from riskregister.models import (
    Acceptance,
    BoardReview,
    Challenge,
    Comment,
    Control,
    Decision,
    Escalation,
    History,
    PublicRelease,
    RatingChange,
    Risk,
    RiskLink,
    RiskLook,
    Signal,
)
from riskregister.review.canonical import canonical
from riskregister.review.compile import compile_content
from riskregister.review.gather import evidence
from riskregister.review.reading import read
from riskregister.rules import board_work, register
from riskregister.rules.register import RatingDraft, RiskDraft
from riskregister.selectors.chain import broken_seals
from riskregister.services.reviews import owed_months
from safeguarding.demo.board.cases import cases
from safeguarding.kernel.periods import Month, day_of
from tests.demo.conftest import TODAY, load_board

pytestmark = pytest.mark.django_db
_MONTHS_OF_2020 = [f"2020-{number:02}" for number in range(3, 9)]
_MODELS = {
    "risk": Risk, "return": Return, "plan": RecoveryPlan, "service": Service, "backlog": Backlog,
    "dependency": Dependency, "concern": Concern, "action": Action, "signal": Signal,
    "escalation": Escalation, "challenge": Challenge, "decision": Decision, "rating": RatingChange,
    "series": MeetingSeries,
}  # fmt: skip


@pytest.fixture(scope="module")
def today(django_db_setup, django_db_blocker):
    """The board as of a day years later, without children, in a transaction that is undone."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield load_board(TODAY)
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def _content(month: str, version: int = 1) -> ReviewContent:
    first = Month.parse(month).first_day
    return read(BoardReview.objects.get(month=first, version=version).content)


def _findings(month: str) -> dict[str, Finding]:
    content = _content(month)
    section = next(one for one in content.sections if one.code == "findings")
    return {block.code: block for block in section.blocks if isinstance(block, Finding)}


def _checks(month: str) -> dict[str, list[str]]:
    section = next(one for one in _content(month).sections if one.code == "checks")
    found: dict[str, list[str]] = {}
    for block in section.blocks:
        if isinstance(block, CheckResult):
            found.setdefault(block.code, []).append(block.text)
    return found


def _directions(month: str) -> dict[str, str]:
    """Of each partnership risk that moved, by title: in which way."""
    section = next(one for one in _content(month).sections if one.code == "changed")
    table = next(block for block in section.blocks if isinstance(block, Table))
    return {row.cells[0].text.split(" ", 1)[1]: row.cells[3].text for row in table.rows}


# --- Paragraph 19 of the paper ----------------------------------------------------------------


def test_the_findings_of_august_state_what_the_paper_states(today):
    found = _findings("2020-08")
    said = {code: one.text for code, one in found.items()}
    assert [one.letter for one in found.values()][:6] == list("abcdef")
    assert said["recovery_planning"] == "All partners are into recovery planning."
    assert said["backlogs"].startswith("There are backlogs which will impact on recovery")
    assert "national" in said["backlogs"]
    assert "care proceedings waiting for a hearing" in said["backlogs"]
    assert said["demand"].startswith(
        "All partners foresee an increase in demand, but there is a lack of consistency about what"
    )
    assert "Merrowshire County Council plans for 3 scenarios (10%, 20% and 30%)" in said["demand"]
    assert said["service_reductions"].startswith("No partner has plans to stop or reduce services")
    assert said["ppe"].startswith(
        "Access to personal protective equipment (PPE) is of concern to some partners"
    )
    assert said["track_and_trace"].startswith(
        "The implementation of track and trace is presenting an additional pressure for recovery"
    )
    assert found["track_and_trace"].concern
    assert not found["recovery_planning"].concern


def test_each_finding_rests_on_rows_that_are_there(today):
    for month in _MONTHS_OF_2020:
        for finding in _findings(month).values():
            if finding.code not in ("largest_movement", "visiting"):
                assert finding.refs, (month, finding.code)
            for ref in finding.refs:
                if ref.kind in _MODELS:
                    assert _MODELS[ref.kind].objects.filter(uid=ref.uid).exists(), (month, ref)


def test_the_first_months_say_that_planning_had_yet_to_begin(today):
    assert _findings("2020-04")["recovery_planning"].concern
    assert "nobody plans for a scenario" in _findings("2020-04")["demand"].text
    assert "puts no partner" in _findings("2020-04")["track_and_trace"].text


# --- The chain --------------------------------------------------------------------------------


def test_eight_reviews_are_sealed_in_the_order_in_which_they_were_published(today):
    published = BoardReview.objects.published().order_by("place")
    told = [(f"{one.month:%Y-%m}", one.version) for one in published]
    assert told[:7] == [
        ("2020-03", 1), ("2020-04", 1), ("2020-05", 1), ("2020-06", 1), ("2020-06", 2), ("2020-07", 1),
        ("2020-08", 1),
    ]  # fmt: skip
    assert told[7:] == [("2026-09", 1)]
    assert broken_seals() == (8, [])
    call_command("check_reviews", stdout=io.StringIO())
    for one in published:
        assert one.compiled_at > one.cut_off
        assert one.compiled_at < one.submitted_at < one.approved_at < one.published_at <= today
        people = {one.submitted_by_id, one.approved_by_id, one.published_by_id}
        assert len(people) == 3
    for before, after in pairwise(published):
        assert before.published_at < after.published_at


def test_compiled_again_today_each_review_is_the_same_byte_for_byte(today):
    for review in BoardReview.objects.all():
        found = evidence(Month.of(review.month), review.cut_off, version=review.version)
        assert canonical(compile_content(found, version=review.version)) == review.content


def test_the_correction_of_june_changes_words_and_no_figure(today):
    first, second = BoardReview.objects.filter(month=date(2020, 6, 1)).order_by("version")
    assert second.corrects == first
    assert second.correction_reason
    assert _content("2020-06").sections == _content("2020-06", 2).sections
    words = [json.loads(one.sealed_extras)["narratives"] for one in (first, second)]
    assert words[0] != words[1]
    assert _content("2020-07").previous_version == 2


def test_the_latest_review_waits_for_two_signatures(today):
    review = BoardReview.objects.exclude(state=ReviewState.PUBLISHED).get()
    assert review.state == ReviewState.IN_REVIEW
    assert Month.of(review.month) == Month.of(TODAY).plus(-1)
    assert owed_months(today) == []
    chair = User.objects.get(name="Jocelyn Thackray")
    assert chair.holds(Permission.CHAIR)
    assert chair.pk not in (review.compiled_by_id, review.submitted_by_id)


def test_july_is_public_and_another_month_waits_for_a_second_person(today):
    released, waiting = PublicRelease.objects.order_by("prepared_at")
    assert (f"{released.review.month:%Y-%m}", released.released_at is not None) == ("2020-07", True)
    assert released.prepared_by_id != released.released_by_id
    assert (f"{waiting.review.month:%Y-%m}", waiting.released_at) == ("2026-09", None)
    for one in User.objects.filter(name__in=["Jocelyn Thackray", "Hamish Ravenhall"]):
        assert one.name not in released.content


def test_the_audit_trail_bears_the_moments_of_then(today):
    call_command("check_audit_trail", stdout=io.StringIO())


# --- The story --------------------------------------------------------------------------------


def test_directions_tell_the_story_of_the_spring_and_summer(today):
    hidden = "Harm stays hidden while children are out of sight"
    abuse = "More children live with domestic abuse, and cannot leave"
    up, down, new, closed = "Higher", "Lower", "New", "Closed"
    for month, title, way in (
        ("2020-04", hidden, up), ("2020-05", hidden, up), ("2020-06", hidden, down),
        ("2020-04", abuse, up), ("2020-05", abuse, up), ("2020-07", abuse, down),
        ("2020-05", "Too few workers are well and at work to keep children safe", down),
        ("2020-07", "Too few workers are well and at work to keep children safe", down),
        ("2020-06", "Track and trace takes whole groups of workers and pupils away at once", new),
        ("2020-07", "Demand that stayed away comes back all at once", up),
        ("2020-08", "Demand that stayed away comes back all at once", up),
        ("2020-07", "Social workers cannot visit safely for want of protective equipment", closed),
        ("2020-08", "Some children do not come back to school in September", new),
    ):  # fmt: skip
        assert _directions(month).get(title, "").startswith(way), (month, title)
    courts = Risk.objects.get(title__startswith="Family courts")
    assert {one.at.year for one in courts.ratings.filter(kind=RatingKind.CURRENT, at__year=2020)} == {2020}
    assert courts.ratings.filter(kind=RatingKind.CURRENT, at__year=2020).count() == 1
    for month in _MONTHS_OF_2020:
        assert _content(month).ratings[str(courts.uid)]["band"] == Band.RED


def test_a_rating_of_june_that_came_in_july_is_marked_late_in_july(today):
    late = RatingChange.objects.get(dated_on=date(2020, 6, 26))
    assert late.at > BoardReview.objects.get(month=date(2020, 6, 1), version=1).cut_off
    uid = str(late.risk.uid)
    assert _content("2020-06").ratings[uid]["score"] != late.likelihood * late.impact
    assert _content("2020-07").ratings[uid]["score"] == late.likelihood * late.impact
    assert len(_checks("2020-07")["rating_recorded_late"]) == 1


@pytest.mark.parametrize(
    ("month", "code", "part"),
    [
        ("2020-03", "function_without_risk", "learning is promoted"),
        ("2020-04", "tolerated_without_acceptance", "see their families by video"),
        ("2020-05", "escalation_unanswered", "notifications at their highest"),
        ("2020-05", "challenge_unanswered", "When do therapists come back"),
        ("2020-05", "red_with_low_confidence", "Harm stays hidden"),
        ("2020-06", "risk_without_owner", "A local lockdown"),
        ("2020-06", "challenge_unanswered", "Which vulnerable children"),
        ("2020-06", "signal_not_looked_at", "taxis"),
        ("2020-06", "acceptance_ends_soon", "31 July 2020"),
        ("2020-06", "rating_below_partners", "Track and trace"),
        ("2020-06", "return_not_received", "Schools and Colleges Forum"),
        ("2020-07", "current_above_inherent", "mental health"),
        ("2020-07", "target_above_current", "do not know what the others know"),
        ("2020-07", "tolerated_without_acceptance", "Case records"),
        ("2020-07", "red_without_action", "mental health"),
        ("2020-07", "control_proof_old", "20 January 2020"),
        ("2020-07", "decision_past_look", "three scenarios"),
        ("2020-07", "action_overdue_without_owner", "first day of a local lockdown"),
        ("2020-07", "change_not_looked_at", "Harm stays hidden"),
        ("2020-07", "green_beside_grave", "Castlebourne and Halverton Hospitals"),
        ("2020-08", "risk_without_owner", "Some children do not come back"),
        ("2020-08", "decision_unconfirmed", "autumn plan"),
        ("2020-08", "decision_retrospective", "every fortnight"),
        ("2020-08", "outside_appetite", "Family courts"),
        ("2020-08", "controls_not_assured", "Track and trace"),
        ("2026-10", "risk_review_overdue", "An attack makes case records unreadable"),
        ("2026-10", "decision_unconfirmed", "six places"),
        ("2026-10", "signal_not_looked_at", "Vapes"),
        ("2026-10", "change_not_looked_at", "How long do children wait"),
    ],
)
def test_what_was_planted_is_found(today, month, code, part):
    assert any(part in text for text in _checks(month).get(code, ())), _checks(month).get(code)


# --- Rows keep to the rules of the service -----------------------------------------------------


def test_risks_and_ratings_are_what_the_register_would_have_taken(today):
    for risk in Risk.objects.all():
        draft = RiskDraft(
            risk.title, risk.cause, risk.event, risk.consequence, risk.theme, tuple(risk.functions),
            risk.response, risk.rollup, risk.restricted,
        )  # fmt: skip
        assert list(register.risk_faults(draft)) == []
        last: dict[str, tuple[int, int]] = {}
        for one in risk.ratings.order_by("at", "pk"):
            opened = risk.opened_at is not None and one.at >= risk.opened_at
            faults = register.rating_faults(
                RatingDraft(
                    one.kind,
                    one.likelihood,
                    one.impact,
                    one.reason,
                    one.evidence,
                    one.confidence,
                    one.dated_on,
                ),
                state=RiskState.OPEN if opened else RiskState.DRAFT,
                last=last.get(one.kind),
                opened_on=day_of(risk.opened_at) if opened else None,
                today=day_of(one.at),
            )
            assert [fault.code for fault in faults] == [], (risk.title, one.reason)
            standing = last.get(one.kind)
            assert (one.from_likelihood, one.from_impact) == (standing or (None, None))
            assert risk.closed_at is None or one.at < risk.closed_at
            last[one.kind] = (one.likelihood, one.impact)
        assert set(last) == set(RatingKind.values)
    assert 20 <= Risk.objects.filter(organisation=None, opened_at__year=2020).count() <= 30
    owners = Counter(
        Risk.objects.filter(opened_at__year=2020).values_list("organisation__short_name", flat=True)
    )
    del owners[None]
    assert len(owners) == 5
    assert all(2 <= count <= 3 for count in owners.values())


def test_what_stands_now_is_the_last_snapshot_of_each_record(today):
    for thing, kind in (
        ("risk", Risk), ("control", Control), ("acceptance", Acceptance), ("link", RiskLink),
        ("signal", Signal), ("escalation", Escalation), ("challenge", Challenge), ("decision", Decision),
    ):  # fmt: skip
        assert kind.objects.exists()
        for one in kind.objects.all():
            rows = list(History.objects.filter(thing=thing, uid=one.uid).order_by("number"))
            assert rows[-1].fields == fields_of(one), (thing, one.pk)
            assert [row.number for row in rows] == list(range(1, len(rows) + 1))
            assert all(before.at <= after.at for before, after in pairwise(rows)), (thing, one.pk)
            assert all(row.at < today for row in rows)


def test_the_board_s_work_went_by_its_steps(today):
    for one in Escalation.objects.filter(state=EscalationState.ANSWERED).exclude(changed=""):
        due = board_work.check_due(day_of(one.answered_at), "", None)
        assert due <= day_of(one.changed_at), one.title
    for one in Challenge.objects.exclude(changed=""):
        assert board_work.check_due(day_of(one.answered_at), "", None) <= day_of(one.changed_at), one.question
    for one in Decision.objects.all():
        assert one.retrospective == board_work.retrospective(one.decided_on, day_of(one.recorded_at))
        board_work.look_day(one.look_again_on, after=one.decided_on)
        if one.changed:
            assert day_of(one.changed_at) >= one.look_again_on, one.title
    assert Decision.objects.exclude(dissent="").count() >= 2
    assert Decision.objects.filter(retrospective=True).count() == 1
    for one in Acceptance.objects.all():
        assert (one.expires_on - day_of(one.asked_at)).days <= register.LONGEST_ACCEPTANCE_DAYS
        assert one.risk.response in (Response.TOLERATE, Response.MONITOR)
    assert not Action.objects.filter(
        source_kind="risk", state="open", source_uid__in=Risk.objects.filter(state="closed").values("uid")
    ).exists()


def test_everybody_finds_something_of_the_present(today):
    day = TODAY
    assert Escalation.objects.filter(state=EscalationState.OPEN, answer_due_on__lt=day).count() == 1
    assert Escalation.objects.filter(state=EscalationState.PROPOSED).count() == 1
    assert Challenge.objects.filter(state=ChallengeState.ASKED, answer_due_on__lt=day).count() == 1
    assert Challenge.objects.filter(state=ChallengeState.ANSWERED).count() == 1
    assert Signal.objects.filter(state=SignalState.NEW).count() == 2
    assert {one.state for one in Signal.objects.filter(raised_at__year=2020)} == {
        SignalState.PROMOTED, SignalState.DISMISSED,
    }  # fmt: skip
    assert Acceptance.objects.filter(approved_at=None, refused_at=None, ended_at=None).count() == 1
    assert Risk.objects.filter(state=RiskState.DRAFT, organisation__short_name="Police").count() == 1
    recent = today - timedelta(days=90)
    assert RiskLook.objects.filter(at__gt=recent).exists()
    assert RatingChange.objects.filter(at__gt=recent, kind=RatingKind.CURRENT).count() >= 4
    assert Comment.objects.filter(review__state=ReviewState.IN_REVIEW).count() == 1


def test_roles_open_what_they_should(today):
    def reach(name: str) -> tuple[int, int, int]:
        user = User.objects.get(name=name)
        return (
            Risk.objects.visible_to(user, at=today).count(),
            BoardReview.objects.visible_to(user, at=today).count(),
            Challenge.objects.visible_to(user, at=today).count(),
        )

    everything = Challenge.objects.count()
    drafts = Risk.objects.filter(state=RiskState.DRAFT).count()
    assert reach("Tobias Lindqvist") == (Risk.objects.count() - drafts, 9, everything)
    assert reach("Jocelyn Thackray")[1:] == (9, everything)
    assert reach("Edmund Haverstock")[1:] == (
        8,
        Challenge.objects.filter(asked_of__short_name="Police").count(),
    )
    draft = Risk.objects.get(state=RiskState.DRAFT)
    seen_by = [
        name
        for name in ("Tobias Lindqvist", "Jocelyn Thackray", "Edmund Haverstock", "Hamish Ravenhall")
        if Risk.objects.visible_to(User.objects.get(name=name), at=today).filter(pk=draft.pk).exists()
    ]
    assert seen_by == ["Edmund Haverstock"]


_WORDS = (
    "title", "cause", "event", "consequence", "closed_reason", "changed_for_children", "text", "proof",
    "conditions", "reason", "what", "source", "evidence", "question", "answer", "not_accepted_reason",
    "declined_reason", "changed_how", "options", "dissent", "childrens_rights",
)  # fmt: skip


def test_no_text_holds_what_could_be_a_child_s(today):
    for row in History.objects.all():
        for name in _WORDS:
            words = row.fields.get(name) or ""
            assert not personal_marks(words, today=TODAY), (row.thing, name, words)


def test_cases_are_listed_for_trainers(today):
    assert len({one.ident for one in cases()}) == len(cases()) >= 10
