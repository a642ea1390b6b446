"""What partners expect under the shared scenarios of demand, from their latest returns."""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.selectors import User
from partners.constants import QuestionKind, Theme
from partners.facts.plans import Partner, PartnerScenarios, ScenarioBoard, ScenarioCell
from partners.facts.questions import QuestionFact, SubmittedReturn
from partners.models import Cycle, Return, ScenarioSet
from partners.rules.answers import asked
from partners.rules.cells import shown_cell
from partners.selectors.plan_reach import partners_on
from partners.selectors.returns import submissions_at
from safeguarding.kernel.periods import day_of

# A partner's latest return is looked for in so many of the latest cycles; what is older says nothing of now.
CYCLES_BACK = 3
_NUMBER = re.compile(r"\d+")


def latest_submissions(at: datetime, *, readable: set[UUID] | None = None) -> list[SubmittedReturn]:
    """Of each organisation the latest return that was sent by `at`, of the last three cycles; with
    `readable`, only among these returns (by uid). A few queries a cycle."""
    found: dict[UUID, SubmittedReturn] = {}
    for cycle in Cycle.objects.filter(opened_at__lte=at).order_by("-period_start")[:CYCLES_BACK]:
        for sent in submissions_at(cycle, at):
            if readable is None or sent.return_uid in readable:
                found.setdefault(sent.organisation_uid, sent)
    return sorted(found.values(), key=lambda one: one.organisation)


def readable_by(user: User, *, at: datetime) -> set[UUID]:
    """Uids of the latest cycles' returns whose answers `user` may read."""
    cycles = list(Cycle.objects.filter(opened_at__lte=at).order_by("-period_start")[:CYCLES_BACK])
    rows = Return.objects.visible_to(user, at=at).filter(cycle__in=cycles)
    return set(rows.values_list("uid", flat=True))


def scenarios_at(at: datetime, *, readable: set[UUID] | None = None) -> ScenarioBoard | None:
    """The scenario set in force on that day, and what each partner's latest return says to it; None where
    there is no set."""
    day = day_of(at)
    current = ScenarioSet.objects.filter(effective_from__lte=day).order_by("effective_from", "pk").last()
    if current is None:
        return None
    sent = latest_submissions(at, readable=readable)
    answered = tuple(_answered(sent, current.uplifts))
    have = {one.partner.uid for one in answered}
    return ScenarioBoard(
        name=current.name,
        uplifts=tuple(current.uplifts),
        source=current.source,
        answered=answered,
        without=tuple(partner for partner in partners_on(day) if partner.uid not in have),
    )


def _answered(returns: Iterable[SubmittedReturn], uplifts: list[int]) -> Iterable[PartnerScenarios]:
    for sent in returns:
        about = {
            question.code
            for section in sent.question_set.sections
            if section.theme == Theme.DEMAND
            for question in section.questions
        }
        for question in asked(sent.question_set, sent.answers):
            if question.code not in about or question.kind != QuestionKind.MATRIX:
                continue
            cells = tuple(_cells(question, sent, uplifts))
            if cells:
                yield PartnerScenarios(
                    partner=Partner(sent.organisation_uid, sent.organisation),
                    return_uid=sent.return_uid,
                    question_code=question.code,
                    cycle_number=sent.cycle_number,
                    cells=cells,
                )


def _cells(question: QuestionFact, sent: SubmittedReturn, uplifts: list[int]) -> Iterable[ScenarioCell]:
    """A row of the table belongs to the scenario whose percentage stands in its heading."""
    given = sent.answers.get(question.code)
    table = given.value if given else None
    if not isinstance(table, dict):
        return
    for row in question.rows:
        numbers = [int(number) for number in _NUMBER.findall(row.label) or _NUMBER.findall(row.value)]
        uplift = next((number for number in numbers if number in uplifts), None)
        cells = table.get(row.value, {})
        said = tuple(
            (column.label, shown_cell(column.kind, value, unit=column.unit, options=column.options))
            for column in question.columns
            if (value := cells.get(column.value)) is not None
        )
        if uplift is not None and said:
            yield ScenarioCell(uplift, said)
