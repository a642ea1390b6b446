"""What of the replies to a survey may be shown, and beside it what leaders say.

Replies are shown in categories of at least ten: neighbouring answers of a scale are put together until each
category has so many. Nothing smaller is published anywhere, so that nothing smaller can be worked out from
what is published: neither by taking categories from a total, nor organisations from all replies.
Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partners.constants import ANONYMITY_FLOOR, Reading
from partners.facts.questions import OptionFact
from partners.rules.surveys import SurveyQuestion


@dataclass(frozen=True)
class Category:
    """Neighbouring answers together, and how many replies gave one of them: at least ten."""

    options: tuple[OptionFact, ...]
    count: int

    @property
    def reading(self) -> str:
        """What all its answers say of assurance; '' where they differ."""
        found = {option.reading for option in self.options}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True)
class Split:
    """One organisation's replies in the same categories."""

    organisation: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class QuestionResult:
    question: SurveyQuestion
    # Empty: the answers cannot be shown apart.
    categories: tuple[Category, ...]
    splits: tuple[Split, ...] = ()


def results(
    questions: Sequence[SurveyQuestion], replies: Sequence[tuple[str, Mapping[str, str]]]
) -> list[QuestionResult] | None:
    """`replies`: (organisation or '', answers). None where there are fewer than ten."""
    if len(replies) < ANONYMITY_FLOOR:
        return None
    found = []
    for question in questions:
        counts = _counts(question, [answers for _organisation, answers in replies])
        groups = _grouped(counts)
        categories = tuple(
            Category(tuple(question.options[index] for index in group), sum(counts[index] for index in group))
            for group in groups
        )
        splits = _splits(question, groups, replies) if groups else ()
        found.append(QuestionResult(question, categories, splits))
    return found


def _counts(question: SurveyQuestion, answers: Sequence[Mapping[str, str]]) -> list[int]:
    return [sum(one.get(question.code) == option.value for one in answers) for option in question.options]


def _grouped(counts: Sequence[int]) -> list[list[int]]:
    """Indexes of neighbours, each group with ten or more; empty where there would be one group only, which
    says of everybody the same, or nothing."""
    groups: list[list[int]] = []
    open_group: list[int] = []
    for index in range(len(counts)):
        open_group.append(index)
        # What nobody chose joins its neighbour before: that nobody did is not shown apart either.
        rest = sum(counts[index + 1 :])
        if sum(counts[one] for one in open_group) >= ANONYMITY_FLOOR and rest >= ANONYMITY_FLOOR:
            groups.append(open_group)
            open_group = []
    groups.append(open_group)
    return groups if len(groups) > 1 and sum(counts) >= ANONYMITY_FLOOR else []


def _splits(
    question: SurveyQuestion,
    groups: Sequence[Sequence[int]],
    replies: Sequence[tuple[str, Mapping[str, str]]],
) -> tuple[Split, ...]:
    """Organisations with ten or more replies in every category, as long as those of everybody else are so
    many too (or none): what is left over must not tell of a few."""

    def in_groups(answers: Sequence[Mapping[str, str]]) -> tuple[int, ...]:
        counts = _counts(question, answers)
        return tuple(sum(counts[index] for index in group) for group in groups)

    names = sorted({organisation for organisation, _answers in replies if organisation})
    all_rows = [
        Split(name, in_groups([answers for organisation, answers in replies if organisation == name]))
        for name in names
    ]
    shown = [row for row in all_rows if min(row.counts) >= ANONYMITY_FLOOR]
    total = in_groups([answers for _organisation, answers in replies])
    while shown and not _rest_is_safe(total, shown):
        shown.remove(min(shown, key=lambda row: sum(row.counts)))
    return tuple(shown)


def _rest_is_safe(total: tuple[int, ...], shown: Sequence[Split]) -> bool:
    rest = [whole - sum(row.counts[index] for row in shown) for index, whole in enumerate(total)]
    return not any(rest) or min(rest) >= ANONYMITY_FLOOR


_RANK = {Reading.ASSURED.value: 2, Reading.PARTLY.value: 1, Reading.CONCERN.value: 0}


def practitioners_reading(result: QuestionResult) -> str:
    """What the largest category says; '' where it says no one thing, or none is shown."""
    if not result.categories:
        return ""
    return max(result.categories, key=lambda one: one.count).reading


def leaders_reading(counts: Mapping[str, int]) -> str:
    """What most leaders' returns say of a theme; of equal ones the worse."""
    known = {reading: count for reading, count in counts.items() if reading in _RANK and count}
    return max(known, key=lambda one: (known[one], -_RANK[one])) if known else ""


def gap_words(practitioners: str, leaders: str) -> str:
    if practitioners not in _RANK or leaders not in _RANK:
        return "Cannot be compared"
    if _RANK[practitioners] == _RANK[leaders]:
        return "No gap: leaders and practitioners say the same"
    if _RANK[leaders] > _RANK[practitioners]:
        return "Gap: leaders are more assured than practitioners"
    return "Gap: practitioners are more assured than leaders"
