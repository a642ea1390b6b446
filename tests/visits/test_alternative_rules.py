"""What must be written of a contact that was not face to face, what the law of its day says, and chains."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest

from safeguarding.kernel.errors import Refusal
from visits.rules import alternatives as rules
from visits.rules.alternatives import AlternativeDraft, Contact, Lawful, RemoteRule

TODAY = date(2020, 9, 28)
DAY = timedelta(days=1)
RIGHT = AlternativeDraft(
    visit_date=date(2020, 9, 26),
    method="video",
    why="symptoms",
    why_more="",
    who="The child and their mother",
    seen_alone="yes",
    private="The door was closed",
    quality="seen_and_heard",
    learned="The child spoke of school",
    next_contact_on=date(2020, 10, 5),
)
RULES = [
    RemoteRule("CIC", True, False, False, date(2020, 4, 24), date(2020, 9, 25), "SI 2020/445"),
    RemoteRule("CIC", True, True, True, date(2020, 9, 25), date(2021, 3, 31), "SI 2020/909"),
    RemoteRule("CIC", True, True, True, date(2021, 3, 31), date(2021, 10, 1), "SI 2021/261"),
]


def codes(*, reason_in_words=False, **changed) -> set[str]:
    draft = replace(RIGHT, **changed)
    return {
        fault.code for fault in rules.alternative_faults(draft, today=TODAY, reason_in_words=reason_in_words)
    }


class TestRecord:
    def test_a_complete_one_has_no_fault(self):
        assert codes(reason_in_words=True) == set()

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"method": "face_to_face"}, "unknown_mode"),
            ({"method": "pigeon"}, "unknown_mode"),
            ({"visit_date": TODAY + DAY}, "future_contact"),
            ({"visit_date": date.max, "next_contact_on": date.max}, "future_contact"),
            ({"why": ""}, "why_missing"),
            ({"why": "other"}, "why_not_said"),
            ({"quality": "so so"}, "quality_missing"),
            ({"seen_alone": "no"}, "alone_missing"),
            ({"quality": "adult_only"}, "alone_without_child"),
            ({"method": "telephone"}, "seen_by_telephone"),
            ({"who": " "}, "who_missing"),
            ({"private": ""}, "private_missing"),
            ({"learned": "\n"}, "learned_missing"),
            ({"learned": "x" * 4001}, "text_too_long"),
            ({"who": "a\u202eb"}, "odd_characters"),
            ({"next_contact_on": RIGHT.visit_date - DAY}, "next_before_this"),
            ({"next_contact_on": RIGHT.visit_date + 367 * DAY}, "next_too_far"),
        ],
    )
    def test_each_gap_is_refused_by_name(self, changed, code):
        assert codes(**changed) == {code}

    def test_by_telephone_a_child_is_heard(self):
        assert codes(method="telephone", quality="heard") == set()

    def test_where_the_law_asks_for_a_reason_the_others_say_how(self):
        assert codes(why="family") == set()
        assert codes(why="family", reason_in_words=True) == {"why_not_coronavirus"}
        assert codes(why="family", why_more="They feared infection", reason_in_words=True) == set()

    def test_only_a_contact_with_the_child_can_count(self):
        assert [rules.child_reached(q) for q in ("seen_and_heard", "heard", "seen", "adult_only")] == [
            True,
            True,
            True,
            False,
        ]

    def test_the_plain_form_takes_none_that_took_place(self):
        rules.own_form("face_to_face", "completed")
        rules.own_form("video", "planned")
        with pytest.raises(Refusal) as refusal:
            rules.own_form("video", "completed")
        assert (refusal.value.code, refusal.value.field) == ("needs_alternative_record", "method")


def lawful(day: date, *, method="video", plans=("CIC",), has_record=True) -> Lawful:
    return rules.standing(method, day, plans, RULES, has_record=has_record).lawful


class TestLaw:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2020, 4, 23), Lawful.NO),
            (date(2020, 4, 24), Lawful.YES),
            (date(2020, 9, 24), Lawful.YES),
            (date(2021, 3, 31), Lawful.YES),
            (date(2021, 9, 30), Lawful.YES),
            (date(2021, 10, 1), Lawful.NO),
        ],
    )
    def test_by_its_day(self, day, expected):
        assert lawful(day) is expected

    def test_the_24th_and_the_26th_of_september_differ(self):
        before, after = date(2020, 9, 24), date(2020, 9, 26)
        assert [lawful(day, has_record=False) for day in (before, after)] == [Lawful.YES, Lawful.INCOMPLETE]
        asked = [rules.standing("video", day, ["CIC"], RULES, has_record=True) for day in (before, after)]
        assert [one.needs_reason for one in asked] == [False, True]
        assert "SI 2020/445" in asked[0].words
        assert "SI 2020/909" in asked[1].words

    def test_it_is_about_looked_after_children_and_electronic_communication(self):
        day = date(2020, 4, 1)
        assert lawful(day, plans=("CP", "CIN")) is Lawful.LOCAL
        assert lawful(day, plans=("CP", "CIC")) is Lawful.NO
        assert lawful(day, method="telephone") is Lawful.NO
        assert lawful(day, method="doorstep") is Lawful.LOCAL

    def test_a_rule_that_forbids_is_no_permission(self):
        closed = [RemoteRule("CIC", False, False, False, date(2021, 10, 1), None, "Duty back")]
        found = rules.standing("video", date(2022, 1, 1), ["CIC"], closed, has_record=True)
        assert found.lawful is Lawful.NO

    def test_a_decision_makes_nothing_lawful(self):
        for day, may in ((date(2020, 4, 1), False), (date(2020, 5, 1), True)):
            assert rules.standing("video", day, ["CIC"], RULES, has_record=True).may_be_authorised is may


def contacts(*methods: str) -> list[Contact]:
    """One a day; 'unseen' is a face-to-face visit at which the child was not seen."""
    order = count(1)
    return [
        Contact(date(2020, 4, number), next(order), "face_to_face" if method == "unseen" else method,
                method != "unseen")
        for number, method in enumerate(methods, 1)
    ]  # fmt: skip


class TestChain:
    @pytest.mark.parametrize(
        ("methods", "length"),
        [
            ((), 0),
            (("face_to_face",), 0),
            (("video",), 1),
            (("face_to_face", "video", "telephone", "doorstep"), 3),
            (("video", "face_to_face", "video"), 1),
            (("video", "unseen", "video"), 2),
            (("video", "video", "face_to_face"), 0),
        ],
    )
    def test_since_the_child_was_last_seen_face_to_face(self, methods, length):
        assert rules.chain_length(contacts(*methods)) == length

    def test_in_whatever_order_they_come(self):
        assert rules.chain_length(reversed(contacts("face_to_face", "video", "video"))) == 2

    def test_up_to_one_of_them(self):
        found = contacts("face_to_face", "video", "video", "face_to_face")
        assert [rules.chain_length(found, until=(one.day, one.order)) for one in found] == [0, 1, 2, 0]

    def test_two_of_one_day_follow_each_other(self):
        day = date(2020, 4, 1)
        found = [Contact(day, 2, "video", True), Contact(day, 1, "face_to_face", True)]
        assert rules.chain_length(found) == 1

    def test_the_warning_starts_at_the_limit(self):
        assert rules.chain_warning(2, 3) == ""
        assert "3 contacts in a row" in rules.chain_warning(3, 3)
