"""The import contract "allow": modules import what is listed, and nothing else.

import-linter's own contract on outside modules lists what is forbidden: a new module is allowed until it is
noticed.
"""

from __future__ import annotations

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

STANDARD_LIBRARY = "the standard library"


class AllowContract(Contract):
    """`modules` and all below them import only each other and what is `allowed`: names of modules, or "the
    standard library"."""

    type_name = "allow"

    modules: Any = fields.ListField(subfield=fields.StringField())
    allowed: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        broken = [
            f"{module} imports {imported}"
            for module in sorted(graph.modules)
            if _below(module, self.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            if not self._allows(imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _allows(self, imported: str) -> bool:
        standard = STANDARD_LIBRARY in self.allowed and imported.partition(".")[0] in sys.stdlib_module_names
        return standard or _below(imported, [*self.modules, *self.allowed])

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["broken"]:
            output.print_error(line)


def _below(module: str, roots: list[str]) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in roots)
