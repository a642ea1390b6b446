"""The paper as HTML: a fragment for pages of the service, and one self-contained file."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from dashboards.pack.elements import Paper

_HERE = Path(__file__).parent
_FACE = '"Liberation Sans", Arial, sans-serif'
# Strings of a stylesheet end at these.
_ESCAPED = str.maketrans({'"': r"\22 ", "\\": r"\5c ", "\n": r"\a ", "<": r"\3c "})


def fragment(paper: Paper) -> SafeString:
    """The paper without a page around it; needs static/css/pack.css."""
    return render_to_string("dashboards/pack/body.html", {"paper": paper})


def whole(paper: Paper, *, paged: bool = False) -> str:
    """One file that asks for nothing. `paged`: with what only sheets of paper have."""
    css = _styles("pack") + (_styles("paged") + _every_page(paper) if paged else _on_screen())
    made = paper.made_at.isoformat()
    return format_html(
        '<!DOCTYPE html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n<title>{}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="author" content="{}">\n<meta name="description" content="{}">\n'
        '<meta name="dcterms.created" content="{}">\n<meta name="dcterms.modified" content="{}">\n'
        "<style>\n{}</style>\n</head>\n<body>\n{}\n{}</body>\n</html>\n",
        paper.language,
        paper.title,
        paper.committee,
        paper.description,
        made,
        made,
        # Our own stylesheet, and a footer in which every character that could end it is escaped.
        mark_safe(css),  # noqa: S308
        fragment(paper),
        "" if paged else format_html('<footer class="pack pack-foot"><p>{}</p></footer>\n', paper.footer),
    )


@cache
def _styles(name: str) -> str:
    folder = Path(settings.BASE_DIR) / "static" / "css" if name == "pack" else _HERE
    return (folder / f"{name}.css").read_text(encoding="utf-8")


def _every_page(paper: Paper) -> str:
    foot, mark = paper.footer.translate(_ESCAPED), paper.watermark.translate(_ESCAPED)
    return (
        f'@page {{ @bottom-left {{ content: "{foot}"; font: 6.5pt {_FACE}; width: 80%; }}'
        f' @top-right {{ content: "{mark}"; font: bold 11pt {_FACE}; }} }}\n'
    )


def _on_screen() -> str:
    return (
        "body { margin: 0 auto; max-width: 62rem; padding: 1rem; }\n"
        ".pack-foot { border-top: 1px solid #b1b4b6; font-size: .8rem; overflow-wrap: anywhere; }\n"
    )
