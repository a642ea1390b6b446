"""Visits and management oversight of the whole service as known at the cut-off, small numbers taken out: what
leaves here is what a board may see, also in the sealed content."""

from datetime import datetime

from riskregister.facts.content import Ref
from riskregister.facts.evidence import OversightCount, VisitRateFact
from riskregister.review.comparators import comparators
from riskregister.review.words import PLAN_TYPE_WORDS
from safeguarding.kernel.disclosure import WHOLE, Leaf, is_small, small_numbers
from safeguarding.kernel.periods import Month
from safeguarding.kernel.rates import percentage
from visits.facts import Concern, KnownTotal
from visits.selectors.as_known import oversight_known, totals_known

# Parts of a cohort as bits (kernel.disclosure), in the order in which `_shown` counts them.
_TWO_PARTS = {"face_to_face": 1, "seen": 1, "children": 3}
_THREE_PARTS = {"face_to_face": 1, "alternative": 2, "seen": 3, "children": 7}
# The oversight page shows how many there are of both.
_LAPSED_TOGETHER = {Concern.DECISION_LAPSED, Concern.DECISION_PAST_REVIEW}


def visit_rates(month: Month, at: datetime) -> tuple[VisitRateFact, ...]:
    """The month and its comparators, in order of month and plan type; a plan type under which no child was in
    any of them is left out. `why`: 'not_collected' where alternatives were not, 'suppressed' where another
    figure is hidden, otherwise ''; what is hidden is None under each of them."""
    found = totals_known((month, *comparators(month)), at)
    kinds = {one.plan_type for one in found if one.children}
    return tuple(_shown(one) for one in found if one.plan_type in kinds)


def _shown(total: KnownTotal) -> VisitRateFact:
    """Seen in all is no column, but its rate is, and counts as if it were printed."""
    bits = _THREE_PARTS if total.collected else _TWO_PARTS
    alternative = total.alternative or 0
    counts = {
        "face_to_face": total.face_to_face,
        "alternative": alternative,
        "seen": total.face_to_face + alternative,
        "children": total.children,
    }
    parts = (
        (total.face_to_face, alternative, total.not_visited)
        if total.collected
        else (total.face_to_face, total.not_visited)
    )
    hidden = small_numbers([Leaf("all", "all", parts)], sums_shown=[bits["seen"]])
    shown = {name: None if hidden.hides(WHOLE, bits[name]) else counts[name] for name in bits}
    rates = {
        name: None if part is None or shown["children"] is None else percentage(part, shown["children"])
        for name, part in shown.items()
    }
    words = PLAN_TYPE_WORDS.get(total.plan_type, total.plan_type)
    return VisitRateFact(
        month=total.month,
        plan_type=total.plan_type,
        children=shown["children"],
        face_to_face=shown["face_to_face"],
        alternative=shown.get("alternative"),
        face_to_face_rate=rates["face_to_face"],
        alternative_rate=rates.get("alternative"),
        total_rate=rates["seen"],
        why="not_collected" if not total.collected else "suppressed" if None in shown.values() else "",
        ref=Ref("visit_rate", f"{total.month}:{total.plan_type}", f"{words}, {total.month.name}"),
    )


def oversight(at: datetime) -> tuple[OversightCount, ...]:
    """The concerns that a board looks at, hidden where they are about 1 to 5 children. The oversight page
    shows some totals that these counts are parts of: what would be found with its help is hidden here too."""
    found = oversight_known(at)
    small = {one.code for one in found if is_small(one.count) or is_small(one.children)}
    small |= {one.code for one in found if one.of is not None and is_small(one.of - one.children)}
    if small & _LAPSED_TOGETHER:
        small |= _LAPSED_TOGETHER
    return tuple(
        OversightCount(
            code=one.code.value,
            label=one.label,
            count=None if one.code in small and one.count else one.count,
            ref=Ref("oversight", one.code.value, one.label),
        )
        for one in found
    )
