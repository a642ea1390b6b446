"""What a chart is, whoever draws it (templates/components/chart.html)."""

from dataclasses import dataclass

FACE_TO_FACE = "#0072b2"
ALTERNATIVE = "#d55e00"
NOT_VISITED = "#505a5f"
COMPARATOR = "#009e73"
SHADE = "#b1b4b6"
INK = "#0b0c0c"


class Drawing(str):
    """An SVG whose texts are escaped already: templates print it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


@dataclass(frozen=True)
class Chart:
    """`title` is the finding, `summary` the sentences above the drawing. `figure` is a Plotly
    figure as plain values; `svg` the same drawing for a page without script; `table` holds every
    value drawn (components/table.html)."""

    id: str
    title: str
    summary: str
    figure: dict
    svg: Drawing
    table: dict
    alt: str
    source: str

    @property
    def figure_id(self) -> str:
        return f"{self.id}-figure"
