"""What a paper is made of, in reading order. Every form shows each of these, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Heading:
    # 1 for a part of the paper, 2 for a block within it, 3 below that; the title stands above all of them.
    level: int
    text: str
    anchor: str
    type: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    text: str
    # "body", "note" (small) or "warning".
    kind: str = "body"
    mark: str = ""
    rests_on: tuple[str, ...] = ()
    type: str = "paragraph"


@dataclass(frozen=True)
class Item:
    letter: str
    text: str
    mark: str = ""
    rests_on: tuple[str, ...] = ()
    # Said in words behind the text.
    tag: str = ""


@dataclass(frozen=True)
class Lettered:
    items: tuple[Item, ...]
    type: str = "lettered"


@dataclass(frozen=True)
class Bullets:
    items: tuple[str, ...]
    type: str = "bullets"


@dataclass(frozen=True)
class Facts:
    """A few figures with their words, or a list of terms: (term, value, note)."""

    caption: str
    rows: tuple[tuple[str, str, str], ...]
    mark: str = ""
    rests_on: tuple[str, ...] = ()
    # Figures are shown large; terms as a list.
    figures: bool = False
    type: str = "facts"


@dataclass(frozen=True)
class GridCell:
    text: str
    numeric: bool = False
    band: str = ""


@dataclass(frozen=True)
class GridRow:
    cells: tuple[GridCell, ...]
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    caption: str
    # Name, and whether numbers stand in it.
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[GridRow, ...]
    mark: str = ""
    note: str = ""
    empty: str = "None."
    type: str = "grid"


@dataclass(frozen=True)
class HeatSquare:
    band: str
    # The band's words.
    label: str
    score: int
    risks: tuple[str, ...]


@dataclass(frozen=True)
class Heat:
    caption: str
    impacts: tuple[str, ...]
    # Likelihood's name with its squares; the highest first.
    rows: tuple[tuple[str, tuple[HeatSquare, ...]], ...]
    mark: str = ""
    type: str = "heat"


@dataclass(frozen=True)
class Step:
    month: str
    score: int
    # The band's words.
    band_words: str
    band: str
    reason: str


@dataclass(frozen=True)
class Course:
    """A rating through the months."""

    caption: str
    steps: tuple[Step, ...]
    mark: str = ""
    type: str = "course"


@dataclass(frozen=True)
class Comment:
    """The coordinator's words: beside what is computed, never inside it."""

    text: str
    by: str
    on: str
    type: str = "comment"


Element = Heading | Paragraph | Lettered | Bullets | Facts | Grid | Heat | Course | Comment


@dataclass(frozen=True)
class Paper:
    title: str
    committee: str
    # Under the title: what the paper is, as "DRAFT" or its day.
    date_line: str
    # "" or a word that stands on every page.
    watermark: str
    # At the foot of every page.
    footer: str
    elements: tuple[Element, ...]
    # Of the file itself, so that equal content gives equal bytes.
    made_at: datetime
    identifier: str
    description: str
    language: str = "en-GB"

    def headings(self, highest: int = 1) -> Iterator[Heading]:
        return (one for one in self.elements if isinstance(one, Heading) and one.level <= highest)
