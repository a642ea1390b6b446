"""Makes an administrator: the first one, or a second one who can confirm further ones."""

import getpass

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from accounts.invitations import path_for
from accounts.models import canonical_email
from accounts.services import create_administrator
from safeguarding.kernel.errors import Refusal


class Command(BaseCommand):
    help = (
        "Make an account with the administrator's role, and print the link with which its owner chooses a "
        "password. For the operator of the server: it goes on the audit trail as cli:<you>."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument(
            "--site", default="http://127.0.0.1:8000", help="the service's address, for the link"
        )

    def handle(self, *args: object, **options: str) -> None:
        email = canonical_email(options["email"])
        try:
            validate_email(email)
            user = create_administrator(
                email=email, name=options["name"].strip(), os_user=getpass.getuser(), now=timezone.now()
            )
        except ValidationError:
            raise CommandError("That is not an email address, like name@example.org.") from None
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{user.name} is an administrator. Link to choose a password, for 3 days:")
        self.stdout.write(options["site"].rstrip("/") + path_for(user))
