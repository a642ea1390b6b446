"""`make bench`: the measurements in bench/, on throw-away servers unless the variables name some.

The throw-away PostgreSQL does not wait for the disk: compare what runs in one run, not with elsewhere.
"""

import contextlib
import os
import secrets
import subprocess
import tempfile
from pathlib import Path

from tools import ports, servers, venvs
from tools.paths import ROOT, venv_program
from tools.say import run_main


def main(arguments: list[str]) -> int:
    for name in ("DATABASE_URL", "REDIS_URL"):
        ports.require_answer(name, os.environ.get(name, ""))
    venvs.ensure(venvs.DEVELOPMENT)
    with contextlib.ExitStack() as at_the_end:
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="safeguarding-bench-")))
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "safeguarding.settings", "HTTPS": "false"}
        for name in ("SECRET_KEY", "AUDIT_KEY"):
            env.setdefault(name, secrets.token_urlsafe(60))
        servers.give(env, folder, at_the_end)
        command = [venv_program("python"), "-m", "bench", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


if __name__ == "__main__":
    run_main(main)
