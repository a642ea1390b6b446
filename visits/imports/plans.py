"""Plans of a file and the teams that hold them, compared with those on record and loaded."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.audit import Actor
from safeguarding.kernel.periods import day_of
from visits.imports.files import PLANS
from visits.imports.groups import TWICE, Row, distinct, row_groups
from visits.imports.plan_rules import BadMove, Move, Place, changed_history, new_history
from visits.imports.report import Tally
from visits.imports.staging import ANOTHER_REFUSED, Refused, Staging
from visits.models import Child, Plan, PlanTeam, Revision, Team
from visits.rates.marks import mark_stale_plans
from visits.rules.rates import reference_order

_KEPT = ("plan_type", "start_date", "end_date", "long_term")


@dataclass(frozen=True)
class _Wanted:
    """What the rows of one reference say."""

    plan_ref: str
    child_ref: str
    content: dict
    moves: list[Move]


@dataclass
class _Writes:
    new: list[tuple[_Wanted, list[Place]]] = field(default_factory=list)
    # The plan as it is, what its rows say, its teams as they are and as they will be.
    changed: list[tuple[Plan, _Wanted, list[Place], list[Place]]] = field(default_factory=list)


def apply(staging: Staging, *, dry_run: bool, actor: Actor, now: datetime) -> Tally:
    """Decides on every staged row, and loads it unless this is a dry run."""
    today = day_of(now)
    teams = dict(Team.objects.values_list("team_ref", "pk"))
    rows: Counter[str] = Counter()
    staging.refuse_torn()
    for groups in row_groups(staging):
        writes = _Writes()
        known = _on_record([group[0][1] for group in groups], lock=not dry_run)
        for group in groups:
            said = distinct(group)
            try:
                wanted = _wanted(said, teams)
                became = _decide(wanted, known.get(wanted.plan_ref), writes, today)
            except BadMove as bad:
                staging.refuse(_refusals(group, bad))
                continue
            rows[became] += len(said)
            rows["repeated"] += len(group) - len(said)
        if not dry_run:
            _load(writes, actor=actor, now=now)
    return Tally(**rows)


def _wanted(said: list[Row], teams: dict[str, int]) -> _Wanted:
    _, plan_ref, child_ref, *plan, _, _ = said[0]
    for row in said:
        if row[7] not in teams:
            raise BadMove(row[0], "team_ref", "is not a team on record")
    # Beside other rows, one without a date means the plan's start: two teams on one day contradict.
    dates = [row[8] or plan[1] for row in said]
    if any(list(row[2:7]) != [child_ref, *plan] for row in said) or len(set(dates)) < len(dates):
        raise BadMove(None, "plan_ref", TWICE)
    plan_type, start, end, long_term = plan
    return _Wanted(
        plan_ref=plan_ref,
        child_ref=child_ref,
        content={
            "plan_type": plan_type,
            "start_date": date.fromisoformat(start),
            "end_date": _day(end),
            "long_term": long_term == "1",
        },
        moves=[Move(row[0], teams[row[7]], _day(row[8])) for row in said],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _refusals(group: list[Row], bad: BadMove) -> Iterator[Refused]:
    """A plan is taken with all its rows or not at all: half a history of teams would be a wrong one."""
    for row in group:
        if bad.line is None or row[0] == bad.line:
            yield row[0], bad.column, dict(zip(PLANS.columns, row[1:], strict=True))[bad.column], bad.reason
        else:
            yield row[0], "plan_ref", row[1], ANOTHER_REFUSED


def _on_record(refs: list[str], *, lock: bool) -> dict[str, tuple[Plan, list[Place]]]:
    plans = Plan.objects.select_related("child").filter(plan_ref__in=refs).order_by("pk")
    if lock:
        plans = plans.select_for_update(of=("self",))
    found = list(plans)
    places = defaultdict(list)
    rows = PlanTeam.objects.filter(plan__in=found).order_by("from_date")
    for plan_id, team_id, from_date in rows.values_list("plan_id", "team_id", "from_date"):
        places[plan_id].append(Place(team_id, from_date))
    return {plan.plan_ref: (plan, places[plan.pk]) for plan in found}


def _decide(wanted: _Wanted, known: tuple[Plan, list[Place]] | None, writes: _Writes, today: date) -> str:
    """'new', 'changed' or 'unchanged', noted in `writes`. Raises BadMove."""
    start = wanted.content["start_date"]
    if known is None:
        writes.new.append((wanted, new_history(start, wanted.moves)))
        return "new"
    plan, places = known
    if plan.child.child_ref != wanted.child_ref:
        raise BadMove(None, "child_ref", "is another child than the plan's on record")
    after = changed_history(places, start, wanted.moves, today)
    if after == places and all(getattr(plan, name) == value for name, value in wanted.content.items()):
        return "unchanged"
    writes.changed.append((plan, wanted, places, after))
    return "changed"


def _load(writes: _Writes, *, actor: Actor, now: datetime) -> None:
    refs = {wanted.child_ref for wanted, _ in writes.new}
    children = dict(Child.objects.filter(child_ref__in=refs).values_list("child_ref", "pk"))
    made = Child.objects.bulk_create([Child(child_ref=ref) for ref in sorted(refs - children.keys())])
    children |= {child.child_ref: child.pk for child in made}
    plans = Plan.objects.bulk_create(
        [
            Plan(
                plan_ref=wanted.plan_ref,
                ref_order=reference_order(wanted.plan_ref),
                child_id=children[wanted.child_ref],
                recorded_at=now,
                **wanted.content,
            )
            for wanted, _ in writes.new
        ]
    )
    Revision.objects.bulk_create(
        [
            Revision(
                kind="plan",
                record_id=plan.pk,
                version=plan.version,
                was=_as_kept(plan, places),
                replaced_at=now,
                replaced_by_id=actor.user_id,
                replaced_by_label=actor.label,
                reason="import",
            )
            for plan, _, places, _ in writes.changed
        ]
    )
    stale = [(plan.child_id, plan.start_date, plan.end_date) for plan in plans]
    for plan, wanted, places, after in writes.changed:
        # The months before a mere move of team stay as they were.
        same = all(getattr(plan, name) == value for name, value in wanted.content.items())
        starts = (
            [_first_difference(places, after)] if same else [plan.start_date, wanted.content["start_date"]]
        )
        ends = [plan.end_date, wanted.content["end_date"]]
        stale.append((plan.child_id, min(starts), None if None in ends else max(ends)))
        for name, value in wanted.content.items():
            setattr(plan, name, value)
        plan.version += 1
    Plan.objects.bulk_update([plan for plan, *_ in writes.changed], [*_KEPT, "version"], batch_size=200)
    moved = [(plan.pk, after) for plan, _, places, after in writes.changed if after != places]
    PlanTeam.objects.filter(plan_id__in=[plan_id for plan_id, _ in moved]).delete()
    histories = [(plan.pk, history) for plan, (_, history) in zip(plans, writes.new, strict=True)] + moved
    PlanTeam.objects.bulk_create([row for plan_id, history in histories for row in _rows(plan_id, history)])
    if stale:
        mark_stale_plans(stale, now)


def _as_kept(plan: Plan, places: list[Place]) -> dict:
    kept = {name: getattr(plan, name) for name in _KEPT}
    return {
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()},
        "teams": [{"team_id": place.team_id, "from_date": place.from_date.isoformat()} for place in places],
    }


def _first_difference(before: list[Place], after: list[Place]) -> date:
    return min(place.from_date for place in {*before} ^ {*after})


def _rows(plan_id: int, history: list[Place]) -> list[PlanTeam]:
    ends = [*(place.from_date for place in history[1:]), None]
    return [
        PlanTeam(plan_id=plan_id, team_id=place.team_id, from_date=place.from_date, until_date=end)
        for place, end in zip(history, ends, strict=True)
    ]
