"""Loads the question sets that come with the product (fixtures/reference/question_sets)."""

import getpass
import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit import Actor
from partners.selectors.question_files import set_of_file
from partners.services.questions import load_sets
from safeguarding.kernel.errors import Refusal

FOLDER = settings.BASE_DIR / "fixtures" / "reference" / "question_sets"


class Command(BaseCommand):
    help = (
        "Load the question sets from fixtures/reference/question_sets, ready for use. A version that is here "
        "already is never changed. May be run again at any time."
    )

    def handle(self, *args: object, **options: object) -> None:
        files = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]
        try:
            added = load_sets(
                [(content, set_of_file(content)) for content in files],
                actor=Actor.command(getpass.getuser()),
                now=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"Question sets: {', '.join(added) or 'nothing new'}.")
