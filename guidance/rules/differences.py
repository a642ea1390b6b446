"""What is different between two texts, paragraph by paragraph, and word by word within one. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

# Two paragraphs that share so much of their words are the same one, changed.
_ALIKE = 0.5
# Words of both sides multiplied; beyond it a paragraph is shown whole, before and after.
_WORDS_COMPARED = 4_000_000


class Difference(Enum):
    SAME = "Unchanged"
    CHANGED = "Changed"
    ADDED = "Added"
    REMOVED = "Removed"
    # Word for word the same, at another place.
    MOVED = "Moved"


class Piece(Enum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Paragraph:
    """As the issuer numbered it ("" without a number) and wrote it."""

    label: str
    text: str


@dataclass(frozen=True)
class Line:
    """A paragraph of the later text, or one that is gone at the place where it stood. `before` and `after`
    count from 1; None: it is not in that text."""

    difference: Difference
    before: int | None
    after: int | None
    label_before: str
    label_after: str
    pieces: tuple[tuple[Piece, str], ...]

    @property
    def renumbered(self) -> bool:
        return self.before is not None and self.after is not None and self.label_before != self.label_after


def compare(before: Sequence[Paragraph], after: Sequence[Paragraph]) -> list[Line]:
    """Every paragraph of both texts once, in the order of the later one."""
    old, new = [_words(one.text) for one in before], [_words(one.text) for one in after]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    pairs: dict[int, int] = {}
    for tag, i1, i2, j1, _ in blocks:
        if tag == "equal":
            pairs.update({j1 + step: i1 + step for step in range(i2 - i1)})
    moved = _moved(old, new, pairs)
    for tag, i1, i2, j1, j2 in blocks:
        if tag == "replace":
            free_old = [i for i in range(i1, i2) if i not in moved.values()]
            free_new = [j for j in range(j1, j2) if j not in moved]
            pairs.update(_alike(old, new, free_old, free_new))
    gone = [i for i in range(len(before)) if i not in {*pairs.values(), *moved.values()}]
    lines: list[Line] = []
    for j in range(len(after)):
        source = pairs.get(j)
        if source is not None:
            while gone and gone[0] < source:
                lines.append(_removed(before, gone.pop(0)))
        lines.append(_line(before, after, old, new, j, source, moved.get(j)))
    lines += [_removed(before, i) for i in gone]
    return lines


def _line(
    before: Sequence[Paragraph],
    after: Sequence[Paragraph],
    old: list[tuple[str, ...]],
    new: list[tuple[str, ...]],
    j: int,
    source: int | None,
    from_elsewhere: int | None,
) -> Line:
    now = after[j]
    i = from_elsewhere if source is None else source
    if i is None:
        return Line(Difference.ADDED, None, j + 1, "", now.label, ((Piece.ADDED, now.text),))
    pieces: tuple[tuple[Piece, str], ...] = ((Piece.SAME, now.text),)
    kind = Difference.MOVED if source is None else Difference.SAME
    if old[i] != new[j]:
        kind, pieces = Difference.CHANGED, _pieces(before[i].text, now.text)
    return Line(kind, i + 1, j + 1, before[i].label, now.label, pieces)


def _removed(before: Sequence[Paragraph], i: int) -> Line:
    one = before[i]
    return Line(Difference.REMOVED, i + 1, None, one.label, "", ((Piece.REMOVED, one.text),))


def _moved(old: list[tuple[str, ...]], new: list[tuple[str, ...]], pairs: dict[int, int]) -> dict[int, int]:
    """Later place -> earlier place of paragraphs that only changed theirs."""
    used = set(pairs.values())
    places: dict[tuple[str, ...], list[int]] = {}
    for i, words in enumerate(old):
        if i not in used:
            places.setdefault(words, []).append(i)
    return {j: places[words].pop(0) for j, words in enumerate(new) if j not in pairs and places.get(words)}


def _alike(
    old: list[tuple[str, ...]], new: list[tuple[str, ...]], rows: list[int], columns: list[int]
) -> dict[int, int]:
    """Later place -> earlier place of paragraphs that were changed: the pairs, in order, that share the
    most words together."""
    sets_old, sets_new = [frozenset(old[i]) for i in rows], [frozenset(new[j]) for j in columns]
    best = [[0.0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    score = [[_shared(a, b) for b in sets_new] for a in sets_old]
    for a in range(len(rows) - 1, -1, -1):
        for b in range(len(columns) - 1, -1, -1):
            paired = score[a][b] + best[a + 1][b + 1] if score[a][b] >= _ALIKE else 0.0
            best[a][b] = max(best[a + 1][b], best[a][b + 1], paired)
    found: dict[int, int] = {}
    a = b = 0
    while a < len(rows) and b < len(columns):
        if score[a][b] >= _ALIKE and best[a][b] == score[a][b] + best[a + 1][b + 1]:
            found[columns[b]] = rows[a]
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return found


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 1.0


def _pieces(before: str, after: str) -> tuple[tuple[Piece, str], ...]:
    """The later text with what is gone at the place where it stood; neighbouring words of a kind together."""
    old, new = before.split(), after.split()
    if len(old) * len(new) > _WORDS_COMPARED:
        return (Piece.REMOVED, before), (Piece.ADDED, after)
    found: list[tuple[Piece, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append((Piece.SAME, " ".join(new[j1:j2])))
            continue
        if i1 < i2:
            found.append((Piece.REMOVED, " ".join(old[i1:i2])))
        if j1 < j2:
            found.append((Piece.ADDED, " ".join(new[j1:j2])))
    return tuple(found)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"\s+", text.strip()))
