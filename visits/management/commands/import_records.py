"""import_records teams|plans|visits FILE: loads a file of records and reports every row that it refuses."""

import getpass
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit import Actor
from safeguarding.kernel.errors import Refusal
from visits.imports.files import KINDS
from visits.imports.report import ImportReport
from visits.services.imports import import_file

_SOME_REFUSED = 3
_NOTHING_LOADED = 2


class Command(BaseCommand):
    help = (
        "Imports teams, plans or visits from a CSV file (docs/import-files.md). Exit status: 0 if every row "
        "was accepted, 3 if some were refused (the others are loaded), 2 if nothing was loaded."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=KINDS, help="what the file holds")
        parser.add_argument("file", type=Path, metavar="FILE", help="the CSV file, in UTF-8")
        parser.add_argument("--dry-run", action="store_true", help="check and report only; load nothing")
        parser.add_argument(
            "--refusals",
            type=Path,
            metavar="FILE",
            help="where to write refused rows (FILE.refusals.csv beside the file)",
        )

    def handle(self, *, kind: str, file: Path, dry_run: bool, refusals: Path | None, **options) -> None:
        refusals = Path(refusals) if refusals else file.with_name(f"{file.name}.refusals.csv")
        try:
            report = import_file(
                kind,
                file,
                refusals,
                actor=Actor.command(getpass.getuser()),
                now=timezone.now(),
                dry_run=dry_run,
            )
        except Refusal as refusal:
            raise CommandError(f"{file}: {refusal.message}", returncode=_NOTHING_LOADED) from None
        self._tell(report, refusals)
        if report.refused:
            sys.exit(_SOME_REFUSED)

    def _tell(self, report: ImportReport, refusals: Path) -> None:
        tally = report.tally
        say = self.stdout.write
        say(f"{report.kind}: {report.rows:,} rows read, SHA-256 {report.sha256}")
        say(
            f"Accepted {tally.accepted:,}: {tally.new:,} new, {tally.changed:,} changed, "
            f"{tally.unchanged:,} unchanged, {tally.repeated:,} repeated in the file."
        )
        say(f"Refused {report.refused:,}. Refused rows are in {refusals}")
        for column, reason, rows in report.reasons:
            say(f"  {column or 'the row'} {reason}: {rows:,}")
        if report.extra_columns:
            say(f"Columns not used: {', '.join(repr(name) for name in report.extra_columns)}")
        if report.dry_run:
            say("Nothing was loaded (--dry-run).")
