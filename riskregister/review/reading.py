"""A stored review read back into its dataclasses; the reverse of `canonical`."""

import json
from typing import Any

from riskregister.facts.content import (
    Block,
    Cell,
    CheckResult,
    Column,
    Figures,
    Finding,
    HeatCell,
    HeatMap,
    Point,
    Ref,
    ReviewContent,
    Row,
    SectionContent,
    SourceMark,
    Table,
    Text,
    Trend,
)


def read(text: str) -> ReviewContent:
    """The content of a canonical text."""
    plain = json.loads(text)
    sections = tuple(
        SectionContent(
            code=section["code"],
            title=section["title"],
            blocks=tuple(_block(block) for block in section["blocks"]),
            missing=section["missing"],
        )
        for section in plain.pop("sections")
    )
    sources = tuple(SourceMark(**source) for source in plain.pop("sources"))
    recommendations = tuple(plain.pop("recommendations"))
    return ReviewContent(sections=sections, sources=sources, recommendations=recommendations, **plain)


def _refs(rows: list[dict]) -> tuple[Ref, ...]:
    return tuple(Ref(**row) for row in rows)


def _block(plain: dict[str, Any]) -> Block:
    kind = plain["type"]
    values = {key: value for key, value in plain.items() if key != "type"}
    if "refs" in values:
        values["refs"] = _refs(values["refs"])
    if kind == "text":
        return Text(**values)
    if kind == "figures":
        return Figures(**values | {"items": tuple(tuple(item) for item in values["items"])})
    if kind == "table":
        rows = tuple(
            Row(tuple(Cell(**cell) for cell in row["cells"]), _refs(row["refs"]), row["restricted"])
            for row in values["rows"]
        )
        return Table(**values | {"columns": tuple(Column(**one) for one in values["columns"]), "rows": rows})
    if kind == "heatmap":
        cells = tuple(HeatCell(**cell | {"risks": tuple(cell["risks"])}) for cell in values["cells"])
        names = {name: tuple(values[name]) for name in ("likelihoods", "impacts")}
        return HeatMap(**values | names | {"cells": cells})
    if kind == "trend":
        return Trend(**values | {"points": tuple(Point(**point) for point in values["points"])})
    if kind == "finding":
        return Finding(**values)
    if kind == "check":
        return CheckResult(**values | {"fix_args": tuple(values["fix_args"])})
    raise ValueError(f"a block of an unknown type: {kind}")
