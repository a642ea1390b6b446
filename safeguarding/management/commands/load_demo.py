import getpass
from datetime import date

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.services import Actor
from safeguarding.demo import loading
from safeguarding.kernel.errors import Refusal
from visits.services import rebuild_visit_rates


class Command(BaseCommand):
    help = (
        "Load the demonstration: invented people, children, plans and visits since 2017, whose rates equal "
        "the published ones. Only into an empty database, and only with DEMO on. Exit status 2 if refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day on whose morning the demonstration stands; today if not given",
        )

    def handle(self, *args, as_of: date | None, **options) -> None:
        if not settings.DEMO:
            raise CommandError(
                "DEMO is off. The demonstration brings accounts with a published password: set DEMO=true to "
                "allow that, and never where real records are kept.",
                returncode=2,
            )
        now = timezone.now()
        try:
            loading.refuse_used_database()
            if not apps.get_model("visits.VisitRule")._default_manager.exists():
                call_command("load_reference", stdout=self.stdout)
            counts = loading.load(
                as_of=as_of or timezone.localdate(now), now=now, actor=Actor.command(getpass.getuser())
            )
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        self.stdout.write("Loaded " + ", ".join(f"{count:,} {what}" for what, count in counts.items()) + ".")
        rebuild_visit_rates(now=timezone.now(), actor=Actor.command(getpass.getuser()))
        self.stdout.write("Worked out the visit rates of every month.")
