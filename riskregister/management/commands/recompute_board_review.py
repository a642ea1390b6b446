"""Compiles a month's board review, or compiles its draft again."""

import getpass

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit import Actor
from riskregister.services.reviews import compile_review
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

_REFUSED = 2


class Command(BaseCommand):
    help = (
        "Compile the draft of a month's board review from what was recorded by its cut-off. A published "
        "review is never recomputed. Exit status: 0 compiled; 2 refused, with the reason."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, metavar="YYYY-MM", help="the month, like 2020-06")

    def handle(self, *args: object, month: str, **options: object) -> None:
        try:
            review = compile_review(
                month=Month.parse(month), actor=Actor.command(getpass.getuser()), now=timezone.now()
            )
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=_REFUSED) from None
        self.stdout.write(
            f"The review of {Month.of(review.month).name}, version {review.version}, is compiled as a draft."
            f" SHA-256 {review.digest}"
        )
