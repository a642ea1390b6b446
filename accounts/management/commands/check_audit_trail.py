"""Verifies the audit trail; exit code 1 names the first thing that is wrong."""

from django.core.management.base import BaseCommand, CommandParser

from accounts.verification import verify


class Command(BaseCommand):
    help = (
        "Verify the audit trail from its first event to its head. Prints the head's hash: keep it elsewhere, "
        "and give it to a later check with --head, so that a trail rewritten as a whole is found too. "
        "Exit code 0: whole; 1: not whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", default="", metavar="HASH", help="the hash that an earlier check printed"
        )

    def handle(self, *args: object, **options: str) -> None:
        verdict = verify(known_head=options["head"].strip().lower())
        if verdict.fault:
            self.stderr.write(f"The audit trail is NOT whole: {verdict.fault}.")
            raise SystemExit(1)
        self.stdout.write(f"The audit trail is whole: {verdict.events} events. Head: {verdict.head}")
