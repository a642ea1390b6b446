"""Switches off the accounts that nobody has used for 90 days."""

import getpass

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.audit import Actor
from accounts.constants import DORMANT_AFTER_DAYS
from accounts.services import switch_off_dormant


class Command(BaseCommand):
    help = f"Switch off accounts unused for {DORMANT_AFTER_DAYS} days. Runs by itself each night."

    def handle(self, *args: object, **options: object) -> None:
        switched = switch_off_dormant(actor=Actor.command(getpass.getuser()), now=timezone.now())
        self.stdout.write(f"{switched} accounts switched off.")
