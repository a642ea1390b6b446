"""Words of the pages of evidence files."""

from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from partners.models import Evidence
from partners.presenters.base import moment_words


def size_words(size: int) -> str:
    """'1.2 MB'."""
    return filesizeformat(size).replace("\xa0", " ")


def evidence_table(rows: Iterable[Evidence], *, may_remove: bool) -> dict[str, Any]:
    """Files beside the answers of a return, or beside an action."""
    lines = []
    of_return = False
    for evidence in rows:
        of_return = evidence.of_return_id is not None
        kind = "return" if of_return else "action"
        name = {"text": evidence.file_name, "href": reverse(f"{kind}_file", args=[evidence.uid])}
        cells: list[Any] = [name]
        if evidence.question is not None:
            cells.append(evidence.question.text)
        cells += [
            size_words(evidence.size),
            f"{evidence.uploaded_by.name}, {moment_words(evidence.uploaded_at)}",
        ]
        if may_remove:
            href = reverse(f"remove_{kind}_file", args=[evidence.uid])
            cells.append({"text": "Remove", "href": href, "hidden": evidence.file_name})
        lines.append(cells)
    titles = ["File", *(["Question"] if of_return else []), "Size", "Attached by"]
    return {
        "caption": "Files",
        "columns": [{"text": title} for title in titles + (["Change"] if may_remove else [])],
        "rows": lines,
        "empty": "No file has been attached yet.",
    }
