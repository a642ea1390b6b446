"""The door to everything that is done with returns."""

from partners.services.return_answers import assign_section, confirm_unchanged, save_answers, touch
from partners.services.return_base import StaleAnswers
from partners.services.return_states import accept_return, send_back, submit_return, unlock

__all__ = [
    "StaleAnswers",
    "accept_return",
    "assign_section",
    "confirm_unchanged",
    "save_answers",
    "send_back",
    "submit_return",
    "touch",
    "unlock",
]
