"""The environment that `make run` and `make manage` give to the product."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from tools.paths import ROOT, VAR, make_private

_SECRETS = ("SECRET_KEY", "AUDIT_KEY")


def for_run(given: Mapping[str, str], folder: Path = VAR, dotenv: Path = ROOT / ".env") -> dict[str, str]:
    """What is given (the shell first, then .env), filled up with what a private run needs.

    Without DATABASE_URL the run is a demonstration on SQLite. With a server of the user's own,
    demonstration data come only when DEMO is asked for.
    """
    environment = {**read_pairs(dotenv), **given}
    for name, value in keep_secrets(folder).items():
        environment.setdefault(name, value)
    own_database = not environment.get("DATABASE_URL", "sqlite").startswith("sqlite")
    environment.setdefault("DEMO", "false" if own_database else "true")
    # The run serves plain HTTP on loopback; a proxy that ends TLS is for whoever sets one up.
    environment.setdefault("HTTPS", "false")
    environment["DJANGO_SETTINGS_MODULE"] = "safeguarding.settings"
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def wants_demo(environment: Mapping[str, str]) -> bool:
    """As django-environ reads a yes."""
    return environment.get("DEMO", "").strip().lower() in ("true", "on", "ok", "y", "yes", "1")


def keep_secrets(folder: Path) -> dict[str, str]:
    """Both secrets, made once and kept: a lost AUDIT_KEY would make the audit trail unverifiable."""
    path = make_private(folder) / "secrets.env"
    kept = read_pairs(path)
    missing = [name for name in _SECRETS if not kept.get(name)]
    if missing:
        kept.update({name: secrets.token_urlsafe(60) for name in missing})
        write_private(path, "".join(f"{name}={value}\n" for name, value in kept.items()))
    return kept


def read_pairs(path: Path) -> dict[str, str]:
    """The NAME=value lines of a file; quotes around a value are taken off. Empty without the file."""
    if not path.exists():
        return {}
    pairs = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name and not name.startswith("#"):
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            pairs[name.strip()] = value
    return pairs


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
