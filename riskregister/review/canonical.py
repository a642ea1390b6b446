"""Canonical JSON: equal content gives equal bytes, on every machine and database."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass


class NotCanonical(TypeError):
    """A value that JSON could spell in more than one way, or that is not exact."""


def canonical(content: object) -> str:
    """JSON with sorted keys, no spaces, no escapes that are not needed, and no floats.

    `content`: dataclasses, dicts with text keys, lists, tuples, text, whole numbers, booleans, None.
    Raises NotCanonical.
    """
    plain = asdict(content) if is_dataclass(content) and not isinstance(content, type) else content
    _check(plain, "content")
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check(value: object, where: str) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, Mapping):
        for key, one in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{where}: the key {key!r} is no text")
            _check(one, f"{where}.{key}")
        return
    if isinstance(value, list | tuple):
        for place, one in enumerate(value):
            _check(one, f"{where}[{place}]")
        return
    raise NotCanonical(f"{where}: {type(value).__name__} cannot be sealed")
