"""Visit rates as a CSV file on standard output, for the operator of the server: nothing is suppressed."""

import csv
import getpass
import os
import sys

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.audit import Actor, record
from safeguarding.kernel.spreadsheets import plain_cell
from visits.management.commands.recompute_visit_rates import month_options
from visits.rates.export import BREAKDOWNS, HEADER, export_rows
from visits.services.rates import update_visit_rates


class Command(BaseCommand):
    help = "Write visit rates as CSV to standard output, counts and percentages as the method states them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by", choices=list(BREAKDOWNS), default="all", help="break figures down (default: all)"
        )
        parser.add_argument("--from", dest="first", metavar="YYYY-MM", help="from this month on")
        parser.add_argument("--to", dest="last", metavar="YYYY-MM", help="up to this month, itself included")

    def handle(self, *args: object, **options: object) -> None:
        now = timezone.now()
        first, last = month_options(options)
        actor = Actor.command(getpass.getuser())
        # Nothing stale leaves silently.
        if update_visit_rates(actor=actor, now=now).busy:
            self.stderr.write(
                "Another process is working out visit rates now: some figures may still change."
            )
        by = str(options["by"])
        with transaction.atomic():
            record(
                "visit_rates.exported",
                actor=actor,
                at=now,
                object_kind="visit_rate",
                detail={"by": by, "from": str(first or ""), "to": str(last or "")},
            )
        writer = csv.writer(self.stdout, lineterminator="\n")
        try:
            writer.writerow(HEADER)
            for row in export_rows(by, first, last):
                writer.writerow([plain_cell(value) for value in row])
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever read it has read enough. Python would complain once more when it closes the pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
