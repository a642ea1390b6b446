"""Charts, tables and sentences of the oversight dashboard, from counts whose small numbers are taken out."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from dashboards.figures import bars
from dashboards.figures.bars import Bars
from dashboards.figures.chart import ALTERNATIVE, FACE_TO_FACE, NOT_VISITED, Chart
from dashboards.figures.oversight_counts import (
    BANDS,
    CELLS,
    MEASURES,
    NOT_SEEN,
    Cell,
    Count,
    Distribution,
    Matrix,
    Share,
    ShownMatrix,
    ShownRow,
    reveal,
    share,
)
from dashboards.figures.words import WHO
from safeguarding.kernel.disclosure import HIDDEN
from safeguarding.kernel.periods import Month
from safeguarding.kernel.rates import percentage
from visits.constants import PlanType
from visits.facts import LAPSED, LIVE, NONE, AlternativeMonth, Concern, ConcernCount, DecisionsNow

# What a figure is of -> where its children are listed; None where the reader may not open the list.
Link = Callable[[dict[str, str]], str | None]
TOO_SMALL = "the numbers are too small to show"
DECISIONS = {LIVE: "Live decision", LAPSED: "Decision lapsed", NONE: "No decision"}
MEASURE_NAMES = {"face_to_face": "Face to face", "any_contact": "Any contact"}
_FLAGS = {True: "flagged", False: "no flag"}


def text_of(count: Count) -> str:
    return HIDDEN if count is None else f"{count:,}"


# --- The matrix -----------------------------------------------------------------------------


def matrix_query(cell: Cell) -> dict[str, str]:
    return {
        "flags": "yes" if cell.flagged else "no",
        "decision": cell.decision,
        "alternative": "yes" if cell.alternative else "no",
    }


def matrix_table(
    found: Matrix,
    rows: Sequence[tuple[Hashable, str, dict[str, str]]],
    *,
    heading: str,
    caption: str,
    link: Link,
) -> dict:
    """Plain counts. `rows`: key of the matrix, its name, what narrows the list to it; a row for those
    flagged and one for those not, and the sums of all below."""
    table_rows = []
    for key, name, query in rows:
        counts = found.counts.get(key, Counter())
        if counts:
            table_rows += [_matrix_row(name, counts, flagged, query, link) for flagged in (True, False)]
    whole = found.whole()
    if len(table_rows) > 2:
        table_rows += [_matrix_row("All of these", whole, flagged, {}, link) for flagged in (True, False)]
    return {
        "caption": caption,
        "caption_size": "s",
        "columns": [
            {"text": heading},
            *(
                {"text": f"{name}, {kind}", "numeric": True}
                for name in DECISIONS.values()
                for kind in ("alternative last", "seen last")
            ),
            {"text": "Children", "numeric": True},
        ],
        "rows": table_rows,
        "empty": "No child has an open plan here.",
    }


def _matrix_row(name: str, counts: Counter[Cell], flagged: bool, query: dict[str, str], link: Link) -> list:
    label = f"{name}, {_FLAGS[flagged]}"
    row: list = [label]
    for cell in CELLS:
        if cell.flagged is flagged:
            row.append(_cell(counts[cell], link(query | matrix_query(cell)), label))
    total = sum(count for cell, count in counts.items() if cell.flagged is flagged)
    return [*row, _cell(total, link(query | {"flags": "yes" if flagged else "no"}), label)]


def _cell(count: Count, href: str | None, label: str) -> dict:
    cell = {"text": text_of(count)}
    return cell | {"href": href, "hidden": f"{label}: open the list"} if count and href else cell


def shown_matrix_table(
    shown: ShownMatrix, rows: Sequence[tuple[Hashable, str, str]], *, caption: str
) -> dict:
    """`rows`: team, its name, its managers."""
    table = [
        ["All teams", "", *_shown(shown.whole)],
        *(
            [f"All teams, {_FLAGS[flagged]}", "", *_shown(shown.by_flag[flagged])]
            for flagged in (True, False)
        ),
        *(
            [f"{name}, {_FLAGS[flagged]}", managers, *_shown(shown.by_team[key, flagged])]
            for key, name, managers in rows
            for flagged in (True, False)
            if (key, flagged) in shown.by_team
        ),
    ]
    return {
        "caption": caption,
        "caption_size": "s",
        "columns": [
            {"text": "Team"},
            {"text": "Accountable manager"},
            {"text": "Seen face to face last", "numeric": True},
            {"text": "Alternative last, live decision", "numeric": True},
            {"text": "Alternative last, no live decision", "numeric": True},
            {"text": "Children", "numeric": True},
        ],
        "rows": table,
    }


def _shown(row: ShownRow) -> list[str]:
    return [text_of(count) for count in (row.none, row.with_decision, row.without_decision, row.children)]


def matrix_title(whole: ShownRow) -> str:
    """The finding: alternatives that go on without a live decision."""
    if whole.children == 0:
        return "No child has an open plan"
    if whole.with_decision is None or whole.without_decision is None:
        return f"Children whose latest contact was an alternative: {TOO_SMALL}"
    of = whole.with_decision + whole.without_decision
    if not of:
        return "Every child’s latest contact was face to face"
    return (
        f"{whole.without_decision:,} of {of:,} {_children(of)} whose latest contact was an alternative "
        f"{_have(whole.without_decision)} no live decision"
    )


# --- Days since last seen -------------------------------------------------------------------


def distribution_chart(found: Distribution, *, source: str, link: Link) -> Chart:
    kind = PlanType(found.plan_type).label
    code = found.plan_type.lower()

    def where(measure: str, place: int) -> str | None:
        count = found.bands[measure][place]
        return link({"plan": found.plan_type, "measure": measure, "band": str(place)}) if count else None

    series = [
        Bars(
            MEASURE_NAMES[measure],
            colour,
            pattern,
            found.bands[measure],
            [where(measure, place) for place in range(len(BANDS))],
        )
        for measure, colour, pattern in zip(MEASURES, (FACE_TO_FACE, ALTERNATIVE), ("", "/"), strict=True)
    ]
    table = {
        "caption": f"{kind}: days since last seen",
        "caption_size": "s",
        "columns": [
            {"text": "Days"},
            *({"text": MEASURE_NAMES[measure], "numeric": True} for measure in MEASURES),
        ],
        "rows": [
            *(
                [
                    name,
                    *(
                        _cell(
                            found.bands[measure][place],
                            where(measure, place),
                            f"{kind}, {name.lower()} days, {MEASURE_NAMES[measure].lower()}",
                        )
                        for measure in MEASURES
                    ),
                ]
                for place, name in enumerate(BANDS)
            ),
            ["Children", text_of(found.children), text_of(found.children)],
        ],
    }
    labels = list(BANDS)
    return Chart(
        id=f"oversight-seen-{code}",
        title=_distribution_title(found),
        summary="",
        figure=bars.figure(labels, series, stacked=False, x_title="Days since last seen", y_title="Children"),
        svg=bars.drawing(f"seen{code}", labels, series, stacked=False),
        table=table,
        alt=f"Bars of {WHO[found.plan_type]} by days since last seen, face to face and by any contact.",
        source=source,
    )


def _distribution_title(found: Distribution) -> str:
    who = WHO[found.plan_type]
    late = found.longer("face_to_face")
    if late is None or found.children is None:
        return f"{who[:1].upper()}{who[1:]} by days since last seen: the numbers are too small to add up"
    unseen = found.bands["face_to_face"][NOT_SEEN]
    never = f", {unseen:,} of them never" if unseen else ""
    return (
        f"{late:,} of {found.children:,} {who} {_have(late)} not been seen face to face for more than "
        f"28 days{never}"
    )


# --- Month by month -------------------------------------------------------------------------


def trend_chart(months: Sequence[AlternativeMonth], *, plain: bool, source: str) -> Chart:
    """`months` is not empty; the words are about the last of them."""
    shares = [share(row.under_decision, row.alternatives, plain=plain) for row in months]
    labels = [Month(row.month).short_name for row in months]
    none = [None] * len(months)
    under = [one.part for one in shares]
    without = [None if one.part is None or one.whole is None else one.whole - one.part for one in shares]
    series = [
        Bars("Under a decision", ALTERNATIVE, "/", under, none),
        Bars("Without a decision", NOT_VISITED, "x", without, none),
    ]
    return Chart(
        id="oversight-trend",
        title=_trend_title(shares[-1], Month(months[-1].month)),
        summary="",
        figure=bars.figure(labels, series, stacked=True, x_title="Month", y_title="Alternatives"),
        svg=bars.drawing("trend", labels, series, stacked=True),
        table={
            "caption": "Alternatives to a visit by month",
            "caption_size": "s",
            "columns": [
                {"text": "Month"},
                {"text": "Alternatives", "numeric": True},
                {"text": "Under a decision", "numeric": True},
                {"text": "Without a decision", "numeric": True},
            ],
            "rows": [
                [Month(row.month).name, text_of(one.whole), text_of(one.part), text_of(rest)]
                for row, one, rest in zip(months, shares, without, strict=True)
            ],
        },
        alt="Stacked bars of alternatives to a visit by month: under a management decision, and without.",
        source=source,
    )


def _trend_title(last: Share, month: Month) -> str:
    if last.whole == 0:
        return f"No alternative to a visit in {month.name}"
    if last.part is None or last.whole is None:
        return f"Alternatives in {month.name}: {TOO_SMALL}"
    verb = "was" if last.part == 1 else "were"
    return f"{last.part:,} of {last.whole:,} alternatives in {month.name} {verb} under a management decision"


# --- Decisions and the most vulnerable ------------------------------------------------------


def vulnerable_title(found: Share) -> str:
    if found.whole == 0:
        return "No child is flagged as most vulnerable"
    if found.part is None or found.whole is None:
        return f"Children flagged as most vulnerable: {TOO_SMALL}"
    return (
        f"{found.part:,} of {found.whole:,} {_children(found.whole)} flagged as most vulnerable "
        f"{_have(found.part)} not been seen face to face in time"
    )


def decisions_table(found: DecisionsNow, *, plain: bool) -> dict:
    late = share(found.retrospective, found.authorised, plain=plain)
    again = share(found.renewals, found.authorised, plain=plain)
    # Both are parts of one total: where one hides it, the other must not give it away.
    whole = None if late.whole is None or again.whole is None else late.whole
    return {
        "caption": "Management decisions",
        "caption_size": "s",
        "columns": [
            {"text": "Decisions"},
            {"text": "Number", "numeric": True},
            {"text": "Share", "numeric": True},
        ],
        "rows": [
            ["Live now", text_of(reveal(found.live, plain=plain)), "–"],
            ["Lapsed and not renewed", text_of(reveal(found.lapsed, plain=plain)), "–"],
            ["Authorised in the last 365 days", text_of(whole), "–"],
            ["of these decided after the days had begun", text_of(late.part), _percent(late.part, whole)],
            ["of these renewals", text_of(again.part), _percent(again.part, whole)],
        ],
    }


def decisions_title(found: DecisionsNow, *, plain: bool) -> str:
    lapsed = reveal(found.lapsed, plain=plain)
    if lapsed is None:
        return f"Lapsed decisions: {TOO_SMALL}"
    if not lapsed:
        return "No decision has lapsed without a renewal or a visit"
    noun = "decision" if lapsed == 1 else "decisions"
    return f"{lapsed:,} {noun} {_have(lapsed)} lapsed without a renewal or a visit"


# --- Exceptions -----------------------------------------------------------------------------


# Together they are the lapsed decisions, whose number stands on the page too.
_ENDED = frozenset({Concern.DECISION_LAPSED, Concern.DECISION_PAST_REVIEW})


def exceptions_table(
    rows: Sequence[ConcernCount], *, vulnerable: Share, plain: bool, href: Callable[[str], str | None]
) -> dict:
    """By code, in the codes' order. A child counts once for each code and team. `vulnerable`: the share of
    the most vulnerable not seen, as the page shows it: what is hidden there is hidden here."""
    found: dict[Concern, tuple[int, int]] = {}
    for row in rows:
        number, children = found.get(row.code, (0, 0))
        found[row.code] = (number + row.facts, children + row.children)
    small = {code for code, (_, children) in found.items() if reveal(children, plain=plain) is None}
    if small & _ENDED:
        small |= _ENDED
    if vulnerable.part is None:
        small.add(Concern.MOST_VULNERABLE_NOT_SEEN)
    table = []
    for code, (number, children) in found.items():
        shown = None if code in small else children
        cell = {"text": text_of(None if shown is None else number)}
        if address := href(code.value):
            cell |= {"href": address, "hidden": f"{code.label}: open the list"}
        table.append([code.label, cell, text_of(shown)])
    return {
        "caption": "Exceptions by kind",
        "caption_size": "s",
        "columns": [
            {"text": "What is wrong"},
            {"text": "Number", "numeric": True},
            {"text": "Children", "numeric": True},
        ],
        "rows": table,
        "empty": "Nothing is wrong.",
    }


def exceptions_title(rows: Sequence[ConcernCount], *, plain: bool) -> str:
    if not rows:
        return "No exception needs a manager"
    if not plain:
        return "Exceptions that need a manager"
    number = sum(row.facts for row in rows)
    return f"{number:,} {'exception needs' if number == 1 else 'exceptions need'} a manager"


def _percent(part: Count, whole: Count) -> str:
    if part is None or whole is None:
        return HIDDEN
    rate = percentage(part, whole)
    return "–" if rate is None else f"{rate}%"


def _children(count: int) -> str:
    return "child" if count == 1 else "children"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
