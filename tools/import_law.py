"""The parts of the import law that import-linter has no words for, as contracts of our own.

Each contract asks the graph of direct imports and names every breach as "importer -> imported (line)".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import grimp
from importlinter import Contract, ContractCheck, fields, output


def matches(module: str, expression: str) -> bool:
    """Whether a module is, or lies inside, what an expression names.

    "visits.models" names that module and all inside it; "*.models" the models of any app;
    "*" anything.
    """
    parts, wanted = module.split("."), expression.split(".")
    if expression == "*":
        return True
    return len(parts) >= len(wanted) and all(
        want in ("*", part) for part, want in zip(parts, wanted, strict=False)
    )


def matches_any(module: str, expressions: Iterable[str]) -> bool:
    return any(matches(module, expression) for expression in expressions)


class _Direct(Contract):
    """A contract about single imports. A subclass says which are breaches."""

    def breaches(self, graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
        raise NotImplementedError

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        found = []
        for importer, imported in sorted(self.breaches(graph)):
            lines = graph.get_import_details(importer=importer, imported=imported)
            found.append(
                f"{importer} -> {imported} (line {', '.join(str(line['line_number']) for line in lines)})"
            )
        return ContractCheck(kept=not found, metadata={"breaches": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(f"    {breach}", bold=False)
        output.new_line()


def _imports(graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            yield importer, imported


class Doors(_Direct):
    """From outside, only an app's doors may be imported, never the package itself or another module.

    `more_doors` names further doors of single apps in full, `sees_all` the packages that may look in
    anywhere.
    """

    apps = fields.ListField(subfield=fields.StringField())
    doors = fields.ListField(subfield=fields.StringField())
    more_doors = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    sees_all = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
        for importer, imported in _imports(graph):
            home, _, inside = imported.partition(".")
            outside = importer.split(".")[0] not in (home, *self.sees_all)
            by_a_door = inside.split(".")[0] in self.doors or matches_any(imported, self.more_doors)
            if home in self.apps and outside and not by_a_door:
                yield importer, imported


class Pure(_Direct):
    """Pure modules import no framework, and of ours only what is as plain as they are.

    Names without a dot count in every app ("rules"); others are full ("dashboards.figures").
    """

    pure = fields.ListField(subfield=fields.StringField())
    may_import = fields.ListField(subfield=fields.StringField())
    forbidden = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
        ours = {module.split(".")[0] for module in graph.modules if not graph.is_module_squashed(module)}
        for importer, imported in _imports(graph):
            if not _named(importer, self.pure):
                continue
            stranger = imported.split(".")[0] in ours and not _named(imported, [*self.pure, *self.may_import])
            if stranger or matches_any(imported, self.forbidden):
                yield importer, imported


class Only(_Direct):
    """Only some modules may import these: `importers`, less `except_importers`."""

    imported = fields.ListField(subfield=fields.StringField())
    except_imported = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    importers = fields.ListField(subfield=fields.StringField())
    except_importers = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def breaches(self, graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
        for importer, imported in _imports(graph):
            if not matches_any(imported, self.imported) or matches_any(imported, self.except_imported):
                continue
            allowed = matches_any(importer, self.importers) and not matches_any(
                importer, self.except_importers
            )
            if not allowed:
                yield importer, imported


def _named(module: str, names: Iterable[str]) -> bool:
    """As `matches_any`, where a name without a dot counts in every app."""
    return matches_any(module, (name if "." in name else f"*.{name}" for name in names))
