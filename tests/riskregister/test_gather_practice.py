"""What a board may see of visits and oversight: rates with small numbers taken out, counts likewise."""

from dataclasses import astuple
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest

from riskregister.facts.content import Ref
from riskregister.review.comparators import comparators
from riskregister.review.gather import practice
from safeguarding.kernel.periods import Month
from tests.visits.factories import make_child, make_plan, make_rules, make_team, make_visit
from tests.visits.known_world import replace_by_import
from visits.constants import Method
from visits.facts import Concern, KnownCount, KnownTotal

JUNE = Month.parse("2020-06")
CUT_OFF = datetime(2020, 6, 30, 22, 59, 59, 999999, tzinfo=UTC)
LATER = datetime(2022, 5, 4, 9, tzinfo=UTC)


def totals(monkeypatch, *found: KnownTotal) -> None:
    monkeypatch.setattr(practice, "totals_known", lambda months, at: list(found))


def total(
    face: int, other: int | None, not_visited: int, month: Month = JUNE, kind: str = "CP"
) -> KnownTotal:
    children = face + (other or 0) + not_visited
    return KnownTotal(month, kind, children, face, other, other is not None)


def shown(monkeypatch, *parts) -> tuple:
    totals(monkeypatch, total(*parts))
    [fact] = practice.visit_rates(JUNE, CUT_OFF)
    return astuple(fact)[2:9]


class TestRates:
    def test_whole(self, monkeypatch):
        rates = (Decimal("60.0"), Decimal("35.0"), Decimal("95.0"))
        assert shown(monkeypatch, 120, 70, 10) == (200, 120, 70, *rates, "")

    def test_the_total_is_worked_out_from_children(self, monkeypatch):
        # 33.3 and 33.3 make 66.7, not 66.6.
        assert shown(monkeypatch, 10, 10, 10)[3:6] == (Decimal("33.3"), Decimal("33.3"), Decimal("66.7"))

    def test_what_was_not_collected_is_not_nought(self, monkeypatch):
        got = shown(monkeypatch, 75, None, 25)
        assert got == (100, 75, None, Decimal("75.0"), None, Decimal("75.0"), "not_collected")

    def test_small_and_not_collected(self, monkeypatch):
        _, face, _, rate, _, whole, why = shown(monkeypatch, 3, None, 97)
        assert (face, rate, whole, why) == (None, None, None, "not_collected")

    def test_a_small_number_goes_with_what_gives_it_away(self, monkeypatch):
        _, face, other, _, other_rate, whole, why = shown(monkeypatch, 100, 3, 20)
        assert (other, other_rate, why) == (None, None, "suppressed")
        # Face to face and total would be enough to subtract.
        assert face is None or whole is None

    def test_few_not_visited_are_not_found_by_subtraction(self, monkeypatch):
        children, face, other, *_, whole, why = shown(monkeypatch, 100, 50, 2)
        assert whole is None and why == "suppressed"
        assert None in (children, face, other)

    def test_nobody_has_no_rate(self, monkeypatch):
        totals(monkeypatch, total(0, 0, 0), total(10, 10, 10, JUNE.plus(-12)))
        _, nobody = sorted(practice.visit_rates(JUNE, CUT_OFF), key=lambda fact: fact.month)
        assert (nobody.children, nobody.total_rate, nobody.why) == (0, None, "")

    def test_a_plan_type_of_which_there_are_no_children_is_left_out(self, monkeypatch):
        totals(monkeypatch, total(0, 0, 0), total(10, 10, 10, kind="CIN"))
        assert [fact.plan_type for fact in practice.visit_rates(JUNE, CUT_OFF)] == ["CIN"]
        totals(monkeypatch, total(0, 0, 0))
        assert practice.visit_rates(JUNE, CUT_OFF) == ()

    def test_nothing_shown_gives_a_small_number_away(self, monkeypatch):
        """Every small table: whatever is hidden could be another number, all that is shown being equal."""
        for parts in product((0, 1, 2, 5, 6, 20), repeat=3):
            if not any(parts):
                continue
            fact = shown(monkeypatch, *parts)
            near = product(*(range(max(part - 1, 0), part + 2) for part in parts))
            fits = [other for other in near if _agrees(fact, other)]
            sums = (
                *((f"part {place}", lambda p, place=place: p[place]) for place in range(3)),
                ("seen", lambda p: p[0] + p[1]),
                ("all", sum),
            )
            for name, count in sums:
                if 0 < count(parts) < 6:
                    assert len({count(other) for other in fits}) > 1, (parts, name, fact)


def _agrees(fact: tuple, parts: tuple[int, ...]) -> bool:
    """Whether these parts could stand behind what is shown. 0 is always shown, so what is hidden is not 0."""
    children, face, other, _, _, whole_rate, _ = fact
    seen, everybody = parts[0] + parts[1], sum(parts)
    if everybody == 0 if children is None else children != everybody:
        return False
    for held, part in ((face, parts[0]), (other, parts[1])):
        if (held is not None and held != part) or (held is None and part == 0):
            return False
    if whole_rate is None or children is None:
        return True
    return abs(Decimal(100 * seen) / everybody - whole_rate) <= Decimal("0.05")


def counts(monkeypatch, *found: KnownCount) -> dict[str, int | None]:
    monkeypatch.setattr(practice, "oversight_known", lambda at: list(found))
    return {one.code: one.count for one in practice.oversight(CUT_OFF)}


def count(number: int, children: int | None = None, code: Concern = Concern.CHAIN, of: int | None = None):
    return KnownCount(code, code.label, number, number if children is None else children, of)


class TestOversight:
    @pytest.mark.parametrize(("number", "told"), [(0, 0), (1, None), (5, None), (6, 6), (1234, 1234)])
    def test_small_numbers_are_hidden(self, monkeypatch, number, told):
        assert counts(monkeypatch, count(number)) == {Concern.CHAIN: told}

    def test_many_records_of_few_children_are_hidden(self, monkeypatch):
        code = Concern.ALTERNATIVE_WITHOUT_DECISION
        assert counts(monkeypatch, count(9, 5, code)) == {code: None}
        assert counts(monkeypatch, count(9, 6, code)) == {code: 9}

    def test_what_is_left_of_the_flagged_is_not_found_by_subtraction(self, monkeypatch):
        code = Concern.MOST_VULNERABLE_NOT_SEEN
        assert counts(monkeypatch, count(12, code=code, of=15)) == {code: None}
        assert counts(monkeypatch, count(12, code=code, of=18)) == {code: 12}
        assert counts(monkeypatch, count(12, code=code, of=12)) == {code: 12}
        assert counts(monkeypatch, count(0, code=code, of=3)) == {code: 0}

    def test_the_two_kinds_of_ended_decisions_are_hidden_together(self, monkeypatch):
        one, other = Concern.DECISION_LAPSED, Concern.DECISION_PAST_REVIEW
        assert counts(monkeypatch, count(9, code=one), count(2, code=other)) == {one: None, other: None}
        assert counts(monkeypatch, count(9, code=one), count(0, code=other)) == {one: 9, other: 0}
        assert counts(monkeypatch, count(9, code=one), count(7, code=other)) == {one: 9, other: 7}

    def test_each_names_what_it_rests_on(self, monkeypatch):
        counts(monkeypatch, count(7))
        [one] = practice.oversight(CUT_OFF)
        assert one.ref == Ref("oversight", Concern.CHAIN.value, Concern.CHAIN.label)
        # Plain text, as canonical JSON wants it.
        assert type(one.code) is str and type(one.ref.uid) is str


@pytest.mark.django_db
def test_a_review_years_later_reads_as_at_its_cut_off():
    make_rules()
    team = make_team()
    plans = [make_plan(make_child(), "CP", date(2019, 1, 7), team=team) for _ in range(30)]
    visits = [make_visit(plan.child, date(2020, 6, 26)) for plan in plans[:10]]
    visits += [
        make_visit(plan.child, date(2020, 6, 26), Method.VIDEO, authorised=True) for plan in plans[10:20]
    ]
    first = practice.visit_rates(JUNE, CUT_OFF), practice.oversight(CUT_OFF)
    for visit in visits[:8]:
        replace_by_import("visit", visit, LATER, status="cancelled", child_seen=False)
    for plan in plans[20:25]:
        make_visit(plan.child, date(2020, 6, 25), recorded_at=LATER)
    replace_by_import("plan", plans[7], LATER, end_date=date(2020, 6, 2))
    assert (practice.visit_rates(JUNE, CUT_OFF), practice.oversight(CUT_OFF)) == first
    assert (practice.visit_rates(JUNE, LATER), practice.oversight(LATER)) != first
    rates, _ = first
    assert [fact.month for fact in rates] == sorted({JUNE, *comparators(JUNE)})
    june = rates[-1]
    assert (june.children, june.face_to_face, june.alternative) == (30, 10, 10)
    assert june.ref == Ref("visit_rate", "2020-06:CP", "child protection plans, June 2020")
    # March 2018: no plan had begun.
    assert rates[0].children == 0
