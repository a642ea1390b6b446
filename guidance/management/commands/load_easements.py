"""Loads the easements of the law that come with the product (fixtures/reference/easements.json)."""

import getpass
import json

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.audit import Actor
from guidance.services.easements import load_easements

FILE = settings.BASE_DIR / "fixtures" / "reference" / "easements.json"


class Command(BaseCommand):
    help = (
        "Load the easements of the law from fixtures/reference. Nothing is deleted, and an easement that is "
        "there stands as it is. May be run again at any time."
    )

    def handle(self, *args: object, **options: object) -> None:
        rows = json.loads(FILE.read_text("utf-8"))
        loaded = load_easements(rows, Actor.command(getpass.getuser()), timezone.now())
        added = f"{loaded.added} added" if loaded.added else "nothing new"
        self.stdout.write(f"Easements: {added}.")
        for kept in loaded.kept:
            self.stdout.write(f"Left as you set it: {kept}.")
