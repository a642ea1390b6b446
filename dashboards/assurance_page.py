"""The assurance dashboard: which cycle, as whom, and what is put on the page."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.urls import reverse

from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from dashboards.figures import assurance as figures
from dashboards.forms import offer
from partners.constants import Theme
from partners.facts.assurance import AssuranceGrid, CycleFact, Partner, ThemeCell
from partners.selectors import assurance, burden
from safeguarding.kernel.govuk import GovukForm
from safeguarding.kernel.periods import Month, day_of

# Cycles in the chart, the one that is shown the last of them.
CYCLES = 8

# What each word on the page means.
DEFINITIONS = (
    (
        "Of concern",
        "At least one answer of the theme is of concern. The worst answer names the cell; how many more "
        "are not known stands beneath.",
    ),
    (
        "Not known",
        "The partner could not answer at least one question that bears on assurance, and nothing is of "
        "concern. It is never counted as good, and never as nought.",
    ),
    ("Partly assured", "At least one answer tells of a reduced service or a part, and nothing is worse."),
    ("Assured", "Every answer that can say so says that children are served as they should be."),
    ("Answered", "Answered with numbers or text that are neither good nor bad by themselves."),
    ("No answer", "The return was sent, and this theme has no answer with a value."),
    ("Nothing received", "The return was due and was never sent. Silence is not assurance."),
    ("Not sent yet", "The return is not due yet."),
    (
        "Submitted, not accepted yet",
        "The coordinator has not accepted the return yet. Board members read it when that is done.",
    ),
    ("Not asked", "The partner was not asked for a return in this cycle, or not about this theme."),
)


class CycleForm(GovukForm):
    """Which cycle the page is about."""

    cycle = forms.ChoiceField(
        label="Cycle", required=False, error_messages={"invalid_choice": "Select a cycle from the list"}
    )

    subjects = {"cycle": "a cycle"}

    def __init__(self, data: QueryDict, *, cycles: Sequence[CycleFact], default: CycleFact) -> None:
        filled = data.copy()
        if not filled.get("cycle"):
            filled["cycle"] = str(default.uid)
        self.default = default
        super().__init__(filled)
        offer(self, "cycle", [(str(cycle.uid), cycle_words(cycle)) for cycle in cycles])

    def chosen(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("cycle") or str(self.default.uid)


class AssurancePage:
    """One reader's grid of one cycle, with the cycles before it."""

    def __init__(self, user: User, query: QueryDict, *, now: datetime) -> None:
        self.user, self.now = user, now
        self.cycles = assurance.cycles(at=now)
        default = assurance.latest_due(self.cycles, at=now)
        self.form = CycleForm(query, cycles=self.cycles, default=default) if default else None
        self.grids: list[AssuranceGrid] = []
        if self.form:
            chosen = next(cycle for cycle in self.cycles if str(cycle.uid) == self.form.chosen())
            place = self.cycles.index(chosen)
            wanted = [cycle.uid for cycle in self.cycles[place : place + CYCLES]]
            self.grids = assurance.grids(wanted, user, at=now)

    @property
    def grid(self) -> AssuranceGrid:
        return self.grids[-1]

    @property
    def before(self) -> AssuranceGrid | None:
        return self.grids[-2] if len(self.grids) > 1 else None

    @property
    def accepted_only(self) -> bool:
        return Scope.SUBMITTED not in scopes(self.user.roles, Action.VIEW, Thing.RETURN)

    def link(self, theme: str, partner: Partner) -> str:
        address = reverse("assurance_answers", args=[self.grid.cycle.uid, partner.uid])
        return f"{address}?theme={theme}"

    def context(self) -> dict:
        if not self.grids:
            return {"form": None}
        found = assurance.changes(self.grid, self.before) if self.before else ()
        source = f"Returns of the partners, cycle {self.grid.cycle.number}"
        source += ", accepted ones." if self.accepted_only else ", as they were sent."
        return {
            "form": self.form,
            "cycle": self.grid.cycle,
            "cycle_words": cycle_words(self.grid.cycle),
            "finding": figures.finding(self.grid),
            "partners": self.grid.asked,
            "rows": figures.grid_rows(self.grid, self.link),
            "changes_title": figures.changes_title(found, self.before.cycle.number if self.before else None),
            "changes": figures.change_rows(found, self.link),
            "trend": figures.trend_chart(self.grids, source=source),
            "burden": burden_words(self.now),
            "accepted_only": self.accepted_only,
            "may_download": allows(self.user.roles, Action.DOWNLOAD, Thing.ASSURANCE),
            "source": source,
            "age": {"worked_out_at": self.now, "now": self.now},
            "definitions": DEFINITIONS,
        }


def cycle_words(cycle: CycleFact) -> str:
    first, last = cycle.period_start, cycle.period_end
    return f"Cycle {cycle.number}: {first.day} {Month.of(first).name} to {last.day} {Month.of(last).name}"


def burden_words(now: datetime) -> str:
    """What the returns cost those who fill them."""
    found = burden.recent_burden(now)
    if found.minutes is None:
        return "How long a return takes is not known yet: none has been sent."
    minutes = f"{found.minutes} minute{'' if found.minutes == 1 else 's'}"
    returns = f"{found.returns} return{'' if found.returns == 1 else 's'}"
    recent = f"the last {burden.CYCLES_SHOWN} cycles"
    return f"A return takes its partner {minutes} (median of {returns} in {recent})."


def answers_context(user: User, cycle: UUID, partner: UUID, theme: str, *, now: datetime) -> dict | None:
    """The answers behind a cell, or all of a partner's, beside those of the cycle before; None where the
    reader may read none."""
    cycles = assurance.cycles(at=now)
    place = next((at for at, one in enumerate(cycles) if one.uid == cycle), None)
    if place is None:
        return None
    *earlier, grid = assurance.grids([one.uid for one in cycles[place : place + 2]], user, at=now)
    before = earlier[-1] if earlier else None
    of = next((one for one in grid.partners if one.uid == partner), None)
    if of is None:
        return None
    themes = [code for code in grid.themes if theme in ("", code)]
    sections = [
        _section(code, grid.cells[code, partner], before.cells.get((code, partner)) if before else None)
        for code in themes
        if grid.cells[code, partner].answers
    ]
    if not sections:
        return None
    return {
        "partner": of,
        "back": f"{reverse('assurance')}?cycle={grid.cycle.uid}",
        "cycle": grid.cycle,
        "cycle_words": cycle_words(grid.cycle),
        "due": day_of(grid.cycle.due_at),
        "before": before.cycle.number if before else None,
        "sections": sections,
        "one_theme": Theme(themes[0]).label if theme and themes else "",
    }


def _section(theme: str, cell: ThemeCell, before: ThemeCell | None) -> dict:
    earlier = {one.code: one for one in before.answers} if before else {}
    return {
        "title": Theme(theme).label,
        "text": cell.mark.value,
        "colour": figures.COLOURS.get(cell.mark, "grey"),
        "answers": [
            {
                "question": one.question,
                "words": one.words,
                "comment": one.comment,
                "mark": one.mark.value if one.mark else "",
                "colour": figures.COLOURS.get(one.mark, "grey") if one.mark else "",
                "before": _before(one.code, one.words, earlier, unread=before is None or not before.answers),
            }
            for one in cell.answers
        ],
    }


def _before(code: str, words: str, earlier: dict, *, unread: bool) -> str:
    if unread:
        return ""
    was = earlier.get(code)
    if was is None:
        return "Not asked"
    return "The same" if was.words == words else was.words
