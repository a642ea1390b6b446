"""Words, tables and drawings of risks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from accounts.constants import Role
from riskregister.constants import (
    Assurance,
    Band,
    Confidence,
    ControlState,
    RatingKind,
    Response,
    RiskState,
    Rollup,
    SystemFunction,
)
from riskregister.facts.evidence import ControlFact, MatrixFact, RatingFact, RiskFact
from riskregister.presenters.base import counted, listed, lowered, moment_words, on_day
from riskregister.rules.ratings import HIGHEST, band_of
from riskregister.selectors.risks import Before, Beside, Chosen, beyond_appetite, movement, overdue
from safeguarding.kernel.periods import Month

BAND_COLOURS = {Band.GREEN: "green", Band.YELLOW: "yellow", Band.AMBER: "orange", Band.RED: "red"}
_STATE_COLOURS = {RiskState.DRAFT: "grey", RiskState.OPEN: "blue", RiskState.CLOSED: "grey"}
_OURS = "The partnership"


def whose(fact: RiskFact) -> str:
    return fact.organisation or _OURS


def band_tag(rating: RatingFact) -> dict[str, str]:
    """'15 Red': the score and its band, in words and in colour."""
    band = Band(rating.band)
    return {"text": f"{rating.score} {band.label}", "colour": BAND_COLOURS[band]}


def tags(fact: RiskFact, today: date) -> list[dict[str, str]]:
    """State and rating of one risk, and what is wrong with it."""
    state = RiskState(fact.state)
    found = [{"text": str(state.label), "colour": _STATE_COLOURS[state]}]
    if fact.current:
        found.append(band_tag(fact.current))
    return [*found, *_warnings(fact, today)]


def _warnings(fact: RiskFact, today: date) -> list[dict[str, str]]:
    found = []
    if beyond_appetite(fact):
        found.append({"text": "Outside appetite", "colour": "red"})
    if overdue(fact, today):
        found.append({"text": "Review overdue", "colour": "red"})
    if fact.acceptance_gap_days:
        found.append({"text": "Acceptance lapsed", "colour": "red"})
    if fact.current and fact.current.confidence == Confidence.LOW:
        found.append({"text": "Low confidence", "colour": "purple"})
    return found


def register_table(
    facts: Iterable[RiskFact], last: Before, today: date, *, caption: str, empty: str
) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [
            {"text": "Risk", "wide": True},
            {"text": "Rating"},
            {"text": "Since the last board"},
            {"text": "Whose"},
            {"text": "Review due"},
        ],
        "rows": [_row(fact, last, today) for fact in facts],
        "empty": empty,
    }


def _row(fact: RiskFact, last: Before, today: date) -> list[Any]:
    name = {
        "text": f"{fact.label} {fact.title}",
        "href": reverse("risk", args=[fact.uid]),
        "note": fact.theme_words,
        "tags": _warnings(fact, today),
    }
    rating: Any = {"text": "Not rated", "note": ""}
    if fact.current:
        tag = band_tag(fact.current)
        rating = {
            "text": tag["text"],
            "tag": tag["colour"],
            "note": f"{_confidence(fact.current)} confidence",
        }
    state = "" if fact.state == RiskState.OPEN else str(RiskState(fact.state).label)
    owner = {"text": whose(fact), "note": fact.owner or "Nobody answers for it yet"}
    due = {"text": on_day(fact.review_due_on) if fact.review_due_on else "–", "note": state}
    return [name, rating, direction_words(fact, last), owner, due]


def _confidence(rating: RatingFact) -> str:
    return str(Confidence(rating.confidence).label).partition(":")[0]


def direction_words(fact: RiskFact, last: Before) -> str:
    if not last.month:
        return "No board yet"
    way = movement(fact, last)
    return way.words if way else "–"


def direction_sentence(fact: RiskFact, last: Before) -> str:
    """Against which review it is, and from what."""
    if not last.month:
        return "No review has been published yet"
    way = movement(fact, last)
    if way is None:
        return f"Was not on the register at the review of {Month.parse(last.month).name}"
    told = last.ratings.get(str(fact.uid))
    was = f", where it was {told['score']}" if told and told["score"] else ""
    return f"{way.words}: the review of {Month.parse(last.month).name}{was}"


def head_rows(fact: RiskFact, last: Before, *, authority: Iterable[str], today: date) -> list[dict[str, Any]]:
    """The summary list of one risk."""
    rows = [
        {"key": "Cause", "value": fact.cause},
        {"key": "Event", "value": fact.event},
        {"key": "Consequence", "value": fact.consequence},
        {"key": "About", "value": fact.theme_words},
        {
            "key": "Functions of the system",
            "value": "\n".join(f"{code}. {SystemFunction(code).label}" for code in fact.functions),
        },
        {"key": "Whose risk", "value": whose(fact)},
        {"key": "Who answers for it", "value": fact.owner or "Nobody yet"},
        {"key": "Response", "value": Response(fact.response).label},
    ]
    if fact.state == RiskState.OPEN:
        rows.append({"key": "Since the last board", "value": direction_sentence(fact, last)})
        rows.append({"key": "Appetite", "value": appetite_words(fact)})
        rows.append({"key": "Review", "value": review_words(fact, authority, today)})
    if fact.opened_at:
        rows.append({"key": "On the register since", "value": moment_words(fact.opened_at)})
    if fact.closed_at:
        rows.append({"key": "Closed", "value": f"{moment_words(fact.closed_at)}. {fact.closed_reason}"})
    if fact.restricted:
        rows.append({"key": "Published", "value": "Left out of what is published"})
    return rows


def appetite_words(fact: RiskFact) -> str:
    if fact.appetite is None:
        return "None is set for this theme"
    bears = f"The board bears up to {fact.appetite} for this theme"
    return f"{bears}; this risk is outside it" if beyond_appetite(fact) else bears


def review_words(fact: RiskFact, authority: Iterable[str], today: date) -> str:
    if fact.review_due_on is None:
        return "Not due: the risk is not rated, or no rule says how often"
    late = (today - fact.review_due_on).days
    due = f"Due by {on_day(fact.review_due_on)}"
    if late > 0:
        due += f", {counted(late, 'day')} overdue"
    who = listed([lowered(str(Role(code).label)) for code in sorted(authority)])
    return f"{due}. At this level it is reviewed by: {who}"


def ratings_table(fact: RiskFact) -> dict[str, Any]:
    """The three ratings side by side, with what the matrix says of their cells."""
    return {
        "caption": "Ratings",
        "columns": [{"text": "Rating"}, {"text": "Score"}, {"text": "In words", "wide": True},
                    {"text": "Confidence"}, {"text": "Since"}],
        "rows": [_rating_row(kind, fact.ratings.get(kind)) for kind in RatingKind],
    }  # fmt: skip


def _rating_row(kind: RatingKind, rating: RatingFact | None) -> list[Any]:
    if rating is None:
        return [str(kind.label), "Not rated", "–", "–", "–"]
    tag = band_tag(rating)
    score = {"text": tag["text"], "tag": tag["colour"], "note": f"{rating.likelihood} × {rating.impact}"}
    words = {"text": rating.words, "note": rating.reason}
    return [str(kind.label), score, words, str(Confidence(rating.confidence).label), on_day(rating.dated_on)]


def history_table(fact: RiskFact) -> dict[str, Any]:
    """Every current rating with its reason, the latest first."""
    rows = []
    ratings = list(fact.history)
    for place in range(len(ratings) - 1, -1, -1):
        one = ratings[place]
        tag = band_tag(one)
        was = f"from {ratings[place - 1].score}" if place else "the first"
        recorded = f"Recorded {moment_words(one.recorded_at)}" + (f", {one.by}" if one.by else "")
        rows.append(
            [
                {"text": on_day(one.dated_on), "note": recorded},
                {"text": tag["text"], "tag": tag["colour"], "note": was},
                {"text": one.reason, "note": one.words},
                str(Confidence(one.confidence).label),
            ]
        )
    return {
        "caption": "How the current rating moved",
        "columns": [{"text": "From"}, {"text": "Rating"}, {"text": "Why", "wide": True},
                    {"text": "Confidence"}],
        "rows": rows,
        "empty": "It has not been rated yet.",
    }  # fmt: skip


_WIDE, _HIGH, _EDGE = 320, 64, 6


def sparkline(ratings: Sequence[RatingFact]) -> str:
    """The current rating through time as a small inline drawing; the table beside it says the same. "" where
    there is nothing to draw."""
    if len(ratings) < 2:
        return ""
    first, last = ratings[0].recorded_at, ratings[-1].recorded_at
    span = (last - first).total_seconds() or 1
    points = [
        (
            round(_EDGE + (_WIDE - 2 * _EDGE) * (one.recorded_at - first).total_seconds() / span, 1),
            round(_HIGH - _EDGE - (_HIGH - 2 * _EDGE) * one.score / HIGHEST**2, 1),
            f"{on_day(one.dated_on)}: {one.score}",
        )
        for one in ratings
    ]
    # A rating holds until the next one: steps, not slopes.
    steps = [f"{points[0][0]},{points[0][1]}"]
    for (_, y, _), (x, following, _) in pairwise(points):
        steps += [f"{x},{y}", f"{x},{following}"]
    dots = format_html_join(
        "", '<circle cx="{}" cy="{}" r="4" fill="#0072b2"><title>{}</title></circle>', points
    )
    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" xmlns="http://www.w3.org/2000/svg" '
        'focusable="false" aria-hidden="true"><line x1="0" x2="{w}" y1="{b}" y2="{b}" stroke="#b1b4b6"/>'
        '<polyline points="{points}" fill="none" stroke="#0072b2" stroke-width="2"/>{dots}</svg>',
        w=_WIDE,
        h=_HIGH,
        b=_HIGH - _EDGE,
        points=" ".join(steps),
        dots=dots,
    )


def beside_table(found: Beside) -> dict[str, Any]:
    return {
        "caption": "Partners’ own ratings",
        "columns": [{"text": "Partner"}, {"text": "Its own risk", "wide": True}, {"text": "Rating"},
                    {"text": "Confidence"}],
        "rows": [
            [one.organisation, {"text": f"{one.label} {one.title}", "href": reverse("risk", args=[one.uid])},
             *_own_rating(one)]
            for one in found.own
        ],
        "empty": "No partner’s own risk contributes to this one.",
    }  # fmt: skip


def _own_rating(fact: RiskFact) -> list[Any]:
    if not fact.current:
        return ["Not rated", "–"]
    tag = band_tag(fact.current)
    return [{"text": tag["text"], "tag": tag["colour"]}, _confidence(fact.current)]


def beside_words(fact: RiskFact, found: Beside) -> list[str]:
    """The rule, what it comes to, how that stands to the agreed rating, and who would change it."""
    rule = lowered(str(Rollup(found.rule).label))
    if found.rolled is None:
        return [f"The rule for this risk: {rule}."]
    lines = [f"The rule for this risk: {rule}. It comes to {found.rolled}."]
    if fact.current:
        agreed = fact.current.score
        if agreed == found.rolled:
            lines.append(f"The agreed rating of the partnership is {agreed} too.")
        else:
            way = "above" if agreed > found.rolled else "below"
            lines.append(f"The agreed rating of the partnership is {agreed}, {way} it.")
            lines.append("The difference is shown, not made even: it is for the board to ask about.")
    if found.swayed_by:
        names = listed([f"{one.organisation} ({one.label})" for one in found.swayed_by])
        lines.append(f"It hangs on the rating of {names}: without it, it would be another.")
    else:
        lines.append("No single partner’s rating decides it: two or more partners say the same.")
    return lines


def controls_table(
    controls: Iterable[ControlFact], *, may_edit: bool, today: date, old_after: int = 180
) -> dict[str, Any]:
    columns = [{"text": "Control", "wide": True}, {"text": "In place"}, {"text": "How it is known"},
               {"text": "Last seen"}]  # fmt: skip
    rows = []
    for one in controls:
        seen: Any = "–"
        if one.proof_on:
            old = (today - one.proof_on).days > old_after
            seen = {
                "text": on_day(one.proof_on),
                "tags": [{"text": "Over half a year ago", "colour": "orange"}] if old else [],
            }
        name: Any = {"text": one.text, "note": one.organisation}
        if may_edit:
            name["href"] = reverse("edit_control", args=[one.uid])
        state = str(ControlState(one.state).label)
        known = {"text": str(Assurance(one.assurance).label), "note": one.proof}
        rows.append([name, state, known, seen])
    return {
        "caption": "Controls",
        "columns": columns,
        "rows": rows,
        "empty": "No control is recorded.",
    }


def heat_table(facts: Iterable[RiskFact], matrix: MatrixFact, query: dict[str, str]) -> dict[str, Any]:
    """Likelihood by impact, the highest likelihood first: in each cell its band in words, and how many."""
    here: dict[tuple[int, int], list[RiskFact]] = {}
    for fact in facts:
        if fact.state == RiskState.OPEN and fact.current:
            here.setdefault((fact.current.likelihood, fact.current.impact), []).append(fact)
    columns = [{"text": "Likelihood"}]
    columns += [{"text": f"{place}. {name}"} for place, name in enumerate(matrix.impacts, 1)]
    rows = []
    for likelihood in range(HIGHEST, 0, -1):
        row: list[Any] = [f"{likelihood}. {matrix.likelihoods[likelihood - 1]}"]
        for impact in range(1, HIGHEST + 1):
            band = band_of(matrix, likelihood, impact)
            row.append(_heat_cell(here.get((likelihood, impact), []), likelihood, impact, band, query))
        rows.append(row)
    return {
        "caption": "Open risks by likelihood (down) and impact (across)",
        "columns": columns,
        "rows": rows,
    }


def _heat_cell(
    found: list[RiskFact], likelihood: int, impact: int, band: Any, query: dict[str, str]
) -> dict[str, Any]:
    tag = {"text": f"{likelihood * impact} {band.label}", "colour": BAND_COLOURS[Band(band.band)]}
    if not found:
        return {"text": "None", "tags": [tag]}
    unsure = sum(one.current.confidence == Confidence.LOW for one in found if one.current)
    link = reverse("risks") + "?" + urlencode({**query, "cell": f"{likelihood}x{impact}"})
    return {
        "text": counted(len(found), "risk"),
        "href": link,
        "hidden": f"rated {likelihood} by {impact}",
        "note": listed([one.label for one in found]) + (f". {unsure} with low confidence" if unsure else ""),
        "tags": [tag],
    }


EXPORT_COLUMNS = (
    "Number", "Title", "Whose", "Who answers for it", "State", "Theme", "Functions", "Cause", "Event",
    "Consequence", "Response", "Inherent rating", "Current rating", "Current band", "Current in words",
    "Reason", "Confidence", "Since", "Target rating", "Since the last board", "Appetite", "Outside appetite",
    "Review due", "Accepted until", "Open actions", "Controls",
)  # fmt: skip


def export_rows(facts: Iterable[RiskFact], last: Before) -> Iterator[list[object]]:
    for fact in facts:
        current = fact.current
        scores = {kind: rating.score for kind, rating in fact.ratings.items()}
        held = fact.acceptance
        yield [
            fact.label, fact.title, whose(fact), fact.owner, str(RiskState(fact.state).label),
            fact.theme_words, " ".join(fact.functions), fact.cause, fact.event, fact.consequence,
            str(Response(fact.response).label), scores.get(RatingKind.INHERENT),
            scores.get(RatingKind.CURRENT), str(Band(current.band).label) if current else "",
            current.words if current else "", current.reason if current else "",
            _confidence(current) if current else "", current.dated_on.isoformat() if current else "",
            scores.get(RatingKind.TARGET), direction_words(fact, last), fact.appetite,
            "Yes" if beyond_appetite(fact) else "No",
            fact.review_due_on.isoformat() if fact.review_due_on else "",
            held.expires_on.isoformat() if held and held.approved else "", fact.open_actions,
            "; ".join(one.text for one in fact.controls if one.state == ControlState.IN_PLACE),
        ]  # fmt: skip


def filter_query(by: Chosen) -> dict[str, str]:
    """The filter as an address carries it."""
    found = {name: getattr(by, name) for name in ("whose", "theme", "band", "owner", "only")}
    if by.state != RiskState.OPEN:
        found["state"] = by.state
    return {name: value for name, value in found.items() if value}


def typed_words(field: Any, typed: Any) -> str:
    """What somebody typed or selected, in the words of the form."""
    choices = {str(code): str(label) for code, label in getattr(field, "choices", ())}
    if isinstance(typed, list):
        return "\n".join(choices.get(str(one), str(one)) for one in typed)
    if isinstance(typed, date):
        return on_day(typed)
    if isinstance(typed, bool):
        return "Yes"
    return choices.get(str(typed), str(typed))
