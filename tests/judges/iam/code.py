"""Which API operations the code behind an entry point can call, by the names in its source.

A method counts as called if reached code names any method so, in a module that the entry point imports: too
much rather than too little. Operations are told by the module's typed clients (mypy_boto3_*).
"""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import botocore.session
from botocore import xform_name

ROOT = Path(__file__).resolve().parents[3]
SOURCES = tuple(sorted(ROOT.glob("functions/*/src")))
type Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation of a service, as botocore calls both."""

    service: str
    name: str


@dataclass(kw_only=True)
class Reach:
    """What is reached from an entry point. `sources`: where packages are looked up."""

    sources: tuple[Path, ...] = SOURCES
    modules: dict[str, ast.Module] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    operations: set[Operation] = field(default_factory=set)
    _waiting: dict[str, list[tuple[str, Definition]]] = field(default_factory=dict)

    def enter(self, module: str, function: str) -> None:
        """Follow a function of a module. Raises KeyError if there is none."""
        self._load(module)
        if function not in {definition.name for definition in _definitions(self.modules[module])}:
            raise KeyError(f"{module}.{function}")
        self._name(function)

    def load(self, *modules: str) -> None:
        """Count modules as imported: those that code imports by names which are data."""
        for module in modules:
            self._load(module)

    def _load(self, module: str) -> None:
        file = None if module in self.modules else _file(module, self.sources)
        if file is None:
            return
        tree = self.modules[module] = _parsed(file)
        for definition in _definitions(tree):
            name = definition.name
            special = name.startswith("__") and name.endswith("__")
            if special or name in self.names:
                self._follow(module, definition)
            else:
                self._waiting.setdefault(name, []).append((module, definition))
        self._scan(module, _outside_functions(tree))

    def _name(self, name: str) -> None:
        if name not in self.names:
            self.names.add(name)
            for module, definition in self._waiting.pop(name, []):
                self._follow(module, definition)

    def _follow(self, module: str, definition: Definition) -> None:
        self._scan(module, (node for statement in definition.body for node in ast.walk(statement)))

    def _scan(self, module: str, nodes: Iterator[ast.AST]) -> None:
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in _imported(node):
                    self._load(name)
            elif isinstance(node, ast.Name):
                self._name(node.id)
            elif isinstance(node, ast.Attribute):
                self._name(node.attr)
                self._operate(module, node.attr)
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_paginator":
                self._operate(module, ast.literal_eval(node.args[0]))

    def _operate(self, module: str, method: str) -> None:
        for service in _services(self.modules[module]):
            if method in methods(service):
                self.operations.add(Operation(service=service, name=methods(service)[method]))


@functools.cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@functools.cache
def methods(service: str) -> dict[str, str]:
    """The operations of a service by the names of boto3's methods."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


@functools.cache
def _services(tree: ast.Module) -> set[str]:
    """The services whose typed clients a module imports."""
    return {
        str(node.module).split(".")[0].removeprefix("mypy_boto3_").rstrip("_")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mypy_boto3_")
    }


@functools.cache
def _file(module: str, sources: tuple[Path, ...]) -> Path | None:
    """The file of a module; None if it is not in these sources."""
    path = module.replace(".", "/")
    files = (source / end for source in sources for end in (f"{path}.py", f"{path}/__init__.py"))
    return next(filter(Path.is_file, files), None)


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    # `from a import b`: b may be a module of package a.
    return [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]


def _definitions(tree: ast.AST) -> Iterator[Definition]:
    """The functions and methods of a module, without those in functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _definitions(node)


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is imported; not what only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            continue
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _outside_functions(node)
