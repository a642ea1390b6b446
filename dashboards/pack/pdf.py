"""The paper as a tagged PDF. The engine needs libraries of the system (Pango); without them everything else
works, and who asks for a PDF reads what to install."""

import logging
from importlib import import_module
from types import ModuleType

from dashboards.pack.elements import Paper
from dashboards.pack.html import whole

WHAT_TO_INSTALL = (
    "The PDF engine (WeasyPrint) does not start on this server, because libraries of the system are missing."
    " On Debian or Ubuntu, the server’s operator installs them with: apt-get install libpango-1.0-0"
    " libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation. Every other form works without them."
)


class PdfUnavailable(RuntimeError):
    """No PDF can be made on this server; the message says what to install."""

    def __init__(self) -> None:
        super().__init__(WHAT_TO_INSTALL)


def engine() -> ModuleType:
    """Raises PdfUnavailable."""
    # It tells of every page, and of each property that only screens know.
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        return import_module("weasyprint")
    except (ImportError, OSError):
        raise PdfUnavailable from None


def available() -> bool:
    try:
        engine()
    except PdfUnavailable:
        return False
    return True


def pdf(paper: Paper) -> bytes:
    """PDF/UA-1. Equal papers give equal bytes. Raises PdfUnavailable."""
    weasyprint = engine()
    document = weasyprint.HTML(string=whole(paper, paged=True), url_fetcher=refuse)
    return document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=paper.identifier.encode(), pdf_tags=True, custom_metadata=True
    )


def refuse(url: str, *args: object, **kwargs: object) -> None:
    raise ValueError(f"a paper asks for nothing from outside: {url[:60]}")
