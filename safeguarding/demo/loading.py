"""Writes the demonstration world into an empty database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Model

from accounts.audit import Actor, record
from accounts.constants import Role
from safeguarding.demo import board, guidance, oversight, partnership, people, population
from safeguarding.demo.rows import World
from safeguarding.kernel.errors import Refusal
from visits.constants import EMERGENCY_ACCESS_HOURS, TeamRole
from visits.services import reference_order

_CHUNK = 5_000


def refuse_used_database() -> None:
    """Raises Refusal('in_use') where anything of anybody's could be mixed with invented records."""
    for name, what in (("visits.Child", "records of children"), ("accounts.User", "accounts of people")):
        if apps.get_model(name)._default_manager.exists():
            raise Refusal(
                "in_use",
                f"This database already holds {what}. Demonstration data go into an empty database only, "
                "so that they never mix with what is real. Nothing was changed.",
            )


def load(*, as_of: date, now: datetime, actor: Actor) -> dict[str, int]:
    """Loads people, records and caseloads as known on the morning of `as_of`; what was loaded, counted.

    In one transaction with its audit event. Raises Refusal('in_use' | 'too_early').
    """
    if as_of < population.EARLIEST_AS_OF:
        raise Refusal(
            "too_early",
            f"The demonstration needs a day on or after {population.EARLIEST_AS_OF}.",
        )
    world = population.build(as_of, [team.workers for team in people.teams()], list(people.notes()))
    with transaction.atomic():
        refuse_used_database()
        users = _people(now)
        organisations = _organisations(users)
        teams = _teams(users)
        children = _records(world, teams, [users[person.email] for person in people.workers()])
        _special_access(world, users, children)
        counts = {
            "people": len(users),
            "teams": len(teams),
            "children": len(children),
            "plans": len(world.plans),
            "visits": len(world.visits),
        }
        written, _ = oversight.load(as_of)
        counts |= written
        written, ground, meetings = partnership.lay_down(as_of, users, organisations)
        counts |= written
        counts |= guidance.load(ground)
        counts |= board.load(ground, meetings)
        record("demo.loaded", actor=actor, at=now, object_kind="demo", detail={**counts, "as_of": str(as_of)})
    return counts


def _people(now: datetime) -> dict[str, int]:
    """Demonstration accounts with their rights, by e-mail."""
    # One hash for all: it takes a fifth of a second, and the password is published anyway.
    password = make_password(people.DEMO_PASSWORD)
    user, grant = apps.get_model("accounts.User"), apps.get_model("accounts.Grant")
    everybody = people.everybody()
    made = user._default_manager.bulk_create(
        user(
            uid=people.uid("person", person.email),
            email=person.email,
            name=person.name,
            job_title=person.job_title,
            password=password,
            is_demo=True,
            created_at=now,
        )
        for person in everybody
    )
    users = {one.email: one.pk for one in made}
    grant._default_manager.bulk_create(
        grant(
            uid=people.uid("right", f"{person.email}/{right}"),
            user_id=users[person.email],
            right=right,
            granted_at=now,
        )
        for person in everybody
        for right in person.rights
    )
    return users


def _organisations(users: dict[str, int]) -> dict[str, int]:
    """Organisations by their keys, with who answers for them and who belongs to them."""
    organisation, representative = (
        apps.get_model("partners.Organisation"),
        apps.get_model("partners.Representative"),
    )
    made = organisation._default_manager.bulk_create(
        organisation(
            uid=people.uid("organisation", row.key),
            name=row.name,
            short_name=row.short_name,
            kind=row.kind,
            areas=list(row.areas),
            contact_email=f"safeguarding@{row.domain}",
        )
        for row in people.organisations()
    )
    by_key = {row.key: one.pk for row, one in zip(people.organisations(), made, strict=True)}
    representative._default_manager.bulk_create(
        representative(
            user_id=users[person.email],
            organisation_id=by_key[each.organisation],
            duty=each.duty,
            from_date=each.from_date,
            until_date=each.until_date,
        )
        for person in people.everybody()
        for each in person.represents
    )
    return by_key


def _teams(users: dict[str, int]) -> list[int]:
    locality, team, member = (
        apps.get_model("visits.Locality"),
        apps.get_model("visits.Team"),
        apps.get_model("visits.TeamMember"),
    )
    localities = {
        one.name: one.pk
        for one in locality._default_manager.bulk_create(locality(name=name) for name in people.localities())
    }
    teams = team._default_manager.bulk_create(
        team(
            uid=people.uid("team", row.ref),
            team_ref=row.ref,
            name=row.name,
            service=row.service,
            locality_id=localities[row.locality],
        )
        for row in people.teams()
    )
    by_ref = {one.team_ref: one.pk for one in teams}
    member._default_manager.bulk_create(
        member(team_id=by_ref[ref], user_id=users[person.email], role=role, from_date=people.in_post_since())
        for person in people.everybody()
        for role, refs in (
            (TeamRole.MANAGER, person.manages),
            (TeamRole.WORKER, (person.works_in,) if person.works_in else ()),
        )
        for ref in refs
    )
    return [one.pk for one in teams]


def _records(world: World, teams: list[int], workers: list[int]) -> list[int]:
    child, plan, plan_team, visit, allocation = (
        apps.get_model(f"visits.{name}") for name in ("Child", "Plan", "PlanTeam", "Visit", "Allocation")
    )
    children = _write(child, (child(child_ref=ref, uid=uid) for ref, uid in world.children))
    plans = _write(
        plan,
        (
            plan(
                uid=row.uid,
                plan_ref=row.plan_ref,
                ref_order=reference_order(row.plan_ref),
                child_id=children[row.child],
                plan_type=row.plan_type,
                start_date=row.start,
                end_date=row.end,
                long_term=row.long_term,
                recorded_at=row.recorded_at,
            )
            for row in world.plans
        ),
    )
    _write(
        plan_team,
        (
            plan_team(plan_id=one, team_id=teams[team], from_date=since, until_date=until)
            for row, one in zip(world.plans, plans, strict=True)
            for (since, team), until in zip(
                row.places, [*(following for following, _ in row.places[1:]), None], strict=True
            )
        ),
    )
    _write(
        visit,
        (
            visit(
                uid=row.uid,
                visit_ref=row.visit_ref,
                child_id=children[row.child],
                visit_date=row.day,
                method=row.method,
                status=row.status,
                child_seen=row.seen and row.status == "completed",
                authorised=row.authorised,
                note=row.note,
                recorded_at=row.recorded_at,
                recorded_by_id=workers[row.worker],
            )
            for row in world.visits
        ),
    )
    _write(
        allocation,
        (
            allocation(
                child_id=children[row.child],
                user_id=workers[row.worker],
                from_date=row.from_date,
                until_date=row.until_date,
            )
            for row in world.allocations
        ),
    )
    return children


def _write(model: type[Model], rows: Iterator[Model]) -> list[int]:
    """Inserts in chunks; the keys, in order."""
    made: list[int] = []
    while chunk := list(islice(rows, _CHUNK)):
        made += [one.pk for one in model._default_manager.bulk_create(chunk)]
    return made


def _special_access(world: World, users: dict[str, int], children: list[int]) -> None:
    """A record opened out of hours the evening before, and a social worker who must not see a child."""
    emergency, block = apps.get_model("visits.EmergencyAccess"), apps.get_model("visits.AccessBlock")
    shown = {right: person for person in people.shown() for right in person.rights}
    manager, worker = shown[Role.MANAGER], shown[Role.SOCIAL_WORKER]
    team = [row.ref for row in people.teams()].index(worker.works_in)
    of_team = sorted(
        {row.child for row in world.plans if row.end is None and row.places[-1][1] == team},
        key=lambda child: world.children[child][0],
    )
    elsewhere = next(person for person in people.workers() if person.works_in != worker.works_in)
    opened = datetime.combine(world.as_of - timedelta(days=1), time(19, 40), UTC)
    emergency._default_manager.create(
        uid=people.uid("emergency", "1"),
        child_id=children[of_team[-1]],
        user_id=users[elsewhere.email],
        reason="Police called the duty desk about a disturbance at the home; record needed before going out.",
        opened_at=opened,
        closes_at=opened + timedelta(hours=EMERGENCY_ACCESS_HOURS),
    )
    of_somebody_else = next(
        row.child
        for row in world.allocations
        if row.until_date is None and row.child in of_team and people.workers()[row.worker] != worker
    )
    block._default_manager.create(
        child_id=children[of_somebody_else],
        user_id=users[worker.email],
        set_at=opened - timedelta(days=30),
        set_by_id=users[manager.email],
    )
