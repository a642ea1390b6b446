"""The register of guidance at a size, against a page with one query, as ratios within one run.

Run: DATABASE_URL=… python -m bench.guidance_register [--items 2000] [--runs 5]

DATABASE_URL names an empty PostgreSQL database on this machine. CPU is user and system
time of this process and of the server's. Each page is asked for through the whole stack, signed in.
"""

import argparse
import os
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

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
from bench.meter import medians  # noqa: E402
from guidance.constants import Audience, Force, Topic  # noqa: E402
from guidance.facts.entry import ItemEntry, VersionEntry  # noqa: E402
from guidance.models import GuidanceItem, GuidanceVersion  # noqa: E402
from guidance.services import interpretation, register  # noqa: E402

NOW = datetime(2021, 3, 1, 9, tzinfo=UTC)
BEGAN = date(2020, 3, 2)
# Of so many one is issued, and of so many issued ones one has a second version.
_ISSUED_OF, _SECOND_OF = 4, 10
_TEXT = "\n\n".join(
    f"{number}. Schools and social workers {word} ring each family that is on their list {number} times."
    for number, word in enumerate(("must", "should", "may") * 4, 1)
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--items", type=int, default=2000)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    if connection.vendor != "postgresql":
        raise SystemExit("DATABASE_URL must name an empty PostgreSQL database.")
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ALLOWED_HOSTS.append("testserver")
    settings.SECURE_SSL_REDIRECT = False
    # Coordinators then come in without a second step.
    settings.DEMO = True
    timezone.now = lambda: NOW
    call_command("migrate", verbosity=0)
    keeper, approver, reader = person("CO"), person("CO"), person("SW")
    items = record(keeper, chosen.items)
    issue(keeper, approver, items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    chain = items[0].uid
    ways: dict[str, Callable[[], object]] = {
        "one query": page(keeper, "/account/"),
        "list, keeper": page(keeper, "/guidance/"),
        "list, last page": page(keeper, "/guidance/?page=9999"),
        "list, overdue": page(keeper, "/guidance/?show=overdue"),
        "list, in force": page(keeper, "/guidance/?show=in_force"),
        "list, searched": page(keeper, "/guidance/?words=families+list"),
        "list, reader": page(reader, "/guidance/"),
        "one with its chain": page(keeper, f"/guidance/{chain}/"),
        "list for the paper": page(keeper, "/guidance/list/"),
        "the same as at a past day": page(keeper, "/guidance/list/?as_at=2020-09-01"),
        "the same as CSV": page(keeper, "/guidance/list/csv/"),
    }
    for name, work in ways.items():
        with CaptureQueriesContext(connection) as queries:
            work()
        print(f"  {name}: {len(queries)} queries")
    costs = medians(ways, chosen.runs, lambda name: None)
    for name, cost in costs.items():
        ratio = cost.wall / costs["one query"].wall
        print(f"{ratio:8.1f}  {name} (wall {cost.wall * 1000:.0f} ms, CPU {cost.cpu * 1000:.0f} ms)")


def record(keeper: User, count: int) -> list[GuidanceItem]:
    started = time.perf_counter()
    items = register.record_items(user=keeper, entries=[entry(number) for number in range(count)], now=NOW)
    print(f"{count:,} pieces recorded at once in {time.perf_counter() - started:.1f} s")
    return items


def entry(number: int) -> ItemEntry:
    day = BEGAN + timedelta(days=number % 300)
    audiences, topics, forces = Audience.values, Topic.values, Force.values
    return ItemEntry(
        issuer=("Department for Education", "Public Health England", "NHS England")[number % 3],
        version=VersionEntry(
            title=f"Guidance number {number} for schools and social care",
            kind="new",
            force=forces[number % 3],
            received_on=day,
            effective_from=day,
            published_on=day,
            text=_TEXT,
        ),
        audiences=(audiences[number % len(audiences)], audiences[(number + 5) % len(audiences)]),
        topics=(topics[number % len(topics)],),
    )


def issue(keeper: User, approver: User, items: list[GuidanceItem]) -> None:
    """One in four issued by the services, one in ten of these with a second version, four in a chain."""
    for place, item in enumerate(items[::_ISSUED_OF]):
        tell(keeper, approver, item.versions.get())
        if place % _SECOND_OF == 0:
            item.refresh_from_db()
            said = entry(item.number).version
            later = VersionEntry(
                title=f"{said.title}, second edition",
                kind="amended",
                force=said.force,
                received_on=said.received_on,
                effective_from=said.effective_from,
                change_note="The number of calls",
                size="minor",
                text=_TEXT.replace("3 times", "4 times"),
            )
            register.add_version(user=keeper, item=item, expected_version=item.version, entry=later, now=NOW)
    for old, new in zip(items[:6:2], items[2:8:2], strict=True):
        old.refresh_from_db()
        register.replace_item(
            user=keeper, item=old, by=new, from_date=NOW.date(), expected_version=old.version, now=NOW
        )


def tell(keeper: User, approver: User, of: GuidanceVersion) -> None:
    of = interpretation.assess(user=keeper, of=of, expected_version=of.version, now=NOW)
    draft = interpretation.write_draft(
        user=keeper,
        of=of,
        expected_version=0,
        meaning="What it means here.",
        to_do="What to do now.",
        valid_until=None,
        is_public=True,
        notes={},
        names_no_child=True,
        now=NOW,
    )
    draft = interpretation.submit(user=keeper, interpretation=draft, expected_version=draft.version, now=NOW)
    interpretation.approve(user=approver, interpretation=draft, expected_version=draft.version, now=NOW)
    of.refresh_from_db()
    interpretation.issue(user=approver, of=of, expected_version=of.version, now=NOW)


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
        if answer.streaming:
            list(answer.streaming_content)

    return ask


if __name__ == "__main__":
    main()
