"""What the tools say, and how they give up: one sentence that names the reason and the remedy."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn


class Stop(Exception):
    """The work cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def tail(path: Path, lines: int = 25) -> str:
    """The last lines of a log, for a message; empty when there is no such file."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def run_main(main: Callable[[list[str]], int]) -> NoReturn:
    """Run a tool. Exit codes: the tool's own; 2 for a Stop; 130 for Ctrl-C."""
    try:
        code = main(sys.argv[1:])
    except Stop as reason:
        print(f"\nStopped: {reason}", file=sys.stderr, flush=True)
        code = 2
    except KeyboardInterrupt:
        print("\nStopped by Ctrl-C.", file=sys.stderr, flush=True)
        code = 130
    raise SystemExit(code)
