"""The chain of published reviews: each seal covers what is published and the seal before it."""

from dataclasses import dataclass

from riskregister.review.canonical import canonical, digest

START = "0" * 64


@dataclass(frozen=True)
class Sealed:
    """What a seal covers. `content` and `extras` are canonical JSON."""

    place: int
    month: str
    version: int
    cut_off: str
    content: str
    extras: str
    previous_seal: str


def seal(published: Sealed) -> str:
    """SHA-256, in hexadecimal."""
    return digest(
        canonical(
            {
                "content": digest(published.content),
                "cut_off": published.cut_off,
                "extras": digest(published.extras),
                "month": published.month,
                "place": published.place,
                "previous_seal": published.previous_seal,
                "version": published.version,
            }
        )
    )
