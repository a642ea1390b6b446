"""Percentages as they are shown: one decimal, rounded half up after division."""

from decimal import ROUND_HALF_UP, Decimal

_ONE_DECIMAL = Decimal("0.1")


def percentage(part: int, whole: int) -> Decimal | None:
    """percentage(1, 3) -> Decimal('33.3'); None where there is no whole."""
    if whole == 0:
        return None
    # Exact: the quotient of two integers is compared as integers, never as a binary fraction.
    tenths, rest = divmod(part * 1000, whole)
    return (Decimal(tenths + (1 if rest * 2 >= whole else 0)) / 10).quantize(_ONE_DECIMAL, ROUND_HALF_UP)
