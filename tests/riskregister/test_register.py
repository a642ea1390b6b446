"""The register's writing: ratings are added and never edited, the board accepts, rules are confirmed."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from riskregister.constants import Response, RiskState, Rollup
from riskregister.facts.evidence import BandFact
from riskregister.history import story
from riskregister.models import Acceptance, LibraryRisk, Matrix, RatingChange, Risk
from riskregister.rules.ratings import Direction, check_bands, direction, roll_up, swayed_by
from riskregister.rules.register import RatingDraft
from riskregister.rules.register_rules import bands_up_to, effective
from riskregister.selectors.library import update_of
from riskregister.selectors.risks import Before, movement
from riskregister.selectors.waiting import waiting_for
from riskregister.services import library, register, register_rules
from riskregister.services.register import RiskDraft
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import make_organisation
from tests.people import person
from tests.riskregister.factories import (
    OPENED,
    make_acceptance,
    make_matrix,
    make_rating,
    make_risk,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def rating(likelihood=3, impact=4, **fields) -> RatingDraft:
    values = {"kind": "current", "reason": "Referrals fell by a third here", "evidence": "",
              "confidence": "medium", "dated_on": NOW.date(), **fields}  # fmt: skip
    return RatingDraft(likelihood=likelihood, impact=impact, **values)


def rate(risk, draft, *, user, version=None, token=None, now=NOW):
    risk.refresh_from_db()
    return register.rate(
        user=user, risk=risk, draft=draft, expected_version=version or risk.version,
        token=token or uuid4(), now=now,
    )  # fmt: skip


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


@pytest.fixture
def who():
    make_matrix()
    return person("CO")


@pytest.fixture
def board():
    return person("BM")


class TestRatings:
    def test_a_change_keeps_what_was_and_the_words_of_the_cell(self, who):
        risk = make_risk()
        rate(risk, rating(), user=who)
        second = rate(risk, rating(5, 4), user=who)
        assert (second.from_likelihood, second.from_impact) == (3, 4)
        assert second.words == "Very high: Almost certain, Major"

    def test_the_database_refuses_to_change_or_remove_one(self, who):
        change = make_rating(make_risk())
        with pytest.raises(DatabaseError), transaction.atomic():
            RatingChange.objects.filter(pk=change.pk).update(impact=1)
        with pytest.raises(DatabaseError), transaction.atomic():
            change.delete()
        change.refresh_from_db()
        assert change.impact == 4

    def test_what_is_refused(self, who):
        risk = make_risk()
        rate(risk, rating(), user=who)
        for draft, code in (
            (rating(), "unchanged"),
            (rating(5, 6), "outside_matrix"),
            (rating(5, 5, reason="too short"), "reason_too_short"),
            (rating(5, 5, dated_on=NOW.date() + DAY), "future_date"),
            (rating(5, 5, dated_on=date(2020, 3, 1)), "before_opened"),
            (rating(5, 5, kind="other"), "kind_missing"),
        ):
            assert code_of(rate, risk, draft, user=who) == code
        rate(risk, rating(confidence="high"), user=who)

    def test_a_second_save_from_the_same_page_is_told(self, who):
        risk, token = make_risk(), uuid4()
        rate(risk, rating(), user=who, version=1, token=token)
        with pytest.raises(StaleEdit):
            rate(risk, rating(5, 5), user=who, version=1)
        with pytest.raises(AlreadyDone):
            rate(risk, rating(), user=who, version=1, token=token)
        assert RatingChange.objects.count() == 1


class TestStates:
    def test_closing_asks_what_is_different_and_nothing_is_lost(self, who):
        risk = make_risk()

        def close(changed):
            risk.refresh_from_db()
            return register.close_risk(
                user=who, risk=risk, reason="Over", changed_for_children=changed,
                expected_version=risk.version, now=NOW,
            )  # fmt: skip

        assert code_of(close, " ") == "changed_missing"
        close("They are seen")
        risk.refresh_from_db()
        register.reopen_risk(user=who, risk=risk, reason="It came back", expected_version=2, now=NOW + DAY)
        told = [(one.fields["state"], one.fields["changed_for_children"]) for one in story("risk", risk.uid)]
        assert told == [("open", ""), ("closed", "They are seen"), ("open", "")]

    def test_an_unrated_draft_is_not_opened(self, who):
        risk = make_risk(state=RiskState.DRAFT)
        act = {"user": who, "risk": risk, "expected_version": 1, "now": NOW}
        assert code_of(register.open_risk, **act) == "not_rated"
        make_rating(risk)
        register.open_risk(**act)
        assert code_of(register.open_risk, **(act | {"expected_version": 2})) == "not_a_draft"

    def test_only_an_open_partners_risk_contributes_to_an_open_partnership_risk(self, who):
        police = make_organisation()
        ours, theirs = make_risk(), make_risk(organisation=police)
        draft = make_risk(organisation=police, state=RiskState.DRAFT)
        for risk, to, code in ((ours, theirs, "wrong_direction"), (draft, ours, "not_open")):
            assert code_of(register.contribute, user=who, risk=risk, to=to, now=NOW) == code
        first = register.contribute(user=who, risk=theirs, to=ours, now=NOW)
        assert register.contribute(user=who, risk=theirs, to=ours, now=NOW) == first


class TestAcceptance:
    def ask(self, risk, who, days=90, now=NOW):
        return register.ask_acceptance(
            user=who, risk=risk, conditions="Watch it", reason="Courts are closed",
            expires_on=now.date() + days * DAY, now=now,
        )  # fmt: skip

    def decide(self, asked, user, approve=True, reason="", now=NOW):
        asked.refresh_from_db()
        return register.decide_acceptance(
            user=user, asked=asked, approve=approve, reason=reason,
            expected_version=asked.version, now=now,
        )  # fmt: skip

    def test_another_person_decides_once(self, who, board):
        asked = self.ask(make_risk(response=Response.MONITOR), who)
        assert code_of(self.decide, asked, who) == "four_eyes"
        assert code_of(self.decide, asked, board, approve=False) == "reason_missing"
        self.decide(asked, board)
        assert code_of(self.decide, asked, board) == "already_decided"

    def test_one_is_renewed_without_a_day_between(self, who, board):
        risk = make_risk(response=Response.TOLERATE)
        first = make_acceptance(risk, asked_by=who, approved_by=board)
        second = self.ask(risk, who)
        assert code_of(self.ask, risk, who) == "already_asked"
        first.refresh_from_db()
        assert first.ended_at is None
        self.decide(second, board)
        first.refresh_from_db()
        assert first.ended_at == NOW
        assert Acceptance.objects.filter(ended_at=None, approved_at__isnull=False).count() == 1

    def test_only_what_is_borne_is_accepted(self, who):
        assert code_of(self.ask, make_risk(), who) == "wrong_response"
        assert code_of(self.ask, make_risk(response=Response.TOLERATE), who, days=0) == "already_over"


class TestFigures:
    @pytest.mark.parametrize(
        ("before", "now", "way"),
        [(None, 5, "new"), (5, None, "closed"), (5, 5, "same"), (5, 6, "up"), (6, 5, "down")],
    )
    def test_direction(self, before, now, way):
        assert direction(before, now) is Direction(way)

    @pytest.mark.parametrize(
        ("rule", "scores", "rolled", "swayed"),
        [
            (Rollup.WORST, [4, 20, 9], 20, [1]),
            (Rollup.WORST, [20, 20], 20, []),
            (Rollup.WORST, [6], 6, [0]),
            (Rollup.MOST_COMMON, [4, 4, 20], 4, [0, 1]),
            (Rollup.MOST_COMMON, [4, 20], 20, [1]),
        ],
    )
    def test_roll_up_and_who_sways_it(self, rule, scores, rolled, swayed):
        assert roll_up(rule, scores) == rolled
        assert swayed_by(rule, scores) == swayed

    def test_movement_is_against_the_last_published_review(self):
        from riskregister.selectors.as_at import risks_at

        risk = make_risk()
        make_rating(risk, 3, 4)
        (fact,) = risks_at(OPENED)
        told = {str(risk.uid): {"score": 15, "band": "red", "state": "open", "label": "R-001"}}
        assert movement(fact, Before("2020-03", told)) is Direction.DOWN
        assert movement(fact, Before("2020-03", {})) is Direction.NEW

    def test_bands_hold_every_score_a_cell_can_have(self):
        good = [BandFact("green", 1, 3, "Low"), BandFact("yellow", 4, 6, "M"), BandFact("amber", 8, 12, "H"),
                BandFact("red", 15, 25, "V")]  # fmt: skip
        check_bands(good)
        assert code_of(check_bands, good[:2] + good[3:]) == "bands_gap"
        assert code_of(check_bands, [good[0], BandFact("yellow", 3, 6, "M"), *good[2:]]) == "bands_overlap"
        assert code_of(bands_up_to, [3, 2, 12, 25], ["a", "b", "c", "d"]) == "bands_gap"


class TestRules:
    def test_no_rule_reaches_behind_a_sealed_cut_off(self):
        sealed = date(2020, 5, 31)
        effective(date(2020, 6, 1), sealed_until=sealed)
        assert code_of(effective, sealed, sealed_until=sealed) == "before_sealed"

    def test_an_appetite_waits_until_a_board_member_confirms(self, who, board):
        from riskregister.selectors.register_rules import appetite_on

        day = NOW.date()
        uid = register_rules.propose_appetite(
            user=who, theme="sight", highest_score=6, words="Low", effective_from=day, token=uuid4(), now=NOW
        )
        assert appetite_on(day) == {}
        waits = ["1 rule of the risk register waits to be confirmed"]
        assert [one.words for one in waiting_for(board, NOW)] == waits
        assert waiting_for(who, NOW) == []
        decide = {"uid": uid, "reason": "", "now": NOW}
        assert code_of(register_rules.decide_proposal, user=who, confirm=True, **decide) == "four_eyes"
        another = person("CO", name="Another")
        assert (
            code_of(register_rules.decide_proposal, user=another, confirm=True, **decide) == "not_the_board"
        )
        register_rules.decide_proposal(user=board, confirm=True, **decide)
        assert appetite_on(day)["sight"].highest_score == 6
        assert waiting_for(board, NOW) == []

    def test_a_confirmed_matrix_is_never_changed(self, who):
        with pytest.raises(DatabaseError), transaction.atomic():
            Matrix.objects.update(reason="Other")


def test_a_library_update_is_shown_beside_the_copy(who):
    entry = {"code": "x", "title": "T", "cause": "C", "event": "E", "consequence": "Q", "theme": "sight",
             "functions": ["a"], "controls": ["Calls"], "source": "S"}  # fmt: skip
    from accounts.audit import Actor

    def load(**changes):
        files = [{"emergency": "e", "name": "E", "risks": [entry | changes]}]
        return library.load_library(files, actor=Actor.command("t"), now=NOW)

    assert load() == (1, 0)
    risk = library.copy_risk(
        user=who, of=LibraryRisk.objects.get(), organisation_id=None, token=uuid4(), now=NOW
    )
    assert update_of(risk) == []
    draft = RiskDraft("T", "Ours", "E", "Q", "sight", ("a",))
    register.edit_risk(
        user=who, risk=risk, draft=draft, owner=None, owner_organisation_id=None, expected_version=1, now=NOW
    )
    assert load() == (0, 0)
    assert load(cause="New cause") == (0, 1)
    (one,) = update_of(Risk.objects.get())
    assert (one.field, one.copied, one.library, one.ours) == ("Cause", "C", "New cause", "Ours")
    assert code_of(load, functions=[]) == "library_row"
