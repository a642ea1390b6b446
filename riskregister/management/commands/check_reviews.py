"""Verifies that every published board review is what was sealed."""

from django.core.management.base import BaseCommand

from riskregister.selectors.chain import broken_seals


class Command(BaseCommand):
    help = (
        "Verify the seals of published board reviews, their chain, and what the audit trail says of them. "
        "Exit status 0: whole; 1: not whole, each fault with month and version."
    )

    def handle(self, *args: object, **options: object) -> None:
        count, broken = broken_seals()
        for one in broken:
            self.stderr.write(f"{one.month} version {one.version} (place {one.place}): {one.words}.")
        if broken:
            raise SystemExit(1)
        published = "1 published review is" if count == 1 else f"{count} published reviews are"
        self.stdout.write(f"OK: {published} as sealed.")
