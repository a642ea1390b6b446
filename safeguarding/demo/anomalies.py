"""Cases planted in the world so that checks, trainers and tests have something certain to find.

Planted children have fixed dates around spring 2020. They are laid out before anybody else and
their outcomes are taken off each month's target, so that the published rates hold with them in.
The two standing kinds are found in every world, whatever its as-of day.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from safeguarding.demo.contacts import outcome_by_contacts
from safeguarding.demo.rows import Contact, PlanDraft, child_ref
from safeguarding.demo.windows import Window, working_days


@dataclass(frozen=True)
class Planted:
    """One planted child. `ident` and `sentence` are for people; `plans` go in order of their start."""

    ident: str
    sentence: str
    plans: tuple[PlanDraft, ...]
    contacts: tuple[Contact, ...] = ()

    @property
    def child_ref(self) -> str:
        return child_ref(self.plans[0].child)


@dataclass(frozen=True)
class Standing:
    """A kind of case that is among the ordinary children at any time."""

    ident: str
    sentence: str


STANDING = (
    Standing(
        "unseen-now", "A child on a protection plan has not been seen face to face for more than 90 days."
    ),
    Standing("unallocated", "A child with an open plan has no social worker."),
)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _plan(plan_type: str, start: str, end: str | None, *places: Any, long_term: bool = False) -> PlanDraft:
    """Places: the first team, then (team, from) for each move. Serial and child are set by `planted`."""
    first, *moves = places
    teams = [(_day(start), first), *((_day(since), team) for team, since in moves)]
    return PlanDraft(0, plan_type, 0, _day(start), teams, long_term=long_term, end=_day(end) if end else None)


def _seen(*days: str) -> tuple[Contact, ...]:
    return tuple(Contact(_day(day)) for day in days)


def _by(method: str, *days: str, authorised: bool = True) -> tuple[Contact, ...]:
    return tuple(Contact(_day(day), method, authorised=authorised) for day in days)


def _every(days: int, since: str, until: str) -> tuple[Contact, ...]:
    """Face to face every so many days, on working days."""
    spots = working_days(_day(since), _day(until))
    chosen, due = [], _day(since)
    for spot in spots:
        if spot >= due:
            chosen.append(Contact(spot))
            due = spot + timedelta(days=days)
    return tuple(chosen)


def planted() -> list[Planted]:
    """All planted children; the place in the list is the child's place in the world."""
    cases = [
        Planted(
            "not-seen",
            "A completed visit at which the child was not seen is the only one in the last ten working "
            "days of March 2020, so the child counts as not visited.",
            (_plan("CP", "2019-11-04", "2020-07-10", 0),),
            _every(12, "2019-11-07", "2020-03-13")
            + (Contact(_day("2020-03-24"), seen=False),)
            + _every(12, "2020-04-06", "2020-07-06"),
        ),
        Planted(
            "unauthorised",
            "A video call that no manager authorised is the only contact of April 2020, so the child "
            "counts as not visited.",
            (_plan("CIN", "2020-01-13", "2020-08-21", 1),),
            _seen("2020-01-16", "2020-02-11", "2020-03-10")
            + _by("video", "2020-04-14", authorised=False)
            + _seen("2020-05-12", "2020-06-11", "2020-07-14", "2020-08-11"),
        ),
        Planted(
            "three-alternatives",
            "Three months in a row, April to June 2020, the child was seen by video only.",
            (_plan("CIN", "2019-10-07", "2020-09-18", 2),),
            _every(27, "2019-10-10", "2020-03-12")
            + _by("video", "2020-04-15", "2020-05-13", "2020-06-17")
            + _seen("2020-07-15", "2020-08-13", "2020-09-10"),
        ),
        Planted(
            "unseen-106-days",
            "On a protection plan and not seen face to face from 10 March to 24 June 2020, 106 days.",
            (_plan("CP", "2019-09-16", "2020-09-30", 3),),
            _every(13, "2019-09-19", "2020-03-09")
            + _seen("2020-03-10")
            + _by("doorstep", "2020-03-26", "2020-04-23", "2020-05-20")
            + _every(13, "2020-06-24", "2020-09-25"),
        ),
        Planted(
            "moved-mid-month",
            "The plan moved from a care management team to a children in care team on 16 April 2020; "
            "March belongs to the first and April to the second.",
            (_plan("CIC", "2019-12-09", "2021-05-28", 0, (8, "2020-04-16")),),
            _every(35, "2019-12-12", "2020-03-12")
            + _by("video", "2020-04-21")
            + _every(35, "2020-05-26", "2021-05-20"),
        ),
        Planted(
            "overlapping-plans",
            "Two child in need plans overlapped from 2 March to 15 May 2020; the child counts once, under "
            "the plan that started first.",
            (_plan("CIN", "2020-01-06", "2020-05-15", 1), _plan("CIN", "2020-03-02", "2020-08-28", 3)),
            _every(26, "2020-01-09", "2020-08-20"),
        ),
        Planted(
            "closed-on-last-day",
            "The plan closed on 31 March 2020, the month's last day, so the child is not in March's cohort.",
            (_plan("CP", "2019-10-14", "2020-03-31", 4),),
            _every(12, "2019-10-17", "2020-03-27"),
        ),
        Planted(
            "duplicate-visit",
            "The visit of 21 May 2020 was entered twice under two references; the child still counts once.",
            (_plan("CP", "2020-02-10", "2020-11-13", 5),),
            _every(12, "2020-02-13", "2020-05-08")
            + _seen("2020-05-21", "2020-05-21")
            + _every(12, "2020-06-04", "2020-11-09"),
        ),
        Planted(
            "recorded-late",
            "The visit of 20 May 2020 was recorded 40 days later; until then May showed the child as not "
            "visited.",
            (_plan("CIN", "2020-02-03", "2020-10-09", 2),),
            _seen("2020-02-06", "2020-03-05")
            + _by("telephone", "2020-04-16")
            + (Contact(_day("2020-05-20"), recorded_after_days=40),)
            + _seen("2020-06-18", "2020-07-16", "2020-08-13", "2020-09-10"),
        ),
        Planted(
            "never-visited",
            "A child in need plan ran from September 2019 to February 2020 without a single visit.",
            (_plan("CIN", "2019-09-02", "2020-02-14", 13),),
        ),
        Planted(
            "two-types-at-once",
            "Looked after and on a protection plan at once from January to June 2020: the child counts in "
            "both cohorts, and one visit counts in both.",
            (
                _plan("CP", "2019-08-12", "2020-06-19", 4),
                _plan("CIC", "2020-01-13", "2021-09-10", 4, (11, "2020-06-22")),
            ),
            _every(13, "2019-08-15", "2020-06-12") + _every(35, "2020-07-09", "2021-09-03"),
        ),
        Planted(
            "leap-day",
            "A long-term placement began on 29 February 2020: its first anniversary is 1 March 2021, and "
            "only from that month's end on is 91 days the interval.",
            (_plan("CIC", "2020-02-29", "2022-06-17", 9, long_term=True),),
            _seen("2020-03-04")
            + _by("video", "2020-04-14", "2020-05-19")
            + _every(38, "2020-06-23", "2020-12-18")
            + _seen("2021-01-04")
            + _every(80, "2021-03-23", "2022-06-10"),
        ),
        Planted(
            "bank-holiday",
            "Seen face to face on Friday 8 May 2020, a bank holiday that year in place of the first Monday.",
            (_plan("CP", "2020-01-20", "2020-08-14", 13),),
            _every(13, "2020-01-23", "2020-04-27")
            + _seen("2020-05-08")
            + _every(13, "2020-06-03", "2020-08-10"),
        ),
        Planted(
            "one-day-too-old",
            "The doorstep visit of 15 April 2020 was eleven working days before the month's end, one too "
            "many for a protection plan.",
            (_plan("CP", "2019-12-02", "2020-07-31", 1),),
            _every(12, "2019-12-05", "2020-03-20")
            + _by("doorstep", "2020-04-15")
            + _every(12, "2020-05-05", "2020-07-27"),
        ),
        Planted(
            "through-all-types",
            "In need from October 2019, on a protection plan from 6 January 2020, looked after from 9 "
            "March 2020: each plan ends on the day the next begins.",
            (
                _plan("CIN", "2019-10-21", "2020-01-06", 6, (0, "2019-12-02")),
                _plan("CP", "2020-01-06", "2020-03-09", 0),
                _plan("CIC", "2020-03-09", "2020-12-18", 0, (8, "2020-07-06")),
            ),
            _every(20, "2019-10-24", "2019-12-30")
            + _every(12, "2020-01-08", "2020-03-04")
            + _seen("2020-03-11")
            + _by("video", "2020-04-20", "2020-05-22")
            + _every(35, "2020-06-25", "2020-12-10"),
        ),
        Planted(
            "seen-before-plan",
            "A visit on 20 June 2019 was made a week before the child's first plan began.",
            (_plan("CIN", "2019-06-27", "2020-03-13", 7, (2, "2019-08-12")),),
            _seen("2019-06-20") + _every(27, "2019-07-02", "2020-03-09"),
        ),
        Planted(
            "counted-by-month",
            "An authorised telephone call of 25 February 2020 counts at the end of March 2020, because "
            "alternatives count by the month's end and not by their own day.",
            (_plan("CIC", "2019-07-08", "2020-12-04", 10),),
            _every(36, "2019-07-11", "2020-01-24")
            + _by("telephone", "2020-02-25")
            + _every(36, "2020-04-02", "2020-12-01"),
        ),
    ]
    for child, case in enumerate(cases):
        for number, plan in enumerate(case.plans):
            plan.child = child
            plan.serial = plan.start.year * 100_000 + 90_000 + child * 10 + number
        # Contacts belong to the child; the first plan carries them.
        case.plans[0].contacts = list(case.contacts)
    return cases


@dataclass(frozen=True)
class Taken:
    """What planted children take of each month: how many of the cohort, and which outcomes."""

    cohort: dict[str, Counter]
    outcomes: dict[str, dict[int, Counter]]


def taken(cases: list[Planted], windows: dict[str, list[Window]]) -> Taken:
    cohort: dict[str, Counter] = {plan_type: Counter() for plan_type in windows}
    outcomes: dict[str, dict[int, Counter]] = {plan_type: defaultdict(Counter) for plan_type in windows}
    for case in cases:
        for plan_type, months in windows.items():
            for window in months:
                open_plans = [
                    plan for plan in case.plans if plan.plan_type == plan_type and plan.covers(window.end)
                ]
                first = min(open_plans, key=lambda plan: (plan.start, plan.serial), default=None)
                if first is None or first.start > window.open_cut:
                    continue
                outcome = outcome_by_contacts(first, case.contacts, window)
                cohort[plan_type][window.place] += 1
                outcomes[plan_type][window.place][outcome] += 1
    return Taken(cohort, outcomes)
