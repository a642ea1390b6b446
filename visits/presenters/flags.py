"""Words of the pages of hazard flags."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from django.urls import reverse

from safeguarding.kernel.periods import Month
from visits.facts.flags import FlagKindFact, FlagLine
from visits.presenters import flag_tag, moment_words
from visits.rules.flags import FlagStanding
from visits.rules.records import in_words
from visits.selectors.flags import ShownCounts

Tag = dict[str, str]
_HIDDEN = "c"


def standing_tag(flag: FlagLine) -> Tag:
    """What somebody should know first about a flag."""
    if flag.standing == FlagStanding.CLEARED.value:
        return {"text": "Removed", "colour": "grey"}
    if flag.standing == FlagStanding.ENDED.value:
        return {"text": "Ended", "colour": "grey"}
    if flag.standing == FlagStanding.PAST_REVIEW.value:
        return {"text": "Past its review", "colour": "orange"}
    if flag.awaits_agreement:
        return {"text": "Not agreed yet", "colour": "yellow"}
    return {"text": "Stands", "colour": "green"}


def until_words(flag: FlagLine) -> str:
    """'Review by 3 April 2020, ends on 10 April 2020'."""
    if flag.standing == FlagStanding.CLEARED.value and flag.cleared_at:
        return f"Removed {moment_words(flag.cleared_at)}"
    if flag.standing == FlagStanding.ENDED.value and flag.ends_on:
        return f"Ended on {in_words(flag.ends_on)}"
    due = "was due on" if flag.standing == FlagStanding.PAST_REVIEW.value else "by"
    ends = f", ends on {in_words(flag.ends_on)}" if flag.ends_on else ""
    return f"Review {due} {in_words(flag.review_on)}{ends}"


def on_child(flags: Iterable[FlagLine]) -> list[dict[str, Any]]:
    """Flags at the top of a child's record: what it says, until when, and what it lacks."""
    return [
        {
            "tag": flag_tag(flag.kind, flag.kind_name),
            "until": until_words(flag),
            "lacks": standing_tag(flag)["text"] if flag.awaits_agreement else "",
            "href": reverse("flag", args=[flag.uid]),
            "name": flag.kind_name,
        }
        for flag in flags
    ]


def flag_rows(flag: FlagLine) -> list[dict[str, Any]]:
    """The summary list of one flag."""
    told = "Yes" if flag.told_family else "Not yet"
    rows: list[dict[str, Any]] = [
        {"key": "Reason", "value": flag.reason},
        {"key": "Known from", "value": flag.source},
        {"key": "Holds from", "value": in_words(flag.starts_on)},
        {"key": "Review date", "value": in_words(flag.review_on)},
        {"key": "No longer holds from", "value": _end_words(flag)},
        {"key": "Family told", "value": f"{told}: {flag.told_family_how}"},
        {"key": "Raised by", "value": f"{flag.raised_by}, {moment_words(flag.raised_at)}"},
    ]
    if flag.agreed_at:
        rows.append({"key": "Agreed by", "value": f"{flag.agreed_by}, {moment_words(flag.agreed_at)}"})
    elif flag.awaits_agreement:
        rows.append({"key": "Agreed by", "value": "Nobody yet"})
    if flag.cleared_at:
        rows.append({"key": "Removed by", "value": f"{flag.cleared_by}, {moment_words(flag.cleared_at)}"})
        rows.append({"key": "Why removed", "value": flag.cleared_reason})
    return rows


def _end_words(flag: FlagLine) -> str:
    return in_words(flag.ends_on) if flag.ends_on else "Open: until a manager removes it"


def reviews(flag: FlagLine) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest review first."""
    return [
        {
            "title": f"Stands until {in_words(review.next_review_on)}",
            "when": moment_words(review.reviewed_at),
            "datetime": review.reviewed_at.isoformat(),
            "by": f"{review.reviewed_by}; was due on {in_words(review.was_due_on)}",
            "text": review.reason,
        }
        for review in reversed(flag.reviews)
    ]


_FIELDS = {
    "review_on": "Review date",
    "ends_on": "No longer holds from",
    "told_family_how": "How the family was told",
    "reason": "Your reason",
}


def theirs_yours(flag: FlagLine, typed: Mapping[str, Any]) -> list[dict[str, str]]:
    """Both texts of every answer in which a stale form differs from what is saved now; the last review's
    reason, or why the flag was removed, stands beside the reason typed."""
    last = flag.reviews[-1].reason if flag.reviews else ""
    saved: dict[str, Any] = {
        "review_on": flag.review_on,
        "ends_on": flag.ends_on,
        "told_family_how": flag.told_family_how,
        "reason": flag.cleared_reason or last,
    }
    return [
        {"field": _FIELDS[name], "theirs": _value_words(saved[name]), "yours": _value_words(value)}
        for name, value in typed.items()
        if saved[name] != value
    ]


def _value_words(value: object) -> str:
    return in_words(value) if isinstance(value, date) else str(value or "")


def last_changed_by(flag: FlagLine) -> str:
    """Who last did something to the flag."""
    done = [(flag.raised_at, flag.raised_by), (flag.agreed_at, flag.agreed_by)]
    done += [(review.reviewed_at, review.reviewed_by) for review in flag.reviews]
    done.append((flag.cleared_at, flag.cleared_by))
    # Of two things at one moment the one that can only have come after.
    return sorted(((at, by) for at, by in done if at), key=itemgetter(0))[-1][1]


def flags_table(
    flags: Iterable[FlagLine], *, caption: str, empty: str, with_child: bool = False
) -> dict[str, Any]:
    """Flags as rows: of one child, or with the child in front."""
    columns = [{"text": "Flag"}, {"text": "State"}, {"text": "Holds"}, {"text": "Raised by"}]
    return {
        "caption": caption,
        "columns": [{"text": "Child"}, *columns] if with_child else columns,
        "rows": [_row(flag, with_child=with_child) for flag in flags],
        "empty": empty,
    }


def _row(flag: FlagLine, *, with_child: bool) -> list[Any]:
    state = standing_tag(flag)
    name = {"text": flag.kind_name, "href": reverse("flag", args=[flag.uid])}
    if with_child:
        name["hidden"] = f"of {flag.shown_as}"
    row = [
        name,
        {"text": state["text"], "tag": state["colour"], "note": until_words(flag)},
        f"From {in_words(flag.starts_on)}",
        flag.raised_by,
    ]
    child = {"text": flag.shown_as, "href": reverse("child", args=[flag.child_uid])}
    return [child, *row] if with_child else row


def month_table(
    counts: ShownCounts, kinds: Sequence[FlagKindFact], first: Month, last: Month, *, today_month: Month
) -> dict[str, Any]:
    """Kinds down, months across: of the whole service, or of the reader's own teams together."""
    months = list(first.until(last))
    return {
        "caption": "Flags by month, own teams" if counts.plain else "Flags by month, all teams",
        "columns": [{"text": "Flag"}, *_heads(months, today_month)],
        "rows": [
            [kind.name, *(_shown(counts.whole.get((month.index, kind.code), 0)) for month in months)]
            for kind in kinds
        ],
        "empty": "There are no kinds of flag.",
    }


def team_table(counts: ShownCounts, kinds: Sequence[FlagKindFact], month: Month) -> dict[str, Any]:
    """Teams down, kinds across, of one month."""
    return {
        "caption": f"Flags by team, {month.name}",
        "columns": [{"text": "Team"}, *({"text": kind.name, "numeric": True} for kind in kinds)],
        "rows": [
            [name, *(_shown(counts.by_team.get((month.index, kind.code, team), 0)) for kind in kinds)]
            for team, name in counts.teams.items()
        ],
        "empty": "There are no teams.",
    }


def _heads(months: Iterable[Month], today_month: Month) -> list[dict[str, Any]]:
    return [
        {"text": f"{month.short_name}{' so far' if month == today_month else ''}", "numeric": True}
        for month in months
    ]


def _shown(count: int | None) -> str:
    return _HIDDEN if count is None else f"{count:,}"
