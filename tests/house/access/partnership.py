"""Pages of the way in to the partnership's work."""

from tests.house.access import SIGNED_IN, Row

ROWS = {"partnership": Row(SIGNED_IN)}
