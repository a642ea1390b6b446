"""Easements: recorded, ended on another day, decided about here, loaded, and as a past moment knew them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from accounts.audit import Actor
from accounts.models import AuditEvent
from guidance.constants import LocalDecision, RuleKey, RuleTerms
from guidance.facts.easements import EasementEntry
from guidance.history import story
from guidance.management.commands.load_easements import FILE
from guidance.models import Easement
from guidance.rules import easements as rules
from guidance.selectors import easements as selectors
from guidance.services import easements as services
from guidance.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.guidance.factories import RECORDED, make_easement, make_item
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 9, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
THE_25TH = date(2020, 9, 25)
ENTRY = EasementEntry(
    title="Visits by video",
    instrument="SI 2020/445",
    provision="regulation 8",
    duty="visits_care",
    what_changes="A visit may be made by video.",
    normally="A visit is made in person.",
    effective_from=date(2020, 4, 24),
    effective_until=THE_25TH,
    rule=RuleKey.REMOTE_VISITS_CARE,
    terms=RuleTerms.FREE,
    source="https://www.legislation.gov.uk/uksi/2020/445",
)


def record(user=None, *, token=None, now=NOW, item=None, **other) -> Easement:
    return services.record_easement(
        user=user or person("CO"), entry=replace(ENTRY, **other), item=item, token=token, now=now
    )


def amend(easement: Easement, until: date | None, *, user=None, version=None, reason="Ended early", now=NOW):
    return services.amend(
        user=user or person("CO"),
        easement=easement,
        expected_version=version or easement.version,
        effective_until=until,
        reason=reason,
        now=now,
    )


def decide(easement: Easement, decision="used", words="As the panel agreed", *, user=None, now=NOW, **other):
    return services.decide(
        user=user or person("CO"),
        easement=easement,
        expected_version=other.pop("version", easement.version),
        decision=decision,
        words=words,
        now=now,
        **other,
    )


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


class TestRecording:
    def test_it_is_kept_with_its_history_and_audited(self):
        item = make_item()
        easement = record(item=item)
        [first] = story("easement", easement.uid)
        assert first.fields["item"] == str(item.uid)
        assert AuditEvent.objects.get().action == "guidance_easement.recorded"
        assert selectors.fact(easement).item_label == item.label

    def test_a_second_click_makes_no_second_one(self):
        token, user = uuid4(), person("CO")
        first = record(user, token=token)
        with pytest.raises(AlreadyDone) as done:
            record(user, token=token)
        assert done.value.outcome == str(first.uid)

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_only_by_who_keeps_the_register(self, role):
        easement = make_easement()
        user = person(role)
        for act in (
            lambda: record(user),
            lambda: amend(easement, date(2020, 9, 1), user=user),
            lambda: decide(easement, user=user),
        ):
            with pytest.raises(OutOfReach):
                act()

    @pytest.mark.parametrize(
        ("other", "code", "field"),
        [
            ({"title": " "}, "text_missing", "title"),
            ({"duty": "swimming"}, "unknown_duty", "duty"),
            ({"effective_until": date(2020, 4, 24)}, "ends_before_start", "effective_until"),
            ({"rule": "gravity"}, "unknown_rule", "rule"),
            ({"terms": ""}, "terms_missing", "terms"),
            ({"what_changes": "Visits to C-0001 stop"}, "looks_personal", "what_changes"),
        ],
    )
    def test_what_is_refused_leaves_nothing(self, other, code, field):
        with pytest.raises(Refusal) as refusal:
            services.record_easement(
                user=person("CO"), entry=replace(ENTRY, **other), names_no_child=False, now=NOW
            )
        assert (refusal.value.code, refusal.value.field) == (code, field)
        assert not Easement.objects.exists()

    def test_terms_without_a_rule_are_left_out(self):
        assert record(rule="").terms == ""


class TestOneAtATime:
    @pytest.mark.parametrize(
        ("since", "until", "taken"),
        [
            (date(2020, 4, 1), date(2020, 4, 24), False),
            (date(2020, 4, 1), date(2020, 4, 25), True),
            (date(2020, 4, 1), None, True),
            (date(2020, 6, 1), date(2020, 7, 1), True),
            (date(2020, 9, 24), None, True),
            (THE_25TH, None, False),
        ],
    )
    def test_two_never_change_a_rule_on_the_same_day(self, since, until, taken):
        record()
        if taken:
            assert code_of(record, effective_from=since, effective_until=until) == "rule_taken"
        else:
            record(effective_from=since, effective_until=until)

    def test_others_may_hold_beside_it(self):
        record()
        record(rule=RuleKey.REMOTE_VISITS_CP)
        record(rule="")
        assert Easement.objects.count() == 3

    def test_an_end_is_not_moved_into_the_next(self):
        first = record()
        record(effective_from=THE_25TH, effective_until=None)
        assert code_of(amend, first, THE_25TH + DAY) == "rule_taken"
        assert code_of(amend, first, None) == "rule_taken"
        assert amend(first, THE_25TH - DAY).effective_until == THE_25TH - DAY


class TestAmending:
    def test_the_reason_is_kept(self):
        easement = record()
        amend(easement, date(2020, 9, 10), reason="Revoked", now=NOW + DAY)
        last = story("easement", easement.uid)[-1]
        assert (last.fields["effective_until"], last.reason) == ("2020-09-10", "Revoked")
        assert AuditEvent.objects.last().detail == {"was": "2020-09-25", "now": "2020-09-10"}

    def test_what_is_refused(self):
        easement = record()
        assert code_of(amend, easement, THE_25TH) == "nothing_changed"
        assert code_of(amend, easement, date(2020, 4, 24)) == "ends_before_start"
        assert code_of(amend, easement, date(2020, 9, 2), reason=" ") == "text_missing"

    def test_of_a_version_that_changed_meanwhile(self):
        easement = record()
        decide(easement)
        with pytest.raises(StaleEdit):
            amend(easement, date(2020, 9, 2), version=1)
        with pytest.raises(StaleEdit):
            decide(easement, version=1)


class TestDeciding:
    def test_it_can_be_decided_again(self):
        easement, user = record(), person("CO", name="Cor Coordinator")
        decide(easement, user=user)
        easement.refresh_from_db()
        decided = decide(easement, "not_used", "We visit in person", user=user, now=NOW + DAY)
        assert (decided.local_decision, decided.decided_by, decided.decided_at) == (
            "not_used", user, NOW + DAY,
        )  # fmt: skip
        assert [one.fields["local_decision"] for one in story("easement", easement.uid)] == [
            "pending", "used", "not_used",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("decision", "words", "code"),
        [
            ("pending", "Why", "decision_missing"),
            ("maybe", "Why", "decision_missing"),
            ("limited", "", "text_missing"),
        ],
    )
    def test_what_is_refused(self, decision, words, code):
        assert code_of(decide, record(), decision, words) == code

    def test_no_child_is_named(self):
        easement = record()
        assert code_of(decide, easement, words="For C-0001", names_no_child=False) == "looks_personal"
        decide(easement, words="For C-0001", names_no_child=True)
        assert "stood_by" in AuditEvent.objects.last().detail


class TestAsAt:
    def test_a_past_moment_does_not_know_what_came_later(self):
        easement = record(now=NOW, item=make_item(number=12))
        amend(easement, date(2020, 9, 10), now=NOW + DAY)
        easement.refresh_from_db()
        decide(easement, now=NOW + 2 * DAY)

        def known(at: datetime) -> list[tuple]:
            return [
                (one.item_label, one.effective_until, one.local_decision)
                for one in selectors.easements_at(at)
            ]

        assert known(NOW - DAY) == []
        assert known(NOW) == [("G12", THE_25TH, "pending")]
        assert known(NOW + DAY) == [("G12", date(2020, 9, 10), "pending")]
        assert known(NOW + 2 * DAY) == [("G12", date(2020, 9, 10), "used")]
        assert [selectors.fact(Easement.objects.get())] == list(selectors.easements_at(NOW + 2 * DAY))

    def test_in_a_fixed_number_of_queries(self, django_assert_num_queries):
        for days in range(8):
            make_easement(item=make_item(), effective_from=date(2020, 4, 1 + days), effective_until=None)
        with django_assert_num_queries(2):
            assert len(selectors.easements_at(NOW)) == 8
        with django_assert_num_queries(1):
            assert selectors.for_rules([RuleKey.REMOTE_VISITS_CARE]) == []


class TestLoading:
    def load(self) -> str:
        out = StringIO()
        call_command("load_easements", stdout=out)
        return out.getvalue()

    def test_what_comes_with_the_product_says_where_it_is_from(self):
        assert "21 added" in self.load()
        for easement in Easement.objects.all():
            assert "https://" in easement.source
            assert "Checked on " in easement.source or "Not checked" in easement.source
            assert easement.effective_until
            assert easement.local_decision == LocalDecision.PENDING
        assert len(selectors.easements_at(datetime.now(tz=UTC) + DAY)) == 21

    def test_loaded_again_nothing_is_written(self):
        self.load()
        events = AuditEvent.objects.count()
        assert "nothing new" in self.load()
        assert AuditEvent.objects.count() == events

    def test_what_was_set_here_stands(self):
        self.load()
        easement = Easement.objects.get(effective_from=date(2020, 4, 24), rule=RuleKey.REMOTE_VISITS_CARE)
        amend(easement, date(2020, 9, 1))
        assert "Left as you set it: Visits to children in care" in self.load()
        easement.refresh_from_db()
        assert easement.effective_until == date(2020, 9, 1)

    def test_one_that_was_recorded_by_hand_is_not_doubled(self):
        record()
        assert "20 added" in self.load()
        assert Easement.objects.filter(rule=RuleKey.REMOTE_VISITS_CARE).count() == 3

    def test_a_file_with_a_fault_adds_nothing(self):
        rows = json.loads(FILE.read_text("utf-8"))
        rows[-1]["duty"] = "swimming"
        assert code_of(services.load_easements, rows, Actor.command("me"), NOW) == "unknown_duty"
        assert not Easement.objects.exists()


class TestReturning:
    def test_what_returns_to_normal_on_25_september_2020(self):
        call_command("load_easements", stdout=StringIO())
        found = rules.returning(selectors.easements_now(), THE_25TH)
        titles = [one.title for one in found.returns]
        assert "Visits to children in care by video or telephone" in titles
        assert "Education, health and care needs assessments: times when practicable" in titles
        assert not any("reasonable endeavours" in title for title in titles)
        [visits] = [one for one in found.returns if one.rule]
        assert found.followed[visits.uid].instrument.endswith("SI 2020/909")
        assert any("reasonable endeavours in July" in one.title for one in found.ended)
        assert any("identity documents" in one.title for one in found.holds)

    def test_a_duty_that_another_easement_takes_over_is_told_by_the_rule(self):
        visits, other = (
            make_easement(rule=RuleKey.REMOTE_VISITS_CARE, terms="free"),
            make_easement(title="Private fostering"),
        )
        make_easement(
            rule=RuleKey.REMOTE_VISITS_CARE, terms="recorded", effective_from=THE_25TH, effective_until=None
        )
        found = rules.returning(selectors.easements_now(), THE_25TH)
        assert set(found.followed) == {visits.uid}
        assert [one.terms for one in found.beside[other.uid]] == ["recorded"]

    @pytest.mark.parametrize(
        ("day", "phase", "left"),
        [
            (date(2020, 4, 23), rules.Phase.COMING, 155),
            (date(2020, 4, 24), rules.Phase.IN_FORCE, 154),
            (date(2020, 9, 24), rules.Phase.IN_FORCE, 1),
            (THE_25TH, rules.Phase.ENDED, 0),
        ],
    )
    def test_the_countdown(self, day, phase, left):
        one = selectors.fact(make_easement())
        assert (rules.phase(one, day), rules.days_left(one, day)) == (phase, left)

    def test_without_an_end_nothing_is_counted(self):
        one = selectors.fact(make_easement(effective_until=None))
        assert rules.days_left(one, date(2030, 1, 1)) is None
        assert rules.next_ends([one], date(2020, 1, 1)) == []


class TestWaiting:
    def told(self, role: str, at: datetime) -> list[tuple[str, bool]]:
        found = selectors.waiting_for(person(role), at)
        return [(one.words, one.overdue) for one in found if one.count]

    def test_what_is_to_be_decided_and_what_has_ended(self):
        make_easement(at=RECORDED)
        assert self.told("CO", NOW) == [("1 easement waits for a decision whether to use it here", False)]
        decide(Easement.objects.get())
        assert self.told("CO", NOW) == []
        ended = NOW + 25 * DAY
        assert self.told("CO", ended) == [("1 easement used here has ended", True)]
        assert self.told("CO", ended + 40 * DAY) == []
        assert self.told("SW", ended) == []
