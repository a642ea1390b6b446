"""People for tests, and how they come to be signed in."""

import time
from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts.models import Grant, User

LONG_AGO = datetime(2020, 1, 6, 9, tzinfo=UTC)
PASSWORD = "three random words"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def person(*rights: str, name: str = "", **fields) -> User:
    """An account with these roles and permissions ('MG', 'head_of_service'), known by PASSWORD."""
    name = name or " ".join(rights) or "Nobody"
    email = fields.pop("email", f"{name.replace(' ', '.').lower()}-{User.objects.count()}@example.org")
    user = User.objects.create_user(email, PASSWORD, name=name, created_at=LONG_AGO, **fields)
    for right in rights:
        Grant.objects.create(user=user, right=right, granted_at=LONG_AGO)
    return user


def with_second_factor(user: User) -> User:
    """Gives `user` an authenticator app with SECRET, and recovery codes."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
    return user


def sign_in(client: Client, user: User, *, proven: bool = False) -> Client:
    """`client` signed in as `user`, past the second step where the role needs one; with `proven`,
    as if the password had just been asked for again."""
    client.force_login(user, backend="accounts.backends.PersonBackend")
    session = client.session
    if user.needs_second_factor:
        with_second_factor(user)
        session["second_step"] = True
    if proven:
        proof = {"method": "password", "at": time.time(), "reauthenticated": True}
        session["account_authentication_methods"] = [proof]
        session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
