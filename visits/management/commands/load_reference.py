"""Loads the reference data that comes with the product (fixtures/reference)."""

import getpass
import json
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.audit import Actor
from visits.services.reference import load_reference

FOLDER = settings.BASE_DIR / "fixtures" / "reference"


class Command(BaseCommand):
    help = (
        "Load rules, kinds of hazard flag, lockdown dates, published figures and easements of the law from "
        "fixtures/reference. "
        "Nothing is deleted, and rules that you set yourself stand. May be run again at any time."
    )

    def handle(self, *args: object, **options: object) -> None:
        loaded = load_reference(
            rules=_rows("visit_rules"),
            oversight_rules=_rows("oversight_rules"),
            remote_visit_rules=_rows("remote_visit_rules"),
            flag_kinds=_rows("hazard_flag_kinds"),
            alternatives=_rows("alternative_recording"),
            restrictions=_rows("restrictions"),
            published=_rows("published_rates"),
            actor=Actor.command(getpass.getuser()),
            now=timezone.now(),
        )
        counts = [
            f"{count} {name}{'' if count == 1 else 's'} {done}"
            for done in ("added", "changed", "retired")
            for name, count in getattr(loaded, done).items()
        ]
        self.stdout.write(f"Reference data: {', '.join(counts) or 'nothing new'}.")
        for kept in loaded.kept:
            self.stdout.write(f"Left as you set it: {kept}.")
        # The law on remote visits is the ordinary one with what eases it for a time.
        call_command("load_easements", stdout=self.stdout)


def _rows(name: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
