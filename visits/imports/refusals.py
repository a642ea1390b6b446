"""The refusals file: every refused row with its line number, the column and the reason."""

import csv
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from safeguarding.kernel.spreadsheets import csv_lines
from visits.imports.source import Unreadable
from visits.imports.staging import Staging

COLUMNS = ["line", "column", "value", "reason"]


class RefusalsFile:
    """Writes beside the final name and takes its place only when whole; read only by its owner."""

    def __init__(self, path: Path, *, of: Path) -> None:
        """`of`: the file whose rows are refused, which this one must not replace."""
        self.path = path
        if path.exists() and (not path.is_file() or (of.exists() and path.samefile(of))):
            raise Unreadable(
                f"The refusals file cannot take the place of {path}; name another with --refusals."
            )
        # Fails before any work is done, if it cannot be written.
        try:
            handle, self._name = tempfile.mkstemp(prefix=".refusals-", dir=path.parent)
        except OSError as fault:
            raise Unreadable(
                f"The refusals file cannot be written into {path.parent} "
                f"({os.strerror(fault.errno or 0).lower()}); "
                "name another with --refusals."
            ) from None
        self._file = os.fdopen(handle, "wb")

    def write(self, staging: Staging) -> None:
        self._file.writelines(csv_lines(COLUMNS, staging.refusals()))
        self._file.close()

    def publish(self) -> None:
        Path(self._name).replace(self.path)

    def discard(self) -> None:
        self._file.close()
        Path(self._name).unlink(missing_ok=True)


def read_refusals(path: Path, limit: int) -> Iterator[dict[str, str]]:
    """The first rows of a refusals file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _, row in zip(range(limit), csv.DictReader(file), strict=False):
            yield row
