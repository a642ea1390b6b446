"""Verifies that published board reviews are what was sealed, and public versions what was prepared."""

from django.core.management.base import BaseCommand

from riskregister.selectors.chain import broken_releases, broken_seals


class Command(BaseCommand):
    help = (
        "Verify the seals of published board reviews, their chain, their public versions, and what the audit "
        "trail says of them. Exit status 0: whole; 1: not whole, each fault with month and version."
    )

    def handle(self, *args: object, **options: object) -> None:
        count, broken = broken_seals()
        public, changed = broken_releases()
        broken += changed
        for one in broken:
            self.stderr.write(f"{one.month} version {one.version} (place {one.place}): {one.words}.")
        if broken:
            raise SystemExit(1)
        published = "1 published review is" if count == 1 else f"{count} published reviews are"
        versions = "1 public version is" if public == 1 else f"{public} public versions are"
        self.stdout.write(f"OK: {published} as sealed, {versions} as prepared.")
