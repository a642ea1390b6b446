"""Words that the pages of the register and the board share."""

from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format

from riskregister.review.words import counted, listed, lowered, on_day, on_moment

__all__ = ["address", "counted", "listed", "lowered", "moment_words", "on_day", "on_moment"]


def moment_words(moment: datetime) -> str:
    """'27 March 2020 at 4:05pm', London time."""
    local = moment.astimezone(timezone.get_default_timezone())
    return f"{on_moment(moment)} at {date_format(local, 'g:ia').replace('.', '')}"


def address(name: str, *args: Any) -> str:
    """Where a page is; "" where the app that it belongs to is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
