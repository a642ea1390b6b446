from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.constants import Role
from safeguarding.demo import people


class Command(BaseCommand):
    help = "List the demonstration sign-ins: role, e-mail address, password, and what to look at."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="every demonstration account, not one for each role"
        )

    def handle(self, *args, all: bool, **options) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is off: no demonstration account can sign in.", returncode=2)
        chosen = people.everybody() if all else people.shown()
        users = apps.get_model("accounts.User")._default_manager.filter(is_demo=True, is_active=True)
        there = set(users.values_list("email", flat=True))
        chosen = tuple(person for person in chosen if person.email in there)
        if not chosen:
            raise CommandError(
                "There are no demonstration accounts here: load them with load_demo.", returncode=2
            )
        roles = {person.email: _roles(person) for person in chosen}
        role_width, email_width = max(map(len, roles.values())), max(map(len, roles))
        self.stdout.write("Demonstration sign-ins: role, e-mail address, password, what to look at.\n\n")
        for person in chosen:
            line = (
                f"{roles[person.email]:<{role_width}}  {person.email:<{email_width}}  {people.DEMO_PASSWORD}"
            )
            self.stdout.write(f"{line}  {person.look_at}".rstrip())


def _roles(person: people.Person) -> str:
    return ", ".join(Role(right).label for right in person.rights if right in Role.values)
