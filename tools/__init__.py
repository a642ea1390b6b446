"""The programs behind `make`: standard library only, because they run before anything is installed."""

import sys

# Written so that an old Python can read this far and say why it stops.
if sys.version_info < (3, 11):
    sys.stderr.write(
        "Python 3.11 or newer is needed; this is Python %d.%d (%s). "
        "Install python3.11, or name one: make run PYTHON=/path/to/python3.11\n"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
    raise SystemExit(2)
