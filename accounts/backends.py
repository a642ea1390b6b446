"""Who may be signed in at all, asked at sign-in and again on every request."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from accounts.models import User


class PersonBackend(AuthenticationBackend):
    """E-mail and password. A switched-off account, or a demonstration account where there is no
    demonstration, is answered as a wrong password is."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        if not isinstance(user, User) or not super().user_can_authenticate(user):
            return False
        return settings.DEMO or not user.is_demo

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        # Not allauth's: that one sends on whoever knows the password of a switched-off account
        # to a page of its own, and would let a demonstration account through.
        if user is None:
            return None
        self._did_check_password = True
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
