"""Loads the starting risks and the first rules of the register that come with the product."""

import getpass
import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit import Actor
from riskregister.services.library import load_library, load_rules
from safeguarding.kernel.errors import Refusal

FOLDER = settings.BASE_DIR / "fixtures" / "reference"


class Command(BaseCommand):
    help = (
        "Load the library of starting risks and the first matrix, cadence and appetite from "
        "fixtures/reference. Rules that are here already are never changed. May be run again at any time."
    )

    def handle(self, *args: object, **options: object) -> None:
        actor, now = Actor.command(getpass.getuser()), timezone.now()
        rules = json.loads((FOLDER / "risk_rules.json").read_text("utf-8"))
        files = [
            json.loads(path.read_text("utf-8")) for path in sorted((FOLDER / "risk_library").glob("*.json"))
        ]
        try:
            rows = load_rules(rules, actor=actor, now=now)
            added, changed = load_library(files, actor=actor, now=now)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"Rules of the register: {rows} added." if rows else "Rules: nothing new.")
        self.stdout.write(f"Starting risks: {added} added, {changed} changed.")
