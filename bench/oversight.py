"""The oversight dashboard at a size, against a page with one query, as ratios within one run.

Run: DATABASE_URL=… python -m bench.oversight [--size S] [--runs 5]

DATABASE_URL names a PostgreSQL database on this machine that may be emptied. CPU is user and system
time of this process and of the server's. Each page is asked for through the whole stack, signed in.
"""

import argparse
import os
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Grant, User  # noqa: E402
from bench import worlds  # noqa: E402
from bench.meter import medians  # noqa: E402
from visits.models import TeamMember  # noqa: E402

# The synthetic records end with 2021.
NOW = datetime(2021, 12, 31, 9, tzinfo=UTC)
_ANSWERS = (
    "child_centred, risk_based, family_focused, evidence_informed, collaborative, transparent,"
    " risk_if_not_seen, contingency, child_view, family_view"
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--size", choices=list(worlds.CHILDREN), default="S")
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    if connection.vendor != "postgresql":
        raise SystemExit("DATABASE_URL must name a PostgreSQL database that may be emptied.")
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ALLOWED_HOSTS.append("testserver")
    settings.SECURE_SSL_REDIRECT = False
    # Managers then come in without a second step.
    settings.DEMO = True
    timezone.now = lambda: NOW
    call_command("migrate", verbosity=0)
    counts = worlds.fill(chosen.size)
    print(f"Size {chosen.size}:", ", ".join(f"{number:,} {name}" for name, number in counts.items()))
    oversee()
    board, manager, head = person("BM"), person("MG"), person("MG", "head_of_service")
    for team in range(1, 4):
        TeamMember.objects.create(team_id=team, user=manager, role="manager", from_date=date(2016, 1, 1))
    ways: dict[str, Callable[[], object]] = {"one query": page(board, "/account/")}
    for name, user in (("board", board), ("manager of three teams", manager), ("head of service", head)):
        ways[name] = page(user, "/oversight/")
    for name, work in ways.items():
        with CaptureQueriesContext(connection) as queries:
            work()
        print(f"  {name}: {len(queries)} queries")
    costs = medians(ways, chosen.runs, lambda name: None)
    for name, cost in costs.items():
        ratio = cost.wall / costs["one query"].wall
        print(f"{ratio:8.1f}  {name} (wall {cost.wall * 1000:.0f} ms, CPU {cost.cpu * 1000:.0f} ms)")


def oversee() -> None:
    """Flags of one child in twelve, and an authorised decision for every second alternative of 2021."""
    user = person("SW").pk
    decider = person("MG").pk
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visits_hazardflag (uid, child_id, kind_id, reason, source, starts_on, review_on,"
            " told_family, told_family_how, raised_at, raised_by_id, cleared_reason, version)"
            " SELECT gen_random_uuid(), c.id, (SELECT id FROM visits_hazardflagkind"
            " WHERE code = 'most_vulnerable'), 'r', 's', '2021-12-01', '2022-01-10', true, '', now(),"
            " %s, '', 1"
            " FROM visits_child c WHERE c.id %% 12 = 0",
            [user],
        )
        words = ", ".join(["'Words that say why'"] * 10)
        cursor.execute(
            f"INSERT INTO visits_managementdecision (uid, child_id, plan_id, due_on, state, alternative,"
            f" covers_from, review_on, {_ANSWERS}, asked_at, asked_by_id, decided_at, decided_by_id,"
            f" decision_note, renewal, retrospective, version)"
            f" SELECT gen_random_uuid(), v.child_id, p.id, v.visit_date, 'authorised', 'video', v.visit_date,"
            f" v.visit_date + 20, {words}, v.visit_date, %s, v.visit_date, %s, '', 0, false, 1"
            f" FROM visits_visit v JOIN LATERAL (SELECT id FROM visits_plan WHERE child_id = v.child_id"
            f" ORDER BY id LIMIT 1) p ON true"
            f" WHERE v.method = 'video' AND v.status = 'completed' AND v.visit_date >= '2021-01-01'"
            f" AND v.id %% 2 = 0",
            [user, decider],
        )
        for table in ("visits_hazardflag", "visits_managementdecision"):
            cursor.execute(f"VACUUM ANALYZE {table}")
            cursor.execute(f"SELECT count(*) FROM {table}")
            print(f"  {cursor.fetchone()[0]:,} rows of {table}")


def person(*rights: str) -> User:
    user = User.objects.create_user(
        f"{uuid.uuid4()}@example.org", None, name="Bench", created_at=NOW, is_demo=True
    )
    for right in rights:
        Grant.objects.create(user=user, right=right, granted_at=NOW)
    return user


def page(user: User, address: str) -> Callable[[], object]:
    client = Client()
    client.force_login(user)

    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")

    return ask


if __name__ == "__main__":
    main()
