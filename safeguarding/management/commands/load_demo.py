import argparse
import getpass
from datetime import date

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import Actor
from safeguarding.demo import loading
from safeguarding.kernel.errors import Refusal
from visits.services.rates import rebuild_visit_rates


class Command(BaseCommand):
    help = (
        "Load the demonstration: invented people, children, plans and visits since 2017, whose rates equal "
        "the published ones. Only into an empty database, and only with DEMO on. Exit status 2 if refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        # A world that ends before today shows nobody visited since: for tests, not for showing.
        parser.add_argument("--as-of", type=date.fromisoformat, help=argparse.SUPPRESS)

    def handle(self, *args, as_of: date | None, **options) -> None:
        if not settings.DEMO:
            raise CommandError(
                "DEMO is off. The demonstration brings accounts with a published password: set DEMO=true to "
                "allow that, and never where real records are kept.",
                returncode=2,
            )
        now, actor = timezone.now(), Actor.command(getpass.getuser())
        as_of = as_of or timezone.localdate(now)
        try:
            # All or nothing: a world without its rates could not be loaded again.
            with transaction.atomic():
                loading.refuse_used_database()
                if not apps.get_model("visits.VisitRule")._default_manager.exists():
                    call_command("load_reference", stdout=self.stdout)
                for of in ("question_sets", "scenario_sets", "risk_library", "easements"):
                    call_command(f"load_{of}", stdout=self.stdout)
                counts = loading.load(as_of=as_of, now=now, actor=actor)
                _count_rows()
                rates = rebuild_visit_rates(actor=actor, now=timezone.now(), as_of=as_of)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        loaded = ", ".join(f"{count:,} {what}" for what, count in counts.items())
        self.stdout.write(f"Loaded the demonstration as of {as_of}: {loaded}.")
        if rates:
            self.stdout.write(f"Worked out the visit rates of {rates.first} to {rates.last}.")


def _count_rows() -> None:
    """PostgreSQL plans by what it last counted, and these tables were empty a moment ago."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
