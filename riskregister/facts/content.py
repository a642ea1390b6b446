"""The compiled review: what is sealed, shown on pages and printed in packs. Every renderer walks the same
blocks; nothing is worked out again.

Everything is text, whole numbers, booleans, None, lists and dicts of these, so that the JSON of equal content
is equal byte by byte.
"""

from dataclasses import dataclass, field

REF_KINDS = frozenset(
    {
        "acceptance",
        "action",
        "backlog",
        "challenge",
        "check",
        "concern",
        "control",
        "cycle",
        "decision",
        "dependency",
        "easement",
        "escalation",
        "guidance",
        "guidance_list",
        "meeting",
        "organisation",
        "oversight",
        "plan",
        "rating",
        "return",
        "risk",
        "series",
        "service",
        "signal",
        "training",
        "visit_rate",
    }
)


@dataclass(frozen=True, order=True)
class Ref:
    """A row that a statement rests on."""

    # One of REF_KINDS.
    kind: str
    # uid as text, or a code.
    uid: str
    # What is printed: "R-003", "Merrowshire Police, cycle 9".
    label: str


@dataclass(frozen=True)
class Cell:
    text: str
    numeric: bool = False
    # Colour is said by the words; renderers may tint: a Band code or "".
    band: str = ""


@dataclass(frozen=True)
class Row:
    cells: tuple[Cell, ...]
    refs: tuple[Ref, ...] = ()
    # Left out of the public version.
    restricted: bool = False


@dataclass(frozen=True)
class Column:
    text: str
    numeric: bool = False


@dataclass(frozen=True)
class Text:
    """A paragraph, computed."""

    text: str
    refs: tuple[Ref, ...] = ()
    restricted: bool = False
    source: str = ""
    type: str = "text"


@dataclass(frozen=True)
class Figures:
    """A few numbers with their words: (label, value, note)."""

    title: str
    items: tuple[tuple[str, str, str], ...]
    source: str
    refs: tuple[Ref, ...] = ()
    type: str = "figures"


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    # Of constants.Source of the review: its mark is printed behind the title.
    source: str
    # Said in place of an empty table.
    empty: str = "None."
    note: str = ""
    type: str = "table"


@dataclass(frozen=True)
class HeatCell:
    likelihood: int
    impact: int
    band: str
    # The band's words and the risks in it: ("R-001", ...).
    label: str
    risks: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeatMap:
    """Likelihood by impact as a real table; highest likelihood first."""

    title: str
    likelihoods: tuple[str, ...]
    impacts: tuple[str, ...]
    cells: tuple[HeatCell, ...]
    source: str
    type: str = "heatmap"


@dataclass(frozen=True)
class Point:
    # "2020-06".
    month: str
    score: int
    band: str
    reason: str


@dataclass(frozen=True)
class Trend:
    """A rating through the months: drawn small, and told in words."""

    title: str
    risk: str
    points: tuple[Point, ...]
    source: str
    restricted: bool = False
    type: str = "trend"


@dataclass(frozen=True)
class Finding:
    """A key finding: a lettered sentence that is computed, and the rows it rests on."""

    code: str
    letter: str
    text: str
    refs: tuple[Ref, ...]
    # The finding does not hold as a good thing: words, not colour, say it.
    concern: bool = False
    source: str = ""
    type: str = "finding"


@dataclass(frozen=True)
class CheckResult:
    """A contradiction or gap found by rule."""

    code: str
    severity: str
    text: str
    refs: tuple[Ref, ...]
    # Name and arguments of the page where it is put right.
    fix_url: str = ""
    fix_args: tuple[str, ...] = ()
    # In how many published reviews in a row it stood before.
    months_open: int = 0
    type: str = "check"


Block = Text | Figures | Table | HeatMap | Trend | Finding | CheckResult


@dataclass(frozen=True)
class SectionContent:
    # Of constants.ReviewSection.
    code: str
    title: str
    blocks: tuple[Block, ...]
    # Why there is nothing, where an app is not there yet or nothing was recorded; "": there is something.
    missing: str = ""


@dataclass(frozen=True)
class SourceMark:
    """What figures come from; printed as a list, each figure carries the mark."""

    # "1", "2" …
    mark: str
    text: str
    as_at: str


@dataclass(frozen=True)
class ReviewContent:
    schema: int
    method_version: str
    # "2020-06" and the moment in UTC.
    month: str
    cut_off: str
    version: int
    # The published review before it: month, version and seal; "" where there is none.
    previous_month: str
    previous_version: int
    previous_seal: str
    matrix_version: int
    sections: tuple[SectionContent, ...]
    sources: tuple[SourceMark, ...]
    # What the next review compares with: {risk uid: {"score", "band", "state", "label"}}.
    ratings: dict[str, dict] = field(default_factory=dict)
    # Recommendations of the cover, lettered: "a", "b" …
    recommendations: tuple[str, ...] = ()
    summary: str = ""
