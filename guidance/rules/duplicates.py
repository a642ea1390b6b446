"""Guidance that is on the register already, told by address, reference, title and day, or nearly the same
title. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Generic, TypeVar

from guidance.facts.lists import Choice, KnownItem, ListLine, Twin
from guidance.rules.entries import url_key

# From here on two titles are nearly the same.
NEAR = 0.9
# In 2020 nearly every title said so: it tells nothing apart.
_EVERYWHERE = re.compile(r"\b(coronavirus|covid[\s-]*19|novel)\b")
_WORD = re.compile(r"[a-z0-9]+")
_One = TypeVar("_One")


@dataclass
class _Titles:
    """Titles by their words, so that only those that share half of them are compared letter by letter."""

    plain: list[str] = field(default_factory=list)
    holding: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    words: list[frozenset[str]] = field(default_factory=list)
    figures: list[frozenset[str]] = field(default_factory=list)

    def add(self, title: str) -> None:
        plain = plain_title(title)
        words = frozenset(plain.split())
        for word in words:
            self.holding[word].append(len(self.plain))
        self.plain.append(plain)
        self.words.append(words)
        self.figures.append(_figures(words))

    def near(self, title: str) -> int | None:
        """The place of the title that is nearest, if it is near enough."""
        plain = plain_title(title)
        words = frozenset(plain.split())
        figures = _figures(words)
        # Of two texts that are near, neither is much longer.
        shortest, longest = len(plain) * NEAR / (2 - NEAR), len(plain) * (2 - NEAR) / NEAR
        shared = Counter(place for word in words for place in self.holding.get(word, ()))
        best, found = NEAR, None
        matcher = SequenceMatcher(None, b=plain, autojunk=False)
        for place, count in shared.items():
            if not shortest <= len(self.plain[place]) <= longest:
                continue
            # "Part 1" and "part 2" are not one.
            if 2 * count < min(len(words), len(self.words[place])) or figures != self.figures[place]:
                continue
            matcher.set_seq1(self.plain[place])
            if matcher.quick_ratio() < best:
                continue
            ratio = matcher.ratio()
            if ratio > best or (ratio == best and found is None):
                best, found = ratio, place
        return found


def _figures(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.isdigit())


def twins(lines: Iterable[ListLine], known: Sequence[KnownItem]) -> dict[int, Twin]:
    """For each line (by number) that seems to be there already, what it is again; the surest sign counts,
    and the register before the list itself."""
    found: dict[int, Twin] = {}
    signs: _Signs[KnownItem] = _Signs()
    earlier: _Signs[ListLine] = _Signs()
    titles, own_titles = _Titles(), _Titles()
    own_lines: list[ListLine] = []
    for item in known:
        signs.add(_signs_of_item(item), item)
        titles.add(item.title)
    for line in lines:
        if not line.text("title"):
            continue
        said = _signs_of_line(line)
        published = _day(line.text("published_on"))
        if (same := signs.find(said)) is not None:
            by, item = same
            found[line.line] = Twin(by, item=item, later=_later(published, item.published_on))
        elif (own := earlier.find(said)) is not None:
            found[line.line] = Twin(own[0], line=own[1].line)
        elif (place := titles.near(line.text("title"))) is not None:
            item = known[place]
            found[line.line] = Twin("near_title", item=item, later=_later(published, item.published_on))
        elif (place := own_titles.near(line.text("title"))) is not None:
            found[line.line] = Twin("near_title", line=own_lines[place].line)
        earlier.add(said, line)
        own_titles.add(line.text("title"))
        own_lines.append(line)
    return found


def plain_title(title: str) -> str:
    """In small letters, without signs and without the words that every title has."""
    words = _WORD.findall(_EVERYWHERE.sub(" ", title.casefold().replace("’", "").replace("'", "")))
    # A title of nothing but those words is compared by them.
    return " ".join(words or _WORD.findall(title.casefold()))


class _Signs(Generic[_One]):
    """What something is told by, the surest first; the first of two that are told alike."""

    def __init__(self) -> None:
        self.by: dict[str, dict[str, _One]] = defaultdict(dict)

    def add(self, said: Mapping[str, str], one: _One) -> None:
        for name, value in said.items():
            self.by[name].setdefault(value, one)

    def find(self, said: Mapping[str, str]) -> tuple[str, _One] | None:
        return next(
            ((name, self.by[name][value]) for name, value in said.items() if value in self.by[name]), None
        )


def _signs_of_item(item: KnownItem) -> dict[str, str]:
    return _signs(item.url_key, item.issuer, item.reference, item.title, item.published_on)


def _signs_of_line(line: ListLine) -> dict[str, str]:
    return _signs(
        url_key(line.text("url")), line.text("issuer"), line.text("reference"), line.text("title"),
        _day(line.text("published_on")),
    )  # fmt: skip


def _signs(address: str, issuer: str, reference: str, title: str, published: date | None) -> dict[str, str]:
    found = {}
    if address:
        found["address"] = address.casefold()
    if reference and issuer:
        found["reference"] = f"{plain_title(issuer)}\n{' '.join(reference.casefold().split())}"
    if published:
        found["title_and_date"] = f"{' '.join(title.casefold().split())}\n{published.isoformat()}"
    return found


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _later(published: date | None, before: date | None) -> bool:
    return published is not None and before is not None and published > before


def suggested(twin: Twin) -> Choice | None:
    """What becomes of a line that is surely there already; None: somebody has to say."""
    if twin.by == "near_title":
        return None
    if twin.item is not None and twin.later:
        return Choice("version", twin.item.uid, twin.item.version)
    return Choice("leave_out")
