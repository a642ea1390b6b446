"""Opens the assurance cycles whose opening has come."""

import getpass

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.audit import Actor
from partners.services.cycles import open_due_cycles


class Command(BaseCommand):
    help = "Open each assurance cycle that is owed by the calendar. Runs by itself every 15 minutes."

    def handle(self, *args: object, **options: object) -> None:
        opened = open_due_cycles(now=timezone.now(), actor=Actor.command(getpass.getuser()))
        for cycle in opened:
            self.stdout.write(f"Cycle {cycle.number} opened, {cycle.returns.count()} returns.")
        if not opened:
            self.stdout.write("No cycle is owed.")
