"""The rules of interpretation: every act in every state, due dates, owners, four eyes, how a text reads."""

from datetime import date

import pytest

from guidance.constants import Topic, VersionState
from guidance.rules import interpretation as rules
from guidance.rules.interpretation import Act
from safeguarding.kernel.errors import Refusal

S = VersionState
# Written out, so that the rule is held to it and not to itself.
ALLOWED = {
    (S.RECEIVED, Act.ASSESS): S.ASSESSED,
    (S.RECEIVED, Act.SET_ASIDE): S.SET_ASIDE,
    (S.SET_ASIDE, Act.TAKE_UP): S.ASSESSED,
    (S.ASSESSED, Act.SET_ASIDE): S.SET_ASIDE,
    (S.ASSESSED, Act.SUBMIT): S.INTERPRETED,
    (S.INTERPRETED, Act.SEND_BACK): S.ASSESSED,
    (S.INTERPRETED, Act.APPROVE): S.APPROVED,
    (S.APPROVED, Act.TAKE_BACK): S.ASSESSED,
    (S.APPROVED, Act.ISSUE): S.ISSUED,
    (S.ISSUED, Act.CLOSE): S.EMBEDDED,
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("act", list(Act))
def test_each_act_in_each_state(state, act):
    if to := ALLOWED.get((state, act)):
        assert rules.after(act, state) == to
        return
    with pytest.raises(Refusal) as refusal:
        rules.after(act, state)
    unapproved = act is Act.ISSUE and state in (S.RECEIVED, S.ASSESSED, S.INTERPRETED)
    assert refusal.value.code == ("not_approved" if unapproved else "move_not_allowed")
    assert refusal.value.message.startswith("This version ")


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


class TestDueDates:
    # Received on Wednesday 8 April 2020; Good Friday and Easter Monday are 10 and 13 April.
    GIVEN = {"kind": "new", "received_on": date(2020, 4, 8), "effective_from": date(2020, 4, 8)}

    @pytest.mark.parametrize(
        ("force", "due"),
        [("must", date(2020, 4, 17)), ("should", date(2020, 4, 24)), ("may", date(2020, 5, 11))],
    )
    def test_working_days_by_force_easter_and_bank_holidays_left_out(self, force, due):
        assert rules.due_on(**self.GIVEN, force=force) == due

    @pytest.mark.parametrize("kind", ["statutory", "easement"])
    def test_three_working_days_where_the_law_changes_whatever_its_force(self, kind):
        given = self.GIVEN | {"kind": kind}
        assert rules.due_on(**given, force="may") == date(2020, 4, 15)

    def test_sooner_where_it_takes_effect_sooner(self):
        given = self.GIVEN | {"effective_from": date(2020, 4, 16)}
        assert rules.due_on(**given, force="should") == date(2020, 4, 16)

    def test_by_the_working_day_before_where_it_takes_effect_on_a_holiday(self):
        # Easter Sunday: Thursday is the last working day before.
        given = self.GIVEN | {"effective_from": date(2020, 4, 12)}
        assert rules.due_on(**given, force="should") == date(2020, 4, 9)

    def test_never_before_it_was_received(self):
        given = {"kind": "new", "received_on": date(2020, 4, 10), "effective_from": date(2020, 4, 11)}
        assert rules.due_on(**given, force="must") == date(2020, 4, 10)

    @pytest.mark.parametrize("effective", [date(2020, 3, 1), date(2020, 12, 1)])
    def test_what_holds_already_or_much_later_has_its_working_days(self, effective):
        given = self.GIVEN | {"effective_from": effective}
        assert rules.due_on(**given, force="must") == date(2020, 4, 17)


class TestOwners:
    def test_the_first_topic_that_has_one(self):
        topics = [Topic.PPE, Topic.SCHOOLS, Topic.COURTS]
        assert rules.owner_of(topics, {"courts": "Cora", "schools": "Sam"}, "Rita") == "Sam"

    def test_else_who_recorded_it(self):
        assert rules.owner_of([Topic.PPE], {"courts": "Cora"}, "Rita") == "Rita"
        assert rules.owner_of([], {}, None) is None


def test_nobody_approves_what_they_wrote():
    assert refused(rules.check_four_eyes, 7, {7, 8}) == "four_eyes"
    rules.check_four_eyes(9, {7, 8})


def test_an_older_version_is_not_issued_after_a_newer_one():
    assert refused(rules.check_newest, 2, [1, 3]) == "later_issued"
    rules.check_newest(3, [1, 2])


@pytest.mark.parametrize("state", [state for state in S if state != S.ASSESSED])
def test_only_what_is_being_interpreted_is_written(state):
    assert refused(rules.check_writable, state) == "not_in_draft"
    rules.check_writable(S.ASSESSED)


class TestReading:
    def test_words_and_sentences(self):
        read = rules.reading("Visit each week. Ring first!", "Don’t use e-mail")
        assert (read.words, read.sentences) == (8, 3)
        assert read.words_a_sentence == pytest.approx(8 / 3)
        assert read.long == ()

    def test_a_line_of_a_list_is_a_sentence(self):
        assert rules.reading("Do this:\n- visit\n- ring\n\n").sentences == 3

    def test_a_sentence_of_25_words_is_read_one_of_26_is_told(self):
        assert rules.reading(" ".join(["word"] * 25) + ".").long == ()
        assert rules.reading(" ".join(["word"] * 26) + ".").long == (
            "word word word word word word word word …",
        )

    def test_nothing_reads_as_nothing(self):
        read = rules.reading("", " – \n")
        assert (read.words, read.sentences, read.words_a_sentence) == (0, 0, 0.0)


class TestSpread:
    def test_of_nothing_none(self):
        assert rules.spread([]) is None

    def test_of_one(self):
        one = rules.spread([4])
        assert (one.count, one.median, one.lower, one.upper, one.longest) == (1, 4, 4, 4, 4)

    def test_middle_half_and_longest(self):
        found = rules.spread([9, 1, 3, 5, 7])
        assert (found.count, found.median, found.lower, found.upper, found.longest) == (5, 5, 3, 7, 9)
