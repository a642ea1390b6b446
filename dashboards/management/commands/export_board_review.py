"""A month's review as a file. What is sealed is exported as it is; nothing is worked out anew."""

import getpass
import os
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.audit import Actor, record
from dashboards.pack.forms import FORMS
from dashboards.pack.pdf import PdfUnavailable
from riskregister.facts.published import ReviewRecord
from riskregister.selectors import published
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

_REFUSED = 2


class Command(BaseCommand):
    help = (
        "Write a month's board review to a file: the latest published version, else the open one, marked "
        "DRAFT. "
        "Exit status: 0 written; 2 nothing to write, or no such form on this server, with the reason."
    )
    requires_migrations_checks = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # A review has versions: ours takes the place of the one that prints the framework's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, metavar="YYYY-MM", help="the month, like 2020-06")
        parser.add_argument(
            "--version",
            dest="of_version",
            type=int,
            metavar="N",
            help="this version of the month's review (default: the latest published one)",
        )
        parser.add_argument("--format", required=True, choices=list(FORMS), dest="form")
        parser.add_argument("--output", required=True, metavar="FILE", help="where to; - for standard output")

    def handle(self, *args: object, **options: object) -> None:
        review = _review(str(options["month"]), options["of_version"])
        form, output = FORMS[str(options["form"])], str(options["output"])
        try:
            body = form.write(review)
        except PdfUnavailable as missing:
            raise CommandError(str(missing), returncode=_REFUSED) from None
        # Nothing leaves that the trail does not know of.
        with transaction.atomic():
            record(
                "board_review.exported",
                actor=Actor.command(getpass.getuser()),
                at=timezone.now(),
                object_kind="board_review",
                object_uid=review.uid,
                detail={
                    "format": form.code,
                    "month": str(review.month),
                    "version": review.version,
                    "digest": review.digest,
                },
            )
        if output == "-":
            self._to_standard_output(body)
            return
        _write(Path(output), body)
        state = "published" if review.published else "DRAFT, not published"
        self.stdout.write(
            f"Wrote {output}: {review.month.name}, version {review.version}, {state}. SHA-256 {review.digest}"
        )

    def _to_standard_output(self, body: bytes) -> None:
        stream = getattr(self.stdout._out, "buffer", None) or sys.stdout.buffer
        try:
            stream.write(body)
            stream.flush()
        except BrokenPipeError:
            # Whoever read it has read enough. Python would complain once more when it closes the pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _review(month_text: str, version: object) -> ReviewRecord:
    try:
        month = Month.parse(month_text)
    except Refusal as refusal:
        raise CommandError(refusal.message, returncode=_REFUSED) from None
    review = published.of_month(month, version=version if isinstance(version, int) else None)
    if review:
        return review
    if version is not None:
        words = f"There is no compiled version {version} of the review of {month.name}."
    elif published.has_review(month):
        words = f"The review of {month.name} is not compiled yet. Run recompute_board_review --month {month}."
    else:
        words = f"There is no review of {month.name}."
    raise CommandError(words, returncode=_REFUSED)


def _write(path: Path, body: bytes) -> None:
    """All or nothing: written beside, then put in place."""
    beside = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            beside = Path(file.name)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        if beside:
            beside.unlink(missing_ok=True)
        raise CommandError(f"{path} cannot be written: {error.strerror}", returncode=_REFUSED) from None
