"""Where things lie. Everything that a run writes is under var/ or .venv/, and git ignores both."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VAR = ROOT / "var"
LOGS = VAR / "log"
RUN = VAR / "run"


def make_private(folder: Path) -> Path:
    """Make a folder (and its parents) that only its owner may read."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def venv_program(name: str) -> str:
    """The path of a program of the virtual environment, such as "python" or "celery"."""
    return str(VENV / "bin" / name)
