"""Records with a past, for tests of what was known at a moment."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial

from hypothesis import strategies as st

from tests.visits.factories import make_child, make_plan, make_team, make_user
from tests.visits.slow_method import SlowPlan, SlowVisit
from tests.visits.worlds import CHILDREN, REFS, TEAMS, World, plans, store_rules, visits
from visits.models import Child, Plan, Revision, Visit

_OF_PLAN = ("plan_type", "start_date", "end_date", "long_term")
_OF_VISIT = ("child_id", "visit_date", "method", "status", "child_seen", "authorised", "authorised_at")

# Few moments, so that records, changes and the question often meet on one.
MOMENTS = [
    datetime(2020, 1, 15, 12, tzinfo=UTC),
    datetime(2020, 3, 31, 22, tzinfo=UTC),
    datetime(2020, 4, 30, 22, tzinfo=UTC),
    datetime(2020, 6, 30, 23, tzinfo=UTC),
    datetime(2021, 4, 10, 12, tzinfo=UTC),
]
moments = st.sampled_from(MOMENTS) | st.datetimes(
    datetime(2019, 6, 1), datetime(2021, 4, 10), timezones=st.just(UTC)
)


@dataclass
class History:
    """What a record held, from each moment on, the earliest first."""

    versions: list[tuple[datetime, object]] = field(default_factory=list)

    def known(self, moment: datetime):
        """The plain statement: replay everything recorded by the moment."""
        held = None
        for since, content in self.versions:
            if since > moment:
                break
            held = content
        return held

    @property
    def last(self):
        return self.versions[-1][1]


@st.composite
def histories(draw, contents) -> History:
    since = sorted(draw(st.lists(moments, min_size=1, max_size=4)))
    return History([(moment, draw(contents)) for moment in since])


@st.composite
def recorded_worlds(draw):
    refs = draw(st.lists(st.sampled_from(REFS), min_size=1, max_size=5, unique=True))
    found = []
    for ref in refs:
        history = draw(histories(plans(ref)))
        # A plan stays its child's.
        child = history.versions[0][1].child
        found.append(History([(since, replace(plan, child=child)) for since, plan in history.versions]))
    made = draw(st.lists(st.tuples(histories(visits()), st.booleans(), st.none() | moments), max_size=10))
    return found, [_visit_history(*one) for one in made]


def _visit_history(history: History, by_hand: bool, given_at: datetime | None):
    """Corrected by hand a visit stays its child's; `given_at`: when its authorisation was given."""
    if by_hand:
        child = history.versions[0][1].child
        history = History([(since, replace(visit, child=child)) for since, visit in history.versions])
    return history, by_hand, given_at


def counted(visit: SlowVisit, given_at: datetime | None, moment: datetime) -> SlowVisit:
    return visit if given_at is None or given_at <= moment else replace(visit, authorised=False)


def store_history(world) -> None:
    plan_histories, visit_histories = world
    store_rules(World([], []))
    for child in CHILDREN:
        make_child(child)
    team = make_team(TEAMS[0])
    children = dict(Child.objects.values_list("child_ref", "pk"))
    manager = make_user()
    for history in plan_histories:
        row = make_plan(
            Child.objects.get(child_ref=history.last.child),
            history.last.plan_type,
            history.last.start,
            history.last.end,
            team=team,
            plan_ref=history.last.ref,
            long_term=history.last.long_term,
        )
        first, count = history.versions[0][0], len(history.versions)
        Plan.objects.filter(pk=row.pk).update(recorded_at=first, version=count)
        _keep("plan", row.pk, history, _plan_was)
    for number, (history, by_hand, given_at) in enumerate(visit_histories):
        visit = history.last
        given = visit.authorised and given_at is not None
        row = Visit.objects.create(
            visit_ref=f"v{number}",
            child_id=children[visit.child],
            visit_date=visit.day,
            method=visit.method,
            status=visit.status,
            child_seen=visit.seen,
            authorised=visit.authorised,
            authorised_at=given_at if given else None,
            authorised_by=manager if given else None,
            recorded_at=history.versions[0][0],
            version=len(history.versions),
        )
        was = partial(_visit_was, given_at=given_at, children=children, by_hand=by_hand)
        _keep("visit", row.pk, history, was)


def _keep(kind: str, pk: int, history: History, was) -> None:
    pairs = zip(history.versions, history.versions[1:], strict=False)
    for version, ((_, held), (until, _)) in enumerate(pairs, start=1):
        Revision.objects.create(
            kind=kind,
            record_id=pk,
            version=version,
            was=was(held),
            replaced_at=until,
            replaced_by_label="test",
        )


def _plan_was(plan: SlowPlan) -> dict:
    return {
        "plan_type": plan.plan_type,
        "start_date": plan.start.isoformat(),
        "end_date": plan.end.isoformat() if plan.end else None,
        "long_term": plan.long_term,
        "teams": [],
    }


def _visit_was(visit: SlowVisit, given_at, children, *, by_hand: bool) -> dict:
    """As services and imports keep it: by hand without the child, which cannot change."""
    given = visit.authorised and given_at is not None
    kept = {
        "visit_date": visit.day.isoformat(),
        "method": str(visit.method),
        "status": str(visit.status),
        "child_seen": visit.seen,
        "note": "",
        "authorised": visit.authorised,
        "authorised_at": given_at.isoformat() if given else None,
        "authorised_by_id": 1 if given else None,
    }
    return kept if by_hand else kept | {"child_id": children[visit.child]}


def replace_by_import(kind: str, row, when: datetime, *, by_hand: bool = False, **changes) -> None:
    """What a row held is kept, as imports keep it; by hand a visit's child is not."""
    names = _OF_PLAN if kind == "plan" else _OF_VISIT
    was = {name: getattr(row, name) for name in names}
    if by_hand:
        del was["child_id"]
    Revision.objects.create(
        kind=kind,
        record_id=row.pk,
        version=row.version,
        was={name: value.isoformat() if isinstance(value, date) else value for name, value in was.items()},
        replaced_at=when,
        replaced_by_label="cli:test",
        reason="import",
    )
    for name, value in {**changes, "version": row.version + 1}.items():
        setattr(row, name, value)
    row.save()
