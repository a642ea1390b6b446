"""References in order, and which rule holds when."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.visits.slow_method import reference_key
from visits.constants import REFERENCE_LENGTH
from visits.models import Plan
from visits.rules.rates import Interval, in_force, reference_order

REFERENCES = st.text("0123456789", min_size=1, max_size=REFERENCE_LENGTH) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=REFERENCE_LENGTH
)


@given(st.lists(REFERENCES, max_size=20))
def test_references_sort_as_the_method_says(references):
    assert sorted(references, key=reference_order) == sorted(references, key=reference_key)


def test_numbers_come_by_value_before_texts():
    references = ["10a", "B", "10", "9", "é", "007", "7", "a", "²"]
    assert sorted(references, key=reference_order) == ["007", "7", "9", "10", "10a", "B", "a", "²", "é"]


@given(REFERENCES)
def test_the_order_of_any_reference_fits_its_column(reference):
    assert len(reference_order(reference)) <= Plan._meta.get_field("ref_order").max_length


def test_the_rule_that_began_last_holds():
    old = Interval("CP", "standard", 10, "working_days", date(2000, 1, 1))
    new = Interval("CP", "standard", 15, "working_days", date(2020, 4, 1), date(2020, 7, 1))
    held = [
        in_force([new, old], "CP", "standard", day)
        for day in (
            date(1999, 12, 31),
            date(2020, 3, 31),
            date(2020, 4, 1),
            date(2020, 6, 30),
            date(2020, 7, 1),
        )
    ]
    assert held == [None, old, new, new, old]
    assert in_force([old], "CP", "long_term", date(2020, 1, 1)) is None
