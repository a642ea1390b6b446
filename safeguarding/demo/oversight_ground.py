"""What the population left behind, as oversight builds on it: keys and days, read in few queries."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings

from accounts.constants import Permission
from visits.selectors.due_plans import plans_due

# Alternatives have been recorded since.
SINCE = date(2020, 3, 1)
ASSESSED_SINCE, ASSESSED_UNTIL = date(2020, 3, 23), date(2021, 7, 18)
# Nobody who is in time on the as-of day falls behind for so long.
IN_TIME_AHEAD = timedelta(days=7)
_SEED = 20200403
_CHUNK = 5_000


def model(name: str) -> Any:
    return apps.get_model(f"visits.{name}")


def write(kind: Any, rows: list[Any]) -> list[Any]:
    made: list[Any] = []
    todo = iter(rows)
    while chunk := list(islice(todo, _CHUNK)):
        made += kind._default_manager.bulk_create(chunk)
    return made


def rng_for(*key: object) -> Random:
    """The same choices in every load."""
    return Random(f"{_SEED}/{'/'.join(map(str, key))}")


def uid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def moment(day: date, rng: Random, first: int = 9, last: int = 17) -> datetime:
    """Some minute of the day between these hours."""
    minutes = rng.randrange(first * 60, last * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), UTC)


@cache
def texts() -> dict[str, Any]:
    path = Path(settings.BASE_DIR) / "fixtures" / "demo" / "oversight.json"
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class PlanSpan:
    pk: int
    child: int
    plan_type: str
    start: date
    end: date | None
    # (from, team), in order.
    places: tuple[tuple[date, int], ...]

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def team_on(self, day: date) -> int:
        return [team for since, team in self.places if since <= day or since == self.places[0][0]][-1]


@dataclass(frozen=True, slots=True)
class Contact:
    pk: int
    ref: str
    child: int
    day: date
    method: str
    seen: bool
    authorised: bool
    recorded_at: datetime
    worker: int


@dataclass
class Ground:
    as_of: date
    plans: dict[int, list[PlanSpan]] = field(default_factory=dict)
    alternatives: dict[int, list[Contact]] = field(default_factory=dict)
    # Completed, from SINCE on; and the days on which the child was seen by them.
    face_to_face: list[Contact] = field(default_factory=list)
    seen_on: dict[int, list[date]] = field(default_factory=dict)
    last_face: dict[int, date] = field(default_factory=dict)
    # Team -> its manager.
    manager_of: dict[int, int] = field(default_factory=dict)
    head: int = 0
    # Child -> worker who holds the case on the as-of day.
    holder: dict[int, int] = field(default_factory=dict)
    refs: dict[int, str] = field(default_factory=dict)
    # Children whose next face-to-face visit is due within a week, or overdue.
    late: frozenset[int] = frozenset()

    def open_plan(self, child: int, day: date) -> PlanSpan | None:
        """Of several open ones the one that began first."""
        return next((plan for plan in self.plans.get(child, ()) if plan.covers(day)), None)

    def open_children(self) -> list[int]:
        """Children with an open plan on the as-of day, by reference."""
        rows = [child for child in self.plans if self.open_plan(child, self.as_of)]
        return sorted(rows, key=self.refs.__getitem__)

    def manager(self, plan: PlanSpan, day: date) -> int:
        return self.manager_of.get(plan.team_on(day), self.head)

    def seen_between(self, child: int, first: date, last: date) -> bool:
        return any(first <= day <= last for day in self.seen_on.get(child, ()))


def survey(as_of: date) -> Ground:
    ground = Ground(as_of)
    ground.refs = dict(model("Child")._default_manager.values_list("pk", "child_ref"))
    places: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for plan, since, team in (
        model("PlanTeam")
        ._default_manager.order_by("plan", "from_date")
        .values_list("plan", "from_date", "team")
    ):
        places[plan].append((since, team))
    plans: dict[int, list[PlanSpan]] = defaultdict(list)
    rows = model("Plan")._default_manager.order_by("start_date", "ref_order")
    for pk, child, kind, start, end in rows.values_list("pk", "child", "plan_type", "start_date", "end_date"):
        plans[child].append(PlanSpan(pk, child, kind, start, end, tuple(places[pk])))
    ground.plans = dict(plans)
    alternatives: dict[int, list[Contact]] = defaultdict(list)
    seen_on: dict[int, list[date]] = defaultdict(list)
    made = model("Visit")._default_manager.filter(status="completed", visit_date__gte=SINCE)
    columns = ("pk", "visit_ref", "child", "visit_date", "method", "child_seen", "authorised", "recorded_at")
    for row in made.order_by("visit_date", "pk").values_list(*columns, "recorded_by").iterator(_CHUNK):
        contact = Contact(*row)
        if contact.method == "face_to_face":
            ground.face_to_face.append(contact)
            if contact.seen:
                seen_on[contact.child].append(contact.day)
        else:
            alternatives[contact.child].append(contact)
    ground.alternatives, ground.seen_on = dict(alternatives), dict(seen_on)
    ground.last_face = {child: days[-1] for child, days in seen_on.items()}
    managers = model("TeamMember")._default_manager.filter(role="manager").order_by("-pk")
    ground.manager_of = dict(managers.values_list("team", "user"))
    user = apps.get_model("accounts.User")
    ground.head = user._default_manager.holding(Permission.HEAD_OF_SERVICE).order_by("pk").first().pk
    held = model("Allocation")._default_manager.filter(until_date=None)
    ground.holder = dict(held.values_list("child", "user"))
    due = plans_due(
        model("Child")._default_manager.all(), by=as_of + IN_TIME_AHEAD, today=as_of, face_to_face=True
    )
    ground.late = frozenset(plan.child for plan in due)
    return ground
