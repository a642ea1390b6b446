"""Words that the pages of guidance share."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from safeguarding.kernel.texts import in_words

Tag = dict[str, str]


def moment_words(moment: datetime) -> str:
    """'27 March 2020 at 4:05pm', London time."""
    local = moment.astimezone(timezone.get_default_timezone())
    return f"{in_words(local.date())} at {date_format(local, 'g:ia').replace('.', '')}"


def days_words(first: date, until: date | None) -> str:
    """'1 April 2020 to 30 June 2020', both days included, or 'From 1 April 2020', which may be to come;
    `until` is the first day after."""
    if until is None:
        return f"From {in_words(first)}"
    last = until - timedelta(days=1)
    return f"{in_words(first)} to {in_words(last)}" if last > first else f"{in_words(first)} only"


def counted(count: int, one: str, many: str = "") -> str:
    """'1 return', '2 returns'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
