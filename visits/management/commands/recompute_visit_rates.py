"""The worker's work on visit rates, by hand."""

import argparse
import getpass
from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit import Actor
from operations.services import LeaseBusy, LeaseLost
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, last_complete_month
from visits.constants import METHOD_VERSION
from visits.services.rates import rebuild_visit_rates, update_visit_rates

BAD_OPTIONS = 2


class Command(BaseCommand):
    help = (
        "Bring visit rates in step with the records: what changed, and months that are complete since. With "
        "--from, --to or --full the months are worked out from nothing, and what differs is corrected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", metavar="YYYY-MM", help="work out from this month on")
        parser.add_argument(
            "--to", dest="last", metavar="YYYY-MM", help="work out up to this month, itself included"
        )
        parser.add_argument(
            "--full", action="store_true", help="work out every month, or all of --from to --to"
        )
        # For a database whose records end at another day than today.
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", help=argparse.SUPPRESS)

    def handle(self, *args: object, **options: object) -> None:
        now = timezone.now()
        first, last = month_options(options)
        as_of = _day(options["as_of"]) or timezone.localdate(now)
        complete = last_complete_month(as_of)
        for month in (first, last):
            if month and month > complete:
                raise CommandError(
                    f"{month} is not over yet: the last complete month is {complete}.", returncode=BAD_OPTIONS
                )
        actor = Actor.command(getpass.getuser())
        try:
            done = update_visit_rates(actor=actor, now=now, as_of=as_of)
            if done.busy:
                raise LeaseBusy("visit rates")
            say = self.stdout.write
            say(
                f"{done.changes:,} waiting changes worked off, {done.months:,} new months,"
                f" {done.cells_changed:,} child-months changed."
            )
            found = done.rebuilt
            if (options["full"] or first or last) and (found is None or first or last):
                found = rebuild_visit_rates(
                    actor=actor, now=timezone.now(), as_of=as_of, first=first, last=last
                )
                if found is None:
                    say("There are no months to work out.")
            if found:
                say(
                    f"{found.first} to {found.last} worked out from nothing, by method {METHOD_VERSION}:"
                    f" {found.children:,} children, {found.visits:,} visits, {found.cells:,} child-months"
                    f" ({found.cells_differing:,} differed), {found.rates:,} stored rates"
                    f" ({found.rates_differing:,} differed)."
                )
        except (LeaseBusy, LeaseLost):
            raise CommandError(
                "Another process is working out visit rates now. Try again in a minute."
            ) from None


def month_options(options: dict) -> tuple[Month | None, Month | None]:
    """--from and --to. Raises CommandError with status BAD_OPTIONS."""
    try:
        first, last = (Month.parse(options[name]) if options[name] else None for name in ("first", "last"))
    except Refusal as refused:
        raise CommandError(refused.message, returncode=BAD_OPTIONS) from None
    if first and last and first > last:
        raise CommandError(f"--from {first} is after --to {last}.", returncode=BAD_OPTIONS)
    return first, last


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        raise CommandError(
            f"“{str(text)[:20]}” is not a day. Write it like 2020-04-30.", returncode=BAD_OPTIONS
        ) from None
