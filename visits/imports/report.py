"""What came of an import."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Tally:
    """Rows of a file by what became of them; together, all rows that were not refused."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    # The same row once more in the file.
    repeated: int = 0

    @property
    def accepted(self) -> int:
        return self.new + self.changed + self.unchanged + self.repeated


@dataclass(frozen=True)
class ImportReport:
    kind: str
    sha256: str
    dry_run: bool
    tally: Tally
    refused: int
    # (column, reason, rows), the most frequent first; at most 20.
    reasons: list[tuple[str, str, int]]
    extra_columns: list[str]

    @property
    def rows(self) -> int:
        return self.tally.accepted + self.refused

    def counts(self) -> dict[str, int]:
        """Numbers for the audit trail and the job's record."""
        return {
            "rows": self.rows,
            **asdict(self.tally),
            "accepted": self.tally.accepted,
            "refused": self.refused,
        }
