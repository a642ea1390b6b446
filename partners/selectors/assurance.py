"""The assurance grid, read: for the dashboards. A reader of accepted returns finds what others say only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from accounts.selectors import User
from partners.constants import Theme
from partners.facts.assurance import AssuranceGrid, CycleFact, Mark, Partner, ThemeCell, ThemeChange
from partners.facts.questions import QuestionSetFact, SubmittedReturn
from partners.models import Cycle, Organisation, Return, Submission
from partners.rules import assurance as rules
from partners.rules.cycles import due_at
from partners.rules.tracker import standing
from partners.selectors.questions import question_set_fact
from partners.selectors.returns import submitted_fact

# Which question sets were used so far, by key: read once for all cycles.
_Sets = dict[int, QuestionSetFact]


def cycles(*, at: datetime) -> list[CycleFact]:
    """Every cycle that has been opened, the latest first."""
    return [_cycle(cycle) for cycle in Cycle.objects.filter(opened_at__lte=at).order_by("-number")]


def latest_due(known: Sequence[CycleFact], *, at: datetime) -> CycleFact | None:
    """The cycle whose date has passed last; the first one where none has."""
    return next((cycle for cycle in known if cycle.due_at <= at), known[-1] if known else None)


def grid(cycle: UUID, user: User, *, at: datetime) -> AssuranceGrid:
    """One cycle as `user` may see it."""
    return grids([cycle], user, at=at)[0]


def grids(wanted: Sequence[UUID], user: User, *, at: datetime) -> list[AssuranceGrid]:
    """Several cycles in the order of their numbers, all over the same partners and themes. The number of
    queries depends on the question sets used alone."""
    returns = list(
        Return.objects.filter(cycle__uid__in=wanted)
        .select_related("cycle", "organisation", "question_set")
        .order_by("organisation__name")
    )
    found_cycles = list(Cycle.objects.filter(uid__in=wanted).order_by("number"))
    readable = set(
        Return.objects.visible_to(user, at=at)
        .filter(pk__in=[row.pk for row in returns])
        .values_list("pk", flat=True)
    )
    sets: _Sets = {}
    for row in returns:
        if row.question_set_id not in sets:
            sets[row.question_set_id] = question_set_fact(row.question_set)
    sent = _submitted(returns, sets, at)
    partners = _partners(row.organisation for row in returns)
    asked_about = rules.themes(list(sets.values()))
    themes = tuple(theme for theme in Theme.values if theme in asked_about)
    by_place = {(row.cycle_id, row.organisation.uid): row for row in returns}
    return [
        AssuranceGrid(
            _cycle(cycle),
            partners,
            themes,
            {
                (theme, partner.uid): cell
                for partner in partners
                for theme, cell in _cells(
                    by_place.get((cycle.pk, partner.uid)), themes, sets, sent, readable, at
                )
            },
        )
        for cycle in found_cycles
    ]


def changes(now: AssuranceGrid, before: AssuranceGrid) -> tuple[ThemeChange, ...]:
    return rules.changes(now, before)


def _cells(
    row: Return | None,
    themes: Sequence[str],
    sets: _Sets,
    sent: dict[int, SubmittedReturn],
    readable: set[int],
    at: datetime,
) -> Iterable[tuple[str, ThemeCell]]:
    """A partner's themes in one cycle."""
    if row is None:
        return [(theme, ThemeCell(Mark.NOT_ASKED)) for theme in themes]
    question_set = sets[row.question_set_id]
    asked_about = rules.themes([question_set])
    stands = rules.unread(
        row.state,
        standing(row.state, due_at(row.cycle, row), at),
        may_read=row.pk in readable,
        was_sent=row.pk in sent,
    )
    found = []
    for theme in themes:
        if theme not in asked_about:
            found.append((theme, ThemeCell(Mark.NOT_ASKED)))
        elif stands is not None:
            found.append((theme, ThemeCell(stands)))
        else:
            found.append((theme, rules.theme_cell(question_set, sent[row.pk].answers, theme)))
    return found


def _submitted(returns: Sequence[Return], sets: _Sets, at: datetime) -> dict[int, SubmittedReturn]:
    """By key of the return: as it was last sent by `at`."""
    rows = Submission.objects.filter(of_return__in=returns, submitted_at__lte=at).select_related(
        "of_return__organisation", "of_return__cycle"
    )
    latest = {row.of_return_id: row for row in rows.order_by("number")}
    return {key: submitted_fact(row, sets[row.of_return.question_set_id]) for key, row in latest.items()}


def _partners(organisations: Iterable[Organisation]) -> tuple[Partner, ...]:
    found = {one.uid: Partner(one.uid, one.name, one.short_name or one.name) for one in organisations}
    return tuple(sorted(found.values(), key=lambda partner: partner.name))


def _cycle(cycle: Cycle) -> CycleFact:
    return CycleFact(cycle.uid, cycle.number, cycle.period_start, cycle.period_end, cycle.due_at)
