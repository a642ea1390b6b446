"""Guidance found by words: by PostgreSQL's full text, or by plain words where the database has none."""

import re

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from guidance.models import GuidanceItem

_LABEL = re.compile(r"[gG]\s?(\d{1,9})")
# More words than this narrow nothing.
_WORDS_AT_MOST = 12


class _FullText(Func):
    """The expression of the index `guidance_item_search`, so that it is used."""

    template = "(to_tsvector('english', %(expressions)s))"
    arg_joiner = ") @@ websearch_to_tsquery('english', "
    output_field = BooleanField()


def found_by(items: QuerySet[GuidanceItem], words: str) -> QuerySet[GuidanceItem]:
    """Of `items` those that hold all the words; "G12" is the one of that number."""
    words = " ".join(words.replace("\x00", " ").split())
    if not words:
        return items
    if label := _LABEL.fullmatch(words):
        return items.filter(number=min(int(label[1]), 2**31 - 1))
    if connection.vendor == "postgresql":
        return items.filter(Q(_FullText(F("search_text"), Value(words))))
    for word in words.split()[:_WORDS_AT_MOST]:
        items = items.filter(search_text__icontains=word)
    return items
