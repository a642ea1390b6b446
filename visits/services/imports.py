"""Importing files of records: by command, or from a page in two steps, check and load."""

from visits.imports.report import ImportReport
from visits.imports.run import import_file
from visits.imports.source import Unreadable

__all__ = ["ImportReport", "Unreadable", "import_file"]
