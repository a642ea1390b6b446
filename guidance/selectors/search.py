"""Guidance found by words: by PostgreSQL's full text, or by plain words where the database has none."""

import re

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from guidance.models import GuidanceItem

_LABEL = re.compile(r"[gG]\s?(\d{1,9})")
# More words than this narrow nothing.
_WORDS_AT_MOST = 12


class _FullText(Func):
    """The expression of the indexes guidance_item_search and guidance_item_told, so that they are used."""

    template = "(to_tsvector('english', %(expressions)s))"
    arg_joiner = ") @@ websearch_to_tsquery('english', "
    output_field = BooleanField()


def found_by(items: QuerySet[GuidanceItem], words: str, *, all_of_it: bool) -> QuerySet[GuidanceItem]:
    """Of `items` those that hold all the words; "G12" is the one of that number. `all_of_it`: also the words
    of what was not issued."""
    field = "search_text" if all_of_it else "told_text"
    words = " ".join(words.replace("\x00", " ").split())
    if not words:
        return items
    if label := _LABEL.fullmatch(words):
        return items.filter(number=min(int(label[1]), 2**31 - 1))
    if connection.vendor == "postgresql":
        return items.filter(Q(_FullText(F(field), Value(words))))
    for word in words.split()[:_WORDS_AT_MOST]:
        items = items.filter(**{f"{field}__icontains": word})
    return items
