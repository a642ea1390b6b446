"""Source marks: every figure of a review says where it comes from."""

from riskregister.facts.content import SourceMark


class Sources:
    """Gives each source one mark, in the order in which a review first names it."""

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str], str] = {}

    def mark(self, text: str, as_at: str = "") -> str:
        """The mark of a source: "1", "2" … The same words and moment keep their mark."""
        return self._marks.setdefault((text, as_at), str(len(self._marks) + 1))

    def listed(self) -> tuple[SourceMark, ...]:
        return tuple(SourceMark(mark, text, as_at) for (text, as_at), mark in self._marks.items())
