import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

GOOD = [
    "three random words",
    "x" * 64 + "y" * 64,
    "пароль длинный",
    "🐟 🐟 tea at noon",
    "aaaa bbbb cccc",
    " leading blank ",
]
BAD = [
    "short words",
    "x" * 60 + "y" * 69,
    "password1234",
    "safeguarding",
    "Safeguarding2020",
    "oversight board 1",
    "childrenchildren",
]


@pytest.mark.parametrize("password", GOOD)
def test_long_enough_is_good_enough_whatever_the_characters(password):
    validate_password(password)


@pytest.mark.parametrize("password", BAD)
def test_short_long_common_and_service_words_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_ones_own_name_is_refused():
    user = User(email="wilhelmina.ashdown@example.org", name="Wilhelmina Ashdown")
    with pytest.raises(ValidationError):
        validate_password("wilhelmina123", user)
    validate_password("three random words", user)
