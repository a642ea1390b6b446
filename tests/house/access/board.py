"""The board's dashboard."""

from tests.house.access import Row

ROWS = {"board": Row("BM CO AU"), "compare_reviews": Row("BM CO AU")}
