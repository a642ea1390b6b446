"""A small service with every kind of oversight in it, and its slow statement in plain Python."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tests.people import person
from tests.visits import factories
from tests.visits.decision_world import ANSWERS, make_limits
from visits.models import Child, HazardFlag, HazardFlagKind, ManagementDecision, Plan, PlanTeam, Team, Visit

TODAY = date(2020, 7, 20)
NOW = datetime.combine(TODAY, time(10), UTC)
_KINDS = ("most_vulnerable", "shielding", "self_isolating")


def build(children: int = 60, teams: int = 4, seed: int = 7) -> list[Team]:
    """Children of all kinds: flagged or not, seen or not, with decisions live, lapsed, renewed or none."""
    rng = Random(seed)
    factories.make_rules()
    make_limits()
    asker, decider, second = person("SW"), person("MG"), person("MG")
    kinds = [
        HazardFlagKind.objects.create(code=code, name=code, review_days=28, source="test") for code in _KINDS
    ]
    made = [factories.make_team(f"T{n}", name=f"Team {n}", locality=f"Place {n % 2}") for n in range(teams)]
    for number in range(children):
        child = factories.make_child(f"K-{number:04d}")
        team = rng.choice(made)
        for plan_type in rng.sample(("CP", "CIN", "CIC"), rng.choice((1, 1, 2))):
            start = TODAY - timedelta(days=rng.randint(0, 500))
            end = rng.choice((None, None, None, None, TODAY, TODAY + timedelta(days=9)))
            plan = factories.make_plan(child, plan_type, start, end, team=team, long_term=rng.random() < 0.5)
            if rng.random() < 0.2:
                factories.move_plan(plan, rng.choice(made), start + timedelta(days=rng.randint(1, 400)))
            team = rng.choice((team, rng.choice(made)))
        for _ in range(rng.randint(0, 6)):
            days = rng.choice((0, 1, 7, 8, 14, 15, 28, 29, 42, 43, 91, 92, rng.randint(0, 200)))
            status = rng.choice(("completed", "completed", "completed", "planned", "cancelled"))
            factories.make_visit(
                child,
                TODAY - timedelta(days=days),
                rng.choice(("face_to_face", "face_to_face", "video", "telephone")),
                status=status,
                seen=status == "completed" and rng.random() < 0.85,
                authorised=rng.random() < 0.6,
            )
        for kind in kinds:
            if rng.random() < 0.25:
                starts = TODAY - timedelta(days=rng.randint(-2, 40))
                HazardFlag.objects.create(
                    child=child, kind=kind, reason="r", source="s", starts_on=starts,
                    review_on=starts + timedelta(days=28),
                    ends_on=rng.choice((None, None, max(starts, TODAY), TODAY + timedelta(days=5))),
                    told_family=True, raised_at=NOW, raised_by=asker,
                )  # fmt: skip
        plan = child.plans.order_by("pk").first()
        before = None
        covers = TODAY - timedelta(days=rng.randint(0, 80))
        for renewal in range(rng.randint(0, 3)):
            review = covers + timedelta(days=rng.choice((5, 14, 28)))
            before = ManagementDecision.objects.create(
                child=child, plan=plan, due_on=covers, alternative="video", covers_from=covers,
                review_on=review,
                state="authorised", asked_at=NOW - timedelta(days=90), asked_by=asker,
                decided_at=datetime.combine(covers, time(12), UTC) + timedelta(days=rng.choice((0, 0, 2))),
                decided_by=decider,
                seconded_by=second if renewal >= 2 else None, seconded_at=NOW if renewal >= 2 else None,
                renews=before, renewal=renewal, retrospective=rng.random() < 0.3, **ANSWERS,
            )  # fmt: skip
            covers = review + timedelta(days=1)
        if rng.random() < 0.3:
            ManagementDecision.objects.create(
                child=child, plan=plan, due_on=TODAY, alternative="video", covers_from=TODAY, review_on=TODAY,
                state=rng.choice(("declined", "withdrawn")), asked_at=NOW, asked_by=asker, decided_at=NOW,
                decided_by=decider, **ANSWERS,
            )  # fmt: skip
    return made


@dataclass
class SlowChild:
    """What the page says of a child, read row by row."""

    child: Child
    team: Team
    types: set[str]
    flagged: bool
    most_vulnerable: bool
    decision: str
    alternative: bool
    last_face: date | None
    last_any: date | None

    @property
    def cell(self) -> tuple[bool, str, bool]:
        return (self.flagged, self.decision, self.alternative)


def slow_children(on: date = TODAY) -> list[SlowChild]:
    return [found for child in Child.objects.all() if (found := _slow(child, on))]


def _slow(child: Child, on: date) -> SlowChild | None:
    plans = [
        plan
        for plan in Plan.objects.filter(child=child)
        if plan.start_date <= on and (plan.end_date is None or plan.end_date > on)
    ]
    if not plans:
        return None
    first = min(plans, key=lambda plan: (plan.start_date, plan.ref_order))
    (place,) = [
        place
        for place in PlanTeam.objects.filter(plan=first)
        if place.from_date <= on and (place.until_date is None or place.until_date > on)
    ]
    made = [v for v in Visit.objects.filter(child=child) if v.status == "completed" and v.visit_date <= on]
    face = [v.visit_date for v in made if v.method == "face_to_face" and v.child_seen]
    other = [v.visit_date for v in made if v.method != "face_to_face" and v.child_seen and v.authorised]
    matters = [v for v in made if v.method != "face_to_face" or v.child_seen]
    latest = max(matters, key=lambda v: (v.visit_date, v.pk), default=None)
    flags = [
        flag.kind.code
        for flag in HazardFlag.objects.filter(child=child)
        if flag.cleared_at is None and flag.starts_on <= on and (flag.ends_on is None or flag.ends_on > on)
    ]
    return SlowChild(
        child=child,
        team=place.team,
        types={plan.plan_type for plan in plans},
        flagged=bool(flags),
        most_vulnerable="most_vulnerable" in flags,
        decision=_slow_decision(child, plans, max(face, default=None), on),
        alternative=latest is not None and latest.method != "face_to_face",
        last_face=max(face, default=None),
        last_any=max([*face, *other], default=None),
    )


def _slow_decision(child: Child, plans: list[Plan], last_face: date | None, on: date) -> str:
    authorised = [d for d in ManagementDecision.objects.filter(child=child) if d.state == "authorised"]
    if any(d.covers_from <= on <= d.review_on for d in authorised):
        return "live"
    for one in authorised:
        renewed = any(d.renews_id == one.pk and d.covers_from <= on for d in authorised)
        seen = last_face is not None and last_face >= one.covers_from
        if one.review_on < on and one.plan in plans and not renewed and not seen:
            return "lapsed"
    return "none"
