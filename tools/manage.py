"""`make manage ARGS="..."`: a management command with the settings that `make run` uses."""

import os
import sys

from tools import environment, venvs
from tools.paths import ROOT, venv_program
from tools.run import RUNNING
from tools.say import run_main


def main(arguments: list[str]) -> int:
    venvs.ensure(venvs.RUNTIME)
    env = {**environment.read_pairs(RUNNING), **environment.for_run(os.environ)}
    python = venv_program("python")
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(python, [python, "manage.py", *arguments], env)


if __name__ == "__main__":
    run_main(main)
