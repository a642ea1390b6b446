from django.core.management.base import BaseCommand

from safeguarding.demo import anomalies
from safeguarding.demo.board import cases as board
from safeguarding.demo.partnership.cases import cases


class Command(BaseCommand):
    help = "List the cases planted in the demonstration, for those who train others or check the checks."

    def handle(self, *args, **options) -> None:
        for case in anomalies.planted():
            self.stdout.write(f"{case.child_ref}  {case.ident}: {case.sentence}")
        for kind in anomalies.STANDING:
            self.stdout.write(f"{'among all':<10}  {kind.ident}: {kind.sentence}")
        for kind in cases():
            self.stdout.write(f"{'partners':<10}  {kind.ident}: {kind.sentence}")
        for kind in board.cases():
            self.stdout.write(f"{'board':<10}  {kind.ident}: {kind.sentence}")
