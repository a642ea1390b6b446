"""Loads the sets of demand scenarios that come with the product."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand

from partners.services.plans import load_scenario_sets

FILE = settings.BASE_DIR / "fixtures" / "reference" / "scenario_sets.json"


class Command(BaseCommand):
    help = "Load the sets of demand scenarios from fixtures/reference. May be run again at any time."

    def handle(self, *args: object, **options: object) -> None:
        added = load_scenario_sets(json.loads(FILE.read_text("utf-8")))
        self.stdout.write(f"Scenario sets: {added} added." if added else "Scenario sets: nothing new.")
