"""Fresh proof: what reaches far asks for the password or a code again after 30 minutes
(ACCOUNT_REAUTHENTICATION_TIMEOUT)."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]


def fresh_proof(view: View) -> View:
    """Put it beneath `requires`: first who may, then the proof. Looking (GET) needs none."""
    return reauthentication_required(view, allow_get=True)


def fresh_proof_for_looking(view: View) -> View:
    """The same for what takes much away at once: a file of everything."""
    return reauthentication_required(view)
