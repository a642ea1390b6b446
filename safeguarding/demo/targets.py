"""What each month of the world is to show: children in the cohort, seen face to face, seen by an alternative.

Where rates were published, the counts are the ones of a service this size whose three rates, each
rounded by itself, read as published (found by trying every count). Elsewhere they follow a line
through the years with the seasons, the two later lockdowns and some unrest.
"""

from random import Random
from typing import NamedTuple

from safeguarding.demo.windows import ALTERNATIVES_SINCE, FIRST_MONTH
from safeguarding.kernel.periods import Month


class Target(NamedTuple):
    cohort: int
    face_to_face: int
    alternative: int


PUBLISHED: dict[str, dict[str, Target]] = {
    "CP": {
        "2018-03": Target(284, 214, 0),
        "2019-03": Target(289, 216, 0),
        "2020-03": Target(299, 177, 38),
        "2020-04": Target(302, 158, 60),
        "2020-05": Target(297, 160, 61),
        "2020-06": Target(293, 225, 23),
    },
    "CIN": {
        "2018-03": Target(394, 247, 0),
        "2019-03": Target(403, 295, 0),
        "2020-03": Target(410, 258, 38),
        "2020-04": Target(410, 214, 112),
        "2020-05": Target(403, 228, 102),
        "2020-06": Target(400, 288, 27),
    },
    "CIC": {
        "2018-03": Target(365, 318, 0),
        "2019-03": Target(374, 347, 0),
        "2020-03": Target(376, 300, 32),
        "2020-04": Target(374, 240, 97),
        "2020-05": Target(375, 228, 116),
        "2020-06": Target(379, 243, 98),
    },
}

# Month: (children, % face to face, % alternative); straight lines between.
_LINE: dict[str, dict[str, tuple[int, float, float]]] = {
    "CP": {
        "2017-01": (230, 70.0, 0),
        "2017-05": (276, 72.5, 0),
        "2017-11": (281, 74.4, 0),
        "2018-03": (284, 75.4, 0),
        "2018-09": (291, 72.8, 0),
        "2019-03": (289, 74.7, 0),
        "2019-10": (297, 77.2, 0),
        "2020-02": (300, 76.1, 0),
        "2020-03": (299, 59.2, 12.7),
        "2020-06": (293, 76.8, 7.8),
        "2020-09": (296, 81.0, 4.6),
        "2020-10": (301, 78.5, 6.0),
        "2020-11": (303, 65.8, 15.0),
        "2020-12": (298, 69.5, 11.4),
        "2021-01": (295, 57.2, 22.1),
        "2021-02": (297, 60.9, 20.2),
        "2021-03": (299, 70.2, 13.5),
        "2021-05": (294, 78.0, 6.9),
        "2021-10": (286, 79.1, 4.2),
        "2022-06": (279, 82.0, 3.1),
        "2023-06": (284, 80.9, 3.0),
        "2024-06": (276, 84.1, 2.6),
        "2025-06": (281, 85.7, 2.5),
        "2029-12": (285, 86.5, 2.5),
    },
    "CIN": {
        "2017-01": (330, 60.0, 0),
        "2017-05": (386, 61.8, 0),
        "2018-03": (394, 62.7, 0),
        "2018-10": (407, 68.9, 0),
        "2019-03": (403, 73.2, 0),
        "2019-10": (411, 74.8, 0),
        "2020-02": (412, 73.5, 0),
        "2020-03": (410, 62.9, 9.3),
        "2020-06": (400, 72.0, 6.8),
        "2020-09": (397, 75.9, 4.8),
        "2020-10": (404, 74.1, 6.1),
        "2020-11": (408, 62.0, 17.5),
        "2020-12": (401, 64.2, 14.0),
        "2021-01": (399, 55.1, 25.3),
        "2021-02": (403, 57.7, 23.0),
        "2021-03": (409, 66.3, 14.9),
        "2021-05": (412, 73.7, 7.2),
        "2021-10": (405, 76.0, 4.1),
        "2022-06": (398, 77.2, 3.3),
        "2023-06": (405, 76.4, 2.8),
        "2024-06": (396, 79.3, 2.5),
        "2025-06": (402, 80.8, 2.4),
        "2029-12": (400, 82.0, 2.4),
    },
    "CIC": {
        "2017-01": (300, 84.5, 0),
        "2017-05": (352, 85.6, 0),
        "2018-03": (365, 87.1, 0),
        "2018-10": (371, 90.4, 0),
        "2019-03": (374, 92.8, 0),
        "2019-10": (377, 92.0, 0),
        "2020-02": (377, 91.3, 0),
        "2020-03": (376, 79.8, 8.5),
        "2020-06": (379, 64.1, 25.9),
        "2020-08": (382, 74.2, 16.6),
        "2020-10": (384, 80.7, 10.9),
        "2020-11": (385, 73.0, 17.8),
        "2020-12": (384, 71.5, 19.0),
        "2021-01": (383, 66.4, 23.8),
        "2021-02": (385, 64.9, 25.5),
        "2021-04": (384, 74.8, 16.3),
        "2021-07": (382, 84.2, 7.5),
        "2021-11": (379, 88.0, 4.3),
        "2022-06": (383, 90.2, 2.8),
        "2023-06": (387, 90.9, 2.4),
        "2024-06": (385, 92.4, 2.2),
        "2029-12": (386, 93.0, 2.2),
    },
}

# Points of a hundred by which leave and school holidays lower face-to-face visiting.
_SEASON = {1: -0.6, 4: -0.7, 8: -2.4, 12: -2.9}
# Fewer than this many children in a part of a total would have to be hidden from most readers.
_SMALLEST_PART = 7
# How far a cohort strays from the line, in children. Children in care come and go slowly.
_UNREST = {"CP": 3.0, "CIN": 4.0, "CIC": 1.2}
_SEED = 20200720


def target(plan_type: str, place: int) -> Target:
    """What the month `place` months after FIRST_MONTH is to show."""
    month = FIRST_MONTH.plus(place)
    published = PUBLISHED[plan_type].get(str(month))
    if published:
        return published
    unrest = Random(f"{_SEED}/{plan_type}/{month}")
    children, seen, otherwise = _on_the_line(plan_type, month)
    cohort = round(children + unrest.gauss(0, _UNREST[plan_type]))
    seen += _SEASON.get(month.number, 0) + unrest.gauss(0, 1.1)
    face_to_face = round(cohort * seen / 100)
    alternative = 0
    if month >= ALTERNATIVES_SINCE:
        alternative = max(_SMALLEST_PART, round(cohort * (otherwise + unrest.gauss(0, 0.4)) / 100))
    return Target(cohort, min(face_to_face, cohort - alternative - _SMALLEST_PART), alternative)


def _on_the_line(plan_type: str, month: Month) -> tuple[float, float, float]:
    knots = [(Month.parse(text), values) for text, values in _LINE[plan_type].items()]
    after = next((at for at, (knot, _) in enumerate(knots) if knot >= month), len(knots) - 1)
    (left, low), (right, high) = knots[max(after - 1, 0)], knots[after]
    share = min(1.0, (month.index - left.index) / max(right.index - left.index, 1))
    children, seen, otherwise = (a + (b - a) * share for a, b in zip(low, high, strict=True))
    return children, seen, otherwise
