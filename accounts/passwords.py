"""Password rules beside Django's own: length matters, composition does not."""

from django.core.exceptions import ValidationError


class MaximumLengthValidator:
    """Argon2 reads it all; the limit stops a page-long text from costing a worker."""

    max_length = 128

    def validate(self, password: str, user=None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(f"Use at most {self.max_length} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At most {self.max_length} characters."


class ServiceWordsValidator:
    """A password made only of this service's words is the first that is guessed here."""

    words = ("safeguarding", "oversight", "children", "board", "partnership", "password", "covid")

    def validate(self, password: str, user=None) -> None:
        rest = password.casefold()
        for word in self.words:
            rest = rest.replace(word, "")
        if sum(letter.isalpha() for letter in rest) < 4 and len(rest) < 8:
            raise ValidationError(
                "Use words that do not come from this service.", code="password_service_words"
            )

    def get_help_text(self) -> str:
        return "Not made of this service's words."
