"""`make check`: form, lint, types, the import law, and Django's own checks. All are run; all must pass."""

import os
import secrets
import subprocess
import sys
import tempfile
import time

from tools import venvs
from tools.paths import ROOT, venv_program
from tools.say import run_main, say


def main(arguments: list[str]) -> int:
    venvs.ensure(venvs.DEVELOPMENT)
    if arguments == ["--format"]:
        return _run(["ruff", "check", "--select", "I", "--fix", "."]) or _run(["ruff", "format", "."])
    with tempfile.TemporaryDirectory(prefix="safeguarding-check-") as folder:
        as_served = _as_served(folder)
        steps = {
            "Format": (["ruff", "format", "--check", "."], None),
            "Lint": (["ruff", "check", "."], None),
            "Import law": (["lint-imports"], None),
            "Types": (["mypy"], None),
            "Deployment": (
                ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
                as_served,
            ),
            "Migrations": (["python", "manage.py", "makemigrations", "--check", "--dry-run"], as_served),
        }
        failed = []
        for name, (command, environment) in steps.items():
            began = time.monotonic()
            say(f"--- {name}: {' '.join(command)}")
            if _run(command, environment):
                failed.append(name)
            say(f"    {'FAILED' if name in failed else 'ok'}, {time.monotonic() - began:.1f} s")
    say(f"\nFAILED: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


def _run(command: list[str], environment: dict[str, str] | None = None) -> int:
    sys.stdout.flush()
    return subprocess.run(
        [venv_program(command[0]), *command[1:]], cwd=ROOT, env=environment, check=False
    ).returncode


def _as_served(folder: str) -> dict[str, str]:
    """What a server in use would be given; nothing of the caller's own choice is left in."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "safeguarding.settings",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "AUDIT_KEY": secrets.token_urlsafe(60),
        "DEBUG": "false",
        "DEMO": "false",
        "HTTPS": "true",
        "ALLOWED_HOSTS": "oversight.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://oversight.example.org",
        "DATABASE_URL": f"sqlite:///{folder}/check.sqlite3",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }


if __name__ == "__main__":
    run_main(main)
